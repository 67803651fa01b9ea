"""A letter as it will be read: from its recipe in the outbox, the ticket and the templates to headers, words and files.

Guarantee: a notice says nothing of who asked; an acknowledgement says nothing that was typed; a letter that somebody
wrote goes on as it came, below a header that is all ours, wherever it can. Whom that header names is mail/parties'.
It reads no ticket file and sends nothing (courier).
"""

from __future__ import annotations

import io
from itertools import takewhile
from typing import NamedTuple

from helpdesk_lite.mail import body, charsets, compose, discretion, head, headers, parse, rebuilt
from helpdesk_lite.mail.compose import Attachment
from helpdesk_lite.mail.original import Original
from helpdesk_lite.mail.parties import Parties
from helpdesk_lite.mail.transport.contract import SEVEN_BIT
from helpdesk_lite.words import i18n, times
from helpdesk_lite.words.errors import LetterRefused
from helpdesk_lite.words.letter import (
    ACKNOWLEDGEMENT,
    ANSWER,
    FORWARD,
    LINK,
    NOTICE,
    RESOLVED,
    RETURNED,
    TOLD,
    is_address,
)
from helpdesk_lite.words.ticket import CLAIMED, INQUIRY, LETTER, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, BinaryIO

    from helpdesk_lite.mail.templates import Templates
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.form import FieldValue
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.settings import Settings
    from helpdesk_lite.words.ticket import Entry, Ticket

MOST_REFERENCES = 20
LONGEST_SUBJECT = 500


class Written(NamedTuple):
    """A letter and its envelope: `sender` is where a failure is reported to ("" for nowhere, RFC 5321, 4.5.5).

    Below its head comes either what a template said, with the `pictures` of its HTML, or an `original`: a letter
    that somebody wrote.
    """

    letter: Letter
    sender: str
    recipients: tuple[str, ...]
    head: tuple[bytes, ...]
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    original: Original | None = None
    pictures: tuple[Attachment, ...] = ()

    def chunks(self, carries: Callable[[], int] = lambda: SEVEN_BIT) -> Iterator[bytes]:
        """The whole message, in pieces, with LF line ends, for a way that carries so much (`Transport.carries`).

        An original that the way cannot carry is put together anew. Then no signature holds; so an operator has the
        letter as it came as a file, too. A customer has not: its header would tell what a relayed answer hides.
        """
        seed = self.letter.message_id
        if self.original is None:
            return compose.message(self.head, self.text, self.html, self.attachments, seed, self.pictures)
        needs = self.original.needs
        if needs == SEVEN_BIT or needs <= carries():
            return _concatenated(self.head, self.original.chunks())
        return rebuilt.message(self.head, self.original.file, seed, with_original=self.letter.kind == FORWARD)


class Shown(NamedTuple):
    """A field as the templates see it."""

    label: str
    values: tuple[str, ...]
    text: str
    is_short: bool


