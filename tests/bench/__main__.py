"""`python -m tests.bench`: how fast the desk is, and how large; one table, each figure beside what it must keep to.

Everything is flushed to disk as always, and nothing leaves this machine. The floor is said under each part. The Perl
column needs `--perl FOLDER`, a folder with a `make-desk`. A machine's speed wanders: trust the ratios.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.bench import cgi, courier, flat, memory, pages, table, wsgi
from tests.bench.desks import PerlDesk

PARTS = ("cgi", "start", "wsgi", "courier", "memory", "pages", "flat")
BESIDES = ("servers",)


def main() -> None:
    """Measure and print."""
    given = _asked().parse_args()
    if given.place:
        tempfile.tempdir = str(given.place.resolve())
    found = []
    # Nothing is deleted before all is measured: on some file systems that slows down the making of files for minutes.
    with ExitStack() as kept:
        parts = _parts(kept, given)
        for name in given.only:
            begun = time.monotonic()
            found.append(parts[name]())
            print(f"{found[-1]}\n\n`--only {name}`: {(time.monotonic() - begun) / 60:.1f} minutes.\n", flush=True)
    missed = table.missed(found)
    print("Missed: " + "; ".join(missed) if missed else "Everything is as it must be.")


def _parts(kept: ExitStack, given: argparse.Namespace) -> dict[str, Callable[[], table.Part]]:
    rounds, turns = given.rounds, max(1, given.rounds // 8)
    return {
        "cgi": lambda: cgi.measure(kept, rounds, _perl(kept, given.perl)),
        "start": lambda: cgi.start(rounds),
        "wsgi": lambda: wsgi.measure(kept, turns),
        "courier": lambda: courier.measure(kept, turns),
        "memory": lambda: memory.measure(kept, given.requests),
        "pages": lambda: pages.measure(kept, rounds),
        "flat": lambda: flat.measure(kept, rounds, given.desks),
        "servers": lambda: wsgi.compare(kept, turns),
    }


def _perl(kept: ExitStack, folder: Path | None) -> PerlDesk | None:
    place = Path(kept.enter_context(tempfile.TemporaryDirectory())) / "perl"
    return PerlDesk(folder.resolve(), place) if folder else None


def _asked() -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--only", metavar="PART,...", type=_names, default=PARTS, help=", ".join((*PARTS, *BESIDES)))
    asked.add_argument(
        "--rounds", type=int, default=40, help="of each short figure; an eighth of the long ones (%(default)s)"
    )
    asked.add_argument("--perl", metavar="FOLDER", type=Path, help="a Perl desk to stand beside ours")
    asked.add_argument("--requests", type=int, default=100_000, help="to `serve`, for its memory (%(default)s)")
    asked.add_argument(
        "--desks", metavar="FOLDER", type=Path, help="keep the desks of part flat here for the next time"
    )
    asked.add_argument("--place", metavar="FOLDER", type=Path, help="on the disk to be measured, for all other desks")
    return asked


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = set(names) - {*PARTS, *BESIDES}
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no part {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    main()
