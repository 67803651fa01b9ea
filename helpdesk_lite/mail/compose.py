"""A letter's bytes: headers, a text, perhaps the same as HTML, attachments, as MIME (RFC 2045, 2046).

Guarantee: the same letter gives the same bytes; an attachment passes through in pieces and is never whole in memory; no
text, file name, type or content can end a part or make a header. Line ends are LF; only an internationalised address in
a header is other than 7-bit ASCII. It knows no templates (mail/written) and imports neither `email` nor Jinja2.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.mail import body, headers
from helpdesk_lite.words.letter import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from helpdesk_lite.words.form import Upload
    from helpdesk_lite.words.ticket import Inquiry

LONGEST_LINE = 998  # octets (RFC 5322, 2.1.1)
_PIECE = 1 << 15  # characters of a text that are encoded at a time
_ROW = 57  # bytes that make a line of 76 characters in base64
# What a 7-bit part cannot hold as it is: a long line, "From " (mbox writers change it), a boundary, control characters.
_DIFFICULT = re.compile(rf"^(?:From |--=_|.{{{LONGEST_LINE + 1}}})|[^\t\n -~]", re.MULTILINE)
_BEGINS_FROM = re.compile(rb"^From ", re.MULTILINE)


class Attachment(NamedTuple):
    """A file that goes with a letter; `chunks` are its bytes, asked for once for every time the letter is composed.

    A picture within the text is `is_inline`, and the text names it by its `content_id` (RFC 2392).
    """

    name: str
    type: str
    chunks: Iterable[bytes]
    content_id: str = ""
    is_inline: bool = False


def message(
    head: Iterable[bytes],
    text: str,
    html: str = "",
    attachments: Sequence[Attachment] = (),
    seed: str = "",
    pictures: Sequence[Attachment] = (),
) -> Iterator[bytes]:
    """The whole letter: `head` are lines that mail/headers wrote; from `seed` (its Message-ID) come its boundaries.

    `pictures` are those that the HTML shows by their `content_id`.
    """
    yield from head
    yield b"MIME-Version: 1.0\n"
    stem = boundaries(seed)
    if not attachments:
        yield from _text(text, html, stem, pictures)
        return
    outer = f"{stem}_m"
    yield multipart("mixed", outer)
    yield f"--{outer}\n".encode()
    yield from _text(text, html, stem, pictures)
    for attachment in attachments:
        yield f"\n--{outer}\n".encode()
        yield from attached(attachment)
    yield f"\n--{outer}--\n".encode()


def inquiry_message(
    inquiry: Inquiry, message_id: str, desk_address: str, uploads: Sequence[Upload] = ()
) -> Iterator[bytes]:
    """What the customer wrote, as the letter they might have sent to the desk: the first entry of a ticket.

    A customer without an address writes from the desk's own, under a name that says so.
    """
    lines = [
        headers.mailboxes("From", [sender(inquiry, desk_address)]),
        headers.mailboxes("To", [("", desk_address)]),
        headers.text("Subject", f"[{inquiry.head.number}] {inquiry.head.subject}"),
        headers.date("Date", inquiry.head.received_at),
        headers.ids("Message-ID", [message_id]),
    ]
    files = [Attachment(upload.name, upload.type, _File(upload.path)) for upload in uploads]
    return message(lines, body.text_of(inquiry), attachments=files, seed=message_id)


def sender(inquiry: Inquiry, desk_address: str) -> tuple[str, str]:
    """The customer as a mailbox (display name, address); the desk's address stands in for one that cannot be used."""
    name, address = inquiry.customer
    if is_address(address):
        return name, address
    return f"{name or 'Customer'} (no address given)", desk_address


