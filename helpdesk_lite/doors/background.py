"""Work that goes on beside a server that stays: done soon after it was woken, and every minute.

Guarantee: one piece of work at a time in this process, which begins when nobody has woken it for a moment, and within
two seconds at the latest; an error in it is logged and it is tried again later; `stop` waits for the piece at hand. A
piece that returns true is followed by the next one.
"""

from __future__ import annotations

import logging
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 60.0  # seconds
CALM, LATEST = 0.1, 2.0  # seconds without being woken before a piece begins; and how long that is waited for
log = logging.getLogger("helpdesk_lite")


class Background:
    """A thread that does `work`; it starts when it is woken first."""

    def __init__(self, work: Callable[[], object], every: float = EVERY) -> None:
        self._work = work
        self._every = every
        self._woken = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def wake(self) -> None:
        """There is something to do."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
                self._thread.start()
        self._woken.set()

    def stop(self) -> None:
        """Return when the piece of work at hand is done; none begins after it."""
        self._stopped = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        again = False
        while True:
            if not again:
                self._woken.wait(self._every)
            self._let_others_go_first()
            if self._stopped:
                return
            again = False
            try:
                again = bool(self._work())
            except Exception as wrong:
                log.error("courier: failed error=%s said=%r", type(wrong).__name__, str(wrong)[:300])

    def _let_others_go_first(self) -> None:
        """Wait for a calm moment: a letter that goes out a second later is as good, an answer to a person is not."""
        until = time.monotonic() + LATEST
        while not self._stopped and time.monotonic() < until:
            self._woken.clear()
            if not self._woken.wait(CALM):
                return
