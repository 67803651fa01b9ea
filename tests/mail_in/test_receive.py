"""`helpdesk-lite receive`: the letter on standard input, and what the mail server is told."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from helpdesk_lite.doors import pipe
from helpdesk_lite.letters.intake import IGNORED, KEPT, OPENED, PASSED, REFUSED, THREADED
from helpdesk_lite.mail.arrivals import Envelope
from tests.house.test_hot_paths import DEAR
from tests.mail_desk import DESK, JANE, MailDesk, letter
from tests.mail_in.conftest import COMMAND, until

BY_READING = ("datetime", "email", "logging", "random", "socket", "tokenize", "traceback", "urllib")
RECEIVED = b"Received: from there by here; Sat, 21 Nov 2026 12:00:00 +0000\n"


def receive(desk: MailDesk, raw: bytes, *words: str, python: tuple[str, ...] = (), **environ: str) -> tuple[int, str]:
    """Run the command on this desk: its status, and what it said on standard error. It prints nothing else."""
    command = [COMMAND[0], *python, *COMMAND[1:], "--root", desk.root.path, "receive", *words]
    done = subprocess.run(command, input=raw, capture_output=True, env={**os.environ, **environ}, timeout=60)
    assert done.stdout == b""
    return done.returncode, done.stderr.decode()


class TestWhatBecomesOfIt:
    def test_a_letter_becomes_a_ticket_and_nothing_is_said(self, desk: MailDesk) -> None:
        assert receive(desk, letter(JANE, DESK)) == (0, "")
        assert desk.house.store.count_pending(9) == 1

    def test_the_same_letter_twice_is_one_ticket(self, desk: MailDesk) -> None:
        raw = letter(JANE, DESK)
        assert [receive(desk, raw)[0] for _ in range(2)] == [0, 0]
        assert desk.house.store.count_pending(9) == 1

    def test_the_letters_that_it_causes_are_sent(self, desk: MailDesk) -> None:
        receive(desk, letter(JANE, DESK))
        inbox = Path(desk.root.inside("mail", "jane@example.com", "new"))
        assert until(lambda: list(inbox.glob("*")))

    def test_an_address_of_ours_leads_to_its_ticket(self, desk: MailDesk) -> None:
        number = desk.open()
        address = desk.address("ticket", number)
        assert receive(desk, letter(JANE, DESK, "By option."), "--rcpt", address)[0] == 0
        assert receive(desk, letter(JANE, DESK, "With =."), f"--rcpt={address}", "--rcpt=x@example.org")[0] == 0
        assert receive(desk, letter(JANE, DESK, "By environment."), RECIPIENT=address)[0] == 0
        assert desk.kinds(number) == ["inquiry", "letter", "letter", "letter"]

    def test_nothing_at_all_is_kept_aside(self, desk: MailDesk) -> None:
        assert receive(desk, b"") == (0, "")
        assert desk.intake.arrivals.counts()["kept"] == 1

    def test_a_letter_of_many_pieces_is_kept_whole(self, desk: MailDesk) -> None:
        raw = letter(JANE, DESK, "It burns.\n" * 30_000)
        assert receive(desk, b"From jane@example.com Sat Nov 21 12:00:00 2026\n" + raw) == (0, "")
        (head,) = desk.house.store.pending("", 9)
        assert desk.raw(head.number, 0) == raw


class TestWhatTheMailServerIsTold:
    def test_each_outcome_has_its_status(self) -> None:
        assert pipe.STATUS == {THREADED: 0, OPENED: 0, IGNORED: 0, KEPT: 0, PASSED: 0, REFUSED: 69}

    def test_too_large_is_refused_and_nothing_is_kept(self, tmp_path: Path) -> None:
        desk = MailDesk(tmp_path, "[limits]\nletter_mb = 1\n")
        status, said = receive(desk, letter(JANE, DESK, "It burns.\n" * 120_000))
        assert status == 69
        assert re.fullmatch(r"5\.2\.3 helpdesk-lite: That is more than the 1 MB .*\n", said)
        assert desk.intake.arrivals.counts() == {"new": 0, "kept": 0, "ignored": 0}

    @pytest.mark.parametrize("broken", ["settings", "intake", "program"])
    def test_what_is_wrong_with_the_desk_is_temporary(self, desk: MailDesk, broken: str) -> None:
        environ = {}
        if broken == "settings":
            Path(desk.root.settings).write_text("[desk]\nname = 3\nurl = 4\n")
        elif broken == "intake":
            Path(desk.root.inside("intake", "new")).rmdir()
        else:
            environ["PYTHONPATH"] = _half_an_upgrade(Path(desk.root.path))
        status, said = receive(desk, letter(JANE, DESK), **environ)
        assert status == 75
        assert re.fullmatch(r"4\.3\.[05] helpdesk-lite: .+\n", said)

    @pytest.mark.parametrize("words", [["--rcpt"], ["--sender=x"], ["jane@example.com"]])
    def test_a_wrong_command_line_is_said_and_not_held_against_the_letter(
        self, desk: MailDesk, words: list[str]
    ) -> None:
        status, said = receive(desk, letter(JANE, DESK), *words)
        assert (status, said[:6]) == (64, "4.3.5 ")  # the code goes before the status with Postfix: the letter waits

    def test_there_is_help(self, desk: MailDesk) -> None:
        done = subprocess.run([*COMMAND, "receive", "--help"], capture_output=True, text=True, timeout=60, check=True)
        assert "--rcpt ADDRESS" in done.stdout


TOP = b"Return-Path: <jane@example.com>\nX-Original-To: desk+1@example.org\nDelivered-To: desk@example.org\n"
ENVIRON = {"SENDER": "jane@example.com", "RECIPIENT": "desk@example.org", "ORIGINAL_RECIPIENT": "desk+1@example.org"}


class TestTheEnvelope:
    @pytest.mark.parametrize(
        ("top", "environ", "sender", "recipients"),
        [
            (b"Subject: x\n", {}, None, []),
            (TOP + RECEIVED, {}, "jane@example.com", ["desk+1@example.org", "desk@example.org"]),
            (RECEIVED + TOP, {}, None, []),  # whoever wrote the letter wrote these
            (TOP, {}, None, []),
            (b"From jane@example.com  Sat Nov 21\n" + RECEIVED, {}, "jane@example.com", []),
            (b"From MAILER-DAEMON Sat Nov 21\n" + RECEIVED, {}, "", []),
            (b"Return-Path: <>\r\n" + RECEIVED, {}, "", []),
            (b"Return-Path: <MAILER-DAEMON>\n" + RECEIVED, {}, "", []),  # Postfix's pipe
            (b"", ENVIRON, "jane@example.com", ["desk@example.org", "desk+1@example.org"]),
            (b"", {"SENDER": ""}, "", []),
            (
                b"Return-Path: <o'neil@example.com>\n" + RECEIVED,
                {"SENDER": "o_neil@example.com"},
                "o'neil@example.com",
                [],
            ),
            (b"", {"LOCAL_PART": "desk", "LOCAL_PART_SUFFIX": "+1", "DOMAIN": "x.org"}, None, ["desk+1@x.org"]),
            (b"", {"RECIPIENT": "root"}, None, []),
            (b"", {"RECIPIENT": "\udcff@x.org"}, None, ["\ufffd@x.org"]),
        ],
    )
    def test_it_is_what_the_mail_server_tells(
        self, top: bytes, environ: dict[str, str], sender: str | None, recipients: list[str]
    ) -> None:
        assert pipe.read_envelope(top, environ, []) == Envelope("pipe", sender, tuple(recipients))

    def test_the_command_line_decides(self) -> None:
        assert pipe.read_envelope(TOP + RECEIVED, ENVIRON, ["one@x.org", "one@x.org"]).recipients == ("one@x.org",)


def test_it_imports_nothing_dear(desk: MailDesk) -> None:
    """A mail server starts it for each letter: see tests/house/test_hot_paths.py. BY_READING is what that takes."""
    hour_ago = time.time() - 3600
    for path in (desk.root.settings, desk.root.format, *Path(desk.root.inside("operators")).rglob("*")):
        os.utime(path, (hour_ago, hour_ago))  # what was made from a file that has just changed is not kept
    receive(desk, letter(JANE, DESK))
    _, said = receive(desk, letter(JANE, DESK), python=("-X", "importtime"))
    imported = set(re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", said, re.MULTILINE))
    assert "helpdesk_lite.letters.intake" in imported
    assert not {name for name in imported if name in DEAR.split() and name not in BY_READING}


def _half_an_upgrade(folder: Path) -> str:
    """Where a package of ours lies, of which a module is still missing: what must be put on Python's path."""
    package = folder / "upgrade" / "helpdesk_lite"
    package.parent.mkdir()
    package.symlink_to(Path(pipe.__file__).parents[1])
    (package.parent / "sitecustomize.py").write_text("import sys\nsys.modules['helpdesk_lite.letters.intake'] = None\n")
    return str(package.parent)
