"""Times and sizes in words."""

from __future__ import annotations

import pytest

from helpdesk_lite.web import wording
from helpdesk_lite.web.render import Html
from helpdesk_lite.words import i18n, times

EN, IT = i18n.translation("en"), i18n.translation("it")
NOW = times.from_iso("2026-11-21T21:50:00Z")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (400 * 86400, "400 days"),
    ],
)
def test_an_age_is_said_in_the_largest_whole_unit(seconds, words):
    assert wording.age(seconds, EN) == words


def test_ages_follow_the_language():
    assert wording.age(7200, IT) == "2 ore"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-21T14:02:00Z", "14:02 UTC"),
        ("2026-11-20T23:59:59Z", "20 November, 23:59 UTC"),
        ("2025-12-31T00:00:00Z", "31 December 2025, 00:00 UTC"),
    ],
)
def test_a_moment_says_only_what_is_not_plain(at, words):
    assert wording.moment(times.from_iso(at), NOW, EN) == words


def test_a_moment_in_italian():
    assert wording.moment(times.from_iso("2026-03-01T09:05:00Z"), NOW, IT) == "1 marzo, 09:05 UTC"


def test_a_time_is_there_for_machines_too():
    element = wording.time_element(NOW - 60, NOW, EN)
    assert element == '<time datetime="2026-11-21T21:49:00Z">21:49 UTC</time>'


def test_a_sentence_escapes_what_is_put_into_it():
    said = wording.sentence("<%(who)s> at %(since)s", who="a&b", since=Html("<time>1</time>"))
    assert said == "&lt;a&amp;b&gt; at <time>1</time>"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (76_800, "77 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (2_540_000, "2.5 MB"),
        (25_000_000, "25 MB"),
    ],
)
def test_a_size_is_rounded_as_people_say_it(count, words):
    assert wording.size(count, EN) == words


def test_a_size_has_the_comma_where_it_belongs():
    assert wording.size(2_500_000, IT) == "2,5 MB"
