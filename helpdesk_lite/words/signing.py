"""Short proofs that the desk itself wrote something: keys in links, stamps in forms, cookies.

Guarantee: without the desk's secret nobody makes a proof, a proof for one purpose is none for another, and checking
takes the same time whatever was sent. It hides nothing: what is signed can be read.
"""

from __future__ import annotations

import binascii

try:  # BLAKE2 by itself: hashlib and hmac load OpenSSL, a fifth of the time that a cached form takes under CGI
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH = 16  # bytes: 128 bits


def proof(secret: bytes, purpose: str, *facts: str) -> str:
    """The proof (22 URL-safe characters) that `facts` are ours for `purpose`: keyed BLAKE2b (RFC 7693, 2.9)."""
    digest = _code(secret, "\x00".join((purpose, *facts)))
    return binascii.b2a_base64(digest, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()


def is_proof(given: str, secret: bytes, purpose: str, *facts: str) -> bool:
    """Whether `given` is `proof(secret, purpose, *facts)`."""
    return is_same(given, proof(secret, purpose, *facts), secret)


def is_same(given: str, right: str, secret: bytes) -> bool:
    """Whether `given` is `right`. How long that takes tells nothing: what is compared are codes nobody can foresee."""
    return _code(secret, given) == _code(secret, right)


def digest() -> blake2b:
    """A digest of 128 bits to `update`: the same for the same bytes, with no secret in it."""
    return blake2b(digest_size=_LENGTH)


def digest_of(facts: Iterable[str]) -> str:
    """The digest of these texts, one after the other, in hexadecimal digits."""
    known = digest()
    for fact in facts:
        known.update(fact.encode("utf-8", "surrogatepass") + b"\x00")
    return known.hexdigest()


def _code(secret: bytes, message: str) -> bytes:
    return blake2b(message.encode("utf-8", "surrogatepass"), digest_size=_LENGTH, key=secret[:64]).digest()


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
