"""Whose data/ is: what root does there is done as that user; what is not that user's is named and given back."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_lite import owner
from tests import servers
from tests.servers import CHECKOUT, Desk, as_user, new_desk, web_user

PROGRAM = [sys.executable, "-m", "helpdesk_lite.cli"]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a desk of another user")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk that belongs to the web server's user."""
    with new_desk(as_web_user=True, people=("ines",)) as made:
        yield made


def as_root(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program as root does."""
    command = servers.as_root([*PROGRAM, *arguments])
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=CHECKOUT, timeout=60)


def strangers(desk: Desk) -> list[str]:
    """What in data/ is not the web server's user's."""
    uid = pwd.getpwnam(desk.user or "").pw_uid
    data = desk.root / "data"
    return [str(path.relative_to(data)) for path in [data, *data.rglob("*")] if path.lstat().st_uid != uid]


SUBMIT = """import sys
from helpdesk_lite import assemble
from helpdesk_lite.root import Root
from tests.examples import contact_form, submission
assemble.house(Root(sys.argv[1])).desk.submit(contact_form(), submission(), "192.0.2.1", "en")
"""


def write(desk: Desk) -> None:
    """A ticket, and two letters that wait; all made by the desk's own user."""
    command = as_user(desk.user, [sys.executable, "-c", SUBMIT, str(desk.root)])
    subprocess.run(command, check=True, umask=0o077, cwd=CHECKOUT, timeout=30)


@needs_root
@pytest.mark.parametrize(
    "arguments",
    [
        ["deliver", "--all"],
        ["verify", "--repair"],
        ["operator", "add", "zoe", "--email", "zoe@example.org", "--password-stdin"],
        ["operator", "passwd", "ines", "--password-stdin"],
        ["form", "check"],
        ["list"],
        ["init"],
    ],
    ids=" ".join,
)
def test_what_root_does_is_the_owners(desk: Desk, arguments: list[str]) -> None:
    """It used to be root's, and the web server could not open it: locks, letters, counts, caches."""
    write(desk)
    shutil.rmtree(desk.root / "data" / "cache")
    (desk.root / "data" / "locks" / "courier.lock").unlink(missing_ok=True)
    done = as_root("--root", str(desk.root), *arguments, given=servers.PASSWORD + "\n")
    assert done.returncode == 0, done
    assert strangers(desk) == []


@needs_root
def test_so_is_what_serve_does(desk: Desk) -> None:
    write(desk)
    command = servers.as_root([*PROGRAM, "--root", str(desk.root), "serve", "--bind", "127.0.0.1:0"])
    with servers.started(desk._replace(user=None), command) as (process, log):
        servers.wait_for(process, log, lambda: "Customers write at" in log.read_text())
        servers.wait_for(process, log, lambda: list((desk.root / "data").glob("mail/*/new/*")))
        told = dict(line.split(":\t") for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
        known = pwd.getpwnam(desk.user or "")
        assert set(told["Uid"].split()) == {str(known.pw_uid)}  # real, effective, saved: there is no way back
        assert set(map(int, told["Groups"].split())) == set(os.getgrouplist(known.pw_name, known.pw_gid))
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert strangers(desk) == []


@needs_root
def test_a_desk_made_in_somebodys_folder_is_theirs(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    shutil.chown(tmp_path, web_user())
    done = as_root("init", str(tmp_path))
    assert done.returncode == 0, done
    assert strangers(Desk(tmp_path, web_user())) == []


@needs_root
def test_roots_own_desk_stays_roots(tmp_path: Path) -> None:
    assert as_root("init", str(tmp_path / "desk")).returncode == 0
    assert as_root("--root", str(tmp_path / "desk"), "verify").stdout == "Everything is as promised.\n"
    assert {path.stat().st_uid for path in tmp_path.rglob("*")} == {0}


@needs_root
def test_the_owner_need_not_be_in_the_systems_book(desk: Desk) -> None:
    for path in [desk.root, *desk.root.rglob("*")]:
        os.chown(path, 54_321, 54_321)
    code = "import os, sys; from helpdesk_lite import cli; print(cli.main(sys.argv[1:]), os.getgroups())"
    passwd = ("--root", str(desk.root), "operator", "passwd", "ines", "--password-stdin")
    command = servers.as_root([sys.executable, "-c", code, *passwd])
    done = subprocess.run(command, input="long enough\n", capture_output=True, text=True, cwd=CHECKOUT, timeout=60)
    assert done.stdout.endswith("0 [54321]\n"), done
    found = (desk.root / "data" / "operators" / "ines.toml").stat()
    assert (found.st_uid, found.st_gid) == (54_321, 54_321)


PLACES = ("locks/courier.lock", "settings.toml", "secret", "pending", "cache", "outbox/new", "pending/*.mbox")


@needs_root
@pytest.mark.parametrize("place", PLACES)
def test_what_root_left_is_named_and_given_back(desk: Desk, place: str) -> None:
    write(desk)
    desk.run("deliver")
    (found,) = (desk.root / "data").glob(place)
    os.chown(found, 0, 0)
    line = f"{found.relative_to(desk.root)}: it belongs to root, but data/ to {desk.user}"
    said = as_root("--root", str(desk.root), "verify")
    assert said.returncode == 1
    assert said.stdout.splitlines()[0] == line
    mended = as_root("--root", str(desk.root), "verify", "--repair")
    assert (mended.returncode, mended.stdout.splitlines()[0]) == (0, f"{line} (mended)"), mended
    assert strangers(desk) == []
    assert as_root("--root", str(desk.root), "verify").stdout == "Everything is as promised.\n"


@needs_root
def test_whoever_is_not_root_is_told_and_can_do_no_more(desk: Desk) -> None:
    write(desk)
    (ticket,) = (desk.root / "data" / "pending").glob("*.mbox")
    os.chown(ticket, 0, 0)
    done = desk.run("verify", "--repair", check=False)
    assert (done.returncode, done.stderr) == (1, "")
    name = f"data/pending/{ticket.name}"
    assert f"{name}: it belongs to root, but data/ to {desk.user}\n" in done.stdout
    assert "(mended)" not in done.stdout
    assert ticket.stat().st_uid == 0


@needs_root
def test_nothing_from_elsewhere_is_given_away(desk: Desk, tmp_path: Path) -> None:
    """The owner of data/ may have put a second name of somebody's file there, or a link, and waits for root."""
    data, secret = desk.root / "data", desk.root.parent / "secret"  # on the same disk, for a second name
    secret.write_text("root's")
    os.link(secret, data / "pending" / "hard")
    (data / "pending" / "soft").symlink_to(secret)
    (data / "claimed" / "folder").symlink_to(desk.root.parent)
    os.mkfifo(data / "pending" / "pipe")
    as_root("--root", str(desk.root), "verify", "--repair")
    assert secret.stat().st_uid == 0
    assert desk.root.parent.stat().st_uid == 0
    for path in ("pending/hard", "pending/soft", "pending/pipe", "claimed/folder/secret"):
        assert not owner.give(str(data / path), str(data))
    assert secret.stat().st_uid == 0
    os.lchown(data / "claimed", 0, 0)
    assert owner.give(str(data / "claimed"), str(data))


@needs_root
def test_a_link_made_by_the_owner_does_not_keep_root_root(desk: Desk, tmp_path: Path) -> None:
    """Or whoever owns the desk's folder could turn root loose in any folder of root's."""
    os.rename(desk.root / "data", desk.root / "old")
    (desk.root / "data").symlink_to(tmp_path)
    os.lchown(desk.root / "data", pwd.getpwnam(desk.user or "").pw_uid, -1)
    as_root("--root", str(desk.root), "list")
    assert {path.stat().st_uid for path in tmp_path.rglob("*")} <= {pwd.getpwnam(desk.user or "").pw_uid}


def test_where_all_is_ones_own_there_is_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "data" / "pending").mkdir(parents=True)
    assert list(owner.strangers(str(tmp_path / "data"))) == []


@pytest.mark.parametrize("refusal", [errno.EACCES, errno.EROFS])
def test_who_may_not_write_is_told_from_a_disk_that_fails(tmp_path, monkeypatch, refusal):
    (tmp_path / "file").write_text("kept")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # so it says in either case
    asked = ((owner.may_write, tmp_path / "file"), (owner.may_write_in, tmp_path / "folder"))
    assert [may(str(path)) for may, path in asked] == [True, True]
    for wrong in (refusal, errno.EIO):

        def fails(path, *rest, wrong=wrong, **named):
            raise OSError(wrong, os.strerror(wrong))

        monkeypatch.setattr(os, "open", fails)
        for may, path in asked:
            if wrong == refusal:
                assert not may(str(path))
            else:
                with pytest.raises(OSError, match="Input/output"):
                    may(str(path))
    assert (tmp_path / "file").read_text() == "kept"
