"""A letter as it will be read: from its recipe in the outbox, the ticket and the templates to headers, words and files.

Guarantee: a notice says nothing of who asked; an acknowledgement says nothing that was typed; the Reply to a forward
goes to the customer (or where `answers` says), and none that leaves through another mail server is From: them.
It reads no ticket file and sends nothing (courier).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite import i18n, times
from helpdesk_lite.letter import FORWARD, NOTICE, is_address
from helpdesk_lite.mail import body, compose, headers, parse
from helpdesk_lite.mail.compose import Attachment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, BinaryIO

    from helpdesk_lite.form import FieldValue
    from helpdesk_lite.i18n import Translation
    from helpdesk_lite.letter import Letter
    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.mail.templates import Templates
    from helpdesk_lite.operators import Operator
    from helpdesk_lite.settings import Settings
    from helpdesk_lite.ticket import Ticket

MOST_REFERENCES = 20
_AT = frozenset("@\uff20\ufe6b")  # also the full-width and the small @


class Written(NamedTuple):
    """A letter and its envelope: `sender` is where a failure is reported to ("" for nowhere, RFC 5321, 4.5.5)."""

    letter: Letter
    sender: str
    recipients: tuple[str, ...]
    head: tuple[bytes, ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()

    def chunks(self) -> Iterator[bytes]:
        """The whole message, in pieces, with LF line ends."""
        return compose.message(self.head, self.text, self.html, self.attachments, self.letter.message_id)


class Shown(NamedTuple):
    """A field as the templates see it."""

    label: str
    values: tuple[str, ...]
    text: str
    is_short: bool


class Writer:
    """Writes the letters of one desk."""

    def __init__(self, settings: Settings, templates: Templates) -> None:
        self._settings = settings
        self._templates = templates

    def notice(self, letter: Letter, ticket: Ticket, message: BinaryIO) -> Written:
        """The news of a ticket for the broadcast address: what was asked, not by whom. LetterRefused."""
        head = ticket.inquiry.head
        values = {
            **self._values(letter, ticket, body.public_fields(ticket.inquiry)),
            "title": head.title,
            "received": _moment(head.received_at),
            "attachments": [
                {"name": part.name, "size": _size(part.size)} for part in parse.parts(message) if part.is_attachment
            ],
        }
        lines = [
            headers.mailboxes("From", [self._desk]),
            headers.mailboxes("To", _shown_recipients(letter.recipients)),
            *self._about(letter, ticket, head.subject, values),
            headers.token("Auto-Submitted", "auto-generated"),
            headers.token("X-Auto-Response-Suppress", "All"),
        ]
        return self._written(letter, letter.recipients, lines, values, self._settings.address)

    def acknowledgement(self, letter: Letter, ticket: Ticket) -> Written:
        """The tracking number for the customer, in fixed words: nobody can make the desk say theirs. LetterRefused."""
        said = i18n.translation(letter.language)
        values = {"number": letter.number, "url": letter.url, "desk": self._settings.name}
        lines = [
            headers.mailboxes("From", [self._desk]),
            headers.mailboxes("To", [("", address) for address in letter.recipients]),
            *self._about(letter, ticket, said.gettext("We have received your message"), values),
            headers.token("Auto-Submitted", "auto-replied"),
            headers.token("X-Auto-Response-Suppress", "All"),
        ]
        return self._written(letter, letter.recipients, lines, values, sender="")

    def forward(
        self, letter: Letter, ticket: Ticket, message: BinaryIO, operator: Operator, is_placed: bool
    ) -> Written:
        """The customer's message for the operator who claimed it. LetterRefused.

        `is_placed`: it goes straight into the mailbox, where no SPF or DMARC check is in the way of From: customer.
        """
        inquiry = ticket.inquiry
        has_address = is_address(inquiry.customer.email)
        values = {
            **self._values(letter, ticket, body.other_fields(inquiry)),
            "has_address": has_address,
        }
        sender = compose.sender(inquiry, self._settings.address)
        said = i18n.translation(letter.language)
        lines = [
            headers.mailboxes(
                "From", [sender if is_placed else (self._via(inquiry.customer.name, said), self._desk[1])]
            ),
            headers.mailboxes("To", [self._desk if is_placed else ("", self._desk[1])]),
            *self._reply_to(letter, inquiry.customer.email if has_address else "", is_placed),
            *self._about(letter, ticket, inquiry.head.subject, values),
            headers.token("X-Auto-Response-Suppress", "All"),
        ]
        files = tuple(
            Attachment(part.name, part.type, _Content(message, part))
            for part in parse.parts(message)
            if part.is_attachment
        )
        written = self._written(letter, (operator.email,), lines, values, self._settings.address)
        return written._replace(attachments=files)

    @property
    def _desk(self) -> tuple[str, str]:
        return self._settings.name, self._settings.address

    def _via(self, name: str, said: Translation) -> str:
        """The customer's name as the desk's own display name: without an address in it, which spam filters punish."""
        plain = " ".join(word for word in name.split() if not _AT.intersection(word))[:60] or said.gettext("Customer")
        return said.gettext("%(name)s via %(desk)s") % {"name": plain, "desk": self._settings.name}

    def _reply_to(self, letter: Letter, customer: str, is_placed: bool) -> Iterator[bytes]:
        """Where the operator's Reply goes; nothing where From says it already, or nobody is there to answer."""
        answers = self._settings.answers
        if not customer or (answers == "direct" and is_placed):
            return
        own = _own_address(letter.number, self._settings.address)
        boxes = {"direct": [customer], "copied": [customer, own], "relayed": [own]}[answers]
        yield headers.mailboxes("Reply-To", [("", address) for address in boxes])

    def _about(self, letter: Letter, ticket: Ticket, subject: str, values: dict[str, Any]) -> Iterator[bytes]:
        """The fields that every letter has; its Subject may be a template's."""
        name = f"{letter.kind}.subject"
        if self._templates.has(name):
            subject = self._templates.words(name, letter.language, values)
        values["heading"] = f"[{letter.number}] {headers.one_line(subject)}"
        earlier = _earlier(ticket, letter)
        yield headers.text("Subject", values["heading"])
        yield headers.date("Date", letter.written_at)
        yield headers.ids("Message-ID", [letter.message_id])
        if earlier:
            yield headers.ids("In-Reply-To", earlier[:1])
            yield headers.ids("References", earlier)
        yield headers.token("X-Helpdesk-Ticket", letter.number)

    def _values(self, letter: Letter, ticket: Ticket, fields: Sequence[FieldValue]) -> dict[str, Any]:
        """What the templates of notice and forward may say."""
        return {
            "number": letter.number,
            "url": letter.url,
            "desk": self._settings.name,
            "subject": headers.one_line(ticket.inquiry.head.subject),
            "message": body.message_of(ticket.inquiry).rstrip("\n"),
            "fields": [_shown(field) for field in fields],
        }

    def _written(
        self, letter: Letter, recipients: Sequence[str], lines: list[bytes], values: dict[str, Any], sender: str
    ) -> Written:
        text = self._templates.words(f"{letter.kind}.txt", letter.language, values)
        html = self._templates.words(f"{letter.kind}.html", letter.language, values)
        return Written(letter, sender, tuple(recipients), tuple(lines), text.lstrip("\n"), html)


