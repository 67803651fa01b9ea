"""The outbox: letters to send, a small file each, in the folder that says how far they are.

Guarantee: a staged letter is on disk before its ticket names it; a published one stays until it is sent or a person
drops it; of two couriers one gets it; what a killed courier was sending is sent again with the same Message-ID.
It writes no letters (mail/written) and sends none (courier).

    staged/  belongs to a ticket that is just being written     new/   to be sent when its time comes
    sending/ a courier has it                                   held/  waits for a person
    sent/    a folder for each minute; gone after a day
"""

from __future__ import annotations

import os
import re

from helpdesk_lite import disk
from helpdesk_lite.words import i18n, times
from helpdesk_lite.words.letter import Letter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

STAGED, NEW, SENDING, HELD = FOLDERS = ("staged", "new", "sending", "held")
SENT = "sent"
_END = ".json"
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){1,3}(?:~[0-9]{1,9})?\Z")


class Outbox:
    """The folders under `folder`."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def make_folders(self) -> None:
        """Make what is missing of the outbox's folders."""
        for name in (*FOLDERS, SENT):
            disk.make_folder(os.path.join(self.folder, name))

    # What the desk does, under the ticket's lock.

    def stage(self, letters: Iterable[Letter]) -> None:
        """Put the letters on disk, where no courier looks. A letter of the same name is replaced."""
        found = list(letters)
        for letter in found:
            self._put(STAGED, letter)
        if found:
            disk.sync_folder(os.path.join(self.folder, STAGED))

    def publish(self, letters: Iterable[Letter]) -> None:
        """Let the courier see these staged letters. A crash that undoes this is mended by `recover`."""
        for letter in letters:
            disk.slide(self._path(STAGED, letter.name), self._path(NEW, letter.name))

    def staged(self, number: str) -> list[Letter]:
        """The letters of this ticket that are staged and not published."""
        names = [name for name in self._names(STAGED) if name.startswith(number + ".")]
        return list(self._read(STAGED, names))

    def drop_staged(self, letters: Iterable[Letter]) -> None:
        """Take staged letters away that no ticket will name."""
        for letter in letters:
            disk.remove(self._path(STAGED, letter.name), durable=False)

    def recover(self, number: str, named: Collection[str]) -> int:
        """Publish the ticket's staged letters whose Message-IDs its entries name, drop the others; how many they were.

        The caller holds the ticket's lock.
        """
        found = self.staged(number)
        self.publish(letter for letter in found if letter.message_id in named)
        self.drop_staged(letter for letter in found if letter.message_id not in named)
        return len(found)

    def staged_numbers(self) -> list[str]:
        """The tickets that have staged letters."""
        return sorted({name.partition(".")[0] for name in self._names(STAGED)})

    # What the courier does, under its lease.

    def due(self, now: float | None = None) -> list[Letter]:
        """The letters to send by `now` (seconds UTC; None: all there are, whatever their time), oldest ticket first."""
        return [letter for letter in self._read(NEW) if now is None or letter.next_at <= now]

    def take(self, letter: Letter) -> bool:
        """Have the letter for sending; false if it is no longer there to be had."""
        try:
            disk.slide(self._path(NEW, letter.name), self._path(SENDING, letter.name))
        except FileNotFoundError:
            return False
        return True

    def postpone(self, letter: Letter) -> None:
        """Put a taken letter back, as it is now (its recipients, tries, next time and reason)."""
        self._give_back(NEW, letter)

    def hold(self, letter: Letter) -> None:
        """Keep a taken letter, as it is now, for a person to look at."""
        self._give_back(HELD, letter)

    def hold_part(self, letter: Letter) -> Letter:
        """Hold the letter, whose recipients are those of a taken one that were refused, while the others go on.

        Returns it as it lies there: with the number of a part that no other has.
        """
        names = {name for folder in FOLDERS for name in self._names(folder)}
        while letter.name in names:
            letter = letter._replace(part=letter.part + 1)
        disk.replace(self._path(HELD, letter.name), [_written(letter)])
        return letter

    def done(self, letter: Letter, at: float) -> None:
        """Lay a letter that was sent at this moment (seconds UTC) aside, or forget it if the disk has no room for that.

        `settle` makes it last; a power cut before that sends it again. Taken away one by one, letters would cost more
        than sending them on an ext4 without a journal, which looks past each file that went in the last minutes.
        """
        folder = os.path.join(self.folder, SENT, times.minute(int(at)))
        path = self._path(SENDING, letter.name)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            disk.slide(path, os.path.join(folder, letter.name + _END))
        except OSError:
            disk.remove(path, durable=False)

    def forget_sent(self, until: float) -> None:
        """Throw away the letters that were sent before this moment (seconds UTC)."""
        for minute in disk.names(os.path.join(self.folder, SENT)):
            folder = os.path.join(self.folder, SENT, minute)
            if minute < times.minute(int(until)):
                disk.remove_older(folder, float("inf"))
                disk.remove_empty(folder)

    def forget(self, number: str) -> None:
        """Throw away every letter of this ticket, sent or not. The caller holds the ticket's lock."""
        sent = (os.path.join(SENT, minute) for minute in disk.names(os.path.join(self.folder, SENT)))
        for folder in (*FOLDERS, *sent):
            for name in disk.names(os.path.join(self.folder, folder)):
                if name.startswith(f"{number}."):
                    disk.remove(os.path.join(self.folder, folder, name))

    def settle(self) -> None:
        """Return when what was moved and forgotten until now is so on disk."""
        for name in (STAGED, NEW, SENDING):
            disk.sync_folder(os.path.join(self.folder, name))

    def sweep(self) -> int:
        """Put back what a killed courier was sending, a try more; how many. The caller holds the courier's lease."""
        names = self._names(SENDING)
        for name in names:
            if any(disk.is_there(self._path(folder, name)) for folder in (NEW, HELD)):
                disk.remove(self._path(SENDING, name))  # it was killed after it had put the letter back
                continue
            for letter in self._read(SENDING, [name]):
                self._give_back(NEW, letter._replace(tries=letter.tries + 1))
        return len(names)

    # What people do and see.

    def waiting(self) -> list[Letter]:
        """The letters still to be sent, the one being sent among them, oldest ticket first."""
        return sorted([*self._read(SENDING), *self._read(NEW)], key=lambda letter: letter.name)

    def held(self) -> list[Letter]:
        """The letters that wait for a person."""
        return list(self._read(HELD))

    def unsent(self, number: str) -> list[tuple[Letter, bool]]:
        """The letters of this ticket that are not sent yet, and whether each is held."""
        found = []
        for folder in (SENDING, NEW, HELD):
            names = [name for name in self._names(folder) if name.startswith(f"{number}.")]
            found += [(letter, folder == HELD) for letter in self._read(folder, names)]
        return found

    def counts(self) -> tuple[int, int]:
        """How many letters are waiting and held."""
        return len(self._names(NEW)) + len(self._names(SENDING)), len(self._names(HELD))

    def retry(self, name: str) -> bool:
        """Let the courier try this held or waiting letter now; false if it is not there (any more)."""
        for folder in (HELD, NEW):
            for letter in self._read(folder, [name] if _NAME.match(name) else []):
                fresh = letter._replace(tries=0, next_at=0)
                if folder == HELD:
                    disk.replace(self._path(HELD, name), [_written(fresh)])
                    return self._moved(name)
                return self._hastened(fresh)
        return False

    def drop(self, name: str) -> bool:
        """Take this held or waiting letter away, for good; false if it is not there (any more)."""
        for folder in (HELD, NEW):
            path = self._path(folder, name)
            if _NAME.match(name) and disk.is_there(path):
                disk.remove(path)
                return True
        return False

    def damaged(self) -> list[str]:
        """The files in the outbox that are no letters: nobody sends them."""
        found = []
        for folder in FOLDERS:
            for name in disk.names(os.path.join(self.folder, folder)):
                path = os.path.join(self.folder, folder, name)
                if not name.endswith(_END) or _is_damaged(path):
                    found.append(path)
        return found

    def _path(self, folder: str, name: str) -> str:
        return os.path.join(self.folder, folder, name + _END)

    def _names(self, folder: str) -> list[str]:
        found = disk.names(os.path.join(self.folder, folder))
        return [name.removesuffix(_END) for name in found if name.endswith(_END)]

    def _read(self, folder: str, names: Iterable[str] | None = None) -> Iterator[Letter]:
        for name in self._names(folder) if names is None else names:
            letter = _letter(self._path(folder, name))
            if letter is not None and letter.name == name:
                yield letter

    def _put(self, folder: str, letter: Letter) -> None:
        path = self._path(folder, letter.name)
        disk.put(path, [_written(letter)])

    def _give_back(self, folder: str, letter: Letter) -> None:
        disk.replace(self._path(folder, letter.name), [_written(letter)])
        disk.remove(self._path(SENDING, letter.name), durable=False)

    def _moved(self, name: str) -> bool:
        """Whether the letter could be moved from held to new."""
        try:
            disk.move(self._path(HELD, name), self._path(NEW, name))
        except (FileNotFoundError, FileExistsError):
            return False
        return True

    def _hastened(self, letter: Letter) -> bool:
        """Whether a waiting letter could be made due: taken first, so that no courier has it meanwhile."""
        if not self.take(letter):
            return False
        self.postpone(letter)
        return True


