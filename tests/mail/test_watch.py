"""A conversation that takes too long is cut off, and only that one."""

from __future__ import annotations

import threading
import time

from helpdesk_lite.mail.transport.watch import Watch


def test_what_takes_too_long_is_cut_off_once() -> None:
    cut = threading.Semaphore(0)
    watch = Watch(0.01)
    watch.begin(0.05, cut.release)

    assert cut.acquire(timeout=5)
    assert not cut.acquire(timeout=0.1)


def test_what_has_ended_is_left_alone_and_the_next_is_watched() -> None:
    first, second = threading.Semaphore(0), threading.Semaphore(0)
    watch = Watch(0.01)
    watch.begin(0.05, first.release)
    watch.end()
    watch.begin(0.1, second.release)

    assert second.acquire(timeout=5)
    assert not first.acquire(blocking=False)


def test_its_thread_ends_when_there_is_nothing_to_watch_and_begins_again() -> None:
    cut = threading.Semaphore(0)
    watch = Watch(0.01)
    for _ in range(2):
        watch.begin(60, cut.release)
        watch.end()
        until = time.monotonic() + 5
        while any(thread.name == "watch" for thread in threading.enumerate()):
            assert time.monotonic() < until
            time.sleep(0.01)
    watch.begin(0.05, cut.release)

    assert cut.acquire(timeout=5)
