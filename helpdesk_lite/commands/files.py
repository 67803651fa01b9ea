"""The files that a message brings, in the shape that scripts rely on.

Guarantee: they are read in pieces, whatever their size.
"""

from __future__ import annotations

from helpdesk_lite.mail import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, BinaryIO

    from helpdesk_lite.mail.parse import Part


def described(message: BinaryIO, parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Name, type, size in bytes and SHA-256 of each of the `parts`."""
    from hashlib import sha256

    found = []
    for part in parts:
        digest = sha256()
        for piece in parse.decoded(message, part):
            digest.update(piece)
        found.append({"name": part.name, "type": part.type, "size": part.size, "sha256": digest.hexdigest()})
    return found
