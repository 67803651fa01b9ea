"""Where a desk's folders are: forms/, templates/ and data/ under one root, and the program's own beside them.

Guarantee: the same answer whatever the working directory becomes later. It makes and reads nothing.
"""

from __future__ import annotations

import os

from helpdesk_lite.words.errors import DeskUnusable

PROGRAM = os.path.dirname(os.path.abspath(__file__))
SHARE = os.path.join(PROGRAM, "share")  # the program's own forms/ and templates/


class Root:
    """The folders of one desk. Templates of its own win over the program's."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        self.forms = os.path.join(self.path, "forms")
        self.data = os.path.join(self.path, "data")
        self.settings = os.path.join(self.data, "settings.toml")
        self.format = os.path.join(self.data, "FORMAT")  # data_format
        self.arranging_lock = os.path.join(self.data, "locks", "arranging.lock")  # of what administrators change
        self.templates = (os.path.join(self.path, "templates"), os.path.join(SHARE, "templates"))

    def inside(self, *parts: str) -> str:
        """A path in data/."""
        return os.path.join(self.data, *parts)


def find_root(given: str | None) -> Root:
    """The desk that is meant: `given`, else $HELPDESK_ROOT, else here if there is a forms/, else the checkout.

    DeskUnusable: there is none. An installed program has no checkout, and nothing is to be kept beside its modules.
    """
    said = given or os.environ.get("HELPDESK_ROOT")
    if said:
        if not os.path.isdir(said):
            raise DeskUnusable(f"There is no folder {said}. `helpdesk-lite init {said}` makes a desk there.")
        return Root(said)
    for folder in (".", os.path.dirname(PROGRAM)):
        if os.path.isdir(os.path.join(folder, "forms")):
            return Root(folder)
    raise DeskUnusable(
        "There is no desk here: name one with --root DIR or HELPDESK_ROOT; `helpdesk-lite init DIR` makes one."
    )
