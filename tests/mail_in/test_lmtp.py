"""`helpdesk-lite lmtp`: what a mail server may say to it, and hears."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import smtplib
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_lite.doors import lmtp
from helpdesk_lite.letters.intake import IGNORED, KEPT, OPENED, PASSED, REFUSED, THREADED, Outcome
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.mail.transport.contract import LATER, SENT
from helpdesk_lite.mail.transport.lmtp import LmtpTransport
from helpdesk_lite.words.errors import SettingsMistaken
from helpdesk_lite.words.route import read_transport
from tests.mail.conftest import parcel
from tests.mail_desk import DESK, JANE, MailDesk, letter
from tests.mail_in.conftest import COMMAND, serving, until

HELLO = "jane@example.com"


class Taker:
    """Stands for the desk: remembers what comes; `instead` are exceptions to raise, or outcomes, one a letter."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.envelopes: list[Envelope] = []
        self.instead: list[Any] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def receive(self, chunks: Iterator[bytes], envelope: Envelope) -> Outcome:
        raw = b"".join(chunks)
        if b"wait" in raw:
            self.go_on.wait(20)
        answer = self.instead.pop(0) if self.instead else Outcome(OPENED, "3D9P-64M6-EPTV")
        if isinstance(answer, Exception):
            raise answer
        self.letters.append(raw)
        self.envelopes.append(envelope)
        assert isinstance(answer, Outcome)
        return answer


class Running:
    """A door that is open; in a thread of its own."""

    def __init__(self, taker: Taker, spool: Path, most: int, idle: float) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._told = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self.door = lmtp.Door(lmtp.Desk(taker.receive, most, str(spool)), idle)
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run(listener)))
        self._thread.start()

    async def _run(self, listener: socket.socket) -> None:
        await self.door.open(listener)
        await self._told.wait()
        await self.door.close()

    def connect(self) -> smtplib.LMTP:
        """A mail server that comes."""
        return smtplib.LMTP("127.0.0.1", self.port, timeout=20)

    def raw(self) -> socket.socket:
        """A connection on which anything can be said; the greeting has been read."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        assert connection.recv(1000).startswith(b"220 ")
        return connection

    def tell_to_close(self) -> None:
        """Have the door closed; see `stop`."""
        self._loop.call_soon_threadsafe(self._told.set)

    def stop(self) -> None:
        """Return when it is closed."""
        self.tell_to_close()
        self._thread.join(40)
        assert not self._thread.is_alive()
        self._loop.close()


@pytest.fixture
def taker() -> Taker:
    return Taker()


@pytest.fixture
def opened(taker: Taker, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Opens doors to the taker."""
    with contextlib.ExitStack() as stack:

        def make(most: int = 1_000_000, idle: float = 20.0) -> Running:
            running = Running(taker, tmp_path, most, idle)
            stack.callback(running.stop)
            return running

        yield make


@pytest.fixture
def door(opened: Callable[..., Running]) -> Running:
    return opened()


def hello(connection: socket.socket) -> list[bytes]:
    """What the server says that it can do."""
    connection.sendall(b"LHLO mx\r\n")
    said = b""
    while b"\r\n250 " not in said:
        said += connection.recv(1 << 16)
    return said.splitlines()


def heard(connection: socket.socket, lines: int) -> list[bytes]:
    """So many lines of what is said to us."""
    said = b""
    while said.count(b"\r\n") < lines and (piece := connection.recv(1 << 16)):
        said += piece
    return said.splitlines()


