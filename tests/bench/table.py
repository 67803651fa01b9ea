"""The table that the benchmark prints, and the progress bar that it shows meanwhile.

A row says what was measured, what it stands beside in the same run (the floor; a Perl desk), and what must be true.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

FLOOR, PERL, ITSELF = "floor", "Perl", ""
_HEADS = ("floor", "Perl", "ours", "ours / floor", "ours / Perl", "must be", "")


class Bound(NamedTuple):
    """At most (or at least) so many times the floor or the Perl desk; or so much by itself."""

    most: float
    of: str = FLOOR
    is_least: bool = False

    def __str__(self) -> str:
        return " ".join(
            ("≥" if self.is_least else "≤", f"{self.most:,.0f}" if self.most >= 100 else f"{self.most:.3g}", self.of)
        ).strip()


def at_most(most: float, of: str = FLOOR) -> Bound:
    """Not more than that."""
    return Bound(most, of)


def at_least(least: float, of: str = FLOOR) -> Bound:
    """Not less than that."""
    return Bound(least, of, is_least=True)


class Row(NamedTuple):
    """One figure. What it stands beside has the same unit; None: nothing."""

    figure: str
    ours: float
    unit: str = "ms"
    floor: float | None = None
    perl: float | None = None
    bounds: tuple[Bound, ...] = ()

    def holds(self) -> bool:
        """Whether every bound that can be looked at holds: a Perl desk may be missing."""
        return all(map(self._holds, self.bounds))

    def _holds(self, bound: Bound) -> bool:
        beside = {FLOOR: self.floor, PERL: self.perl, ITSELF: 1.0}[bound.of]
        if beside is None:
            return True
        return self.ours >= bound.most * beside if bound.is_least else self.ours <= bound.most * beside

    def cells(self) -> list[str]:
        """The row as text, one cell for each head."""
        amounts = [_amount(value, self.unit) for value in (self.floor, self.perl, self.ours)]
        ratios = [f"{self.ours / beside:.2f}" if beside else "—" for beside in (self.floor, self.perl)]
        verdict = ("yes" if self.holds() else "**no**") if self.bounds else ""
        return [self.figure, *amounts, *ratios, ", ".join(map(str, self.bounds)), verdict]


class Part(NamedTuple):
    """What one part of the benchmark found: its rows under a title, and what else is worth knowing."""

    title: str
    rows: list[Row]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        kept = _columns_in_use(self.rows)
        lines = [[self.title, *_HEADS], ["---", *["---:"] * 5, "---", "---"], *(row.cells() for row in self.rows)]
        table = ["| " + " | ".join(line[column] for column in kept) + " |" for line in lines]
        return "\n".join([*table, *(f"\n{note}" for note in self.notes)])


def _columns_in_use(rows: Sequence[Row]) -> list[int]:
    """The columns that hold anything: without a Perl desk there is nothing to say about it."""
    cells = [row.cells() for row in rows]
    return [column for column in range(1 + len(_HEADS)) if any(row[column] not in ("—", "") for row in cells)]


def missed(parts: Iterable[Part]) -> list[str]:
    """The figures that miss a bound."""
    return [f"{part.title}: {row.figure}" for part in parts for row in part.rows if not row.holds()]


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "—"
    digits = 0 if value >= 100 or not unit else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


class Progress:
    """How far a long part is: a bar where somebody watches, else a line for each tenth."""

    def __init__(self, what: str, of: int) -> None:
        self._what, self._of = what, max(1, of)
        self._done = self._told = 0
        self._begun = time.monotonic()
        self._is_watched = sys.stderr.isatty()

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        tenth = 10 * self._done // self._of
        if self._is_watched:
            bar = "#" * (30 * self._done // self._of)
            end = "\n" if self._done >= self._of else ""
            print(f"\r{self._what} [{bar:30}] {self._done:,}/{self._of:,} ", end=end, file=sys.stderr, flush=True)
        elif tenth > self._told:
            seconds = time.monotonic() - self._begun
            print(f"{self._what} {self._done:,}/{self._of:,} {seconds:.0f} s", file=sys.stderr, flush=True)
        self._told = tenth

    def over(self, rounds: int) -> Iterator[int]:
        """Count rounds, a step for each that is done."""
        for turn in range(rounds):
            yield turn
            self.step()