class Writer:
    """Writes the letters of one desk. `secret` is data/secret; `comes_in`: mail is known to reach the desk."""

    def __init__(self, settings: Settings, templates: Templates, secret: bytes, comes_in: bool = True) -> None:
        self._settings = settings
        self._templates = templates
        self._parties = Parties(settings, secret)
        self._comes_in = comes_in

    def notice(self, letter: Letter, ticket: Ticket, message: BinaryIO) -> Written:
        """The news of a ticket for the broadcast address: what was asked, not by whom. LetterRefused."""
        word = i18n.translation(letter.language).gettext("(address)")
        public = discretion.public(ticket, word)
        asked = public.inquiry.head
        is_letter = ticket.began_with_mail
        values = {
            **self._values(letter, public, body.public_fields(public.inquiry)),
            "title": asked.title,
            "note": discretion.without(letter.note, discretion.hidden_in(ticket), word),
            "comes_in": self._comes_in,
            "is_handed_up": any(letter.message_id in one.letters for one in ticket.entries if one.kind == "escalated"),
            "received": _moment(asked.received_at),
            "attachments": [
                {"name": discretion.without(part.name, discretion.hidden_in(ticket), word), "size": _size(part.size)}
                for part in parse.parts(message)
                if part.is_attachment and not (is_letter and discretion.tells_who(part.type))
            ],
        }
        lines = [
            *self._parties.of_notice(letter),
            *self._about(letter, ticket, asked.subject, values),
            *_by_itself(),
        ]
        return self._written(letter, letter.recipients, lines, values, self._settings.address)

    def acknowledgement(self, letter: Letter, ticket: Ticket) -> Written:
        """The tracking number for the customer, in fixed words: nobody can make the desk say theirs. LetterRefused."""
        subject = i18n.translation(letter.language).gettext("We have received your message")
        return self._for_customer(letter, ticket, subject)

    def link(self, letter: Letter, ticket: Ticket) -> Written:
        """The link to all their tickets, for the customer who asked for it. LetterRefused."""
        return self._for_customer(letter, ticket, i18n.translation(letter.language).gettext("Your tickets"))

    def resolved(self, letter: Letter, ticket: Ticket) -> Written:
        """The news, for the customer, that their ticket is thought to be done. LetterRefused."""
        return self._for_customer(letter, ticket, i18n.translation(letter.language).gettext("We think it is done"))

    def invitation(self, letter: Letter, operator: Operator) -> Written:
        """The link with which an operator chooses a password; `note` is who invites them. LetterRefused."""
        heading = i18n.translation(letter.language).gettext("Your account at %(desk)s") % {"desk": self._settings.name}
        values = {"url": letter.url, "desk": self._settings.name, "who": letter.note, "name": operator.name}
        lines = [
            *self._parties.of_returned(letter, operator),
            *_named(letter, heading),
            *_by_itself(),
        ]
        written = {**values, "heading": heading}
        return self._written(letter, (operator.email,), lines, written, self._settings.address)

    def sample(self, letter: Letter, operator: Operator) -> Written:
        """A letter that was written already, to be looked at by who tries a template. LetterRefused."""
        lines = [
            *self._parties.of_returned(letter, operator),
            *_named(letter, letter.subject),
            *_by_itself(),
        ]
        return self._passed_on(letter, (operator.email,), lines, io.BytesIO(letter.note.encode()))

    def _for_customer(self, letter: Letter, ticket: Ticket, subject: str) -> Written:
        """The desk's own words for the customer, without a word of anybody else's."""
        values = {"number": letter.number, "url": letter.url, "desk": self._settings.name}
        is_reply = letter.kind != RESOLVED  # to what the customer sent just now (RFC 3834, 5)
        lines = [
            *self._parties.of_acknowledgement(letter),
            *self._about(letter, ticket, subject, values),
            *_by_itself("auto-replied" if is_reply else "auto-generated"),
        ]
        return self._written(letter, letter.recipients, lines, values, sender="")

    def forward(
        self, letter: Letter, ticket: Ticket, message: BinaryIO, operator: Operator, is_placed: bool
    ) -> Written:
        """What the customer wrote, for the operator who claimed it: a form filled in, or a letter. LetterRefused.

        `is_placed`: it goes straight into the mailbox, where no SPF or DMARC check is in the way of From: customer.
        """
        entry = _entry(letter, ticket)
        if entry.kind != INQUIRY or ticket.began_with_mail:
            lines = [
                *self._parties.for_ticket(ticket).of_letter(letter, ticket, entry, operator, is_placed),
                *self._about(letter, ticket, _subject(message, ticket), self._values(letter, ticket, ())),
                headers.token("X-Auto-Response-Suppress", "All"),
            ]
            return self._passed_on(letter, (operator.email,), lines, message)
        inquiry = ticket.inquiry
        values = {
            **self._values(letter, ticket, body.other_fields(inquiry)),
            "has_address": is_address(inquiry.customer.email),
        }
        lines = [
            *self._parties.for_ticket(ticket).of_inquiry(letter, inquiry, operator, is_placed),
            *self._about(letter, ticket, inquiry.head.subject, values),
            headers.token("X-Auto-Response-Suppress", "All"),
        ]
        written = self._written(letter, (operator.email,), lines, values, self._settings.address)
        return written._replace(attachments=_files(message))

    def answer(self, letter: Letter, ticket: Ticket, message: BinaryIO, operator: Operator | None) -> Written:
        """An operator's letter for the customer, as a letter of a person: no mark of a machine on it. LetterRefused.

        Of its own header nothing goes out. None: the operator is gone.
        """
        lines = [
            *self._parties.for_ticket(ticket).of_answer(letter, ticket, _entry(letter, ticket), operator),
            *self._about(letter, ticket, ticket.inquiry.head.subject, self._values(letter, ticket, ())),
        ]
        return self._passed_on(letter, letter.recipients, lines, message)

    def returned(self, letter: Letter, ticket: Ticket, message: BinaryIO | None, operator: Operator) -> Written:
        """What an operator has to hear of their letter, and below it the letter, ready to be used. LetterRefused."""
        values = {
            **self._values(letter, ticket, ()),
            "note": letter.note,
            "message": parse.text_of(message).strip("\n") if message else "",
        }
        lines = [
            *self._parties.of_returned(letter, operator),
            *self._about(letter, ticket, ticket.inquiry.head.subject, values),
            *_by_itself("auto-replied"),
        ]
        written = self._written(letter, (operator.email,), lines, values, sender="")
        return written._replace(attachments=_files(message)) if message else written

    def told(self, letter: Letter, ticket: Ticket, message: BinaryIO | None, operator: Operator) -> Written:
        """What one operator has to know of a ticket: a sentence, and below it the words of an entry. LetterRefused.

        Unless they have the ticket they learn no more of who asked than from the queue.
        """
        word = i18n.translation(letter.language).gettext("(address)")
        is_theirs = ticket.place == Place(CLAIMED, operator.name)
        shown = ticket if is_theirs else discretion.public(ticket, word)
        text = parse.text_of(message).strip("\n") if message else ""
        if message and _entry(letter, ticket).kind == INQUIRY and not ticket.began_with_mail:
            text = body.message_of(shown.inquiry).rstrip("\n")  # not the form's other fields, which tell who asked
        elif not is_theirs:
            text = discretion.discreet(text, discretion.hidden_in(ticket), word)
        values = {**self._values(letter, shown, ()), "note": letter.note, "message": text}
        lines = [
            *self._parties.of_returned(letter, operator),
            *self._about(letter, ticket, shown.inquiry.head.subject, values),
            *_by_itself(),
        ]
        return self._written(letter, (operator.email,), lines, values, self._settings.address)

    def _about(self, letter: Letter, ticket: Ticket, subject: str, values: dict[str, Any]) -> Iterator[bytes]:
        """The fields that every letter has; its Subject may be a template's."""
        name = f"{letter.kind}.subject"
        if self._templates.has(name):
            subject = self._templates.words(name, letter.language, values)
        values["heading"] = f"[{letter.number}] {headers.one_line(subject)}"
        earlier = [one for one in _earlier(ticket, letter) if one.isascii()]
        if letter.kind in (NOTICE, TOLD) and ticket.entries[0].digest:
            earlier = earlier[1:]  # a Message-ID of the customer's own tells where they are at home
        yield from _named(letter, values["heading"])
        if earlier:
            yield headers.ids("In-Reply-To", [_replied_to(ticket, letter) or earlier[0]])
            yield headers.ids("References", earlier)
        yield headers.token("X-Helpdesk-Ticket", letter.number)

    def _values(self, letter: Letter, ticket: Ticket, fields: Sequence[FieldValue]) -> dict[str, Any]:
        """What the templates of every letter about what somebody wrote may say."""
        return {
            "number": letter.number,
            "url": letter.url,
            "desk": self._settings.name,
            "subject": headers.one_line(ticket.inquiry.head.subject),
            "message": body.message_of(ticket.inquiry).rstrip("\n"),
            "fields": [_shown(field) for field in fields],
        }

    def _passed_on(
        self, letter: Letter, recipients: Sequence[str], lines: Iterable[bytes], message: BinaryIO
    ) -> Written:
        return Written(letter, self._settings.address, tuple(recipients), tuple(lines), original=Original(message))

    def _written(
        self, letter: Letter, recipients: Sequence[str], lines: list[bytes], values: dict[str, Any], sender: str
    ) -> Written:
        logo = self._templates.logo()
        values = {**values, "logo": logo.content_id if logo else ""}
        text = self._templates.words(f"{letter.kind}.txt", letter.language, values)
        html = self._templates.words(f"{letter.kind}.html", letter.language, values)
        pictures = (logo,) if logo and f"cid:{logo.content_id}" in html else ()
        return Written(letter, sender, tuple(recipients), tuple(lines), text.lstrip("\n"), html, pictures=pictures)


