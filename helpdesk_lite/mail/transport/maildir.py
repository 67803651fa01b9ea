"""Letters into Maildirs on this machine, which any mail program and IMAP server can read.

Guarantee: a letter is on disk before it counts as sent, and is seen whole or not at all; the same letter again makes no
second copy while the first lies in the inbox; no address reaches a folder outside the one that is meant.
"""

from __future__ import annotations

import itertools
import os
import re

from helpdesk_lite import disk
from helpdesk_lite.mail import headers
from helpdesk_lite.mail.transport import wire
from helpdesk_lite.mail.transport.contract import ANY_BYTES, LATER, SENT, Outcome, TransportDown, Unconnected
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from helpdesk_lite.mail.transport.contract import Parcel

_FLAGS = "DFPRST"  # draft, flagged, passed, replied, seen, trashed; in this order in a file name
_SUFFIXES = tuple(
    ":2," + "".join(flags) for count in range(len(_FLAGS) + 1) for flags in itertools.combinations(_FLAGS, count)
)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:%*?"<>|]|\A\.')
_COARSEST = 2  # seconds: the coarsest clock a file system has
_LONGEST_NAME = 200  # bytes of a folder's name


class MaildirTransport(Unconnected):
    """Puts letters into the Maildir `path` itself, or with `for_each` into one of each recipient's own below it."""

    def __init__(self, path: str, for_each: bool) -> None:
        self._path = path
        self._for_each = for_each

    def carries(self) -> int:
        """See `Transport.carries`: a file holds anything."""
        return ANY_BYTES

    def reach(self) -> None:
        """See `Transport.reach`: the folder can be written, or made."""
        folder = os.path.abspath(self._path)
        while not os.path.exists(folder):
            folder = os.path.dirname(folder)
        if not (os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)):
            raise TransportDown(
                Sentence("%(path)s: the desk may not write into %(folder)s", path=self._path, folder=folder)
            )

    def send(self, sender: str, recipients: Sequence[str], parcel: Parcel) -> dict[str, Outcome]:
        """See `Transport.send`."""
        return {recipient: self._deliver(sender, recipient, parcel) for recipient in recipients}

    def _deliver(self, sender: str, recipient: str, parcel: Parcel) -> Outcome:
        maildir = os.path.join(self._path, folder_name(recipient)) if self._for_each else self._path
        try:
            for folder in (self._path, maildir, *(os.path.join(maildir, name) for name in ("tmp", "cur", "new"))):
                disk.make_folder(folder)
            inbox = os.path.join(maildir, "new")
            if not _has(maildir, parcel.name):
                lines = _delivered(sender, recipient, parcel)
                hidden = disk.write_beside(os.path.join(maildir, "tmp", parcel.name), lines)
                disk.rename_hidden(hidden, os.path.join(inbox, parcel.name))
            disk.sync_folder(inbox)
        except OSError as wrong:
            return Outcome(LATER, f"{wrong.filename or maildir}: {wrong.strerror}")
        return Outcome(SENT)


def folder_name(address: str) -> str:
    """The address as the name of one folder: what means something to a file system is written %XX."""
    name = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
    if len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        import hashlib

        name = f"{name[:40]}%{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()[:32]}"
    return name or "%"


def _has(maildir: str, name: str) -> bool:
    """Whether the letter lies there, new or looked at."""
    if os.path.exists(os.path.join(maildir, "new", name)):
        return True
    seen = os.path.join(maildir, "cur")
    written_at = name.partition(".")[0]
    if written_at.isdecimal() and os.stat(seen).st_mtime + _COARSEST < int(written_at):
        return False  # nothing has come in there since the letter was written: almost always
    return any(os.path.exists(os.path.join(seen, name + suffix)) for suffix in ("", *_SUFFIXES))


def _delivered(sender: str, recipient: str, parcel: Parcel) -> Iterator[bytes]:
    """The message as it lies in a mailbox: with the envelope on top (RFC 5321, 4.4)."""
    yield f"Return-Path: <{headers.one_line(sender)}>\nDelivered-To: {headers.one_line(recipient)}\n".encode()
    yield from wire.pieces(parcel.file)
