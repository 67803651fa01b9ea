"""Which tickets stand out, told by an empty file each: `data/marks/high/NUMBER`. So nobody has to look at all tickets.

Guarantee: derived from the tickets, and never believed against them. A mark is made before its ticket is one that
should have it, and taken away after; so a killed move leaves one too many, not one too few, and no ticket is hidden by
either. A desk where nothing stands out has no marks. `verify` compares.
"""

from __future__ import annotations

import os

from helpdesk_lite import disk
from helpdesk_lite.words import tracking
from helpdesk_lite.words.standing import CRITICAL, HIGH, LOW, NORMAL, RESOLVED
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Place

LATER = "later"  # pending, to be woken at a time of its own
RANKS = (CRITICAL, HIGH, NORMAL, LOW, LATER)  # the order of the queue

Marks = dict[str, frozenset[str]]  # the numbers that have each mark


def of(place: Place, now: Standing) -> set[str]:
    """The marks of a ticket at this place which stands like this: what the queue, the hourly round and the bin's page
    have to know."""
    if place.state == PENDING:
        return {now.priority, LATER if now.wakes_at else NORMAL} - {NORMAL}
    if place.state == CLOSED:
        return {now.away} - {""}
    return {RESOLVED} if place.state == CLAIMED and now.progress == RESOLVED else set()


def path(data: str, mark: str, number: str) -> str:
    """Where the mark's file is."""
    return os.path.join(data, "marks", mark, number)


def put(data: str, number: str, marks: set[str], at: int) -> None:
    """Give the ticket these marks, as old as the moment `at`. Not flushed: `verify --repair` makes them again."""
    for mark in marks:
        disk.make_folder(os.path.dirname(path(data, mark, number)))
        os.close(os.open(path(data, mark, number), os.O_CREAT | os.O_WRONLY, 0o600))
        os.utime(path(data, mark, number), (at, at))


def take(data: str, number: str, marks: set[str]) -> None:
    """Take these marks from the ticket."""
    for mark in marks:
        disk.remove(path(data, mark, number), durable=False)


def read(data: str) -> Marks:
    """All marks there are, and who has them; none on a desk where nothing ever stood out."""
    return {mark: frozenset(having(data, mark)) for mark in disk.names(os.path.join(data, "marks"))}


def of_queue(data: str) -> Marks:
    """The same of those by which the queue is ordered: there may be any number of others."""
    folders = disk.names(os.path.join(data, "marks"))
    return {mark: frozenset(having(data, mark)) for mark in folders if mark in RANKS}


def having(data: str, mark: str) -> list[str]:
    """The numbers that have the mark, in order of arrival."""
    return sorted(filter(tracking.is_number, disk.names(os.path.join(data, "marks", mark))))


def older(data: str, mark: str, until: float) -> list[str]:
    """The numbers whose mark is as old as the moment `until` (seconds UTC), or older."""
    found = []
    for number in filter(tracking.is_number, disk.names(os.path.join(data, "marks", mark))):
        try:
            if os.path.getmtime(path(data, mark, number)) <= until:
                found.append(number)
        except FileNotFoundError:
            continue
    return found


def rank(marks: Marks, number: str) -> str:
    """Where in the queue the ticket belongs, as its marks tell."""
    return next((one for one in RANKS if number in marks.get(one, ())), NORMAL)