class _File:
    """The bytes of a file, in pieces, as often as they are asked for."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __iter__(self) -> Iterator[bytes]:
        return disk.chunks_of(self.path)


def multipart(kind: str, boundary: str, *more: tuple[str, str]) -> bytes:
    """The header of a multipart (RFC 2046, 5.1), with the empty line below it."""
    return headers.parametered("Content-Type", f"multipart/{kind}", [("boundary", boundary), *more]) + b"\n"


def boundaries(seed: str) -> str:
    """What all boundaries of a letter begin with; no line in quoted-printable or base64 does (RFC 2045, 6.7)."""
    return f"=_{re.sub('[^A-Za-z0-9.-]', '', seed)[:50]}"


def _text(text: str, html: str, stem: str, pictures: Sequence[Attachment]) -> Iterator[bytes]:
    """The text part, or both it and the HTML part, with their headers."""
    boundary = f"{stem}_a"
    if not html:
        yield from words("text/plain", text)
        return
    yield multipart("alternative", boundary)
    yield f"--{boundary}\n".encode()
    yield from words("text/plain", text)
    yield f"\n--{boundary}\n".encode()
    yield from _html(html, f"{stem}_r", pictures)
    yield f"\n--{boundary}--\n".encode()


def _html(html: str, boundary: str, pictures: Sequence[Attachment]) -> Iterator[bytes]:
    """The HTML part, or both it and the pictures that it shows (RFC 2387), with their headers."""
    if not pictures:
        yield from words("text/html", html)
        return
    yield multipart("related", boundary, ("type", "text/html"))
    yield f"--{boundary}\n".encode()
    yield from words("text/html", html)
    for picture in pictures:
        yield f"\n--{boundary}\n".encode()
        yield from attached(picture)
    yield f"\n--{boundary}--\n".encode()


def words(kind: str, text: str) -> Iterator[bytes]:
    """A part of text in UTF-8, as it is if that is 7-bit, in quoted-printable if not."""
    text = body.plain_lines(text)
    is_easy = not _DIFFICULT.search(text)
    charset = "us-ascii" if is_easy and kind == "text/plain" else "utf-8"
    encoding = "7bit" if is_easy else "quoted-printable"
    yield headers.parametered("Content-Type", kind, [("charset", charset)])
    yield f"Content-Transfer-Encoding: {encoding}\n\n".encode()
    yield from [text.encode()] if is_easy else _quoted_printable(text)


def _quoted_printable(text: str) -> Iterator[bytes]:
    """RFC 2045, 6.7, and no line that begins with "From ". A text without line ends is cut where it is convenient."""
    start = 0
    while start < len(text):
        end = text.rfind("\n", start, start + _PIECE) + 1
        if end == 0:
            end = min(start + _PIECE, len(text))
        encoded = binascii.b2a_qp(text[start:end].encode("utf-8", "replace"), istext=True)
        yield _BEGINS_FROM.sub(b"=46rom =\n", encoded)
        if text[end - 1] != "\n" and end < len(text):
            yield b"=\n"
        start = end


def attached(attachment: Attachment) -> Iterator[bytes]:
    """A part that is a file, with its header."""
    name = headers.file_name(attachment.name)
    yield headers.parametered("Content-Type", headers.media_type(attachment.type), [("name", headers.ascii_name(name))])
    disposition = "inline" if attachment.is_inline else "attachment"
    yield headers.parametered("Content-Disposition", disposition, [("filename", name)])
    if re.fullmatch(r"[!-;=?-~]+", attachment.content_id):
        yield headers.ids("Content-ID", [f"<{attachment.content_id}>"])
    yield b"Content-Transfer-Encoding: base64\n\n"
    yield from base64_lines(attachment.chunks)


def base64_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes in base64 (RFC 2045, 6.8), some lines at a time."""
    left = b""
    for chunk in chunks:
        whole = left + chunk if left else chunk
        end = len(whole) - len(whole) % _ROW
        left = whole[end:]
        if end:
            yield b"".join([binascii.b2a_base64(whole[row : row + _ROW]) for row in range(0, end, _ROW)])
    if left:
        yield binascii.b2a_base64(left)
