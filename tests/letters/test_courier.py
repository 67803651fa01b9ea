"""The courier: letters reach everybody, in spite of servers, crashes and other couriers."""

from __future__ import annotations

import hashlib
import json
import logging
import mailbox
import multiprocessing
import os
import signal
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from helpdesk_lite import assemble
from helpdesk_lite.letters import courier
from helpdesk_lite.letters.courier import Courier, Tally
from helpdesk_lite.mail import parse
from helpdesk_lite.mail.transport.contract import Transport
from helpdesk_lite.root import Root
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.web.house import House
from helpdesk_lite.words.errors import UnknownNumber
from helpdesk_lite.words.form import Upload
from helpdesk_lite.words.letter import Letter
from helpdesk_lite.words.route import Route
from tests import examples
from tests.mail import servers
from tests.mail.servers import Postmaster

PASSWORD = "a long and quiet afternoon"
BROADCAST, JANE = "operators@localhost", "jane@example.com"
DAY = 86_400


class Place:
    """A desk in a folder of its own, whose clock the test moves."""

    def __init__(self, folder: Path) -> None:
        self.root = Root(str(folder))
        assemble.make_data(self.root)
        self.now = float(examples.NOON)
        self.house = self.opened()

    def opened(self, settings: str = "") -> House:
        """The desk with these settings from now on."""
        if settings:
            Path(self.root.settings).write_text(settings)
        self.house = assemble.house(self.root)
        self.house.clock = lambda: self.now
        return self.house

    def transport(self, url: str, more: str = "") -> None:
        """Send by `url` from now on."""
        self.opened(f'{more}\n[mail]\ntransport = "{url}"\n')

    def submit(self, message: str = "It burns.") -> str:
        """A ticket of Jane's."""
        self.now += 1
        return self.house.desk.submit(examples.contact_form(), examples.submission(message), "192.0.2.1", "en")

    def operator(self, deliver: str = "mail") -> Operator:
        """Ines, whose mail reaches her so."""
        return self.house.operators.add(examples.INES._replace(deliver=deliver), PASSWORD)

    def run(self, **how: bool) -> Tally:
        """What a courier does now."""
        return Courier(self.house).run(**how)

    @property
    def waiting(self) -> list[Letter]:
        """The letters that wait."""
        return self.house.outbox.waiting()

    @property
    def held(self) -> list[Letter]:
        """The letters that are held."""
        return self.house.outbox.held()

    def mails(self, address: str) -> list[mailbox.MaildirMessage]:
        """What lies in the Maildir of this address."""
        path = os.path.join(self.root.data, "mail", address)
        return list(mailbox.Maildir(path, create=False)) if os.path.isdir(f"{path}/new") else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A new desk."""
    return Place(tmp_path)


@pytest.fixture
def postmaster() -> Postmaster:
    """Who takes the letters of the SMTP server."""
    return Postmaster()


@pytest.fixture
def server(place: Place, postmaster: Postmaster) -> Iterator[int]:
    """An SMTP server, which the desk uses."""
    with servers.smtp(postmaster) as port:
        place.transport(f"smtp://127.0.0.1:{port}")
        yield port


def test_without_any_mail_server_letters_lie_in_maildirs(place: Place) -> None:
    number = place.submit()

    assert place.run() == Tally(sent=2, waiting=0, held=0)
    (notice,), (acknowledgement,) = place.mails(BROADCAST), place.mails(JANE)
    assert notice["X-Helpdesk-Ticket"] == acknowledgement["X-Helpdesk-Ticket"] == number


def test_the_claimers_mailbox_gets_the_customers_message(place: Place) -> None:
    number = place.submit()
    place.house.desk.claim(number, place.operator())
    place.run()

    (forward,) = place.mails(examples.INES.email)
    assert forward["From"] == "Jane Doe <jane@example.com>"
    assert forward["Subject"] == f"[{number}] The printer is on fire"


def test_over_smtp_the_desk_is_the_sender(place: Place, server: int, postmaster: Postmaster) -> None:
    number = place.submit()
    place.house.desk.claim(number, place.operator())

    assert place.run() == Tally(3, 0, 0)
    (forward,) = [letter for letter in postmaster.inbox if examples.INES.email in letter.recipients]
    assert b"From: Jane Doe via Help Desk <helpdesk@localhost>\r\n" in forward.content
    assert b"Reply-To: jane@example.com\r\n" in forward.content
    assert postmaster.connections == 1


def test_an_operator_with_a_maildir_has_it_placed_there(place: Place, server: int, tmp_path: Path) -> None:
    number = place.submit()
    place.house.desk.claim(number, place.operator(f"maildir:{tmp_path}/ines"))
    place.run()

    (forward,) = mailbox.Maildir(str(tmp_path / "ines"), create=False)
    assert forward["From"] == "Jane Doe <jane@example.com>"


def test_an_operator_with_lmtp_has_it_placed_there(place: Place, server: int, postmaster: Postmaster) -> None:
    other = Postmaster()
    with servers.lmtp(other) as port:
        number = place.submit()
        place.house.desk.claim(number, place.operator(f"lmtp://127.0.0.1:{port}"))
        assert place.run().sent == 3

    assert b"From: Jane Doe <jane@example.com>\r\n" in other.inbox[0].content
    assert len(postmaster.inbox) == 2


def test_what_cannot_be_sent_now_is_tried_again_and_again(place: Place) -> None:
    place.transport(f"smtp://127.0.0.1:{servers.free_port()}")
    place.submit()
    waits = []
    for _ in range(8):
        assert place.run() == Tally(0, 2, 0)
        waits.append(place.waiting[0].next_at - place.now)
        place.now = place.waiting[0].next_at - 1
        tries = place.waiting[0].tries
        place.run()
        assert place.waiting[0].tries == tries  # not before its time
        place.now += 1

    assert waits == [60, 300, 900, 3600, 4 * 3600, 4 * 3600, 4 * 3600, 4 * 3600]
    assert "Connection refused" in place.waiting[0].reason


def test_all_sends_what_waits_for_its_time(place: Place, postmaster: Postmaster) -> None:
    place.transport(f"smtp://127.0.0.1:{servers.free_port()}")
    place.submit()
    place.run()
    with servers.smtp(postmaster) as port:
        place.transport(f"smtp://127.0.0.1:{port}")
        assert place.run().sent == 0
        assert place.run(all=True) == Tally(2, 0, 0)


def test_all_tries_each_letter_once(place: Place) -> None:
    place.transport(f"smtp://127.0.0.1:{servers.free_port()}")
    place.submit()

    assert place.run(all=True) == Tally(0, 2, 0)
    assert [letter.tries for letter in place.waiting] == [1, 1]


def test_after_five_days_a_letter_is_held(place: Place) -> None:
    place.transport(f"smtp://127.0.0.1:{servers.free_port()}")
    place.submit()
    started = place.now
    while not place.held:
        place.run()
        place.now = place.waiting[0].next_at if place.waiting else place.now

    assert 5 * DAY <= place.now - started <= 6 * DAY
    assert "Connection refused" in place.held[0].reason


def test_a_desk_that_slept_tries_a_few_times_before_it_gives_up(place: Place) -> None:
    place.transport(f"smtp://127.0.0.1:{servers.free_port()}")
    place.submit()
    place.now += 30 * DAY
    place.run()

    assert place.held == [] and place.waiting[0].tries == 1


def test_a_refused_letter_is_held_with_the_servers_words(place: Place, server: int, postmaster: Postmaster) -> None:
    postmaster.recipients = {JANE: "550 5.1.1 No Jane here"}
    place.submit()

    assert place.run() == Tally(1, 0, 1)
    (held,) = place.held
    assert (held.kind, held.reason) == ("acknowledgement", "550 5.1.1 No Jane here")
    postmaster.recipients = {}
    assert place.house.outbox.retry(held.name)
    assert place.run() == Tally(1, 0, 0)


def test_of_several_recipients_each_has_its_fate(place: Place, server: int, postmaster: Postmaster) -> None:
    three = ["a@example.org", "b@example.org", "c@example.org"]
    place.transport(f"smtp://127.0.0.1:{server}", f"[desk]\nbroadcast = {json.dumps(three)}")
    postmaster.recipients = {"b@example.org": "450 busy", "c@example.org": "550 who?"}
    place.submit()

    assert place.run() == Tally(2, 1, 1)
    assert [letter.recipients for letter in place.waiting] == [("b@example.org",)]
    assert [letter.recipients for letter in place.held] == [("c@example.org",)]
    assert place.waiting[0].message_id == place.held[0].message_id

    postmaster.recipients = {}
    place.now += 60
    assert place.run() == Tally(1, 0, 1)
    assert [letter.recipients for letter in postmaster.inbox if JANE not in letter.recipients] == [
        ["a@example.org"],
        ["b@example.org"],
    ]


def test_a_dead_server_holds_up_no_other_way(place: Place, tmp_path: Path) -> None:
    with servers.scripted(None) as port:  # it accepts, and never says a word
        place.operator(f"lmtp://127.0.0.1:{port}")
        number = place.submit()
        place.house.desk.claim(number, examples.INES)
        done = threading.Thread(target=place.run, daemon=True)
        done.start()
        give_up = time.monotonic() + 30
        while not (place.mails(BROADCAST) and place.mails(JANE)) and time.monotonic() < give_up:
            time.sleep(0.02)

        assert place.mails(BROADCAST) and place.mails(JANE)
        place.submit("one more")  # nor does it hold up what comes in meanwhile
        while len(place.mails(JANE)) < 2 and time.monotonic() < give_up:
            time.sleep(0.02)

        assert len(place.mails(JANE)) == 2
        assert done.is_alive()  # still waiting for the dead one
    done.join(5)
    assert [letter.kind for letter in place.waiting] == ["forward"]


def test_a_dead_server_is_asked_once_and_not_for_every_letter(
    place: Place, postmaster: Postmaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers.scripted(b"421 too busy\r\n") as port:
        place.transport(f"smtp://127.0.0.1:{port}")
        numbers = [place.submit(f"message {count}") for count in range(5)]
        started = time.monotonic()
        assert place.run() == Tally(0, 2 * len(numbers), 0)
        assert time.monotonic() - started < 20

    assert {letter.reason for letter in place.waiting} == {f"smtp://127.0.0.1:{port}: 421 too busy"}


def test_only_one_courier_works_at_a_time(place: Place) -> None:
    place.submit()
    with FileLock(place.root.inside("locks", "courier.lock")):
        assert place.run() == Tally(0, 2, 0)

    assert place.run() == Tally(2, 0, 0)


def test_couriers_that_race_send_each_letter_once(place: Place, server: int, postmaster: Postmaster) -> None:
    for count in range(10):
        place.submit(f"message {count}")
    couriers = [threading.Thread(target=place.run) for _ in range(6)]
    for each in couriers:
        each.start()
    for each in couriers:
        each.join()

    ids = [
        next(line for line in letter.content.split(b"\r\n") if line.startswith(b"Message-ID"))
        for letter in postmaster.inbox
    ]
    assert len(ids) == len(set(ids)) == 20


def test_a_letter_that_comes_while_the_courier_works_goes_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.submit()
    first = Courier(place.house)
    plain, late = first._try, []

    def try_with_news(letter: Letter, along: Route, transport: Transport) -> bool:
        if not late:
            late.append(place.submit("one more"))
        return plain(letter, along, transport)

    monkeypatch.setattr(first, "_try", try_with_news)

    assert first.run() == Tally(4, 0, 0)


def test_the_courier_stops_when_its_time_is_over(place: Place) -> None:
    place.submit()

    assert Courier(place.house).run(until=place.now) == Tally(0, 2, 0)


def test_what_a_killed_courier_was_sending_goes_out_with_the_same_message_id(place: Place) -> None:
    place.submit()
    letter = place.waiting[0]
    assert place.house.outbox.take(letter)

    assert place.run() == Tally(2, 0, 0)
    assert letter.message_id in {mail["Message-ID"] for mail in place.mails(BROADCAST) + place.mails(JANE)}


def _deliver(folder: str) -> None:
    Courier(assemble.house(Root(folder))).run()


def test_a_courier_killed_while_it_sends_loses_nothing(place: Place, postmaster: Postmaster, tmp_path: Path) -> None:
    hello, ok = (b"220 hello\r\n", None, b"250 me\r\n"), (None, b"250 ok\r\n")
    with servers.scripted(*hello, *ok, *ok, None, b"354 go\r\n", None, None) as port:  # silent after the last dot
        place.transport(f"smtp://127.0.0.1:{port}")
        place.submit()
        process = multiprocessing.get_context("spawn").Process(target=_deliver, args=(str(tmp_path),))
        process.start()
        sending = Path(place.root.inside("outbox", "sending"))
        give_up = time.monotonic() + 20
        while not list(sending.iterdir()) and time.monotonic() < give_up:
            time.sleep(0.01)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    with servers.smtp(postmaster) as port:
        place.transport(f"smtp://127.0.0.1:{port}")
        assert place.run() == Tally(2, 0, 0)

    assert len(postmaster.inbox) == 2


def test_a_letter_between_two_steps_of_a_killed_desk_is_mended(place: Place) -> None:
    place.submit()
    letter = place.waiting[0]
    os.rename(
        place.root.inside("outbox", "new", f"{letter.name}.json"),
        place.root.inside("outbox", "staged", f"{letter.name}.json"),
    )
    orphan = letter._replace(message_id=letter.message_id.replace(f"{letter.kind}.", f"{letter.kind}.0"))
    place.house.outbox.stage([orphan])

    assert place.run() == Tally(2, 0, 0)
    assert place.house.outbox.staged_numbers() == []


def test_a_forward_to_an_operator_who_is_gone_is_held(place: Place) -> None:
    number = place.submit()
    place.house.desk.claim(number, place.operator())
    place.house.operators.remove("ines")

    assert place.run() == Tally(2, 0, 1)
    assert place.held[0].reason == "There is no operator ines any more."


def test_a_letter_of_a_ticket_that_is_gone_is_held(place: Place) -> None:
    number = place.submit()
    os.unlink(place.root.inside("pending", f"{number}.mbox"))

    assert place.run() == Tally(0, 0, 2)
    assert place.held[0].reason == f"There is no ticket {number}."


def test_a_broken_template_holds_its_letters_and_no_others(place: Place, tmp_path: Path) -> None:
    own = tmp_path / "templates" / "mail"
    own.mkdir(parents=True)
    (own / "notice.txt").write_text("one\n{{ nothing }}\n")
    place.submit()

    assert place.run() == Tally(1, 0, 1)
    assert place.held[0].reason.startswith("templates/mail/notice.txt line 2: ")


def test_a_template_may_begin_with_a_byte_order_mark(place: Place, tmp_path: Path) -> None:
    own = tmp_path / "templates" / "mail"
    own.mkdir(parents=True)
    (own / "notice.txt").write_text("A ticket is waiting.\n", "utf-8-sig")
    place.submit()
    place.run()
    (notice,) = place.mails("operators@localhost")
    assert b"\n\nA ticket is waiting." in notice.as_bytes()


def test_a_disk_that_fails_to_give_a_template_delays_the_letter(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import FileSystemLoader

    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    place.submit()
    monkeypatch.setattr(FileSystemLoader, "get_source", failing)
    place.run()
    assert place.held == [] and len(place.waiting) == 2


def test_a_mistake_of_ours_delays_one_letter(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from helpdesk_lite.mail.written import Writer

    monkeypatch.setattr(Writer, "notice", lambda *_: [][1])
    place.submit()

    assert place.run() == Tally(1, 1, 0)
    assert place.waiting[0].reason == "IndexError: list index out of range"
    assert "Traceback" in caplog.text


def test_a_mailbox_that_cannot_be_reached_keeps_the_letter(place: Place) -> None:
    number = place.submit()
    place.house.desk.claim(number, place.operator(f"imap://ines:secret@127.0.0.1:{servers.free_port()}"))

    assert place.run() == Tally(2, 1, 0)
    assert "imap://127.0.0.1" in place.waiting[0].reason and "secret" not in place.waiting[0].reason


def test_the_log_names_tickets_and_never_people(
    place: Place, server: int, postmaster: Postmaster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    postmaster.recipients = {JANE: f"550 no <{JANE}>"}
    number = place.submit()
    place.run()

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("helpdesk_lite")]
    assert sorted(line.rpartition(".")[0] for line in lines) == [
        f"courier: held number={number} message_id=<{number}.acknowledgement",
        f"courier: sent number={number} message_id=<{number}.notice",
    ]


def test_back_off_grows_to_a_bound() -> None:
    assert list(courier.WAITS) == sorted(courier.WAITS) and courier.WAITS[-1] == 4 * 3600


def test_a_ticket_that_was_just_moving_is_looked_for_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    number = place.submit()

    def missed(_: str) -> None:
        raise UnknownNumber(number)

    with monkeypatch.context() as patched:
        patched.setattr(place.house.store, "read", missed)
        assert place.run() == Tally(0, 2, 0)
    place.now += 60
    assert place.run() == Tally(2, 0, 0)


def test_a_forward_with_25_mb_takes_little_memory(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as file:
        file.writelines(os.urandom(1 << 16) for _ in range(400))
    upload = Upload("photo", "photo.raw", "image/x-raw", 400 << 16, str(path))
    place.run()  # what is imported once is not the letter's
    submission = examples.submission()._replace(uploads=(upload,))
    number = place.house.desk.submit(examples.contact_form(), submission, "192.0.2.1", "en")
    place.house.desk.claim(number, place.operator())

    tracemalloc.start()
    assert place.run() == Tally(3, 0, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    (forward,) = Path(place.root.data, "mail", examples.INES.email, "new").iterdir()
    with forward.open("rb") as sent:
        (part,) = [part for part in parse.parts(sent) if part.is_attachment]
        digest = hashlib.sha256()
        for piece in parse.decoded(sent, part):
            digest.update(piece)
    assert digest.digest() == hashlib.sha256(path.read_bytes()).digest()
    assert peak < 5_000_000


def test_a_damaged_ticket_keeps_back_only_its_own_letters(place: Place) -> None:
    damaged = place.submit("one")
    letter = place.waiting[0]
    folder = Path(place.root.inside("outbox"))
    (folder / "new" / f"{letter.name}.json").rename(folder / "staged" / f"{letter.name}.json")
    Path(place.root.inside("pending", f"{damaged}.mbox")).write_bytes(b"nonsense")
    place.submit("two")

    assert place.run() == Tally(2, 1, 0)
    assert place.house.outbox.staged_numbers() == [damaged]
