"""Work that goes on in a process of its own beside a server that stays: done soon after it was woken, and every minute.

Guarantee: it gives way to the server where both want the processor, and begins in a calm moment (`Background`); one
piece of work at a time; an error in it is logged and it is tried again later; it ends when the server has, however that
ended. A piece of work that returns true is followed by the next one.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import time
from contextlib import suppress

from helpdesk_lite.doors.background import CALM, EVERY, LATEST, Background

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NICE = 5
log = logging.getLogger("helpdesk_lite")


class Apart:
    """A process that does `work`. To be made before there are threads, and before what it should not hold is open."""

    def __init__(self, work: Callable[[], object], every: float = EVERY) -> None:
        self._instead = Background(work, every)  # should the process be killed
        told, self._telling = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(self._telling)
            _keep_working(work, told, every)
        os.close(told)
        os.set_blocking(self._telling, False)

    def wake(self) -> None:
        """There is something to do."""
        try:
            with suppress(BlockingIOError):  # it has been told often enough
                os.write(self._telling, b".")
        except BrokenPipeError:
            self._instead.wake()

    def stop(self) -> None:
        """Return when the piece of work at hand is done; none begins after it."""
        os.close(self._telling)
        os.waitpid(self._pid, 0)
        self._instead.stop()


def _keep_working(work: Callable[[], object], told: int, every: float) -> None:
    """The life of the process."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they are meant for the server, whose end is ours
        signal.signal(number, signal.SIG_IGN)
    try:
        os.nice(_NICE)
        again = False
        while _may_begin(told, 0 if again else every):
            again = False
            try:
                again = bool(work())
            except Exception as wrong:
                log.error("courier: failed error=%s said=%r", type(wrong).__name__, str(wrong)[:300])
    finally:
        os._exit(0)


def _may_begin(told: int, seconds: float) -> bool:
    """Wait so long to be woken, and then for a calm moment, as `Background` does; false once the server has gone."""
    heard = _heard(told, seconds)
    until = time.monotonic() + LATEST
    while heard and time.monotonic() < until:
        heard = _heard(told, CALM)
    return heard != b""


def _heard(told: int, seconds: float) -> bytes | None:
    """What came through the pipe within so many seconds; empty once its other end is closed, None if nothing came."""
    return os.read(told, 1 << 16) if select.select([told], [], [], seconds)[0] else None
