"""Mail servers that fail at every stage in every way: no letter is lost, and none goes twice but for one case.

The case: a server takes a letter and is gone before it says so. Nobody can know, and it goes again, with the same
Message-ID.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_lite.letters import courier
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.mail.transport.smtp import SmtpTransport
from helpdesk_lite.words.ticket import FORWARDED
from tests import servers
from tests.access.browser import Browser
from tests.examples import ADMIN
from tests.faults import strace
from tests.faults.bad_server import STAGES, BadServer, Fault
from tests.faults.desks import HarmedDesk, Request, sound
from tests.faults.verbs import VERBS, leave_letters
from tests.letters.test_courier import Place
from tests.mail.servers import Postmaster, smtp

PASSWORD = "a long and quiet afternoon"
BROADCAST, JANE = "operators@localhost", "jane@example.com"
WORDS = {
    "4xx": "451 4.3.0 Please come back later",
    "5xx": "554 5.7.1 We do not want this",
    "421": "421 4.3.2 Closing down",
}
FAULTS = [Fault(stage, how) for stage in STAGES for how in (*WORDS.values(), "hang", "drop", "slow", "nonsense")]
FAULTS += [Fault("letter", "kept, dropped"), Fault("letter", "said, dropped")]
LATER = 7 * courier.WAITS[-1]  # seconds: everything that waits is due
PATIENCE = 10.0  # seconds for an answer in these tests; 30 in life
LITTLE = 0.3  # seconds for one that does not come


@pytest.fixture
def server() -> Iterator[BadServer]:
    """A server that does as it should, until told otherwise."""
    made = BadServer()
    yield made
    made.close()


@pytest.fixture
def place(tmp_path: Path, server: BadServer, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A desk that mails over this server and does not wait for it as long as in life."""
    wait_for(monkeypatch, PATIENCE)
    made = Place(tmp_path)
    made.transport(f"smtp://127.0.0.1:{server.port}")
    return made


def wait_for(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Wait so long for each answer of a mail server."""
    monkeypatch.setattr(SmtpTransport.__init__, "__defaults__", (seconds,))


def letters(place: Place) -> Counter[tuple[str, str]]:
    """Who is to get which letter."""
    found = [*place.house.outbox.waiting(), *place.house.outbox.held()]
    return Counter((letter.message_id, recipient) for letter in found for recipient in letter.recipients)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_server_that_fails(place: Place, server: BadServer, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it fails nothing is lost; once it is well, and held letters are let go, everybody has every letter."""
    place.submit()
    place.submit("It burns still.")
    wanted = letters(place)
    server.fault = fault
    wait_for(monkeypatch, LITTLE if fault.how in ("hang", "slow") else PATIENCE)
    started = time.monotonic()
    place.run()
    assert time.monotonic() - started < 10
    assert not wanted - letters(place) - server.kept, "lost"
    held = place.house.outbox.held()
    is_refusal = fault.how == WORDS["5xx"] and fault.stage not in ("banner", "ehlo")
    assert len(held) == (len(wanted) if is_refusal else 0)
    assert all(fault.how in letter.reason for letter in held)
    assert all(letter.reason for letter in place.waiting)

    server.fault = None
    wait_for(monkeypatch, PATIENCE)
    place.now += LATER
    for letter in held:
        place.house.desk.retry_letter(letter.name, ADMIN)
    place.run()
    assert not letters(place)
    unknown = [pair for pair, times in server.kept.items() if times > 1]
    assert set(server.kept) == set(wanted)
    assert len(unknown) == 0 if fault.how != "kept, dropped" else 1 <= len(unknown) <= 2
    assert max(server.kept.values()) <= 2


def test_nobody_listens(place: Place, server: BadServer) -> None:
    place.submit()
    wanted = letters(place)
    server.close()
    place.run()
    assert letters(place) == wanted
    assert all("refused" in letter.reason.lower() for letter in place.waiting)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_tls_that_fails_is_a_reason_to_wait_not_to_speak_openly(place: Place, server: BadServer, tls: str) -> None:
    server.features.append("STARTTLS")
    place.transport(f"smtp://127.0.0.1:{server.port}?tls={tls}")
    place.submit()
    wanted = letters(place)
    place.run()
    assert letters(place) == wanted and not server.kept
    assert all(letter.reason for letter in place.waiting)


def test_each_recipient_has_a_fate_of_their_own(place: Place, server: BadServer) -> None:
    """One takes the notice, one does so later, one never: nobody gets it twice."""
    url = f"smtp://127.0.0.1:{server.port}"
    place.opened(f'[desk]\nbroadcast = ["a@x.org", "b@x.org", "c@x.org"]\n[mail]\ntransport = "{url}"\n')
    server.refused = {"b@x.org": WORDS["4xx"], "c@x.org": WORDS["5xx"]}
    place.submit()
    wanted = letters(place)
    place.run()
    (held,) = place.house.outbox.held()
    assert held.recipients == ("c@x.org",) and WORDS["5xx"] in held.reason
    (waiting,) = place.waiting
    assert waiting.recipients == ("b@x.org",)
    server.refused = {}
    place.now += LATER
    place.run()
    place.house.desk.retry_letter(held.name, ADMIN)
    place.run()
    assert server.kept == wanted


@pytest.mark.parametrize("missing", ["SIZE 60000000", "SMTPUTF8", "8BITMIME"])
def test_a_server_without_an_extension_gets_plain_letters(place: Place, server: BadServer, missing: str) -> None:
    server.features.remove(missing)
    place.submit()
    wanted = letters(place)
    place.run()
    assert server.kept == wanted and not letters(place)


def test_the_back_off_grows_to_a_bound_and_then_a_person_is_asked(place: Place, server: BadServer) -> None:
    place.submit()
    server.fault = Fault("mail", WORDS["4xx"])
    waits = []
    while place.waiting:
        place.now = min(letter.next_at for letter in place.waiting) if waits else place.now
        place.run()
        waits += [int(letter.next_at - place.now) for letter in place.waiting[:1]]
        assert len(waits) <= courier.MOST_TRIES
    assert waits == sorted(waits) and waits[-1] == courier.WAITS[-1]
    assert sum(waits) >= courier.LONGEST
    assert {WORDS["4xx"] in letter.reason for letter in place.house.outbox.held()} == {True}


def test_held_letters_are_seen_with_the_servers_words_and_let_go_by_hand(place: Place, server: BadServer) -> None:
    place.house.operators.add(ADMIN, PASSWORD)
    place.submit()
    wanted = letters(place)
    server.fault = Fault("rcpt", WORDS["5xx"])
    place.run()
    server.fault = None
    ada = Browser(place.house)
    assert ada.sign_in("ada", PASSWORD).status == 303
    assert WORDS["5xx"] in ada.get("/outbox").text
    notice, acknowledgement = sorted(place.house.outbox.held(), key=lambda letter: letter.kind != "notice")
    assert ada.post(f"/outbox/{notice.name}/retry").status == 303
    assert ada.post(f"/outbox/{acknowledgement.name}/drop").status == 303
    place.run()
    assert not letters(place)
    assert set(server.kept) == {pair for pair in wanted if pair[1] == BROADCAST}


def test_no_page_waits_for_a_mail_server(server: BadServer) -> None:
    """With a server that takes calls and says nothing, three submissions and their claims take no longer than ever."""
    server.fault = Fault("banner", "hang")
    with servers.door("serve", transport=f"smtp://127.0.0.1:{server.port}") as door:
        ines = door.operator("ines")
        started = time.monotonic()
        for count in range(3):
            fields = {"name": "Jane", "email": JANE, "subject": "Fire", "message": f"It burns. ({count})"}
            number = door.visitor().post("/forms/contact", fields).number
            assert ines.post(f"/tickets/{number}/claim").status == 303
        assert time.monotonic() - started < 20  # the server would be waited for 30 seconds each time
        until = time.monotonic() + 20
        while not server.connections:
            assert time.monotonic() < until
            time.sleep(0.05)
        server.fault = None
        server.close()


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HarmedDesk]:
    """A desk to be harmed that mails over a real SMTP server."""
    desk = HarmedDesk(tmp_path_factory.mktemp("mailing"))
    postmaster = Postmaster()
    with smtp(postmaster, enable_SMTPUTF8=True) as port:
        desk.change_settings('transport = "maildir:data/mail"', f'transport = "smtp://127.0.0.1:{port}"')
        leave_letters(desk)
        desk.postmaster = postmaster
        yield desk


