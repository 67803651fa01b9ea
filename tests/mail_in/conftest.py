"""A desk to which letters come by real doors."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.mail_desk import MailDesk

COMMAND = [sys.executable, "-m", "helpdesk_lite.cli"]


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    """A desk in a folder of its own."""
    return MailDesk(tmp_path / "desk")


Found = TypeVar("Found")


def until(look: Callable[[], Found], patience: float = 20.0) -> Found:
    """What `look` gives as soon as it is true, or what it gives at the end."""
    ends = time.monotonic() + patience
    while not (found := look()) and time.monotonic() < ends:
        time.sleep(0.02)
    return found


@contextlib.contextmanager
def serving(desk: MailDesk, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A command that stays, until the block ends, and the address that it says."""
    log = Path(desk.root.path).parent / "said"
    with open(log, "a") as errors:
        command = [*COMMAND, "--root", desk.root.path, *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert said, log.read_text()
        yield said.split()[-1], process
    finally:
        process.terminate()
        process.stdout.close()
        process.wait(40)
