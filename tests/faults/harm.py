"""A fault comes to pass: a verb runs on a desk put back as it was, and all that must hold after it is checked."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.faults import strace
from tests.faults.desks import HarmedDesk, in_one_place, nothing_half_done, sound
from tests.faults.strace import Ended, Fault, Step
from tests.faults.verbs import Verb, answered

KEPT_NOTHING = re.compile(rb"Nothing was (kept|changed)")
MAY_NOT = re.compile(r"(\baccess\(|EACCES).*\(INJECTED\)")
NOT_SURE = b"not certain whether"
UNSAYABLE = 120  # Python's own, when every write fails, even those to /dev/null


class Tried(NamedTuple):
    """What came of some faults: how many were tried, which of them did not come to pass, and what went wrong."""

    faults: int
    missed: Sequence[str]
    wrong: Sequence[str]

    def judge(self, said: str) -> None:
        """Print the figures. AssertionError if anything went wrong, or the faults did not come to pass."""
        hit = self.faults - len(self.missed)
        print(f"{said} {hit} of {self.faults}, {len(self.wrong)} went wrong")
        assert not self.wrong, "\n".join(self.wrong)
        most = max(1, self.faults // 10)  # a step that depends on the moment need not come again
        assert len(self.missed) <= most and (hit or not self.faults), f"did not come to pass: {self.missed}"


def each(desk: HarmedDesk, verb: Verb, faults: Iterable[Fault]) -> Tried:
    """Harm the verb with each of these; what went wrong is told together."""
    faults = list(faults)
    missed, wrong = [], []
    for fault in faults:
        try:
            if not harm(desk, verb, fault).was_hit:
                missed.append(str(fault))
        except Exception as failure:
            wrong.append(f"{fault}: {_told(failure)}")
    return Tried(len(faults), missed, wrong)


def _told(failure: Exception) -> str:
    """Where it was and what it says, in a line or two."""
    place = traceback.extract_tb(failure.__traceback__)[-1]
    said = " ".join([str(failure)[:600], *getattr(failure, "__notes__", ())])
    return f"{os.path.basename(place.filename)}:{place.lineno} {place.line} -- {type(failure).__name__} {said}"


def all_steps(desk: HarmedDesk, verb: Verb) -> list[Step]:
    """The steps of the verb unharmed; where it makes something in the cache, those of the next time."""
    if verb.name not in desk.traces:
        desk.traces[verb.name] = _traced(desk, verb)
        if any(step.call == "rename" and "data/cache/" in step.what for step in desk.traces[verb.name]):
            desk.traces[verb.name] = _traced(desk, verb)
    return desk.traces[verb.name]


def _traced(desk: HarmedDesk, verb: Verb) -> list[Step]:
    desk.put_back(verb.kept)
    if verb.is_web:
        desk.look()  # as before each harm: what it reads is in the cache then
    ended, found = strace.steps(verb.process(desk), desk.log, desk.folder)
    assert ended.status == 0 or b"(mended)" in ended.output, (ended.output[:500], ended.errors)
    return found


def changes(desk: HarmedDesk, verb: Verb) -> list[Step]:
    """The steps at which the verb changes something, and those at which it makes a file or answers."""
    found = [step for step in all_steps(desk, verb) if step.is_change]
    assert len(found) > 5, found
    return found


def harm(desk: HarmedDesk, verb: Verb, fault: Fault) -> Ended:
    """Do it; what was said is true, nothing half done is left, one repair is enough, the next try works."""
    desk.put_back(verb.kept)
    before = desk.look().said if verb.is_web else {}
    ended = strace.harmed(verb.process(desk), desk.log, fault)
    try:
        nothing_half_done(desk)
        if verb.is_web:
            in_one_place(desk)
        look = sound(desk)
        if verb.is_web and not ended.was_killed:
            _answered_truly(ended, changed=look.said != before)
        elif not ended.was_killed:
            _ended_truly(verb, ended)
        verb.check(desk, ended, look)
    except Exception as failure:
        failure.add_note(f"It had said: {ended.errors[-300:]}")
        raise
    return ended


def _ended_truly(verb: Verb, ended: Ended) -> None:
    """A command's status is right, and it says what failed in a sentence."""
    assert ended.status in (0, 75, UNSAYABLE) or (verb.name == "repair" and ended.status == 1), ended.status
    assert "Traceback" not in ended.errors


def _answered_truly(ended: Ended, *, changed: bool) -> None:
    """303 and done; or 503 and not done, or not sure; or no answer, since that is what failed.

    409 where a file is not the desk's to read: nobody can tell that from an EACCES of the disk, and
    access(2) says no more than no.
    """
    status = answered(ended)
    said = f"{status}, changed: {changed}: {ended.output[:200]!r} {ended.output[-300:]!r}"
    if status == 303:
        assert changed, said
    elif status == 409:
        assert MAY_NOT.search(ended.log) and not changed, said
    elif status:
        assert status == 503, said
        assert NOT_SURE in ended.output or (KEPT_NOTHING.search(ended.output) and not changed), said
    else:
        assert "standard output" in ended.log or "write(1" in ended.log or ended.errors, said
