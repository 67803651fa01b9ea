"""Worker processes that do the same work side by side, and the parent that looks after them.

Guarantee: until the parent is told to stop there are as many as wanted; one that died is replaced after a moment, never
in a rush; none is left behind, neither as a zombie nor, should the parent itself be killed, as an orphan. The parent
does none of the work and knows nothing of it.
"""

from __future__ import annotations

import logging
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    Work = Callable[[Callable[[], bool]], object]

PAUSE = 1  # seconds before a worker that died is replaced, since whatever killed it may kill the next one at once
_HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM)
log = logging.getLogger("helpdesk_lite")


class Crew:
    """`count` processes that do `work`, which is given a function that says when it is time to finish.

    `told` is where the signals that end this process are noted (`signals`); each worker has its own from its first
    moment on. `name` is for the log.
    """

    def __init__(self, name: str, count: int, work: Work, told: list[int]) -> None:
        self._name = name
        self._count = count
        self._work = work
        self._told = told
        self._pids: set[int] = set()

    def share(self, listener: socket.socket) -> None:
        """Have them answer side by side on the listening socket until this process is told to stop."""
        try:
            self.keep()
        finally:
            listener.close()
            self.dismiss()

    def keep(self) -> None:
        """Have them work; return when this process gets SIGINT or SIGTERM."""
        signal.signal(signal.SIGCHLD, lambda *_: None)  # some systems drop what is ignored before anybody waits for it
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)  # or one could slip in between a look at `told` and the wait
        self._fill()
        while not self._told:
            came = signal.sigwait(_HEARD)
            if came == signal.SIGCHLD:
                self._bury()
            elif came == signal.SIGALRM:
                self._fill()
            else:
                self._told.append(came)

    def dismiss(self) -> None:
        """Tell them to finish what they began; return when all have ended."""
        signal.alarm(0)
        for pid in self._pids:
            os.kill(pid, signal.SIGTERM)
        for pid in self._pids:
            os.waitpid(pid, 0)
        self._pids.clear()

    def _bury(self) -> None:
        """Note which ones died. Several may have, for one signal."""
        for pid in list(self._pids):
            dead, status = os.waitpid(pid, os.WNOHANG)
            if dead:
                self._pids.remove(pid)
                log.warning("%s: a worker ended, another takes its place pid=%s %s", self._name, pid, _how(status))
                signal.alarm(PAUSE)

    def _fill(self) -> None:
        """Begin the workers that are missing; if the machine does not let us, later."""
        try:
            while len(self._pids) < self._count:
                self._pids.add(self._begun())
        except OSError as wrong:
            log.warning("%s: no new worker can begin now, trying again said=%r", self._name, wrong.strerror)
            signal.alarm(PAUSE)

    def _begun(self) -> int:
        """The id of a new worker."""
        parent = os.getpid()
        if pid := os.fork():
            return pid
        status = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            self._work(lambda: bool(self._told) or os.getppid() != parent)
            status = 0
        except Exception:
            log.exception("%s: a worker failed", self._name)
        finally:
            os._exit(status)


def signals() -> list[int]:
    """A list to which SIGINT and SIGTERM are added when they come: whoever has seen our lines may stop us."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda which, _: told.append(which))
    return told


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal={-code}" if code < 0 else f"status={code}"
