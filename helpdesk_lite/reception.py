"""How a ticket begins: its category, how it stands because of that, and who hears of it.

Guarantee: a category that nobody has made, or whose file has mistakes, changes nothing: the ticket arrives, and
everybody hears of it. It reads nothing while tickets have no category, and writes nothing (desk).
"""

from __future__ import annotations

from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.categories import Categories, Category
    from helpdesk_lite.ticket import Inquiry

FIELD = "category"  # of a form, with which the customer chooses


class Reception:
    """What the desk asks of each new ticket. `categories` gives them when they are first needed."""

    def __init__(self, categories: Callable[[], Categories]) -> None:
        self._categories = categories

    def received(self, inquiry: Inquiry) -> Inquiry:
        """The inquiry with its category, its customer's choice before its form's, standing as this one wants."""
        head = inquiry.head
        chosen = (value for field in inquiry.fields if field.name == FIELD for value in field.values)
        category = next((found for found in map(self._called, (*chosen, head.category)) if found), None)
        if category is None:
            return inquiry
        standing = head.standing._replace(priority=category.priority, level=category.level)
        return inquiry._replace(head=head._replace(category=category.name, standing=standing))

    def find(self, name: str) -> Category | None:
        """The category of this name, if there is one that can be used, and its file can be read."""
        with suppress(OSError):  # `verify` will say so
            return self._categories().find(name) if name else None
        return None

    def readers(self, name: str) -> tuple[str, ...]:
        """Who hears of the tickets of this category; nobody in particular if there is none, or it names nobody."""
        category = self.find(name)
        return self._categories().readers(category) if category else ()

    def _called(self, words: str) -> Category | None:
        """The same by what a form calls it: its name or its title."""
        with suppress(OSError):
            return self._categories().called(words) if words else None
        return None
