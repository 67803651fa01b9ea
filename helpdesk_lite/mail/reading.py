"""What a page shows of a letter: its subject and text, which files it brings, and whether there is HTML to look at.

Guarantee: any bytes give an answer, in bounded memory. It knows less than mail/incoming, which judges a letter once,
and is cheaper, for pages that show many. Nothing of it is safe HTML (mail/sanitise).
"""

from __future__ import annotations

import functools
import io
from typing import NamedTuple

from helpdesk_lite.mail import charsets, head, headers, parse
from helpdesk_lite.mail.incoming import LONGEST_SUBJECT, LONGEST_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.mail.parse import Part


_SMALL = 16_384  # bytes
_MOST_REMEMBERED = 256


class Reading(NamedTuple):
    """A letter as a page shows it. `text` has LF line ends; `files` are its attachments."""

    subject: str
    text: str
    has_html: bool
    is_encrypted: bool
    files: tuple[Part, ...]


def reading(file: BinaryIO) -> Reading:
    """The letter in `file`, a seekable file of nothing else. What small ones read as is remembered by their bytes."""
    file.seek(0)
    content = file.read(_SMALL + 1)
    if len(content) <= _SMALL:
        return _small(content)
    file.seek(0)
    return _read(file)


@functools.lru_cache(maxsize=_MOST_REMEMBERED)
def _small(content: bytes) -> Reading:
    return _read(io.BytesIO(content))


def _read(file: BinaryIO) -> Reading:
    top, _ = head.read(file)
    parts = parse.parts(file)
    subject = headers.one_line(charsets.decoded_words(top.first("subject")))[:LONGEST_SUBJECT]
    text = "\n".join(_bounded(parse.as_text(file, part) for part in parse.readable_parts(parts, file)))
    within = {one.partition(" ")[0] for part in parts for one in part.within}
    return Reading(
        subject=subject,
        text=text,
        has_html=any(map(_is_html, parts)),
        is_encrypted="encrypted" in within or any(part.name == "smime.p7m" for part in parts),
        files=tuple(part for part in parts if part.is_attachment),
    )


def html_of(file: BinaryIO, parts: Iterable[Part]) -> str:
    """The letter's own HTML as it came: unsafe."""
    return "\n".join(_bounded(parse.text_in(file, part) for part in parts if _is_html(part)))


def _is_html(part: Part) -> bool:
    return part.type == "text/html" and not part.is_attachment


def _bounded(texts: Iterable[str]) -> Iterator[str]:
    """The texts, as far as LONGEST_TEXT."""
    left = LONGEST_TEXT
    for text in texts:
        yield text[:left]
        left -= len(text)
        if left <= 0:
            return
