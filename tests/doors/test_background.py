"""Work beside a server: it waits until nobody writes, but not for ever, and is not forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from helpdesk_lite.doors import background
from helpdesk_lite.doors.background import Background

PATIENCE = 20.0  # seconds; far more than anything here takes


class Work:
    """Pieces of work that are counted; `more`: how many times another piece is to follow at once."""

    def __init__(self, more: int = 0) -> None:
        self.begun = threading.Semaphore(0)
        self._more = more

    def __call__(self) -> bool:
        self.begun.release()
        self._more -= 1
        return self._more >= 0

    def is_done(self, pieces: int = 1) -> bool:
        """Whether so many pieces begin."""
        return all(self.begun.acquire(timeout=PATIENCE) for _ in range(pieces))


@pytest.fixture
def started() -> Iterator[list[Background]]:
    """Those that are to be stopped in the end."""
    running: list[Background] = []
    yield running
    for one in running:
        one.stop()


def test_it_begins_when_it_was_woken(started: list[Background]) -> None:
    work = Work()
    started.append(Background(work))
    started[0].wake()
    assert work.is_done()


def test_it_lets_those_who_write_go_first(started: list[Background], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "CALM", PATIENCE)
    monkeypatch.setattr(background, "LATEST", PATIENCE)
    work = Work()
    started.append(Background(work))
    started[0].wake()
    assert not work.begun.acquire(timeout=0.3)


def test_it_begins_although_somebody_always_writes(started: list[Background], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "CALM", PATIENCE)
    monkeypatch.setattr(background, "LATEST", 0.2)
    work = Work()
    started.append(Background(work))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not work.begun.acquire(blocking=False):
        started[0].wake()
        time.sleep(0.01)
    assert time.monotonic() < until


def test_a_piece_that_asks_for_more_is_followed_by_the_next(started: list[Background]) -> None:
    work = Work(more=2)
    started.append(Background(work))
    started[0].wake()
    assert work.is_done(pieces=3)
    assert not work.begun.acquire(timeout=0.3)


def test_it_stops_while_it_waits_for_calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "CALM", 600)
    monkeypatch.setattr(background, "LATEST", 600)
    work = Work()
    one = Background(work)
    one.wake()
    one.stop()
    assert not work.begun.acquire(blocking=False)
