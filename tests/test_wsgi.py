"""The desk as a server that stays runs it: letters go out beside it, and it stops soon when it is told to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from helpdesk_lite import assemble, wsgi
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.root import Root
from helpdesk_lite.web.app import App
from tests.examples import contact_form, submission

LETTERS = 16
SLOW = 0.25  # seconds for each letter


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A desk with letters that wait, and a mail server that takes its time."""
    root = make_desk(str(tmp_path / "desk"))
    program = tmp_path / "sendmail"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\nsleep {SLOW}\necho >> '{tmp_path}/sent'\n")
    program.chmod(0o700)
    Path(root.settings).write_text(f'[mail]\ntransport = "sendmail:{program}"\n')
    house = assemble.house(root)
    for count in range(LETTERS // 2):
        house.desk.submit(contact_form(), submission(f"Number {count}"), "192.0.2.1", "en")
    return root


def sent(root: Root) -> int:
    path = Path(root.path).parent / "sent"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_a_server_does_not_stay_for_all_that_waits(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    """It used to: with a few hundred letters, longer than whoever stopped it had patience, and was killed."""
    monkeypatch.setattr(assemble, "_A_WHILE", 0.5)
    _, stop = wsgi.standing_application(root)
    while not sent(root):
        time.sleep(0.01)
    stop()
    done = sent(root)
    assert done < LETTERS
    time.sleep(2 * SLOW)
    assert sent(root) == done
    assert assemble.house(root).outbox.counts() == (LETTERS - done, 0)


def test_while_it_stays_it_goes_on(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    """Piece after piece, without waiting to be woken."""
    monkeypatch.setattr(assemble, "_A_WHILE", 0.5)
    _, stop = wsgi.standing_application(root)
    until = time.monotonic() + 30
    while sent(root) < LETTERS and time.monotonic() < until:
        time.sleep(0.05)
    stop()
    assert sent(root) == LETTERS
    assert assemble.house(root).outbox.counts() == (0, 0)


def test_without_a_desk_there_is_a_calm_answer_until_there_is_one(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    monkeypatch.setattr(wsgi, "_standing", [])
    monkeypatch.setattr(wsgi, "standing_application", lambda root: (App(lambda: assemble.house(root), print),))
    monkeypatch.setenv("HELPDESK_ROOT", f"{root.path}-to-be")
    b"".join(wsgi.application(dict(environ), lambda status, _: said.append(status)))
    Path(root.path).rename(f"{root.path}-to-be")
    b"".join(wsgi.application(dict(environ), lambda status, _: said.append(status)))
    assert said == ["503 Service Unavailable", "200 OK"]
