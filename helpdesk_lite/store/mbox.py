"""The ticket file: an mbox (RFC 4155, mboxrd quoting) of entries, our trace lines above each message's own bytes.

Guarantee: every byte of a message that ends in a line end comes back; no message can end an entry or forge a trace
line; the head of the file tells its line in the queue. It does not know where the file lies (store/flat).
"""

from __future__ import annotations

import mmap
import re
from typing import NamedTuple

from helpdesk_lite.words import standing, times, trace
from helpdesk_lite.words.errors import TicketDamaged
from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.words.letter import domain_of
from helpdesk_lite.words.ticket import INQUIRY, QUEUE, Customer, Entry, Head, Inquiry, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from helpdesk_lite.words.standing import Standing

HEAD_SIZE = 8192  # bytes that always hold the facts of `Head`
_END = ("Trace", "ends")  # the last of our lines: what follows is the message's own, whatever it is called
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
_MAY_BECOME = re.compile(rb">*(?:F(?:r(?:om?)?)?)?\Z")  # the beginning of such a line
_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)
_NEXT = b"\nFrom "
_STANDING = re.compile(rb"(From [^\n]*\nX-Helpdesk-Ticket: [^\n]*\n)(X-Helpdesk-Standing: [^\n]*\n)?")  # of the head
_QUOTE, _LINE_END = b">\n"
_WINDOW = 1 << 20  # bytes of a file that are in memory at once while it is searched


class Found(NamedTuple):
    """An entry in an open ticket file: its trace lines in order, and where its message's stored bytes begin and end."""

    facts: list[tuple[str, str]]
    start: int
    end: int

    def fact(self, name: str) -> str:
        """The first fact of this name; "" if there is none."""
        return next((value for key, value in self.facts if key == name), "")


def inquiry_bytes(inquiry: Inquiry, entry: Entry, message: Iterable[bytes]) -> Iterator[bytes]:
    """A whole new ticket file."""
    yield _separator(inquiry.customer.email, entry.at)
    yield from (trace.written(name, value) for name, value in _inquiry_facts(inquiry, entry))
    yield trace.written(*_END)
    yield from quoted(message)
    yield b"\n"


def entry_bytes(number: str, entry: Entry, place: Place, message: Iterable[bytes] | None = None) -> Iterator[bytes]:
    """What is added to a ticket file when `entry` puts it into `place`: the letter `message`, with any line ends; or
    a small message of our own that any mail program shows.
    """
    domain = domain_of(entry.message_id.strip("<>"))
    yield _separator(entry.sender.rpartition("<")[2].rstrip(">") or f"{entry.by}@{domain}", entry.at)
    for name, value in (
        ("Ticket", number),
        *_standing_facts(entry.standing),
        *_entry_facts(entry),
        *_letter_facts(entry),
        ("Place", " ".join(place).strip()),
        _END,
    ):
        yield trace.written(name, value)
    yield from quoted(_happened(number, entry, domain) if message is None else message)
    yield b"\n"


def head_of(first_bytes: bytes) -> Head:
    """The head of the ticket whose file begins with `first_bytes` (HEAD_SIZE of them suffice). TicketDamaged."""
    separator, _, rest = first_bytes.partition(b"\n")
    if not separator.startswith(b"From "):
        raise TicketDamaged("It does not begin as a ticket file does.")
    return _head(dict(reversed(list(_facts(rest.split(b"\n"))))))


def entries_of(file: mmap.mmap) -> list[Found]:
    """All entries of an open ticket file, in order. TicketDamaged if it is none."""
    if file[:5] != b"From ":
        raise TicketDamaged("It does not begin as a ticket file does.")
    found = []
    start = 0
    while start >= 0:
        following = _find(file, _NEXT, start, len(file))
        found.append(_found(file, start, len(file) if following < 0 else following + 1))
        start = following + 1 if following >= 0 else -1
    return found


def entry_of(found: Found) -> Entry:
    """The entry as a value. TicketDamaged."""
    facts = dict(reversed(found.facts))
    try:
        return Entry(
            kind=facts["Entry"],
            by=facts["By"],
            at=times.from_iso(facts["At"]),
            message_id=facts["Message-ID"],
            letters=tuple(facts["Letters"].split()),
            text=facts.get("Text", ""),
            sender=facts.get("Sender", ""),
            digest=facts.get("Digest", ""),
            people=tuple(facts.get("People", "").split()),
            standing=standing_of(found),
        )
    except (KeyError, ValueError) as missing:
        raise TicketDamaged(f"An entry is not complete: {missing}.") from None


