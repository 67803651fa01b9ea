"""A letter's text in pieces that a page may fold: what its writer wrote, what is quoted, the signature.

Guarantee: nothing is cut: the pieces together are all of the text, in its order. It draws nothing (web/).
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from helpdesk_lite.mail.own_words import own_words

_SHORT = 16_384  # characters
OWN, QUOTED, SIGNATURE = "own", "quoted", "signature"


class Piece(NamedTuple):
    """Lines that belong together, without blank lines around them."""

    kind: str
    text: str


def pieces(text: str) -> list[Piece]:
    """The text (LF line ends) in pieces; no piece is blank. Those of shorter texts are remembered."""
    return list(_remembered(text) if len(text) <= _SHORT else _pieces(text))


def _pieces(text: str) -> tuple[Piece, ...]:
    own = [line for line in own_words(text).split("\n") if line]
    found: list[tuple[bool, list[str]]] = []
    place = 0
    for line in text.split("\n"):
        is_own = place < len(own) and own[place] == line.rstrip()
        place += is_own
        is_blank = not line.strip()
        is_next = found and found[-1][0] == is_own and (is_own or line.rstrip() != "--")
        if found and (is_blank or is_next):
            found[-1][1].append(line)
        elif not is_blank:
            found.append((is_own, [line]))
    return tuple(
        Piece(OWN if is_own else _kind(lines), "\n".join(lines).rstrip().replace("\x00", "\ufffd"))
        for is_own, lines in found
    )


_remembered = functools.lru_cache(maxsize=256)(_pieces)


def _kind(lines: list[str]) -> str:
    """What it is that the writer did not write here: a signature begins with dashes or is a line or two."""
    said = [line for line in lines if line.strip()]
    is_quoted = any(line.lstrip().startswith((">", "|")) or line.rstrip().endswith((":", "：")) for line in said)
    is_signature = said[0].rstrip() == "--" or (len(said) < 3 and not is_quoted)
    return SIGNATURE if is_signature else QUOTED
