"""What is typed on a page becomes the letter it is: every word in a ticket is a letter, whichever way it came.

Guarantee: the same words, sent twice from the same page (a double click), are the same letter; an upload passes through
in pieces. It puts nothing into a ticket (correspondence).
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.letters.correspondence import Post
from helpdesk_lite.mail import compose, headers, incoming
from helpdesk_lite.tickets.sameness import content_digest
from helpdesk_lite.words import letter, signing
from helpdesk_lite.words.errors import TicketMoved
from helpdesk_lite.words.rights import REPLY
from helpdesk_lite.words.ticket import ANSWER, CLAIMED, TYPED, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.drafts import Drafts
    from helpdesk_lite.shelves.operators import Operator, Operators
    from helpdesk_lite.words.form import Upload
    from helpdesk_lite.words.ticket import Ticket

    Box = tuple[str, str]  # display name and address


_NAMED = re.compile(r"(?<![\w.@+-])@([a-z][a-z0-9]*(?:[._-][a-z0-9]+)*)(?![\w@])", re.IGNORECASE)
_MOST_NAMED = 50  # different names that are looked for; a longer list is no note


class Typed(NamedTuple):
    """What was in the box and beside it. `seen` is how many entries the ticket had on the page it was typed on."""

    text: str
    uploads: tuple[Upload, ...] = ()
    seen: int = 0


@contextmanager
def posted(typed: Typed, kind: str, writer: Box, ticket: Ticket, desk: Desk, spool: str) -> Iterator[Post]:
    """What `writer` typed, as a letter to the desk for an entry of this kind, while the block runs."""
    digest = _digest(typed, kind, writer, ticket.number)
    domain = letter.domain_of(desk.settings.address)
    message_id = letter.message_id(ticket.number, kind, int(digest, 16), domain)
    lines = [
        headers.mailboxes("From", [writer if letter.is_address(writer[1]) else (writer[0], desk.settings.address)]),
        headers.mailboxes("To", [("", desk.settings.address)]),
        headers.text("Subject", f"Re: [{ticket.number}] {ticket.inquiry.head.subject}"),
        headers.date("Date", int(desk.clock())),
        headers.ids("Message-ID", [message_id]),
    ]
    files = [compose.Attachment(one.name, one.type, disk.chunks_of(one.path)) for one in typed.uploads]
    with _scratch(spool) as file:
        file.writelines(compose.message(lines, typed.text, attachments=files, seed=message_id))
        file.seek(0)
        read = incoming.read(file)._replace(digest=TYPED + digest)

        def content() -> Iterator[bytes]:
            file.seek(0)
            return iter(lambda: file.read(disk.CHUNK), b"")

        yield Post(read, content, f"{writer[0]} <{writer[1]}>".strip() if writer[1] else writer[0])


def named(text: str, operators: Operators, writer: Operator) -> tuple[Operator, ...]:
    """The operators whom the text names as @name, each once, in its order; never its writer."""
    names = dict.fromkeys(found[1].lower() for found in _NAMED.finditer(text))
    names.pop(writer.name, None)
    return tuple(filter(None, map(operators.sound, list(names)[:_MOST_NAMED])))


def keep(typed: Typed, number: str, operator: Operator, desk: Desk, drafts: Drafts, by_itself: bool) -> None:
    """Keep the words as the operator's draft for their ticket. TicketMoved unless it is theirs; NotAllowed, TooLarge.

    What a page keeps `by_itself` may come late: it is no draft any more if an answer was sent from that page.
    """
    with desk.locked(number):
        ticket = desk.store.read(number)
        desk.demand(operator, REPLY, what=number)
        if ticket.place != Place(CLAIMED, operator.name):
            raise TicketMoved(ticket)
        since = ticket.entries[typed.seen :]
        if not (by_itself and any((one.kind, one.by) == (ANSWER, operator.name) for one in since)):
            drafts.keep(operator.name, number, typed.text)


@contextmanager
def _scratch(folder: str) -> Iterator[BinaryIO]:
    """A file without a name. When the block ends it is done with: no matter if the disk fails at closing it."""
    import tempfile

    file = tempfile.TemporaryFile(dir=folder)
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _digest(typed: Typed, kind: str, writer: Box, number: str) -> str:
    """What makes two sendings the same: who, where, on which state of the page; the words and the files."""
    files = (fact for upload in typed.uploads for fact in (upload.name, content_digest(upload.path)))
    return signing.digest_of((kind, number, *writer, str(typed.seen), typed.text, *files))
