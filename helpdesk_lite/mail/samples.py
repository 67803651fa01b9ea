"""Letters about a ticket that there is not, as they would be written: to look at templates and to try them.

Guarantee: they are made as the courier has letters made (mail/written), of a full ticket and of one where
all is missing that can be; nothing in them can be answered. It sends nothing and keeps nothing.
"""

from __future__ import annotations

import io
from typing import NamedTuple

from helpdesk_lite.mail import body, compose, headers
from helpdesk_lite.mail.compose import Attachment
from helpdesk_lite.mail.written import Writer
from helpdesk_lite.words import i18n, times
from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.words.i18n import N_
from helpdesk_lite.words.letter import (
    ACKNOWLEDGEMENT,
    ANSWER,
    FORWARD,
    INVITATION,
    LINK,
    NOTICE,
    RESOLVED,
    RETURNED,
    TOLD,
    Letter,
)
from helpdesk_lite.words.ticket import CLAIMED, INQUIRY, QUEUE, Customer, Entry, Head, Inquiry, Place, Ticket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.mail.templates import Templates
    from helpdesk_lite.mail.written import Written
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.settings import Settings

NUMBER = "3D9P-WLQ2-7KXH"
_KEY = "?key=this-is-a-sample"
# Every letter that templates write, in the order of a ticket's life; where its link leads.
WRITTEN_BY_TEMPLATES = {
    NOTICE: f"/tickets/{NUMBER}",
    ACKNOWLEDGEMENT: f"/status/{NUMBER}{_KEY}",
    FORWARD: f"/tickets/{NUMBER}",
    ANSWER: f"/tickets/{NUMBER}",  # of which they write the subject alone
    TOLD: f"/tickets/{NUMBER}",
    RETURNED: f"/tickets/{NUMBER}",
    RESOLVED: f"/status/{NUMBER}{_KEY}",
    LINK: f"/my-tickets{_KEY}",
    INVITATION: f"/invitation{_KEY}",
}
_NOTES = {  # what stands in `note`
    NOTICE: N_("Nobody here knows this printer."),
    TOLD: N_("%(who)s named you in a note in ticket %(number)s:"),
    RETURNED: N_("%(who)s has ticket %(number)s, since %(since)s. Nothing went to the customer."),
    INVITATION: "%(who)s",
}


class Sample(NamedTuple):
    """What the letters are about: whose desk, for whom, when (seconds UTC), and whether all is missing that can be."""

    settings: Settings
    operator: Operator
    now: int
    is_bare: bool = False

    def letter(self, kind: str, templates: Templates, language: str) -> Written:
        """The letter of this kind, a key of `WRITTEN_BY_TEMPLATES`, in this language. LetterRefused."""
        said = i18n.translation(language)
        ticket, message = self._ticket(kind, said)
        note = _NOTES.get(kind, "") if kind != NOTICE or self.is_bare else ""
        values = {"who": "Ada", "number": NUMBER, "since": times.moment(self.now)}
        is_linked = not self.is_bare or kind in (LINK, INVITATION)
        letter = Letter(
            _message_id(kind),
            kind,
            NUMBER,
            ticket.inquiry.head.subject,
            self.now,
            self.settings.broadcast if kind == NOTICE else ("jane@example.com",),
            operator=self.operator.name,
            url=self._base + WRITTEN_BY_TEMPLATES[kind] if is_linked else "",
            language=language,
            entry=ticket.entries[0].message_id,
            note=said.gettext(note) % values if note else "",
        )
        writer = Writer(self.settings, templates, b"sample", comes_in=not self.is_bare)
        file = io.BytesIO(message)
        if kind == NOTICE:
            return writer.notice(letter, ticket, file)
        if kind == INVITATION:
            return writer.invitation(letter, self.operator)
        plain = {ACKNOWLEDGEMENT: writer.acknowledgement, LINK: writer.link, RESOLVED: writer.resolved}
        if kind in plain:
            return plain[kind](letter, ticket)
        if kind == ANSWER:
            return writer.answer(letter, ticket, file, self.operator)
        if kind == FORWARD:
            return writer.forward(letter, ticket, file, self.operator, is_placed=True)
        write = {TOLD: writer.told, RETURNED: writer.returned}[kind]
        return write(letter, ticket, None if self.is_bare else file, self.operator)

    @property
    def _base(self) -> str:
        return self.settings.url or "https://www.example.org/cgi-bin/helpdesk.cgi"

    def _ticket(self, kind: str, said: Translation) -> tuple[Ticket, bytes]:
        """The ticket, and the message that is its first entry."""
        subject, text = said.gettext("The printer is on fire"), said.gettext("It burns.\nFrom here I can see it.")
        fields: tuple[FieldValue, ...] = (
            FieldValue("name", said.gettext("Your name"), ("Jane Doe",), True),
            FieldValue("email", said.gettext("Your email address"), ("jane@example.com",), True),
            FieldValue("room", said.gettext("Room"), ("12 b",)),
            FieldValue("place", said.gettext("Where it stands"), ("Main St 1\nSpringfield",)),
            FieldValue("message", said.gettext("Message"), (text,)),
        )
        files = [Attachment("printer.jpg", "image/jpeg", [b"\xff\xd8\xff" + bytes(40_000)])]
        customer = Customer("Jane Doe", "jane@example.com")
        if self.is_bare:
            fields, files, customer = (), [], Customer()
        head = Head(NUMBER, self.now, "contact", said.gettext("Contact us"), subject, len(files))
        inquiry = Inquiry(head, customer, fields, "message")
        name = _message_id(INQUIRY)
        lines = [headers.mailboxes("From", [compose.sender(inquiry, self.settings.address)])]
        is_operators = kind in (ANSWER, RETURNED)
        words = body.message_of(inquiry) if is_operators else body.text_of(inquiry)
        message = b"".join(compose.message(lines, words, attachments=[] if is_operators else files, seed=name))
        place = QUEUE if kind == NOTICE else Place(CLAIMED, self.operator.name)
        entries = [Entry(INQUIRY, "customer", self.now, name)]
        if kind == NOTICE and self.is_bare:  # one that was handed up
            entries.append(Entry("escalated", "ada", self.now, "", (_message_id(kind),)))
        return Ticket(inquiry, place, self.now, tuple(entries)), message


def _message_id(kind: str) -> str:
    return f"<{NUMBER}.{kind}.sample@localhost>"
