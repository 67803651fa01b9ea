"""`serve --workers N`: processes that share the port, and the parent that looks after them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.root import Root
from tests import servers
from tests.doors.stories import typed
from tests.servers import CHECKOUT, Desk, Serving
from tests.visitor import Answer, Visitor

PATIENCE = 20.0  # seconds


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A desk for all tests here."""
    with servers.new_desk() as made:
        yield made


@pytest.fixture(scope="module")
def serving(desk: Desk) -> Iterator[Serving]:
    """It is served by two workers, for all tests that do not end this."""
    with served(desk) as running:
        yield running


@contextlib.contextmanager
def served(desk: Desk, workers: int = 2) -> Iterator[Serving]:
    """The desk served by as many workers; the test may end them, but leave none behind."""
    with servers.serving(desk, workers=workers) as running:
        begun = workers if workers > 1 else 0
        soon(lambda: len(children(running)) == begun)
        pids = children(running)
        yield running
    soon(lambda: not any(map(is_there, pids)))


def children(running: Serving) -> dict[int, str]:
    """The worker processes by id, each with the state that it is in (Z: a zombie; proc(5))."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system does not show its processes in /proc")
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # one that ends while we look
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == running.process.pid:
                found[int(path.parts[2])] = state
    return found


def is_there(pid: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def soon(is_so: Callable[[], bool]) -> None:
    """It comes true."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_each_worker_answers(serving: Serving) -> None:
    """While the others stand still, one alone has the desk's port."""
    pids = children(serving)
    for pid in pids:
        others = pids.keys() - {pid}
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            for _ in range(3):
                assert Visitor(serving.url).get("/forms/contact").status == 200
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)


def test_what_one_worker_does_all_of_them_know(serving: Serving, desk: Desk) -> None:
    """Nothing is kept in a process: sign-ins, tickets, sign-outs. And each letter goes once."""
    number = Visitor(serving.url).post("/forms/contact", typed()).number
    ines = Visitor(serving.url)
    ines.sign_in("ines", servers.PASSWORD)
    assert ines.post(f"/tickets/{number}/claim").status == 303
    assert [ines.get(f"/tickets/{number}").status for _ in range(10)] == [200] * 10
    cookies = dict(ines.cookies)
    ines.post("/logout")
    ines.cookies = cookies
    assert [ines.get("/queue").status for _ in range(10)] == [303] * 10
    assert len(desk.mail("ines@example.org", number)) == 1
    assert len(desk.mail("operators@localhost", number)) == 1


def test_a_worker_that_is_killed_is_replaced(serving: Serving) -> None:
    """The others answer meanwhile; no zombie stays; the log has one line for it."""
    before = children(serving)
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    soon(lambda: killed not in children(serving))
    assert Visitor(serving.url).get("/").status == 200
    soon(lambda: len(children(serving)) == 2)
    assert before.keys() - children(serving) == {killed}
    assert Visitor(serving.url).get("/").status == 200
    (line,) = [line for line in serving.log.read_text().splitlines() if str(killed) in line]
    assert line == f"serve: a worker ended, another takes its place pid={killed} signal=9"


def test_all_workers_may_be_killed_at_once(serving: Serving) -> None:
    before = children(serving)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    soon(lambda: len(children(serving).keys() - before) == 2)
    assert Visitor(serving.url).get("/").status == 200
    assert "Z" not in children(serving).values()


@pytest.mark.parametrize(("workers", "told"), [(1, signal.SIGTERM), (2, signal.SIGTERM)])
def test_what_was_begun_is_finished(desk: Desk, workers: int, told: signal.Signals) -> None:
    """A claim that waits for its turn when the signal comes is answered, and then all processes end."""
    with served(desk, workers) as running:
        number = Visitor(running.url).post("/forms/contact", typed()).number
        ines = Visitor(running.url)
        ines.sign_in("ines", servers.PASSWORD)
        answers: list[Answer] = []
        claiming = threading.Thread(target=lambda: answers.append(ines.post(f"/tickets/{number}/claim")))
        with assemble.house(Root(str(desk.root))).store.locked(number):
            claiming.start()
            time.sleep(1)
            running.process.send_signal(told)
            time.sleep(0.5)
            assert running.process.poll() is None
        claiming.join()
        assert [answer.status for answer in answers] == [303]
        assert running.process.wait(PATIENCE) == 0


def test_ctrl_c_reaches_all_of_them_and_ends_them_once(desk: Desk) -> None:
    """A terminal sends SIGINT to parent and workers alike."""
    with served(desk) as running:
        for pid in (*children(running), running.process.pid):
            os.kill(pid, signal.SIGINT)
        assert running.process.wait(PATIENCE) == 0
        assert "Traceback" not in running.log.read_text()


def test_workers_do_not_outlive_a_killed_parent(desk: Desk) -> None:
    """They let go of the port, so that whoever starts the desk again gets it."""
    with served(desk) as running:
        pids = children(running)
        running.process.kill()
        running.process.wait()
        soon(lambda: not any(map(is_there, pids)))
        host, _, port = running.url.removeprefix("http://").partition(":")
        with socket.create_server((host, int(port))):
            pass


def test_a_port_in_use_begins_no_worker(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        done = desk.run("serve", "--bind", bind, "--workers", "2", check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "in use" in done.stderr


@pytest.mark.parametrize("workers", ["0", "-1", "two", "65", "1.5", "²"])
def test_a_number_of_workers_that_cannot_be_is_wrong_usage(desk: Desk, workers: str) -> None:
    done = desk.run("serve", "--workers", workers, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "it must be a whole number from 1 to 64" in done.stderr or workers == "-1"


DYING = """
import logging, os, signal, sys
from helpdesk_lite.doors.crew import Crew

logging.basicConfig(format="%(message)s", stream=sys.stdout)
told = []
signal.signal(signal.SIGTERM, lambda which, _: told.append(which))
crew = Crew("serve", 3, lambda is_over: os._exit(3), told)
try:
    crew.keep()
finally:
    crew.dismiss()
"""


def test_workers_that_cannot_live_are_not_replaced_in_a_rush() -> None:
    """Three that end at once are tried again once a second; and a signal ends it without waiting for that."""
    process = subprocess.Popen([sys.executable, "-c", DYING], stdout=-1, cwd=CHECKOUT, text=True)
    time.sleep(2.5)
    process.terminate()
    said = process.communicate(timeout=PATIENCE)[0].splitlines()
    assert process.returncode == 0
    assert 3 <= len(said) <= 9
    assert all(line.endswith("status=3") for line in said)
