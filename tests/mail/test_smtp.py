"""Letters over real SMTP, to servers that behave and to servers that do not."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from helpdesk_lite.mail import compose
from helpdesk_lite.mail.compose import Attachment
from helpdesk_lite.mail.transport.contract import LATER, REFUSED, SENT, Parcel, TransportDown
from tests.mail import servers
from tests.mail.conftest import parcel, sending
from tests.mail.servers import Postmaster

JANE, BO = "jane@example.com", "bo@example.net"
DESK = "desk@example.org"


def test_a_letter_arrives_with_its_envelope(smtp_port: int, postmaster: Postmaster) -> None:
    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        outcomes = transport.send(DESK, [JANE, BO], parcel(b"Subject: hello\n\nOne\n.\nTwo\n"))

    assert {address: outcome.kind for address, outcome in outcomes.items()} == {JANE: SENT, BO: SENT}
    (letter,) = postmaster.inbox
    assert (letter.sender, letter.recipients) == (DESK, [JANE, BO])
    assert letter.content == b"Subject: hello\r\n\r\nOne\r\n.\r\nTwo\r\n"


def test_many_letters_travel_in_one_connection(smtp_port: int, postmaster: Postmaster) -> None:
    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        for _ in range(5):
            assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT

    assert len(postmaster.inbox) == 5 and postmaster.connections == 1


def test_each_recipient_has_a_verdict_of_its_own(smtp_port: int, postmaster: Postmaster) -> None:
    postmaster.recipients = {BO: "550 5.1.1 There is no Bo here", "pat@example.net": "451 4.7.1 Greylisted"}

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        outcomes = transport.send(DESK, [JANE, BO, "pat@example.net"], parcel())

    assert outcomes[JANE].kind == SENT
    assert outcomes[BO] == (REFUSED, "550 5.1.1 There is no Bo here")
    assert outcomes["pat@example.net"] == (LATER, "451 4.7.1 Greylisted")
    assert postmaster.inbox[0].recipients == [JANE]


def test_after_a_refusal_the_next_letter_goes(smtp_port: int, postmaster: Postmaster) -> None:
    postmaster.recipients = {BO: "550 no"}
    postmaster.senders = {"wrong@example.org": "550 not you"}
    postmaster.content = ["554 5.7.1 This looks like spam", "451 4.3.0 Try later"]

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        kinds = [
            transport.send(sender, [recipient], parcel())[recipient]
            for sender, recipient in [(DESK, BO), ("wrong@example.org", JANE), (DESK, JANE), (DESK, JANE), (DESK, JANE)]
        ]

    assert kinds == [
        (REFUSED, "550 no"),
        (REFUSED, "550 not you"),
        (REFUSED, "554 5.7.1 This looks like spam"),
        (LATER, "451 4.3.0 Try later"),
        (SENT, ""),
    ]
    assert postmaster.connections == 1


def test_too_many_recipients_are_tried_again(smtp_port: int, postmaster: Postmaster) -> None:
    postmaster.recipients = {BO: "552 too many recipients"}

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        assert transport.send(DESK, [JANE, BO], parcel())[BO].kind == LATER


def test_an_empty_sender_is_the_empty_sender(smtp_port: int, postmaster: Postmaster) -> None:
    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        transport.send("", [JANE], parcel())

    assert postmaster.inbox[0].sender == ""


def test_where_no_empty_sender_is_allowed_the_desk_sends(smtp_port: int, postmaster: Postmaster) -> None:
    postmaster.senders = {"<>": "550 5.1.7 Sender address required"}

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        assert transport.send("", [JANE], parcel())[JANE].kind == SENT

    assert postmaster.inbox[0].sender == DESK


def test_an_internationalised_address_needs_smtputf8(smtp_port: int, postmaster: Postmaster) -> None:
    content = "To: jörg@müller.example\n\nHallo\n".encode()

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        outcomes = transport.send(DESK, ["jörg@müller.example"], parcel(content, utf8=True))

    assert outcomes["jörg@müller.example"].kind == SENT
    (letter,) = postmaster.inbox
    assert letter.recipients == ["jörg@müller.example"]
    assert "SMTPUTF8" in letter.options
    assert letter.content == content.replace(b"\n", b"\r\n")


def test_a_server_without_smtputf8_refuses_only_who_needs_it(postmaster: Postmaster) -> None:
    with servers.smtp(postmaster, enable_SMTPUTF8=False) as port, sending(f"smtp://127.0.0.1:{port}") as transport:
        outcomes = transport.send(DESK, [JANE, "jörg@example.net", "info@straße.example"], parcel())

    assert outcomes[JANE].kind == SENT
    assert outcomes["info@straße.example"].kind == SENT
    assert outcomes["jörg@example.net"].kind == REFUSED and "SMTPUTF8" in outcomes["jörg@example.net"].reason
    assert postmaster.inbox[0].recipients == [JANE, "info@xn--strae-oqa.example"]


def test_a_letter_that_needs_smtputf8_itself_is_refused_without(postmaster: Postmaster) -> None:
    with servers.smtp(postmaster, enable_SMTPUTF8=False) as port, sending(f"smtp://127.0.0.1:{port}") as transport:
        outcome = transport.send(DESK, [JANE], parcel("Reply-To: jörg@example.net\n\nx\n".encode(), utf8=True))[JANE]

    assert outcome.kind == REFUSED and "SMTPUTF8" in outcome.reason
    assert postmaster.inbox == []


def test_a_letter_over_the_servers_limit_is_refused_before_it_is_sent(postmaster: Postmaster) -> None:
    with servers.smtp(postmaster, data_size_limit=1000) as port, sending(f"smtp://127.0.0.1:{port}") as transport:
        big = transport.send(DESK, [JANE], parcel(b"x" * 70 + b"\n" * 1000))[JANE]
        small = transport.send(DESK, [JANE], parcel())[JANE]

    assert big == (REFUSED, "The mail server takes letters of at most 1000 bytes, and this one has 2070.")
    assert small.kind == SENT


def test_starttls_with_a_certificate_that_is_trusted(postmaster: Postmaster, trusted: Path) -> None:
    context = servers.tls_context(trusted)
    with (
        servers.smtp(postmaster, tls_context=context, require_starttls=True) as port,
        sending(f"smtp://localhost:{port}?tls=starttls") as transport,
    ):
        assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT


def test_tls_from_the_start_with_a_certificate_that_is_trusted(postmaster: Postmaster, trusted: Path) -> None:
    with servers.smtp(postmaster, trusted) as port, sending(f"smtp://localhost:{port}?tls=implicit") as transport:
        assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_trusts_is_not_spoken_to(tls: str, postmaster: Postmaster, certificate: Path) -> None:
    options = {"tls_context": servers.tls_context(certificate)} if tls == "starttls" else {}
    with (
        servers.smtp(postmaster, None if options else certificate, **options) as port,
        sending(f"smtp://localhost:{port}?tls={tls}") as transport,
        pytest.raises(TransportDown, match="certificate verify failed"),
    ):
        transport.send(DESK, [JANE], parcel())
    assert postmaster.inbox == []


def test_a_certificate_of_another_name_is_not_spoken_to(
    postmaster: Postmaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = servers.make_certificate(tmp_path, "mail.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        servers.smtp(postmaster, tls_context=servers.tls_context(certificate)) as port,
        sending(f"smtp://localhost:{port}?tls=starttls") as transport,
        pytest.raises(TransportDown, match="Hostname mismatch"),
    ):
        transport.send(DESK, [JANE], parcel())


def test_a_server_without_starttls_gets_nothing(smtp_port: int, postmaster: Postmaster) -> None:
    with (
        sending(f"smtp://127.0.0.1:{smtp_port}?tls=starttls") as transport,
        pytest.raises(TransportDown, match="STARTTLS"),
    ):
        transport.send(DESK, [JANE], parcel())
    assert postmaster.inbox == []


# aiosmtpd says so, of a server that takes passwords without TLS.
without_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture
def auth_port(postmaster: Postmaster) -> Iterator[int]:
    """A server that lets in only who knows the password."""
    options = {"auth_required": True, "auth_require_tls": False, "authenticator": servers.authenticator}
    with servers.smtp(postmaster, **options) as port:
        yield port


@without_tls
def test_the_password_opens_the_server(auth_port: int, postmaster: Postmaster) -> None:
    password = quote(servers.PASSWORD, safe="")
    with sending(f"smtp://desk:{password}@127.0.0.1:{auth_port}?tls=none") as transport:
        assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT


@without_tls
@pytest.mark.parametrize("login", ["desk:wrong@", ""])
def test_a_wrong_or_missing_password_is_no_letters_fault(login: str, auth_port: int, postmaster: Postmaster) -> None:
    with sending(f"smtp://{login}127.0.0.1:{auth_port}?tls=none") as transport, pytest.raises(TransportDown) as wrong:
        transport.send(DESK, [JANE], parcel())

    assert "53" in str(wrong.value) and "wrong" not in str(wrong.value)
    assert postmaster.inbox == []


def test_nobody_there_is_said_in_words() -> None:
    port = servers.free_port()
    with sending(f"smtp://127.0.0.1:{port}") as transport, pytest.raises(TransportDown) as wrong:
        transport.send(DESK, [JANE], parcel())

    assert str(wrong.value) == f"smtp://127.0.0.1:{port}: Connection refused"


def test_a_name_that_does_not_resolve_is_said_in_words() -> None:
    with sending("smtp://nowhere.invalid:25") as transport, pytest.raises(TransportDown, match=r"nowhere\.invalid"):
        transport.send(DESK, [JANE], parcel())


HELLO = (b"220 hello\r\n", None, b"250 me\r\n")
ENVELOPE = (*HELLO, None, b"250 ok\r\n", None, b"250 ok\r\n")


@pytest.mark.parametrize(
    "script",
    [
        (b"554 go away\r\n",),
        (b"421 busy\r\n",),
        (b"nonsense\r\n",),
        (b"\xff\xfe\x00\r\n",),
        (b"220 hello\r\n",),
        (b"220 hello\r\n", None, b"500 what\r\n", None, b"500 what\r\n"),
        (b"220 " + b"x" * 100_000,),
        (),
    ],
)
def test_a_server_that_does_not_greet_is_down(script: tuple[bytes | None, ...]) -> None:
    with (
        servers.scripted(*script) as port,
        sending(f"smtp://127.0.0.1:{port}") as transport,
        pytest.raises(TransportDown),
    ):
        transport.send(DESK, [JANE], parcel())


@pytest.mark.parametrize(
    "script",
    [
        HELLO,
        (*HELLO, None, b"421 4.3.2 shutting down\r\n"),
        (*HELLO, None, b"250 ok\r\n", None),
        (*HELLO, None, b"250 ok\r\n", None, b"421 enough\r\n"),
        (*ENVELOPE, None),
        (*ENVELOPE, None, b"354 go\r\n"),
        (*ENVELOPE, None, b"354 go\r\n", None),
        (*ENVELOPE, None, b"354 go\r\n", None, b"\r\n\r\n"),
        (*ENVELOPE, None, b"250 what?\r\n", None, b"250 reset\r\n"),
    ],
)
def test_a_connection_that_breaks_means_later(script: tuple[bytes | None, ...]) -> None:
    with servers.scripted(*script) as port, sending(f"smtp://127.0.0.1:{port}") as transport:
        first = transport.send(DESK, [JANE], parcel())[JANE]

    assert first.kind == LATER and first.reason


def test_two_connections_that_break_mean_that_the_server_is_down() -> None:
    with servers.scripted(*ENVELOPE) as port, sending(f"smtp://127.0.0.1:{port}") as transport:
        assert transport.send(DESK, [JANE], parcel())[JANE].kind == LATER
        with pytest.raises(TransportDown):
            transport.send(DESK, [JANE], parcel())


@pytest.mark.parametrize("script", [(None,), (*HELLO, None, None), (*ENVELOPE, None, b"354 go\r\n", None, None)])
def test_a_server_that_says_nothing_is_not_waited_for(script: tuple[bytes | None, ...]) -> None:
    started = time.monotonic()
    with (
        servers.scripted(*script) as port,
        sending(f"smtp://127.0.0.1:{port}", patience=0.1) as transport,
        pytest.raises(TransportDown, match="no answer in time"),
    ):
        transport.send(DESK, [JANE], parcel())
    assert time.monotonic() - started < 20


def test_a_server_that_says_a_byte_now_and_then_is_cut_off() -> None:
    started = time.monotonic()
    with (
        servers.scripted(0.05, b"220 " + b"x" * 1000) as port,
        sending(f"smtp://127.0.0.1:{port}", patience=0.4) as transport,
        pytest.raises(TransportDown, match="longer than 1 seconds"),
    ):
        transport.send(DESK, [JANE], parcel())
    assert time.monotonic() - started < 20


def test_a_servers_words_are_one_line_of_bounded_length(smtp_port: int, postmaster: Postmaster) -> None:
    postmaster.recipients = {JANE: "550-first\r\n550-\x1b[31msecond\r\n550 " + "x" * 2000}

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        reason = transport.send(DESK, [JANE], parcel())[JANE].reason

    assert reason.startswith("550 first [31msecond xxx") and reason.isprintable() and len(reason) == 500


def test_25_mb_are_sent_in_little_memory(smtp_port: int, postmaster: Postmaster, tmp_path: Path) -> None:
    big = Attachment("big.bin", "application/x-big", (bytes(1 << 16) for _ in range(400)))
    with (tmp_path / "spool").open("w+b") as file, sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        file.writelines(compose.message([], "hello\n", attachments=[big], seed="x"))
        transport.send(DESK, [JANE], parcel())  # imports are not the letter's
        sink = Parcel("1", file, file.tell(), False)
        outcome, peak = _sent_to_a_sink(sink)

    assert outcome == SENT
    assert peak < 2_000_000


def _sent_to_a_sink(big: Parcel) -> tuple[str, int]:
    """The outcome and the peak of memory, with a server that keeps nothing (ours would be measured too)."""
    script = (*ENVELOPE, None, b"354 go\r\n", None, b"250 ok\r\n", None)
    with servers.scripted(*script) as port, sending(f"smtp://127.0.0.1:{port}") as transport:
        tracemalloc.start()
        outcome = transport.send(DESK, [JANE], big)[JANE]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return outcome.kind, peak


def test_what_was_read_once_is_sent_whole_again(smtp_port: int, postmaster: Postmaster) -> None:
    again = Parcel("1", io.BytesIO(b"Subject: x\n\nhello\n"), 20, False)

    with sending(f"smtp://127.0.0.1:{smtp_port}") as transport:
        transport.send(DESK, [JANE], again)
        transport.send(DESK, [JANE], again)

    assert [letter.content for letter in postmaster.inbox] == [b"Subject: x\r\n\r\nhello\r\n"] * 2