def _named(letter: Letter, subject: str) -> Iterator[bytes]:
    """What letter this is: Subject, Date and Message-ID, the same whenever it is sent again."""
    yield headers.text("Subject", headers.one_line(subject))
    yield headers.date("Date", letter.written_at)
    yield headers.ids("Message-ID", [letter.message_id])


def _by_itself(how: str = "auto-generated") -> Iterator[bytes]:
    """The marks by which programs know that they are not to answer (RFC 3834, 5; the second is Microsoft's)."""
    yield headers.token("Auto-Submitted", how)
    yield headers.token("X-Auto-Response-Suppress", "All")


def _concatenated(head: Iterable[bytes], content: Iterable[bytes]) -> Iterator[bytes]:
    yield from head
    yield from content


def _entry(letter: Letter, ticket: Ticket) -> Entry:
    """The entry that the letter brings. LetterRefused if the ticket has none such."""
    for entry in ticket.entries:
        if entry.message_id == letter.entry or not letter.entry:
            return entry
    raise LetterRefused(
        i18n.Sentence("Ticket %(number)s has no entry %(entry)s.", number=ticket.number, entry=letter.entry)
    )


def _files(message: BinaryIO) -> tuple[Attachment, ...]:
    return tuple(rebuilt.attachment(message, part) for part in parse.parts(message) if part.is_attachment)


