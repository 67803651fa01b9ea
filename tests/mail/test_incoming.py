"""Reading what came in: any bytes become one value."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email import utils
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import addresses, dates, headers, incoming, likeness, results
from helpdesk_lite.mail.addresses import Mailbox
from helpdesk_lite.mail.incoming import Incoming
from helpdesk_lite.words.letter import is_address

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


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-14 * 4, 14 * 4))
def test_a_date_is_what_the_email_package_reads(at: datetime, quarters: int) -> None:
    said = utils.format_datetime(at.replace(tzinfo=timezone(timedelta(minutes=15 * quarters))))

    assert dates.moment(said) == utils.mktime_tz(utils.parsedate_tz(said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Sat, 21 Nov 2026 21:50:00 GMT", 1795297800),
        ("21 Nov 26 21:50 +0000", 1795297800),
        ("Sat, 21 Nov 2026 16:50:00 EST", 1795297800),
        ("Sat Nov 21 21:50:00 2026", 1795297800),
        ("21-Nov-2026 22:50:00 +0100", 1795297800),
        ("Sat, 21 November 2026 21:50:00 -0000 (UTC)", 1795297800),
        ("Sat, 21 Nov 126 21:50:00 +0000", 1795297800),
        ("Thu, 01 Jan 1970 00:00:00 +0100", None),
        ("yesterday", None),
        ("", None),
        ("j 21:50 21 2026", None),
        ("32 Nov 2026 21:50", None),
        ("21 Nov 2026 25:50", None),
        ("21 Nov 99999 21:50", None),
        ("9" * 5000 + " Nov 2026 21:50", None),
    ],
)
def test_careless_dates(said: str, at: int | None) -> None:
    assert dates.moment(said) == at


@given(st.text())
def test_any_text_is_no_date_or_one_of_our_era(said: str) -> None:
    assert (dates.moment(said) or 0) >= 0


AS_SENT = b"""From: Jane Doe <jane@example.com>
To: support@example.org,
 bob@example.org
Subject: Fire in the second floor
Date: Sat, 21 Nov 2026 21:50:00 +0000
Message-ID: <1@example.com>

It burns.
"""


def digest(raw: bytes) -> str:
    return incoming.read(io.BytesIO(raw)).digest


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"Return-Path: <jane@example.com>\nReceived: from a by b\nDelivered-To: x@example.org\n" + raw,
        lambda raw: raw.replace(b"\nTo:", b"\nX-Spam-Status: No\nX-Spam-Score: 1\nDKIM-Signature: v=1;\n b=x\nTo:"),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b"org,\n bob", b"org,bob"),
        lambda raw: raw.replace(b"second floor", b"second\n\tfloor"),
        lambda raw: raw + b"\n\n",
        lambda raw: raw[:-1],
        lambda raw: b"From jane@example.com Sat Nov 21 21:50:00 2026\n" + raw,
        lambda raw: raw.replace(b"Message-ID", b"Message-Id"),
    ],
)
def test_a_letter_is_known_again_whichever_way_it_came(change: Callable[[bytes], bytes]) -> None:
    assert digest(change(AS_SENT)) == digest(AS_SENT)
    assert change(AS_SENT) != AS_SENT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"It burns", b"It burnt"),
        (b"burns.\n", b"burns.\n\nBadly.\n"),
        (b"\n\nIt", b"\n\n\nIt"),
        (b"jane@", b"june@"),
        (b"second floor", b"secondfloor"),
        (b"21:50", b"21:51"),
        (b"<1@", b"<2@"),
        (b"bob@", b"rob@"),
        (b"\n\nIt", b"\nContent-Type: text/html\n\nIt"),
    ],
)
def test_another_letter_is_another(old: bytes, new: bytes) -> None:
    assert old in AS_SENT
    assert digest(AS_SENT.replace(old, new)) != digest(AS_SENT)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b" "])))
def test_the_digest_does_not_depend_on_where_pieces_end(pieces: list[bytes]) -> None:
    raw = b"From: a@b.example\n\n" + b"".join(pieces)
    whole = digest(raw)
    before, likeness._CHUNK = likeness._CHUNK, 3
    try:
        assert digest(raw) == whole
    finally:
        likeness._CHUNK = before


def test_what_servers_found_out_about_the_sender() -> None:
    found = letter(
        "Authentication-Results: mx.example.org (amavis) 1;",
        ' dkim=pass (2048-bit; "key") reason="good; really" header.d=example.com header.i=@example.com;',
        " spf = softfail smtp.mailfrom=jane@example.com; dmarc=none policy.published-domain-policy=none",
        "Authentication-Results: evil.example; none",
        "Authentication-Results: evil.example; dkim=pass header.d=example.com",
    ).authentication

    assert [(one.server, one.method, one.result, one.field) for one in found] == [
        ("mx.example.org", "dkim", "pass", 0),
        ("mx.example.org", "spf", "softfail", 0),
        ("mx.example.org", "dmarc", "none", 0),
        ("evil.example", "dkim", "pass", 2),
    ]
    assert found[0].property("header.d") == "example.com"
    assert found[0].property("reason") == "good; really"
    assert found[1].property("smtp.mailfrom") == "jane@example.com"
    assert found[2].property("header.d") == ""


@given(st.text())
def test_any_text_is_a_list_of_results(said: str) -> None:
    results.results([said, f"a; {said}"])


@given(st.text())
def test_any_text_is_a_list_of_addresses_that_can_be_mailed_to(said: str) -> None:
    for box in addresses.mailboxes([said]):
        assert is_address(box.address)
        assert headers.mailboxes("To", [box])


def test_the_null_sender_of_the_envelope_is_a_mark() -> None:
    raw = b"From: jane@example.com\n\nHello\n"

    assert incoming.read(io.BytesIO(raw), "").auto == "Return-Path: <>"
    assert incoming.read(io.BytesIO(raw), "jane@example.com").auto == ""
    assert incoming.read(io.BytesIO(raw)).auto == ""


def test_a_report_tells_the_servers_words() -> None:
    path = Path(__file__).parent / "letters" / "postfix-bounce.eml"

    (failure,) = incoming.read(io.BytesIO(path.read_bytes())).failures
    assert failure.status == "5.1.1"
    assert failure.reason.startswith("550 5.1.1 <jane@nowhere.example>: Recipient address    rejected")


def test_a_picture_in_the_text_is_known_by_its_content_id() -> None:
    path = Path(__file__).parent / "letters" / "mixed-with-alternative-and-footer.eml"

    (picture,) = incoming.read(io.BytesIO(path.read_bytes())).attachments
    assert (picture.content_id, picture.is_inline, picture.name) == ("fire@example.com", True, "fire.gif")


def test_many_references_keep_the_first_and_the_last() -> None:
    found = letter("References: " + "\n ".join(f"<{number}@b>" for number in range(1000))).references

    assert (len(found), found[0], found[-1]) == (addresses.MOST_IDS, "<0@b>", "<999@b>")
