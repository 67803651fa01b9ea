"""Our lines above a message: any text in, the same text out, one line each."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite import trace

anything = st.text(st.characters(), max_size=200)


@given(anything)
def test_any_text_comes_back_from_one_line(text):
    line = trace.written("Subject", text)
    assert line.count(b"\n") == 1
    assert trace.read(line) == ("Subject", text)


@given(anything)
def test_any_field_name_comes_back_from_a_header_name(name):
    written = trace.as_name(name)
    assert written.isascii()
    assert not set(": \n%") & set(written.replace("%", ""))
    assert trace.from_name(written) == name


def test_a_line_can_be_found_with_grep():
    assert trace.written("Field-room", "Zimmer 12, Grüße") == "X-Helpdesk-Field-room: Zimmer 12, Grüße\n".encode()


def test_a_line_of_somebody_else_is_not_ours():
    assert trace.read(b"Subject: X-Helpdesk-Ticket: 1\n") is None
