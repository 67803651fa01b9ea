"""A letter's text in pieces that a page may fold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.mail.folds import pieces

QUOTE = "On 21 Nov 2026, at 12:00, Jane Doe <jane@example.com> wrote:\n> It burns.\n> Still."


def test_a_letter_of_own_words_is_one_piece():
    assert pieces("It burns.\n\nFrom here I can see it.\n") == [("own", "It burns.\n\nFrom here I can see it.")]


def test_what_is_quoted_below_is_a_piece():
    assert pieces(f"Since when?\n\n{QUOTE}\n") == [("own", "Since when?"), ("quoted", QUOTE)]


def test_answers_between_quotes_stay_in_their_place():
    assert pieces("> It burns.\nWhere?\n> Since noon.\nI see.") == [
        ("quoted", "> It burns."),
        ("own", "Where?"),
        ("quoted", "> Since noon."),
        ("own", "I see."),
    ]


@pytest.mark.parametrize("signature", ["-- \nInes\nRiverside Repairs\n+39 055 123", "Sent from my iPhone"])
def test_a_signature_is_a_piece(signature):
    assert pieces(f"We come today.\n\n{signature}\n") == [("own", "We come today."), ("signature", signature)]


def test_a_signature_below_a_quote_is_not_a_part_of_it():
    said = pieces("> It burns.\n\n-- \nInes\n")
    assert said == [("quoted", "> It burns."), ("signature", "-- \nInes")]


def test_a_line_that_also_stands_in_a_quote_is_where_its_writer_put_it():
    assert pieces("> Thanks\nThanks\n") == [("quoted", "> Thanks"), ("own", "Thanks")]


def test_nothing_is_nothing():
    assert pieces("\n\n") == []


LINES = st.sampled_from(
    ["It burns.", "", "  indented ", "> quoted", ">> twice", "-- ", "--", "Jane", "On 1 May Jane wrote:"]
)


@given(st.lists(LINES | st.text(max_size=20)).map("\n".join))
def test_nothing_is_cut(text):
    def words(said: str) -> list[str]:
        return said.replace("\x00", "\ufffd").split()

    assert words("\n".join(piece.text for piece in pieces(text))) == words(text)
    assert all(piece.text.strip() for piece in pieces(text))
