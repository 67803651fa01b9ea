"""A desk to which letters come by real doors."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.letters import MailDesk


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
