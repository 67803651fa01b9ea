"""Header lines of a letter, written byte by byte without the `email` package, whose import a CGI request cannot afford.

Guarantee: whatever the text, a function here returns exactly one well-formed header field: ASCII (internationalised
addresses excepted, RFC 6532), folded at 76 where it can be, no control character or line end of the text in it.
It does not read headers (mail/parse).
"""

from __future__ import annotations

import binascii
import re

from helpdesk_lite.words import times
from helpdesk_lite.words.letter import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH = 76  # characters of a line that holds an encoded word (RFC 2047, 2)
LONGEST_NAME = 120  # characters of a display name that are written as they are, in one piece
_WORD = 75  # characters of an encoded word
_FRAME = len("=?utf-8?q??=")
_ROOM = 24  # an encoded word is begun on a line only where this much is left

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_TYPE = re.compile(r"([a-z0-9][a-z0-9!#$&^_+-]{0,63})/([a-z0-9][a-z0-9!#$&^_.+-]{0,63})\s*(?:;|\Z)", re.ASCII)
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # they make gpj.exe read exe.jpg
_PLAIN_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_TOKEN_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~")


def one_line(text: str) -> str:
    """`text` without control characters and line ends (a space stands for each run), or spaces at its ends."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text)).strip(" ")


def text(name: str, value: str) -> bytes:
    """An unstructured field such as Subject (RFC 5322, 2.2.1): what needs it in encoded words, the rest as it is."""
    words = one_line(value).split(" ")
    needing = [place for place, word in enumerate(words) if not _is_plain(word)]
    line = _Line(name)
    if not needing or words == [""]:
        line.add(words)
        return line.written()
    first, last = needing[0], needing[-1] + 1
    line.add(words[:first])
    line.add_encoded(" ".join(words[first:last]))
    line.add(words[last:])
    return line.written()


def mailboxes(name: str, boxes: Iterable[tuple[str, str]]) -> bytes:
    """An address field (RFC 5322, 3.6.2) from pairs (display name, address). ValueError if an address is none."""
    line = _Line(name)
    found = list(boxes)
    for place, (display, address) in enumerate(found):
        shown = one_line(display)
        address = ascii_domain(address)
        if not is_address(address):
            raise ValueError("not a mail address")
        if shown and shown.isascii() and len(shown) <= LONGEST_NAME and "=?" not in shown:
            line.add([shown if _ATOMS.match(shown) else _quoted(shown)])
        elif shown:
            line.add_encoded(shown, in_one=True)
        comma = "," if place < len(found) - 1 else ""
        line.add([(f"<{address}>" if shown else address) + comma])
    return line.written()


def ids(name: str, message_ids: Iterable[str]) -> bytes:
    """A field of Message-IDs, such as References, one below the other. What is no id is left out."""
    line = _Line(name)
    line.add([f"<{ascii_domain(found[1:-1])}>" for found in message_ids if _is_id(found)])
    return line.written()


def date(name: str, at: int) -> bytes:
    """A moment (seconds UTC) as RFC 5322, 3.3 writes it."""
    return token(name, times.mail(at))


def token(name: str, value: str) -> bytes:
    """A field of a known plain ASCII value. ValueError if it is not."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{name} must be plain ASCII")
    return f"{name}: {value}\n".encode()


def parametered(name: str, value: str, parameters: Iterable[tuple[str, str]]) -> bytes:
    """A MIME field with parameters (RFC 2045, 5.1); long and non-ASCII ones as RFC 2231 has them."""
    pieces = [piece for key, said in parameters for piece in _parameter(key, one_line(said))]
    line, *more = f"{name}: {value}", *pieces
    if more and len(line) + len(more[0]) + 2 < WIDTH:
        line = f"{line}; {more.pop(0)}"
    return (";\n ".join((line, *more)) + "\n").encode()


def media_type(said: str) -> str:
    """The bare type/subtype that a browser said; application/octet-stream if it is none or would nest."""
    found = _TYPE.match(said.strip().lower())
    if not found or found[1] in ("message", "multipart"):
        return "application/octet-stream"
    return f"{found[1]}/{found[2]}"


def file_name(said: str) -> str:
    """A file name without folders, control characters, characters that turn the reading direction, or leading dots."""
    name = _TURNING.sub("_", one_line(said)).replace("\\", "/").rpartition("/")[2].strip(" ").lstrip(".")
    if len(name) > 200:
        stem, dot, end = name.rpartition(".")
        name = f"{stem[: 199 - len(end)]}{dot}{end}" if stem and len(end) < 20 else name[:200]
    return name or "file"


