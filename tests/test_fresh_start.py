"""The README's first command on a fresh copy: install into an empty venv, serve, and click through."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import REQUIRE_ALL, require
from tests.servers import CHECKOUT, Desk
from tests.test_docs import FIRST
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What git has of this checkout, in another folder, with the program installed as the README says."""
    (git,) = require("git")
    folder = tmp_path_factory.mktemp("fresh") / "helpdesk"
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (CHECKOUT / name).is_symlink() or (CHECKOUT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name, follow_symlinks=False)
    install = FIRST.rpartition(" && ")[0]
    done = subprocess.run(install, shell=True, cwd=folder, capture_output=True, text=True, env=clean(), timeout=300)
    if done.returncode and re.search(r"connection|No matching distribution|resolve", done.stderr, re.IGNORECASE):
        reason = "packages cannot be fetched here"
        pytest.fail(reason + done.stderr[-1000:]) if REQUIRE_ALL else pytest.skip(reason)
    assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)


def clean() -> dict[str, str]:
    """The environment without what this test run has set for itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HELPDESK", "VIRTUAL"))}


def test_the_first_command_ends_with_a_desk(copy: Path) -> None:
    """Three lines, a first operator by the one-time link, a submission, a claim, and the message in a Maildir."""
    command = [*FIRST.rpartition(" && ")[2].split(), "--bind", "127.0.0.1:0"]
    desk = Desk(copy, None)
    with servers.started(desk, command) as (process, log):
        said = servers.wait_for(process, log, lambda: re.search(r"(\S+)/setup(\?key=\S+)", log.read_text()))
        assert len(log.read_text().splitlines()) == 3
        visitor = Visitor(said[1])
        page = visitor.get("/setup" + said[2])
        assert page.status == 200
        (key,) = re.findall(r'name="key" value="([^"]+)"', page.text)
        person = {"name": "ines", "email": "ines@example.org", "password": servers.PASSWORD, "again": servers.PASSWORD}
        answer = visitor.post("/setup", {"key": key, **person})
        assert answer.status == 303, answer
        sent = visitor.post("/forms/contact", {"name": "J", "email": "j@example.com", "subject": "s", "message": "m"})
        assert visitor.follow(sent).number == sent.number
        assert f'data-ticket="{sent.number}"' in visitor.get("/queue").text
        assert visitor.post(f"/tickets/{sent.number}/claim").status == 303
        assert desk.mail("ines@example.org", sent.number)
        assert visitor.get("/setup" + said[2]).status != 200


def test_the_installed_program_works_from_any_folder(copy: Path, tmp_path: Path) -> None:
    """`init` in an empty folder, then a CGI request by the script it made: forms and templates came with the wheel."""
    program = copy / ".venv" / "bin" / "helpdesk-lite"
    subprocess.run([program, "init"], cwd=tmp_path, check=True, capture_output=True, env=clean())
    script = tmp_path / "cgi-bin" / "helpdesk.cgi"
    assert script.read_text().startswith(f"#!{copy}/.venv/bin/python")
    request = {"REQUEST_METHOD": "GET", "PATH_INFO": "/forms/contact", "SCRIPT_NAME": "/cgi-bin/helpdesk.cgi"}
    done = subprocess.run([script], env=request, capture_output=True, text=True, cwd="/")
    assert done.stdout.startswith("Status: 200"), done
    assert "<textarea" in done.stdout
    nowhere = subprocess.run([program, "list"], cwd=copy.parent, capture_output=True, text=True, env=clean())
    assert (nowhere.returncode, nowhere.stdout) == (1, "")  # no desk beside the modules, where an upgrade would lose it
    assert nowhere.stderr.startswith("helpdesk-lite: There is no desk here: name one with --root DIR")
