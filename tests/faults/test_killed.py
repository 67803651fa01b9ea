"""Nothing is lost, wherever the process is killed: each verb, at each system call that touches the desk or a socket.

After each kill nothing half done can be seen, one repair leaves nothing to say, what was answered is kept with all its
letters, what was not is all or nothing, and the same thing can be done again. A process that is killed on entering a
call has done all calls before it, so only those that change something make a difference; the long run tries them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.desks import HarmedDesk, nothing_half_done, sound
from tests.faults.strace import Step
from tests.faults.verbs import VERBS, Verb


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_killed_at_each_kind_of_change(
    desk: HarmedDesk, tmp_path: Path, tried: set[tuple[str, str]], verb: Verb
) -> None:
    """Once for each call and path that this verb changes something with and no verb before it did."""
    steps = [step for step in changes(desk, tmp_path, verb) if (step.call, step.what) not in tried]
    once = {(step.call, step.what): step for step in reversed(steps)}
    tried.update(once)
    kill(desk, tmp_path, verb, sorted(once.values(), key=lambda step: steps.index(step)))


@pytest.mark.long
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_killed_at_every_call(desk: HarmedDesk, tmp_path: Path, verb: Verb) -> None:
    """At every call there is, reading ones too."""
    desk.put_back(verb.kept)
    _, steps = strace.steps(verb.process(desk), tmp_path / "log", desk.folder)
    kill(desk, tmp_path, verb, steps)


def changes(desk: HarmedDesk, folder: Path, verb: Verb) -> list[Step]:
    """The steps at which the verb changes something, and those at which it makes a file or answers."""
    desk.put_back(verb.kept)
    ended, steps = strace.steps(verb.process(desk), folder / "log", desk.folder)
    assert ended.status == 0 or b"(mended)" in ended.output, (ended.output[:500], ended.errors)
    found = [step for step in steps if step.call in strace.CHANGES or "(made)" in step.what]
    assert len(found) > 10, found
    return found


def kill(desk: HarmedDesk, folder: Path, verb: Verb, steps: Sequence[Step]) -> None:
    """Kill the verb at each of these steps; all of what went wrong is told at once."""
    wrong = []
    hit = 0
    for step in steps:
        desk.put_back(verb.kept)
        ended = strace.killed(verb.process(desk), folder / "log", step)
        hit += ended.was_hit
        try:
            nothing_half_done(desk)
            verb.check(desk, ended, sound(desk))
        except AssertionError as failure:
            wrong.append(f"killed at {step}: {str(failure)[:600]}")
    print(f"{verb.name}: killed at {hit} of {len(steps)} steps, {len(wrong)} went wrong")
    assert wrong == []
    assert hit >= len(steps) * 0.9, "the process was not killed where it should be"
