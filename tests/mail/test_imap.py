"""Letters over IMAP, into the folders of a real Dovecot, and past servers that misbehave."""

from __future__ import annotations

import contextlib
import io
import itertools
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_lite.mail.transport import imap
from helpdesk_lite.mail.transport.contract import ANY_LINES, LATER, REFUSED, SENT, Parcel, TransportDown
from helpdesk_lite.mail.transport.imap import ImapTransport
from helpdesk_lite.words import route
from tests.mail import servers
from tests.mail.dovecot import PASSWORD, Dovecot

DESK, NOON = "desk@example.org", 1_795_262_400
LETTER = b"Subject: hello\nMessage-ID: %s\n\nHello\n.\nFrom here\n"
_count = itertools.count(1)


def parcel(message_id: str = "<1@example.org>", content: bytes = LETTER, at: int = NOON) -> Parcel:
    """A letter."""
    raw = content.replace(b"%s", message_id.encode())
    return Parcel(f"{at}.x.helpdesk", io.BytesIO(raw), len(raw) + raw.count(b"\n"), False, False, message_id)


@pytest.fixture
def user() -> str:
    """Somebody with an empty mailbox."""
    return f"user{next(_count)}@example.org"


def url(mailboxes: Dovecot, user: str, folder: str = "", password: str = PASSWORD) -> str:
    """The setting for this user's folder."""
    return f"imap://{user.replace('@', '%40')}:{password}@127.0.0.1:{mailboxes.imap}/{folder}?tls=none"


def placing(url: str, patience: float = 5) -> ImapTransport:
    """The transport for a setting."""
    return ImapTransport(route.read_delivery(url), patience)


@pytest.fixture
def inbox(mailboxes: Dovecot, user: str) -> Iterator[ImapTransport]:
    """The way into the user's inbox."""
    with placing(url(mailboxes, user)) as transport:
        yield transport


def kinds(transport: ImapTransport, *parcels: Parcel) -> list[str]:
    """What became of the letters."""
    return [transport.send(DESK, ["x@example.org"], one)["x@example.org"].kind for one in parcels]


def test_letters_are_placed_byte_for_byte_in_one_session(inbox: ImapTransport, mailboxes: Dovecot, user: str) -> None:
    assert inbox.carries() == ANY_LINES
    assert kinds(inbox, parcel(), parcel("<2@example.org>")) == [SENT, SENT]

    first, second = mailboxes.letters(user)
    assert first == LETTER.replace(b"%s", b"<1@example.org>").replace(b"\n", b"\r\n")
    assert b"<2@example.org>" in second
    assert mailboxes.log().count(f"user=<{user}>") == 2  # ours, and the one that just looked


def test_a_letter_is_new_unseen_and_dated_when_it_was_written(
    inbox: ImapTransport, mailboxes: Dovecot, user: str
) -> None:
    assert kinds(inbox, parcel()) == [SENT]
    with mailboxes.signed_in(user) as session:
        session.select()
        said = session.fetch("1", "(FLAGS INTERNALDATE)")[1][0]

    assert isinstance(said, bytes)
    assert b"Seen" not in said and b"Recent" in said and b"21-Nov-2026" in said


@pytest.mark.parametrize("folder", ["Help Desk", "Gr%C3%BC%C3%9Fe & Fragen", 'a"b'])
def test_a_folder_that_is_not_there_is_made(folder: str, mailboxes: Dovecot, user: str) -> None:
    with placing(url(mailboxes, user, folder)) as transport:
        assert kinds(transport, parcel(), parcel("<2@example.org>"), parcel()) == [SENT] * 3

    name = imap.quoted(imap.utf7(route.read_delivery(url(mailboxes, user, folder)).folder))
    assert len(mailboxes.letters(user, name)) == 2


def test_the_same_letter_again_makes_no_second_copy(mailboxes: Dovecot, user: str) -> None:
    for _ in range(2):
        with placing(url(mailboxes, user)) as transport:
            assert kinds(transport, parcel()) == [SENT]

    assert len(mailboxes.letters(user)) == 1


