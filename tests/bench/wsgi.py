"""Submissions and claims a second behind a web server that stays, beside what the disk allows and beside the CGI.

Eight clients at once. Every submission causes a notice, every claim a forward; the server's own courier sends them
meanwhile, as it always does, so its work is in the figures. All is flushed to disk.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests import servers
from tests.bench import bare, hosts, load
from tests.bench.desks import TYPED, OurDesk, settle
from tests.bench.hosts import Host
from tests.bench.table import Part, Progress, Row, at_least
from tests.visitor import Visitor

SECONDS = 5.0  # of submissions, at each turn; the claims take what they take
CGI = "CGI"
VERBS = ("submit", "claim")
_counter = itertools.count()


class Rates(NamedTuple):
    """Submissions, claims and forms shown, a second; and what part of a core the clients took."""

    submit: float
    claim: float
    form: float = 0.0
    clients: float = 0.0


def measure(kept: ExitStack, rounds: int, seconds: float = SECONDS) -> Part:
    """The part of the table about `serve` and gunicorn."""
    found = _found(kept, hosts.usual(), rounds, seconds, with_cgi=True)
    rows = []
    for host in hosts.usual():
        for verb in VERBS:
            ours, floor = (getattr(found[name], verb) for name in (host.name, f"bare {host.processes}"))
            rows.append(Row(f"{verb}, {host.name}", ours, "/s", floor, bounds=(at_least(1 / 3),)))
    for host in hosts.usual():
        for verb in VERBS:
            ours, floor = (getattr(found[name], verb) for name in (host.name, CGI))
            rows.append(Row(f"{verb}, {host.name}, beside the CGI", ours, "/s", floor, bounds=(at_least(10),)))
    most = max(rates.clients for rates in found.values())
    note = (
        f"{load.CLIENTS} clients, durable, the courier at work; medians of {rounds} rounds. Floor: the same file "
        f"operations in a bare loop, from as many processes. The clients took {most:.0%} of one core at most."
    )
    return Part("WSGI, requests a second", rows, [note])


def compare(kept: ExitStack, rounds: int, seconds: float = SECONDS) -> Part:
    """Every server that is installed, for choosing one."""
    found = _found(kept, hosts.all_that_are_here(), rounds, seconds, with_cgi=False)
    rows = [
        Row(
            f"{verb}, {host.name}",
            getattr(found[host.name], verb),
            "/s",
            getattr(found[f"bare {host.processes}"], verb),
        )
        for host in hosts.all_that_are_here()
        for verb in VERBS
    ]
    return Part("servers, requests a second", rows)


def _found(kept: ExitStack, chosen: list[Host], rounds: int, seconds: float, with_cgi: bool) -> dict[str, Rates]:
    """The medians by host, with the bare loops and the CGI, taking turns."""
    turns: dict[str, Callable[[], Rates]] = {}
    for processes in sorted({host.processes for host in chosen}):
        turns[f"bare {processes}"] = lambda processes=processes: Rates(*bare.rates(_folder(kept), processes, seconds))  # type: ignore[misc]
    for host in chosen:
        turns[host.name] = lambda host=host: at(kept, host, seconds)  # type: ignore[misc]
    if with_cgi:
        turns[CGI] = lambda: _of_cgi(kept, seconds)
    taken: dict[str, list[Rates]] = defaultdict(list)
    progress = Progress("web servers", rounds * len(turns))
    for _ in range(rounds):
        for name, turn in turns.items():
            taken[name].append(turn())
            progress.step()
    return {name: Rates(*map(statistics.median, zip(*rates, strict=True))) for name, rates in taken.items()}


def at(kept: ExitStack, host: Host, seconds: float) -> Rates:
    """What one server does on a new desk, after some requests to warm up."""
    desk = kept.enter_context(servers.new_desk(acknowledge=False))
    with host.start(desk) as url:
        operator = Visitor(url)
        assert operator.sign_in("ines", servers.PASSWORD).status == 303
        wire = load.Wire(url, "; ".join(f"{name}={value}" for name, value in operator.cookies.items()))
        warm = load.run(wire.address, lambda number: submissions(load.Wire(url)), seconds=1.0)
        _claim_all(wire, warm.numbers)
        settle(desk)
        shown = load.run(wire.address, lambda number: itertools.repeat(wire.get("/forms/contact")), 200, seconds / 2)
        submitted = load.run(wire.address, lambda number: submissions(load.Wire(url)), seconds=seconds)
        settle(desk)
        claimed = _claim_all(wire, submitted.numbers)
        settle(desk)
    busy = (submitted.clients_cpu + claimed.clients_cpu) / (submitted.seconds + claimed.seconds)
    return Rates(submitted.rate, claimed.rate, shown.rate, busy)


def submissions(wire: load.Wire) -> Iterator[bytes]:
    """Contact forms without end, no two alike."""
    while True:
        yield wire.post("/forms/contact", {**TYPED, "message": f"{TYPED['message']}{next(_counter)}"})


def _claim_all(wire: load.Wire, numbers: list[str]) -> load.Load:
    return load.run(wire.address, load.shared([wire.post(f"/tickets/{number}/claim") for number in numbers]))


def _of_cgi(kept: ExitStack, seconds: float) -> Rates:
    """Eight processes at once, again and again, without a web server's own cost."""
    desk = OurDesk(kept.enter_context(servers.new_desk(acknowledge=False)))
    _at_once(desk.submit, 1.0)
    desk.settle()
    submitted = _at_once(desk.submit, seconds)
    desk.settle()
    claimed = _at_once(desk.claim, seconds * 0.8)  # there must be some left
    desk.settle()
    return Rates(submitted, claimed)


def _folder(kept: ExitStack) -> Path:
    return Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-bare-")))


def _at_once(do: Callable[[], object], seconds: float) -> float:
    begun = time.perf_counter()

    def again_and_again(_: int) -> int:
        count = 0
        while time.perf_counter() < begun + seconds:
            do()
            count += 1
        return count

    with ThreadPoolExecutor(load.CLIENTS) as pool:
        done = sum(pool.map(again_and_again, range(load.CLIENTS)))
    return done / (time.perf_counter() - begun)
