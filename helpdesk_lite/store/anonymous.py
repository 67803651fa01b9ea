"""A ticket file without its people: what happened and when stays, who the customer was and what anybody wrote goes.

Guarantee: numbers, times, places, standings, what operators did, the digests by which letters are known again, and the
Message-IDs of the desk's own letters are as before; every message's bytes are ours. It does not know where the file
lies, nor whether it may be done (erasing).
"""

from __future__ import annotations

import hashlib

from helpdesk_lite.store import mbox
from helpdesk_lite.words import letter
from helpdesk_lite.words.letter import domain_of
from helpdesk_lite.words.ticket import CUSTOMER, LETTER, NOTE, QUEUE, Customer, Inquiry
from helpdesk_lite.words.ties import KINDS as TIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

    from helpdesk_lite.words.ticket import Entry, Head

ERASED = "erased"  # kind of the entry that says so; and in place of the submission's digest, in the head
SUBJECT = "(erased)"
SOMEBODY = "somebody"  # who wrote, where that was neither the customer nor an operator
_SAYS_FACTS = ("reassigned", "marked", "spam", "binned", NOTE, *TIES)  # whose text, but for a note, names no customer


MESSAGE = f"Subject: {SUBJECT}\n\n{SUBJECT}\n".encode()


def ticket_bytes(content: mmap.mmap, erased: Entry) -> Iterator[bytes]:
    """The ticket file's next version; `erased` is its new last entry. TicketDamaged."""
    found = mbox.entries_of(content)
    head = mbox.head_of(content[: mbox.HEAD_SIZE])
    first, *rest = (plain(mbox.entry_of(one), head.number, erased) for one in found)
    yield from mbox.inquiry_bytes(plain_inquiry(head), first, [MESSAGE])
    for one, entry in zip(found[1:], rest, strict=True):
        yield from mbox.entry_bytes(head.number, entry, mbox.place_of(one) or QUEUE)
    yield from mbox.entry_bytes(head.number, erased, mbox.told_place(found))


def plain_inquiry(head: Head) -> Inquiry:
    """The inquiry of nobody: of its head stays what the form and the operators said."""
    return Inquiry(head._replace(subject=SUBJECT, submission=ERASED, attachments=0), Customer(), ())


def plain(entry: Entry, number: str, erased: Entry) -> Entry:
    """The entry without words and people. `erased` is one of ours, whose domain is the desk's."""
    is_theirs = entry.by == CUSTOMER or (entry.kind != LETTER and "@" not in entry.by)
    return entry._replace(
        by=entry.by if is_theirs else SOMEBODY,
        message_id=_own_id(entry, number, domain_of(erased.message_id.strip("<>"))),
        text=entry.text.partition("\n\n")[0] if entry.kind in _SAYS_FACTS else "",
        sender="",
        people=(),
    )


def _own_id(entry: Entry, number: str, domain: str) -> str:
    """The entry's Message-ID, if it is the desk's; else one that stands for it."""
    if domain_of(entry.message_id.strip("<>")).lower() == domain.lower():
        return entry.message_id
    chance = int(hashlib.sha256(entry.message_id.encode("utf-8", "replace")).hexdigest(), 16)
    return letter.message_id(number, entry.kind, chance, domain)
