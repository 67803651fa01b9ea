"""An operator's own mail program: mutt reads what the desk sent, answers it, and the desk does what was meant."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.conftest import require
from tests.mail_desk import JANE, MailDesk, letter
from tests.servers import CHECKOUT

SETTINGS = '[desk]\naddress = "support@example.org"\nbroadcast = ["ines@example.org"]\n'
INES = Place(CLAIMED, "ines")


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return MailDesk(tmp_path / "desk", SETTINGS)


@pytest.fixture
def number(desk: MailDesk) -> str:
    """A ticket of which Ines has the notice in her Maildir."""
    raw = letter(JANE, "support@example.org", "Das Gerät brennt.\n\nWas nun?", Content_Type="text/plain; charset=utf-8")
    number = desk.receive(raw).number
    assemble.work(desk.house)
    return number


def reply(desk: MailDesk, place: Path, words: str, keys: str = "<reply>") -> None:
    """Ines opens the newest letter in her mailbox, presses Reply, writes these words above the quote, and sends."""
    mutt, script = require("mutt", "script")
    (place / "words").write_text(words)
    editor = place / "editor"
    editor.write_text(f'#!/bin/sh\ncat {place}/words "$1" >{place}/both && cat {place}/both >"$1"\n')
    sendmail = place / "sendmail"
    receive = f"{sys.executable} -m helpdesk_lite.cli --root {desk.root.path} receive"
    sendmail.write_text(f"#!/bin/sh\ncat >{place}/sent\nPYTHONPATH={CHECKOUT} exec {receive} <{place}/sent\n")
    for program in (editor, sendmail):
        program.chmod(0o755)
    (place / "muttrc").write_text(
        f'set from="ines@example.org" realname="Ines" editor="{editor}" sendmail="{sendmail}" use_envelope_from=no\n'
        f"set fast_reply=yes include=yes copy=no reply_to=yes wait_key=no autoedit=yes move=no\n"
        f'set folder="{place}" postponed="" record="" header_cache="" quit=yes delete=yes sort=date charset=utf-8\n'
        f'set sig_on_top=yes signature="" abort_unmodified=no abort_nosubject=no\n'
        f'push "<last-entry>{keys}<send-message><quit>"\n'
    )
    mailbox = Path(desk.root.inside("mail", "ines@example.org"))
    command = f"{mutt} -n -F {place}/muttrc -f {mailbox}"
    environment = {**os.environ, "TERM": "xterm", "HOME": str(place), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [script, "-qec", command, "/dev/null"], env=environment, timeout=60, capture_output=True, stdin=-3
    )
    assert (place / "sent").exists(), done.stdout


def arrived(desk: MailDesk, address: str, kind: str) -> bytes:
    """The letter of this kind in the mailbox: the process that sends it goes on while mutt is done."""
    until = time.monotonic() + 20
    while not (found := list(Path(desk.root.inside("mail", address, "new")).glob(f"*.{kind}.*"))):
        assert time.monotonic() < until
        time.sleep(0.05)
    (path,) = found
    return path.read_bytes()


def test_an_answer_to_the_notice_claims_and_goes_to_the_customer(desk: MailDesk, number: str, tmp_path: Path) -> None:
    reply(desk, tmp_path, "Löschen Sie es mit Wasser.\n\n")
    assert desk.place(number) == INES
    assert desk.kinds(number) == ["inquiry", "claimed", "answer"]
    answer = email.message_from_bytes(arrived(desk, "jane@example.com", "answer"), policy=email.policy.default)
    assert answer["In-Reply-To"] == desk.house.store.read(number).entries[0].message_id
    assert "Löschen Sie es mit Wasser." in answer.get_content()


def test_an_answer_without_a_word_of_ones_own_brings_the_customers_letter(
    desk: MailDesk, number: str, tmp_path: Path
) -> None:
    reply(desk, tmp_path, "")
    assert desk.place(number) == INES
    assert desk.kinds(number) == ["inquiry", "claimed", "command"]


def test_a_command_is_the_first_line(desk: MailDesk, number: str, tmp_path: Path) -> None:
    reply(desk, tmp_path, "claim\n\n")
    reply(desk, tmp_path, "release\n\n", "<first-entry><reply>")
    assert desk.place(number) == QUEUE
    assert desk.kinds(number) == ["inquiry", "claimed", "command", "released", "command"]
