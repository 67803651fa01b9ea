"""`python -m tests.bench`: what a request costs, as a whole process, beside an empty Python and a classic Perl desk.

Everything is measured in one run, taking turns, because a machine's own speed wanders; the table shows medians. Files
are flushed to disk as always. The Perl column needs `--perl FOLDER`, a folder with a `make-desk`.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests import servers
from tests.bench.desks import ROWS, Floor, OurDesk, PerlDesk
from tests.bench.whole import COMMON, Done, run
from tests.visitor import Visitor

FIGURES = {
    "form": "GET /forms/contact",
    "submit": "POST /forms/contact",
    "queue": f"GET /queue, {ROWS} rows",
    "claim": "POST /tickets/NUMBER/claim",
    "login": "GET /login",
}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--perl", metavar="FOLDER", type=Path, help="a Perl desk to stand beside ours")
    asked.add_argument("--rounds", type=int, default=40, help="of each figure (default: %(default)s)")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place, servers.new_desk() as desk:
        perl = PerlDesk(given.perl.resolve(), Path(place) / "perl") if given.perl else None
        measured = measure(OurDesk(desk), perl, given.rounds)
        started = medians({"start": [lambda: help_text(desk)], "floor": [Floor().run]}, given.rounds)
    print(table(measured, started["start"]))
    with servers.new_desk() as desk:
        print(memory(desk))


def measure(ours: OurDesk, perl: PerlDesk | None, rounds: int) -> dict[str, dict[str, float]]:
    """The medians in seconds, by figure and by who was measured."""
    desks: dict[str, OurDesk | PerlDesk] = {"ours": ours, **({"Perl": perl} if perl else {})}
    taken: dict[str, dict[str, list[float]]] = {name: {who: [] for who in ("floor", *desks)} for name in FIGURES}
    for desk in desks.values():
        for _ in range(ROWS + 1):
            desk.submit()
            desk.settle()
    floor = Floor()
    gc.disable()
    for turn in range(rounds):
        show(turn, rounds)
        for name in FIGURES:
            taken[name]["floor"].append(floor.run().seconds)
            for who, desk in desks.items():
                done: Done = getattr(desk, name)()
                taken[name][who].append(done.seconds)
                desk.settle()
    show(rounds, rounds)
    return {name: {who: statistics.median(times) for who, times in row.items()} for name, row in taken.items()}


def medians(what: dict[str, list[Callable[[], Done]]], rounds: int) -> dict[str, float]:
    """The median seconds of each, taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in what}
    for _ in range(rounds):
        for name, (do,) in what.items():
            taken[name].append(do().seconds)
    return {name: statistics.median(times) for name, times in taken.items()}


def help_text(desk: servers.Desk) -> Done:
    """`helpdesk-lite --help`, as installed."""
    return run([str(Path(sys.executable).with_name("helpdesk-lite")), "--help"], COMMON)


def memory(desk: servers.Desk) -> str:
    """Memory of `serve` at rest, when every kind of page has been asked for."""
    with servers.serve(desk) as url:
        visitor = Visitor(url)
        for turn in range(20):
            typed = {"name": "Jane", "email": "jane@example.com", "subject": "x", "message": f"y {turn}"}
            assert visitor.post("/forms/contact", typed).status == 303
            for path in ("/", "/forms/contact", "/login"):
                assert visitor.get(path).status == 200
        operator = Visitor(url)
        operator.sign_in("ines", servers.PASSWORD)
        assert operator.get("/queue").status == 200
        time.sleep(3)
        found = subprocess.run(["pgrep", "-f", f"{desk.root} serve"], capture_output=True, text=True, check=True)
        status = Path(f"/proc/{found.stdout.split()[0]}/status").read_text()
    kilobytes = int(status.partition("VmRSS:")[2].split()[0])
    return f"`serve` at rest, after 80 requests: {kilobytes / 1000:.0f} MB resident"


def table(measured: dict[str, dict[str, float]], started: float) -> str:
    """The figures as a Markdown table, in milliseconds."""
    with_perl = any("Perl" in row for row in measured.values())
    heads = ["whole process, median ms", "floor", *(["Perl"] if with_perl else []), "ours", "ours / floor"]
    heads += ["ours / Perl"] if with_perl else []
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    for name, row in measured.items():
        floor, ours = row["floor"], row["ours"]
        cells = [FIGURES[name], f"{floor * 1000:.1f}", *([f"{row['Perl'] * 1000:.1f}"] if with_perl else [])]
        cells += [f"{ours * 1000:.1f}", f"{ours / floor:.2f}", *([f"{ours / row['Perl']:.2f}"] if with_perl else [])]
        lines.append(cells)
    floor = statistics.median(row["floor"] for row in measured.values())
    cells = ["`helpdesk-lite --help`", f"{floor * 1000:.1f}", *(["—"] if with_perl else []), f"{started * 1000:.1f}"]
    lines.append([*cells, f"{started / floor:.2f}", *(["—"] if with_perl else [])])
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def show(done: int, of: int) -> None:
    """A progress bar, where somebody watches."""
    if sys.stderr.isatty():
        bar = "#" * (30 * done // of)
        print(f"\r[{bar:30}] {done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
