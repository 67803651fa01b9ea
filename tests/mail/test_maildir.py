"""Letters in Maildirs, read back with Python's mailbox module."""

from __future__ import annotations

import mailbox
import os
import time
from pathlib import Path

import pytest

from helpdesk_lite.mail.transport.contract import LATER, SENT
from helpdesk_lite.mail.transport.maildir import MaildirTransport, folder_name
from tests.mail.conftest import parcel

JANE, BO = "jane@example.com", "bo@example.net"
DESK = "desk@example.org"


def letters(path: Path) -> list[mailbox.MaildirMessage]:
    """What a mail program finds there."""
    return list(mailbox.Maildir(str(path), create=False))


def test_each_recipient_has_a_copy_in_a_maildir_of_their_own(tmp_path: Path) -> None:
    with MaildirTransport(str(tmp_path / "mail"), for_each=True) as transport:
        outcomes = transport.send(DESK, [JANE, BO], parcel())

    assert {outcome.kind for outcome in outcomes.values()} == {SENT}
    for address in (JANE, BO):
        (letter,) = letters(tmp_path / "mail" / address)
        assert letter["Subject"] == "hello" and letter.get_payload() == "Hello\n"
        assert letter["Return-Path"] == f"<{DESK}>" and letter["Delivered-To"] == address
        assert os.listdir(tmp_path / "mail" / address / "new") and not os.listdir(tmp_path / "mail" / address / "tmp")


def test_an_operators_own_maildir_is_used_as_it_is(tmp_path: Path) -> None:
    mailbox.Maildir(str(tmp_path / "ines"))
    with MaildirTransport(str(tmp_path / "ines"), for_each=False) as transport:
        transport.send(DESK, [JANE], parcel())

    assert len(letters(tmp_path / "ines")) == 1


def test_the_same_letter_again_makes_no_second_copy(tmp_path: Path) -> None:
    with MaildirTransport(str(tmp_path), for_each=True) as transport:
        for _ in range(2):
            assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT
        maildir = tmp_path / JANE
        (name,) = os.listdir(maildir / "new")
        (maildir / "new" / name).rename(maildir / "cur" / f"{name}:2,RS")  # it was read and answered
        assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT
        transport.send(DESK, [JANE], parcel(name="2.b.helpdesk"))

    assert len(letters(maildir)) == 2


def test_a_letter_of_just_now_is_found_where_somebody_has_read_it(tmp_path: Path) -> None:
    just_now = parcel(name=f"{int(time.time())}.a.helpdesk")
    with MaildirTransport(str(tmp_path), for_each=False) as transport:
        transport.send(DESK, [JANE], just_now)
        (tmp_path / "new" / just_now.name).rename(tmp_path / "cur" / f"{just_now.name}:2,S")
        transport.send(DESK, [JANE], just_now)

    assert len(letters(tmp_path)) == 1


def test_a_letter_is_private(tmp_path: Path) -> None:
    with MaildirTransport(str(tmp_path / "mail"), for_each=True) as transport:
        transport.send(DESK, [JANE], parcel())

    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (JANE, JANE),
        ("jörg@müller.example", "jörg@müller.example"),
        ("../../etc@example.org", "%2E.%2F..%2Fetc@example.org"),
        ("..", "%2E."),
        ("a/b@example.org", "a%2Fb@example.org"),
        ("100%@example.org", "100%25@example.org"),
        ("a\x00b@example.org", "a%00b@example.org"),
        ("", "%"),
    ],
)
def test_an_address_is_one_folder(address: str, name: str) -> None:
    assert folder_name(address) == name


def test_long_addresses_have_short_and_different_folders() -> None:
    one, two = (folder_name("ж" * 60 + "@" + "ж" * 60 + end) for end in (".a", ".b"))

    assert one != two and len(one.encode()) <= 255


def test_a_disk_that_does_not_take_it_means_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with MaildirTransport(str(tmp_path / "file"), for_each=True) as transport:
        outcome = transport.send(DESK, [JANE], parcel())[JANE]

    assert outcome.kind == LATER and "file" in outcome.reason
