"""What administrators arrange: categories; and undo.

Guarantee: nobody else can; no change is without its entry in the log, which is on disk first; what somebody changed
meanwhile, on the web or in the file itself, is not overwritten unseen. The files are the truth: one that was edited by
hand counts as what was arranged here. Which desk a category has is for whoever runs the host: on the web it stays.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.shelves.audit import ADDED, CHANGED, REMOVED, as_told, told_of
from helpdesk_lite.shelves.categories import Category, check
from helpdesk_lite.shelves.operators import COMMAND_LINE
from helpdesk_lite.words.errors import CategoryMistaken, FileChanged, HandlingRefused
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.rights import ADMINISTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.audit import Audit, Noted
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.shelves.operators import Operator

_ABOUT = "categories/"


class Arranging(NamedTuple):
    """The verbs. `lock` is the path of the lock under which they compare and write.

    A version that was `seen` is compared; "" stands for any.
    """

    desk: Desk
    categories: Categories
    audit: Audit
    lock: str

    def add_category(self, category: Category, by: Operator) -> None:
        """Make a category. NotAllowed; CategoryMistaken if it cannot be, or there is one of this name."""
        self.desk.demand(by, ADMINISTER, what=_ABOUT + category.name)
        with disk.locked(self.lock):
            if self.categories.version(category.name):
                raise CategoryMistaken(Sentence("There is a category %(name)s already.", name=category.name))
            self._add(category if by is COMMAND_LINE else category._replace(desk=""), by)

    def change_category(self, category: Category, by: Operator, seen: str = "") -> None:
        """Write a category anew. NotAllowed, CategoryMistaken; FileChanged if its file is not the one that was seen."""
        self.desk.demand(by, ADMINISTER, what=_ABOUT + category.name)
        with disk.locked(self.lock):
            self._compare(category.name, seen)
            self._change(category, by)

    def remove_category(self, name: str, by: Operator, seen: str = "") -> None:
        """Take a category away; its tickets stay. NotAllowed, CategoryMistaken, FileChanged as above; HandlingRefused
        on the web for one that has a desk of its own: what goes there would come here then.
        """
        self.desk.demand(by, ADMINISTER, what=_ABOUT + name)
        with disk.locked(self.lock):
            self._compare(name, seen)
            self._remove(name, by)

    def undo(self, noted: Noted, by: Operator) -> None:
        """Have it as before this entry. NotAllowed, CategoryMistaken; FileChanged if it is not as that left it."""
        self.desk.demand(by, ADMINISTER, what=noted.about)
        with disk.locked(self.lock):
            name = noted.about.removeprefix(_ABOUT)
            now = self.categories.read(name)
            if now != as_told(Category(name), noted.after, CategoryMistaken):
                raise FileChanged(f"{name}.toml")
            before = as_told(Category(name), noted.before, CategoryMistaken)
            if before is None:
                self._remove(name, by, noted.name)
            else:
                (self._add if now is None else self._change)(before, by, noted.name)

    def _add(self, category: Category, by: Operator, undoes: str = "") -> None:
        check(category)
        self.audit.note(by.name, ADDED, _ABOUT + category.name, None, told_of(category), undoes)
        self.categories.add(category)

    def _change(self, category: Category, by: Operator, undoes: str = "") -> None:
        if not self.categories.version(category.name):
            raise CategoryMistaken(Sentence("There is no category %(name)s.", name=category.name))
        before = self.categories.find(category.name)  # None: its file had mistakes
        if by is not COMMAND_LINE:
            category = category._replace(desk=before.desk if before else "")
        check(category)
        if before != category:
            told = told_of(before or Category(category.name))
            self.audit.note(by.name, CHANGED, _ABOUT + category.name, told, told_of(category), undoes)
            self.categories.change(category)

    def _remove(self, name: str, by: Operator, undoes: str = "") -> None:
        if not self.categories.version(name):
            raise CategoryMistaken(Sentence("There is no category %(name)s.", name=name))
        before = self.categories.find(name) or Category(name)
        if before.desk and by is not COMMAND_LINE:
            text = N_("%(name)s has a desk of its own: only whoever runs the host can take it away.")
            raise HandlingRefused(Sentence(text, name=name))
        self.audit.note(by.name, REMOVED, _ABOUT + name, told_of(before), None, undoes)
        self.categories.remove(name)

    def _compare(self, name: str, seen: str) -> None:
        now = self.categories.version(name)
        if now and seen and now != seen:
            raise FileChanged(f"{name}.toml")


def is_undoable(noted: Noted) -> bool:
    """Whether `undo` can take this entry back."""
    return noted.about.startswith(_ABOUT) and noted.what in (ADDED, CHANGED, REMOVED)
