"""The DMARC policies of customers' domains, asked for once an hour and kept in between.

Guarantee: an answer takes 0.3 seconds at most, whatever the DNS does; what could not be found out in that time is None,
and is asked for again after five minutes. What is kept is bounded, and may be deleted at any time.
"""

from __future__ import annotations

import marshal
import threading
import time

from helpdesk_lite import disk
from helpdesk_lite.mail import dmarc
from helpdesk_lite.mail.dmarc import Policy
from helpdesk_lite.mail.resolver import LookupFailed, Resolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Kept = dict[str, tuple[int, str | None, str]]  # by domain: until when (seconds UTC), what is asked for, by whom

BUDGET = 0.3  # seconds: a letter waits for it
KNOWN_FOR, UNKNOWN_FOR = 3600, 300  # seconds
_MOST = 1000  # domains that are kept


class Policies:
    """Kept in the file at `path`. `clock` tells the seconds UTC. Threads may share it.

    `budget`: the seconds in which a domain has to be found out.
    """

    def __init__(self, path: str, resolver: Resolver, clock: Callable[[], float], budget: float = BUDGET) -> None:
        self._path = path
        self._resolver = resolver
        self._clock = clock
        self._budget = budget
        self._lock = threading.Lock()

    def of(self, domain: str) -> Policy | None:
        """The policy of the domain; None if it could not be found out."""
        with self._lock:
            now = int(self._clock())
            kept = {name: found for name, found in self._read().items() if found[0] > now}
            if domain not in kept:
                found = self._asked(domain)
                until = now + (KNOWN_FOR if found else UNKNOWN_FOR)
                kept[domain] = (until, *found) if found else (until, None, "")
                self._write(dict(list(kept.items())[-_MOST:]))
        _, asked, by = kept[domain]
        return None if asked is None else Policy(asked, by)

    def _asked(self, domain: str) -> Policy | None:
        end = time.monotonic() + self._budget

        def texts(name: str) -> list[str]:
            left = end - time.monotonic()
            if left <= 0:
                raise LookupFailed("there was no time left")
            return self._resolver.texts(name, left)

        try:
            return dmarc.policy(domain, texts)
        except LookupFailed:
            return None

    def _read(self) -> Kept:
        try:
            found: Kept = marshal.loads(disk.read(self._path))
            return {str(name): (int(until), asked, by) for name, (until, asked, by) in found.items()}
        except (OSError, ValueError, EOFError, TypeError, AttributeError):
            return {}  # missing, cut short or of another time: it is asked for anew

    def _write(self, kept: Kept) -> None:
        try:
            disk.jot(self._path, marshal.dumps(kept))
        except OSError:
            return  # an unwritable cache is a slow desk, not a broken one