def place_of(found: Found) -> Place | None:
    """Where the entry put the ticket; None if it is not such an entry."""
    words = found.fact("Place").split()
    return Place(words[0], words[1] if len(words) > 1 else "") if words else None


def told_place(entries: Sequence[Found]) -> Place:
    """Where the ticket's entries say that it is."""
    return next((place for place in map(place_of, reversed(entries)) if place), QUEUE)


def standing_of(found: Found) -> Standing | None:
    """How the ticket stands from this entry on; None if as before. What stands above the inquiry is the head's."""
    told = [value for key, value in found.facts if key == "Standing"]
    return standing.read(told[0]) if told and found.fact("Entry") != INQUIRY else None


def told_standing(entries: Sequence[Found]) -> Standing | None:
    """How the ticket's entries say that it stands; None if none of them does."""
    return next((one for one in map(standing_of, reversed(entries)) if one is not None), None)


def standing_in(first_bytes: bytes) -> Standing:
    """How the ticket whose file begins with `first_bytes` stands, as its head tells; as usual if that is no head."""
    found = _STANDING.match(first_bytes)
    fact = found and found[2] and trace.read(found[2])
    return standing.read(fact[1]) if fact else standing.USUAL


def around_standing(first_bytes: bytes) -> tuple[bytes, bytes]:
    """What is above the line that tells how the ticket stands, and what is below it. TicketDamaged."""
    found = _STANDING.match(first_bytes)
    if found is None:
        raise TicketDamaged("It does not begin as a ticket file does.")
    return found[1], first_bytes[found.end() :]


def with_standing(content: Iterable[bytes], now: Standing) -> Iterator[bytes]:
    """A ticket file's bytes, its head telling this standing. The first piece holds the head. TicketDamaged."""
    pieces = iter(content)
    above, below = around_standing(next(pieces, b""))
    yield above
    yield from (trace.written(name, value) for name, value in _standing_facts(now, is_head=True))
    yield below
    yield from pieces


def inquiry_of(found: Found) -> Inquiry:
    """The inquiry that the first entry holds. TicketDamaged."""
    facts = dict(reversed(found.facts))
    labels: dict[str, str] = {}
    answers: dict[str, list[str]] = {}
    for key, value in found.facts:
        if key.startswith("Label-"):
            name = trace.from_name(key[6:])
            labels[name] = value
            answers.setdefault(name, [])
        elif key.startswith("Field-"):
            answers.setdefault(trace.from_name(key[6:]), []).append(value)
    contact = {trace.from_name(name) for name in facts.get("Contact", "").split()}
    return Inquiry(
        _head(facts),
        Customer(facts.get("Customer-Name", ""), facts.get("Customer-Email", "")),
        tuple(
            FieldValue(name, labels.get(name, name), tuple(values), name in contact) for name, values in answers.items()
        ),
        trace.from_name(facts.get("Message-Field", "")),
        facts.get("Browser", ""),
    )


def is_quoted(file: mmap.mmap, found: Found) -> bool:
    """Whether the message's stored bytes differ from its own."""
    at = found.start - 1
    while (at := _find(file, b">From ", at + 1, found.end)) >= 0:
        begin = at
        while begin > found.start and file[begin - 1] == _QUOTE:
            begin -= 1
        if begin == found.start or file[begin - 1] == _LINE_END:
            return True
    return False


def unquoted(lines: Iterable[bytes]) -> Iterator[bytes]:
    """A message's own bytes, from its stored ones given line by line."""
    return (line[1:] if _QUOTED.match(line) else line for line in lines)


def _head(facts: dict[str, str]) -> Head:
    """The head that these facts tell. TicketDamaged."""
    try:
        return Head(
            number=facts["Ticket"],
            received_at=times.from_iso(facts["At"]),
            form=facts["Form"],
            title=facts["Title"],
            subject=facts["Subject"],
            attachments=int(facts["Attachments"]),
            category=facts["Category"],
            language=facts["Language"],
            submission=facts["Submission"],
            answers=facts.get("Answers", ""),
            standing=standing.read(facts.get("Standing", "")),
            channel=facts.get("Channel", ""),
        )
    except (KeyError, ValueError) as missing:
        raise TicketDamaged(f"Its head is not complete: {missing}.") from None


