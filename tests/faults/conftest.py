"""A desk to be harmed, made once for all of these tests."""

from __future__ import annotations

import pytest

from tests.faults import verbs
from tests.faults.desks import HarmedDesk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> HarmedDesk:
    """The desk; `put_back` it before each harm."""
    made = HarmedDesk(tmp_path_factory.mktemp("faults"))
    verbs.leave_letters(made)
    verbs.leave_a_mess(made)
    return made


@pytest.fixture(scope="session")
def tried() -> set[tuple[str, str]]:
    """The kinds of steps that were tried already, by any verb: most of release, close and reopen is the same."""
    return set()


@pytest.fixture(scope="session")
def failing() -> set[tuple[str, str]]:
    """The same for calls that fail."""
    return set()