class TestALetter:
    def test_every_recipient_has_an_answer_of_its_own_and_commands_may_come_at_once(
        self, door: Running, taker: Taker
    ) -> None:
        with door.raw() as connection:
            said = {line[4:] for line in hello(connection)}
            assert {b"PIPELINING", b"ENHANCEDSTATUSCODES", b"8BITMIME", b"SMTPUTF8", b"SIZE 1000000"} <= said
            connection.sendall(
                b"MAIL FROM:<j@x.org> BODY=8BITMIME\r\nRCPT TO:<a@x.org>\r\nRCPT TO:<b@x.org>\r\nDATA\r\n"
            )
            assert [line[:3] for line in heard(connection, 4)] == [b"250", b"250", b"250", b"354"]
            connection.sendall(b"Subject: x\r\n\r\ny\r\n.\r\nNOOP\r\n")
            assert heard(connection, 3)[:2] == [b"250 2.0.0 opened 3D9P-64M6-EPTV"] * 2
        assert taker.letters == [b"Subject: x\n\ny\n"]
        assert taker.envelopes == [Envelope("lmtp", "j@x.org", ("a@x.org", "b@x.org"))]

    def test_the_null_sender_and_addresses_beyond_ascii_come_through(self, door: Running, taker: Taker) -> None:
        with door.connect() as server:
            server.sendmail("", [DESK], b"Subject: x\r\n\r\n")
            server.ehlo()
            server.sendmail("jörg@example.com", ["größe@example.org"], b"Subject: x\r\n\r\n", ["SMTPUTF8"])
        assert [one.sender for one in taker.envelopes] == ["", "jörg@example.com"]
        assert taker.envelopes[1].recipients == ("größe@example.org",)

    def test_bytes_that_are_no_address_do_no_harm(self, door: Running, taker: Taker) -> None:
        with door.raw() as connection:
            hello(connection)
            connection.sendall(
                b"MAIL FROM:<\xff@x.org>\r\nRCPT TO:<\xfe\xff@x.org>\r\nVRFY \xff\r\nRCPT TO:<<>>\r\n\xff\r\n"
            )
            assert len(heard(connection, 5)) == 5
            connection.sendall(b"NOOP\r\n")
            assert heard(connection, 1) == [b"250 OK"]

    def test_a_line_may_have_any_length(self, door: Running, taker: Taker) -> None:
        raw = b"Subject: x\r\n\r\n" + b"x" * 300_000 + b".\r\n"
        with door.connect() as server:
            server.sendmail(HELLO, [DESK], raw)
        assert taker.letters == [raw.replace(b"\r\n", b"\n")]

    def test_one_that_is_larger_than_memory_should_hold_passes_through_a_file(
        self, opened: Callable[..., Running], taker: Taker, tmp_path: Path
    ) -> None:
        raw = b"Subject: x\r\n\r\n" + b"It burns.\r\n" * 200_000
        with opened(most=3_000_000).connect() as server:
            server.sendmail(HELLO, [DESK], raw)
        assert taker.letters == [raw.replace(b"\r\n", b"\n")]
        assert list(tmp_path.iterdir()) == []

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"..", b"x", b"\r\n.", b"\n.\n"])), st.data())
    def test_nothing_that_looks_like_its_end_is_one(self, parts: list[bytes], data: st.DataObject) -> None:
        """However it is cut: dots are doubled on the way, and only CRLF . CRLF ends it (no letter is smuggled in)."""
        content = b"".join(parts)
        content = content if not content or content.endswith(b"\r\n") else content + b"\r\n"
        wire = re.sub(rb"(^|(?<=\r\n))\.", b"..", content) + b".\r\nRSET\r\n"
        cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=4)))
        pieces = [wire[start:end] for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
        limit = data.draw(st.sampled_from([3, 8, 1 << 16]))

        async def read() -> tuple[bytes, bytes]:
            reader = asyncio.StreamReader(limit=limit)

            async def feed() -> None:
                for piece in pieces:
                    reader.feed_data(piece)
                    await asyncio.sleep(0)

            feeding = asyncio.create_task(feed())
            found = b"".join([piece async for piece in lmtp._plain(reader)])
            await feeding
            reader.feed_eof()
            return found, await reader.read()

        with ThreadPoolExecutor(1) as apart:  # in this thread a browser of other tests may have a loop of its own
            found = apart.submit(asyncio.run, read()).result()
        assert found == (content.replace(b"\r\n", b"\n"), b"RSET\r\n")


class TestWhatIsNotTaken:
    def test_each_outcome_has_its_answer(self) -> None:
        codes = {kind: said[:3] for kind, said in lmtp.ANSWERS.items()}
        assert codes == {THREADED: "250", OPENED: "250", IGNORED: "250", KEPT: "250", PASSED: "250", REFUSED: "552"}

    def test_too_large_is_refused_when_announced_and_when_found_out(
        self, opened: Callable[..., Running], taker: Taker
    ) -> None:
        with opened(most=10_000).connect() as server:
            server.ehlo_or_helo_if_needed()
            assert server.docmd("MAIL", "FROM:<a@b.org> SIZE=10001")[0] == 552
            server.esmtp_features.pop("size")
            with pytest.raises(smtplib.SMTPDataError) as caught:
                server.sendmail(HELLO, [DESK], b"x\r\n" * 6000)
            assert caught.value.smtp_code == 552 and caught.value.smtp_error.startswith(b"5.2.3 ")
            server.sendmail(HELLO, [DESK], b"x\r\n")
        assert taker.letters == [b"x\n"]

    @pytest.mark.parametrize(
        ("instead", "code"),
        [
            (OSError(28, "No space left on device"), "451 4.3.0"),
            (SettingsMistaken(["settings.toml:1: wrong"]), "451 4.3.5"),
            (KeyError("a mistake of ours"), "451 4.3.0"),
            (Outcome(REFUSED, reason="Too grösse."), "552 5.2.3"),
        ],
    )
    def test_what_goes_wrong_is_said_with_its_code_and_no_detail(
        self, door: Running, taker: Taker, instead: Any, code: str
    ) -> None:
        taker.instead.append(instead)
        with door.connect() as server:
            with pytest.raises(smtplib.SMTPDataError) as caught:
                server.sendmail(HELLO, [DESK], b"x\r\n")
            said = f"{caught.value.smtp_code} {caught.value.smtp_error!r}"
            assert said.replace("b'", "").startswith(code) and "mistake" not in said and "space" not in said
            server.sendmail(HELLO, [DESK], b"x\r\n")

    def test_a_disk_too_full_for_the_spool_is_temporary(self, taker: Taker, tmp_path: Path) -> None:
        running = Running(taker, tmp_path / "missing", 3_000_000, 20)
        try:
            with running.connect() as server, pytest.raises(smtplib.SMTPDataError) as caught:
                server.sendmail(HELLO, [DESK], b"x" * 78 + b"\n" * 1_000_000)
            assert caught.value.smtp_code == 451
        finally:
            running.stop()

    def test_there_is_an_end_to_recipients(self, door: Running, taker: Taker) -> None:
        people = [f"{index}@example.org" for index in range(102)]
        with LmtpTransport(read_transport(f"lmtp://127.0.0.1:{door.port}"), DESK) as transport:
            outcomes = transport.send(HELLO, people, parcel(b"x\n"))
        assert [one for one in people if outcomes[one].kind != SENT] == people[100:]
        assert outcomes[people[100]] == (LATER, "452 4.5.3 Too many recipients")
        assert taker.envelopes[0].recipients == tuple(people[:100])

    def test_no_recipient_no_letter(self, door: Running, taker: Taker) -> None:
        with door.connect() as server:
            server.ehlo_or_helo_if_needed()
            server.mail(HELLO)
            assert server.docmd("DATA")[0] == 503


class TestManyAtOnce:
    def test_a_letter_that_takes_long_keeps_no_other_waiting(self, door: Running, taker: Taker) -> None:
        taker.go_on.clear()
        with ThreadPoolExecutor(1) as others, door.connect() as slow, door.connect() as quick:
            waiting = others.submit(slow.sendmail, HELLO, [DESK], b"wait\r\n")
            quick.sendmail(HELLO, [DESK], b"x\r\n")
            assert taker.letters == [b"x\n"] and not waiting.done()
            taker.go_on.set()
            assert waiting.result(20) == {}

    def test_who_says_nothing_is_left_after_a_while(self, opened: Callable[..., Running]) -> None:
        with opened(idle=0.1).raw() as connection:
            assert connection.recv(10) == b""

    def test_too_many_connections_are_sent_away_for_now(self, door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lmtp, "MOST_SESSIONS", 1)
        with door.raw(), socket.create_connection(("127.0.0.1", door.port), timeout=20) as second:
            assert heard(second, 1)[0].startswith(b"421 4.3.2 ")

    def test_closing_lets_a_letter_under_way_finish_and_sends_the_others_away(
        self, opened: Callable[..., Running], taker: Taker
    ) -> None:
        door = opened()
        taker.go_on.clear()
        with ThreadPoolExecutor(1) as others, door.raw() as idle:
            server = door.connect()
            waiting = others.submit(server.sendmail, HELLO, [DESK], b"wait\r\n")
            while not any(session._is_busy for session in door.door.sessions):
                time.sleep(0.01)
            door.tell_to_close()
            assert heard(idle, 1)[0].startswith(b"421 4.3.2 ")
            with pytest.raises(OSError):
                door.raw()
            taker.go_on.set()
            assert waiting.result(20) == {}
            server.close()


class TestTheCommand:
    def test_letters_become_tickets_and_a_signal_ends_it(self, desk: MailDesk) -> None:
        with serving(desk, "lmtp", "--bind", "127.0.0.1:0") as (address, process):
            with smtplib.LMTP("127.0.0.1", int(address.rpartition(":")[2])) as server:
                server.sendmail(HELLO, [DESK], letter(JANE, DESK))
            assert desk.house.store.count_pending(9) == 1
            process.terminate()
            assert process.wait(20) == 0

    def test_a_unix_socket_is_for_its_owner_and_for_a_group_if_one_is_named(self, desk: MailDesk) -> None:
        path = desk.root.path + "/lmtp"
        group = _own_group()
        for words, mode in (([], 0o600), (["--group", group], 0o660)):
            with serving(desk, "lmtp", "--bind", path, *words):
                assert stat.S_IMODE(os.stat(path).st_mode) == mode
                with smtplib.LMTP(path) as server:
                    server.sendmail(HELLO, [DESK], letter(JANE, DESK))
            assert not os.path.exists(path)
        assert desk.house.store.count_pending(9) == 2

    def test_a_socket_of_a_killed_process_is_replaced_and_one_in_use_is_not(self, desk: MailDesk) -> None:
        path = desk.root.path + "/lmtp"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(path)
        with serving(desk, "lmtp", "--bind", path):
            assert "another process listens on it" in refusal(desk, path)
        Path(path).write_text("mine\n")
        assert "no socket" in refusal(desk, path)
        assert Path(path).read_text() == "mine\n"

    @pytest.mark.parametrize("bind", ["0.0.0.0:2424", "[::]:2424", "mx.example.org:2424", "192.0.2.1:2424"])
    def test_no_other_machine_can_ever_connect(self, desk: MailDesk, bind: str) -> None:
        assert "only this machine has" in refusal(desk, bind)

    def test_a_letter_of_50_mb_takes_little_memory(self, desk: MailDesk) -> None:
        line = b"x" * 76 + b"\n"
        raw = letter(JANE, DESK) + line * (49_500_000 // len(line))
        with serving(desk, "lmtp", "--bind", "127.0.0.1:0") as (address, process):
            with smtplib.LMTP("127.0.0.1", int(address.rpartition(":")[2])) as server:
                server.sendmail(HELLO, [DESK], raw)
            status = Path(f"/proc/{process.pid}/status").read_text()
        peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
        assert peak and int(peak[1]) < 150_000

    def test_workers_take_letters_side_by_side_and_none_is_left_behind(self, desk: MailDesk) -> None:
        with serving(desk, "lmtp", "--bind", "127.0.0.1:0", "--workers", "3") as (address, process):
            port = int(address.rpartition(":")[2])

            def send(count: int) -> None:
                with smtplib.LMTP("127.0.0.1", port) as server:
                    server.sendmail(HELLO, [DESK], letter(JANE, DESK, f"It burns. ({count})"))

            with ThreadPoolExecutor(8) as senders:
                list(senders.map(send, range(24)))
            assert desk.house.store.count_pending(99) == 24
            children = _children(process.pid)
            assert len(children) == 4, "three, and the courier"
            process.terminate()
            assert process.wait(20) == 0
            assert not any(Path(f"/proc/{pid}").exists() for pid in children)

    def test_a_worker_that_was_killed_is_replaced(self, desk: MailDesk) -> None:
        with serving(desk, "lmtp", "--bind", "127.0.0.1:0") as (address, process):
            before = until(lambda: len(_children(process.pid)) == 3 and _children(process.pid))
            os.kill(before[-1], signal.SIGKILL)
            assert until(lambda: len(_children(process.pid)) == 3 and _children(process.pid) != before)
            with smtplib.LMTP("127.0.0.1", int(address.rpartition(":")[2])) as server:
                server.sendmail(HELLO, [DESK], letter(JANE, DESK))


def refusal(desk: MailDesk, bind: str) -> str:
    """Why the command does not even start there."""
    command = [*COMMAND, "--root", desk.root.path, "lmtp", "--bind", bind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr


def _own_group() -> str:
    import grp

    return grp.getgrgid(os.getgid()).gr_name


def _children(pid: int) -> list[int]:
    """The processes that this one has begun, in that order."""
    return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
