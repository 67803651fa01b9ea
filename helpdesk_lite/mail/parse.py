"""What a message is made of: an index of its MIME parts, made without holding them, and their contents in pieces.

Guarantee: any bytes give an answer and never an error; a part is read in pieces of 64 kB whatever its size; nesting and
number of parts are bounded. It judges no text and shows none (web/), and knows no ticket.
"""

from __future__ import annotations

import binascii
from typing import NamedTuple

from helpdesk_lite.mail import charsets, head, headers
from helpdesk_lite.mail.charsets import decoded_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.mail.head import Head

CHUNK = 1 << 16
DEEPEST = 20  # multiparts within multiparts
MOST_PARTS = 1000
LONGEST_TEXT = 1_000_000  # bytes of a part that `text_of` reads
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


class Part(NamedTuple):
    """A part with content (not a multipart). `index` counts from 0; `size` is that of its content, decoded, in bytes.

    `start` and `end` are where its encoded content lies in the message. An attachment always has a safe `name`.
    `flow` is "", "flowed" or "delsp" (RFC 3676); `within` the multiparts around it, the innermost last, each as its
    kind and a serial number: `mixed 0`. What came in a winmail.dat has that one's encoding, start and end as its
    `container`, and lies from `start` to `end` of what is decoded of it.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks a Part for
    name: str
    type: str
    size: int
    encoding: str
    charset: str
    start: int
    end: int
    is_attachment: bool
    content_id: str = ""
    is_inline: bool = False
    flow: str = ""
    within: tuple[str, ...] = ()
    container: tuple[str, int, int] | None = None

    @property
    def choice(self) -> str:
        """The innermost multipart/alternative around it; "" if none."""
        return next((one for one in reversed(self.within) if one.startswith("alternative ")), "")


def parts(file: BinaryIO) -> list[Part]:
    """The parts of the message in `file`, in order; at least one. A message within the message is one part."""
    top, start = head.read(file)
    size = file.seek(0, 2)
    opened = _opened(top, 0)
    if not opened:
        return _unhidden(file, [_part(file, 0, top, start, size)])
    found = list(_leaves(file, start, opened, size))
    return _unhidden(file, found) or [_part(file, 0, head.Head(()), start, size)]  # without its boundary all is text


def decoded(file: BinaryIO, part: Part) -> Iterator[bytes]:
    """The content of the part, in pieces."""
    if part.container:
        return _between(_decoded(file, *part.container), part.start, part.end)
    return _decoded(file, part.encoding, part.start, part.end)


def text_of(file: BinaryIO) -> str:
    """The message's own text, with LF line ends: as plain text where it is there, else its HTML as text."""
    return "\n".join(as_text(file, part) for part in readable_parts(parts(file), file))


def readable_parts(found: Iterable[Part], file: BinaryIO) -> list[Part]:
    """The parts that are the letter's own text. Of alternatives (RFC 2046, 5.1.4) the plain one, unless it is blank."""
    own = [part for part in found if not part.is_attachment]
    told = {part.choice for part in own if part.type == "text/plain" and part.choice and text_in(file, part).strip()}
    return [part for part in own if not part.choice or (part.type == "text/plain") == (part.choice in told)]


def as_text(file: BinaryIO, part: Part) -> str:
    """What a reader of the part sees, with LF line ends; flowed lines (RFC 3676) are whole again."""
    found = text_in(file, part)
    if part.type == "text/html":
        from helpdesk_lite.mail.readable import text_of_html

        return text_of_html(found)
    if part.flow:
        from helpdesk_lite.mail.flowed import unwrapped

        return unwrapped(found, deletes_space=part.flow == "delsp")
    return found


def text_in(file: BinaryIO, part: Part) -> str:
    """The text of a part, as far as LONGEST_TEXT; what its charset cannot read is marked with U+FFFD."""
    raw = b"".join(beginning(file, part, LONGEST_TEXT))
    return charsets.text(raw, part.charset).replace("\r\n", "\n").replace("\r", "\n")


def beginning(file: BinaryIO, part: Part, most: int) -> Iterator[bytes]:
    """The first `most` bytes of the part's content, in pieces."""
    for piece in decoded(file, part):
        yield piece[:most]
        most -= len(piece)
        if most <= 0:
            return


