"""winmail.dat: the container (TNEF, MS-OXTNEF) in which Outlook hides a letter's files from everybody else.

Guarantee: any bytes give a list of what is in them, by where it lies in the decoded container, so that files are read
in pieces and never held; what is broken ends the list. It reads no text: Outlook sends that as a plain part as well.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.mail import charsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNATURE = b"\x78\x9f\x3e\x22"
MOST_FILES = 100  # the container is decoded anew for each
_LONGEST_TEXT = 2000  # bytes
_MOST_PROPERTIES = 500
_MOST_ATTRIBUTES = 20_000
_BEGINS_FILE, _TITLE, _CONTENT, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# Properties (MS-OXPROPS) and the kinds of their values (MS-OXCDATA, 2.11.1)
_LONG_NAME, _NAME, _MEDIA_TYPE, _CONTENT_ID, _DATA = 0x3707, 0x3704, 0x370E, 0x3712, 0x3701
_LENGTHS = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x000A: 4,
    0x000B: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x0014: 8,
    0x0040: 8,
}
_STRING, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D


class Hidden(NamedTuple):
    """A file in the container: where its content lies, from `start` to `end`, and what its writer says of it."""

    start: int = 0
    end: int = 0
    name: str = ""
    type: str = ""
    content_id: str = ""


def files(pieces: Iterable[bytes]) -> list[Hidden]:
    """The files in the decoded container that comes in `pieces`."""
    stream = _Stream(pieces)
    found: list[Hidden] = []
    if stream.read(6)[:4] != SIGNATURE:  # and a key of two bytes
        return found
    one = Hidden()
    for _ in range(_MOST_ATTRIBUTES):
        head = stream.read(9)  # level, name and kind of the attribute, its length
        name, length = _number(head[1:3]), _number(head[5:9])
        is_end = len(head) < 9 or head[0] not in (1, 2) or len(found) == MOST_FILES
        if (is_end or name == _BEGINS_FILE) and one.end:
            found.append(one)
        if is_end:
            break
        one = _with(one, stream, name, length)
        stream.read(2)  # its checksum
    return found


def _with(one: Hidden, stream: _Stream, name: int, length: int) -> Hidden:
    """The file with what the attribute says of it; the attribute is read."""
    end = stream.at + length
    if name == _BEGINS_FILE:
        one = Hidden()
    elif name == _TITLE:
        one = one._replace(name=one.name or _plain(stream.read(min(length, _LONGEST_TEXT))))
    elif name == _CONTENT:
        one = one._replace(start=stream.at, end=end)
    elif name == _FILE_PROPERTIES:
        said, content = _properties(stream, end)
        one = one._replace(
            name=said.get(_LONG_NAME) or one.name or said.get(_NAME, ""),
            type=said.get(_MEDIA_TYPE, ""),
            content_id=said.get(_CONTENT_ID, ""),
        )
        one = one if one.end or not content else one._replace(start=content[0], end=content[1])
    stream.skip(end - stream.at)
    return one._replace(end=min(one.end, stream.at))


def _properties(stream: _Stream, end: int) -> tuple[dict[int, str], tuple[int, int] | None]:
    """The values that are text (MS-OXTNEF, 2.1.3.5), and where content lies; ends at what it cannot read."""
    said: dict[int, str] = {}
    content = None
    for _ in range(min(_number(stream.read(4)), _MOST_PROPERTIES)):
        kind, name = _number(stream.read(2)), _number(stream.read(2))
        if name >= 0x8000:
            _skip_name(stream)
        if kind not in (_STRING, _UNICODE, _BINARY, _OBJECT):
            if kind not in _LENGTHS:
                break
            stream.skip(_LENGTHS[kind])
            continue
        length = _number(stream.read(8)[4:])  # behind the number of values, which is one
        behind = stream.at + length + -length % 4
        if behind > end:
            break
        if name == _DATA:  # an object says in 16 bytes which kind it is
            content = (stream.at + min(length, 16 if kind == _OBJECT else 0), stream.at + length)
        elif kind == _UNICODE:
            said[name] = stream.read(min(length, _LONGEST_TEXT)).decode("utf-16-le", "replace").partition("\x00")[0]
        elif kind == _STRING:
            said[name] = _plain(stream.read(min(length, _LONGEST_TEXT)))
        stream.skip(behind - stream.at)
    return said, content


def _skip_name(stream: _Stream) -> None:
    """Pass over a named property's name: a GUID, and a number or text."""
    is_text = _number(stream.read(20)[16:])
    number = _number(stream.read(4))
    stream.skip(number + -number % 4 if is_text else 0)


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _plain(raw: bytes) -> str:
    return charsets.text(raw.partition(b"\x00")[0])


class _Stream:
    """Pieces of bytes, to read from in other lengths."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        self._begin = 0  # of what of the piece is not read yet
        self.at = 0

    def read(self, length: int) -> bytes:
        """The next bytes; fewer only at the end."""
        found = []
        missing = length
        while missing > 0:
            taken = self._piece[self._begin : self._begin + missing]
            if not taken:
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._piece, self._begin = piece, 0
                continue
            found.append(taken)
            self._begin += len(taken)
            missing -= len(taken)
        self.at += length - missing
        return b"".join(found)

    def skip(self, length: int) -> None:
        """Pass over as many bytes."""
        while length > 0:
            passed = len(self.read(min(length, 1 << 16)))
            if not passed:
                return
            length -= passed
