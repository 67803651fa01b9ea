"""Letters over LMTP (RFC 2033), straight into mailboxes: over TCP or a Unix socket.

Guarantee: as over SMTP, and each recipient has the verdict that was given for that very mailbox.
"""

from __future__ import annotations

import smtplib

from helpdesk_lite.mail.transport.smtp import SmtpTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.mail.transport.contract import Outcome


class LmtpTransport(SmtpTransport):
    """Sends to the LMTP server of `route`."""

    def _new(self) -> smtplib.SMTP:
        return smtplib.LMTP("", local_hostname=self._own_address.rpartition("@")[2], timeout=self._patience)

    def _verdicts(self, server: smtplib.SMTP, accepted: list[str]) -> dict[str, Outcome]:
        """One answer for each accepted recipient, in their order (RFC 2033, 4.2)."""
        return {recipient: self._outcome(*server.getreply()) for recipient in accepted}