class _Multipart(NamedTuple):
    """A multipart that is open: its serial number, what is behind `multipart/`, and its boundary."""

    serial: int
    kind: str
    boundary: bytes


def _leaves(file: BinaryIO, start: int, opened: list[_Multipart], size: int) -> Iterator[Part]:
    """The parts between the delimiter lines of the `opened` multiparts, the innermost last."""
    fields: Head | None = None  # of the part that is open
    begin = count = 0
    serial = 1
    while opened and count < MOST_PARTS:
        boundaries = [one.boundary for one in opened]
        delimiter = _next_delimiter(file, start, boundaries)
        if fields is not None:
            end = _before_line_end(file, begin, delimiter.start) if delimiter else size
            yield _part(file, count, fields, begin, end, opened)
            fields, count = None, count + 1
        if delimiter is None:
            return
        del opened[delimiter.depth + (not delimiter.is_last) :]
        start = delimiter.end
        if not delimiter.is_last:
            fields, start = head.read(file, start, [b"--" + boundary for boundary in boundaries])
            begin = start
            inner = _opened(fields, serial) if len(opened) < DEEPEST else []
            if inner:
                opened, fields, serial = opened + inner, None, serial + 1


class _Delimiter(NamedTuple):
    start: int
    end: int
    depth: int
    is_last: bool


def _next_delimiter(file: BinaryIO, start: int, boundaries: list[bytes]) -> _Delimiter | None:
    """The next line from `start` on that is a delimiter (RFC 2046, 5.1.1) of one of the boundaries."""
    marks = tuple(b"--" + boundary for boundary in boundaries)
    longest = max(map(len, marks)) + 80
    file.seek(start)
    base, window = start - 1, b"\n"
    while True:
        block = file.read(CHUNK)
        window += block
        at = window.find(b"\n--")
        while at >= 0 and (at + longest < len(window) or not block):
            if window.startswith(marks, at + 1):
                line, newline, _ = window[at + 1 : at + longest].partition(b"\n")
                found = _delimiter(line, marks, base + at + 1, len(newline))
                if found:
                    return found
            at = window.find(b"\n--", at + 1)
        if not block:
            return None
        keep = at if at >= 0 else max(0, len(window) - 3)
        base, window = base + keep, window[keep:]


def _delimiter(line: bytes, marks: tuple[bytes, ...], start: int, newline: int) -> _Delimiter | None:
    plain = line.rstrip(b" \t\r")
    for depth in reversed(range(len(marks))):
        if plain in (marks[depth], marks[depth] + b"--"):
            return _Delimiter(start, start + len(line) + newline, depth, plain != marks[depth])
    return None


def _before_line_end(file: BinaryIO, begin: int, end: int) -> int:
    """`end` without the line end before it, which belongs to the delimiter."""
    file.seek(max(begin, end - 2))
    before = file.read(end - max(begin, end - 2))
    return end - (2 if before == b"\r\n" else 1 if before[-1:] == b"\n" else 0)


def _opened(fields: Head, serial: int) -> list[_Multipart]:
    """The multipart that these fields open, if they do."""
    kind, parameters = head.valued(fields.first("content-type"))
    boundary = parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    if not kind.startswith("multipart/") or not 0 < len(boundary) <= 200:
        return []
    return [_Multipart(serial, kind.partition("/")[2], boundary)]


def _part(file: BinaryIO, index: int, fields: Head, start: int, end: int, within: Iterable[_Multipart] = ()) -> Part:
    around = tuple(within)
    said, parameters = head.valued(fields.first("content-type"))
    kind = "message/rfc822" if not said and around and around[-1].kind == "digest" else _type(said, parameters)
    disposition, beside = head.valued(fields.first("content-disposition"))
    name = decoded_words(beside.get("filename") or parameters.get("name", ""))
    is_attachment = bool(name) or disposition == "attachment" or kind not in ("text/plain", "text/html")
    is_flowed = kind == "text/plain" and _first_word(parameters.get("format", "")) == "flowed"
    part = Part(
        index=index,
        name=headers.file_name(name) if name else _name_for(kind, index) if is_attachment else "",
        type=kind,
        size=0,
        encoding=_first_word(fields.first("content-transfer-encoding")),
        charset=_first_word(parameters.get("charset", "")) or "utf-8",
        start=start,
        end=max(start, end),
        is_attachment=is_attachment,
        content_id=_content_id(fields.first("content-id")),
        is_inline=disposition == "inline",
        flow="" if not is_flowed else "delsp" if _first_word(parameters.get("delsp", "")) == "yes" else "flowed",
        within=tuple(f"{one.kind} {one.serial}" for one in around),
    )
    return part._replace(size=sum(map(len, decoded(file, part))))


