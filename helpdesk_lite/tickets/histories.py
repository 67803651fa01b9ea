"""A customer's tickets, as operators may see them: all that they asked, beside the ticket at hand.

Guarantee: who wrote a ticket is told to nobody before it is claimed, so pending ones are left out; and a customer is
known to those alone who may open a ticket of theirs. It draws no page.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from helpdesk_lite.customers.my_tickets import MOST, tickets_of
from helpdesk_lite.tickets.lists import Row
from helpdesk_lite.words.rights import SHOW
from helpdesk_lite.words.ticket import PENDING, Customer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.shelves.whose import Whose
    from helpdesk_lite.words.ticket import Ticket


class History(NamedTuple):
    """Who it is, as their newest ticket says, and their tickets, the newest first. `mark` stands for them in links."""

    mark: str
    customer: Customer
    rows: list[Row]


class Histories(NamedTuple):
    """Asked with the desk's own rights."""

    desk: Desk
    whose: Whose

    def of(self, mark: str, operator: Operator) -> History | None:
        """The customer whom this mark stands for; None if there is none of whom the operator may open a ticket."""
        tickets = list(self._tickets(mark, MOST))
        opened = [ticket for ticket in tickets if self.desk.may(operator, SHOW, ticket)]
        return History(mark, opened[0].inquiry.customer, self._rows(tickets, operator)) if opened else None

    def beside(self, ticket: Ticket, operator: Operator, most: int) -> History | None:
        """The same with up to so many other tickets of the customer's; None if nobody knows who that is."""
        address = ticket.inquiry.customer.email
        if not address or ticket.place.state == PENDING:
            return None
        mark = self.whose.mark(address)
        others = [one for one in self._tickets(mark, most + 1) if one.number != ticket.number]
        return History(mark, ticket.inquiry.customer, self._rows(others, operator)[:most])

    def _rows(self, tickets: list[Ticket], operator: Operator) -> list[Row]:
        return [
            Row(one.inquiry.head, one.place, self.desk.may(operator, SHOW, one), one.progress_at, one.done_by)
            for one in tickets
        ]

    def _tickets(self, mark: str, most: int) -> Iterator[Ticket]:
        """Up to so many of the customer's tickets that somebody has or had, the newest first."""
        known = tickets_of(self.desk, self.whose, mark)
        return islice((ticket for ticket in known if ticket.place.state != PENDING), most)