def _subject(message: BinaryIO, ticket: Ticket) -> str:
    """The letter's own subject without the number, which is put before it; the inquiry's if it has none."""
    own = headers.one_line(charsets.decoded_words(head.read(message)[0].first("subject")))[:LONGEST_SUBJECT]
    plain = " ".join(own.replace(f"[{ticket.number}]", " ").split())
    return plain or ticket.inquiry.head.subject


def _earlier(ticket: Ticket, letter: Letter) -> list[str]:
    """The Message-IDs that this letter threads with: the first letter's, then those that its reader knows."""
    found = [ticket.entries[0].message_id] if ticket.entries else []
    for entry in ticket.entries[: _place(ticket, letter)]:
        if letter.kind in (ANSWER, RESOLVED) and entry.kind in (INQUIRY, LETTER):
            found.append(entry.message_id)
        before = takewhile(lambda name: name != letter.message_id, entry.letters)
        found += [name for name in before if _kind(name) in _SEEN[letter.kind]]
    if letter.kind == RETURNED and letter.entry:
        found.append(letter.entry)
    found = list(dict.fromkeys(found))
    return [*found[:1], *found[1:][-MOST_REFERENCES:]]


# Which letters somebody has who gets one of these: an operator has seen the notices, and a customer nothing of them.
_SEEN = {
    NOTICE: (),
    ACKNOWLEDGEMENT: (),
    LINK: (ACKNOWLEDGEMENT, ANSWER, RESOLVED),
    RESOLVED: (ACKNOWLEDGEMENT, ANSWER, RESOLVED),
    FORWARD: (NOTICE, FORWARD),
    RETURNED: (NOTICE, FORWARD),
    TOLD: (NOTICE, FORWARD),
    ANSWER: (ACKNOWLEDGEMENT, ANSWER, RESOLVED),
}


def _kind(message_id: str) -> str:
    """What kind of letter of ours has this Message-ID."""
    return message_id.partition(".")[2].partition(".")[0]


def _place(ticket: Ticket, letter: Letter) -> int:
    """How many entries there were when the letter was written: up to the one that names it."""
    places = [place for place, entry in enumerate(ticket.entries) if letter.message_id in entry.letters]
    return places[0] + 1 if places else len(ticket.entries)


def _replied_to(ticket: Ticket, letter: Letter) -> str:
    """What an answer answers: the last letter that its reader wrote. "" for others."""
    if letter.kind == RETURNED:
        return letter.entry
    if letter.kind != ANSWER:
        return ""
    found = [
        entry.message_id
        for entry in ticket.entries[: _place(ticket, letter)]
        if entry.kind == LETTER or (entry.kind == INQUIRY and ticket.began_with_mail)
    ]
    return found[-1] if found and found[-1].isascii() else ""


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
