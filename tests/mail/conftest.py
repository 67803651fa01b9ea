"""Mail servers, parcels and routes that the tests of the transports share."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_lite.mail.transport.contract import Parcel
from helpdesk_lite.mail.transport.smtp import SmtpTransport
from helpdesk_lite.words import route
from tests.mail import servers
from tests.mail.dovecot import Dovecot, dovecot
from tests.mail.servers import Postmaster


@pytest.fixture
def postmaster() -> Postmaster:
    """Who takes the letters."""
    return Postmaster()


@pytest.fixture
def smtp_port(postmaster: Postmaster) -> Iterator[int]:
    """A plain SMTP server that takes everything."""
    with servers.smtp(postmaster, enable_SMTPUTF8=True) as port:
        yield port


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody trusts."""
    return servers.make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def mailboxes(certificate: Path) -> Iterator[Dovecot]:
    """A Dovecot for all tests of this run, also with TLS: each takes users of its own."""
    with dovecot(certificate) as running:
        yield running


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same certificate, trusted by this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def sending(url: str, patience: float = 5.0) -> SmtpTransport:
    """The transport for a setting."""
    return SmtpTransport(route.read_transport(url), "desk@example.org", patience)


def parcel(content: bytes = b"Subject: hello\n\nHello\n", name: str = "1.a.helpdesk", utf8: bool = False) -> Parcel:
    """A small message."""
    return Parcel(name, io.BytesIO(content), len(content) + content.count(b"\n"), utf8)