def _type(said: str, parameters: dict[str, str]) -> str:
    if said.startswith("multipart/") and not parameters.get("boundary"):
        return "text/plain"
    if said.startswith(("message/", "multipart/")) and said.count("/") == 1:
        return headers.one_line(said)[:128]
    return said if headers.media_type(said) == said else "text/plain"


def _content_id(said: str) -> str:
    """Without its angle brackets, as `cid:` links have it (RFC 2392)."""
    found = headers.one_line(said).removeprefix("<").removesuffix(">")
    return found if len(found) < 250 and " " not in found else ""


def _unhidden(file: BinaryIO, found: list[Part]) -> list[Part]:
    """The parts with the files of a winmail.dat in its place, where there are some."""
    if not any(_is_winmail(part) for part in found):
        return found
    parts: list[Part] = []
    for part in found:
        parts += (_is_winmail(part) and _files_in(file, part)) or [part]
    return [part._replace(index=place) for place, part in enumerate(parts[:MOST_PARTS])]


def _is_winmail(part: Part) -> bool:
    return part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or part.name.lower() == "winmail.dat"


def _files_in(file: BinaryIO, part: Part) -> list[Part]:
    from helpdesk_lite.mail import winmail

    return [
        part._replace(
            name=headers.file_name(one.name or "file"),
            type=headers.media_type(one.type),
            size=one.end - one.start,
            encoding="",
            start=one.start,
            end=one.end,
            content_id=_content_id(one.content_id),
            container=(part.encoding, part.start, part.end),
        )
        for one in winmail.files(decoded(file, part))
    ]


def _first_word(value: str) -> str:
    words = value.lower().split(maxsplit=1)
    return words[0].strip("\"'") if words else ""


def _name_for(kind: str, index: int) -> str:
    import mimetypes

    end = ".eml" if kind.startswith("message/") else mimetypes.guess_extension(kind) or ".bin"
    return f"part-{index + 1}{end}"


def _decoded(file: BinaryIO, encoding: str, start: int, end: int) -> Iterator[bytes]:
    raw = _raw(file, start, end)
    if encoding == "base64":
        return _from_base64(raw)
    return _from_quoted_printable(raw) if encoding == "quoted-printable" else raw


def _between(pieces: Iterable[bytes], start: int, end: int) -> Iterator[bytes]:
    """What of the pieces lies from `start` to `end`."""
    at = 0
    for piece in pieces:
        if at + len(piece) > start:
            yield piece[max(0, start - at) : end - at]
        at += len(piece)
        if at >= end:
            return


def _raw(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        file.seek(start)
        piece = file.read(min(CHUNK, end - start))
        if not piece:
            return
        start += len(piece)
        yield piece


def _from_base64(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """RFC 2045, 6.8: other characters are passed over, padding is the end."""
    left = b""
    for chunk in chunks:
        letters, padding, _ = (left + chunk.translate(None, _NOT_BASE64)).partition(b"=")
        whole = len(letters) - len(letters) % 4
        left = letters[whole:]
        yield binascii.a2b_base64(letters[:whole])
        if padding:
            break
    if len(left) > 1:
        yield binascii.a2b_base64(left + b"=" * (4 - len(left)))


def _from_quoted_printable(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """RFC 2045, 6.7. Pieces are cut behind line ends, or before an equals sign in a line without end."""
    left = b""
    for chunk in chunks:
        left += chunk
        cut = left.rfind(b"\n") + 1
        if not cut and len(left) > CHUNK:
            cut = left.rfind(b"=", len(left) - 2)
            cut = len(left) if cut < 0 else cut
        yield binascii.a2b_qp(left[:cut])
        left = left[cut:]
    yield binascii.a2b_qp(left)
