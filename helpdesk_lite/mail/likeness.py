"""How to know a letter again that was delivered twice.

Guarantee: the digest is the same whichever way a letter came (Received, Delivered-To, Return-Path, what spam filters
add, folding, line ends), and another if the body or what its writer put into the header is another. It looks at the
bytes as they were sent: a server that encoded the body anew made another letter.
"""

from __future__ import annotations

from helpdesk_lite.words import signing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from helpdesk_lite.mail.head import Head

_CHUNK = 1 << 16
# With those whose text is addresses, IDs and tokens, a server that folds anew may put or drop any space.
_OF_THE_WRITER = ("subject", "date")
_WITHOUT_SPACES = (
    *("from", "sender", "reply-to", "to", "cc", "message-id", "in-reply-to", "references"),
    *("content-type", "content-transfer-encoding"),
)


def digest(file: BinaryIO, head: Head, body: int) -> str:
    """32 hexadecimal digits (BLAKE2b) for the letter with this `head`, whose body begins at `body`."""
    known = signing.digest()
    for name in _OF_THE_WRITER + _WITHOUT_SPACES:
        for found, value in head.fields:
            if found == name:
                said = (b" " if name in _OF_THE_WRITER else b"").join(value.split())
                known.update(b"%s:%d:%s\n" % (name.encode(), len(said), said))
    known.update(b"\n")
    for piece in _body(file, body):
        known.update(piece)
    return known.hexdigest()


def _body(file: BinaryIO, start: int) -> Iterator[bytes]:
    """The body with LF line ends, and without the empty lines at its end (as RFC 6376, 3.4.3 has it)."""
    file.seek(start)
    carried = b""  # a CR whose LF may come
    newlines = 0  # that are kept back, as nothing came behind them yet
    while piece := file.read(_CHUNK):
        piece = carried + piece
        carried = b"\r" if piece.endswith(b"\r") else b""
        piece = piece[: len(piece) - len(carried)].replace(b"\r\n", b"\n")
        plain = piece.rstrip(b"\n")
        if plain:
            yield from _newlines(newlines)
            yield plain
            newlines = 0
        newlines += len(piece) - len(plain)
    if carried:
        yield from _newlines(newlines)
        yield carried


def _newlines(count: int) -> Iterator[bytes]:
    while count > 0:
        yield b"\n" * min(count, _CHUNK)
        count -= _CHUNK
