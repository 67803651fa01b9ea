"""Proofs: the desk knows its own word, and nobody else's."""

from __future__ import annotations

import pytest

from helpdesk_lite.words import signing

SECRET = bytes(range(32))


def test_the_desk_knows_its_own_proof() -> None:
    assert signing.is_proof(signing.proof(SECRET, "key", "a", "b"), SECRET, "key", "a", "b")


def test_a_proof_fits_into_a_link() -> None:
    proofs = {signing.proof(SECRET, "key", str(count)) for count in range(200)}
    assert len(proofs) == 200
    assert all(len(proof) == 22 and proof.replace("-", "").replace("_", "").isalnum() for proof in proofs)


@pytest.mark.parametrize(
    ("secret", "purpose", "facts"),
    [
        (b"\x00" * 32, "key", ("a", "b")),
        (SECRET, "other", ("a", "b")),
        (SECRET, "key", ("a",)),
        (SECRET, "key", ("a", "c")),
        (SECRET, "key", ("ab",)),
        (SECRET, "key\x00a", ("c",)),
    ],
)
def test_a_proof_is_for_one_thing(secret: bytes, purpose: str, facts: tuple[str, ...]) -> None:
    assert not signing.is_proof(signing.proof(SECRET, "key", "a", "b"), secret, purpose, *facts)


@pytest.mark.parametrize("given", ["", "x", "\x00", "\udcff", "ä" * 22, "A" * 100_000])
def test_nonsense_is_no_proof(given: str) -> None:
    assert not signing.is_proof(given, SECRET, "key", "a")
