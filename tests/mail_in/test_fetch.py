"""`helpdesk-lite fetch`, from a real Dovecot: each letter once, whoever reads along."""

from __future__ import annotations

import argparse
import contextlib
import imaplib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from helpdesk_lite.commands.fetch import fetch
from helpdesk_lite.doors import imap
from helpdesk_lite.words import route, settings_table
from helpdesk_lite.words.errors import DeskError, SettingsMistaken
from tests.mail.conftest import certificate, mailboxes, trusted  # noqa: F401
from tests.mail.dovecot import PASSWORD, Dovecot
from tests.mail.servers import tls_context
from tests.mail_desk import DESK, JANE, MailDesk, letter
from tests.mail_in.conftest import COMMAND

_count = iter(range(1000))


class Box:
    """A desk, and the mailbox at `port` that it fetches from."""

    def __init__(self, server: Dovecot, folder: Path) -> None:
        self.server = server
        self.user = f"desk{next(_count)}@example.org"
        self.desk = MailDesk(folder)
        self.say(afterwards="flag")

    def say(self, folder: str = "", **settings: str) -> None:
        """Write the desk's settings."""
        self.account = self.user.replace("@", "%40")
        given = {"mailbox": f"imaps://{self.account}:{PASSWORD}@localhost:{self.server.imaps}/{folder}", **settings}
        lines = [f'{name} = "{value}"' for name, value in given.items()]
        Path(self.desk.root.settings).write_text("\n".join(["[fetch]", *lines, "[limits]", "letter_mb = 1", ""]))

    def put(self, text: str = "It burns.", folder: str = "INBOX", **headers: str) -> bytes:
        """A letter comes into the mailbox."""
        raw = letter(JANE, DESK, text, **headers)
        self.server.put(self.user, raw, folder)
        return raw

    def tickets(self) -> int:
        return self.desk.house.store.count_pending(99)

    def flags(self, folder: str = "INBOX") -> list[str]:
        """What is flagged, a text for each letter."""
        with self.server.signed_in(self.user) as session:
            session.select(folder, readonly=True)
            found = session.fetch("1:*", "(FLAGS)")[1]
            return [" ".join(sorted(str(flag, "ascii") for flag in imaplib.ParseFlags(one))) for one in found if one]  # type: ignore[arg-type]


