"""Letters a second to a mail server on this machine: over one kept-alive connection, and with a connection for each.

The same courier, the same letters from the same outbox; only the transport is opened anew for each letter in the second
case. The mail server is a process of its own. With TLS the certificates are checked against all that this machine
trusts, as with any provider. That no page waits for a mail server, tests/faults/test_failing_mail.py shows
(`-k no_page_waits`).
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from helpdesk_lite import assemble
from helpdesk_lite.mail.transport import choose
from helpdesk_lite.root import Root
from helpdesk_lite.web.house import House
from tests import examples, servers
from tests.bench.table import Part, Progress, Row, at_least

LETTERS = 1000
NOTE = (
    "Floor: a connection for each letter. Without TLS that is little more than a letter itself costs: `smtplib` alone, "
    "with nothing to write or to remember, gains a factor of 2 by keeping the connection."
)


def measure(kept: ExitStack, rounds: int) -> Part:
    """The part of the table about the courier."""
    ways = {"plain": _house(kept, None)}
    if shutil.which("openssl"):
        ways["TLS"] = _house(kept, _certificate(kept))
    progress = Progress("courier", rounds * len(ways) * 2)
    rows = []
    for way, house in ways.items():
        one, each = [], []
        for _ in range(rounds):
            one.append(_rate(house))
            progress.step()
            with mock.patch.object(choose, "transport", _with_a_connection_each(choose.transport)):
                each.append(_rate(house))
            progress.step()
        bounds = (at_least(5),) if way == "TLS" else ()
        figure = f"{LETTERS:,} letters, {way}, kept-alive"
        rows.append(Row(figure, statistics.median(one), "/s", statistics.median(each), bounds=bounds))
    return Part("courier, letters a second", rows, [NOTE])


def _house(kept: ExitStack, certificate: Path | None) -> House:
    """A desk whose letters go to a mail server of its own, over TLS if that has a certificate."""
    port = kept.enter_context(_mail_server(certificate))
    transport = f"smtp://localhost:{port}?tls={'starttls' if certificate else 'none'}"
    desk = kept.enter_context(servers.new_desk(acknowledge=False, transport=transport))
    return assemble.house(Root(str(desk.root)))


def _rate(house: House) -> float:
    """How many letters a second the courier sends of so many queued ones."""
    for count in range(LETTERS):
        message = f"It burns, {time.time()} {count}."
        house.desk.submit(examples.contact_form(), examples.submission(message), "192.0.2.1", "en")
    courier = assemble.courier(house)
    begun = time.perf_counter()
    tally = courier.run()
    seconds = time.perf_counter() - begun
    assert tally == (LETTERS, 0, 0), tally
    return LETTERS / seconds


class _ConnectionEach:
    """A transport that is opened anew for each letter."""

    def __init__(self, new: Callable[[], Any]) -> None:
        self._new = new

    def __enter__(self) -> _ConnectionEach:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def in_one_of_its_own(*given: Any) -> Any:
            with self._new() as transport:
                return getattr(transport, name)(*given)

        return in_one_of_its_own


def _with_a_connection_each(real: Callable[..., Any]) -> Callable[..., _ConnectionEach]:
    return lambda *given: _ConnectionEach(lambda: real(*given))


def _certificate(kept: ExitStack) -> Path:
    """A certificate for localhost, which this process trusts from now on beside what the machine trusts."""
    from tests.mail.servers import make_certificate

    folder = Path(kept.enter_context(tempfile.TemporaryDirectory()))
    certificate = make_certificate(folder)
    usual = ssl.get_default_verify_paths().cafile
    trusted = folder / "trusted.pem"
    trusted.write_bytes((Path(usual).read_bytes() if usual else b"") + certificate.read_bytes())
    kept.enter_context(mock.patch.dict(os.environ, {"SSL_CERT_FILE": str(trusted)}))
    return certificate


@contextmanager
def _mail_server(certificate: Path | None) -> Iterator[int]:
    """An SMTP server in another process, which takes every letter: its port."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(there, certificate), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join(10)


def _serve(pipe: Any, certificate: Path | None) -> None:
    from tests.mail.servers import Postmaster, smtp, tls_context

    options = {"tls_context": tls_context(certificate)} if certificate else {}
    with smtp(Postmaster(), **options) as port:
        pipe.send(port)
        pipe.recv()