def ascii_name(name: str) -> str:
    """A plain ASCII stand-in for a file name, for readers that know no RFC 2231."""
    if not name.isascii():
        import unicodedata

        name = unicodedata.normalize("NFKD", name)
    plain = "".join(letter if letter.isascii() else "_" for letter in name if not "\u0300" <= letter <= "\u036f")
    return re.sub(r'["\\%;]', "_", re.sub("_+", "_", plain))


def ascii_domain(address: str) -> str:
    """The address with an internationalised domain in its ASCII form (RFC 5891), if its local part is ASCII.

    Then no server on the way needs SMTPUTF8. An address that needs it anyway stays as it is.
    """
    local, at, domain = address.rpartition("@")
    if address.isascii() or not local.isascii():
        return address
    try:
        from ada_url import idna

        written = idna.encode(domain)
    except (ImportError, ValueError):
        return address
    found = written.decode("ascii", "replace") if isinstance(written, bytes) else str(written)
    return local + at + found if found and found.isascii() else address


class _Line:
    """A header field while it is written."""

    def __init__(self, name: str) -> None:
        self._lines = [f"{name}:"]

    def add(self, words: Iterable[str]) -> None:
        """Put words that stay as they are behind it, on a new line where they do not fit."""
        for word in words:
            if len(self._lines[-1]) + 1 + len(word) > WIDTH and self._lines[-1].strip() and word:
                self._lines.append("")
            self._lines[-1] += " " + word

    def add_encoded(self, text: str, in_one: bool = False) -> None:
        """Put `text` behind it in encoded words: `in_one` word if a line holds it.

        Readers that keep the space between two words of a display name (CPython gh-92081) then have none to keep.
        """
        start = 0
        while start < len(text):
            room = WIDTH - 1 - len(self._lines[-1])
            ahead = text[start : start + _WORD]  # no word holds more, so a long text costs no more than its length
            is_last = start + len(ahead) == len(text)
            if room < _ROOM or (in_one and is_last and _encoded(ahead, room)[1] and not _encoded(ahead, _WORD)[1]):
                self._lines.append("")
                room = WIDTH - 1
            word, left = _encoded(ahead, min(room, _WORD))
            start += len(ahead) - len(left)
            self._lines[-1] += " " + word

    def written(self) -> bytes:
        """The whole field, with its line end."""
        return ("\n".join(self._lines) + "\n").encode()


def _is_plain(word: str) -> bool:
    return bool(word) and word.isascii() and len(word) < WIDTH - 1 and "=?" not in word


def _is_id(text: str) -> bool:
    return len(text) < 900 and text.isprintable() and text[:1] == "<" and text[-1:] == ">" and " " not in text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded(text: str, room: int) -> tuple[str, str]:
    """An encoded word (RFC 2047) of at most `room` characters, and what of `text` did not fit; splits no character."""
    space = room - _FRAME
    raw = text.encode()
    in_base64 = 4 * len(raw) < 3 * sum(map(_q_length, raw))
    most = space // 4 * 3 if in_base64 else space
    fits = used = 0
    for letter in text:
        used += sum(1 if in_base64 else _q_length(byte) for byte in letter.encode())
        if used > most:
            break
        fits += 1
    raw = text[:fits].encode()
    if in_base64:
        return f"=?utf-8?b?{binascii.b2a_base64(raw, newline=False).decode()}?=", text[fits:]
    return f"=?utf-8?q?{''.join(map(_q, raw))}?=", text[fits:]


def _q(byte: int) -> str:
    return chr(byte) if byte in _PLAIN_BYTES else "_" if byte == 32 else f"={byte:02X}"


def _q_length(byte: int) -> int:
    return 1 if byte in _PLAIN_BYTES or byte == 32 else 3


def _parameter(key: str, value: str) -> Iterator[str]:
    """A parameter in as many pieces as its length needs (RFC 2231, 3 and 4)."""
    if value.isascii() and len(key) + len(value) < 65 and not set('"\\%') & set(value):
        yield f'{key}="{value}"'
        return
    whole = "".join(chr(byte) if byte in _TOKEN_BYTES else f"%{byte:02X}" for byte in value.encode())
    if len(key) + len(whole) < 62:
        yield f"{key}*=utf-8''{whole}"
        return
    start, section = 0, 0
    while start < len(whole):
        frame = f"{key}*{section}*=" + ("" if section else "utf-8''")
        end = start + WIDTH - 3 - len(frame)
        if end < len(whole):
            end -= next((back for back in (1, 2) if whole[end - back] == "%"), 0)
        yield frame + whole[start:end]
        start, section = end, section + 1