def _inquiry_facts(inquiry: Inquiry, entry: Entry) -> Iterator[tuple[str, str]]:
    """The facts of the queue first, what can grow long last."""
    head = inquiry.head
    yield "Ticket", head.number
    yield from _standing_facts(head.standing, is_head=True)
    yield from _entry_facts(entry)
    yield "Form", head.form
    yield "Category", head.category
    yield "Language", head.language
    yield "Attachments", str(head.attachments)
    yield "Submission", head.submission
    if head.answers:
        yield "Answers", head.answers
    if head.channel:
        yield "Channel", head.channel
    yield "Title", head.title
    yield "Subject", head.subject
    yield "Customer-Name", inquiry.customer.name
    yield "Customer-Email", inquiry.customer.email
    yield "Message-Field", trace.as_name(inquiry.message_field)
    if inquiry.browser:
        yield "Browser", inquiry.browser
    yield "Contact", " ".join(trace.as_name(field.name) for field in inquiry.fields if field.is_contact)
    yield from _letter_facts(entry)
    for field in inquiry.fields:
        name = trace.as_name(field.name)
        yield f"Label-{name}", field.label
        for value in field.values:
            yield f"Field-{name}", value


def _standing_facts(found: Standing | None, is_head: bool = False) -> Iterator[tuple[str, str]]:
    """A head is silent about what is usual, an entry about what it has not changed (None)."""
    if found is not None and not (is_head and found == standing.USUAL):
        yield "Standing", standing.written(found)


def _entry_facts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "Entry", entry.kind
    yield "By", entry.by
    yield "At", times.iso(entry.at)
    yield "Message-ID", entry.message_id
    yield "Letters", " ".join(entry.letters)


def _letter_facts(entry: Entry) -> Iterator[tuple[str, str]]:
    people = " ".join(entry.people)
    for name, value in (("Text", entry.text), ("Sender", entry.sender), ("People", people), ("Digest", entry.digest)):
        if value:
            yield name, value


def _happened(number: str, entry: Entry, domain: str) -> Iterator[bytes]:
    said = f"{entry.kind} by {entry.by}"
    yield (
        f"From: {entry.by} <{entry.by}@{domain}>\nDate: {times.mail(entry.at)}\nSubject: [{number}] {said}\n"
        f"Message-ID: {entry.message_id}\n\n{entry.text or said}\n"
    ).encode()


def _find(file: mmap.mmap, wanted: bytes, start: int, end: int) -> int:
    """Where `wanted` begins, from `start` up to `end`; -1 if nowhere. A file of any size takes a window of memory."""
    for begin in range(start - start % _WINDOW, end, _WINDOW):
        at = file.find(wanted, max(start, begin), min(end, begin + _WINDOW + len(wanted) - 1))
        file.madvise(mmap.MADV_DONTNEED, begin, min(_WINDOW, len(file) - begin))
        if at >= 0:
            return at
    return -1


def _separator(sender: str, at: int) -> bytes:
    """The From line; a sender that is no plain ASCII word would break its grammar."""
    plain = sender if sender.isascii() and sender.isprintable() and " " not in sender and sender else "MAILER-DAEMON"
    return f"From {plain} {times.mbox(at)}\n".encode()


def _facts(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        fact = trace.read(line)
        if fact is None or fact == _END:
            return
        yield fact


def _found(file: mmap.mmap, start: int, end: int) -> Found:
    """The entry between two From lines; its last byte is the empty line that mbox puts behind every message."""
    facts: list[tuple[str, str]] = []
    file.seek(start)
    file.readline()
    while file.tell() < end:
        fact = trace.read(file.readline())
        if fact is None:
            raise TicketDamaged("The desk's lines above a message do not end.")
        if fact == _END:
            return Found(facts, file.tell(), end - 1)
        facts.append(fact)
    raise TicketDamaged("It ends within an entry.")


def quoted(message: Iterable[bytes]) -> Iterator[bytes]:
    """A message's bytes as mbox stores them, with a line end behind the last line if there was none.

    Of a line only that is held back which may still become one to quote: a line can be as long as the message.
    """
    start, is_inside = b"", False  # of the line that has not ended
    for piece in message:
        if is_inside:
            rest, newline, piece = piece.partition(b"\n")
            yield rest + newline
            is_inside = not newline
        whole, newline, start = (start + piece).rpartition(b"\n")
        yield _FROM_LINE.sub(rb">\1", whole + newline)
        if not _MAY_BECOME.match(start):
            yield _FROM_LINE.sub(rb">\1", start)
            start, is_inside = b"", True
    if start or is_inside:
        yield start + b"\n"
