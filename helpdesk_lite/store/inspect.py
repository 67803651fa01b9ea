"""What may be wrong with the flat store's files, found by looking at every one of them.

Guarantee: it changes nothing; each finding names a file and says what is wrong in one line. `verify` decides what to
mend.
"""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.store import fanout, mbox
from helpdesk_lite.store import marks as store_marks
from helpdesk_lite.store.flat import lock_path
from helpdesk_lite.store.glance import mapped
from helpdesk_lite.words import standing
from helpdesk_lite.words.errors import TicketDamaged
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, TYPED, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Entry

# What can be done about a finding: its kind tells verify how.
MODE, UNFINISHED, CUT_SHORT, MISPLACED, TWICE, UNMENDABLE = "mode", "unfinished", "cut short", "misplaced", "twice", ""
STANDING, MARK = "standing", "mark"


class Finding(NamedTuple):
    """Something wrong: the file or folder, one sentence, and which kind of mend there is."""

    path: str
    said: str
    mend: str = UNMENDABLE
    number: str = ""


class Lying(NamedTuple):
    """A ticket file as found: where it is and in which place that puts it (a closed one's holder is not looked up)."""

    path: str
    number: str
    place: Place


def private(data: str) -> Iterator[Finding]:
    """Files and folders that others than the desk's own user may read or write."""
    for folder, folders, names in os.walk(data):
        folders.sort()  # walk goes in this order; a file system's own is another on each machine
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]  # walk does not go there
        for path in [folder, *(os.path.join(folder, name) for name in (*sorted(names), *links))]:
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                continue  # it moved on meanwhile
            if stat.S_ISLNK(found.st_mode):
                yield Finding(path, "it is a symbolic link; the desk keeps files of its own only")
            elif found.st_mode & 0o077:
                yield Finding(path, f"others may read it (mode {stat.S_IMODE(found.st_mode):04o})", MODE)


def untouched(data: str, number: str) -> disk.locked:
    """Hold the ticket's lock while the block runs, as the store does, but finish nothing."""
    return disk.locked(lock_path(data, number))


def unfinished(data: str) -> Iterator[Finding]:
    """Hidden files, wherever: somebody writes them just now, or was killed while writing."""
    for folder, _, names in os.walk(data):
        for name in filter(disk.is_unfinished, names):
            yield Finding(os.path.join(folder, name), "its writing was never finished", UNFINISHED)


def tickets(data: str) -> Iterator[Finding | Lying]:
    """Every ticket file, and everything else in the tickets' folders that is none and shows itself."""
    for folder, place in _places(data):
        for path, is_ticket in fanout.everything(folder):
            if is_ticket:
                yield Lying(path, os.path.basename(path).removesuffix(fanout.END), place)
            else:
                yield _stranger(path)
    for name in disk.names(os.path.join(data, "moving")):
        path = os.path.join(data, "moving", name)
        yield Finding(path, "a move was cut short", CUT_SHORT, name.removesuffix(fanout.END))
    for state in (CLAIMED, CLOSED):
        for name in disk.names(os.path.join(data, state)):
            if not os.path.isdir(path := os.path.join(data, state, name)):
                yield _stranger(path)


def copies(data: str, number: str) -> list[Lying]:
    """Wherever this one ticket lies."""
    found = [(path, place) for folder, place in _places(data) for path in fanout.paths(folder, number)]
    return [Lying(path, number, place) for path, place in found if disk.is_there(path)]


def marks(data: str, number: str = "") -> Iterator[Finding]:
    """Marks that should be there and are not, and the other way round; of all tickets, or of one."""
    lying = copies(data, number) if number else (found for found in tickets(data) if isinstance(found, Lying))
    wanted = {(mark, one.number) for one in lying for mark in _marks_of(one)}
    there = {(mark, one) for mark, those in store_marks.read(data).items() for one in those if one == (number or one)}
    for mark, one in sorted(wanted ^ there):
        said = f"the ticket is {mark}, but this mark is missing" if (mark, one) in wanted else f"no ticket is {mark}"
        yield Finding(store_marks.path(data, mark, one), said, MARK, one)


