"""A desk to be harmed, made once for all of these tests, and a crew with one each for the long runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import crew, strace
from tests.faults.crew import Crew
from tests.faults.desks import HarmedDesk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> HarmedDesk:
    """The desk; `put_back` it before each harm."""
    return crew.made_in(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """Who does the long runs."""
    strace.program()  # skips here if there is none
    with Crew(tmp_path_factory.mktemp("crew")) as made:
        yield made


@pytest.fixture(scope="session")
def tried() -> set[tuple[str, str]]:
    """The kinds of steps that were tried already, by any verb: most of release, close and reopen is the same."""
    return set()


@pytest.fixture(scope="session")
def failing() -> set[tuple[str, str]]:
    """The same for calls that fail."""
    return set()
