"""Answers that are not written yet: what an operator typed for a ticket, kept until they go on.

Guarantee: a draft that was kept is on disk, for its operator alone; it is no part of its ticket and goes to nobody. It
decides nothing (typed) and forgets what nobody has touched for a season.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.words.errors import TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 1 << 20  # bytes; no page can send more
LASTS = 90 * 86_400  # seconds
_END = ".txt"


class Draft(NamedTuple):
    """What was typed, and when it was kept (seconds UTC)."""

    text: str
    at: int


class Drafts:
    """The folder of drafts: OPERATOR/NUMBER.txt. `clock` tells the seconds UTC."""

    def __init__(self, folder: str, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._clock = clock

    def keep(self, operator: str, number: str, text: str) -> None:
        """Make this the operator's draft for the ticket; an empty one is none. TooLarge, MayBeKept."""
        if not text.strip():
            self.drop(operator, number)
            return
        raw = text.encode("utf-8", "replace")
        if len(raw) > LONGEST:
            raise TooLarge(LONGEST)
        disk.make_folder(os.path.join(self.folder, operator))
        disk.renew(self._path(operator, number), [raw])

    def find(self, operator: str, number: str) -> Draft | None:
        """The operator's draft for the ticket; None if there is none."""
        path = self._path(operator, number)
        try:
            return Draft(disk.read(path).decode("utf-8", "replace"), int(os.path.getmtime(path)))
        except FileNotFoundError:
            return None

    def drop(self, operator: str, number: str) -> None:
        """Forget the draft; no matter if there is none."""
        disk.remove(self._path(operator, number))

    def forget(self, number: str) -> None:
        """Forget everybody's draft for the ticket."""
        for operator in disk.names(self.folder):
            self.drop(operator, number)

    def tidy(self) -> None:
        """Forget the drafts that have not been touched for `LASTS`."""
        for operator in disk.names(self.folder):
            folder = os.path.join(self.folder, operator)
            disk.remove_older(folder, self._clock() - LASTS)
            disk.remove_empty(folder)

    def _path(self, operator: str, number: str) -> str:
        return os.path.join(self.folder, operator, number + _END)
