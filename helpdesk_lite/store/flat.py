"""The flat store: a ticket is an mbox file, and the folder it lies in says who has it.

Guarantee: `store/contract.py`, also when killed at any point and after a power cut: the ticket's next version is
written whole to moving/ first; the rename of the ticket itself decides; whoever takes its lock next finishes what was
left. It writes no letters and does not know who may do what.
"""

from __future__ import annotations

import errno
import io
import mmap
import os
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, islice

from helpdesk_lite import disk
from helpdesk_lite.slice import Slice
from helpdesk_lite.store import fanout, glance, marks, mbox
from helpdesk_lite.store.contents import Remembered
from helpdesk_lite.words import times, tracking
from helpdesk_lite.words.errors import TicketDamaged, TicketMoved, UnknownNumber
from helpdesk_lite.words.standing import NORMAL, RESOLVED
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, Place, Ticket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.store.contract import Content
    from helpdesk_lite.store.heads import Heads
    from helpdesk_lite.words.ticket import Entry, Head, Inquiry

FOLDERS = (PENDING, CLAIMED, CLOSED, "moving", "locks", "submissions")
_ONCE = 86_400  # seconds in which the same submission is the same ticket
_LOOKS = 10  # at all folders for a ticket that others move at the same time, before it counts as unknown


