"""What a ticket is: one inquiry, where it lies, and everything that happened to it.

Guarantee: plain immutable values; times are whole seconds UTC.
It does not read files (store/) and decides nothing (desk).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.words.standing import RESOLVED, USUAL, Standing

PENDING = "pending"
CLAIMED = "claimed"
CLOSED = "closed"
STATES = (PENDING, CLAIMED, CLOSED)


class Place(NamedTuple):
    """Which folder a ticket lies in: its state, and for a claimed or closed one the operator who has or had it."""

    state: str
    holder: str = ""


QUEUE = Place(PENDING)
WEB, MAIL = "web", "mail"  # channels by which customers come themselves
PHONE, COUNTER, CHAT, SOCIAL, OTHER = CALLS = ("phone", "counter", "chat", "social", "other")  # that operators log
CUSTOMER = "customer"  # who did it, in an entry, where that is the customer
DESK = "desk"  # where that is nobody, but the time that went by


class Customer(NamedTuple):
    """Who asked; either may be empty."""

    name: str = ""
    email: str = ""


class Head(NamedTuple):
    """What the first lines of the ticket file say: enough for its line in the queue. Only `standing` ever changes.

    `channel` is one of CALLS for a ticket that an operator logged, else "".
    """

    number: str
    received_at: int
    form: str
    title: str
    subject: str
    attachments: int = 0
    category: str = ""
    language: str = "en"
    submission: str = ""
    answers: str = ""
    standing: Standing = USUAL
    channel: str = ""

    @property
    def about(self) -> str:
        """The category: as somebody has said, else as its form says."""
        return self.standing.category or self.category


class Inquiry(NamedTuple):
    """What the customer wrote: the head, who asked, and the form's fields in its order.

    `message_field` names the field that is the message itself ("" if the form has none). `browser` is what the
    customer's browser said of itself and its system (RFC 9110, 10.1.5).
    """

    head: Head
    customer: Customer
    fields: tuple[FieldValue, ...]
    message_field: str = ""
    browser: str = ""

    def without_contact(self) -> Inquiry:
        """The inquiry as those see it who have not claimed it: nothing that says how to reach the customer."""
        address = self.customer.email
        told = tuple(
            field
            for field in self.fields
            if not field.is_contact and (not address or address not in field.values)  # also where it was typed twice
        )
        return self._replace(customer=Customer(), fields=told)


class Entry(NamedTuple):
    """One message in the ticket's file: what it is (`kind`), who did it (`by`), when, and the letters it caused.

    Kinds of what happened: inquiry, claimed (`text`: the rules that handed it on, if any did), released, closed,
    reopened, waiting, resolved, resumed, escalated, reassigned (`text`: to whom, and below an empty line the note),
    marked, spam and binned (`text`: where it lay before), restored, those of `ties`, found (by `verify`: the ticket
    lay elsewhere, or stood otherwise, than it said), handed (to the desk of its own that a category has; `text`:
    its number there, and the category), came (from another desk; `text`: its number there, and that desk's name),
    ruled (`text`: the rules that applied, and below an empty line their note), forwarded (by the courier: `text` is
    the shape of a letter that was sent on, the domain that decided, and what it asks for), included and excluded
    (`people`: who is in copy from then on, or no more), command (`text`: what an operator's letter asked for, which
    is the entry's message; whether it was done, other entries say).

    Kinds of what was written, whose message is the letter as it came in: letter (from the customer's side), answer
    (from an operator), note (for operators only; `text`: the operators it names), automatic (from a machine), bounce (a
    letter of ours that could not be delivered). `sender` is the mailbox it came from, `people` the addresses of who
    else got it, `digest` tells the same letter when it comes again; of what was typed on a page it begins with TYPED.
    `standing` is how the ticket stands from this entry on, None if as before.
    """

    kind: str
    by: str
    at: int
    message_id: str
    letters: tuple[str, ...] = ()
    text: str = ""
    sender: str = ""
    digest: str = ""
    people: tuple[str, ...] = ()
    standing: Standing | None = None


INQUIRY, LETTER, ANSWER, NOTE, AUTOMATIC, BOUNCE = WRITTEN = (  # kinds of entries that have words of their own
    "inquiry",
    "letter",
    "answer",
    "note",
    "automatic",
    "bounce",
)
FORWARDED, COMMAND = "forwarded", "command"
INCLUDED, EXCLUDED = "included", "excluded"  # by hand in copy from then on, or no more: `people`
MERGED, UNMERGED = _MERGING = "merged", "unmerged"
_SEND_ON = (LETTER, "claimed", "reassigned", "restored", "reopened")  # what is new, to whoever has it then
RULED = "ruled"
HANDED, CAME = "handed", "came"  # over to a category's own desk; from another desk, with the number there and a name
TYPED = "typed-"
REDIRECT, RESHAPE = "redirect", "reshape"  # shapes of a letter that is sent on: as it came; from the desk's address


class Ticket(NamedTuple):
    """A ticket as it lies there now. `since`: when it came into this place."""

    inquiry: Inquiry
    place: Place
    since: int
    entries: tuple[Entry, ...]

    @property
    def number(self) -> str:
        """The tracking number."""
        return self.inquiry.head.number

    @property
    def merged_into(self) -> str:
        """The number of the ticket of which it is a part now; "" if it stands for itself."""
        kind, text = next(((one.kind, one.text) for one in reversed(self.entries) if one.kind in _MERGING), ("", ""))
        return text.partition(" ")[0] if kind == MERGED and self.place.state == CLOSED else ""

    @property
    def handed_to(self) -> tuple[str, str]:
        """The category whose own desk has it now, and its number there; two times "" if it is here."""
        ends = (one for one in reversed(self.entries) if one.kind in (HANDED, "closed", "reopened"))
        last = next(ends, None)
        if self.place.state != CLOSED or last is None or last.kind != HANDED:
            return "", ""
        number, _, category = last.text.partition(" ")
        return category, number

    @property
    def missed(self) -> tuple[str, ...]:
        """The Message-IDs of the letters that came while it was put away, and that nobody has been sent since."""
        found: list[str] = []
        is_away = False
        for entry in self.entries:
            if entry.standing is not None:
                is_away = bool(entry.standing.away)
            if entry.letters and entry.kind in _SEND_ON:
                found.clear()
            elif entry.kind == LETTER and is_away:
                found.append(entry.message_id)
        return tuple(found)

    @property
    def is_nobodys(self) -> bool:
        """Whether nobody has claimed it: it is pending, or was closed or put away while it was."""
        return not self.place.holder

    @property
    def standing(self) -> Standing:
        """How it stands: as its entries tell, from which the head is mended should it say otherwise."""
        told = [entry.standing for entry in self.entries if entry.standing is not None]
        return told[-1] if told else self.inquiry.head.standing

    @property
    def progress(self) -> str:
        """Waiting or resolved, "" if neither: the standing's, which counts only while somebody has the ticket."""
        return self.standing.progress if self.place.state == CLAIMED else ""

    @property
    def done_by(self) -> str:
        """Who resolved or closed it: an operator, CUSTOMER or DESK; its holder if no entry says so, "" if neither."""
        if self.place.state == CLOSED:
            handed = HANDED if self.handed_to[1] else ""
            kind = self.standing.away or (MERGED if self.merged_into else handed) or "closed"
        elif self.progress == RESOLVED:
            kind = RESOLVED
        else:
            return ""
        return next((entry.by for entry in reversed(self.entries) if entry.kind == kind), self.place.holder)

    @property
    def progress_at(self) -> int:
        """Since when it waits, or is resolved (seconds UTC); if neither, since when it is in this place."""
        found, last = self.since, ""
        for entry in self.entries:
            if entry.standing is not None and entry.standing.progress != last:
                found, last = entry.at, entry.standing.progress
        return found if self.progress else self.since

    def has_customer_of(self, other: Ticket) -> bool:
        """Whether both are the same customer's, as their address tells."""
        address = self.inquiry.customer.email.lower()
        return bool(address) and address == other.inquiry.customer.email.lower()

    @property
    def category(self) -> str:
        """What it is about: as somebody has said, else as its form says."""
        return self.standing.category or self.inquiry.head.category

    def changed(self, entry: Entry, standing: Standing) -> Entry:
        """The entry such that the ticket stands like this from then on; as it is if the ticket does anyhow."""
        return entry if standing == self.inquiry.head.standing else entry._replace(standing=standing)

    def names(self, operator: str) -> bool:
        """Whether a note in it names this operator: so they may read what they are asked about."""
        return any(entry.kind == NOTE and operator in entry.text.split() for entry in self.entries)

    @property
    def began_with_mail(self) -> bool:
        """Whether the inquiry is a letter; a form can have any name."""
        return bool(self.entries[0].digest)

    @property
    def channel(self) -> str:
        """How it came: by the web, by mail, or as an operator logged it."""
        return self.inquiry.head.channel or (MAIL if self.began_with_mail else WEB)

    def known(self, until: str = "") -> tuple[str, ...]:
        """The addresses of those who belong to the conversation, the customer's first, each once.

        That is whom the customer, an operator's answer, or somebody who belongs to it already had in copy; a stranger's
        letter brings nobody in. Whoever an operator took out, an operator alone brings in again. `until` is the
        Message-ID of an entry: those before it count.
        """
        found = {self.inquiry.customer.email.lower(): self.inquiry.customer.email}
        gone: set[str] = set()
        for entry in self.entries:
            if until and entry.message_id == until:
                break
            sender = address_in(entry.sender)
            if entry.kind == INQUIRY and sender:
                found.setdefault(sender.lower(), sender)
            if entry.kind == EXCLUDED:
                gone.update(map(str.lower, entry.people))
                found = {key: address for key, address in found.items() if key not in gone}
            if entry.kind in (ANSWER, INCLUDED):
                gone.difference_update(map(str.lower, entry.people))
            if entry.kind in (INQUIRY, ANSWER, INCLUDED) or (entry.kind == LETTER and sender.lower() in found):
                for address in entry.people:
                    if address.lower() not in gone:
                        found.setdefault(address.lower(), address)
        return tuple(address for address in found.values() if address)


def address_in(mailbox: str) -> str:
    """The address in an entry's `sender`, such as "Jane Doe <jane@example.com>"."""
    return mailbox.rpartition("<")[2].removesuffix(">").strip()
