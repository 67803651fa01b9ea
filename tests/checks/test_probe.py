"""The doctor's letter to the desk itself, through a real mail server, and what it tells of the way in."""

from __future__ import annotations

import contextlib
import re
import threading

import pytest

from helpdesk_lite.checks.doctor import NOTE, OK, WRONG
from helpdesk_lite.checks.probe import Prober
from helpdesk_lite.letters.intake import A_PROBE, IGNORED, KEPT, OPENED, Outcome
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.mail.resolver import Resolver
from helpdesk_lite.words import reply_address
from tests.mail import servers
from tests.mail.nameserver import Zone, nameserver
from tests.mail_desk import JANE, MailDesk, letter

ADDRESS = "support@example.org"


class MailServer(servers.Postmaster):
    """Hands what it takes to a desk, as a pipe does: but for addresses with a plus that it `loses` or `refuses`."""

    def __init__(self, loses="", refuses="", adds=b"", renames=False):
        super().__init__()
        self.desk = None
        self.loses, self.refuses, self.adds, self.renames = loses, refuses, adds, renames

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuses and self.refuses in address:
            return "550 5.1.1 No such user"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        (recipient,) = self.inbox[-1].recipients
        if not (self.loses and self.loses in recipient):
            content = self.adds + self.inbox[-1].content
            if self.renames:
                content = re.sub(rb"(?m)^Message-ID:\s+<", b"Message-ID: <0100-", content)
            taken = (content, Envelope("pipe", self.inbox[-1].sender, (recipient,)))
            threading.Timer(0.1, lambda: self.desk.intake.receive([taken[0]], taken[1])).start()
        return answer


@pytest.fixture
def probe(tmp_path):
    """Probe a desk behind this mail server; what is said of each thing, and the desk."""

    def probed(server, more="", zone=None, patience=1.5, **how):
        with servers.smtp(server) as port, contextlib.ExitStack() as stack:
            where = [stack.enter_context(nameserver(zone or Zone()))]
            settings = f'[desk]\naddress = "{ADDRESS}"\n[mail]\ntransport = "smtp://127.0.0.1:{port}"\n{more}'
            server.desk = desk = MailDesk(tmp_path, settings)
            found = list(Prober(desk.house, Resolver(where, 0.5), patience, **how).findings())
        return [(one.kind, one.about, one.said) for one in found], desk

    return probed


def test_a_letter_that_comes_in_tells_how_long_it_took_and_opens_nothing(probe):
    found, desk = probe(MailServer())
    assert found[:2] == [
        (OK, "way in", "A letter to support+...@example.org (plus-addressing) came in after 1 s, by pipe."),
        (OK, "way in", "A letter to support@example.org came in after 1 s, by pipe."),
    ]
    assert desk.house.store.count_pending(9) == 0
    assert desk.house.outbox.counts() == (0, 0)
    assert desk.intake.arrivals.counts() == {"new": 0, "kept": 0, "ignored": 2}
    assert {reason for _, _, reason in desk.intake.arrivals.laid_aside()} == {A_PROBE}


def test_a_catch_all_is_named_as_what_it_is(probe):
    found, _ = probe(MailServer(), 'ticket_addresses = "*@tickets.example.org"\n')
    assert found[0][2].startswith("A letter to *@tickets.example.org (catch-all) came in")


@pytest.mark.parametrize("trouble", ["loses", "refuses"])
def test_a_server_that_knows_no_plus_is_told_from_one_that_hands_nothing_over(probe, trouble):
    found, _ = probe(MailServer(**{trouble: "+"}))
    assert sorted(kind for kind, about, _ in found if about == "way in") == [OK, WRONG]
    (wrong,) = [said for kind, _, said in found if kind == WRONG]
    assert ("recipient_delimiter" if trouble == "loses" else "550 5.1.1 No such user") in wrong


def test_nothing_comes_in(probe):
    found, _ = probe(MailServer(loses="@"))
    assert [kind for kind, _, _ in found] == [WRONG, WRONG]
    assert "docs/mail-in.md" in found[0][2]


def test_a_mail_server_that_is_down(tmp_path):
    port = servers.free_port()
    settings = f'[desk]\naddress = "{ADDRESS}"\n[mail]\ntransport = "smtp://127.0.0.1:{port}"\n'
    (found,) = Prober(MailDesk(tmp_path, settings).house, Resolver()).findings()
    assert found.kind == WRONG
    assert "No letter could be sent" in found.said


def test_a_provider_that_gives_letters_its_own_message_id(probe):
    found, _ = probe(MailServer(renames=True))
    assert [kind for kind, about, _ in found if about == "way in"] == [OK, OK]


def test_letters_in_a_mailbox_are_fetched_meanwhile(probe):
    server = MailServer(loses="@")

    def fetch():
        for one in server.inbox:
            server.desk.intake.receive([one.content], Envelope("fetch"))

    found, desk = probe(server, fetch=fetch)
    assert [kind for kind, about, _ in found if about == "way in"] == [OK, OK]
    assert desk.house.store.count_pending(9) == 0


class TestWhatTheServersMadeOfIt:
    RESULTS = b"Authentication-Results: mx.example.org; dkim=%s header.d=example.org; spf=pass; dmarc=%s\r\n"

    @pytest.mark.parametrize(
        ("dkim", "dmarc", "kind"), [(b"pass", b"pass", OK), (b"fail", b"pass", WRONG), (b"none", b"pass", NOTE)]
    )
    def test_its_results_are_told(self, probe, dkim, dmarc, kind):
        found, _ = probe(MailServer(adds=self.RESULTS % (dkim, dmarc)))
        said = f"mx.example.org found of our letter: dkim={dkim.decode()}, spf=pass, dmarc={dmarc.decode()}."
        assert found[2] == (kind, "DKIM", said)

    def test_without_results_the_key_is_looked_up(self, probe):
        signed = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org;\r\n s=2026; h=from; bh=x; b=y\r\n"
        found, _ = probe(MailServer(adds=signed))
        assert found[2] == (
            WRONG,
            "DKIM",
            "Our letter is signed, but its key 2026._domainkey.example.org is not in the DNS.",
        )
        zone = Zone()
        zone["TXT", "2026._domainkey.example.org"] = ["v=DKIM1; k=rsa; p=MIGf"]
        found, _ = probe(MailServer(adds=signed), zone=zone)
        assert found[2][0] == OK

    def test_unsigned_is_a_note(self, probe):
        assert probe(MailServer())[0][2][0] == NOTE


class TestItsAddress:
    def test_it_is_bound_to_the_desk_and_a_day(self, tmp_path):
        house = MailDesk(tmp_path).house
        now = house.clock()
        made = reply_address.made(house.settings, house.secret, reply_address.PROBE, "3D9P-WLQ2-7KXH", now)
        number = reply_address.read(made, house.settings, house.secret, now)
        assert "+probe-" in made
        assert number is not None

    def test_from_anybody_else_it_counts_for_nothing(self, tmp_path):
        desk = MailDesk(tmp_path)
        number = desk.open()
        address = desk.address("probe", number)
        assert desk.receive(letter("helpdesk@localhost", address)) == Outcome(IGNORED, "", A_PROBE)
        assert desk.receive(letter("helpdesk@localhost", address.replace("+probe-", "+probe-2"))).reason != A_PROBE
        assert desk.receive(letter(JANE, desk.address("claim", number).replace("claim", "probe"))).kind == KEPT
        assert desk.receive(letter(JANE, address, "Hello")).kind == OPENED
