"""A letter that somebody wrote, put together anew from what was read of it: for ways that cannot carry it as it came.

Guarantee: 7-bit lines of bounded length, whatever came in; every part has its place, its words and its bytes, but no
header line of its own, and boundaries that we made. What holds for compose holds here: no content ends a part, and
nothing is whole in memory. A signature does not survive this; `with_original` attaches the letter as it came, where
it does.
"""

from __future__ import annotations

from itertools import groupby

from helpdesk_lite.mail import compose, parse
from helpdesk_lite.mail.compose import Attachment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from helpdesk_lite.mail.parse import Part

_KINDS = ("alternative", "related")  # others show their parts one after the other (RFC 2046, 5.1.3)


def message(head: Iterable[bytes], file: BinaryIO, seed: str, with_original: bool = False) -> Iterator[bytes]:
    """The letter in `file` below the lines of `head`; from `seed` (its Message-ID) come the boundaries."""
    stem = compose.boundaries(seed)
    found = parse.parts(file)
    yield from head
    yield b"MIME-Version: 1.0\n"
    if not (with_original and is_sealed(found)):
        yield from _entity(file, found, 0, stem)
        return
    boundary = f"{stem}_m"
    yield compose.multipart("mixed", boundary)
    yield f"--{boundary}\n".encode()
    yield from _entity(file, found, 0, stem)
    yield f"\n--{boundary}\n".encode()
    yield from compose.attached(Attachment("letter.eml", "application/octet-stream", Whole(file)))
    yield f"\n--{boundary}--\n".encode()


def is_sealed(parts: Sequence[Part]) -> bool:
    """Whether the letter is signed or encrypted as a whole or in part: PGP/MIME (RFC 3156) or S/MIME (RFC 8551)."""
    return any(
        part.type.endswith("/pkcs7-mime")
        or part.type.endswith("/x-pkcs7-mime")
        or any(one.startswith(("signed ", "encrypted ")) for one in part.within)
        for part in parts
    )


class Whole:
    """All bytes of a file, in pieces, as often as they are asked for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        place = 0
        while True:
            self._file.seek(place)
            piece = self._file.read(parse.CHUNK)
            if not piece:
                return
            place += len(piece)
            yield piece


class Content:
    """The content of a part, decoded, in pieces, as often as it is asked for."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self._file, self._part = file, part

    def __iter__(self) -> Iterator[bytes]:
        return parse.decoded(self._file, self._part)


def attachment(file: BinaryIO, part: Part) -> Attachment:
    """A part as a file that goes with a letter."""
    return Attachment(part.name, part.type, Content(file, part), part.content_id, part.is_inline)


def _entity(file: BinaryIO, parts: Sequence[Part], depth: int, stem: str) -> Iterator[bytes]:
    """The parts within one multipart at this depth, with its header; or the one that is in none."""
    if len(parts[0].within) <= depth:
        yield from _leaf(file, parts[0])
        return
    kind, _, serial = parts[0].within[depth].partition(" ")
    boundary = f"{stem}_{serial}"
    yield compose.multipart(kind if kind in _KINDS else "mixed", boundary)
    for _, group in groupby(parts, lambda part: part.within[depth + 1 : depth + 2] or (str(part.index),)):
        yield f"\n--{boundary}\n".encode()
        yield from _entity(file, list(group), depth + 1, stem)
    yield f"\n--{boundary}--\n".encode()


def _leaf(file: BinaryIO, part: Part) -> Iterator[bytes]:
    """A part without parts. A text too long to be read at once goes as a file."""
    if part.is_attachment or part.size > parse.LONGEST_TEXT:
        named = part if part.name else part._replace(name="text.html" if part.type == "text/html" else "text.txt")
        return compose.attached(attachment(file, named))
    said = parse.text_in(file, part) if part.type == "text/html" else parse.as_text(file, part)
    return compose.words(part.type, said)
