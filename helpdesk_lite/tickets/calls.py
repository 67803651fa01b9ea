"""What an operator logs for a customer: a call, a visit, a chat become tickets like any other.

Guarantee: the desk's own: kept with the letters it causes, the same page sent twice is one ticket. One that is to be
its operator's is so from its first byte; if they may not have it, it goes to the queue, and its readers hear of it.
It draws no page.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite.desk import Draft
from helpdesk_lite.tickets import sameness
from helpdesk_lite.words import signing
from helpdesk_lite.words.errors import HandlingRefused
from helpdesk_lite.words.form import FieldValue, Upload
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import FORWARD, NOTICE, is_address
from helpdesk_lite.words.mistakes import no_address
from helpdesk_lite.words.rights import CLAIM, LOG
from helpdesk_lite.words.standing import TYPES, USUAL
from helpdesk_lite.words.ticket import CALLS, CLAIMED, INQUIRY, Customer, Head, Inquiry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator

FORM, TITLE = "call", "Call"  # what stands for the form
LONGEST = 200  # characters of a name or subject
LONGEST_TEXT = 100_000


class Call(NamedTuple):
    """What was said, and by whom. `takes`: whoever logs it has it at once; else it goes to the queue.

    `acknowledges`: the customer is mailed the number. `page` tells one filled-in page from the next.
    """

    channel: str
    subject: str
    text: str = ""
    name: str = ""
    email: str = ""
    type: str = ""
    category: str = ""
    uploads: tuple[Upload, ...] = ()
    takes: bool = True
    acknowledges: bool = False
    page: str = ""


class Calls(NamedTuple):
    """The verb."""

    desk: Desk

    def log(self, call: Call, operator: Operator) -> str:
        """Make a ticket of the call; its number. NotAllowed; HandlingRefused for what cannot be."""
        self.desk.demand(operator, LOG)
        _check(call)
        digest = _digest(call, operator)
        with self.desk.store.once(digest) as known:
            if known:
                with suppress(OSError):
                    self.desk.mend(known)  # whoever made it may have been killed before its letters were published
            return known or self.desk.keep(lambda number: self._drafted(number, call, operator, digest))

    def _drafted(self, number: str, call: Call, operator: Operator, digest: str) -> Draft:
        inquiry, note, duty = self.desk.reception.received(self._inquiry(number, call, digest))
        letters = self.desk.announcements(inquiry, (), call.acknowledges, note)
        claim, forwards = None, []
        if call.takes and self.desk.may(operator, CLAIM, inquiry.head):
            letters = [one for one in letters if one.kind != NOTICE]  # nobody else need take it
            duty = duty and duty._replace(hand=None)
            forwards = [self.desk.letter(FORWARD, inquiry, operator=operator.name)]
            claim = self.desk.entry(number, CLAIMED, operator.name, forwards)
        entry = self.desk.entry(number, INQUIRY, operator.name, letters)

        def message() -> Iterable[bytes]:
            from helpdesk_lite.mail import compose

            return compose.inquiry_message(inquiry, entry.message_id, self.desk.settings.address, call.uploads)

        return Draft(inquiry, entry, letters + forwards, message, duty, claim)

    def _inquiry(self, number: str, call: Call, digest: str) -> Inquiry:
        head = Head(
            number=number,
            received_at=int(self.desk.clock()),
            form=FORM,
            title=TITLE,
            subject=call.subject,
            attachments=len(call.uploads),
            category=call.category,
            language=self.desk.settings.language,
            submission=digest,
            standing=USUAL._replace(type=call.type),
            channel=call.channel,
        )
        contact = [FieldValue(name, label, (value,), True) for name, label, value in _contact(call) if value]
        return Inquiry(
            head, Customer(call.name, call.email), (*contact, FieldValue("message", "Message", (call.text,))), "message"
        )


def _contact(call: Call) -> tuple[tuple[str, str, str], ...]:
    return (("name", "Name", call.name), ("email", "Email", call.email))


def _check(call: Call) -> None:
    """HandlingRefused unless a ticket can be made of it."""
    if call.channel not in CALLS:
        raise HandlingRefused(Sentence("A channel is one of %(known)s.", known=", ".join(CALLS)))
    if call.type not in ("", *TYPES):
        raise HandlingRefused(Sentence("A type is one of %(known)s.", known=", ".join(TYPES)))
    if not call.subject:
        raise HandlingRefused(Sentence("Say in the subject what it is about."))
    if max(len(call.subject), len(call.name), len(call.email)) > LONGEST or len(call.text) > LONGEST_TEXT:
        text = N_("A subject, a name and an address have up to %(num)s characters.")
        raise HandlingRefused(Sentence(text, num=LONGEST))
    if call.email and not is_address(call.email):
        raise HandlingRefused(no_address(call.email))
    if call.acknowledges and not call.email:
        raise HandlingRefused(Sentence("Without a mail address nobody can be told the number."))


def _digest(call: Call, operator: Operator) -> str:
    """What makes two loggings the same: who, on which page, what; and the files."""
    files = [fact for upload in call.uploads for fact in (upload.name, sameness.content_digest(upload.path))]
    facts = (call.channel, call.type, call.category, call.name, call.email, call.subject, call.text)
    return signing.digest_of([FORM, operator.name, call.page, *facts, *files])
