"""Header lines, read back with Python's email package: what went in comes out, and nothing else."""

from __future__ import annotations

import email.header
import email.policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import headers

READER = BytesParser(policy=email.policy.default)


def read(*lines: bytes) -> EmailMessage:
    """The message that these header lines begin, as Python's email package reads it."""
    found = READER.parsebytes(b"".join(lines) + b"\nbody\n")
    assert isinstance(found, EmailMessage)
    return found


def decoded(line: bytes) -> str:
    """A field's value by RFC 2047 alone (CPython's newer reader keeps spaces between words of a phrase, gh-92081)."""
    value = line.decode().partition(":")[2].replace("\n", "")
    return str(email.header.make_header(email.header.decode_header(value)))


@pytest.mark.parametrize(
    "subject",
    [
        "A plain subject",
        "",
        "Größe der Lieferung",
        "[K7QX-4M2B-9DT3] Schöne Grüße aus Köln, 12 €",
        "日本語の件名はとても長いので、何行にもわたって折り返されなければなりません。" * 3,
        "a subject of many words " * 12 + "end",
        "two  spaces   stay",
        "=?utf-8?q?not_an_encoded_word?=",
        "x" * 300,
        "one 🎉 two 👩‍👩‍👧‍👦 three",
        'quotes " and \\ backslashes, commas; colons: <angles> (round) @',
        "trailing ä",
    ],
)
def test_a_subject_comes_back_as_it_was_written(subject: str) -> None:
    line = headers.text("Subject", subject)

    assert read(line)["Subject"] == subject
    assert all(len(part) <= headers.WIDTH for part in line.decode("ascii").splitlines())


@pytest.mark.parametrize(
    "evil", ["\r\n", "\n", "\r", "\x00", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1b", "\x7f"]
)
def test_no_control_character_reaches_a_header(evil: str) -> None:
    text = f"hello{evil}Bcc: everybody@example.org"

    lines = [
        headers.text("Subject", text),
        headers.mailboxes("From", [(text, "a@example.org")]),
        headers.parametered("Content-Disposition", "attachment", [("filename", text)]),
    ]
    found = read(*lines)

    assert found["Subject"] == "hello Bcc: everybody@example.org"
    assert found["From"].addresses[0].display_name == "hello Bcc: everybody@example.org"
    assert found.get_filename() == "hello Bcc: everybody@example.org"
    assert found.keys() == ["Subject", "From", "Content-Disposition"]
    assert not set(b"".join(lines)) & {0, 13, 27, 127}


@given(st.text())
def test_any_text_makes_one_field_and_comes_back(text: str) -> None:
    line = headers.text("Subject", text)
    found = read(line)

    assert found.keys() == ["Subject"]
    assert decoded(line).strip(" ") == headers.one_line(text)
    assert line.isascii()


@given(st.text())
def test_any_name_makes_one_mailbox(name: str) -> None:
    line = headers.mailboxes("From", [(name, "jane@example.org")])
    found = read(line)["From"]

    assert [address.addr_spec for address in found.addresses] == ["jane@example.org"]
    assert line.count(b"<jane@example.org>") == (1 if headers.one_line(name) else 0)


@given(st.text(max_size=45))
def test_a_name_of_usual_length_comes_back(name: str) -> None:
    shown = headers.one_line(name)
    if len(shown.encode()) > 45:
        return  # more than one encoded word, see `decoded`

    found = read(headers.mailboxes("From", [(name, "jane@example.org")]))["From"]

    assert found.addresses[0].display_name.split() == shown.split()


def test_a_long_name_is_cut_between_characters() -> None:
    name = "株式会社とても長い名前の会社のお客様サポート担当部門の担当者様"
    line = headers.mailboxes("From", [(name, "jane@example.org")])

    assert decoded(line).strip() == f"{name} <jane@example.org>"
    for word in line.decode().split()[1:-1]:
        assert len(word) <= 75
        email.header.decode_header(word)[0][0].decode("utf-8")  # each word is whole characters


def test_several_mailboxes_are_one_list() -> None:
    line = headers.mailboxes(
        "To", [("Ines", "ines@example.org"), ("", "bo@example.org"), ("O'Neil, Pat", "p@example.org")]
    )

    found = read(line)["To"].addresses

    assert [(each.display_name, each.addr_spec) for each in found] == [
        ("Ines", "ines@example.org"),
        ("", "bo@example.org"),
        ("O'Neil, Pat", "p@example.org"),
    ]


def test_an_internationalised_domain_travels_in_ascii() -> None:
    assert headers.mailboxes("To", [("", "info@straße.example")]) == b"To: info@xn--strae-oqa.example\n"


def test_an_internationalised_address_is_raw_utf8() -> None:
    line = headers.mailboxes("To", [("Jörg", "jörg@müller.example")])

    assert line.decode() == "To: =?utf-8?b?SsO2cmc=?= <jörg@müller.example>\n"


@pytest.mark.parametrize("wrong", ["", "nobody", "a@b\r\nBcc: c@d", "a b@example.org", "a@b>, <c@d", "<a@b>"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        headers.mailboxes("To", [("", wrong)])


@pytest.mark.parametrize(
    "name",
    [
        "report.pdf",
        "Größe.pdf",
        "日本語の長い名前のファイル" * 4 + ".txt",
        'a"b\\c%d.txt',
        "it's; a=b.txt",
        "x" * 150 + ".txt",
    ],
)
def test_a_file_name_comes_back(name: str) -> None:
    line = headers.parametered("Content-Disposition", "attachment", [("filename", name)])

    assert read(line).get_filename() == name
    assert all(len(part) <= headers.WIDTH for part in line.decode("ascii").splitlines())


@given(st.text(min_size=1))
def test_any_parameter_makes_one_field_and_comes_back(name: str) -> None:
    found = read(headers.parametered("Content-Disposition", "attachment", [("filename", name)]))

    assert found.keys() == ["Content-Disposition"]
    assert found["Content-Disposition"].params["filename"] == headers.one_line(name)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jane\\photo.jpg", "photo.jpg"),
        ("..", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("evil\u202egpj.exe", "evil_gpj.exe"),
        ("a\r\nb.txt", "a b.txt"),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
    ],
)
def test_a_file_name_is_a_name_and_no_path(said: str, kept: str) -> None:
    assert headers.file_name(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("image/png", "image/png"),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed; boundary=x", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_a_type_is_a_plain_type(said: str, kept: str) -> None:
    assert headers.media_type(said) == kept


def test_many_ids_are_folded_one_below_the_other() -> None:
    found = [f"<{number}.notice.0123456789@example.org>" for number in range(20)]

    line = headers.ids("References", [*found, "no id", "<a b@c>", "<x@y>\r\nBcc: z"])

    assert read(line)["References"].split() == found
    assert max(map(len, line.splitlines())) <= headers.WIDTH


def test_a_date_is_the_standards_and_not_the_machines() -> None:
    assert headers.date("Date", 1_795_298_400) == b"Date: Sat, 21 Nov 2026 22:00:00 +0000\n"
