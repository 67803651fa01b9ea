"""A real procmail hands letters over, as docs/mail-in.md tells it to."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import require
from tests.mail_desk import JANE, MailDesk, letter
from tests.mail_in.postfix import installed, shown

ADDRESS = "support@example.org"


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return MailDesk(tmp_path / "desk", f'[desk]\naddress = "{ADDRESS}"\n')


def sort(desk: MailDesk, place: Path, raw: bytes) -> bytes:
    """Have procmail deliver the letter by the recipe; what it delivered elsewhere."""
    (procmail,) = require("procmail")
    inbox, rules = place / "inbox", place / "rc"
    rules.write_text(f"DEFAULT={inbox}\nLOGFILE={place}/log\n" + shown("procmail", desk, installed(place)))
    done = subprocess.run([procmail, "-m", str(rules)], input=raw, capture_output=True, timeout=60)
    assert done.returncode == 0, (done, (place / "log").read_text())
    return inbox.read_bytes() if inbox.exists() else b""


def test_letters_to_the_desk_are_its_own_and_others_go_where_they_went(desk: MailDesk, tmp_path: Path) -> None:
    number = desk.open()
    ours = letter(JANE, desk.address("ticket", number), "Still!").replace(b"\r\n", b"\n")
    other = letter(JANE, "jane@example.org", "Lunch?").replace(b"\r\n", b"\n")
    assert sort(desk, tmp_path, b"From jane@example.com Sat Nov 21 12:00:00 2026\n" + ours) == b""
    assert b"Lunch?" in sort(desk, tmp_path, other)
    assert desk.kinds(number) == ["inquiry", "letter"]
    assert desk.raw(number, 1) == ours + b"\n"  # procmail ends every letter with an empty line


def test_a_letter_that_is_not_taken_is_delivered_as_ever(desk: MailDesk, tmp_path: Path) -> None:
    Path(desk.root.settings).write_text("[desk]\nnam = 3\n")
    assert b"It burns." in sort(desk, tmp_path, letter(JANE, ADDRESS).replace(b"\r\n", b"\n"))
