"""Room for the next visitor in a server that stays, however many connections others hold open and do nothing with.

Guarantee: there are never more open connections than the process can bear; it is those that have waited longest without
asking anything whole that go, so whoever comes now and asks at once is answered. It refuses nobody by address.
"""

from __future__ import annotations

import resource
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MOST = 2000  # connections
MOST_BYTES = 1 << 30  # of bodies that are not whole yet, all together; they lie on disk
_FILES = 8192  # that the process asks to be allowed to open
_FILES_EACH = 3  # of a connection: its socket, its body, its upload
_FILES_BESIDES = 64
_GRACE = 60.0  # seconds that a body is worth: an upload on a slow line goes after those who send nothing
_OFTEN = 0.5  # seconds between two looks


def most_connections() -> int:
    """How many connections this process can bear, after asking for as many open files as it may have."""
    allowed, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if at_most == resource.RLIM_INFINITY else min(_FILES, at_most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, at_most))
        allowed = wanted
    if allowed == resource.RLIM_INFINITY:
        return MOST
    return max(8, min(MOST, (allowed - _FILES_BESIDES) // _FILES_EACH))


class Crowd:
    """The connections of waitress: its channels, by file number."""

    def __init__(self, channels: dict[int, Any], most: int, most_bytes: int = MOST_BYTES) -> None:
        self._channels = channels
        self._most = most
        self._most_bytes = most_bytes
        self._next_look = 0.0

    def make_room(self) -> None:
        """Close the connections that are too many. Cheap: to be called as often as anything happens."""
        now = time.monotonic()
        if len(self._channels) < self._most and now < self._next_look:
            return
        self._next_look = now + _OFTEN
        over = len(self._channels) - self._most * 9 // 10 if len(self._channels) >= self._most else 0
        waiting = [channel for channel in list(self._channels.values()) if _is_waiting(channel)]
        waiting.sort(key=_since)
        _close(waiting[:over])
        held = sum(map(_held, waiting[over:]))
        for channel in waiting[over:]:
            if held <= self._most_bytes:
                return
            held -= _held(channel)
            _close([channel] if _held(channel) else [])


def _is_waiting(channel: Any) -> bool:
    """Whether nobody works for this connection now: no whole request, no answer on its way."""
    return not channel.requests and not channel.total_outbufs_len and not channel.will_close


def _since(channel: Any) -> float:
    return float(channel.creation_time) + (_GRACE if _held(channel) else 0.0)


def _held(channel: Any) -> int:
    """Bytes of the body that have come so far."""
    request = channel.request
    return int(request.body_bytes_received) if request is not None else 0


def _close(channels: Iterable[Any]) -> None:
    for channel in channels:
        channel.will_close = True  # waitress closes it at its next turn
