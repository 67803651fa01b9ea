"""Who a letter is from and to, and where its Reply goes: the header fields about people.

Guarantee: nothing that leaves through another mail server is From: a customer (a letter that may go on untouched is
mail/redirect's); what is `relayed` names no operator; a Reply goes to those only whom the ticket knows, and to
addresses of ours that nobody can make up. The envelope is for others (mail/written).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.mail import compose, headers
from helpdesk_lite.words import i18n, reply_address
from helpdesk_lite.words.letter import domain_of, is_address
from helpdesk_lite.words.reply_address import CLAIM, OPERATOR, TICKET
from helpdesk_lite.words.ticket import CUSTOMER, INQUIRY, address_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.settings import Settings
    from helpdesk_lite.words.ticket import Entry, Inquiry, Ticket

    Box = tuple[str, str]  # display name and address

_AT = frozenset("@\uff20\ufe6b")  # also the full-width and the small @


class Parties(NamedTuple):
    """Writes the fields for the letters of one desk. `secret` is data/secret."""

    settings: Settings
    secret: bytes

    def for_ticket(self, ticket: Ticket) -> Parties:
        """The same for a ticket whose form says for itself where answers go."""
        answers = ticket.inquiry.head.answers or self.settings.answers
        return self._replace(settings=self.settings._replace(answers=answers))

    @property
    def desk(self) -> Box:
        """The desk itself."""
        return self.settings.name, self.settings.address

    def of_notice(self, letter: Letter) -> Iterator[bytes]:
        """To all operators; an answer claims the ticket."""
        yield headers.mailboxes("From", [self.desk])
        yield headers.mailboxes("To", _shown_recipients(letter.recipients))
        yield headers.mailboxes("Reply-To", [("", self._own(CLAIM, letter))])

    def of_acknowledgement(self, letter: Letter) -> Iterator[bytes]:
        """To the customer."""
        yield headers.mailboxes("From", [self.desk])
        yield headers.mailboxes("To", [("", address) for address in letter.recipients])

    def of_inquiry(self, letter: Letter, inquiry: Inquiry, operator: Operator, is_placed: bool) -> Iterator[bytes]:
        """To the operator who claimed, as if the customer had written to them; placed or from the desk."""
        name, address = inquiry.customer
        sender = compose.sender(inquiry, self.settings.address)
        yield from self._forwarded(letter, sender, name, is_placed)
        if is_address(address):
            yield from self._reply_to(letter, address, operator, is_placed)

    def of_letter(
        self, letter: Letter, ticket: Ticket, entry: Entry, operator: Operator, is_placed: bool
    ) -> Iterator[bytes]:
        """To the operator, as if whoever wrote the entry had written to them.

        A Reply goes to its writer if the ticket knows them, else to the customer. The others who have the letter stand
        in Cc, for Reply All; not if answers are relayed, since a copy of the operator's own would name them.
        """
        customer = ticket.inquiry.customer.email
        name, address = writer_of(entry, ticket)
        is_customers = entry.kind == INQUIRY or entry.by == CUSTOMER
        is_known = is_customers or address.lower() in map(str.lower, ticket.known(entry.message_id))
        answered = address if is_known else customer
        if not is_known:
            name = self._said(letter).gettext("%(name)s (not known in this ticket)") % {"name": name or address}
        sender = (name, address) if is_address(address) else self.desk
        yield from self._forwarded(letter, sender, name, is_placed)
        if is_address(answered):
            has_own_from = is_placed and answered == address
            yield from self._reply_to(letter, answered, operator, has_own_from)
        if self.settings.answers != "relayed":
            among = {one.lower() for one in ticket.known()}  # without whom an operator took out
            people = [one for one in entry.people if one.lower() in among] if is_known else ()  # strangers bring nobody
            yield from _copies(self._others((customer, *people), (answered, address, operator.email)))

    def of_answer(self, letter: Letter, ticket: Ticket, entry: Entry, operator: Operator | None) -> Iterator[bytes]:
        """To the customer and who else is in copy; from the operator, or in place of them, as `answers` says.

        An operator who is gone answers as if relayed.
        """
        said = self._said(letter)
        own = self._own(TICKET, letter)
        is_own_domain = operator and domain_of(operator.email).lower() == domain_of(self.settings.address).lower()
        sender, reply_to = self.desk, [own]
        if operator is not None and self.settings.answers != "relayed":
            name = _mailbox(entry.sender)[0] or operator.name.capitalize()
            sender = (name, operator.email) if is_own_domain else (self._via(name, said), self.settings.address)
            is_direct = self.settings.answers == "direct"
            reply_to = [] if is_direct and is_own_domain else [operator.email] if is_direct else [operator.email, own]
        yield headers.mailboxes("From", [sender])
        customer = ticket.inquiry.customer
        if is_address(customer.email):
            yield headers.mailboxes("To", [(customer.name, customer.email)])
        else:
            yield headers.mailboxes("To", _shown_recipients(letter.recipients))
        hidden = [customer.email, _mailbox(entry.sender)[1], operator.email if operator else ""]
        yield from _copies(self._others((*letter.recipients, *entry.people), hidden))
        if reply_to:
            yield headers.mailboxes("Reply-To", [("", address) for address in reply_to])

    def of_returned(self, letter: Letter, operator: Operator) -> Iterator[bytes]:
        """To one operator: their own letter, or what they are told.

        An answer to it proves nothing, or a mailbox that answers by itself went on.
        """
        yield headers.mailboxes("From", [self.desk])
        yield headers.mailboxes("To", [("", operator.email)])

    def _forwarded(self, letter: Letter, sender: Box, name: str, is_placed: bool) -> Iterator[bytes]:
        via = self._via(name, self._said(letter)), self.settings.address
        yield headers.mailboxes("From", [sender if is_placed else via])
        yield headers.mailboxes("To", [self.desk if is_placed else ("", self.settings.address)])

    def _reply_to(self, letter: Letter, answered: str, operator: Operator, has_own_from: bool) -> Iterator[bytes]:
        """Where the operator's Reply goes; nothing where From says it already."""
        answers = self.settings.answers
        if answers == "direct" and has_own_from:
            return
        own = self._own(OPERATOR, letter, operator.name)
        boxes = {"direct": [answered], "copied": [answered, own], "relayed": [own]}[answers]
        yield headers.mailboxes("Reply-To", [("", address) for address in boxes])

    def _own(self, purpose: str, letter: Letter, who: str = "") -> str:
        """An address of ours; the same whenever the letter is sent again, so it counts from when it was written.

        The desk's own where a long name leaves no room for it (RFC 5321, 4.5.3.1.1).
        """
        made = reply_address.made(self.settings, self.secret, purpose, letter.number, letter.written_at, who)
        return made if is_address(made) else self.settings.address

    def _others(self, people: Iterable[str], but: Iterable[str]) -> list[str]:
        """The people without these and without the desk's own addresses, each once."""
        left_out = {one.lower() for one in but}
        found = []
        for one in people:
            if is_address(one) and one.lower() not in left_out and not self._is_ours(one):
                left_out.add(one.lower())
                found.append(one)
        return found

    def _is_ours(self, address: str) -> bool:
        return reply_address.read(address, self.settings, self.secret, 0) is not None

    def _via(self, name: str, said: Translation) -> str:
        """The name as the desk's own display name: without an address in it, which spam filters punish."""
        plain = " ".join(word for word in name.split() if not _AT.intersection(word))[:60] or said.gettext("Customer")
        return said.gettext("%(name)s via %(desk)s") % {"name": plain, "desk": self.settings.name}

    def _said(self, letter: Letter) -> Translation:
        return i18n.translation(letter.language)


def writer_of(entry: Entry, ticket: Ticket) -> Box:
    """Who wrote an entry from the customer's side: display name and address."""
    return tuple(ticket.inquiry.customer) if entry.kind == INQUIRY else _mailbox(entry.sender)  # type: ignore[return-value]


def _mailbox(said: str) -> Box:
    """The name and address of an entry's `sender`: "Jane Doe <jane@example.com>"."""
    return said.rpartition("<")[0].strip(), address_in(said)


def _copies(addresses: Iterable[str]) -> Iterator[bytes]:
    if plain := list(filter(_is_plain, addresses)):
        yield headers.mailboxes("Cc", [("", address) for address in plain])


def _shown_recipients(addresses: Iterable[str]) -> list[Box]:
    """Who a letter is To, as far as they can be named."""
    found = list(addresses)
    return [("", address) for address in list(filter(_is_plain, found)) or found]


def _is_plain(address: str) -> bool:
    """Those that need SMTPUTF8 stay in the envelope, or nobody would get the letter from a server that lacks it."""
    return headers.ascii_domain(address).isascii()
