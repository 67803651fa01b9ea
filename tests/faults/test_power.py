"""A power cut after an answer takes nothing back: what the answer rests on was flushed before, files and folders.

Read off the trace of system calls. Renames that need no flushing, since whoever comes next does or undoes them, are
named here; any other must be followed by an fsync of its folder, and what it makes visible must be flushed before it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.desks import HarmedDesk
from tests.faults.strace import Step
from tests.faults.verbs import VERBS

WEB = ("submit", "claim", "release", "close", "reopen")
DONE_AGAIN = re.compile(
    r"data/(outbox/new/"  # published: the staged one is on disk, and its ticket names it
    r"|moving/"  # the next version of a ticket, of no account until the ticket itself has moved
    r"|submissions/"  # which submission made which ticket: lost, a double click across a power cut makes two
    r"|cache/)"  # made again
)


def paths(step: Step) -> list[str]:
    """The paths a call names, relative to the desk."""
    return [found.partition("/desk/")[2] for found in re.findall(r'["<]([^"<>]+)[">]', step.line) if "/desk/" in found]


def folder_of(path: str) -> str:
    """The folder that holds it."""
    return path.rpartition("/")[0]


@pytest.mark.parametrize("name", WEB)
def test_what_an_answer_rests_on_is_flushed_before_it(desk: HarmedDesk, tmp_path: Path, name: str) -> None:
    verb = VERBS[name]
    desk.put_back(verb.kept)
    _, steps = strace.steps(verb.process(desk), tmp_path / "log", desk.folder)
    (answer, *_) = [index for index, step in enumerate(steps) if step.what == "standard output"]
    made: set[str] = set()  # files of this run
    flushed: set[str] = set()  # those of them whose bytes are on disk
    checked = 0
    for index, step in enumerate(steps[:answer]):
        if "O_CREAT" in step.line:
            made.add(paths(step)[0])
        elif step.call == "fsync":
            flushed.add(paths(step)[0])
        elif step.call in ("rename", "link"):
            source, target = paths(step)
            for known in (made, flushed):
                if source in known:
                    known.add(target)
            if step.call == "link" and target.endswith(".new"):
                continue  # a second, hidden name for the old version, should it have to be taken back
            if DONE_AGAIN.match(target):
                assert "cache" in target or "submissions" in target or source in flushed, f"{step}: not flushed"
                continue
            assert source not in made or source in flushed, f"{step}: its bytes are not on disk"
            later = {paths(after)[0] for after in steps[index:answer] if after.call == "fsync"}
            assert folder_of(target) in later, f"{step}: its new name is not on disk"
            hidden = source.rpartition("/")[2].startswith(".")
            assert hidden or source.startswith("data/moving/") or folder_of(source) in later, (
                f"{step}: its old name stays"
            )
            checked += 1
    assert checked


@pytest.mark.parametrize("name", ["submit", "claim"])
def test_letters_are_flushed_before_the_ticket_counts(desk: HarmedDesk, tmp_path: Path, name: str) -> None:
    verb = VERBS[name]
    desk.put_back(verb.kept)
    _, steps = strace.steps(verb.process(desk), tmp_path / "log", desk.folder)
    decides = r"data/pending/NUMBER.mbox$" if name == "submit" else r"data/pending/NUMBER.mbox to data/claimed"
    (moment,) = [
        index for index, step in enumerate(steps) if step.call in ("link", "rename") and re.search(decides, step.what)
    ]
    (staged,) = [
        index for index, step in enumerate(steps) if step.call == "fsync" and step.what == "data/outbox/staged"
    ]
    letters = [
        index
        for index, step in enumerate(steps)
        if step.call == "rename" and re.match(r"data/outbox/staged/\.", step.what)
    ]
    assert letters and max(letters) < staged < moment
