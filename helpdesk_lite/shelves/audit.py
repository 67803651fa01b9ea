"""The audit log: who changed what about the desk itself, and who was refused what.

It lies in data/log/, a file a month, a line of JSON each.

Guarantee: lines are only ever added, whole, whoever else adds one; what was noted as a change is on disk when `note`
returns. A line that makes no sense hides no other. It judges nothing, and never holds a password or its hash.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.words import times
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from helpdesk_lite.words.errors import DeskError

REFUSED = "refused"
ADDED, CHANGED, REMOVED = "added", "changed", "removed"
SWITCHED_OFF, SWITCHED_ON = "switched off", "switched on"
PAGE = 50  # entries
MOST_READ = 32_000_000  # bytes that one look for a thing's entries reads
_END = ".jsonl"
_KEPT_BACK = ("password_hash", "password")


class Noted(NamedTuple):
    """An entry: its name in the log, when (seconds UTC) who did what to which thing, and how this was before and after.

    `before` and `after` are values by name; None where there was nothing. `undoes` names the entry that this one undid.
    """

    name: str
    at: int
    who: str
    what: str
    about: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    undoes: str = ""

    def changes(self) -> list[tuple[str, str, str]]:
        """What differs: the name of each value, and how it was before and after; "-" where there was none."""
        before, after = self.before or {}, self.after or {}
        told = ((name, _shown(before.get(name)), _shown(after.get(name))) for name in dict.fromkeys((*before, *after)))
        return [(name, was, now) for name, was, now in told if was != now]


class Audit:
    """The folder of the log, a file a month."""

    def __init__(self, folder: str, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._clock = clock

    def note(
        self,
        who: str,
        what: str,
        about: str,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        undoes: str = "",
    ) -> str:
        """Add an entry, which is on disk then; its name. To be called before the change itself. OSError."""
        return self._add(who, what, about, {"before": before, "after": after, "undoes": undoes}, True)

    def refused(self, who: str, verb: str, about: str) -> None:
        """Note that somebody was refused what they may not do; whether or not the disk lets us, they were."""
        with suppress(OSError):
            self._add(who, REFUSED, f"{verb} {about}".strip(), {}, False)

    def read(self, before: str = "", most: int = PAGE) -> list[Noted]:
        """Entries, the newest first: up to so many, of those that are older than the one of the name `before`."""
        found: list[Noted] = []
        for month, at, line in self._backwards(*_place(before)):
            noted = _read(month, at, line)
            if len(found) == most:
                break
            if noted is not None:
                found.append(noted)
        return found

    def about(self, thing: str, before: str = "", most: int = PAGE) -> tuple[list[Noted], str]:
        """Entries about this thing, the newest first, of those older than the one of the name `before`.

        With them comes the name before which to look on; "" if that was all.
        A look ends after `most` entries, or MOST_READ.
        """
        found: list[Noted] = []
        mark, read = thing.encode("utf-8", "replace"), 0
        for month, at, line in self._backwards(*_place(before)):
            read += len(line)
            noted = _read(month, at, line) if mark in line else None
            if noted is not None and noted.about == thing and noted.what != REFUSED:
                found.append(noted)
            if len(found) == most or read > MOST_READ:
                return found, f"{month}.{at}"
        return found, ""

    def find(self, name: str) -> Noted | None:
        """The entry of this name; None if there is none."""
        month, at = _place(name)
        if not month or at is None:
            return None
        try:
            with open(self._path(month), "rb") as file:
                file.seek(at)
                return _read(month, at, file.readline())
        except FileNotFoundError:
            return None

    def mistakes(self) -> list[str]:
        """What is wrong in the folder, one sentence each, with the file before it."""
        found = []
        for month in self._months():
            path = self._path(month)
            lines = disk.read(path).split(b"\n")
            count = sum(1 for line in lines if line and _read(month, 0, line) is None)
            if count:
                found.append(f"{path}: {count} of its lines are no entries of the log")
        return found

    def _add(self, who: str, what: str, about: str, more: dict[str, Any], is_durable: bool) -> str:
        import json

        at = int(self._clock())
        month = times.month(at)
        told = {name: _told(value) for name, value in more.items() if value not in (None, "")}
        line = json.dumps({"at": times.iso(at), "who": who, "what": what, "about": about, **told}, ensure_ascii=False)
        disk.make_folder(self.folder)
        begins = disk.record(self._path(month), line.encode("utf-8", "replace") + b"\n", is_durable)
        return f"{month}.{begins}"

    def _backwards(self, last: str, end: int | None) -> Iterator[tuple[str, int, bytes]]:
        """Each line of the log before this place, the last one first: its month, where it begins, and what it says."""
        for month in reversed(self._months()):
            if last and month > last:
                continue
            for at, line in _lines(self._path(month), end if month == last else None):
                yield month, at, line

    def _months(self) -> list[str]:
        names = (name.removesuffix(_END) for name in disk.names(self.folder) if name.endswith(_END))
        return [name for name in names if _is_month(name)]

    def _path(self, month: str) -> str:
        return os.path.join(self.folder, month + _END)


def told_of(one: Any) -> dict[str, Any]:
    """What the log keeps of a NamedTuple: all but its name, which the entry has, and what nobody may read there."""
    told = {name: list(value) if isinstance(value, tuple) else value for name, value in one._asdict().items()}
    return {name: value for name, value in told.items() if name not in ("name", *_KEPT_BACK)}


def as_told(usual: Any, told: dict[str, Any] | None, mistaken: type[DeskError]) -> Any:
    """The NamedTuple `usual` with what the log tells of it, in the fields of this version; None for None.

    `mistaken` if a hand wrote that otherwise.
    """
    if told is None:
        return None
    shape = told_of(usual)
    known = {field: value for field, value in told.items() if field in shape}
    if any(type(value) is not type(shape[field]) for field, value in known.items()):
        raise mistaken(Sentence("The entry in the log does not say how it was."))
    lists = {field: tuple(map(str, value)) for field, value in known.items() if isinstance(value, list)}
    return usual._replace(**known | lists)


def _shown(value: Any) -> str:
    """A value in words."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value in (None, "") else str(value)


