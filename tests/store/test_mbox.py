"""How a message's bytes are written into a ticket file, a piece at a time."""

from __future__ import annotations

import itertools
import re
import time
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.store import mbox

PARTS = st.lists(st.sampled_from([b"From ", b"From", b"Fr", b">", b">>", b"\n", b" ", b"x", b"\r\n"]), max_size=12)


@given(PARTS, st.lists(st.integers(0, 40), max_size=6))
def test_lines_are_quoted_however_the_message_is_cut(parts: list[bytes], cuts: list[int]) -> None:
    message = b"".join(parts)
    places = sorted({0, *(cut for cut in cuts if cut < len(message)), len(message)})
    pieces = [message[start:end] for start, end in itertools.pairwise(places)]
    wanted = re.sub(rb"^(>*From )", rb">\1", message, flags=re.MULTILINE)
    assert b"".join(mbox.quoted(pieces)) == wanted + (b"\n" if wanted and not wanted.endswith(b"\n") else b"")


def test_a_line_as_long_as_the_message_takes_little_memory_and_no_time() -> None:
    piece = b"x" * (1 << 16)
    tracemalloc.start()
    begun = time.process_time()
    try:
        written = sum(map(len, mbox.quoted(piece for _ in range(800))))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert written == 800 * len(piece) + 1
    assert time.process_time() - begun < 5  # it used to be 15 seconds
