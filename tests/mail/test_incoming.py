"""Reading what came in: any bytes become one value."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import addresses, incoming
from helpdesk_lite.mail.addresses import Mailbox
from helpdesk_lite.mail.incoming import Incoming

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.eml"))
JANE = Mailbox("Jane Doe", "jane@example.com")


def letter(*fields: str, body: str = "Hello\n") -> Incoming:
    """What is read of a letter with these header fields."""
    return incoming.read(io.BytesIO(("\n".join(fields) + "\n\n" + body).encode()))


@given(st.binary())
def test_any_bytes_are_a_letter(raw: bytes) -> None:
    found = incoming.read(io.BytesIO(raw))

    assert found.size == len(raw)
    repr(found).encode()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_oddity_is_a_letter(path: Path) -> None:
    found = incoming.read(io.BytesIO(path.read_bytes()))

    assert not found.auto
    assert not found.is_report


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("jane@example.com", [("", "jane@example.com")]),
        ("Jane Doe <jane@EXAMPLE.com>", [("Jane Doe", "jane@example.com")]),
        ('"Doe, Jane" <jane@example.com>', [("Doe, Jane", "jane@example.com")]),
        ("jane@example.com (Jane Doe)", [("Jane Doe", "jane@example.com")]),
        ("Jane (her (own)) Doe <jane@example.com>", [("Jane Doe", "jane@example.com")]),
        ("=?utf-8?q?J=C3=A4ne=2C_Doe?= <jane@example.com>", [("Jäne, Doe", "jane@example.com")]),
        ('"=?utf-8?q?J=C3=A4ne?=" <jane@example.com>', [("Jäne", "jane@example.com")]),
        ("a@example.com, b@example.com;c@example.com", [("", f"{one}@example.com") for one in "abc"]),
        ("Team: a@example.com, B <b@example.com>;", [("", "a@example.com"), ("B", "b@example.com")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.example,@b.example:jane@example.com>", [("", "jane@example.com")]),
        ("Jane Doe jane@example.com", [("Jane Doe", "jane@example.com")]),
        ("jane @ example . com", [("", "jane@example.com")]),
        ('"jane"@example.com', [("", "jane@example.com")]),
        ("Jane <jane@example.com", [("Jane", "jane@example.com")]),
        ("jane@example.com, jane@example.com", [("", "jane@example.com")]),
        ("Jane Doe", []),
        ("<>", []),
        ('"' * 99, []),
        ("jane@example.com a@example.com", [("", "jane@example.com"), ("", "a@example.com")]),
    ],
)
def test_addresses_of_a_field(said: str, found: list[tuple[str, str]]) -> None:
    assert [tuple(box) for box in addresses.mailboxes([said])] == found


def test_two_from_fields_are_two_senders() -> None:
    assert [one.address for one in letter("From: a@example.com", "From: b@example.com").senders] == [
        "a@example.com",
        "b@example.com",
    ]


def test_what_a_letter_says_of_itself() -> None:
    found = letter(
        "Message-ID: <1@example.com>",
        "In-Reply-To: Your message <0@example.com> of Friday",
        "References: <a@b><0@example.com>\n\t<a@b>",
        "Date: Sat, 21 Nov 2026 22:50:00 +0100 (CET)",
        "From: Jane Doe <jane@example.com>",
        "Subject: =?utf-8?B?w?= =?utf-8?B?5w==?= =?utf-8?Q?=C3?= =?utf-8?Q?=A4h?=\n  folded",
        "Delivered-To: desk+x@example.org",
        "X-Original-To: support@example.org",
    )

    assert found.message_id == "<1@example.com>"
    assert found.in_reply_to == ("<0@example.com>",)
    assert found.references == ("<a@b>", "<0@example.com>")
    assert found.date == 1795297800
    assert found.senders == (JANE,)
    assert found.subject.endswith("äh  folded")
    assert found.delivered_to == ("desk+x@example.org", "support@example.org")
    assert found.text == "Hello\n"
    assert not found.auto
