"""The transport for a route: which class carries what a setting names.

Guarantee: nothing is opened and no heavy module is imported before the first letter needs it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.mail.transport.contract import Transport
    from helpdesk_lite.words.route import Route


def transport(route: Route, own_address: str, folder: str, for_each: bool = True) -> Transport:
    """What carries letters along `route`. Relative paths are below `folder`.

    `for_each`: a Maildir route holds a Maildir for each recipient; false: it is the one Maildir itself.
    """
    route = route._replace(path=os.path.join(folder, route.path)) if route.path else route
    if route.kind == "maildir":
        from helpdesk_lite.mail.transport.maildir import MaildirTransport

        return MaildirTransport(route.path, for_each)
    if route.kind == "sendmail":
        from helpdesk_lite.mail.transport.sendmail import SendmailTransport

        return SendmailTransport(route.path)
    if route.kind in ("smtp", "lmtp"):
        from helpdesk_lite.mail.transport.lmtp import LmtpTransport
        from helpdesk_lite.mail.transport.smtp import SmtpTransport

        return (LmtpTransport if route.kind == "lmtp" else SmtpTransport)(route, own_address)
    if route.kind == "imap":
        from helpdesk_lite.mail.transport.imap import ImapTransport

        return ImapTransport(route)
    from helpdesk_lite.mail.transport.contract import NoTransport
    from helpdesk_lite.words.i18n import Sentence

    return NoTransport(Sentence("%(way)s: there is no such way", way=route.shown()))
