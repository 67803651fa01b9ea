"""A customer's letter goes on as it came where their domain lets it, and in the desk's own shape where it does not."""

from __future__ import annotations

import base64
import contextlib
import email
import subprocess
import time
from pathlib import Path

import dkim  # type: ignore[import-untyped]
import pytest

from helpdesk_lite.letters.courier import Courier
from helpdesk_lite.mail.policies import BUDGET, KNOWN_FOR, UNKNOWN_FOR, Policies
from helpdesk_lite.mail.resolver import SECONDS, Resolver
from helpdesk_lite.words.ticket import FORWARDED
from tests.conftest import require
from tests.mail import servers
from tests.mail.nameserver import FAILURE, SILENCE, Zone, nameserver
from tests.mail.servers import Postmaster
from tests.mail_desk import DESK, JANE, MailDesk, letter

RECORD = ("TXT", "_dmarc.example.com")
ALLOWED = ["v=DMARC1; p=none"]
FORBIDDEN = ["v=DMARC1; p=reject"]


class Place:
    """A desk that sends through a real server, and asks a real name server before."""

    def __init__(self, folder: Path, port: int, zone: Zone, where: tuple[str, int], postmaster: Postmaster) -> None:
        self.zone, self.postmaster, self._where, self._port, self._folder = zone, postmaster, where, port, folder
        self.open()

    def open(self, more: str = "", forward: str = "auto") -> None:
        """With these settings from now on."""
        way = f'transport = "smtp://127.0.0.1:{self._port}"\nforward = "{forward}"\n'
        self.desk = MailDesk(self._folder, f"[mail]\n{way}{more}")

    def policies(self) -> Policies:
        """As a new process has them, with time enough for a busy machine where an answer comes at all."""
        house = self.desk.house
        path, resolver = house.root.inside("cache", "dmarc"), Resolver([self._where])
        return Policies(path, resolver, house.clock, BUDGET if self.zone.is_silent else 10)

    def claimed(self, raw: bytes) -> str:
        """Ines claims the ticket of this letter; its number."""
        number = self.desk.receive(raw).number
        ines = self.desk.house.operators.find("ines")
        assert ines
        self.desk.house.desk.claim(number, ines)
        self.run()
        return number

    def run(self) -> None:
        """Send what there is."""
        assert Courier(self.desk.house, self.policies()).run(all=True)[1:] == (0, 0)

    def forwarded(self) -> bytes:
        """What Ines got last, with LF."""
        found = [one for one in self.postmaster.inbox if one.recipients == ["ines@example.org"]]
        assert found[-1].sender == DESK
        return found[-1].content.replace(b"\r\n", b"\n")

    def said(self, number: str) -> list[str]:
        """What the ticket says of its forwards."""
        return [one.text for one in self.desk.house.store.read(number).entries if one.kind == FORWARDED]


@pytest.fixture
def place(tmp_path):
    postmaster, zone = Postmaster(), Zone()
    zone[RECORD] = ALLOWED
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(servers.smtp(postmaster))
        where = stack.enter_context(nameserver(zone))
        yield Place(tmp_path, port, zone, where, postmaster)


RAW_UNSIGNED = letter(JANE, DESK, "It burns.  \n\n.\nJane\n\n", X_Mailer="Her  own")
RAW = letter(
    JANE, DESK, "It burns.\n\n.\nJane", DKIM_Signature="v=1; d=example.com;\r\n\tbh=x; b=y", X_Mailer="Her  own"
)


def test_a_letter_goes_on_byte_for_byte_below_who_sent_it_on(place):
    number = place.claimed(b"Return-Path: <jane@example.com>\r\n" + RAW)
    top, own = place.forwarded().split(b"From: Jane", 1)
    assert b"From: Jane" + own == RAW.replace(b"\r\n", b"\n")
    read = email.message_from_bytes(top)
    assert read.keys() == [
        "Resent-Date",
        "Resent-From",
        "Resent-To",
        "Resent-Message-ID",
        "X-Helpdesk-Ticket",
        "X-Auto-Response-Suppress",
    ]
    assert read["Resent-From"] == "Help Desk <helpdesk@localhost>"
    assert read["X-Helpdesk-Ticket"] == number
    assert place.said(number) == ["redirect example.com none"]


def test_a_dkim_signature_of_her_server_still_holds(place, rsa_key):
    private, record = rsa_key
    signature = dkim.sign(RAW_UNSIGNED, b"s1", b"example.com", private, include_headers=[b"from", b"subject", b"date"])
    place.claimed(signature + RAW_UNSIGNED)
    arrived = place.forwarded().replace(b"\n", b"\r\n")
    assert dkim.verify(arrived, dnsfunc=lambda *_, **__: record)
    assert not dkim.verify(arrived.replace(b"burns", b"glows"), dnsfunc=lambda *_, **__: record)


