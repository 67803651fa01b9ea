"""A message as SMTP and LMTP carry it after DATA (RFC 5321, 4.5.2).

Guarantee: every line ends with CRLF and nothing else, whatever line ends came in, and the only line of a single dot is
the last: no content can end the message early and begin another (SMTP smuggling).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

CHUNK = 1 << 16


def dotted(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The message with CRLF line ends, its leading dots doubled, and the dot that ends it."""
    at_line_start, held = True, b""
    for chunk in chunks:
        piece = held + chunk
        held = piece[-1:] if piece[-1:] == b"\r" else b""  # its LF may come with the next piece
        piece = piece[: len(piece) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not piece:
            continue
        first = b"." if at_line_start and piece[:1] == b"." else b""
        at_line_start = piece[-1:] == b"\n"
        yield (first + piece.replace(b"\n.", b"\n..")).replace(b"\n", b"\r\n")
    yield b".\r\n" if at_line_start and not held else b"\r\n.\r\n"


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The whole file from its beginning, in pieces."""
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece
