"""A real Postfix hands letters over: by an alias, .forward, a pipe and LMTP, as docs/mail-in.md tells it to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.checks.probe import Prober
from helpdesk_lite.mail.resolver import Resolver
from tests import servers
from tests.mail_desk import JANE, MailDesk, letter
from tests.mail_in.conftest import serving, until
from tests.mail_in.postfix import Postfix, give_to_web_user, installed, postfix, shown

WAYS = ("alias", "pipe", "lmtp")
ADDRESSES = {"alias": "support@example.org", "pipe": "help@example.org", "lmtp": "support@tickets.example.org"}


class Office(NamedTuple):
    """A Postfix, and the desks to which its ways lead."""

    postfix: Postfix
    desks: dict[str, MailDesk]

    def arrived(self, way: str, raw: bytes, *recipients: str) -> MailDesk:
        """Have the letter delivered; the desk that has it."""
        self.postfix.send(raw, *recipients)
        for recipient in recipients:
            assert until(lambda recipient=recipient: self.postfix.status(recipient)), self.postfix.log()  # type: ignore[misc]
        return self.desks[way]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One for all tests: each way has a desk of its own."""
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        program = installed(place)
        desks = {way: _desk(place, way) for way in WAYS}
        with serving(desks["lmtp"], "lmtp", "--bind", "127.0.0.1:0") as (address, _):
            maps = shown("transport", desks["pipe"], program, support="help").splitlines()[:1]
            maps += shown("transport lmtp", desks["lmtp"], program).replace("127.0.0.1:2424", address).splitlines()[1:]
            main = shown("main.cf", desks["alias"], program).replace("hash:/etc/aliases, ", "")
            main = main.replace(f"hash:{desks['alias'].root.path}/aliases", "hash:FOLDER/desk.d/aliases")
            main += shown("main.cf pipe", desks["pipe"], program).replace("hash:/etc/postfix", "texthash:FOLDER")
            files = {
                "desk.aliases": shown("aliases", desks["alias"], program),
                "transport": "\n".join(maps) + "\n",
                f"{servers.web_user()}.forward": shown("forward", desks["alias"], program),
            }
            with postfix(main, shown("master.cf", desks["pipe"], program), files) as running:
                yield Office(running, desks)


def _desk(place: Path, way: str) -> MailDesk:
    address = f'[desk]\naddress = "{ADDRESSES[way]}"\n[mail]\nticket_addresses = "*@tickets.example.org"\n'
    desk = MailDesk(place / way, f"{address}[limits]\nletter_mb = 1\n")
    if way != "lmtp":  # whoever started us serves that one
        give_to_web_user(place / way)
    return desk


@pytest.mark.parametrize("way", WAYS)
def test_a_letter_becomes_a_ticket(office: Office, way: str) -> None:
    raw = letter(JANE, ADDRESSES[way], f"By {way}.\n.\n..\nFrom here.")
    desk = office.arrived(way, raw, ADDRESSES[way])
    assert "dsn=2." in office.postfix.status(ADDRESSES[way])
    head = desk.house.store.pending("", 9)[-1]
    kept = desk.raw(head.number, 0)
    assert kept.endswith(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2])
    assert kept.startswith((b"Return-Path: <jane@example.com>\n", b"Received: "))


@pytest.mark.parametrize("way", WAYS)
def test_the_envelope_comes_along(office: Office, way: str) -> None:
    """An address of a ticket decides, though no header names it."""
    name, _, domain = ADDRESSES[way].partition("@")
    desk = office.desks[way]
    number = desk.open(text=f"{way} asks.")
    address = desk.address("ticket", number).replace("@tickets.example.org", "")
    address = f"{address}@{domain}" if way == "lmtp" else f"{name}+{address}@{domain}"
    office.arrived(way, letter(JANE, "undisclosed-recipients:;", "Still!"), address)
    assert desk.kinds(number) == ["inquiry", "letter"]


def test_two_addresses_of_one_desk_are_one_letter(office: Office) -> None:
    before = office.desks["pipe"].house.store.count_pending(999)
    office.arrived("pipe", letter(JANE, "help@example.org", "Twice."), "help+one@example.org", "help+two@example.org")
    assert office.desks["pipe"].house.store.count_pending(999) in (before, before + 1)


def test_forward_does_as_well(office: Office) -> None:
    address = f"{servers.web_user()}@example.org"
    before = office.desks["alias"].house.store.count_pending(999)
    office.arrived("alias", letter(JANE, address, "By .forward."), address)
    assert "dsn=2." in office.postfix.status(address)
    assert office.desks["alias"].house.store.count_pending(999) == before + 1


@pytest.mark.parametrize("way", WAYS)
def test_a_failure_report_comes_with_the_null_sender(office: Office, way: str) -> None:
    raw = letter("MAILER-DAEMON@example.com", ADDRESSES[way], f"Lost ({way}).", "Undelivered")
    office.postfix.send(raw, ADDRESSES[way].replace("@", "+null@"), sender="")
    intake = office.desks[way].intake
    assert until(lambda: intake.arrivals.counts()["ignored"])
    (found,) = Path(office.desks[way].root.inside("intake", "ignored")).rglob("*.eml")
    assert b"X-Helpdesk-Envelope-From: \n" in found.read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_too_large_is_returned_with_the_reason(office: Office, way: str) -> None:
    address = ADDRESSES[way].replace("@", "+large@")
    office.arrived(way, letter(JANE, address, "It burns.\n" * 120_000), address)
    status = office.postfix.status(address)
    if way == "lmtp":  # Postfix has read in our greeting what we take
        assert "dsn=5.3.4, status=bounced" in status and "exceeds size limit 1048576" in status
    else:
        assert "dsn=5.2.3, status=bounced" in status and "this desk takes" in status


@pytest.mark.parametrize("way", WAYS)
def test_a_desk_that_cannot_work_has_the_letter_wait(office: Office, way: str) -> None:
    address = ADDRESSES[way].replace("@", "+later@")
    desk = office.desks[way]
    settings = Path(desk.root.settings)
    before = settings.read_text()
    settings.write_text("[desk]\nnam = 3\n")
    try:
        office.arrived(way, letter(JANE, address, "Later."), address)
    finally:
        settings.write_text(before)
    assert "dsn=4.3.5, status=deferred" in office.postfix.status(address)


@pytest.mark.parametrize("way", WAYS)
def test_the_doctors_probe_comes_in(office: Office, way: str) -> None:
    """Through the server and back, with a plus and by a catch-all, without a ticket."""
    house = assemble.house(office.desks[way].root)
    tickets = "*@tickets.example.org" if way == "lmtp" else ""
    house.settings = house.settings._replace(
        transport=f"smtp://127.0.0.1:{office.postfix.port}", ticket_addresses=tickets
    )
    before = house.store.count_pending(99)
    found = list(Prober(house, Resolver([("127.0.0.1", 9)], 0.1), 20).findings())
    assert [(one.kind, one.about) for one in found] == [("ok", "way in"), ("ok", "way in"), ("note", "DKIM")], found
    assert (" (catch-all) came in" if tickets else " (plus-addressing) came in") in found[0].said
    assert house.store.count_pending(99) == before