def test_what_was_deleted_from_the_folder_is_placed_again(mailboxes: Dovecot, user: str) -> None:
    """Never zero times: a server may have lost it."""
    with placing(url(mailboxes, user)) as transport:
        assert kinds(transport, parcel()) == [SENT]
    with mailboxes.signed_in(user) as session:
        session.select()
        session.store("1", "+FLAGS", r"\Deleted")
        session.expunge()
    with placing(url(mailboxes, user)) as transport:
        assert kinds(transport, parcel()) == [SENT]

    assert len(mailboxes.letters(user)) == 1


def test_it_speaks_tls(mailboxes: Dovecot, user: str, trusted: Path) -> None:
    name = user.replace("@", "%40")
    for setting in (
        f"imaps://{name}:{PASSWORD}@localhost:{mailboxes.imaps}",
        f"imap://{name}:{PASSWORD}@localhost:{mailboxes.imap}?tls=starttls",
    ):
        with placing(setting) as transport:
            assert kinds(transport, parcel()) == [SENT]


def test_a_certificate_that_nobody_trusts_is_a_reason_not_to_speak(mailboxes: Dovecot, user: str) -> None:
    setting = f"imaps://{user.replace('@', '%40')}:{PASSWORD}@localhost:{mailboxes.imaps}"
    with placing(setting) as transport, pytest.raises(TransportDown, match="certificate"):
        transport.send(DESK, ["x"], parcel())


def test_a_wrong_password_is_said_and_not_shown(mailboxes: Dovecot, user: str) -> None:
    with placing(url(mailboxes, user, password="very-secret")) as transport, pytest.raises(TransportDown) as wrong:
        transport.send(DESK, ["x"], parcel())

    assert "AUTHENTICATIONFAILED" in str(wrong.value) and "secret" not in str(wrong.value)


def test_30_mb_pass_through_in_little_memory(inbox: ImapTransport, mailboxes: Dovecot, user: str) -> None:
    import tracemalloc

    content = LETTER + (b"x" * 70 + b"\n") * 400_000
    big = parcel(content=content)
    tracemalloc.start()
    assert kinds(inbox, big) == [SENT]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(mailboxes.letters(user)[0]) == big.size
    assert peak < 2_000_000


HELLO = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n"


@contextlib.contextmanager
def saying(verdict: bytes) -> Iterator[int]:
    """An IMAP server that gives this verdict on every APPEND (none: it hangs up); its port."""

    class Answering(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(HELLO)
            while words := self.rfile.readline().split():
                answer = b"OK done"
                if words[1] == b"AUTHENTICATE":
                    self.wfile.write(b"+ \r\n")
                    self.rfile.readline()
                elif words[1] == b"APPEND":
                    self.wfile.write(b"+ go on\r\n")
                    self.rfile.read(int(words[-1].strip(b"{}")) + 2)
                    answer = verdict
                if not answer:
                    return
                self.wfile.write(words[0] + b" " + answer + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (b"NO [OVERQUOTA] Mailbox full", LATER, "Mailbox full"),
        (b"NO [TOOBIG] Too large", REFUSED, "Too large"),
        (b"NO [NOPERM] Not yours", REFUSED, "Not yours"),
        (b"BAD What?", REFUSED, "What?"),
        (b"", LATER, ""),
    ],
)
def test_what_the_server_says_decides(answer: bytes, kind: str, said: str) -> None:
    with saying(answer) as port, placing(f"imap://i:p@127.0.0.1:{port}?tls=none") as transport:
        outcome = transport.send(DESK, ["x"], parcel())["x"]

    assert outcome.kind == kind and said in outcome.reason


def test_a_second_broken_connection_means_that_the_server_is_down() -> None:
    with saying(b"") as port, placing(f"imap://i:p@127.0.0.1:{port}?tls=none") as transport:
        assert kinds(transport, parcel()) == [LATER]
        with pytest.raises(TransportDown):
            transport.send(DESK, ["x"], parcel())


def test_a_server_that_never_answers_does_not_keep_us_waiting() -> None:
    with servers.scripted(HELLO, None, 0.01, b"x" * 100_000) as port:
        begun = time.monotonic()
        with placing(f"imap://i:p@127.0.0.1:{port}?tls=none", patience=0.5) as transport, pytest.raises(TransportDown):
            transport.send(DESK, ["x"], parcel())

    assert time.monotonic() - begun < 5
