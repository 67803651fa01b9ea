"""All tickets of a customer, behind a link that is mailed to their address.

Guarantee: only who reads that mailbox gets the link; neither the desk's answer nor the time it takes tells whether it
knows an address; the link is used once, and what it opened is shut an hour after it was mailed. Looking at a link does
not use it, so no program that reads mail does. It draws no page, and has the numbers from elsewhere (whose).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.words import signing, tracking
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.letter import LINK
from helpdesk_lite.words.ticket import Customer, Head, Inquiry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.limits import Limits
    from helpdesk_lite.shelves.whose import Whose
    from helpdesk_lite.words.ticket import Ticket

LASTS = 3600  # seconds
MOST_LINKS = 3  # mailed to one address in an hour
MOST = 100  # tickets, the newest, that are listed
_MAILED, _OPENED = "my tickets", "my tickets, opened"  # what a proof is for
_USED = "link-used"
_FACTS = 3  # until when, for whom, which


class Behind(NamedTuple):
    """What a link opened: the tickets, the newest first, and until when (seconds UTC)."""

    tickets: list[Ticket]
    until: int


class MyTickets(NamedTuple):
    """The verbs: `ask` for the link, `open` it, `behind` are the tickets."""

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
        """What stands in a link of now: until when, for whom (no address), which it is, and that it is ours."""
        facts = (f"{int(self.desk.clock()) + LASTS:x}", mark, f"{self.desk.chance():016x}")
        return self._proved(facts, _MAILED)

    def is_usable(self, link: str) -> bool:
        """Whether the link is ours, its hour is not over, and nobody has used it."""
        return self._until(link, _MAILED) > 0 and not self.limits.has_happened(_USED, link)

    def open(self, link: str) -> str:
        """Use the link up: what opens the tickets for the rest of its hour; "" if it cannot be used (any more)."""
        if self._until(link, _MAILED) and self.limits.is_first(_USED, link):
            return self._proved(_facts(link), _OPENED)
        return ""

    def behind(self, opened: str) -> Behind | None:
        """The tickets behind what `open` gave; None if it is not ours or its hour is over."""
        until = self._until(opened, _OPENED)
        return Behind(list(tickets_of(self.desk, self.whose, _facts(opened)[1])), until) if until else None

    def _proved(self, facts: tuple[str, ...], purpose: str) -> str:
        return ".".join((*facts, signing.proof(self.desk.secret, purpose, *facts)))

    def _until(self, given: str, purpose: str) -> int:
        """Until when it works (seconds UTC); 0 if it is not ours or that is over."""
        facts = _facts(given)
        if len(facts) != _FACTS or not signing.is_same(given, self._proved(facts, purpose), self.desk.secret):
            return 0
        until = int(facts[0], 16)
        return until if until >= self.desk.clock() else 0

    def _nobodys(self) -> Inquiry:
        """An inquiry that nobody made, for a letter that nobody gets."""
        now = self.desk.clock()
        number = tracking.new_number(now, self.desk.chance())
        return Inquiry(Head(number, int(now), "", "", ""), Customer("", "nobody@localhost"), ())


def _facts(given: str) -> tuple[str, ...]:
    """What a link, or what it opened, says: all but the proof."""
    return tuple(given.split(".")[:-1])


def is_of(opened: str, link: str) -> bool:
    """Whether this link opened that."""
    return bool(link) and _facts(opened) == _facts(link)


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
