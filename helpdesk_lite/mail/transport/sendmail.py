"""Letters through a program that takes a message on its standard input, as sendmail does and its many successors.

Guarantee: no shell and no message reads the addresses; the program's exit status decides (sysexits), and what it said
is told in its own words. It has ten minutes.
"""

from __future__ import annotations

import os
import subprocess
import tempfile

from helpdesk_lite.mail.headers import ascii_domain
from helpdesk_lite.mail.transport.contract import (
    EIGHT_BIT,
    LATER,
    REFUSED,
    SENT,
    Outcome,
    TransportDown,
    Unconnected,
    said,
)
from helpdesk_lite.words.i18n import N_, Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from helpdesk_lite.mail.transport.contract import Parcel

PATIENCE = 600.0  # seconds
# EX_UNAVAILABLE to EX_CONFIG that tell of the system and not of this letter, and the shell's "no such program".
_LATER = frozenset((69, 71, 72, 73, 74, 75, 78, 126, 127))


class SendmailTransport(Unconnected):
    """Sends through the program at `path`."""

    def __init__(self, path: str, patience: float = PATIENCE) -> None:
        self._path = path
        self._patience = patience

    def carries(self) -> int:
        """See `Transport.carries`: such programs are a mail server's way in, and it knows what the next one takes."""
        return EIGHT_BIT

    def reach(self) -> None:
        """See `Transport.reach`: the program is there and can be run; it is not."""
        if not os.path.isfile(self._path):
            raise TransportDown(Sentence("%(path)s: there is no such program", path=self._path))
        if not os.access(self._path, os.X_OK):
            raise TransportDown(Sentence("%(path)s: the desk may not run it", path=self._path))

    def send(self, sender: str, recipients: Sequence[str], parcel: Parcel) -> dict[str, Outcome]:
        """See `Transport.send`. `parcel.file` is a real file, which becomes the program's standard input."""
        envelope = [ascii_domain(address) for address in (sender or "<>", *recipients)]
        command = [self._path, "-oi", "-f", envelope[0], "--", *envelope[1:]]
        with tempfile.TemporaryFile() as words:
            status = self._run(command, parcel.file, words)
            words.seek(0)
            outcome = self._outcome(status, said(words.read(4000)))
        return dict.fromkeys(recipients, outcome)

    def _run(self, command: list[str], message: BinaryIO, words: BinaryIO) -> int | None:
        """The program's exit status; None if it took too long. TransportDown if it cannot be run."""
        message.seek(0)
        message.flush()
        os.lseek(message.fileno(), 0, os.SEEK_SET)
        try:
            done = subprocess.run(
                command, stdin=message, stdout=words, stderr=words, timeout=self._patience, check=False
            )
        except subprocess.TimeoutExpired:
            return None
        except OSError as wrong:
            raise TransportDown(f"{self._path}: {wrong.strerror}") from None
        return done.returncode

    def _outcome(self, status: int | None, words: str) -> Outcome:
        if status == 0:
            return Outcome(SENT)
        if status is None:
            text = N_("%(path)s: it took longer than %(num)s seconds")
            return Outcome(LATER, Sentence(text, path=self._path, num=round(self._patience)))
        text = N_("%(path)s: exit status %(status)s: %(words)s") if words else N_("%(path)s: exit status %(status)s")
        reason = Sentence(text, path=self._path, status=status, words=words)
        return Outcome(LATER if status in _LATER or status < 0 else REFUSED, reason)
