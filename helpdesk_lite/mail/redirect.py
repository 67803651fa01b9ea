"""A customer's letter, sent on to an operator as it came: From: the customer, below fields of ours.

Guarantee: the letter's own header and body are untouched but for line ends, so DKIM signatures hold; above them stands
who sent it on (RFC 5322, 3.6.6), and it is no letter of another's than the ticket knows. Whether a mail server will
believe it is for the courier: the domain of its sender has the last word.
"""

from __future__ import annotations

from helpdesk_lite.mail import addresses, head, headers
from helpdesk_lite.mail.original import Original
from helpdesk_lite.mail.written import Written
from helpdesk_lite.words.letter import domain_of
from helpdesk_lite.words.ticket import INQUIRY, LETTER, TYPED, address_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.settings import Settings
    from helpdesk_lite.words.ticket import Entry, Ticket


def redirected(
    letter: Letter, ticket: Ticket, message: BinaryIO, operator: Operator, settings: Settings
) -> Written | None:
    """The forward of a letter, untouched; None if it needs another shape.

    That is so where a Reply must not simply go to its sender, and where it is not one known sender's.
    """
    entry = next(one for one in ticket.entries if one.message_id == (letter.entry or ticket.entries[0].message_id))
    is_direct = (ticket.inquiry.head.answers or settings.answers) == "direct"
    if not is_direct or not _is_known(entry, ticket) or not sender_domain(message):
        return None
    lines = (
        headers.date("Resent-Date", letter.written_at),
        headers.mailboxes("Resent-From", [(settings.name, settings.address)]),
        headers.mailboxes("Resent-To", [("", operator.email)]),
        headers.ids("Resent-Message-ID", [letter.message_id]),
        headers.token("X-Helpdesk-Ticket", letter.number),
        headers.token("X-Auto-Response-Suppress", "All"),
    )
    original = Original(message, is_whole=True)
    return Written(letter, settings.address, (operator.email,), lines, original=original)


def sender_domain(message: BinaryIO) -> str:
    """The domain of the one address in From:, in the DNS's own form; "" if there are several, or none."""
    fields = head.read(message)[0].every("from")
    found = addresses.mailboxes(fields)
    one_field = len(fields) == 1 and len(found) == 1
    return domain_of(headers.ascii_domain(found[0].address)).lower() if one_field else ""


def _is_known(entry: Entry, ticket: Ticket) -> bool:
    """Whether somebody mailed it whom the ticket knows; a stranger has to be shown as such."""
    if entry.kind == INQUIRY:
        return ticket.began_with_mail
    is_mail = entry.kind == LETTER and not entry.digest.startswith(TYPED)
    return is_mail and address_in(entry.sender).lower() in map(str.lower, ticket.known(entry.message_id))
