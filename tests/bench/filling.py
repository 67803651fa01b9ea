"""Desks with very many tickets, made through the store itself.

    python -m tests.bench.filling FOLDER --pending 100000 --closed 1000000

Every ticket is added, and closed if it shall be, as the desk does it; only fsync is left out, in the processes that do
this and nowhere else. It takes about 2 ms of one core and 4 kB of disk a ticket.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from helpdesk_lite.store.flat import FlatStore
from helpdesk_lite.words import letter, tracking
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, Customer, Entry, Head, Inquiry, Place
from tests import examples
from tests.bench.table import Progress

BYTES_EACH = 6000  # of disk, with the inode and the folder's entry, and something to spare
_TOGETHER = 250  # tickets that a process makes at a time
_APART = 10.0  # seconds between two pending tickets
_BUSY = 28 * 86_400  # seconds at the end in which half of all closed tickets were closed: one very busy month


class Batch(NamedTuple):
    """Tickets `first` to `first + count` of `of` in this state, seen from `now` (seconds UTC)."""

    state: str
    first: int
    count: int
    of: int
    now: float


def fill(data: Path, pending: int, closed: int, claimed: int = 0) -> float:
    """Add so many tickets to the store in `data`; how many seconds it took. SystemExit if the disk is too small."""
    wanted = {PENDING: pending, CLAIMED: claimed, CLOSED: closed}
    total = sum(wanted.values())
    free = shutil.disk_usage(data).free
    if free < total * BYTES_EACH:
        raise SystemExit(
            f"{data}: {total:,} tickets need {total * BYTES_EACH / 1e9:.1f} GB, {free / 1e9:.1f} GB are free."
        )
    begun, progress = time.time(), Progress(f"filling {data}", total)
    batches = [
        Batch(state, first, min(_TOGETHER, count - first), count, begun)
        for state, count in wanted.items()
        for first in range(0, count, _TOGETHER)
    ]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), _hurry) as pool:
        for count in pool.imap_unordered(functools.partial(make, str(data)), batches):
            progress.step(count)
    return time.time() - begun


def make(data: str, batch: Batch) -> int:
    """Make one batch; how many tickets it was."""
    os.umask(0o077)
    clock = _Clock()
    store = FlatStore(data, clock)
    for place in range(batch.first, batch.first + batch.count):
        clock.now = _moment(batch, place)
        number = tracking.new_number(clock.now, place)
        head = Head(number, int(clock.now), "contact", "Contact us", f"The printer on floor {place} is on fire")
        inquiry = examples.inquiry(number)._replace(head=head, customer=Customer("Jane Doe", "jane@example.com"))
        _keep(store, inquiry, place, int(clock.now), batch.state)
    return batch.count


class _Clock:
    """Tells the time that it is given."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _keep(store: FlatStore, inquiry: Inquiry, place: int, at: int, state: str) -> None:
    """Add the ticket and move it where it shall be."""
    number = inquiry.head.number

    def entry(kind: str, by: str) -> Entry:
        return Entry(kind, by, at, letter.message_id(number, kind, place, "localhost"))

    with store.locked(number):
        store.add(inquiry, entry("inquiry", "customer"), lambda: [examples.MESSAGE])
        if state != PENDING:
            store.move(number, QUEUE, Place(state, "ines"), entry("claimed" if state == CLAIMED else "closed", "ines"))


def _moment(batch: Batch, place: int) -> float:
    """When the ticket came and was closed: pending ones lately, closed ones since 2024, half of them lately."""
    if batch.state != CLOSED:
        return batch.now - (batch.of - place) * _APART
    half = batch.of // 2
    if place >= half:
        return batch.now - _BUSY * (batch.of - place) / (batch.of - half)
    return tracking.EPOCH + (batch.now - _BUSY - tracking.EPOCH) * place / half


def _hurry() -> None:
    """In a process that only makes tickets: what is lost in a power cut is made again."""
    os.fsync = lambda descriptor: None  # type: ignore[assignment]


def folders(data: Path) -> Iterator[tuple[str, int]]:
    """Every folder in and below `data` with how many entries it has."""
    for path, inner, files in os.walk(data):
        yield path, len(inner) + len(files)


def main() -> None:
    """Fill a desk that `helpdesk-lite init` made."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.filling", description="Make very many tickets.")
    asked.add_argument("folder", type=Path, help="a desk")
    for state in (PENDING, CLAIMED, CLOSED):
        asked.add_argument(f"--{state}", type=int, default=0, metavar="COUNT")
    given = asked.parse_args()
    seconds = fill(given.folder / "data", given.pending, given.closed, given.claimed)
    path, most = max(folders(given.folder / "data"), key=lambda found: found[1])
    print(f"{seconds:.0f} seconds. The fullest folder is {path} with {most:,} entries.")


if __name__ == "__main__":
    main()
