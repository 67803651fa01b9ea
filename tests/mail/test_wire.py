"""A message on the wire: its end is ours alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail.transport import wire


def dotted(*chunks: bytes) -> bytes:
    """The whole of what is sent."""
    return b"".join(wire.dotted(chunks))


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b"one\ntwo\n", b"one\r\ntwo\r\n.\r\n"),
        (b"one\r\ntwo", b"one\r\ntwo\r\n.\r\n"),
        (b".\n..\n.x\n", b"..\r\n...\r\n..x\r\n.\r\n"),
        (b"one\n.\r\nMAIL FROM:<a@b>\r\n", b"one\r\n..\r\nMAIL FROM:<a@b>\r\n.\r\n"),
        (b"one\r.\rtwo", b"one\r\n..\r\ntwo\r\n.\r\n"),
        (b"one\r\n.\n\r\n.\r\n", b"one\r\n..\r\n\r\n..\r\n.\r\n"),
        (b"one\r", b"one\r\n.\r\n"),
        (b"", b".\r\n"),
    ],
)
def test_content_cannot_end_the_message(content: bytes, sent: bytes) -> None:
    assert dotted(content) == sent
    assert dotted(*(content[place : place + 1] for place in range(len(content)))) == sent


@given(st.lists(st.text(alphabet="a.\r\n", max_size=6)))
def test_any_content_is_whole_lines_and_one_end(texts: list[str]) -> None:
    sent = dotted(*(text.encode() for text in texts))

    assert sent.endswith(b".\r\n") and (sent == b".\r\n" or sent.endswith(b"\r\n.\r\n"))
    assert b"\r" not in sent.replace(b"\r\n", b"") and b"\n" not in sent.replace(b"\r\n", b"")
    assert b"\r\n.\r\n" not in sent[:-3] and not sent[:-3].startswith(b".\r\n")
    lines = sent[:-3].decode().split("\r\n")
    plain = "".join(texts).replace("\r\n", "\n").replace("\r", "\n")
    read = "\n".join(line.removeprefix(".") for line in lines)
    assert read == (plain if plain.endswith("\n") or not plain else plain + "\n")