@pytest.fixture
def box(mailboxes: Dovecot, trusted: Path, tmp_path: Path) -> Box:  # noqa: F811
    return Box(mailboxes, tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[[Box], tuple[int, str]]:
    """Fetches; the status, and what was said."""

    def fetched(box: Box) -> tuple[int, str]:
        status = fetch(argparse.Namespace(root=box.desk.root.path))
        said = capsys.readouterr()
        return status, said.out + said.err

    return fetched


NOTHING = "fetched 0: threaded 0, opened 0, ignored 0, kept 0, refused 0\n"
Run = Callable[[Box], tuple[int, str]]


class TestEachLetterOnce:
    def test_as_a_command(self, box: Box) -> None:
        box.put()
        box.put(Auto_Submitted="auto-generated")
        command = [*COMMAND, "--root", box.desk.root.path, "fetch"]
        done = [subprocess.run(command, capture_output=True, text=True, timeout=60) for _ in range(2)]
        assert [one.returncode for one in done] == [0, 0], done
        assert done[0].stdout == "fetched 2: threaded 0, opened 1, ignored 1, kept 0, refused 0\n"
        assert done[1].stdout == NOTHING
        assert list(Path(box.desk.root.inside("mail", "jane@example.com", "new")).iterdir())  # and we have answered

    def test_read_or_unread_does_not_matter_and_stays_as_it_is(self, box: Box, run: Run) -> None:
        box.put("One.")
        box.put("Two.")
        with box.server.signed_in(box.user) as session:
            session.select("INBOX")
            session.store("1", "+FLAGS", "\\Seen")
        assert run(box)[1].startswith("fetched 2: threaded 0, opened 2")
        assert [flags.replace(" \\Recent", "") for flags in box.flags()] == ["$HelpDesk \\Seen", "$HelpDesk"]

    def test_it_is_the_letter_as_it_came(self, box: Box, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imap, "PIECE", 997)
        raw = box.put('It burns. größer \\ "x"\n' * 300)
        run(box)
        (head,) = box.desk.house.store.pending("", 9)
        assert box.desk.raw(head.number, 0) == raw.replace(b"\r\n", b"\n")

    @pytest.mark.parametrize("cut", ["put_away", "note"])
    def test_cut_off_before_it_was_noted_it_is_still_one_ticket(
        self, box: Box, run: Run, monkeypatch: pytest.MonkeyPatch, cut: str
    ) -> None:
        box.put()
        whose = imap.Mailbox if cut == "put_away" else imap.Memory
        with monkeypatch.context() as patched:
            patched.setattr(whose, cut, _cut_off)
            assert run(box)[0] == 75
        assert run(box)[0] == 0
        assert box.tickets() == 1
        assert "$HelpDesk" in box.flags()[0]

    def test_a_letter_that_the_disk_does_not_take_is_not_marked(self, box: Box, run: Run) -> None:
        box.put()
        folder = Path(box.desk.root.inside("intake", "new"))
        folder.rmdir()
        with pytest.raises(OSError):
            run(box)
        assert "$HelpDesk" not in box.flags()[0]
        folder.mkdir()
        assert run(box)[1].startswith("fetched 1: threaded 0, opened 1")

    def test_a_mailbox_made_anew_is_looked_through_again(self, box: Box, run: Run) -> None:
        box.say("Desk")
        raw = box.put(folder="Desk")
        run(box)
        with box.server.signed_in(box.user) as session:
            session.delete("Desk")
        box.server.put(box.user, raw, "Desk")
        box.put("Another.", folder="Desk")
        assert run(box)[1].startswith("fetched 2: ")
        assert box.tickets() == 2

    def test_two_at_once_are_one_after_the_other(self, box: Box, run: Run) -> None:
        box.put()
        with FileLock(box.desk.root.inside("locks", "fetch.lock")):
            assert run(box) == (0, "Another fetch is at work.\n")
        assert run(box)[1].startswith("fetched 1: ")

    def test_what_is_too_large_stays_there_and_is_said_once(self, box: Box, run: Run) -> None:
        box.put("x" * 70 + "\n" * 1_100_000)
        box.put()
        status, said = run(box)
        assert status == 1
        assert (
            "opened 1, ignored 0, kept 0, refused 1\nhelpdesk-lite: Letter 1: It stays in the mailbox. It has" in said
        )
        assert run(box) == (0, NOTHING)
        assert len(box.server.letters(box.user)) == 2


class TestAfterwards:
    @pytest.mark.parametrize("folder", ["Archive", "Büro & Co"])
    def test_it_can_be_moved(self, box: Box, run: Run, folder: str) -> None:
        box.say(afterwards=f"move:{folder}")
        raw = box.put()
        assert run(box)[0] == 0
        assert box.server.letters(box.user) == []
        assert box.server.letters(box.user, imap.quoted(imap.utf7(folder))) == [raw]

    def test_it_can_be_deleted_and_no_other_with_it(self, box: Box, run: Run) -> None:
        box.put("One.")
        run(box)
        with box.server.signed_in(box.user) as session:
            session.select("INBOX")
            session.store("1", "+FLAGS", "\\Deleted")  # by somebody else, who may still think better of it
        box.say(afterwards="delete")
        box.put("Two.")
        assert run(box)[0] == 0
        (left,) = box.server.letters(box.user)
        assert b"One." in left

    def test_a_server_that_does_not_move_is_said_and_no_letter_is_lost(
        self, box: Box, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        box.say(afterwards="move:a//b")
        box.put()
        status, said = run(box)
        assert status == 1 and "helpdesk-lite: Letter 1: " in said
        assert len(box.server.letters(box.user)) == 1
        assert box.tickets() == 1


class TestTheWayIn:
    def test_starttls_does_as_well(self, box: Box, run: Run) -> None:
        box.say(mailbox=f"imap://{box.account}:{PASSWORD}@localhost:{box.server.imap}?tls=starttls")
        box.put()
        assert run(box)[0] == 0

    def test_a_certificate_nobody_trusts_ends_it(self, box: Box, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        box.put()
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            run(box)
        assert box.tickets() == 0

    @pytest.mark.parametrize(
        ("said", "part"),
        [("wrong", "does not let desk"), (f"{PASSWORD}@localhost:PORT/None", "cannot be opened")],
    )
    def test_what_the_server_says_is_said(self, box: Box, run: Run, said: str, part: str) -> None:
        rest = said.replace("PORT", str(box.server.imaps))
        rest = rest if "@" in rest else f"{rest}@localhost:{box.server.imaps}"
        box.say(mailbox=f"imaps://{box.account}:{rest}")
        with pytest.raises(DeskError, match=part) as caught:
            run(box)
        assert PASSWORD not in str(caught.value)

    def test_no_server_is_for_later(self, box: Box, run: Run) -> None:
        box.say(mailbox="imaps://desk:word@localhost:1/INBOX")
        status, said = run(box)
        assert status == 75 and said.startswith("helpdesk-lite: the mailbox cannot be read just now: ")

    def test_a_token_is_asked_for_and_given(self, box: Box, run: Run, certificate: Path) -> None:  # noqa: F811
        with _oauth_server(certificate, b"user=desk@example.org\x01auth=Bearer T0KEN\x01\x01") as port:
            for command, part in (("echo T0KEN", "cannot be opened: enough"), ("echo OTHER", "does not let desk@")):
                box.say(mailbox=f"imaps://desk%40example.org@localhost:{port}", token_command=command)
                with pytest.raises(DeskError, match=part):
                    run(box)

    @pytest.mark.parametrize("command", ["false", "true", "no-such-program --token", "'unclosed"])
    def test_no_token_no_try(self, box: Box, run: Run, command: str) -> None:
        box.say(token_command=command)
        with pytest.raises(DeskError, match="token_command"):
            run(box)

    def test_no_mailbox_no_try(self, box: Box, run: Run) -> None:
        box.say(mailbox="")
        with pytest.raises(DeskError, match=r"\[fetch\] mailbox"):
            run(box)


class TestTheSettings:
    @pytest.mark.parametrize(
        "line",
        [
            'mailbox = "imaps://host"',
            'mailbox = "smtp://u:p@host"',
            'mailbox = "imaps://u:p@host:0"',
            'mailbox = "imap://u:p@host?tls=none"',
            'afterwards = "keep"',
            'afterwards = "move:"',
        ],
    )
    def test_a_mistake_is_said(self, line: str) -> None:
        with pytest.raises(SettingsMistaken, match=r"settings\.toml:2: "):
            settings_table.read(f"[fetch]\n{line}\n")

    def test_a_password_may_be_missing_for_a_token(self) -> None:
        found = route.read_mailbox("imaps://desk%40example.org@imap.example.org/Desk")
        assert (found.user, found.password, found.folder, found.port) == ("desk@example.org", "", "Desk", 993)


def _cut_off(*_: object) -> Any:
    raise imaplib.IMAP4.abort("the line is dead")


@contextlib.contextmanager
def _oauth_server(certificate: Path, right: bytes) -> Iterator[int]:  # noqa: F811
    """A server that knows XOAUTH2, and no folder; its port."""
    import base64

    def talk(connection: ssl.SSLSocket) -> None:
        heard = connection.makefile("rb")
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] hello\r\n")
        while line := heard.readline():
            tag, verb, *_ = line.split()
            if verb == b"AUTHENTICATE":
                connection.sendall(b"+ \r\n")
                is_right = base64.b64decode(heard.readline()) == right
                if not is_right:
                    connection.sendall(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                    heard.readline()
                connection.sendall(tag + (b" OK in\r\n" if is_right else b" NO token\r\n"))
            elif verb == b"CAPABILITY":
                connection.sendall(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")
            else:
                connection.sendall(tag + b" NO enough\r\n")

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with (
                    contextlib.suppress(OSError, ValueError),
                    context.wrap_socket(connection, server_side=True) as safe,
                ):
                    talk(safe)

    context = tls_context(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
