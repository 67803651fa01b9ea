"""How a ticket begins: its category, how it stands because of that and by rule, and who hears of it.

Guarantee: a category that nobody has made, or whose file has mistakes, and rules with a mistake change nothing: the
ticket arrives, and everybody hears of it. It reads nothing of a category while tickets have none, and of rules one
stat tells that there are none. It writes nothing but what is still to be done by rule (duties).
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite.words.errors import BelongsElsewhere, DeskError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.shelves.categories import Categories, Category
    from helpdesk_lite.shelves.duties import Duty
    from helpdesk_lite.shelves.rules import Verdict
    from helpdesk_lite.tickets.ruling import Ruling
    from helpdesk_lite.words.ticket import Inquiry

FIELD = "category"  # of a form, with which the customer chooses


class Beginning(NamedTuple):
    """What a ticket begins with, the note its first readers get, and what is to be done once it is there."""

    inquiry: Inquiry
    note: str = ""
    duty: Duty | None = None


class Reception(NamedTuple):
    """What the desk asks of each new ticket. The parts are made when they are first needed; None: there are none.

    `is_last`: what comes was handed on by another desk, and stays here whatever it is about.
    """

    categories: Callable[[], Categories] | None = None
    has_rules: Callable[[], bool] = lambda: False
    ruling: Callable[[], Ruling] | None = None
    is_last: bool = False

    def received(self, inquiry: Inquiry) -> Beginning:
        """How the ticket begins: its category is its rules', else its customer's choice, else its form's.

        It stands as this category wants, and where rules say how, as they want. BelongsElsewhere if the category has a
        desk of its own.
        """
        head = inquiry.head
        category = self.chosen(inquiry, head.category)
        inquiry = inquiry._replace(head=head._replace(category=category.name if category else head.category))
        verdict = self._verdict(inquiry)
        if verdict and verdict.action.category:
            category = self.find(verdict.action.category)
        if category and category.desk and not self.is_last:
            raise BelongsElsewhere(category.name)
        if verdict is None or not verdict.names:
            return Beginning(_standing_as(inquiry, category))
        from helpdesk_lite.shelves.duties import Duty

        inquiry = self.ruled(inquiry, verdict)
        action = verdict.action
        return Beginning(inquiry, action.note, Duty(head.submission, verdict.names, action.note, action.hand))

    def chosen(self, inquiry: Inquiry, forms_own: str) -> Category | None:
        """The category that the customer chose, else the form's, if there is such a one."""
        said = (value for field in inquiry.fields if field.name == FIELD for value in field.values)
        return next((found for found in map(self._called, (*said, forms_own)) if found), None)

    def ruled(self, inquiry: Inquiry, verdict: Verdict) -> Inquiry:
        """The inquiry with the category and the standing that the verdict gives it."""
        head, action = inquiry.head, verdict.action
        name = action.category or head.category
        inquiry = _standing_as(inquiry._replace(head=head._replace(category=name)), self.find(name))
        now = inquiry.head.standing
        now = now._replace(
            priority=action.priority or now.priority,
            level=action.level or now.level,
            due_at=head.received_at + int(action.due_in * 3600) if action.due_in else now.due_at,
            wakes_at=head.received_at + int(action.wake_in * 3600) if action.wake_in else now.wakes_at,
        )
        return inquiry._replace(head=inquiry.head._replace(standing=now))

    def promise(self, number: str, duty: Duty | None) -> None:
        """Keep what is to be done with the ticket that is just being made. FileExistsError if the number is taken."""
        if duty and self.ruling:
            self.ruling().duties.promise(number, duty)

    def settle(self, number: str, duty: Duty | None) -> None:
        """Do it, now that the ticket is there; what fails is left to the next round."""
        if duty and self.ruling:
            self.ruling().settle(number)

    def look_up(self, name: str) -> Category | None:
        """The category of this name, if there is one that can be used. OSError if its file cannot be looked at."""
        return self.categories().find(name) if name and self.categories else None

    def find(self, name: str) -> Category | None:
        """The same; None, too, if its file cannot be looked at."""
        with suppress(OSError):  # `verify` will say so
            return self.look_up(name)
        return None

    def readers(self, name: str) -> tuple[str, ...]:
        """Who hears of the tickets of this category; nobody in particular if there is none, or it names nobody."""
        return self.readers_of(self.find(name))

    def readers_of(self, category: Category | None) -> tuple[str, ...]:
        """The same of a category at hand."""
        return self.categories().readers(category) if category and self.categories else ()

    def _called(self, words: str) -> Category | None:
        """The same by what a form calls it: its name or its title."""
        with suppress(OSError):
            return self.categories().called(words) if words and self.categories else None
        return None

    def _verdict(self, inquiry: Inquiry) -> Verdict | None:
        """What the rules say; None if there are none, or they cannot be read: the ticket arrives all the same."""
        if self.ruling is None or not self.has_rules():
            return None
        with suppress(OSError, DeskError):
            return self.ruling().judged(inquiry)
        return None


def _standing_as(inquiry: Inquiry, category: Category | None) -> Inquiry:
    if category is None:
        return inquiry
    head = inquiry.head
    standing = head.standing._replace(priority=category.priority, level=category.level)
    return inquiry._replace(head=head._replace(standing=standing))
