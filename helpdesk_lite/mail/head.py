"""The header of a letter or of one of its parts: its fields, in order, and the parameters that MIME puts into them.

Guarantee: any bytes give a head and a place where the body begins; what is kept of a head is bounded, however long it
is. It does not know what the fields mean. (The `email` package would take 25 ms to import and quadratic time on some
parameters, CPython gh-136063.)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite.mail import charsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

LONGEST_FIELD = 1 << 16  # bytes that are kept of one field
LONGEST_HEAD = 1 << 19  # and of all fields
MOST_FIELDS = 2000
_PIECE = 1 << 16
_MOST_PARAMETERS = 100
_LONGEST_PARAMETERS = 1 << 13
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;"]*))', re.DOTALL)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


class Head(NamedTuple):
    """Header fields in their order: name in lower case, and value with its folding undone, as bytes."""

    fields: tuple[tuple[str, bytes], ...]

    def every(self, name: str) -> list[str]:
        """The values of all fields of that name (in lower case), as text; encoded words are not read."""
        return [charsets.text(value).strip() for found, value in self.fields if found == name]

    def first(self, name: str) -> str:
        """The value of the first field of that name; "" if there is none."""
        return next((charsets.text(value).strip() for found, value in self.fields if found == name), "")


def read(file: BinaryIO, start: int = 0, delimiters: Iterable[bytes] = ()) -> tuple[Head, int]:
    """The fields from `start` on, and where the body begins: behind an empty line, or at what is no field.

    A line that begins with one of the `delimiters` is no field. An mbox's or UUCP's `From ` line before is passed over.
    """
    file.seek(start)
    marks = tuple(delimiters)
    fields = _Fields()
    is_new = is_first = True
    while line := file.readline(_PIECE):
        if is_new:
            if not line.strip(b"\r\n"):
                return fields.head(), start + len(line)
            is_envelope = is_first and line.startswith((b"From ", b">From "))
            if line.startswith(marks) or not (is_envelope or _FIELD.match(line)):
                break
            is_first = False
            if not is_envelope:
                fields.begin(line)
        elif not is_envelope:
            fields.go_on(line)
        start += len(line)
        is_new = line.endswith(b"\n")
    return fields.head(), start


def valued(text: str) -> tuple[str, dict[str, str]]:
    """A field such as Content-Type: its value in lower case, and its parameters (RFC 2045, 5.1; RFC 2231)."""
    value, _, _ = text.partition(";")
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(text[:_LONGEST_PARAMETERS])):
        if count == _MOST_PARAMETERS:
            break
        name, star, tail = found[1].lower().partition("*")
        said = found[3].strip() if found[2] is None else found[2].replace('\\"', '"').replace("\\\\", "\\")
        place, is_encoded = _section(tail, bool(star))
        sections.setdefault(name, []).append((place, is_encoded, said))
    return value.strip().lower(), {name: _joined(pieces) for name, pieces in sections.items()}


class _Fields:
    """A head while it is read."""

    def __init__(self) -> None:
        self._fields: list[tuple[str, list[bytes]]] = []
        self._left = LONGEST_HEAD
        self._room = 0  # in the field that is open

    def begin(self, line: bytes) -> None:
        if line[:1] in b" \t":
            self.go_on(line)
            return
        name, _, value = line.partition(b":")
        self._room = min(LONGEST_FIELD, self._left) if len(self._fields) < MOST_FIELDS else 0
        if self._room > len(name):
            self._left -= len(name)
            self._fields.append((name.strip().lower().decode("ascii", "replace"), []))
            self.go_on(value)
        else:
            self._room = 0

    def go_on(self, line: bytes) -> None:
        kept = line.rstrip(b"\r\n")[: self._room]
        if kept:
            self._room -= len(kept)
            self._left -= len(kept)
            self._fields[-1][1].append(kept)

    def head(self) -> Head:
        return Head(tuple((name, b"".join(pieces)) for name, pieces in self._fields))


def _section(tail: str, has_star: bool) -> tuple[int, bool]:
    """What stands behind the name's first star: `*`, `0`, `0*`. The place -1 is that of a name without one."""
    number = tail.rstrip("*")
    if number.isascii() and number.isdigit() and len(number) < 4:
        return int(number), tail.endswith("*")
    return (0, True) if has_star else (-1, False)


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """A parameter from its sections; one in the old way only if there is none in the new."""
    by_place: dict[int, tuple[bool, str]] = {}
    for place, is_encoded, said in pieces:
        by_place.setdefault(place, (is_encoded, said))
    new = [by_place[place] for place in sorted(by_place) if place >= 0]
    if not new:
        return by_place[-1][1]
    charset = ""
    if new[0][0] and new[0][1].count("'") >= 2:
        charset, _, first = new[0][1].split("'", 2)
        new[0] = (True, first)
    return charsets.text(b"".join(_bytes(said, is_encoded) for is_encoded, said in new), charset)


def _bytes(said: str, is_encoded: bool) -> bytes:
    raw = said.encode("utf-8", "replace")
    return _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), raw) if is_encoded else raw
