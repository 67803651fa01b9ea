"""What a request costs as a whole process, beside an empty Python and a classic Perl desk; and what a command costs.

Everything takes turns in one run, because a machine's own speed wanders. Each figure is a process of its own with the
web server's environment, the cookie ready-made, and what can be kept in data/cache/ kept. Before the next one starts,
the letters of the last are sent, so that they are on nobody else's clock.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests import servers
from tests.bench.desks import ROWS, Floor, OurDesk, PerlDesk
from tests.bench.table import PERL, Bound, Part, Progress, Row, at_most
from tests.bench.whole import COMMON, Done, run

FIGURES: dict[str, tuple[str, tuple[Bound, ...]]] = {
    "form": ("GET /forms/contact", (at_most(3), at_most(0.5, PERL))),
    "submit": ("POST /forms/contact", (at_most(0.8, PERL),)),
    "queue": (f"GET /queue, {ROWS} rows", (at_most(0.9, PERL),)),
    "claim": ("POST /tickets/NUMBER/claim", (at_most(0.8, PERL),)),
    "login": ("GET /login", (at_most(0.5, PERL),)),
}
OURS, FLOOR = "ours", "floor"


def measure(kept: ExitStack, rounds: int, perl: PerlDesk | None) -> Part:
    """The part of the table about CGI."""
    ours = OurDesk(kept.enter_context(servers.new_desk()))
    desks: dict[str, OurDesk | PerlDesk] = {OURS: ours, **({PERL: perl} if perl else {})}
    for desk in desks.values():
        for _ in range(ROWS + 1):
            desk.submit()
            desk.settle()
    taken: dict[str, dict[str, list[float]]] = {name: {who: [] for who in (FLOOR, *desks)} for name in FIGURES}
    floor = Floor()
    gc.disable()
    for _ in Progress("CGI", rounds).over(rounds):
        for name in FIGURES:
            taken[name][FLOOR].append(floor.run().seconds)
            for who, desk in desks.items():
                done: Done = getattr(desk, name)()
                taken[name][who].append(done.seconds)
                desk.settle()
    gc.enable()
    rows = [_row(name, times) for name, times in taken.items()]
    return Part("CGI, whole process", rows, [f"Medians of {rounds} rounds. Floor: `python3 -c ''`."])


def _row(name: str, taken: Mapping[str, list[float]]) -> Row:
    figure, bounds = FIGURES[name]
    medians = {who: statistics.median(times) * 1000 for who, times in taken.items()}
    return Row(figure, medians[OURS], "ms", medians[FLOOR], medians.get(PERL), bounds)


def start(rounds: int) -> Part:
    """The part of the table about starting, of the installed command."""
    program = str(Path(sys.executable).with_name("helpdesk-lite"))
    commands: dict[str, Callable[[], Done]] = {"`helpdesk-lite --help`": lambda: run([program, "--help"], COMMON)}
    if " receive " in subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout:
        commands["`helpdesk-lite receive --help`"] = lambda: run([program, "receive", "--help"], COMMON)
    taken: dict[str, list[float]] = {name: [] for name in (FLOOR, *commands)}
    for _ in Progress("start", rounds).over(rounds):
        for name, do in {FLOOR: Floor().run, **commands}.items():
            taken[name].append(do().seconds)
    medians = {name: statistics.median(times) * 1000 for name, times in taken.items()}
    rows = [Row(name, medians[name], "ms", medians[FLOOR], bounds=(at_most(6),)) for name in commands]
    return Part("start", rows, [f"Medians of {rounds} rounds. Floor: `python3 -c ''`."])
