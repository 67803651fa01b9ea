"""A disk that is full, broken or read-only, and a system that has no more files: what was answered is still the truth.

Each call that touches the desk fails in turn. The client hears that it worked, and it did; or gets a 503 (a command
ends with 75) which says that nothing was kept, and nothing was. Nothing half done is left, and it works again at once.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.desks import HarmedDesk, nothing_half_done, sound
from tests.faults.strace import Ended, Step
from tests.faults.test_killed import changes
from tests.faults.verbs import VERBS, Verb, answered

ERRORS = ("ENOSPC", "EIO", "EMFILE", "EACCES", "EROFS", "EINTR")
KEPT_NOTHING = re.compile(rb"Nothing was (kept|changed)")
NOT_SURE = b"not certain whether"
WEB = ("submit", "claim", "release", "close", "reopen")


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_each_kind_of_call_fails_once(
    desk: HarmedDesk, tmp_path: Path, failing: set[tuple[str, str]], verb: Verb
) -> None:
    """Once for each call and path, with one error after the other in turn."""
    steps = [step for step in changes(desk, tmp_path, verb) if (step.call, step.what) not in failing]
    once = {(step.call, step.what): step for step in reversed(steps)}
    failing.update(once)
    chosen = sorted(once.values(), key=steps.index)
    fail(desk, tmp_path, verb, zip(chosen, itertools.cycle(ERRORS)))


@pytest.mark.long
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_every_call_fails_in_every_way(desk: HarmedDesk, tmp_path: Path, verb: Verb, error: str) -> None:
    """Every call there is, reading ones too, with each error."""
    desk.put_back(verb.kept)
    _, steps = strace.steps(verb.process(desk), tmp_path / "log", desk.folder)
    fail(desk, tmp_path, verb, ((step, error) for step in steps))


@pytest.mark.parametrize("call", ["rename", "fsync", "link", "unlink"])
@pytest.mark.parametrize("name", ["submit", "claim"])
def test_a_disk_that_turns_read_only_halfway(desk: HarmedDesk, tmp_path: Path, name: str, call: str) -> None:
    """From one call on all of its kind fail, so that nothing can be undone either: then we say that we do not know."""
    verb = VERBS[name]
    steps = [step for step in changes(desk, tmp_path, verb) if step.call == call]
    fail(desk, tmp_path, verb, ((step, "EROFS") for step in steps), for_good=True)


@pytest.mark.parametrize("call", ["fsync", "rename", "mkdir"])
def test_a_full_disk_keeps_the_letters_that_were_accepted(desk: HarmedDesk, tmp_path: Path, call: str) -> None:
    """The courier finds the disk full, from its first or a later step on; with room again, everybody is told."""
    verb = VERBS["deliver"]
    steps = [step for step in changes(desk, tmp_path, verb) if step.call == call and "data/" in step.what]
    chosen = [(step, "ENOSPC") for step in (steps[0], steps[len(steps) // 2])]
    fail(desk, tmp_path, verb, chosen, for_good=True)


def fail(
    desk: HarmedDesk, folder: Path, verb: Verb, faults: Iterable[tuple[Step, str]], *, for_good: bool = False
) -> None:
    """Let each step fail in turn; all of what went wrong is told at once."""
    wrong = []
    hit = tried = 0
    for step, error in faults:
        desk.put_back(verb.kept)
        before = desk.look().places if verb.name in WEB else {}
        ended = strace.failed(verb.process(desk), folder / "log", step, error, for_good=for_good)
        tried += 1
        hit += ended.was_hit
        try:
            nothing_half_done(desk)
            look = sound(desk)
            if verb.name in WEB:
                _told_the_truth(ended, changed=look.places != before)
            else:
                assert ended.status in (0, 75) or (verb.name == "repair" and ended.status == 1), ended
                assert "Traceback" not in ended.errors
            verb.check(desk, ended, look)
        except AssertionError as failure:
            wrong.append(f"{error} at {step}: {str(failure)[:500]} -- {ended.errors[-300:]}")
    print(f"{verb.name}: {hit} of {tried} calls failed, {len(wrong)} went wrong")
    assert wrong == []
    assert hit >= tried * 0.9, "the calls did not fail where they should"


def _told_the_truth(ended: Ended, *, changed: bool) -> None:
    """303 and done; or 503 and not done, or not sure; or no answer, since that is what failed."""
    status = answered(ended)
    said = f"{status}, changed: {changed}: {ended.output[:200]!r} {ended.output[-300:]!r}"
    if status == 303:
        assert changed, said
    elif status:
        assert status == 503, said
        assert NOT_SURE in ended.output or (KEPT_NOTHING.search(ended.output) and not changed), said
    else:
        assert "standard output" in ended.log or "write(1" in ended.log or ended.errors, said