@pytest.fixture(scope="module")
def rsa_key(tmp_path_factory) -> tuple[bytes, bytes]:
    """A server's private key, and what its domain says of it in the DNS (RFC 6376, 3.6.1)."""
    (openssl,) = require("openssl")
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    subprocess.run([openssl, "genrsa", "-traditional", "-out", str(path), "2048"], capture_output=True, check=True)
    public = subprocess.run(
        [openssl, "rsa", "-in", str(path), "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    return path.read_bytes(), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_the_customers_next_letter_goes_the_same_way(place):
    number = place.claimed(RAW)
    place.desk.receive(letter(JANE, place.desk.address("ticket", number), "Still!", "Re: Fire"))
    place.run()
    assert b"\nSubject: Re: Fire\n" in place.forwarded()
    assert b"\nFrom: Jane Doe <jane@example.com>\n" in place.forwarded()


def reshaped(place) -> bool:
    """Whether what Ines got last is in the desk's own shape."""
    read = email.message_from_bytes(place.forwarded())
    is_ours = read["From"] == "Jane Doe via Help Desk <helpdesk@localhost>"
    assert is_ours == read["Subject"].startswith("[")
    return is_ours


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([], "redirect example.com unsaid"),
        (ALLOWED, "redirect example.com none"),
        (["v=DMARC1; p=quarantine"], "reshape example.com quarantine"),
        (FORBIDDEN, "reshape example.com reject"),
        (["v=DMARC1; p=perhaps"], "reshape example.com reject"),
        (SILENCE, "reshape example.com unknown"),
        (FAILURE, "reshape example.com unknown"),
    ],
)
def test_the_domain_of_the_sender_decides_and_doubt_is_strict(place, records, said):
    place.zone[RECORD] = records
    assert place.said(place.claimed(RAW)) == [said]
    assert reshaped(place) == said.startswith("reshape")


def test_the_desks_own_domain_is_not_asked_for(place):
    place.open()
    raw = letter("Carl <carl@localhost>", DESK)
    assert place.said(place.claimed(raw)) == ["redirect localhost ours"]
    assert place.zone.asked == []


@pytest.mark.parametrize(
    ("more", "forward"), [("", "reshape"), ('answers = "copied"\n', "auto"), ('answers = "relayed"\n', "auto")]
)
def test_where_it_is_not_asked_for_or_a_reply_must_come_to_the_ticket_it_has_the_desks_shape(place, more, forward):
    place.open(more, forward)
    assert place.said(place.claimed(RAW)) == []
    assert reshaped(place)
    assert place.zone.asked == []


@pytest.mark.parametrize(
    "raw",
    [
        RAW.replace(b"Subject: Fire", b"Subject: F\xc3\xbcr"),
        RAW.replace(b"Subject: Fire", b"Subject: Fire\r\n \r\n more"),
        RAW.replace(b"X-Mailer: ", b"X-Mailer: " + b"x" * 1000),
        RAW.replace(b"It burns.", b"It burns. " + b"x" * 1000),
        RAW.replace(b"Subject: ", b"From: Jane Doe <jane@example.net>\r\nSubject: "),
    ],
    ids=["8-bit header", "empty fold", "long field", "long line", "two From"],
)
def test_a_letter_that_no_server_would_carry_untouched_has_the_desks_shape(place, raw):
    assert place.said(place.claimed(raw)) == []
    assert reshaped(place)


def test_a_strangers_letter_is_shown_as_one(place):
    number = place.claimed(RAW)
    place.desk.receive(letter("Eve <eve@example.com>", place.desk.address("ticket", number), "I am her boss."))
    place.run()
    assert b"not known in this ticket" in place.forwarded().replace(b"\n ", b" ")


def test_a_letter_that_has_to_be_tried_again_is_noted_once(place):
    place.postmaster.recipients["ines@example.org"] = "451 later"
    number = place.desk.receive(RAW).number
    place.desk.house.desk.claim(number, place.desk.house.operators.find("ines"))
    Courier(place.desk.house, place.policies()).run(all=True)
    assert place.said(number) == []
    place.postmaster.recipients.clear()
    place.run()
    assert len(place.said(number)) == 1
    assert place.desk.place(number).holder == "ines"


class TestWhatIsKnown:
    @pytest.mark.parametrize(("records", "seconds"), [(FORBIDDEN, KNOWN_FOR), (SILENCE, UNKNOWN_FOR)])
    def test_it_is_asked_for_again_when_its_time_is_over(self, place, records, seconds):
        place.zone[RECORD] = records
        now = [place.desk.house.clock()]
        place.desk.house.clock = lambda: now[0]
        first = place.policies().of("example.com")
        place.zone[RECORD] = ALLOWED
        now[0] += seconds - 2
        assert place.policies().of("example.com") == first
        now[0] += 4
        assert place.policies().of("example.com").asked == "none"

    def test_an_answer_takes_no_longer_than_its_budget(self, place):
        place.zone["TXT", "_dmarc.a.b.c.d.example.com"] = SILENCE
        begin = time.monotonic()
        assert place.policies().of("a.b.c.d.example.com") is None
        assert time.monotonic() - begin < SECONDS  # which one question may take

    def test_a_cache_that_is_broken_or_cannot_be_written_is_none(self, place):
        path = Path(place.desk.root.inside("cache", "dmarc"))
        path.write_bytes(b"\x00nonsense")
        assert place.policies().of("example.com").asked == "none"
        path.unlink()
        path.mkdir()
        assert place.policies().of("example.com").asked == "none"
