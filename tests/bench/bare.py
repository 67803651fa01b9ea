"""What the disk allows: the file operations of a submission and of a claim, as strace shows them, and nothing else.

Each operation is the plain system call with content of the same size. A process does one after the other, as often as
it can; a server with so many processes cannot do much better.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICKET = b"x" * 1900  # bytes; what the figures' own submission makes
LETTER = b"x" * 330
ENTRY = b"x" * 520  # what a claim adds to the ticket
FOLDERS = ("locks", "outbox/staged", "outbox/new", "submissions", "pending", "moving", "claimed/ines")


class Folder:
    """A desk's data/, as far as files go."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        for name in FOLDERS:
            (path / name).mkdir(parents=True, exist_ok=True)
        for mark in range(256):
            for folder in ("submissions", "customers"):
                (path / folder / f"{mark:02x}").mkdir(parents=True, exist_ok=True)

    def submit(self, name: str) -> None:
        """Two locks; customer and submission noted; the letter staged; the ticket linked; the letter published."""
        with self._locked(f"submission-{name[-2:]}"), self._locked(name[-2:]):
            self._append(f"customers/{name[-2:]}/{name[-4:]}", f"\n{name}\n".encode())
            self._stage(name)
            self._write(f"submissions/{name[-2:]}/.{name}", name.encode(), is_flushed=False)
            self._rename(f"submissions/{name[-2:]}/.{name}", f"submissions/{name[-2:]}/{name}")
            self._write(f"pending/.{name}", TICKET)
            os.link(self._at(f"pending/.{name}"), self._at(f"pending/{name}"))
            os.unlink(self._at(f"pending/.{name}"))
            self._flush("pending")
            self._rename(f"outbox/staged/{name}", f"outbox/new/{name}")

    def claim(self, name: str) -> None:
        """A lock; the letter staged; the next version written; the ticket moved and replaced; the letter published."""
        with self._locked(name[-2:]):
            with open(self._at(f"pending/{name}"), "rb", buffering=0) as file:
                content = file.read()
            self._stage(name)
            self._write(f"moving/.{name}", content + ENTRY)
            self._rename(f"moving/.{name}", f"moving/{name}")
            os.link(self._at(f"pending/{name}"), self._at(f"moving/.{name}.before"))
            self._rename(f"pending/{name}", f"claimed/ines/{name}")
            self._rename(f"moving/{name}", f"claimed/ines/{name}")
            self._flush("claimed/ines")
            self._flush("pending")
            os.unlink(self._at(f"moving/.{name}.before"))
            self._rename(f"outbox/staged/{name}", f"outbox/new/{name}")

    def _stage(self, name: str) -> None:
        self._write(f"outbox/staged/.{name}", LETTER)
        self._rename(f"outbox/staged/.{name}", f"outbox/staged/{name}")
        self._flush("outbox/staged")

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}"

    def _write(self, name: str, content: bytes, is_flushed: bool = True) -> None:
        descriptor = os.open(self._at(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, content)
        if is_flushed:
            os.fsync(descriptor)
        os.close(descriptor)

    def _append(self, name: str, content: bytes) -> None:
        descriptor = os.open(self._at(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, content)
        os.close(descriptor)

    def _rename(self, source: str, target: str) -> None:
        os.rename(self._at(source), self._at(target))

    def _flush(self, folder: str) -> None:
        descriptor = os.open(self._at(folder), os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        descriptor = os.open(self._at(f"locks/{name}"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def rates(place: Path, processes: int, seconds: float) -> tuple[float, float]:
    """How many submissions, and then claims of them, so many processes do a second in one folder."""
    Folder(place)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        made = pool.starmap(_submissions, [(place, number, seconds) for number in range(processes)], 1)
        claimed = pool.starmap(_claims, [(place, names) for names, _ in made], 1)
    return sum(len(names) / taken for names, taken in made), sum(count / taken for count, taken in claimed)


def _submissions(place: Path, number: int, seconds: float) -> tuple[list[str], float]:
    folder, begun = Folder(place), time.perf_counter()
    names: list[str] = []
    while time.perf_counter() < begun + seconds:
        names.append(f"{number:02x}{len(names):08x}")
        folder.submit(names[-1])
    return names, time.perf_counter() - begun


def _claims(place: Path, names: list[str]) -> tuple[int, float]:
    folder, begun = Folder(place), time.perf_counter()
    for name in names:
        folder.claim(name)
    return len(names), time.perf_counter() - begun
