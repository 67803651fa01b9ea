"""Reading messages part by part: as Python's email package does, but in pieces, and whatever the bytes."""

from __future__ import annotations

import email
import io
import tracemalloc
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail import compose, parse
from helpdesk_lite.mail.compose import Attachment

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.eml"))

# Where we differ from Python's email package, and why.
DIFFERENT = {
    "base64-dirty": "it gives up on characters between; RFC 2045 says to pass over them",
    "empty-parts": "it takes two delimiters in a row for one",
    "binary": "it takes bare CR for line ends, RFC 5322 does not",
    "type-hostile": "NUL in a type",
}


def contents(raw: bytes) -> list[tuple[str, bytes]]:
    """Type and content of each part."""
    file = io.BytesIO(raw)
    return [(part.type, b"".join(parse.decoded(file, part))) for part in parse.parts(file)]


def contents_by_email(message: Message) -> list[tuple[str, bytes]]:
    """The same by Python's email package."""
    if message.get_content_type() == "message/rfc822":
        return [("message/rfc822", message.get_payload(0).as_bytes())]
    if message.is_multipart():
        return [found for part in message.get_payload() for found in contents_by_email(part)]
    kind = message.get_content_type()
    return [("text/plain" if kind.startswith("multipart/") else kind, message.get_payload(decode=True) or b"")]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_parts_are_what_the_email_package_finds(path: Path) -> None:
    raw = path.read_bytes()
    found = contents(raw)

    if path.stem not in DIFFERENT:
        assert found == contents_by_email(email.message_from_bytes(raw))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_sizes_are_those_of_the_contents_and_names_are_safe(path: Path) -> None:
    file = io.BytesIO(path.read_bytes())
    for place, part in enumerate(parse.parts(file)):
        assert part.index == place
        assert part.size == len(b"".join(parse.decoded(file, part)))
        assert bool(part.name) or not part.is_attachment
        assert not set(part.name) & set("/\\\r\n\x00")


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("plain", "Hello,\nthis is all.\n"),
        ("crlf", "Hello"),
        ("latin1", "Größe\n"),
        ("no-charset-8bit", "Größe\n"),
        ("unknown-charset", "Hello\n"),
        ("odd-charset-codec", "Hello\n"),
        ("alternative", "Hello\n"),
        ("html-only", "Hello & good day\n\nGrüße\nJane"),
        ("related", "Look"),
        ("base64-dirty", "Hello World"),
        ("nested", "plain"),
        ("empty", ""),
        ("body-at-once", "Hello there, this is no header\nand this neither.\n"),
        ("envelope-line", "Hello\n"),
    ],
)
def test_the_text_is_what_a_reader_would_see(case: str, text: str) -> None:
    raw = (Path(__file__).parent / "corpus" / f"{case}.eml").read_bytes()

    assert parse.text_of(io.BytesIO(raw)) == text


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("name-2231", ["Größe.pdf"]),
        ("name-2047", ["Größe.pdf"]),
        ("name-8bit", ["Größe.pdf"]),
        ("name-path", ["passwd", "x.exe"]),
        ("no-name", ["part-1.png", "part-2.txt"]),
        ("message-inside", ["", "part-2.eml"]),
    ],
)
def test_an_attachment_has_the_name_it_came_with(case: str, names: list[str]) -> None:
    raw = (Path(__file__).parent / "corpus" / f"{case}.eml").read_bytes()

    assert [part.name for part in parse.parts(io.BytesIO(raw))] == names


@given(st.binary())
def test_any_bytes_are_a_message(raw: bytes) -> None:
    file = io.BytesIO(raw)
    assert parse.parts(file)
    parse.text_of(file)


@given(
    st.lists(st.sampled_from([path.read_bytes() for path in CORPUS] + [b"--b\n", b"--b--\n", b"\r", b"\n"]), max_size=4)
)
def test_any_mixture_of_oddities_is_a_message(pieces: list[bytes]) -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
    file = io.BytesIO(head + b"--b\n".join(pieces))
    parse.text_of(file)


@given(st.text(), st.lists(st.tuples(st.text(max_size=30), st.binary(max_size=300)), max_size=3))
def test_what_compose_writes_is_read_again(text: str, files: list[tuple[str, bytes]]) -> None:
    attachments = [Attachment(name, "image/png", [content]) for name, content in files]
    file = io.BytesIO(b"".join(compose.message([], text, attachments=attachments, seed="<seed@example.org>")))

    found = parse.parts(file)

    assert parse.text_of(file) == text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    assert [b"".join(parse.decoded(file, part)) for part in found[1:]] == [content for _, content in files]


@pytest.mark.parametrize("chunk", [1, 3, 7, 64])
def test_it_does_not_matter_where_the_pieces_end(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [contents(path.read_bytes()) for path in CORPUS]
    monkeypatch.setattr(parse, "CHUNK", chunk)

    assert [contents(path.read_bytes()) for path in CORPUS] == whole


def test_depth_and_number_of_parts_are_bounded() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200))
    wide = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000

    assert len(parse.parts(io.BytesIO(deep))) == 1
    assert len(parse.parts(io.BytesIO(wide))) == parse.MOST_PARTS


@pytest.mark.parametrize("line", [b"--bX\n", b"--\n", b"-" * 100 + b"\n", b"\n"])
def test_lines_that_are_almost_delimiters_cost_little(line: bytes) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + line * (4_000_000 // len(line)) + b"--b--\n"

    (part,) = parse.parts(io.BytesIO(raw))

    assert abs(part.size - 4_000_000) < 200


def test_25_mb_are_never_whole_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.eml"
    with path.open("wb") as file:
        big = Attachment("big.bin", "application/x-big", (bytes([n % 256]) * (1 << 16) for n in range(400)))
        file.writelines(compose.message([], "hello\n", attachments=[big], seed="x"))

    with path.open("rb") as file:
        tracemalloc.start()
        _, part = parse.parts(file)
        size = sum(map(len, parse.decoded(file, part)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert part.size == size == 400 << 16
    assert peak < 2_000_000
