"""Where mail goes: transports and mailboxes as they are written in settings.

Guarantee: a route that is read is complete and sensible; what cannot be used says why in one sentence.
It opens no connection (mail/transport does).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite.words.i18n import Sentence

_URL = re.compile(
    r"(?P<kind>smtp|lmtp|imaps?)://(?:(?P<user>[^:@/]+)(?::(?P<password>[^@/]*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/?\[\]@]+)(?::(?P<port>\d{1,5}))?(?:/(?P<folder>[^?]*))?(?:\?tls=(?P<tls>\w+))?\Z"
)
_PASSWORD = re.compile(r"(://[^/@:\s\"]*):[^/@\s\"]*@")
HIDDEN = "..."  # what stands for a password
_PORTS = {"smtp": 25, "lmtp": 24, "imap": 993, "imaps": 993}
_IMAP = 143  # the port that begins without TLS (RFC 8314, 3.2)
TLS = ("none", "starttls", "implicit")


class Route(NamedTuple):
    """A way for a letter to travel. `kind`: maildir, smtp, sendmail, lmtp, imap; `mail` means through the transport.

    `path` is a Maildir folder, the sendmail program or an LMTP socket; `tls` is none, starttls or implicit. `folder` is
    the one in an IMAP mailbox.
    """

    kind: str
    path: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: str = "none"
    folder: str = ""

    def shown(self) -> str:
        """The route for people to read, without its password."""
        if self.path:
            return f"{self.kind}:{self.path}"
        folder = f"/{self.folder}" if self.folder else ""
        return f"{self.kind}://{self.host}:{self.port}{folder}" if self.host else self.kind


def without_password(text: str) -> str:
    """What was written, for people to read: three dots stand for a password."""
    return _PASSWORD.sub(rf"\1:{HIDDEN}@", text)


def read_transport(text: str) -> Route:
    """The transport of `[mail] transport`; ValueError with what is wrong."""
    return _read(text, ("maildir", "smtp", "sendmail", "lmtp"))


def read_delivery(text: str) -> Route:
    """An operator's `deliver`; ValueError with what is wrong."""
    return Route("mail") if text == "mail" else _read(text, ("maildir", "lmtp", "imap", "imaps"))


def read_mailbox(text: str) -> Route:
    """The folder of `[fetch] mailbox`; ValueError with what is wrong. A password may be missing, TLS may not."""
    found = _read(text, ("imaps", "imap"), needs_password=False)
    if not found.user or found.tls == "none":
        raise ValueError(Sentence("it must look like %(example)s", example="imaps://user:password@host/Folder"))
    return found


def _read(text: str, kinds: tuple[str, ...], needs_password: bool = True) -> Route:
    kind, colon, rest = text.partition(":")
    if not colon or kind not in kinds:
        raise ValueError(
            Sentence("it must begin with one of %(known)s", known=", ".join(f"{known}:" for known in kinds))
        )
    if kind in ("maildir", "sendmail") or (kind == "lmtp" and not rest.startswith("//")):
        if not rest:
            raise ValueError(Sentence("%(kind)s: needs a path behind it", kind=kind))
        return Route(kind, path=rest)
    found = _URL.match(text)
    if not found:
        raise ValueError(Sentence("it must look like %(example)s", example=f"{kind}://host:port"))
    port = int(found["port"] or _PORTS[kind])
    if not 0 < port < 65536:
        raise ValueError(Sentence("%(port)s is not a port", port=port))
    tls = found["tls"] or _usual_tls(kind, port, bool(found["user"]))
    if tls not in TLS:
        raise ValueError(Sentence("tls must be one of %(known)s", known=", ".join(TLS)))
    user, password = _unquoted(found["user"] or ""), _unquoted(found["password"] or "")
    if not (user + password).isprintable():
        raise ValueError(Sentence("a user name and a password are one line"))  # or they could say commands of their own
    folder = _unquoted((found["folder"] or "").strip("/"))
    if kind.startswith("imap"):
        if needs_password and not found["password"]:
            raise ValueError(
                Sentence("it must look like %(example)s", example=f"{kind}://user:password@host:port/Folder")
            )
        folder = folder or "INBOX"
    if folder and not (kind.startswith("imap") and folder.isprintable()):
        raise ValueError(Sentence("%(kind)s://host:port has no %(folder)s behind it", kind=kind, folder=repr(folder)))
    return Route(
        kind.removesuffix("s"),
        host=found["host"].strip("[]"),
        port=port,
        user=user,
        password=password,
        tls=tls,
        folder=folder,
    )


def _usual_tls(kind: str, port: int, with_password: bool) -> str:
    """What a port means where `tls` is not said (RFC 8314): 465 and IMAP are implicit; a password never goes bare."""
    if kind.startswith("imap") or port == 465:
        return "starttls" if kind == "imap" and port == _IMAP else "implicit"
    return "starttls" if kind == "smtp" and (port == 587 or with_password) else "none"


def _unquoted(text: str) -> str:
    """RFC 3986, 2.1; bytes that are no UTF-8 are Latin-1, as they used to be."""

    def plain(found: re.Match[str]) -> str:
        raw = bytes.fromhex(found[0].replace("%", ""))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", plain, text)