@pytest.fixture(scope="module")
def sending_on(mailing: HarmedDesk) -> HarmedDesk:
    """The same desk, which sends a colleague's letter on as it came, and has the ticket say so."""
    mailing.change_settings('forward = "reshape"', 'forward = "auto"')
    mailing.put_back("calm")
    letter = (
        b"From: Carl <carl@localhost>\nTo: helpdesk@localhost\nMessage-ID: <1@localhost>\nSubject: Fire\n\nIt burns.\n"
    )
    number = (
        mailing.house().intake.receive([letter], Envelope("test", "carl@localhost", ("helpdesk@localhost",))).number
    )
    assert mailing.ask(Request(f"/tickets/{number}/claim", "ines")).status == 303
    mailing.keep("a colleague's letter")
    return mailing


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_courier_killed_while_it_sends_a_letter_on_as_it_came(sending_on: HarmedDesk, every: int) -> None:
    """As with its own letters; and the ticket says at most once how it went."""
    killed_at_each_call(sending_on, "a colleague's letter", every)
    (found,) = [one for one in sending_on.look().tickets.values() if one.began_with_mail]
    assert [entry.text for entry in found.entries if entry.kind == FORWARDED] == ["redirect localhost ours"]


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_courier_killed_while_it_speaks_smtp(mailing: HarmedDesk, every: int) -> None:
    """At each call that touches the desk or the socket: nothing lost; at most the letter just being sent goes twice."""
    killed_at_each_call(mailing, "letters", every)


def killed_at_each_call(mailing: HarmedDesk, kept: str, every: int) -> None:
    assert mailing.postmaster
    deliver = VERBS["deliver"].process(mailing)
    mailing.put_back(kept)
    ended, steps = strace.steps(deliver, mailing.log, mailing.folder)
    assert b"sent 3" in ended.output and "a socket" in {step.what for step in steps}
    changing = [step for step in steps if step.is_change]
    chosen = changing[::every] if every > 1 else steps
    for step in chosen:
        mailing.put_back(kept)
        mailing.postmaster.inbox.clear()
        ended = strace.harmed(deliver, mailing.log, strace.Fault(step))
        sound(mailing)
        courier.Courier(mailing.house()).run(all=True)
        look = mailing.look()
        assert not look.queued, step
        assert set(look.delivered) == set(look.named), step
        assert sum(look.delivered.values()) <= sum(look.named.values()) + 1, step
        tickets = look.tickets.values()
        assert max(sum(entry.kind == FORWARDED for entry in one.entries) for one in tickets) <= 1, step
    print(f"deliver over SMTP, {kept}: killed at {len(chosen)} steps")
