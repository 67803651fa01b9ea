"""Work beside a server, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_lite.doors.apart import Apart
from tests.mail_in.conftest import until


@pytest.fixture
def noted(tmp_path: Path) -> tuple[Callable[[], None], Callable[[], list[int]]]:
    """Work that notes who did it, and fails the first time; and who did it so far."""
    path = tmp_path / "noted"

    def work() -> None:
        with open(path, "a") as file:
            file.write(f"{os.getpid()}\n")
        if len(path.read_text().split()) == 1:
            raise OSError("the first time")

    return work, lambda: [int(pid) for pid in path.read_text().split()] if path.exists() else []


def test_it_works_when_woken_also_after_a_failure(noted: tuple[Callable[[], None], Callable[[], list[int]]]) -> None:
    work, doers = noted
    apart = Apart(work)
    for count in (1, 2):
        apart.wake()
        assert until(lambda count=count: len(doers()) >= count)  # type: ignore[misc]
    apart.stop()
    assert os.getpid() not in doers()


def test_it_works_without_being_told(noted: tuple[Callable[[], None], Callable[[], list[int]]]) -> None:
    work, doers = noted
    apart = Apart(work, every=0.01)
    assert until(lambda: len(doers()) > 2)
    apart.stop()


def test_killed_its_work_is_done_all_the_same(noted: tuple[Callable[[], None], Callable[[], list[int]]]) -> None:
    work, doers = noted
    apart = Apart(work)
    apart.wake()
    until(doers)
    os.kill(doers()[0], signal.SIGKILL)
    until(lambda: apart.wake() or os.getpid() in doers())  # type: ignore[func-returns-value]
    assert os.getpid() in doers()
    apart.stop()


def test_it_ends_when_the_server_is_killed() -> None:
    script = "import os, time\nfrom helpdesk_lite.doors.apart import Apart\n"
    script += "apart = Apart(lambda: None)\nprint(apart._pid, flush=True)\ntime.sleep(60)\n"
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout as said:
        pid = int(said.readline())
        server.kill()
        server.wait()
        assert until(lambda: not _is_there(pid))


def _is_there(pid: int) -> bool:
    """Whether the process lives; a dead one that nobody has buried yet does not."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
