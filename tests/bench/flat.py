"""What a page, a claim and a search cost when there are very many tickets, beside what they cost with few.

Asked of the WSGI application without a server in between, so that nothing else dilutes the ratio; the queue's page and
the claim through `serve`, too. The desks are filled by tests/bench/filling.py and then measured taking turns, flushed
to disk as always.
"""

from __future__ import annotations

import random
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from helpdesk_lite import assemble
from helpdesk_lite.root import Root
from helpdesk_lite.words import tracking
from helpdesk_lite.words.errors import UnknownNumber
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING
from tests import servers
from tests.access.browser import Answer, Browser
from tests.bench import filling, hosts
from tests.bench.desks import TYPED
from tests.bench.table import ITSELF, Part, Progress, Row, at_most
from tests.visitor import Visitor

CLAIMED_ALREADY = 50
FULLEST = 50_000  # entries in one folder, never reached
FIND = "find by number: "
SERVED = ", through `serve`"
_FINDS = tuple(FIND + state for state in (PENDING, CLAIMED, CLOSED, "unknown"))
_IN_PROCESS = ("submit", "confirmation page", "queue", "claim", *_FINDS)
_SAME = 1.1  # times as much still counts as the same
_PENDING_BOUNDS = {
    **dict.fromkeys(_IN_PROCESS, None),
    "queue": 1.3,
    "claim": _SAME,
    "queue" + SERVED: 1.3,
    "claim" + SERVED: _SAME,
}


class Size(NamedTuple):
    """How many tickets a desk has."""

    pending: int
    closed: int

    def __str__(self) -> str:
        return f"{self.pending:,} pending, {self.closed:,} closed"


SMALL = Size(100, 1_000)
CROWDED = (Size(10_000, 1_000), Size(100_000, 1_000))
OLD = Size(100, 1_000_000)


def measure(kept: ExitStack, rounds: int, folder: Path | None) -> Part:
    """The part of the table about many tickets. Desks in `folder` are used again, and stay there."""
    sizes = (SMALL, *CROWDED, OLD)
    made = {size: _desk(kept, size, folder) for size in sizes}
    filled = [f"{size}: {seconds / 60:.0f} minutes" for size, (_, seconds) in made.items() if seconds]
    fullest = max((most, path) for desk, _ in made.values() for path, most in filling.folders(desk.root / "data"))
    asked = {size: Asked(desk, kept.enter_context(hosts.serve(1)(desk))) for size, (desk, _) in made.items()}
    taken: dict[tuple[Size, str], list[float]] = defaultdict(list)
    for turn in Progress("many tickets", rounds + 1).over(rounds + 1):
        for size in (*sizes[turn % len(sizes) :], *sizes[: turn % len(sizes)]):
            for figure, seconds in asked[size].once():
                if turn:  # the first is to warm up
                    taken[size, figure].append(seconds)
    medians = {key: statistics.median(times) for key, times in taken.items()}
    rows = [row for size in CROWDED for row in _rows(medians, size, f"{size.pending:,} pending", _PENDING_BOUNDS)]
    rows += _rows(medians, OLD, f"{OLD.closed:,} closed", dict.fromkeys(_IN_PROCESS, _SAME))
    rows.append(Row("entries in the fullest folder", fullest[0], "", bounds=(at_most(FULLEST - 1, ITSELF),)))
    notes = [f"Floor: the same with {SMALL}. The queue's page comes after a change of it, a number is asked for twice."]
    return Part("many tickets", rows, [*notes, *(["Filling took " + "; ".join(filled) + "."] if filled else [])])


def _rows(
    medians: dict[tuple[Size, str], float], size: Size, words: str, bounds: dict[str, float | None]
) -> Iterator[Row]:
    for figure, most in bounds.items():
        times, unit = (1e6, "µs") if figure.startswith(FIND) else (1e3, "ms")
        ours, floor = medians[size, figure] * times, medians[SMALL, figure] * times
        yield Row(f"{figure}; {words}", ours, unit, floor, bounds=() if most is None else (at_most(most),))


def _desk(kept: ExitStack, size: Size, folder: Path | None) -> tuple[servers.Desk, float]:
    """A desk with so many tickets, and how many seconds it took to fill it: none if it lay in `folder`."""
    place = folder / f"desk-{size.pending}-{size.closed}" if folder else None
    if place and (place / "filled").exists():
        return servers.Desk(place, None), 0.0
    desk = kept.enter_context(servers.new_desk(acknowledge=False, transport="maildir:data/mail"))
    if place:
        shutil.copytree(desk.root, place)
        desk = servers.Desk(place, None)
    seconds = filling.fill(desk.root / "data", size.pending, size.closed, CLAIMED_ALREADY)
    (desk.root / "filled").touch()
    return desk, seconds


class Asked:
    """A desk that is asked everything, by somebody in the same process and by somebody at `url`."""

    def __init__(self, desk: servers.Desk, url: str) -> None:
        self._house = assemble.house(Root(str(desk.root)))
        self._customer, self._operator = Browser(self._house), Browser(self._house)
        assert self._operator.sign_in("ines", servers.PASSWORD).status == 303
        self._visitor = Visitor(url)
        assert self._visitor.sign_in("ines", servers.PASSWORD).status == 303
        self._known = {state: self._some(state) for state in (PENDING, CLAIMED, CLOSED)}
        for numbers in self._known.values():  # the small desk's files are all in memory: these shall be, too
            for number in numbers:
                self._house.store.read(number)
        self._known["unknown"] = [tracking.new_number(time.time() - place, place) for place in range(1000)]
        self._count = 0

    def once(self) -> Iterator[tuple[str, float]]:
        """Do everything once: what, and the seconds it took. The number of pending tickets stays as it is."""
        seconds, sent = _timed(lambda: _is(self._customer.post("/forms/contact", self._typed()), 303))
        yield "submit", seconds
        yield "confirmation page", _timed(lambda: _is(self._customer.get(sent.location), 200))[0]
        yield "queue", _timed(lambda: _is(self._operator.get("/queue"), 200))[0]
        number = self._waiting()
        yield "claim", _timed(lambda: _is(self._operator.post(f"/tickets/{number}/claim"), 303))[0]
        for state, numbers in self._known.items():
            number = random.choice(numbers)
            self._find(number)
            yield FIND + state, _timed(lambda number=number: self._find(number))[0]  # type: ignore[misc]
        assert self._visitor.post("/forms/contact", self._typed()).status == 303
        yield "queue" + SERVED, _timed(lambda: _is(self._visitor.get("/queue"), 200))[0]
        number = self._waiting()
        yield "claim" + SERVED, _timed(lambda: _is(self._visitor.post(f"/tickets/{number}/claim"), 303))[0]

    def _waiting(self) -> str:
        """A pending ticket of those that the queue's first page shows, from which operators claim."""
        return random.choice(self._house.desk.queue()).number

    def _some(self, state: str) -> list[str]:
        numbers = list(self._house.store.numbers(state))
        return random.sample(numbers, min(len(numbers), 1000))

    def _find(self, number: str) -> None:
        try:
            self._house.store.place(number)
        except UnknownNumber:
            return

    def _typed(self) -> dict[str, str]:
        self._count += 1
        return {**TYPED, "message": f"{TYPED['message']}{time.time()} {self._count}"}


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    done = do()
    return time.perf_counter() - begun, done


def _is(answer: Any, status: int) -> Answer:
    assert answer.status == status, answer.text
    found: Answer = answer
    return found