def mend_mark(data: str, finding: Finding, at: int) -> None:
    """Make the mark, as old as the moment `at`, or take it away. The caller holds the ticket's lock."""
    mark = {os.path.basename(os.path.dirname(finding.path))}
    if disk.is_there(finding.path):
        store_marks.take(data, finding.number, mark)
    else:
        store_marks.put(data, finding.number, mark, at)


def _marks_of(lying: Lying) -> set[str]:
    """The marks that the ticket should have; none if it cannot be read, of which `ticket` tells."""
    try:
        with open(lying.path, "rb") as file:
            return store_marks.of(lying.place, mbox.standing_in(file.read(mbox.HEAD_SIZE)))
    except FileNotFoundError:
        return set()


def letters(data: str) -> Iterator[tuple[str, Entry]]:
    """The entries that brought a letter from outside, each with its ticket's number. Damaged tickets are left out."""
    for found in tickets(data):
        if isinstance(found, Finding):
            continue
        try:
            with open(found.path, "rb") as file, mapped(file, found.path) as content:
                entries = [mbox.entry_of(entry) for entry in mbox.entries_of(content)]
        except (FileNotFoundError, TicketDamaged):
            continue  # it moved on, or `ticket` says what is wrong
        yield from ((found.number, entry) for entry in entries if entry.digest and not entry.digest.startswith(TYPED))


def ticket(lying: Lying) -> Finding | None:
    """What is wrong inside one ticket file, if anything."""
    try:
        with open(lying.path, "rb") as file, mapped(file, lying.path) as content:
            head = mbox.head_of(content[: mbox.HEAD_SIZE])
            entries = mbox.entries_of(content)
            for entry in entries:
                mbox.entry_of(entry)
            if content[-2:] != b"\n\n":
                raise TicketDamaged("its end is missing")
    except FileNotFoundError:
        return None
    except TicketDamaged as wrong:
        return Finding(lying.path, str(wrong).removeprefix(f"{lying.path}: "))
    if head.number != lying.number:
        return Finding(lying.path, f"inside it is ticket {head.number}")
    told = mbox.told_place(entries)
    if told.state != lying.place.state or (told.state == CLAIMED and told != lying.place):
        said = f"its last entry says {' '.join(told).strip()}, its folder {' '.join(lying.place).strip()}"
        return Finding(lying.path, said, MISPLACED, lying.number)
    if strange := set(entries[0].fact("Standing").split()).difference(standing.written(head.standing).split()):
        return Finding(
            lying.path, f"its head says how it stands in words that make no sense: {sorted(strange)!r}"[:300]
        )
    now = mbox.told_standing(entries)
    if now is not None and now != head.standing:
        said = f"its entries say {_in_words(now)}, its head {_in_words(head.standing)}"
        return Finding(lying.path, said, STANDING, lying.number)
    state = lying.place.state
    if (head.standing.away and state != CLOSED) or (head.standing.progress and state != CLAIMED):
        return Finding(lying.path, f"it stands as {_in_words(head.standing)}, and is {state}", STANDING, lying.number)
    return None


def is_beginning(part: str, whole: str) -> bool:
    """Whether the second ticket file begins with all that is in the first, but for how it stands. TicketDamaged."""
    (above, start), (its_above, its_start) = _around_standing(part), _around_standing(whole)
    with open(part, "rb") as one, open(whole, "rb") as other:
        one.seek(start)
        other.seek(its_start)
        return above == its_above and all(
            piece == other.read(len(piece)) for piece in iter(lambda: one.read(disk.CHUNK), b"")
        )


def _around_standing(path: str) -> tuple[bytes, int]:
    """What is above the line that tells how the ticket stands, and where goes on what is below it."""
    with open(path, "rb") as file:
        first = file.read(disk.CHUNK)
    above, below = mbox.around_standing(first)
    return above, len(first) - len(below)


def _places(data: str) -> Iterator[tuple[str, Place]]:
    """The folders where tickets lie, and the place each stands for."""
    yield os.path.join(data, PENDING), QUEUE
    for state in (CLAIMED, CLOSED):
        for name in disk.names(os.path.join(data, state)):
            if os.path.isdir(folder := os.path.join(data, state, name)):
                yield folder, Place(state, name if state == CLAIMED else "")


def _in_words(now: Standing) -> str:
    return f"'{standing.written(now)}'"


def _stranger(path: str) -> Finding:
    return Finding(path, "this is no ticket file; nobody looks at it here")
