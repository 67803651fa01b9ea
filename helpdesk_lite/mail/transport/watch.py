"""Keeps a conversation from taking too long, however busily the other side says a byte now and then.

Guarantee: `cut_off` is called once, soon after the time is over, and never when the conversation has ended before. One
thread watches conversation after conversation, since starting one for each letter costs more than the letter.
"""

from __future__ import annotations

import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Watch:
    """Looks `every` so many seconds; its thread ends when it finds nothing to watch."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._lock = threading.Lock()
        self._until: float | None = None
        self._cut_off: Callable[[], object] = lambda: None
        self._is_watching = False

    def begin(self, seconds: float, cut_off: Callable[[], object]) -> None:
        """From now on it may take so many seconds; there is one conversation at a time."""
        with self._lock:
            self._until, self._cut_off = time.monotonic() + seconds, cut_off
            if self._is_watching:
                return
            self._is_watching = True
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def end(self) -> None:
        """It has ended."""
        with self._lock:
            self._until = None

    def _watch(self) -> None:
        while True:
            time.sleep(self._every)
            with self._lock:
                if self._until is not None and time.monotonic() < self._until:
                    continue
                if self._until is not None:
                    self._cut_off()
                self._until, self._is_watching = None, False
                return
