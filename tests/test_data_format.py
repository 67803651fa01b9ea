"""The number in data/FORMAT: what a newer version made is left alone by every door, what is older is read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli, data_format
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.words.errors import DeskUnusable
from tests.access.browser import Browser
from tests.servers import CHECKOUT

COMMANDS = (
    ["init"],
    ["serve", "--bind", "127.0.0.1:0"],
    ["operator", "add", "ines", "--email", "ines@example.org", "--password-stdin"],
    ["operator", "list"],
    ["form", "check"],
    ["list"],
    ["show", "3D9P-64M6-EPTV"],
    *([verb, "3D9P-64M6-EPTV", "--as", "ines"] for verb in ("claim", "release", "close", "reopen")),
    ["deliver", "--all"],
    ["lmtp", "--bind", "127.0.0.1:0"],
    ["fetch"],
    ["intake", "find", "x"],
    ["intake", "list"],
    ["verify"],
    ["verify", "--repair"],
)
NEWER = "was made by a newer version of Help Desk Lite (format 2; this version reads up to 1)"


@pytest.fixture
def root(tmp_path):
    return make_desk(str(tmp_path / "desk"))


def lying(folder):
    """Everything in the folder, with what would tell of a change."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        about = path.lstat()
        found[str(path)] = (about.st_mtime_ns, about.st_ino, path.read_bytes() if path.is_file() else b"")
    return found


def newer(root):
    for path in (root.settings, root.format):
        os.utime(path, (time.time() - 60, time.time() - 60))
    assemble.house(root)  # what is kept of the older desk must not be believed
    Path(root.format).write_text("2\n")
    return lying(root.path)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_leaves_a_newer_desk_alone(root, capsys, arguments):
    before = newer(root)
    assert cli.main(["--root", root.path, *arguments]) == cli.FAILED
    output, said = capsys.readouterr()
    assert NEWER in said and "restore a backup" in said
    assert (output, said.count("\n")) == ("", 1)
    assert lying(root.path) == before


def test_a_letter_for_a_newer_desk_stays_with_the_mail_server(root):
    before = newer(root)
    command = [sys.executable, "-m", "helpdesk_lite.cli", "--root", root.path, "receive"]
    done = subprocess.run(command, input="Subject: x\n\nx\n", capture_output=True, text=True, cwd=CHECKOUT)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (75, "", 1)
    assert NEWER in done.stderr
    assert lying(root.path) == before


def test_so_it_is_when_more_is_missing(root):
    """Nothing is made that the newer version has elsewhere."""
    os.unlink(root.inside("secret"))
    before = newer(root)
    with pytest.raises(DeskUnusable, match="newer version"):
        assemble.house(root)
    assert lying(root.path) == before


@pytest.mark.parametrize("path", ["/", "/forms/contact", "/login", "/queue"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_cgi_request_changes_nothing_either(root, method, path):
    before = newer(root)
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": "3", "HELPDESK_ROOT": root.path}
    script = str(CHECKOUT / "cgi-bin" / "helpdesk.cgi")
    done = subprocess.run([sys.executable, script], env=environ, input="a=b", capture_output=True, text=True)
    assert done.stdout.startswith("Status: 503")
    assert "cannot work just now. Nothing was kept." in done.stdout
    assert NEWER in done.stderr and done.stderr.count("\n") == 1
    assert lying(root.path) == before


def test_a_server_that_stays_notices(root, capsys):
    """A desk of a newer version may be put in place of an old one while the old program still runs."""
    current = assemble.standing_house(root)
    assert Browser(current()).get("/forms/contact").status == 200
    newer(root)
    with pytest.raises(DeskUnusable, match="newer version"):
        current()


def test_a_new_desk_says_its_format(root):
    assert Path(root.format).read_text() == f"{data_format.NEWEST}\n"


def test_a_desk_from_before_there_was_a_number_is_format_1(root, capsys):
    os.unlink(root.format)
    assert data_format.check(root.format) == 1
    assert assemble.house(root).settings.name == "Help Desk"
    assert cli.main(["--root", root.path, "verify"]) == 1
    assert capsys.readouterr().out.startswith("data/FORMAT: this file with the format's number is missing")
    assert cli.main(["--root", root.path, "verify", "--repair"]) == 0
    assert Path(root.format).read_text() == "1\n"


def test_an_older_desk_does_not_become_a_newer_one_unawares(root, monkeypatch):
    """Only what is new is made in the newest format; whatever else raises the number says so in its own code."""
    monkeypatch.setattr(data_format, "NEWEST", 2)
    os.unlink(root.format)
    assemble.make_data(root)
    assert data_format.check(root.format) == 1
    assert data_format.check(make_desk(os.path.join(root.path, "another")).format) == 2


@pytest.mark.parametrize(
    "content", [b"", b"two\n", b"0\n", b"-1\n", b"1.0\n", b"1 2\n", b"\xff", "²\n".encode(), b"1" * 200]
)
def test_what_is_no_number_is_not_guessed_at(root, capsys, content):
    Path(root.format).write_bytes(content)
    assert cli.main(["--root", root.path, "verify"]) == cli.FAILED
    said = capsys.readouterr().err
    assert root.format in said or NEWER.partition("(")[0] in said
    assert Path(root.format).read_bytes() == content