def _told(value: Any) -> Any:
    """The same without what nobody may read in a log."""
    return {name: one for name, one in value.items() if name not in _KEPT_BACK} if isinstance(value, dict) else value


def _place(name: str) -> tuple[str, int | None]:
    """The month and the byte at which the entry of this name begins; ("", None) if it is no name."""
    month, _, at = name.partition(".")
    is_name = _is_month(month) and at.isascii() and at.isdigit() and len(at) < 16
    return (month, int(at)) if is_name else ("", None)


def _is_month(text: str) -> bool:
    parts = text.split("-")
    return [len(part) for part in parts] == [4, 2] and all(part.isascii() and part.isdigit() for part in parts)


def _lines(path: str, end: int | None) -> Iterator[tuple[int, bytes]]:
    """The lines of a file before the byte `end` (all if None), the last one first, each with where it begins."""
    with open(path, "rb") as file:
        begins = file.seek(0, os.SEEK_END) if end is None else end
        rest = b""
        while begins > 0:
            step = min(disk.CHUNK, begins)
            begins -= step
            file.seek(begins)
            rest, *whole = (file.read(step) + rest).split(b"\n")
            at = begins + len(rest) + sum(len(line) + 1 for line in whole)
            for line in reversed(whole):
                at -= len(line)
                if line:
                    yield at, line
                at -= 1
        if rest:
            yield 0, rest


def _read(month: str, at: int, line: bytes) -> Noted | None:
    """The entry in this line; None if it is none."""
    import json

    try:
        told = json.loads(line)
        texts = [told["who"], told["what"], told["about"], told.get("undoes", "")]
        values = [told.get("before"), told.get("after")]
        when = times.from_iso(told["at"])
        json.dumps(told, ensure_ascii=False).encode()  # half a character, which no page could show, is no text
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not all(isinstance(one, str) for one in texts) or not all(isinstance(one, dict | None) for one in values):
        return None
    who, what, about, undoes = texts
    return Noted(f"{month}.{at}", when, who, what, about, values[0], values[1], undoes)