class FlatStore:
    """Tickets under the folder `data`. `clock` tells the seconds UTC."""

    def __init__(self, data: str, clock: Callable[[], float]) -> None:
        self.data = data
        self._clock = clock
        self._contents = Remembered()
        self._remembered: Heads | None = None

    def make_folders(self) -> None:
        """Make what is missing of the store's folders."""
        for name in FOLDERS:
            disk.make_folder(os.path.join(self.data, name))

    @contextmanager
    def locked(self, *numbers: str) -> Iterator[None]:
        """See `Store.locked`. The lock file is one of a fixed few: data/locks/XX.lock, XX the number's last two.

        Two tickets may share one; several are taken in the order of their names, so nobody waits in a circle.
        """
        with ExitStack() as locks:
            for path in sorted({lock_path(self.data, number) for number in numbers}):
                locks.enter_context(disk.locked(path))
            for number in numbers:
                self._finish_move(number)
            yield

    @contextmanager
    def once(self, submission: str) -> Iterator[str]:
        """See `Store.once`."""
        with disk.locked(self._path("locks", f"submission-{submission[:2]}.lock")):
            yield self._made_by(submission)

    def add(self, inquiry: Inquiry, entry: Entry, message: Content, claim: Entry | None = None) -> None:
        """See `Store.add`. Which submission it was is noted first: at worst the note names a ticket that never was."""
        head = inquiry.head
        place = Place(CLAIMED, claim.by) if claim else QUEUE
        folder = self._folder(place, entry.at)
        for known in {folder, self._path(PENDING)}:
            if path := fanout.find(known, head.number):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        if head.submission:
            self._note_submission(head.submission, head.number)

        def put(path: str) -> None:
            claimed = mbox.entry_bytes(head.number, claim, place) if claim else ()
            disk.write_new(path, chain(mbox.inquiry_bytes(inquiry, entry, message()), claimed))

        marks.put(self.data, head.number, marks.of(place, head.standing), entry.at)
        self._tell_of_change(fanout.enter(folder, head.number, put))

    def move(self, number: str, source: Place, target: Place, entry: Entry, message: Content | None = None) -> None:
        """See `Store.move`."""
        path, place = self._find(number)
        if place != source:
            raise TicketMoved(self.read(number))
        before = glance.standing(path)
        old, new = marks.of(source, before), marks.of(target, before if entry.standing is None else entry.standing)
        marks.put(self.data, number, new - old, entry.at)
        self._write_next(number, path, source, target, entry, message)
        with suppress(OSError):  # the ticket has moved; `verify` takes what is left
            marks.take(self.data, number, old - new)

    def _write_next(
        self, number: str, path: str, source: Place, target: Place, entry: Entry, message: Content | None
    ) -> None:
        """Write the ticket's next version, at its next place."""

        def next_version() -> Iterator[bytes]:
            old = disk.chunks_of(path)
            yield from old if entry.standing is None else mbox.with_standing(old, entry.standing)
            yield from mbox.entry_bytes(number, entry, target, message and message())

        folder = self._folder(target, entry.at)
        if source == target or path in fanout.paths(folder, number):
            disk.renew(path, next_version())
            if entry.standing is not None:
                self._tell_of_change(path)
            return

        def put(goal: str) -> None:
            coming = self._coming(number)
            disk.put(coming, next_version())
            disk.exchange(path, goal, coming)

        goal = fanout.enter(folder, number, put)
        fanout.leave(path)
        self._tell_of_change(path, goal)

    def erase(self, number: str, entry: Entry) -> None:
        """See `Store.erase`."""
        from helpdesk_lite.store import anonymous

        with self._open(number) as (_, content, place):
            disk.renew(self._find(number)[0], anonymous.ticket_bytes(content, entry))
        if place == QUEUE:
            disk.touch(self._path(PENDING))

    def closed_until(self, until: float) -> Iterator[str]:
        """See `Store.closed_until`."""
        from helpdesk_lite.store.anonymous import ERASED

        for month in disk.names(self._path(CLOSED)):
            if month <= times.month(int(until)):
                for head in self._each_head(self._path(CLOSED, month)):
                    if head.submission != ERASED:
                        yield head.number

    def place(self, number: str) -> Place:
        """See `Store.place`."""
        return self._find(number)[1]

    def read(self, number: str) -> Ticket:
        """See `Store.read`."""
        with self._open(number) as (file, content, place):
            return self._contents.of(number, file, content, place).ticket

    def open_message(self, number: str, message_id: str) -> BinaryIO:
        """See `Store.open_message`."""
        with self._open(number) as (file, content, place):
            return self._message(file, content, self._contents.of(number, file, content, place).found[message_id])

    def messages(self, number: str, message_ids: Iterable[str]) -> Iterator[BinaryIO]:
        """See `Store.messages`."""
        with self._open(number) as (file, content, place):
            known = self._contents.of(number, file, content, place).found
            for message_id in message_ids:
                with self._message(file, content, known[message_id]) as message:
                    yield message

    def pending(self, after: str = "", limit: int = 50) -> list[Head]:
        """See `Store.pending`."""
        marked = marks.of_queue(self.data)
        heads = self._ranked(marked, after) if marked or after else self._each_head(self._path(PENDING))
        return list(islice(heads, limit))

    def count_pending(self, most: int) -> int:
        """See `Store.count_pending`."""
        return fanout.count(self._path(PENDING), most)

    def held_by(self, operator: str, after: str = "", limit: int | None = None) -> list[Head]:
        """See `Store.held_by`."""
        return self._heads(self._path(CLAIMED, operator), after, limit)

    def heads(self, place: Place) -> list[Head]:
        """See `Store.heads`."""
        return self._known().of(self._folder(place, 0), _remembered_as(place))

    def parts(self, place: Place) -> list[list[Head]]:
        """See `Store.parts`."""
        return self._known().parts(self._folder(place, 0), _remembered_as(place))

    def holders(self) -> list[str]:
        """See `Store.holders`."""
        return disk.names(self._path(CLAIMED))

    def months(self) -> list[str]:
        """See `Store.months`."""
        return disk.names(self._path(CLOSED))[::-1]

    def closed_in(self, month: str, before: str = "", limit: int | None = None) -> Iterator[Head]:
        """See `Store.closed_in`."""
        return islice(glance.heads(fanout.backwards(self._path(CLOSED, month), before)), limit)

    def resolved(self, until: float) -> list[str]:
        """See `Store.resolved`."""
        return marks.older(self.data, RESOLVED, until)

    def put_away(self, how: str, before: str = "", limit: int = 50) -> list[Head]:
        """See `Store.put_away`."""
        numbers = [number for number in marks.having(self.data, how) if not before or number < before]
        found = []
        for number in reversed(numbers):
            with suppress(UnknownNumber):
                found += [head for head in glance.heads([self._find(number)[0]]) if head.standing.away == how]
            if len(found) == limit:
                break
        return found

    def numbers(self, state: str) -> Iterator[str]:
        """See `Store.numbers`."""
        from heapq import merge

        state_folder = self._path(state)
        folders = [state_folder] if state == PENDING else [self._path(state, name) for name in disk.names(state_folder)]
        return (number for number, _ in merge(*map(fanout.numbers, folders)))

    def version(self) -> str:
        """See `Store.version`."""
        return f"{os.stat(self._path(PENDING)).st_mtime_ns:x}"

    def tidy(self) -> None:
        """See `Store.tidy`."""
        for folder in disk.names(self._path("submissions")):
            disk.remove_older(self._path("submissions", folder), self._clock() - _ONCE)

    def _known(self) -> Heads:
        if self._remembered is None:
            from helpdesk_lite.store.heads import Heads

            self._remembered = Heads(self._path("cache"))
        return self._remembered

    def _path(self, *parts: str) -> str:
        return os.path.join(self.data, *parts)

    def _folder(self, place: Place, at: int) -> str:
        """The folder of the tickets that come to this place at this time."""
        if place.state == CLAIMED:
            return self._path(CLAIMED, place.holder)
        return self._path(CLOSED, times.month(at)) if place.state == CLOSED else self._path(PENDING)

    def _coming(self, number: str) -> str:
        """Where the ticket's next version is while it moves."""
        return self._path("moving", number + fanout.END)

    def _find(self, number: str) -> tuple[str, Place]:
        """Where the ticket's file is. It may move between two looks, hence a few rounds."""
        if not tracking.is_number(number):
            raise UnknownNumber(number)
        months = self._months(number)
        for _ in range(_LOOKS):
            if path := fanout.find(self._path(PENDING), number):
                return path, QUEUE
            for operator in disk.names(self._path(CLAIMED)):
                if path := fanout.find(self._path(CLAIMED, operator), number):
                    return path, Place(CLAIMED, operator)
            for month in months:
                path = fanout.find(self._path(CLOSED, month), number)
                if path and (holder := glance.last_holder(path)) is not None:
                    return path, Place(CLOSED, holder)
            months = disk.names(self._path(CLOSED))[-2:]  # if it was closed meanwhile, then now
        raise UnknownNumber(number)

    def _months(self, number: str) -> list[str]:
        """The folders of closed tickets, the likeliest first: most tickets are closed soon after they arrive."""
        months = disk.names(self._path(CLOSED))
        arrival = times.month(tracking.arrived_at(number))
        return [month for month in months if month >= arrival] + [month for month in months if month < arrival][::-1]

    def _tell_of_change(self, *paths: str) -> None:
        """Let the folders around a subfolder of tickets show that it has changed: the queue's, or somebody's."""
        for path in paths:
            state, *folder = os.path.relpath(os.path.dirname(path), self.data).split(os.sep)
            while state != CLOSED and len(folder) > (state == CLAIMED):
                folder.pop()
                with suppress(OSError):  # the ticket has moved all the same; a page may be shown once more as it was
                    disk.touch(self._path(state, *folder))

    @contextmanager
    def _open(self, number: str) -> Iterator[tuple[BinaryIO, mmap.mmap, Place]]:
        """The ticket's file, open and mapped for reading. TicketDamaged says which file it was."""
        file, path, place = self._opened(number)
        with file, glance.mapped(file, path) as content:
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

    def _heads(self, folder: str, after: str = "", limit: int | None = None) -> list[Head]:
        """The heads of the first `limit` tickets there; those that moved away meanwhile are passed over."""
        return list(islice(self._each_head(folder, after), limit))

    def _each_head(self, folder: str, after: str = "") -> Iterator[Head]:
        """The heads of the tickets there, in order."""
        return glance.heads(path for _, path in fanout.numbers(folder, after))

    def _ranked(self, marked: marks.Marks, after: str) -> Iterator[Head]:
        """The heads of the queue, by rank; those behind the ticket `after`."""
        queue = self._path(PENDING)
        put_off = glance.heads(fanout.find(queue, number) for number in sorted(marked.get(marks.LATER, ())))
        asleep = frozenset(head.number for head in put_off if head.standing.wakes_at > self._clock())
        by_rank = {**{one: marked.get(one, frozenset()) - asleep for one in marks.RANKS}, marks.LATER: asleep}
        first = self._rank(by_rank, after)
        for rank in marks.RANKS[marks.RANKS.index(first) if after else 0 :]:
            behind = after if rank == first else ""
            if rank == NORMAL:
                told = fanout.numbers(queue, behind)
                paths = (path for number, path in told if marks.rank(by_rank, number) == NORMAL)
            else:
                mine = sorted(number for number in by_rank[rank] if marks.rank(by_rank, number) == rank)
                paths = (fanout.find(queue, number) for number in mine if number > behind)
            yield from glance.heads(paths)

    def _rank(self, by_rank: marks.Marks, number: str) -> str:
        """Where in the queue the ticket belongs; if somebody has taken it from there, where it did."""
        if marks.rank(by_rank, number) == NORMAL and not fanout.find(self._path(PENDING), number):
            with suppress(UnknownNumber):
                return glance.standing(self._find(number)[0]).priority
        return marks.rank(by_rank, number)

    def _message(self, file: BinaryIO, content: mmap.mmap, found: mbox.Found) -> BinaryIO:
        import tempfile

        plain = io.BufferedReader(Slice(os.dup(file.fileno()), found.start, found.end), disk.CHUNK)
        if not mbox.is_quoted(content, found):
            return plain
        copy = tempfile.TemporaryFile(dir=self._path("moving"))
        with plain:
            copy.writelines(mbox.unquoted(plain))
        copy.seek(0)
        return copy

    def _finish_move(self, number: str) -> None:
        """Finish or undo a move that was cut short: it counts if the ticket itself had left its old folder."""
        coming = self._coming(number)
        if not disk.is_there(coming):
            return
        with open(coming, "rb") as file, glance.mapped(file, coming) as content:
            target = mbox.told_place(mbox.entries_of(content))
        path, place = self._find(number)
        if place == target or place.state == target.state == CLOSED:
            disk.rename_over(coming, path)
            self._tell_of_change(path)
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


def _remembered_as(place: Place) -> str:
    """The name under which a place's heads are remembered."""
    return "-".join(filter(None, place))


def lock_path(data: str, number: str) -> str:
    """The file whose lock is the ticket's: of a fixed few, told apart by the number's last two characters."""
    return os.path.join(data, "locks", f"{number[-2:]}.lock")
