"""A power cut after an answer takes nothing back: what the answer rests on was flushed before, files and folders.

Read off the trace of system calls. Renames that need no flushing, since whoever comes next does or undoes them, are
named here; any other must be followed by an fsync of its folder, and what it makes visible must be flushed before it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

import pytest

from tests.faults.desks import HarmedDesk
from tests.faults.harm import all_steps
from tests.faults.strace import Step
from tests.faults.verbs import VERBS

PROMISING = [name for name, verb in VERBS.items() if verb.is_web or name.startswith("receive")]
WITH_LETTERS = [name for name in PROMISING if name.partition("-")[0] in ("submit", "claim", "receive", "log")]
DONE_AGAIN = re.compile(
    r"(council/)?data/(outbox/new/"  # published: the staged one is on disk, and its ticket names it
    r"|moving/"  # the next version of a ticket, of no account until the ticket itself has moved
    r"|submissions/"  # which submission made which ticket: lost, a double click across a power cut makes two
    r"|intake/index/"  # where a letter went: its ticket tells it again
    r"|customers(/|$)"  # which tickets a customer has: the tickets tell it again
    r"|turns$"  # whose turn it is with tickets that rules hand on: lost, somebody may have two in a row
    r"|cache/)"  # made again
)
DECIDES = re.compile(  # from here on the ticket, or its new entry, counts
    r"link .*data/(pending|claimed/WHO)/(.*/)?NUMBER\.mbox$"
    r"|rename data/(pending/(.*/)?NUMBER\.mbox|claimed/WHO/\.NUMBER\S+) to data/claimed"
)
NOTE = re.compile(r"(council/)?data/(cache/|submissions/|turns)")
TAKEN_AWAY = re.compile(  # by somebody who relies on it
    r"(data/(operators|categories)|forms|templates/\w+)/[^.]|data/rules\.toml"
)
STAGED = re.compile(r"(council/)?data/outbox/staged/\.")


def paths(step: Step) -> list[str]:
    """The paths a call names, relative to the desk."""
    found = [f"{path}/" for path in re.findall(r'["<]([^"<>]+)[">]', step.line)]
    return [path.partition("/desk/")[2].rstrip("/") for path in found if "/desk/" in path]


def folder_of(path: str) -> str:
    """The folder that holds it."""
    return path.rpartition("/")[0]


def trace(desk: HarmedDesk, name: str) -> list[Step]:
    """The steps of the verb up to its answer, or to its end: a mail server is answered by a status."""
    steps = all_steps(desk, VERBS[name])
    return list(itertools.takewhile(lambda step: step.what != "standard output", steps))


def later_flushed(steps: Iterable[Step]) -> set[str]:
    """The files and folders that these steps flush."""
    return {paths(step)[0] for step in steps if step.call == "fsync"}


def check_names(steps: Sequence[Step]) -> None:
    """What these steps make visible, or move, is on disk at their end. AssertionError if not."""
    made: set[str] = set()  # files of this run
    there: set[str] = set()  # those that were there before
    flushed: set[str] = set()  # those of them whose bytes are on disk
    checked = 0
    for index, step in enumerate(steps):
        if step.call == "newfstatat" and " = 0" in step.line and (found := paths(step)):
            there.add(found[0])
        elif "O_CREAT" in step.line:
            made.add(path := paths(step)[0])
            flushed.discard(path)  # another one had the name
            if path.startswith("data/log/"):
                later = later_flushed(steps[index:])
                assert path in later, f"{step}: what is added there is not on disk"
                assert path in there or folder_of(path) in later, f"{step}: its name is not on disk"
        elif step.call == "fsync":
            flushed.add(paths(step)[0])
        elif step.call == "mkdir" and " = 0" in step.line and not DONE_AGAIN.match(path := paths(step)[0]):
            assert folder_of(path) in later_flushed(steps[index:]), f"{step}: the folder's name is not on disk"
        elif step.call == "unlink" and TAKEN_AWAY.match(path := paths(step)[0]):
            assert folder_of(path) in later_flushed(steps[index:]), f"{step}: it may come back"
            checked += 1
        elif step.call in ("rename", "link"):
            source, target = paths(step)
            for known in (made, flushed):
                if source in known:
                    known.add(target)
            if step.call == "link" and target.endswith(".new"):
                continue  # a second, hidden name for the old version, should it have to be taken back
            if DONE_AGAIN.match(target) and not source.startswith("data/outbox/held/"):
                is_a_note = NOTE.match(target)
                assert is_a_note or source in flushed, f"{step}: not flushed"
                continue
            assert source not in made or source in flushed, f"{step}: its bytes are not on disk"
            later = later_flushed(steps[index:])
            assert folder_of(target) in later, f"{step}: its new name is not on disk"
            hidden = source.rpartition("/")[2].startswith(".")
            assert hidden or source.startswith("data/moving/") or folder_of(source) in later, (
                f"{step}: its old name stays"
            )
            checked += 1
    assert checked


def check_order(steps: Sequence[Step]) -> None:
    """The letters, and their names, are on disk before the ticket that names them counts. AssertionError if not."""
    moments = [index for index, step in enumerate(steps) if DECIDES.search(f"{step.call} {step.what}")]
    assert moments
    for before, moment in itertools.pairwise([0, *moments]):
        mine = list(enumerate(steps))[before:moment]
        staged = [index for index, step in mine if step.call == "rename" and STAGED.match(step.what)]
        flushed = [index for index, step in mine if step.call == "fsync" and step.what.endswith("data/outbox/staged")]
        assert staged and any(max(staged) < index for index in flushed), "the ticket counts before its letters"


@pytest.mark.parametrize("name", PROMISING)
def test_what_an_answer_rests_on_is_flushed_before_it(desk: HarmedDesk, name: str) -> None:
    check_names(trace(desk, name))


@pytest.mark.parametrize("name", WITH_LETTERS)
def test_letters_are_flushed_before_the_ticket_counts(desk: HarmedDesk, name: str) -> None:
    check_order(trace(desk, name))


@pytest.mark.parametrize("name", PROMISING)
def test_each_flush_is_needed(desk: HarmedDesk, name: str) -> None:
    """Without any one of them the checks above would fail: neither are there idle ones, nor do the checks sleep.

    Of a folder in which one thing is done after the other (kept, then claimed) that is so of the last.
    """
    steps = trace(desk, name)
    flushes = {step.what: step for step in steps if step.call == "fsync"}.values()
    assert len(flushes) >= 2, "a file's and its folder's, where a ticket is written in its place"
    for flush in flushes:
        with pytest.raises(AssertionError):
            check_names([step for step in steps if step is not flush])


@pytest.mark.parametrize("name", WITH_LETTERS)
def test_a_flush_that_comes_late_is_noticed(desk: HarmedDesk, name: str) -> None:
    """As if the letters' folder were flushed only after the ticket counts."""
    steps = trace(desk, name)
    *_, flush = [step for step in steps if step.call == "fsync" and step.what.endswith("data/outbox/staged")]
    with pytest.raises(AssertionError):
        check_order([*(step for step in steps if step is not flush), flush])
