"""The templates of letters as administrators see them: which there are, whose each one is, and whether it can be used.

A desk's own lie in templates/mail/, a category's in templates/FOLDER/mail/; what neither has is the program's.

Guarantee: it looks and changes nothing (texts does). A letter that a broken template holds back waits with its reason
(courier), whatever is found here.
"""

from __future__ import annotations

import os
from functools import partial
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.forms.folder import is_name
from helpdesk_lite.mail.samples import WRITTEN_BY_TEMPLATES, Sample
from helpdesk_lite.mail.trying import HALVES, Rehearsal, mistakes_of
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.shelves.operators import is_name as is_folder
from helpdesk_lite.words import i18n
from helpdesk_lite.words.letter import INVITATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from helpdesk_lite.cache import Cache
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.words.settings import Settings

OWN, DESK, PROGRAM = "own", "desk", "program"  # whose a template is: this place's, the desk's, the program's


class Stationery(NamedTuple):
    """All templates of letters. A place is "" for the desk, or the folder of a category's own.

    What is wrong with them is kept in `cache` until one of their files changes, or that of the settings.
    """

    settings: Settings
    categories: Categories
    template_paths: tuple[str, ...]
    clock: Callable[[], float]
    cache: Cache
    settings_path: str

    def places(self) -> list[str]:
        """The desk, and each folder that a category names or that is there."""
        named = {one.templates for one in self.categories.all()}
        there = {one for one in disk.names(self.template_paths[0]) if disk.names(self.folder(one))}
        return ["", *sorted(one for one in (named | there) - {"", "mail"} if is_folder(one))]

    def folder(self, place: str) -> str:
        """Where the templates of this place lie."""
        return os.path.join(self.template_paths[0], place, "mail")

    def names(self, place: str) -> list[str]:
        """The files of the templates that letters of this place are made of, or could be: subjects, too."""
        found = {f"{kind}.subject" for kind in WRITTEN_BY_TEMPLATES if kind != INVITATION}
        for folder in self._folders(place):
            found.update(disk.names(os.path.join(folder, "mail")))
        return sorted(name for name in found if _is_template(name))

    def whose(self, place: str, name: str) -> str:
        """Whose template counts for letters of this place; "" if there is none, as of most subjects."""
        for folder in self._folders(place):
            if disk.is_there(os.path.join(folder, "mail", name)):
                mail = os.path.join(folder, "mail")
                return OWN if mail == self.folder(place) else DESK if mail == self.folder("") else PROGRAM
        return ""

    def delivered(self, place: str, name: str) -> str:
        """What counts where this place has no such template of its own; "" if nothing does."""
        for folder in self._folders(place):
            path = os.path.join(folder, "mail", name)
            if path != os.path.join(self.folder(place), name) and disk.is_there(path):
                return disk.read(path).decode("utf-8", "replace")
        return ""

    def check(self, place: str, name: str, text: str) -> list[str]:
        """What would be wrong if this template said that; sentences with file and line."""
        return mistakes_of(self._sample(), self._folders(place), name, text)

    def rehearsal(
        self, place: str, name: str = "", text: str | None = None, reader: Operator | None = None
    ) -> Rehearsal:
        """The letters of this place as they are, or would be if the template said `text`."""
        return Rehearsal(self._sample(reader), self._folders(place), None if text is None else {name: text})

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong with templates that are not the program's: the file, and a sentence that names it, too."""
        for place in self.places():
            own = [name for name in disk.names(self.folder(place)) if _is_template(name)]
            if own:
                kept = self.cache.get(f"letters-{place}", self._sources(place), partial(self._tried, place, own))
                yield from ((path, i18n.whole(*said)) for path, said in kept)

    def _tried(self, place: str, names: list[str]) -> list[tuple[str, Any]]:
        """The mistakes of these templates, as a cache can hold them."""
        rehearsal = self.rehearsal(place)
        return [
            (os.path.join(self.folder(place), name), (str(said), i18n.parts(said)))
            for name in names
            for said in rehearsal.mistakes(name)
        ]

    def _sources(self, place: str) -> Iterator[str]:
        """The files that the letters of this place are made of, and the folders that would have others."""
        yield self.settings_path
        for folder in self._folders(place):
            mail = os.path.join(folder, "mail")
            yield from (mail, *(os.path.join(mail, name) for name in disk.names(mail)))

    def _folders(self, place: str) -> tuple[str, ...]:
        own = os.path.join(self.template_paths[0], place)
        return (own, *self.template_paths) if place else self.template_paths

    def _sample(self, reader: Operator | None = None) -> Sample:
        return Sample(self.settings, reader or Operator("ines", "ines@example.org"), int(self.clock()))


def _is_template(name: str) -> bool:
    word, _, half = name.rpartition(".")
    return half in HALVES and is_name(word)
