"""A letter that somebody wrote, on its way under a header of ours: what it says goes on as it came.

Guarantee: MIME-Version, the fields about its content and the body are the letter's own, byte for byte but for line ends
(each way has its own), so attachments open and signatures hold. Nothing else of its header comes through, and nothing
in it makes a field of ours; unless all of its header is to go on. It sends nothing: what a way cannot carry so
(`needs`) is for mail/rebuilt.
"""

from __future__ import annotations

import re
from functools import cached_property

from helpdesk_lite.mail import head
from helpdesk_lite.mail.transport.contract import ANY_BYTES, ANY_LINES, EIGHT_BIT, SEVEN_BIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

NO_WAY = ANY_BYTES + 1  # what `needs` says of fields that would not be safe anywhere
LONGEST_LINE = 998  # octets (RFC 5322, 2.1.1)
LONGEST_FIELDS = 1 << 15  # bytes of all fields that go on
_CHUNK = 1 << 16
_VERSION = b"mime-version"
# RFC 2045, 2183, 3282, 2557, 1864. Content-Length is an mbox's, and others might tell what a relayed answer hides.
_CONTENT = re.compile(
    rb"(MIME-Version|Content-(?:Type|Transfer-Encoding|Disposition|ID|Description|Language|Location|Base|MD5))[ \t]*:",
    re.IGNORECASE,
)
_ALL = re.compile(rb"(?!>?From |Return-Path[ \t]*:)", re.IGNORECASE)  # but for what the last server put on top
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


class Original:
    """The letter in `file`, which is a seekable file of nothing else. `is_whole`: with all of its header."""

    def __init__(self, file: BinaryIO, is_whole: bool = False) -> None:
        self.file = file
        self._is_whole = is_whole
        self._start = head.read(file)[1]
        self._fields = _fields(file, self._start, _ALL if is_whole else _CONTENT)

    @cached_property
    def needs(self) -> int:
        """What a way must carry (`Transport.carries`) for the letter to go on as it is."""
        return max(self._fields_need(), _body_needs(_body(self.file, self._start), bool(self._fields)))

    def chunks(self) -> Iterator[bytes]:
        """Its fields that go on, an empty line and its body, in pieces; line ends are LF, and lone CRs stay."""
        if self._fields and not self._is_whole and not any(line.lower().startswith(_VERSION) for line in self._fields):
            yield b"MIME-Version: 1.0\n"  # or those who need it would not read the fields (RFC 2045, 4)
        yield from self._fields
        yield b"\n"
        yield from _body(self.file, self._start)

    def _fields_need(self) -> int:
        if sum(map(len, self._fields)) > LONGEST_FIELDS or any(map(_CONTROL.search, self._fields)):
            return NO_WAY
        if not all(map(bytes.strip, self._fields)):  # a folded line of spaces alone would end the header for some
            return NO_WAY
        is_plain = all(line.isascii() and len(line) <= LONGEST_LINE for line in self._fields)
        return SEVEN_BIT if is_plain else ANY_LINES


def _fields(file: BinaryIO, end: int, wanted: re.Pattern[bytes]) -> tuple[bytes, ...]:
    """The lines of the wanted fields, folded as they were, each ending in LF; no more than is needed to see that they
    are too long."""
    found: list[bytes] = []
    place, size, is_new, is_wanted = file.seek(0), 0, True, False
    while place < end and size <= LONGEST_FIELDS:
        line = file.readline(min(_CHUNK, end - place))
        if not line:
            break
        place += len(line)
        if is_new and line[:1] not in b" \t":
            is_wanted = bool(wanted.match(line))
        is_new = line.endswith(b"\n")
        if is_wanted and (line.strip() or (wanted is _ALL and place < end)):
            found.append(line.removesuffix(b"\n").removesuffix(b"\r") + b"\n")
            size += len(line)
    return tuple(found)


def _body(file: BinaryIO, start: int) -> Iterator[bytes]:
    """What is below the header, in pieces with LF line ends; a lone CR stays, and its piece never ends in it."""
    held = b""
    while True:
        file.seek(start)
        chunk = file.read(_CHUNK)
        start += len(chunk)
        piece = held + chunk
        if not chunk:
            if piece:
                yield piece
            return
        held = b"\r" if piece.endswith(b"\r") else b""
        yield piece[: len(piece) - len(held)].replace(b"\r\n", b"\n")


def _body_needs(pieces: Iterator[bytes], has_fields: bool) -> int:
    """What must be carried for these bytes. Characters whose charset is not said belong into mailboxes only."""
    needs, length = SEVEN_BIT, 0
    for piece in pieces:
        if b"\x00" in piece:
            return ANY_BYTES
        if not piece.isascii():
            needs = max(needs, EIGHT_BIT if has_fields else ANY_LINES)
        first, *more = piece.split(b"\n")
        lengths = [length + len(first), *map(len, more)]
        length = lengths[-1]
        if b"\r" in piece or max(lengths) > LONGEST_LINE:
            needs = ANY_LINES
    return needs