_PARTS = "reason_parts"  # beside the reason in English, so that each reader can have it in their language


def _written(letter: Letter) -> bytes:
    import json

    values = letter._asdict()
    if parts := i18n.parts(letter.reason):
        values[_PARTS] = parts
    return (json.dumps(values, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _is_damaged(path: str) -> bool:
    """Whether there is a file that is no letter. It may go, or go and come back, between two looks."""
    return all(not _is_letter(path) and disk.is_there(path) for _ in range(2))


def _is_letter(path: str) -> bool:
    """Whether the file holds the letter that its name says; under another name nobody would read it."""
    letter = _letter(path)
    return letter is not None and letter.name + _END == os.path.basename(path)


_DEFAULTS = Letter("", "", "", "", 0)


def _letter(path: str) -> Letter | None:
    """The letter in the file; None if it is gone or is not one."""
    import json

    try:
        found = json.loads(disk.read(path))
        values = {name: found.get(name, value) for name, value in _DEFAULTS._asdict().items()}
        values["recipients"] = tuple(values["recipients"])
        letter = Letter(**values)
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return None
    shapes = all(type(value) is type(default) for value, default in zip(letter, _DEFAULTS, strict=True))
    is_letter = shapes and all(type(recipient) is str for recipient in letter.recipients)
    if not (is_letter and _NAME.match(letter.name) and letter.kind):
        return None
    return letter._replace(reason=i18n.whole(letter.reason, found.get(_PARTS)))
