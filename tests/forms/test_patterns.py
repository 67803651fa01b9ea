"""Patterns match as in a browser (test_chromium compares), and none can hang the desk."""

from __future__ import annotations

import time

import pytest

from helpdesk_lite.forms.patterns import FAILS, FITS, TOO_SLOW, UNREADABLE, is_plain, matches


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*(.*)*(.*)*x", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_hostile_pattern_is_given_up(pattern: str) -> None:
    began = time.monotonic()
    assert matches([(pattern, "a" * 5000 + "!")])[0] in (TOO_SLOW, FAILS)
    assert time.monotonic() - began < 3


def test_what_was_answered_before_a_hostile_pattern_counts() -> None:
    assert matches([("a|b", "c"), ("(a+)+$", "a" * 40 + "!"), ("[0-9]", "x")]) == [FAILS, TOO_SLOW, FAILS]


def test_many_long_texts_reach_the_other_process() -> None:
    assert matches([("(?:x)*", "x" * 500_000)] * 3) == [FITS] * 3


def test_a_child_that_dies_says_nothing() -> None:
    assert matches([("(?:" * 100_000, "x")])[0] in (UNREADABLE, TOO_SLOW)


@pytest.mark.parametrize("pattern", ["[0-9]{5}", "[A-Z]{2}[0-9]{6}", r"\d{1,3}", "[a-z]+-[a-z]+"])
def test_usual_patterns_need_no_other_process(pattern: str) -> None:
    assert is_plain(pattern, "x")


@pytest.mark.parametrize("pattern", ["(a+)+", "a*a*a*", "a|b", "[a-z", "(?=a)"])
def test_patterns_that_could_be_slow_are_not_plain(pattern: str) -> None:
    assert not is_plain(pattern, "x")


def test_even_a_plain_pattern_is_not_trusted_with_a_long_text() -> None:
    assert not is_plain("[0-9]+", "1" * 5000)


@pytest.mark.parametrize("pattern", ["", "(?=a)*", "a{2,1}", r"\-", "a)(b", r"[\b]+\b+", "\ud800"])
def test_anything_can_be_asked(pattern: str) -> None:
    assert matches([(pattern, "a")])[0] in (FITS, FAILS, UNREADABLE)
