"""A letter that somebody wrote, under a header of ours: whatever it holds, it makes no header and loses no words."""

from __future__ import annotations

import email.policy
import io
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import parse, rebuilt
from helpdesk_lite.mail.original import NO_WAY, Original
from helpdesk_lite.mail.transport.contract import ANY_BYTES, ANY_LINES, EIGHT_BIT, SEVEN_BIT

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.eml"))
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"
HEAD = b"From: us@example.org\nSubject: ours\n"


def original(raw: bytes) -> Original:
    """The letter."""
    return Original(io.BytesIO(raw))


def sent(raw: bytes) -> bytes:
    """What goes on of it."""
    return b"".join(original(raw).chunks())


@pytest.mark.parametrize(
    ("raw", "needs"),
    [
        (PLAIN + b"\r\nHi\r\n", SEVEN_BIT),
        (PLAIN + b"\r\n" + b"x" * 998 + b"\r\n", SEVEN_BIT),
        (PLAIN + b"\r\n" + b"x" * 999, ANY_LINES),
        (PLAIN + b"\r\n" + b"x" * 65_530 + b"\r\nHi", ANY_LINES),
        (PLAIN + "\r\nGrüße".encode(), EIGHT_BIT),
        ("\r\nGrüße".encode(), ANY_LINES),
        (PLAIN + b"\r\none\rtwo", ANY_LINES),
        (PLAIN + b"\r\none\r", ANY_LINES),
        (PLAIN + b"\r\n" + b"\r" * 70_000, ANY_LINES),
        (PLAIN + b"\r\none\x00", ANY_BYTES),
        ("Content-Type: text/plain; name=ä\r\n\r\nHi".encode(), ANY_LINES),
        (b"Content-Type: text/plain;\r\n\tname=" + b"x" * 1000 + b"\r\n\r\nHi", ANY_LINES),
        (b"Content-Type: text/plain\rBcc: a@b\r\n\r\nHi", NO_WAY),
        (b"Content-ID: " + b"x" * 40_000 + b"\r\n\r\nHi", NO_WAY),
        (b"Subject: \xff\x00\r\n\r\nHi", SEVEN_BIT),
        (b"", SEVEN_BIT),
    ],
)
def test_what_a_way_must_carry(raw: bytes, needs: int) -> None:
    assert original(raw).needs == needs


@pytest.mark.parametrize(
    ("raw", "goes_on"),
    [
        (b"Subject: x\r\nMIME-Version: 1.0\r\n" + PLAIN + b"\r\nHi\r\n", b"MIME-Version: 1.0\n" + PLAIN + b"\nHi\n"),
        (PLAIN + b"X: y\r\n\r\nHi", b"MIME-Version: 1.0\n" + PLAIN + b"\nHi"),
        (b"From jane Sat\nX: y\n Content-Type: a/b\n\nHi", b"\nHi"),
        (b"CONTENT-type : text/html;\r\n charset=x\r\n \t \r\n\tb=c\r\n\r\nHi", b"MIME-Version: 1.0\nCONTENT-type : "
         b"text/html;\n charset=x\n\tb=c\n\nHi"),
        (b"Content-Length: 5\r\nContent-Secret: x\r\n\r\nHi", b"\nHi"),
        (b"no header at all\r\nContent-Type: text/html\r\n", b"\nno header at all\nContent-Type: text/html\n"),
        (PLAIN.strip(), b"MIME-Version: 1.0\n" + PLAIN + b"\n"),
        (b"", b"\n"),
    ],
)  # fmt: skip
def test_what_goes_on_of_a_letter(raw: bytes, goes_on: bytes) -> None:
    assert sent(raw) == goes_on.replace(b"\r\n", b"\n")


def test_a_body_of_many_pieces_is_whole() -> None:
    body = b"\r\n".join(b"%d \r\n" % number * 7 for number in range(40_000))

    assert sent(PLAIN + b"\r\n" + body) == b"MIME-Version: 1.0\n" + (PLAIN + b"\r\n" + body).replace(b"\r\n", b"\n")


def words(raw: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """What the desk reads in a letter: its text, and its files."""
    file = io.BytesIO(raw)
    files = [
        (part.name, b"".join(parse.decoded(file, part)))
        for part in parse.parts(file)
        if part.is_attachment and part.name != "letter.eml"
    ]
    return parse.text_of(file).strip(), files


def put_together(raw: bytes) -> bytes:
    """The letter for a way that carries 7 bits."""
    return b"".join(rebuilt.message([HEAD], io.BytesIO(raw), "<1@example.org>", with_original=True))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_letter_put_together_anew_says_the_same(path: Path) -> None:
    raw = path.read_bytes()
    found = put_together(raw)

    assert found.isascii() and max(map(len, found.split(b"\n"))) <= 998
    assert words(found)[1] == words(raw)[1]
    assert words(found)[0].split() == words(raw)[0].split()


@pytest.mark.parametrize(("said", "kept"), [("a.b@c", "<a.b@c>"), ("ü@ü", None), ("a>b", None), ("", None)])
def test_a_picture_keeps_the_name_that_the_text_gives_it(said: str, kept: str | None) -> None:
    part = f"--b\r\nContent-Type: image/png\r\nContent-ID: <{said}>\r\n\r\nx\r\n"
    found = put_together(f'Content-Type: multipart/related; boundary="b"\r\n\r\n{part}--b--\r\n'.encode())

    assert BytesParser(policy=email.policy.compat32).parsebytes(found).get_payload(0)["Content-ID"] == kept  # type: ignore


HOSTILE = st.lists(
    st.sampled_from(
        [
            *(
                b"Content-Type: ",
                b"multipart/mixed",
                b"text/plain",
                b"text/html",
                b'; boundary="b"',
                b"; charset=utf-16",
            ),
            *(b"--b", b"--b--", b"\r\n", b"\n", b"\r", b"\x00", b" ", b"\t", b"x" * 1200, "ü".encode(), b"\xff", b"."),
            *(b"message/rfc822", b"Content-Transfer-Encoding: base64", b"=41", b"Bcc: eve@example.net", b"From "),
            *(b"Content-ID: <\xc3\xbc>", b"Content-Disposition: inline; filename=", b"multipart/signed", b"image/png"),
        ]
    ),
    max_size=60,
).map(b"".join) | st.binary(max_size=300)


@given(HOSTILE)
def test_whatever_came_what_is_put_together_anew_is_one_clean_letter(raw: bytes) -> None:
    found = put_together(raw)
    read = BytesParser(policy=email.policy.default).parsebytes(found)

    assert isinstance(read, EmailMessage)
    assert found.isascii() and not set(found) & {0, 13}
    assert max(map(len, found.split(b"\n"))) <= 998
    assert [defect for part in read.walk() for defect in part.defects] == []
    assert set(map(str.lower, read.keys())) <= {
        *("from", "subject", "mime-version", "content-type", "content-transfer-encoding", "content-disposition"),
        "content-id",
    }


@given(HOSTILE)
def test_whatever_came_its_fields_are_about_its_content(raw: bytes) -> None:
    whole = original(raw)
    if whole.needs == NO_WAY:
        return
    found = HEAD + b"".join(whole.chunks())
    head = found.partition(b"\n\n")[0].replace(b"\n ", b"").replace(b"\n\t", b"")

    for line in head.split(b"\n")[2:]:
        assert line.lower().startswith((b"content-", b"mime-version"))
    assert b"\r" not in head and b"\x00" not in head
