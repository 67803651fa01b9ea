"""Eight people, each a process of their own, who press the same button in the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, NamedTuple

from tests import servers
from tests.visitor import Visitor

PEOPLE = ("ada", "ines", "bob", "carla", "dan", "eva", "finn", "gus")
_PATIENCE = 60.0  # seconds to wait for the slowest at the start of each race

_barrier: Any = None


class Outcome(NamedTuple):
    """How one racer fared: who, the status, and the page or the address to go to."""

    who: str
    status: int
    said: str


@contextmanager
def racers() -> Iterator[ProcessPoolExecutor]:
    """Eight processes that start each piece of work at the same moment."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(PEOPLE))
    with ProcessPoolExecutor(len(PEOPLE), context, _begin, (barrier,)) as pool:
        yield pool


def claim_all(pool: ProcessPoolExecutor, url: str, numbers: Sequence[str]) -> list[list[Outcome]]:
    """Everybody claims each ticket in turn; for each ticket, how all of them fared."""
    told = [pool.submit(_claim, url, who, tuple(numbers)) for who in PEOPLE]
    return [list(outcomes) for outcomes in zip(*(one.result() for one in told), strict=True)]


def submit_all(pool: ProcessPoolExecutor, url: str, typed: Sequence[dict[str, str]]) -> list[list[Outcome]]:
    """Everybody sends the same submission, one after the other; for each submission, how all of them fared."""
    told = [pool.submit(_submit, url, who, tuple(typed)) for who in PEOPLE]
    return [list(outcomes) for outcomes in zip(*(one.result() for one in told), strict=True)]


def _begin(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def _claim(url: str, who: str, numbers: Sequence[str]) -> list[Outcome]:
    visitor = Visitor(url)
    assert visitor.sign_in(who, servers.PASSWORD).status == 303
    outcomes = []
    for number in numbers:
        _barrier.wait(_PATIENCE)
        answer = visitor.post(f"/tickets/{number}/claim")
        outcomes.append(Outcome(who, answer.status, answer.text if answer.status == 409 else ""))
    return outcomes


def _submit(url: str, who: str, submissions: Sequence[dict[str, str]]) -> list[Outcome]:
    visitor = Visitor(url)
    outcomes = []
    for typed in submissions:
        _barrier.wait(_PATIENCE)
        answer = visitor.post("/forms/contact", typed)
        outcomes.append(Outcome(who, answer.status, answer.number if answer.status == 303 else answer.text))
    return outcomes
