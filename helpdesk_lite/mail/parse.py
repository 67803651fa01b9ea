"""What a message is made of: an index of its MIME parts, made without holding them, and their contents in pieces.

Guarantee: any bytes give an answer and never an error; a part is read in pieces of 64 kB whatever its size; nesting and
number of parts are bounded. It judges no text and shows none (web/), and knows no ticket.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from helpdesk_lite.mail import headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message
    from typing import BinaryIO

CHUNK = 1 << 16
DEEPEST = 20  # multiparts within multiparts
MOST_PARTS = 1000
LONGEST_TEXT = 1_000_000  # bytes of a part that `text_of` reads
_LONGEST_HEAD = 1 << 17
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]")
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t\r\n]+(?==\?)")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


class Part(NamedTuple):
    """A part with content (not a multipart). `index` counts from 0; `size` is that of its content, decoded, in bytes.

    `start` and `end` are where its encoded content lies in the message. An attachment always has a safe `name`.
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


def parts(file: BinaryIO) -> list[Part]:
    """The parts of the message in `file`, in order; at least one. A message within the message is one part."""
    head, start = _head(file, 0, ())
    size = file.seek(0, 2)
    boundaries = _opened(head)
    if not boundaries:
        return [_part(file, 0, head, start, size)]
    found = list(_leaves(file, start, boundaries, size))
    return found or [_part(file, 0, _message(b""), start, size)]  # its boundary never comes: all of it is text


def decoded(file: BinaryIO, part: Part) -> Iterator[bytes]:
    """The content of the part, in pieces."""
    raw = _raw(file, part.start, part.end)
    if part.encoding == "base64":
        return _from_base64(raw)
    return _from_quoted_printable(raw) if part.encoding == "quoted-printable" else raw


def text_of(file: BinaryIO) -> str:
    """The message's own text, with LF line ends: its plain parts, else its HTML as text, else nothing."""
    found = [part for part in parts(file) if not part.is_attachment]
    plain = [text_in(file, part) for part in found if part.type == "text/plain"]
    if plain:
        return "\n".join(plain)
    from helpdesk_lite.mail.readable import text_of_html

    return "\n".join(text_of_html(text_in(file, part)) for part in found)


def text_in(file: BinaryIO, part: Part) -> str:
    """The text of a part, as far as LONGEST_TEXT; what its charset cannot read is marked with U+FFFD."""
    raw = b""
    for piece in decoded(file, part):
        raw += piece
        if len(raw) >= LONGEST_TEXT:
            break
    return _text(raw[:LONGEST_TEXT], part.charset).replace("\r\n", "\n").replace("\r", "\n")


def decoded_words(text: str) -> str:
    """A header's text with its encoded words read (RFC 2047), also such as cut a character in two."""
    found, last, raw, charset = "", 0, b"", ""
    text = _BETWEEN_WORDS.sub("", text)
    for word in _WORD.finditer(text):
        if word.start() > last or word[1].lower() != charset:
            found += _text(raw, charset) + text[last : word.start()]
            raw = b""
        raw, charset, last = raw + _word_bytes(word[2], word[3]), word[1].lower(), word.end()
    return found + _text(raw, charset) + text[last:]


def _leaves(file: BinaryIO, start: int, boundaries: list[bytes], size: int) -> Iterator[Part]:
    """The parts between the delimiter lines of the open `boundaries`, the innermost last."""
    head: Message | None = None  # of the part that is open
    begin = count = 0
    while boundaries and count < MOST_PARTS:
        delimiter = _next_delimiter(file, start, boundaries)
        if head is not None:
            end = _before_line_end(file, begin, delimiter.start) if delimiter else size
            yield _part(file, count, head, begin, end)
            head, count = None, count + 1
        if delimiter is None:
            return
        del boundaries[delimiter.depth + (not delimiter.is_last) :]
        start = delimiter.end
        if not delimiter.is_last:
            head, start = _head(file, start, boundaries)
            begin = start
            inner = _opened(head) if len(boundaries) < DEEPEST else []
            if inner:
                boundaries, head = boundaries + inner, None


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


def _head(file: BinaryIO, start: int, boundaries: Iterable[bytes]) -> tuple[Message, int]:
    """The header fields from `start` on, and where the body begins: behind an empty line, or at what is no field."""
    file.seek(start)
    lines: list[bytes] = []
    left = _LONGEST_HEAD
    delimiters = tuple(b"--" + boundary for boundary in boundaries)
    while left > 0 and (line := file.readline(left)):
        left -= len(line)
        if not line.strip(b"\r\n"):
            return _message(b"".join(lines)), start + len(line)
        is_envelope = not lines and line.startswith((b"From ", b">From "))
        if (delimiters and line.startswith(delimiters)) or not (_FIELD.match(line) or is_envelope):
            break
        start += len(line)
        if not is_envelope:
            lines.append(line)
    return _message(b"".join(lines)), start


def _message(raw: bytes) -> Message:
    from email.parser import HeaderParser

    return HeaderParser().parsestr(_text(raw, "utf-8"))


def _opened(head: Message) -> list[bytes]:
    """The boundary that these headers open, if they do."""
    if not _type(head).startswith("multipart/"):
        return []
    boundary = str(_parameter(head, "boundary")).rstrip().encode("utf-8", "replace")
    return [boundary] if 0 < len(boundary) <= 200 else []


def _part(file: BinaryIO, index: int, head: Message, start: int, end: int) -> Part:
    kind = _type(head)
    name = decoded_words(_parameter(head, "filename", "content-disposition") or _parameter(head, "name"))
    is_attachment = bool(name) or _disposition(head) == "attachment" or kind not in ("text/plain", "text/html")
    part = Part(
        index=index,
        name=headers.file_name(name) if name else _name_for(kind, index) if is_attachment else "",
        type=kind,
        size=0,
        encoding=_first_word(head.get("content-transfer-encoding", "")),
        charset=_first_word(_parameter(head, "charset")) or "utf-8",
        start=start,
        end=max(start, end),
        is_attachment=is_attachment,
    )
    return part._replace(size=sum(map(len, decoded(file, part))))


def _type(head: Message) -> str:
    kind = head.get_content_type()
    if kind.startswith("multipart/") and not _parameter(head, "boundary"):
        return "text/plain"
    return kind if headers.media_type(kind) == kind or kind.startswith(("message/", "multipart/")) else "text/plain"


def _disposition(head: Message) -> str:
    return _first_word(str(head.get("content-disposition", "")).partition(";")[0])


def _parameter(head: Message, name: str, field: str = "content-type") -> str:
    """A parameter of a field (RFC 2231 read), "" if there is none or nobody could read it."""
    from email.utils import collapse_rfc2231_value

    try:
        return collapse_rfc2231_value(head.get_param(name, "", field))
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""  # malformed sections and charsets raise all of these in the email package


def _first_word(value: object) -> str:
    words = str(value).lower().split()
    return words[0].strip("\"'") if words else ""


def _name_for(kind: str, index: int) -> str:
    import mimetypes

    end = ".eml" if kind.startswith("message/") else mimetypes.guess_extension(kind) or ".bin"
    return f"part-{index + 1}{end}"


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


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    return binascii.a2b_qp(raw, header=True) if encoding in "qQ" else b"".join(_from_base64([raw]))


def _text(raw: bytes, charset: str) -> str:
    """The bytes as text: in `charset`, else UTF-8, else Latin-1; never an error."""
    try:
        return raw.decode(charset or "utf-8", "strict" if charset in ("", "utf-8", "us-ascii") else "replace")
    except (LookupError, ValueError):
        pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
