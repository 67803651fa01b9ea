"""Letters that came in: kept before anybody thinks, found again after a crash, never out of sight."""

from __future__ import annotations

import itertools
import os
import threading

import pytest

from helpdesk_lite.mail.arrivals import IGNORED, KEPT, NEW, Arrivals, Envelope, Known, make_folders
from helpdesk_lite.words.errors import TooLarge
from tests import examples

LETTER = b"From: jane@example.com\r\nSubject: fire\r\n\r\nFrom here \xff\x00 I see it.\r\n"
ENVELOPE = Envelope("receive", "jane@example.com", ("desk@example.org", "desk+x@example.org"))


@pytest.fixture
def arrivals(tmp_path):
    count = itertools.count(1)
    (tmp_path / "locks").mkdir()
    make_folders(str(tmp_path / "intake"))
    return Arrivals(
        str(tmp_path / "intake"), str(tmp_path / "locks"), lambda: float(examples.NOON), lambda: next(count)
    )


def known(digest="ab" * 16, outcome="kept", message_id="<1@example.com>", reason="No sender."):
    return Known(digest, message_id, outcome, "", examples.NOON, reason)


def test_a_letter_is_on_disk_byte_for_byte_before_anybody_thinks(arrivals):
    with arrivals.received([LETTER[:9], LETTER[9:]], ENVELOPE, 1000) as arrival:
        with arrivals.open(arrival) as file:
            assert file.read() == LETTER
        assert arrival.envelope == ENVELOPE
        assert arrivals.counts() == {NEW: 1, KEPT: 0, IGNORED: 0}


def test_one_that_is_too_large_is_not_kept(arrivals):
    with pytest.raises(TooLarge), arrivals.received(itertools.repeat(b"x" * 100), ENVELOPE, 1000):
        pass
    assert arrivals.counts()[NEW] == 0


def test_one_that_a_killed_process_left_is_found_as_it_came(arrivals):
    with arrivals.received([LETTER], ENVELOPE, 1000) as arrival:
        pass  # and nobody concluded
    (found,) = arrivals.left_over()
    assert found == arrival


@pytest.mark.parametrize("sender", [None, "", "jane@example.com"])
def test_a_null_return_path_is_told_from_none(arrivals, sender):
    with arrivals.received([LETTER], Envelope("lmtp", sender), 1000):
        pass
    (found,) = arrivals.left_over()
    assert found.envelope.sender == sender


def test_one_that_somebody_judges_is_not_left_over(arrivals):
    seen = []
    with arrivals.received([LETTER], ENVELOPE, 1000) as arrival:
        looker = threading.Thread(target=lambda: seen.extend(arrivals.left_over()))
        looker.start()
        looker.join(0.3)
        assert looker.is_alive()
        arrivals.done(arrival)
    looker.join()
    assert seen == []


def test_one_that_is_kept_is_seen_with_its_reason(arrivals):
    with arrivals.received([LETTER], ENVELOPE, 1000) as arrival:
        arrivals.keep(arrival, known(reason="No sender.\n\u2028"))
    ((found, reason),) = arrivals.kept()
    assert (found.envelope, reason) == (ENVELOPE, "No sender.")
    with arrivals.open(found) as file:
        assert file.read() == LETTER


def test_one_that_is_ignored_is_laid_aside_by_month(arrivals):
    with arrivals.received([LETTER], ENVELOPE, 1000) as arrival:
        arrivals.ignore(arrival, known())
    assert arrivals.counts() == {NEW: 0, KEPT: 0, IGNORED: 1}
    assert os.listdir(os.path.join(arrivals.folder, "ignored")) == ["2026-11"]


def test_one_that_comes_twice_is_kept_once(arrivals):
    for _ in range(2):
        with arrivals.received([LETTER], ENVELOPE, 1000) as arrival:
            arrivals.keep(arrival, known())
    assert arrivals.counts() == {NEW: 0, KEPT: 1, IGNORED: 0}


def test_what_became_of_a_letter_is_known_by_its_message_id(arrivals):
    first, second = known("ab" * 16), known("cd" * 16, "threaded")
    arrivals.note(first)
    arrivals.note(second)
    assert arrivals.known("<1@example.com>") == [first, second]
    assert arrivals.known("<2@example.com>") == []


def test_one_without_a_message_id_is_known_by_its_digest(arrivals):
    arrivals.note(known(message_id=""))
    assert arrivals.known("ab" * 16) == [known(message_id="")]


def test_two_copies_are_judged_one_after_the_other(arrivals):
    order = []
    with arrivals.judging("ab" * 16):
        other = threading.Thread(target=lambda: [arrivals.judging("ab" * 16).__enter__(), order.append("second")])
        other.start()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
