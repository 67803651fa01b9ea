"""Nothing is lost, wherever the process is killed: each verb, at each system call that touches the desk or a socket.

After each kill nothing half done can be seen, one repair leaves nothing to say, what was answered is kept with all its
letters, what was not is all or nothing, and the same thing can be done again. A process that is killed on entering a
call has done all calls before it, so only those that change something make a difference; the long run tries them all.
"""

from __future__ import annotations

import pytest

from tests.faults.crew import Crew, Share
from tests.faults.desks import HarmedDesk
from tests.faults.harm import Tried, all_steps, changes, each
from tests.faults.strace import Fault
from tests.faults.verbs import SLICE, VERBS, Verb


@pytest.mark.parametrize("verb", SLICE.values(), ids=SLICE)
def test_killed_at_each_kind_of_change(desk: HarmedDesk, tried: set[tuple[str, str]], verb: Verb) -> None:
    """Once for each call and path that this verb changes something with and no verb before it did."""
    steps = [step for step in changes(desk, verb) if (step.call, step.what) not in tried]
    once = {(step.call, step.what): step for step in reversed(steps)}
    tried.update(once)
    each(desk, verb, map(Fault, sorted(once.values(), key=steps.index))).judge(
        f"{verb.name}: killed at each kind of change:"
    )


@pytest.mark.long
@pytest.mark.parametrize("name", VERBS)
def test_killed_at_every_call(workers: Crew, name: str) -> None:
    """At every call there is, reading ones too."""
    workers.together(kill_everywhere, name).judge(f"{name}: killed at every call:")


def kill_everywhere(desk: HarmedDesk, share: Share, name: str) -> Tried:
    """What a worker does of it."""
    return each(desk, VERBS[name], map(Fault, share.taken(all_steps(desk, VERBS[name]))))
