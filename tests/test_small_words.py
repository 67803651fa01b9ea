"""Moments, proofs and addresses."""

import email.utils
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.words import i18n, letter, signing, times
from tests.examples import NOON

moments = st.integers(0, 4_000_000_000)


@given(moments)
def test_a_moment_comes_back_from_its_text(at):
    assert times.from_iso(times.iso(at)) == at


@given(moments)
def test_a_mail_program_reads_the_same_moment(at):
    assert email.utils.parsedate_to_datetime(times.mail(at)).timestamp() == at


def test_moments_have_these_forms():
    assert times.iso(NOON) == "2026-11-21T12:00:00Z"
    assert times.mail(NOON) == "Sat, 21 Nov 2026 12:00:00 +0000"
    assert times.mbox(NOON) == "Sat Nov 21 12:00:00 2026"
    assert times.month(NOON) == time.strftime("%Y-%m", time.gmtime(NOON))


@pytest.mark.parametrize("text", ["", "2026-11-21", "2026-11-21T12:00:00", "xxxx-xx-xxTxx:xx:xxZ"])
def test_other_text_is_no_moment(text):
    with pytest.raises(ValueError, match=r"."):
        times.from_iso(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-21", "2026-11-21T23:59:59Z"),
        ("2026-11-21T17:30", "2026-11-21T17:30:00Z"),
        (" 2026-11-21 17:30Z", "2026-11-21T17:30:00Z"),
        ("2026-11-21T17:30:05Z", "2026-11-21T17:30:05Z"),
    ],
)
def test_what_a_person_types_is_a_moment(text, said):
    assert times.iso(times.typed(text, "23:59:59")) == said


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "2026-11-21T25:00", "21.11.2026", "2026-11-21T17"])
def test_what_else_they_type_is_none(text):
    with pytest.raises(ValueError, match=r"."):
        times.typed(text)


def test_a_proof_is_for_its_secret_purpose_and_facts_only():
    proof = signing.proof(b"secret", "key", "a", "b")
    assert signing.is_proof(proof, b"secret", "key", "a", "b")
    for secret, purpose, facts in ((b"other", "key", "ab"), (b"secret", "cookie", "ab"), (b"secret", "key", "ba")):
        assert not signing.is_proof(proof, secret, purpose, *facts)
    assert not signing.is_proof("", b"secret", "key", "a", "b")
    assert not signing.is_proof("ü\ud800", b"secret", "key", "a", "b")


@pytest.mark.parametrize("address", ["jane@example.org", "operators@localhost", "o'neil+x@a-b.example", "用户@例え.jp"])
def test_an_address_is_one(address):
    assert letter.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "jane", "jane@", "@example.org", "a b@c.org", "a@b@c", "a@-b.org", "a@b..org", ".a@b.org", "a..b@c.org"),
        *("a@b.org\n", "a@b.org\r\nBcc: x@y.org", "<a@b.org>", "a@b.org, c@d.org", "a\x00@b.org", "a\u2028@b.org"),
    ],
)
def test_what_cannot_be_mailed_is_no_address(address):
    assert not letter.is_address(address)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("it", "it"),
        ("it-CH, en;q=0.8", "it"),
        ("en-GB,it;q=0.9", "en"),
        ("de, it;q=0.2", "it"),
        ("fr", "en"),
        ("it;q=x, \x00", "en"),
    ],
)
def test_the_readers_language_is_the_best_we_have(header, language):
    assert i18n.preferred(header) == language
