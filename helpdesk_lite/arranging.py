"""What administrators arrange on the web: categories.

Guarantee: nobody else can; what somebody changed meanwhile, on the web or in the file itself, is not overwritten
unseen. The files are the truth: one that was edited by hand counts as what was arranged here.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.errors import FileChanged
from helpdesk_lite.rights import ADMINISTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.categories import Categories, Category
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.operators import Operator


class Arranging(NamedTuple):
    """The verbs. `lock` is the path of the lock under which they compare and write."""

    desk: Desk
    categories: Categories
    lock: str

    def look(self, operator: Operator) -> None:
        """NotAllowed for whoever may not arrange anything, and so has nothing to look at either."""
        self.desk.demand(operator, ADMINISTER)

    def add_category(self, category: Category, operator: Operator) -> None:
        """Make a category. NotAllowed; CategoryMistaken if it cannot be, or there is one of this name."""
        self.desk.demand(operator, ADMINISTER)
        with disk.locked(self.lock):
            self.categories.add(category)

    def change_category(self, category: Category, operator: Operator, seen: str) -> None:
        """Write a category anew. NotAllowed, CategoryMistaken; FileChanged if its file is not of the version `seen`."""
        self.desk.demand(operator, ADMINISTER)
        with disk.locked(self.lock):
            self._compare(category.name, seen)
            self.categories.change(category)

    def remove_category(self, name: str, operator: Operator, seen: str) -> None:
        """Take a category away. NotAllowed, CategoryMistaken; FileChanged if its file is not of the version `seen`."""
        self.desk.demand(operator, ADMINISTER)
        with disk.locked(self.lock):
            self._compare(name, seen)
            self.categories.remove(name)

    def _compare(self, name: str, seen: str) -> None:
        now = self.categories.version(name)
        if now and now != seen:
            raise FileChanged(f"{name}.toml")
