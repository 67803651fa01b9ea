"""The flat store: a ticket is an mbox file, and the folder it lies in says who has it.

Guarantee: `store/contract.py`, also when killed at any point and after a power cut: the ticket's next version is
written whole to moving/ first; the rename of the ticket itself decides; whoever takes its lock next finishes what was
left. It writes no letters and does not know who may do what.
"""

from __future__ import annotations

import io
import mmap
import os
from contextlib import contextmanager

from helpdesk_lite import disk, times, tracking
from helpdesk_lite.errors import TicketDamaged, TicketMoved, UnknownNumber
from helpdesk_lite.store import mbox
from helpdesk_lite.ticket import CLAIMED, CLOSED, PENDING, QUEUE, Place, Ticket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.ticket import Entry, Head, Inquiry

FOLDERS = (PENDING, CLAIMED, CLOSED, "moving", "locks", "submissions")
_ONCE = 86_400  # seconds in which the same submission is the same ticket
_END = ".mbox"
_LOOKS = 10  # at all folders for a ticket that others move at the same time, before it counts as unknown


class FlatStore:
    """Tickets under the folder `data`. `clock` tells the seconds UTC."""

    def __init__(self, data: str, clock: Callable[[], float]) -> None:
        self.data = data
        self._clock = clock

    def make_folders(self) -> None:
        """Make what is missing of the store's folders."""
        for name in FOLDERS:
            disk.make_folder(os.path.join(self.data, name))

    @contextmanager
    def locked(self, number: str) -> Iterator[None]:
        """See `Store.locked`. The lock file is one of a fixed few: data/locks/XX.lock, XX the number's last two."""
        with disk.locked(lock_path(self.data, number)):
            self._finish_move(number)
            yield

    @contextmanager
    def once(self, submission: str) -> Iterator[str]:
        """See `Store.once`."""
        with disk.locked(self._path("locks", f"submission-{submission[:2]}.lock")):
            yield self._made_by(submission)

    def add(self, inquiry: Inquiry, entry: Entry, message: Callable[[], Iterable[bytes]]) -> None:
        """See `Store.add`. Which submission it was is noted first: at worst the note names a ticket that never was."""
        head = inquiry.head
        if head.submission:
            self._note_submission(head.submission, head.number)
        disk.write_new(self._path(PENDING, head.number + _END), mbox.inquiry_bytes(inquiry, entry, message()))

    def move(self, number: str, source: Place, target: Place, entry: Entry) -> None:
        """See `Store.move`."""
        path, place = self._find(number)
        if place != source:
            raise TicketMoved(number, place.state, place.holder, self.read(number).since)
        addition = mbox.entry_bytes(number, entry, target)
        goal = path if source == target else self._goal(number, target, entry.at)
        if goal == path:
            disk.replace(path, _with(path, addition))
            return
        disk.make_folder(os.path.dirname(goal))
        coming = self._path("moving", number + _END)
        disk.put(coming, _with(path, addition))
        disk.exchange(path, goal, coming)

    def place(self, number: str) -> Place:
        """See `Store.place`."""
        return self._find(number)[1]

    def read(self, number: str) -> Ticket:
        """See `Store.read`."""
        with self._open(number) as (_, content, place):
            found = mbox.entries_of(content)
            entries = tuple(mbox.entry_of(one) for one in found)
            arrivals = [entry.at for entry, one in zip(entries, found, strict=True) if mbox.place_of(one) == place]
            inquiry = mbox.inquiry_of(found[0], mbox.head_of(content[: mbox.HEAD_SIZE]))
            return Ticket(inquiry, place, arrivals[-1] if arrivals else entries[-1].at, entries)

    def open_message(self, number: str, message_id: str) -> BinaryIO:
        """See `Store.open_message`."""
        with self._open(number) as (file, content, _):
            for found in mbox.entries_of(content):
                if found.fact("Message-ID") == message_id:
                    return self._message(file, content, found)
        raise KeyError(message_id)

    def pending(self, after: str = "", limit: int = 50) -> list[Head]:
        """See `Store.pending`."""
        import bisect

        names = disk.names(self._path(PENDING))
        return self._heads(PENDING, names[bisect.bisect(names, after + _END) if after else 0 :], limit)

    def count_pending(self) -> int:
        """See `Store.count_pending`."""
        return len(disk.names(self._path(PENDING)))

    def held_by(self, operator: str) -> list[Head]:
        """See `Store.held_by`."""
        folder = os.path.join(CLAIMED, operator)
        names = disk.names(self._path(folder))
        return self._heads(folder, names, len(names))

    def numbers(self, state: str) -> Iterator[str]:
        """See `Store.numbers`."""
        found = disk.names(self._path(state))
        if state != PENDING:
            found = sorted(name for folder in found for name in disk.names(self._path(state, folder)))
        return (name.removesuffix(_END) for name in found if tracking.is_number(name.removesuffix(_END)))

    def version(self) -> str:
        """See `Store.version`."""
        return f"{os.stat(self._path(PENDING)).st_mtime_ns:x}"

    def tidy(self) -> None:
        """See `Store.tidy`."""
        for folder in disk.names(self._path("submissions")):
            disk.remove_older(self._path("submissions", folder), self._clock() - _ONCE)

    def _path(self, *parts: str) -> str:
        return os.path.join(self.data, *parts)

    def _goal(self, number: str, place: Place, at: int) -> str:
        if place.state == CLAIMED:
            return self._path(CLAIMED, place.holder, number + _END)
        return self._path(CLOSED, times.month(at), number + _END) if place.state == CLOSED else self._pending(number)

    def _pending(self, number: str) -> str:
        return self._path(PENDING, number + _END)

    def _find(self, number: str) -> tuple[str, Place]:
        """Where the ticket's file is. It may move between two looks, hence a few rounds."""
        if not tracking.is_number(number):
            raise UnknownNumber(number)
        for _ in range(_LOOKS):
            if os.path.exists(path := self._pending(number)):
                return path, QUEUE
            for operator in disk.names(self._path(CLAIMED)):
                if os.path.exists(path := self._path(CLAIMED, operator, number + _END)):
                    return path, Place(CLAIMED, operator)
            for month in reversed(disk.names(self._path(CLOSED))):
                if (holder := _last_holder(path := self._path(CLOSED, month, number + _END))) is not None:
                    return path, Place(CLOSED, holder)
        raise UnknownNumber(number)

    @contextmanager
    def _open(self, number: str) -> Iterator[tuple[BinaryIO, mmap.mmap, Place]]:
        """The ticket's file, open and mapped for reading. TicketDamaged says which file it was."""
        file, path, place = self._opened(number)
        with file, mapped(file, path) as content:
            try:
                yield file, content, place
            except TicketDamaged as wrong:
                raise TicketDamaged(f"{path}: {wrong}") from None

    def _opened(self, number: str) -> tuple[BinaryIO, str, Place]:
        """The ticket's file, open; it may move between looking and opening."""
        for _ in range(_LOOKS):
            path, place = self._find(number)
            try:
                return open(path, "rb"), path, place
            except FileNotFoundError:
                continue
        raise UnknownNumber(number)

    def _heads(self, folder: str, names: list[str], limit: int) -> list[Head]:
        """The heads of the first `limit` of these files; those that moved away meanwhile are passed over."""
        found: list[Head] = []
        for name in names:
            if len(found) == limit:
                break
            if not tracking.is_number(name.removesuffix(_END)):
                continue
            try:
                with open(self._path(folder, name), "rb", buffering=0) as file:
                    found.append(mbox.head_of(file.read(mbox.HEAD_SIZE)))
            except FileNotFoundError:
                continue
            except TicketDamaged as wrong:
                raise TicketDamaged(f"{self._path(folder, name)}: {wrong}") from None
        return found

    def _message(self, file: BinaryIO, content: mmap.mmap, found: mbox.Found) -> BinaryIO:
        import tempfile

        plain = io.BufferedReader(_Slice(os.dup(file.fileno()), found.start, found.end), disk.CHUNK)
        if not mbox.is_quoted(content, found):
            return plain
        copy = tempfile.TemporaryFile(dir=self._path("moving"))
        with plain:
            copy.writelines(mbox.unquoted(plain))
        copy.seek(0)
        return copy

    def _finish_move(self, number: str) -> None:
        """Finish or undo a move that was cut short: it counts if the ticket itself had left its old folder."""
        coming = self._path("moving", number + _END)
        if not os.path.exists(coming):
            return
        with open(coming, "rb") as file, mapped(file, coming) as content:
            target = mbox.place_of(mbox.entries_of(content)[-1])
        path, place = self._find(number)
        if place == target or (target is not None and place.state == target.state == CLOSED):
            disk.rename_over(coming, path)
        else:
            disk.remove(coming)

    def _note_submission(self, submission: str, number: str) -> None:
        folder = self._path("submissions", submission[:2])
        os.makedirs(folder, mode=0o700, exist_ok=True)
        disk.jot(os.path.join(folder, submission), number.encode())

    def _made_by(self, submission: str) -> str:
        path = self._path("submissions", submission[:2], submission)
        try:
            if os.path.getmtime(path) < self._clock() - _ONCE:
                return ""
            number = disk.read(path).decode("ascii", "replace")
            ticket, place = self._find(number)
            if place.state == CLOSED:
                return ""
            disk.sync_folder(os.path.dirname(ticket))  # who made it may have been killed before that
            return number
        except (FileNotFoundError, UnknownNumber):
            return ""


