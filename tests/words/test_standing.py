"""How a ticket stands, as words in its file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.words import standing
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.trace import as_name
from tests.examples import NOON


def test_the_usual_takes_no_words() -> None:
    assert standing.written(USUAL) == ""
    assert standing.read("") == USUAL


def test_what_differs_is_a_word_each() -> None:
    now = Standing("waiting", 2, "high", "Größe 9", NOON)
    said = "progress=waiting level=2 priority=high category=Gr%C3%B6%C3%9Fe%209 due_at=2026-11-21T12:00:00Z"
    assert standing.written(now) == said
    assert standing.read(said) == now


@pytest.mark.parametrize(
    "said",
    [
        "level=0",
        "level=10",
        "level=two",
        "level",
        "priority=urgent",
        "progress=closed",
        "due_at=tomorrow",
        "due_at=1960-01-01T00:00:00Z",
        "wakes_at=-999-01-01T00:00:00Z",
        "category=%FF",
        "owner=ines",
        "_replace=1",
        "=",
    ],
)
def test_what_makes_no_sense_is_left_out(said: str) -> None:
    assert standing.read(f"{said} level=3") == Standing(level=3)


@given(st.text())
def test_any_text_reads_as_a_standing(said: str) -> None:
    assert standing.read(standing.written(standing.read(said))) == standing.read(said)


@given(st.sampled_from(Standing._fields), st.text())
def test_any_word_reads_as_a_standing(name: str, word: str) -> None:
    now = standing.read(f"{name}={as_name(word)} {name}={word}")
    assert standing.read(standing.written(now)) == now


def test_news_wake_it() -> None:
    asleep = Standing("resolved", 2, "high", "bills", NOON, NOON + 60)
    assert asleep.awake() == Standing("", 2, "high", "bills", NOON)
