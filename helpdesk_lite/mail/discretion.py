"""What a letter's words may tell those who have not claimed the ticket: what was asked, not how to reach who asked.

Guarantee: no signature, no quoted letter (whose signature it has, too) and none of the given addresses is in what is
left. It cannot know a telephone number that stands in the middle of a sentence. The letter itself stays whole.
"""

from __future__ import annotations

import re

from helpdesk_lite.mail.own_words import own_words
from helpdesk_lite.words.ticket import AUTOMATIC, EXCLUDED, INCLUDED, INQUIRY, LETTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk_lite.words.ticket import Ticket

_WORD = r"[^\s<>()\[\]:;,\"']"
_ADDRESS = re.compile(rf"(?<!{_WORD}){_WORD}+@{_WORD}+")
# Files that tell who somebody is and where, and nothing of what is asked.
_TELLING = re.compile(r"text/(?:x-)?vcard|text/directory|message/.*|application/(?:x-)?(?:pgp-|pkcs7-|pkcs10|pkix).*")


def hidden_in(ticket: Ticket) -> frozenset[str]:
    """Every address in the ticket at which somebody of the customer's side can be reached."""
    found = {ticket.inquiry.customer.email}
    for entry in ticket.entries:
        if entry.kind in (INQUIRY, LETTER, AUTOMATIC, INCLUDED, EXCLUDED):
            found.update((entry.sender.rpartition("<")[2].rstrip(">"), *entry.people))
    return frozenset(found - {""})


def public(ticket: Ticket, word: str) -> Ticket:
    """The ticket with what its subject and fields may tell; the customer and the contact fields stay as they are."""
    hidden = hidden_in(ticket)
    inquiry = ticket.inquiry
    is_letter = bool(ticket.entries[0].sender)
    fields = []
    for field in inquiry.fields:
        told = discreet if is_letter and field.name == inquiry.message_field else without
        is_told = not field.is_contact
        fields.append(field._replace(values=tuple(told(one, hidden, word) if is_told else one for one in field.values)))
    head = inquiry.head._replace(subject=without(inquiry.head.subject, hidden, word))
    return ticket._replace(inquiry=inquiry._replace(head=head, fields=tuple(fields)))


def discreet(text: str, addresses: Iterable[str], word: str) -> str:
    """What of the letter's `text` its writer wrote, with `word` for each of the `addresses`, however written."""
    return without(own_words(text), addresses, word)


def without(text: str, addresses: Iterable[str], word: str) -> str:
    """`text` with `word` for each of the `addresses`, in capitals or not; not where one is a part of another."""
    wanted = [re.escape(address) for address in sorted(filter(None, addresses), key=len, reverse=True)]
    if not wanted:
        return text
    found = rf"(?<![\w.+-])(?:mailto:)?(?:{'|'.join(wanted)})(?![\w-]|\.\w)"
    return re.sub(found, lambda _: word, text, flags=re.IGNORECASE)


def without_any(text: str, word: str) -> str:
    """`text` with `word` for all that looks like an address: a mail server's words may name one in a new way."""
    return _ADDRESS.sub(lambda _: word, text)


def tells_who(media_type: str) -> bool:
    """Whether a file of this type says above all whose it is: a card, a key, a letter with its header."""
    return bool(_TELLING.fullmatch(media_type))
