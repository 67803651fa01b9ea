"""Letters over LMTP: a verdict for each mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite.mail.transport.contract import LATER, REFUSED, SENT, TransportDown
from helpdesk_lite.mail.transport.lmtp import LmtpTransport
from helpdesk_lite.words import route
from tests.mail import servers
from tests.mail.conftest import parcel
from tests.mail.servers import Postmaster

JANE, BO = "jane@example.com", "bo@example.net"
DESK = "desk@example.org"


def placing(url: str) -> LmtpTransport:
    """The transport for a setting."""
    return LmtpTransport(route.read_transport(url), DESK, 5)


def test_a_letter_is_placed_over_tcp(postmaster: Postmaster) -> None:
    with servers.lmtp(postmaster) as port, placing(f"lmtp://127.0.0.1:{port}") as transport:
        outcomes = [transport.send(DESK, [JANE, BO], parcel()) for _ in range(2)]

    assert [outcome.kind for found in outcomes for outcome in found.values()] == [SENT] * 4
    assert len(postmaster.inbox) == 2


def test_a_letter_is_placed_over_a_unix_socket(postmaster: Postmaster, tmp_path: Path) -> None:
    with servers.lmtp(postmaster, tmp_path / "lmtp"), placing(f"lmtp:{tmp_path}/lmtp") as transport:
        assert transport.send(DESK, [JANE], parcel())[JANE].kind == SENT

    assert postmaster.inbox[0].recipients == [JANE]


def test_each_mailbox_has_its_own_verdict_after_the_message(postmaster: Postmaster) -> None:
    postmaster.content = ["250 kept\r\n552 5.2.2 Mailbox full\r\n451 4.3.0 Try again", "250 kept"]
    with servers.lmtp(postmaster) as port, placing(f"lmtp://127.0.0.1:{port}") as transport:
        found = transport.send(DESK, [JANE, BO, "pat@example.net"], parcel())
        again = transport.send(DESK, [JANE], parcel())

    assert found[JANE].kind == SENT
    assert found[BO] == (REFUSED, "552 5.2.2 Mailbox full")
    assert found["pat@example.net"] == (LATER, "451 4.3.0 Try again")
    assert again[JANE].kind == SENT


def test_a_connection_that_breaks_between_the_verdicts_means_later_for_all() -> None:
    ok = b"250 ok\r\n"
    script = (b"220 hello\r\n", None, ok, None, ok, None, ok, None, ok, None, b"354 go\r\n", None, ok)
    with servers.scripted(*script) as port, placing(f"lmtp://127.0.0.1:{port}") as transport:
        found = transport.send(DESK, [JANE, BO], parcel())

    assert {outcome.kind for outcome in found.values()} == {LATER}


def test_no_socket_is_said_in_words(tmp_path: Path) -> None:
    with placing(f"lmtp:{tmp_path}/none") as transport, pytest.raises(TransportDown, match="No such file"):
        transport.send(DESK, [JANE], parcel())
