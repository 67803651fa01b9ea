"""All tickets of a customer, behind a link that is mailed to their address.

Guarantee: only who reads that mailbox gets the link; neither the desk's answer nor the time it takes tells whether it
knows an address; the link opens nothing after an hour. It draws no page, and has the numbers from elsewhere (whose).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite import signing, tracking
from helpdesk_lite.errors import DeskError
from helpdesk_lite.letter import LINK
from helpdesk_lite.ticket import Customer, Head, Inquiry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.limits import Limits
    from helpdesk_lite.ticket import Ticket
    from helpdesk_lite.whose import Whose

LASTS = 3600  # seconds
MOST_LINKS = 3  # mailed to one address in an hour
MOST = 100  # tickets, the newest, that are listed
_PURPOSE = "my tickets"


class MyTickets(NamedTuple):
    """The verbs: `ask` for the link, `behind` it are the tickets."""

    desk: Desk
    whose: Whose
    limits: Limits

    def ask(self, address: str, language: str) -> None:
        """Mail the address a link to its tickets; if it has none, do all the same and throw the letter away."""
        count, _, _ = self.limits.lately("link", address.lower())
        if count >= MOST_LINKS:
            return
        self.limits.note("link", address.lower())
        mark = self.whose.mark(address)
        ticket = next(tickets_of(self.desk, self.whose, mark), None)
        inquiry = ticket.inquiry if ticket else self._nobodys()
        letter = self.desk.letter(LINK, inquiry, (inquiry.customer.email,), language=language)
        letter = letter._replace(url=f"{self.desk.settings.url.rstrip('/')}/my-tickets?link={self.link(mark)}")
        # No entry names it: lost in a crash, it is asked for again.
        with self.desk.locked(letter.number):
            self.desk.outbox.stage([letter])
            if ticket:
                self.desk.outbox.publish([letter])
            else:
                self.desk.outbox.drop_staged([letter])

    def link(self, mark: str) -> str:
        """What stands in a link of now: until when it works, for whom (no address), and that it is ours."""
        until = f"{int(self.desk.clock()) + LASTS:x}"
        return f"{until}.{mark}.{signing.proof(self.desk.secret, _PURPOSE, until, mark)}"

    def behind(self, link: str) -> list[Ticket] | None:
        """The tickets behind the link, the newest first; None if it is not ours or its hour is over."""
        until, _, rest = link.partition(".")
        mark, _, proof = rest.partition(".")
        if not signing.is_proof(proof, self.desk.secret, _PURPOSE, until, mark):
            return None
        if int(until, 16) < self.desk.clock():
            return None
        return list(tickets_of(self.desk, self.whose, mark))

    def _nobodys(self) -> Inquiry:
        """An inquiry that nobody made, for a letter that nobody gets."""
        now = self.desk.clock()
        number = tracking.new_number(now, self.desk.chance())
        return Inquiry(Head(number, int(now), "", "", ""), Customer("", "nobody@localhost"), ())


def tickets_of(desk: Desk, whose: Whose, mark: str) -> Iterator[Ticket]:
    """The tickets of the customer whom this mark stands for, the newest first; of more than MOST the newest."""
    for number in whose.numbers(mark)[:MOST]:
        try:
            ticket = desk.store.read(number)
        except DeskError:
            continue  # noted, but never kept; or damaged, which `verify` names
        address = ticket.inquiry.customer.email
        if address and whose.mark(address) == mark:
            yield ticket
