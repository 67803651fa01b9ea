"""The doctor: what is wrong is said in a plain sentence, and looking changes and sends nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.checks.doctor import NOTE, OK, WRONG, Doctor
from helpdesk_lite.mail.resolver import Resolver
from tests.mail import servers
from tests.mail.nameserver import FAILURE, SILENCE, Zone, nameserver
from tests.mail.servers import Postmaster
from tests.mail_desk import MailDesk
from tests.test_cli import run

SETTINGS = '[desk]\naddress = "support@example.org"\nurl = "https://example.org/desk"\n'


@pytest.fixture
def zone():
    """A domain as it should be."""
    made = Zone()
    made["MX", "example.org"] = ["20 mx2.example.org.", "10 mx1.example.org."]
    made["A", "mx1.example.org"] = ["192.0.2.1"]
    made["TXT", "example.org"] = ["some-site-verification=1", "v=spf1 mx -all"]
    made["TXT", "_dmarc.example.org"] = ["v=DMARC1; p=quarantine"]
    return made


@pytest.fixture
def resolver(zone):
    with nameserver(zone) as where:
        yield Resolver([where], seconds=1)


@pytest.fixture
def look(tmp_path, resolver):
    """Have a desk with these settings looked at; (kind, sentence) of what is said about a thing."""

    def looked(about, settings=SETTINGS, deliver=""):
        desk = MailDesk(tmp_path / "desk", settings)
        if deliver:
            ines = Path(desk.root.inside("operators", "ines.toml"))
            ines.write_text(f'email = "ines@example.org"\ndeliver = "{deliver}"\n')
        doctor = Doctor(desk.house, assemble.verifier(desk.house), resolver)
        return [(found.kind, found.said) for found in doctor.findings() if found.about == about]

    return looked


def test_a_new_desk_has_notes_and_nothing_wrong(tmp_path):
    run("init", tmp_path)
    status, said, _ = run("--root", tmp_path, "doctor", "--probe")
    assert status == 0
    assert {line.split()[0] for line in said.splitlines()} == {"ok", "note"}
    assert "note  transport: Letters stay in this folder: nobody elsewhere gets one.\n" in said
    assert "note  way in: It was not tried: letters stay in this folder, by [mail] transport.\n" in said
    assert run("--root", tmp_path, "verify")[0] == 0


def test_mistakes_in_the_settings_are_each_a_line(tmp_path):
    run("init", tmp_path)
    (tmp_path / "data" / "settings.toml").write_text('[desk]\naddress = "no"\n[mail]\nanswers = "never"\n')
    status, said, _ = run("--root", tmp_path, "doctor")
    assert status == 1
    assert [line.partition(": [")[0] for line in said.splitlines()] == [
        "wrong settings: data/settings.toml:2",
        "wrong settings: data/settings.toml:4",
    ]


def test_notices_to_the_desk_itself_would_be_read_by_nobody(look):
    (_, found) = look("settings", SETTINGS + 'broadcast = ["Support@example.org"]\n')
    assert found[0] == WRONG


def test_what_verify_would_find_is_said_briefly(look, tmp_path):
    look("data")
    (tmp_path / "desk" / "data" / "operators" / "bob.toml").chmod(0o644)
    (tmp_path / "desk" / "data" / "pending" / "3D9P-WLQ2-7KXH.mbox").write_bytes(b"no ticket")
    ((kind, said),) = look("data")
    assert kind == WRONG
    assert said.startswith("data/operators/bob.toml: others may read it")
    assert said.endswith(" more). See `helpdesk-lite verify --repair`.")


class TestTheDomain:
    def test_a_domain_as_it_should_be(self, look):
        assert look("MX") == [(OK, "Mail for example.org goes to mx1.example.org, mx2.example.org.")]
        assert look("SPF")[0][0] == OK
        assert look("DMARC")[0][0] == OK

    @pytest.mark.parametrize(
        ("records", "kind", "word"),
        [
            ([], WRONG, "no MX record and no address"),
            (["0 ."], WRONG, "takes no mail at all"),
            (["10 elsewhere.example."], WRONG, "there is no such machine"),
            (SILENCE, WRONG, "no name server answered in time"),
            (FAILURE, WRONG, "cannot be asked"),
        ],
    )
    def test_whether_mail_can_come_in(self, look, zone, records, kind, word):
        zone["MX", "example.org"] = records
        ((found, said),) = look("MX")
        assert found == kind
        assert word in said

    def test_a_machine_of_the_domains_name_takes_its_mail(self, look, zone):
        zone["MX", "example.org"] = []
        zone["AAAA", "example.org"] = ["2001:db8::1"]
        assert look("MX")[0][0] == NOTE

    def test_the_domain_of_ticket_addresses_needs_mail_too(self, look):
        both = look("MX", SETTINGS + '[mail]\nticket_addresses = "*@tickets.example.org"\n')
        assert [kind for kind, _ in both] == [OK, WRONG]

    @pytest.mark.parametrize(
        ("records", "kind"),
        [
            (["v=spf1 include:_spf.example.net ~all"], OK),
            ([], NOTE),
            (["v=spf10 all"], NOTE),
            (["v=spf1 mx -all", "v=spf1 a -all"], WRONG),
            (["v=spf1 -all"], WRONG),
            (SILENCE, WRONG),
        ],
    )
    def test_who_may_send(self, look, zone, records, kind):
        zone["TXT", "example.org"] = records
        assert look("SPF")[0][0] == kind

    @pytest.mark.parametrize(("records", "kind"), [([], NOTE), (["v=DMARC1; p=none"], OK), (SILENCE, WRONG)])
    def test_what_others_shall_do_with_forgeries(self, look, zone, records, kind):
        zone["TXT", "_dmarc.example.org"] = records
        assert look("DMARC")[0][0] == kind

    def test_a_name_for_this_machine_alone_is_not_looked_up(self, look, zone):
        assert look("domain", "[desk]\n")[0][0] == NOTE
        assert look("domain", '[desk]\n[mail]\ntransport = "smtp://localhost:9"\n')[0][0] == WRONG
        assert zone.asked == []


class TestTheWaysOut:
    def test_a_server_that_answers_is_sent_nothing(self, look):
        postmaster = Postmaster()
        with servers.smtp(postmaster) as port:
            found = look("transport", SETTINGS + f'[mail]\ntransport = "smtp://127.0.0.1:{port}"\n')
        assert found == [(OK, f"smtp://127.0.0.1:{port} answers.")]
        assert postmaster.connections == 1
        assert postmaster.inbox == []

    def test_signing_in_is_tried_and_the_servers_words_are_told_without_the_password(self, look):
        how = {"authenticator": servers.authenticator, "auth_require_tls": False}
        with servers.smtp(Postmaster(), **how) as port:
            way = f'[mail]\ntransport = "smtp://desk:wrong@127.0.0.1:{port}?tls=none"\n'
            first, second = look("transport", SETTINGS + way)
        assert first[0] == WRONG
        assert "535" in first[1]
        assert "wrong" not in first[1]
        assert second == (WRONG, "The password goes over the line for anybody to read: ?tls=none.")

    def test_a_certificate_that_nobody_vouches_for_is_no_way(self, look, tmp_path):
        with servers.smtp(Postmaster(), servers.make_certificate(tmp_path)) as port:
            ((kind, said),) = look(
                "transport", SETTINGS + f'[mail]\ntransport = "smtp://localhost:{port}?tls=implicit"\n'
            )
        assert kind == WRONG
        assert "certificate" in said.lower()

    @pytest.mark.parametrize("way", ["smtp://127.0.0.1:1", "lmtp:/nowhere/socket", "sendmail:/nowhere/sendmail"])
    def test_a_way_that_is_not_there(self, look, way):
        begin = time.monotonic()
        assert look("transport", SETTINGS + f'[mail]\ntransport = "{way}"\n')[0][0] == WRONG
        assert time.monotonic() - begin < 10

    def test_a_program_that_may_not_be_run(self, look, tmp_path):
        (tmp_path / "sendmail").write_text("#!/bin/sh\n")
        way = SETTINGS + f'[mail]\ntransport = "sendmail:{tmp_path}/sendmail"\n'
        assert look("transport", way)[0][0] == WRONG
        (tmp_path / "sendmail").chmod(0o700)
        assert look("transport", way)[0][0] == OK


class TestTheOperators:
    def test_each_has_a_line(self, look):
        assert look("operator ines") == [(OK, "Letters for ines@example.org go through the transport.")]

    def test_an_own_way_is_tried(self, look):
        with servers.lmtp(Postmaster()) as port:
            assert look("operator ines", deliver=f"lmtp://127.0.0.1:{port}")[0][0] == OK
        assert look("operator ines", deliver=f"lmtp://127.0.0.1:{port}")[0][0] == WRONG
        assert look("operator ines", deliver=f"imap://ines:x@127.0.0.1:{port}")[0][0] == WRONG
        assert look("operator ines", deliver="maildir:mail/ines")[0][0] == OK
        assert look("operator ines", deliver="maildir:/dev/null/ines")[0][0] == WRONG

    def test_a_mistake_in_an_account_is_named(self, look):
        ((kind, said), *_) = look("operators", deliver="pigeon:")
        assert kind == WRONG
        assert "ines.toml" in said
