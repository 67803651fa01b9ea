"""A disk that is full, broken or read-only, and a system that has no more files: what was answered is still the truth.

Each call that touches the desk fails in turn. The client hears that it worked, and it did; or gets a 503 (a command
ends with 75) which says that nothing was kept, and nothing was. Nothing half done is left, and it works again at once.
"""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator

import pytest

from helpdesk_lite.words.ticket import QUEUE
from tests.faults import strace
from tests.faults.crew import Crew, Share
from tests.faults.desks import HarmedDesk
from tests.faults.harm import Tried, all_steps, changes, each
from tests.faults.strace import KILLED, Fault, Step
from tests.faults.verbs import SLICE, VERBS, Verb, answered, signed_out_claim

ERRORS = ("ENOSPC", "EIO", "EMFILE", "EACCES", "EROFS", "EINTR")


@pytest.mark.parametrize("verb", SLICE.values(), ids=SLICE)
def test_each_kind_of_call_fails_once(desk: HarmedDesk, failing: set[tuple[str, str]], verb: Verb) -> None:
    """Once for each call and path, with one error after the other in turn."""
    steps = [step for step in changes(desk, verb) if (step.call, step.what) not in failing]
    once = {(step.call, step.what): step for step in reversed(steps)}
    failing.update(once)
    chosen = sorted(once.values(), key=steps.index)
    each(desk, verb, map(Fault, chosen, itertools.cycle(ERRORS))).judge(f"{verb.name}: each kind of call failed once:")


@pytest.mark.long
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("name", VERBS)
def test_every_call_fails_in_every_way(workers: Crew, name: str, error: str) -> None:
    """Every call there is, reading ones too, with each error."""
    workers.together(fail_everywhere, name, error).judge(f"{name}: {error} at every call:")


@pytest.mark.long
@pytest.mark.parametrize("name", VERBS)
def test_every_call_fails_in_some_way(workers: Crew, name: str) -> None:
    """Every call there is, with one error after the other in turn: a sixth of the time of all."""
    workers.together(fail_in_turn, name).judge(f"{name}: an error at every call:")


def fail_in_turn(desk: HarmedDesk, share: Share, name: str) -> Tried:
    """What a worker does of it."""
    steps = share.taken(all_steps(desk, VERBS[name]))
    return each(desk, VERBS[name], map(Fault, steps, itertools.cycle(ERRORS)))


def fail_everywhere(desk: HarmedDesk, share: Share, name: str, error: str) -> Tried:
    """What a worker does of it."""
    return each(desk, VERBS[name], (Fault(step, error) for step in share.taken(all_steps(desk, VERBS[name]))))


@pytest.mark.parametrize("call", ["rename", "fsync", "link", "unlink"])
@pytest.mark.parametrize("name", ["submit", "claim"])
def test_a_disk_that_turns_read_only_halfway(desk: HarmedDesk, name: str, call: str) -> None:
    """From one call on all of its kind fail, so that nothing can be undone either: then we say that we do not know."""
    steps = [step for step in changes(desk, VERBS[name]) if step.call == call]
    faults = (Fault(step, "EROFS", for_good=True) for step in steps)
    each(desk, VERBS[name], faults).judge(f"{name}: read-only from each {call} on:")


def test_a_disk_that_fails_again_while_a_move_is_taken_back(desk: HarmedDesk) -> None:
    """A claim cannot flush where it moved its ticket: the ticket is in one place at any time, and ends in one state."""
    claim = VERBS["claim"]
    (flush,) = [step for step in changes(desk, claim) if step.call == "fsync" and step.what == "data/claimed/WHO"]
    faults = list(fails_again(desk, claim, flush))
    assert len(faults) > 10, faults
    each(desk, claim, faults).judge("claim: fails again while it is taken back:")


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.is_web])
def test_a_disk_that_fails_again(workers: Crew, name: str) -> None:
    """Whatever changes something fails, and then each change that follows fails too, or is the last."""
    workers.together(fail_everywhere_again, name).judge(f"{name}: a call failed, then another or killed:")


def fail_everywhere_again(desk: HarmedDesk, share: Share, name: str) -> Tried:
    """What a worker does of it."""
    verb = VERBS[name]
    first = share.taken(changes(desk, verb))
    return each(desk, verb, (fault for step in first for fault in fails_again(desk, verb, step)))


def fails_again(desk: HarmedDesk, verb: Verb, step: Step) -> Iterator[Fault]:
    """This call fails, and then each change of the desk that the process makes because of it."""
    desk.put_back(verb.kept)
    first = Fault(step, "EROFS")
    ended = strace.harmed(verb.process(desk), desk.log, first, strace.CHANGES)
    after = itertools.dropwhile(lambda one: "(INJECTED)" not in one.line, strace.told(ended.log, desk.folder))
    for again in list(after)[1:]:
        if again.what.startswith("data/") and "data/cache" not in again.what:
            yield first._replace(then=Fault(again, "EROFS"))
            if again.call != step.call:
                yield first._replace(then=Fault(again, KILLED))


def test_a_disk_that_fails_lets_nobody_in(desk: HarmedDesk) -> None:
    """A cookie that was signed out claims nothing, whichever of the desk's files cannot be looked at or read."""
    desk.put_back("signed out")
    process = signed_out_claim(desk)
    ended, steps = strace.steps(process, desk.log, desk.folder)
    assert b"Location: /login" in ended.output
    asked = [step for step in steps if step.what.startswith("data/") and not step.is_change]
    assert any("ended" in step.what for step in asked)
    for step in asked:
        ended = strace.harmed(process, desk.log, Fault(step, "EIO"))
        assert answered(ended) in (303, 503) and b"Location: /tickets" not in ended.output, step
        assert desk.look().places[desk.pending] == QUEUE, step


@pytest.mark.parametrize("call", ["fsync", "rename", "mkdir", "write", "openat"])
def test_a_full_disk_keeps_the_letters_that_were_accepted(desk: HarmedDesk, call: str) -> None:
    """The courier finds the disk full, from its first or a later step on; with room again, everybody is told."""
    verb = VERBS["deliver"]
    steps = [step for step in changes(desk, verb) if step.call == call and "data/" in step.what]
    faults = (Fault(step, "ENOSPC", for_good=True) for step in (steps[0], steps[len(steps) // 2]))
    each(desk, verb, faults).judge(f"deliver: disk full from a {call} on:")


def test_a_full_disk_under_both_outputs_is_a_status_still(desk: HarmedDesk) -> None:
    """As in a crontab's `>> log 2>&1`: nothing can be said but that it is to be tried again."""
    desk.put_back("letters")
    process = desk.command("deliver")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(process.command, env=process.environment, stdout=full, stderr=full)
    assert done.returncode == 75
