"""What rules want done with a ticket once it is there: a small file each in data/duties/, until it is done.

Guarantee: a duty is on disk before its ticket, so that a killed process leaves it to the next; on a desk without rules
there is no folder. It does nothing of it (ruling).
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.shelves.rules import Hand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_END = ".json"


class Duty(NamedTuple):
    """The rules that applied to a ticket, by name, the note they have for operators, and whom they hand it to.

    `submission` is what made the ticket: a number that was drawn twice is then no danger.
    """

    submission: str
    rules: tuple[str, ...]
    note: str = ""
    hand: Hand | None = None


class Duties:
    """The folder of duties, and whose turn it is in the file `turns`."""

    def __init__(self, folder: str, turns: str, lock: str) -> None:
        self.folder = folder
        self._turns = turns
        self._lock = lock

    def promise(self, number: str, duty: Duty) -> None:
        """Keep the duty. FileExistsError if there is one for this number: a ticket of somebody else's."""
        import json

        path = self.path(number)
        try:
            disk.write_new(path, [json.dumps(duty).encode()])
        except FileNotFoundError:
            disk.make_folder(self.folder)
            disk.write_new(path, [json.dumps(duty).encode()])

    def find(self, number: str) -> Duty | None:
        """The duty towards this ticket; None if there is none, or nobody can read it."""
        import json

        try:
            submission, rules, note, hand = json.loads(disk.read(self.path(number)))
            return Duty(submission, tuple(rules), note, hand and _hand(*hand))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def forget(self, number: str) -> None:
        """It is done, or there is nothing to be done; no matter if there is none."""
        disk.remove(self.path(number), durable=False)

    def numbers(self) -> list[str]:
        """The tickets towards which there are duties."""
        return [name.removesuffix(_END) for name in disk.names(self.folder) if name.endswith(_END)]

    def next_of(self, names: list[str]) -> str:
        """Whose turn it is: who of these had theirs longest ago, the first of them if several; it is theirs now."""
        with disk.locked(self._lock):
            turns = self._known()
            found = min(names, key=lambda name: turns.get(name, 0))
            turns[found] = max(turns.values(), default=0) + 1
            disk.jot(self._turns, "".join(f"{turn} {name}\n" for name, turn in sorted(turns.items())).encode())
        return found

    def peek(self, names: list[str]) -> str:
        """Whose turn it would be."""
        turns = self._known()
        return min(names, key=lambda name: turns.get(name, 0))

    def _known(self) -> dict[str, int]:
        """When each had their turn, counted from 1; lost, it begins anew."""
        try:
            lines = disk.read(self._turns).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return {}
        pairs = (line.partition(" ") for line in lines)
        return {name: int(turn) for turn, _, name in pairs if turn.isdigit() and name}

    def path(self, number: str) -> str:
        """Where the duty towards this ticket lies."""
        return os.path.join(self.folder, number + _END)


def _hand(operators: list[str], skill: str, department: str, by: str, *_: Any) -> Hand:
    return Hand(tuple(operators), skill, department, by)
