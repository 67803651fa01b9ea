"""winmail.dat: its files are the letter's files."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import incoming, parse, winmail

FILE, TITLE, CONTENT, PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005


def number(value: int, length: int = 4) -> bytes:
    return value.to_bytes(length, "little")


def attribute(name: int, content: bytes, level: int = 2) -> bytes:
    return bytes([level]) + number(name, 2) + b"\6\0" + number(len(content)) + content + number(sum(content) % 65536, 2)


def text(name: int, value: str) -> bytes:
    raw = (value + "\0").encode("utf-16-le")
    return number(0x1F, 2) + number(name, 2) + number(1) + number(len(raw)) + raw + bytes(-len(raw) % 4)


def blob(name: int, value: bytes, kind: int = 0x102) -> bytes:
    return number(kind, 2) + number(name, 2) + number(1) + number(len(value)) + value + bytes(-len(value) % 4)


def properties(*found: bytes) -> bytes:
    return attribute(PROPERTIES, number(len(found)) + b"".join(found))


def container(*attributes: bytes) -> bytes:
    return winmail.SIGNATURE + b"\1\0" + attribute(0x9006, b"\0\0\1\0", level=1) + b"".join(attributes)


def letter(content: bytes, kind: str = "application/ms-tnef; name=winmail.dat") -> io.BytesIO:
    head = "From: jane@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nIt burns.\n--b\n"
    head += f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
    return io.BytesIO(head.encode() + base64.encodebytes(content) + b"--b--\n")


def found_in(file: io.BytesIO) -> list[tuple[str, str, bytes]]:
    read = incoming.read(file).attachments
    assert all(part.size == len(b"".join(parse.decoded(file, part))) for part in read)
    return [(part.name, part.type, b"".join(parse.decoded(file, part))) for part in read]


TWO = container(
    attribute(FILE, bytes(14)),
    attribute(TITLE, b"GR\xfc\xdfE~1.TXT\0"),
    attribute(CONTENT, b"Hello"),
    properties(
        number(3, 2) + number(0x0E21, 2) + number(7),
        number(0x1F, 2) + number(0x8001, 2) + bytes(16) + number(1) + number(4) + b"a\0\0\0" + text(0, "x")[4:],
        text(0x3707, "Grüße aus dem Süden.txt"),
        text(0x370E, "text/plain"),
        text(0x3712, "one@example.com"),
    ),
    attribute(FILE, bytes(14)),
    attribute(CONTENT, bytes(range(256)) * 300),
    attribute(TITLE, b"../../passwd\0"),
)


def test_its_files_are_found_under_their_names() -> None:
    file = letter(TWO)

    assert found_in(file) == [
        ("Grüße aus dem Süden.txt", "text/plain", b"Hello"),
        ("passwd", "application/octet-stream", bytes(range(256)) * 300),
    ]
    assert [part.index for part in parse.parts(file)] == [0, 1, 2]
    assert incoming.read(file).attachments[0].content_id == "one@example.com"
    assert incoming.read(file).text == "It burns."


@pytest.mark.parametrize("kind", ["application/octet-stream; name=WINMAIL.DAT", "application/vnd.ms-tnef"])
def test_it_is_known_by_its_name_or_type(kind: str) -> None:
    assert len(found_in(letter(TWO, kind))) == 2


def test_content_may_be_among_the_properties() -> None:
    object_ = blob(0x3701, bytes(16) + b"OLE", kind=0xD)
    raw = container(attribute(FILE, bytes(14)), properties(object_, text(0x3707, "a.doc")))

    assert found_in(letter(raw)) == [("a.doc", "application/octet-stream", b"OLE")]


@pytest.mark.parametrize("raw", [b"", b"no container", container(), container(attribute(0x800C, b"text", level=1))])
def test_without_files_it_stays_what_it_is(raw: bytes) -> None:
    assert found_in(letter(raw)) == [("winmail.dat", "application/ms-tnef", raw)]


@pytest.mark.parametrize("length", range(0, 500, 7))
def test_a_container_cut_short_has_what_is_left_of_it(length: int) -> None:
    found_in(letter(TWO[:length]))


@given(st.binary(), st.integers(0, len(TWO)))
def test_any_bytes_are_a_container(junk: bytes, place: int) -> None:
    raw = TWO[:place] + junk + TWO[place + len(junk) :]

    for one in winmail.files([raw[:50], raw[50:]]):
        assert 0 <= one.start <= one.end <= len(raw)


def test_the_number_of_files_is_bounded() -> None:
    raw = container(*[attribute(FILE, bytes(14)) + attribute(CONTENT, b"x")] * 300)

    assert len(found_in(letter(raw))) == winmail.MOST_FILES
