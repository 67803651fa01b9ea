"""Counts of what somebody did in the last hour."""

from __future__ import annotations

import pytest

from helpdesk_lite.shelves.limits import HOUR, Limits
from tests import examples


class Clock:
    now = float(examples.NOON)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(tmp_path, clock) -> Limits:
    return Limits(str(tmp_path / "limits"), b"secret", clock)


def test_each_is_counted_alone(limits, clock):
    for count in range(300):
        limits.note("letters", f"{count % 3}@example.com")
        clock.now += 1
    assert limits.lately("letters", "0@example.com") == (100, examples.NOON, examples.NOON + 297)
    assert limits.lately("letters", "nobody@example.com") == (0, 0, 0)
    assert limits.lately("told", "0@example.com") == (0, 0, 0)
    assert limits.stopped("letters") == 300


def test_an_hour_later_it_counts_no_more(limits, clock):
    limits.note("letters", "jane")
    clock.now += HOUR - 1
    assert limits.lately("letters", "jane")[0] == 1
    clock.now += 1
    assert limits.lately("letters", "jane")[0] == 0


def test_what_is_forgotten_counts_from_zero(limits):
    limits.note("sign-in", "ines", 4)
    limits.forget("sign-in", "ines")
    limits.note("sign-in", "ines", 2)
    assert limits.lately("sign-in", "ines")[0] == 2


def test_a_record_that_is_not_whole_yet_is_none(limits, tmp_path):
    limits.note("letters", "jane")
    limits.note("letters", "jane")
    (path,) = (tmp_path / "limits").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert limits.lately("letters", "jane")[0] == 1
