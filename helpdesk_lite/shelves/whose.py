"""Which tickets a customer has, by their mail address: a folder of small files that grow by a line with each ticket.

Guarantee: noting takes one small append and no lock, and no address stands there in clear. It is derived: a line may
be lost in a power cut (`verify --repair` writes it again), or name a ticket that never came to be or is not theirs;
whoever asks looks at the ticket itself.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.words import signing, tracking

_MARK = 32  # characters
_DIGITS = set("0123456789abcdef")


class Whose(NamedTuple):
    """The files below `folder`: XX/MARK, XX being how the mark begins."""

    folder: str
    secret: bytes

    def mark(self, address: str) -> str:
        """What stands for the address here and in links: 32 hexadecimal digits that only this desk can tell."""
        digest = signing.digest()
        digest.update(signing.proof(self.secret, "customer's tickets", address.lower()).encode())
        return digest.hexdigest()

    def note(self, address: str, number: str) -> None:
        """Say that the ticket is this customer's."""
        path = self._path(self.mark(address))
        record = b"\n%s\n" % number.encode()  # the first line end closes a line that a crash cut short
        try:
            disk.append(path, record)
        except FileNotFoundError:
            for folder in (self.folder, os.path.dirname(path)):
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700)
            disk.append(path, record)

    def forget(self, address: str) -> None:
        """Take away what is noted of this customer."""
        disk.remove(self._path(self.mark(address)))

    def numbers(self, mark: str) -> list[str]:
        """The tickets noted for this mark, the newest first; none for what can be no mark."""
        if len(mark) != _MARK or not set(mark) <= _DIGITS:
            return []
        try:
            text = disk.read(self._path(mark)).decode("ascii", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted({line for line in text.split("\n") if tracking.is_number(line)}, reverse=True)

    def _path(self, mark: str) -> str:
        return os.path.join(self.folder, mark[:2], mark)