def _shown_recipients(addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Who a notice is To: those that need SMTPUTF8 are in the envelope only, or nobody would get it from a server
    that lacks it."""
    plain = [address for address in addresses if headers.ascii_domain(address).isascii()]
    return [("", address) for address in plain or addresses]


class _Content:
    """The content of a part, in pieces, as often as it is asked for."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self._file, self._part = file, part

    def __iter__(self) -> Iterator[bytes]:
        return parse.decoded(self._file, self._part)


def _own_address(number: str, desk: str) -> str:
    """The ticket's own address: the desk's with the number behind a plus (RFC 5233)."""
    local, _, domain = desk.rpartition("@")
    return f"{local}+{number}@{domain}"


def _earlier(ticket: Ticket, letter: Letter) -> list[str]:
    """The Message-IDs that this letter threads with: the inquiry's, then those of the letters before it."""
    found = [ticket.entries[0].message_id] if ticket.entries else []
    if letter.kind == FORWARD:  # an operator has seen the notices; a customer sees nothing of them
        sent = [
            name
            for entry in ticket.entries
            for name in entry.letters
            if f".{NOTICE}." in name or f".{FORWARD}." in name
        ]
        found += sent[: sent.index(letter.message_id)] if letter.message_id in sent else sent
    return [found[0], *found[1:][-MOST_REFERENCES:]] if found else []


def _shown(field: FieldValue) -> Shown:
    lines = body.field_lines(field.label, field.values)
    label = " ".join(field.label.split()).removesuffix(":")
    values = tuple(body.plain_lines(value).rstrip("\n") for value in field.values if value)
    return Shown(label, values, "\n".join(lines), len(lines) == 1)


def _moment(at: int) -> str:
    found = times.iso(at)
    return f"{found[:10]} {found[11:16]} UTC"


def _size(size: int) -> str:
    for unit in ("bytes", "kB"):
        if size < 1000:
            return f"{size} {unit}"
        size = round(size / 1000)
    return f"{size} MB"