def lock_path(data: str, number: str) -> str:
    """The file whose lock is the ticket's: of a fixed few, told apart by the number's last two characters."""
    return os.path.join(data, "locks", f"{number[-2:]}.lock")


class _Slice(io.RawIOBase):
    """The bytes of an open file from `start` to `end`, as a file of its own; the descriptor is its to close."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor = descriptor
        self._start, self._end = start, end
        self._at = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        self._at = max(self._start, origin + offset)
        return self._at - self._start

    def tell(self) -> int:
        return self._at - self._start

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = os.pread(self._descriptor, min(len(buffer), max(0, self._end - self._at)), self._at)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


@contextmanager
def mapped(file: BinaryIO, path: str) -> Iterator[mmap.mmap]:
    """The open file's bytes as memory, for reading. TicketDamaged if there are none."""
    try:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise TicketDamaged(f"{path}: It is empty.") from None
    with content:
        yield content


def _with(path: str, addition: bytes) -> Iterator[bytes]:
    """The file's bytes with `addition` behind them."""
    yield from disk.chunks_of(path)
    yield addition


def _last_holder(path: str) -> str | None:
    """Who had the closed ticket, as its entries tell; None if there is no such file."""
    try:
        file = open(path, "rb")
    except FileNotFoundError:
        return None
    with file, mapped(file, path) as content:
        for found in reversed(mbox.entries_of(content)):
            if place := mbox.place_of(found):
                return place.holder
    return ""
