"""Our lines above a message: any text in, the same text out, one line each."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.words import trace

anything = st.text(st.characters(), max_size=200)
escapes = st.text(st.sampled_from("\\nrtux04aé😀\n\ud83d\ude00"), max_size=30)


@given(anything | escapes)
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


@pytest.mark.parametrize(
    "value", [r"C:\xampp\new", r"\q", r"\u00e", r"\u00\\41", r"\N{DASH}", r"\x41", r"\101", "\\", r"\U0001F600"]
)
def test_what_a_hand_wrote_stays_as_it_stands(value):
    assert trace.read(f"X-Helpdesk-Text: {value}\n".encode()) == ("Text", value)


@pytest.mark.parametrize("piece", ["\x01", "a\x02", "\n", "\\", "\u2028", "\\u"])
def test_reading_a_megabyte_of_escapes_is_quick(piece):
    """Whoever looks at the ticket reads it, each time: half a second of the processor, once."""
    text = piece * (1_000_000 // len(piece))
    line = trace.written("Text", text)
    times = [time.process_time()]
    re.sub("(?s).", lambda found: found[0], text)  # as reading it character by character would
    times.append(time.process_time())
    assert trace.read(line) == ("Text", text)
    times.append(time.process_time())
    assert times[2] - times[1] < times[1] - times[0]
