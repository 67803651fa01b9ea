"""The Dovecot that other tests use: mailboxes for everybody, over IMAP and LMTP."""

from __future__ import annotations

import imaplib
from pathlib import Path

from tests.mail.dovecot import PASSWORD, Dovecot, dovecot, tls_client

LETTER = b"Subject: hello\r\n\r\nHello\r\n"


def test_what_is_put_into_a_mailbox_comes_back_byte_for_byte(mailboxes: Dovecot) -> None:
    mailboxes.put("anna@example.org", LETTER, "Desk")

    assert mailboxes.letters("anna@example.org", "Desk") == [LETTER]
    assert mailboxes.letters("anna@example.org") == []


def test_a_letter_comes_in_over_lmtp(mailboxes: Dovecot) -> None:
    mailboxes.deliver("carl@example.org", LETTER)

    (found,) = mailboxes.letters("carl@example.org")
    assert found.endswith(LETTER)


def test_it_speaks_tls_too(mailboxes: Dovecot, certificate: Path) -> None:
    with imaplib.IMAP4_SSL("127.0.0.1", mailboxes.imaps, ssl_context=tls_client(certificate)) as session:
        assert session.login("dora", PASSWORD)[0] == "OK"


def test_it_is_gone_at_the_end() -> None:
    with dovecot() as found:
        pass

    assert not found.folder.exists()
