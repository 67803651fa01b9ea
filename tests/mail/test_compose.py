"""Whole letters, read back with Python's email package."""

from __future__ import annotations

import email.policy
import tracemalloc
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import body, compose, headers
from helpdesk_lite.mail.compose import Attachment
from helpdesk_lite.words.form import FieldValue, Upload
from helpdesk_lite.words.ticket import Customer
from tests import examples

ID = "<K7QX-4M2B-9DT3.notice.0123456789@example.org>"
READER = BytesParser(policy=email.policy.default)


def composed(text: str, html: str = "", *attachments: Attachment) -> EmailMessage:
    """The letter as Python's email package reads it."""
    head = [headers.text("Subject", "hello"), headers.ids("Message-ID", [ID])]
    return read(b"".join(compose.message(head, text, html, attachments, ID)))


def read(raw: bytes) -> EmailMessage:
    """The message, which must have no defect in any part."""
    found = READER.parsebytes(raw)
    assert isinstance(found, EmailMessage)
    assert [defect for part in found.walk() for defect in part.defects] == []
    return found


def test_plain_ascii_travels_as_it_is() -> None:
    found = composed("It burns.\nSincerely\n")

    assert found["Content-Transfer-Encoding"] == "7bit"
    assert found.get_content_charset() == "us-ascii"
    assert found.get_content() == "It burns.\nSincerely\n"


@pytest.mark.parametrize(
    "text",
    [
        "Größe: 12 €\n",
        "x" * 5000 + "\n",
        "From here\nFrom there\n",
        "trailing space \nand tab\t\nüm\n",
        "a control \x07 character\n",
        "--=_K7QX-4M2B-9DT3.notice.0123456789example.org_a\n",
        ".\n..\nü\n.\n",
        "日本語\n" * 3000,
        "ein langer Absatz ohne Zeilenende, äöü " * 3000,
        "",
    ],
)
def test_difficult_text_comes_back(text: str) -> None:
    found = composed(text)

    assert found.get_content() == text or found.get_content() == text + "\n"
    raw = b"".join(compose.message([], text, seed=ID))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\n"))) <= compose.LONGEST_LINE
    assert b"\nFrom " not in raw


@given(st.text())
def test_any_text_comes_back_whatever_stands_beside_it(text: str) -> None:
    found = composed(text, "<p>hello</p>", Attachment("a.bin", "x/y", [text.encode("utf-8", "replace")]))
    plain = found.get_body(("plain",))
    wanted = body.plain_lines(text).encode("utf-8", "replace").decode()

    assert plain is not None
    assert plain.get_payload(decode=True) == wanted.encode()
    (attached,) = found.iter_attachments()
    assert attached.get_payload(decode=True) == text.encode("utf-8", "replace")


def test_text_and_html_are_alternatives_beside_the_attachments() -> None:
    found = composed(
        "Größe\n", "<p>Größe</p>\n", Attachment("a.txt", "text/plain", [b"one"]), Attachment("b", "", [b""])
    )

    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/plain",
        "application/octet-stream",
    ]
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in found.iter_attachments()] == [
        ("a.txt", b"one"),
        ("b", b""),
    ]


def test_a_hostile_attachment_makes_no_header_and_no_part() -> None:
    evil = Attachment("x\r\n\r\n--=_evil\r\nBcc: a@b.txt", "text/plain\r\nX-Evil: 1", [b"--=_K7QX_m--\nFrom \n.\n"])

    found = composed("hello\n", "", evil)

    (part,) = found.iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert "X-Evil" not in part and "Bcc" not in part
    assert part.get_filename() == "x --=_evil Bcc: a@b.txt"


def test_the_same_letter_is_the_same_bytes() -> None:
    def once() -> bytes:
        return b"".join(compose.message([], "a", "b", [Attachment("c", "d/e", [b"f"])], ID))

    assert once() == once()


@given(st.lists(st.binary(max_size=200)))
def test_base64_does_not_depend_on_how_the_bytes_arrive(chunks: list[bytes]) -> None:
    found = b"".join(compose.base64_lines(chunks))

    assert found == b"".join(compose.base64_lines([b"".join(chunks)]))
    assert all(len(line) <= 76 for line in found.splitlines())


def test_25_mb_pass_through_in_little_memory() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(400):
            yield bytes(1 << 16)

    tracemalloc.start()
    size = sum(map(len, compose.message([], "hello", attachments=[Attachment("big", "", chunks())], seed=ID)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 35_000_000
    assert peak < 1_000_000


def test_an_inquiry_is_the_letter_the_customer_might_have_sent(tmp_path: Path) -> None:
    upload = tmp_path / "spooled"
    upload.write_bytes(b"\x89PNG" * 100)
    inquiry = examples.inquiry("K7QX-4M2B-9DT3")

    found = read(
        b"".join(
            compose.inquiry_message(
                inquiry, ID, "desk@example.org", [Upload("photo", "Großbrand.png", "image/png", 400, str(upload))]
            )
        )
    )

    assert found["From"].addresses[0].display_name == "Jane Doe"
    assert found["From"].addresses[0].addr_spec == "jane@example.com"
    assert found["To"] == "desk@example.org"
    assert found["Subject"] == "[K7QX-4M2B-9DT3] The printer is on fire"
    assert found["Message-ID"] == ID
    assert found["Date"].datetime.timestamp() == examples.NOON
    text = found.get_body(("plain",))
    assert text is not None and text.get_content() == "It burns.\nFrom here I can see it.\n\nRoom: 12 b\n"
    (attached,) = found.iter_attachments()
    assert attached.get_filename() == "Großbrand.png"
    assert attached.get_payload(decode=True) == b"\x89PNG" * 100


def test_a_customer_without_an_address_writes_from_the_desks_own() -> None:
    inquiry = examples.inquiry("K7QX-4M2B-9DT3")._replace(customer=Customer("Jane Doe", "not an address"))

    found = read(b"".join(compose.inquiry_message(inquiry, ID, "desk@example.org")))

    assert found["From"].addresses[0].display_name == "Jane Doe (no address given)"
    assert found["From"].addresses[0].addr_spec == "desk@example.org"
    assert "Email: jane@example.com" in found.get_content()  # what was typed is still to be read


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (("12 b",), ["Room: 12 b"]),
        (("red", "blue"), ["Room: red, blue"]),
        (("one\r\n\r\ntwo",), ["Room:", "    one", "", "    two"]),
        (("Doe, Jane", "Bo"), ["Room:", "    Doe, Jane", "    Bo"]),
        (("red", ""), ["Room: red"]),
    ],
)
def test_a_field_is_its_label_and_what_was_answered(values: tuple[str, ...], lines: list[str]) -> None:
    assert body.field_lines("Room:", values) == lines


def test_fields_left_unanswered_are_left_out() -> None:
    inquiry = examples.inquiry("K7QX-4M2B-9DT3")
    inquiry = inquiry._replace(fields=(*inquiry.fields, FieldValue("tel", "Telephone", ("",), True)))

    assert "Telephone" not in body.text_of(inquiry)


def test_what_is_public_names_no_contact() -> None:
    inquiry = examples.inquiry("K7QX-4M2B-9DT3")
    again = FieldValue("repeat", "Email, once more", ("jane@example.com",))
    inquiry = inquiry._replace(fields=(*inquiry.fields, again, FieldValue("tel", "Telephone", ("12",), True)))

    assert [field.name for field in body.public_fields(inquiry)] == ["room"]
    assert [field.name for field in body.other_fields(inquiry)] == ["room", "repeat", "tel"]
