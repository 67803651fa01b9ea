"""The first operator: a one-time link with which somebody at the machine makes the first account.

Guarantee: the link works while there is no operator at all, only the newest one, and once, whoever races. The log says
that it was used.
"""

from __future__ import annotations

import hmac
import os

from helpdesk_lite import disk
from helpdesk_lite.words.errors import NotAllowed
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.rights import ADMINISTRATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.administration.accounts import Accounts
    from helpdesk_lite.shelves.operators import Operator


class Setup:
    """The link's key, kept in the file `path` until it is used."""

    def __init__(self, accounts: Accounts, path: str, lock_path: str, chance: Callable[[], int]) -> None:
        self._accounts = accounts
        self._operators = accounts.operators
        self._path = path
        self._lock_path = lock_path
        self._chance = chance

    def new_key(self) -> str:
        """The key of a new link; links given before are void. "" if there is an operator already."""
        if self._operators.names():
            return ""
        key = f"{self._chance():016x}{self._chance():016x}"
        disk.replace(self._path, [key.encode()])
        return key

    def is_key(self, given: str) -> bool:
        """Whether the link with this key still works."""
        try:
            key = disk.read(self._path)
        except FileNotFoundError:
            return False
        return hmac.compare_digest(key, given.encode("utf-8", "replace")) and not self._operators.names()

    def first_operator(self, given: str, operator: Operator, password: str) -> Operator:
        """Make the first account, an administrator. NotAllowed if the link is void; OperatorMistaken."""
        with disk.locked(self._lock_path):
            if not self.is_key(given):
                raise NotAllowed(Sentence("This link has been used, or a newer one was made."))
            first = operator._replace(role=ADMINISTRATOR)
            made = self._accounts.add(first, first, password)
            disk.remove(self._path)
        return made


def path_in(data: str) -> str:
    """Where the key lies."""
    return os.path.join(data, "setup-key")
