"""The letters' ledger: whatever came in is in one place, and the index knows which; else that is found and mended."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.letters.aside import Aside
from helpdesk_lite.mail.arrivals import Arrivals, Envelope
from tests import examples
from tests.mail_desk import DESK, JANE, MailDesk, letter


@pytest.fixture
def desk(tmp_path):
    """A desk to which four letters came: one opened a ticket, one went into it, one is kept, one was ignored."""
    desk = MailDesk(tmp_path)
    number = desk.receive(letter(JANE, DESK, Message_ID="<opened@example.com>")).number
    desk.receive(letter(JANE, desk.address("ticket", number), Message_ID="<threaded@example.com>"))
    desk.receive(letter("", "", Message_ID="<kept@example.com>"))
    desk.receive(letter("robot@example.com", DESK, Message_ID="<ignored@example.com>", Auto_Submitted="auto-replied"))
    for path in (tmp_path / "data" / "operators").iterdir():
        path.chmod(0o600)
    return desk


def findings(desk):
    return [finding.said for finding in assemble.verifier(desk.house).findings()]


def mend(desk):
    verifier = assemble.verifier(desk.house)
    assert all(verifier.mend(finding) for finding in list(verifier.findings()))


def test_a_ledger_that_is_as_it_should_be(desk):
    assert findings(desk) == []
    assert len(list(desk.intake.arrivals.everywhere())) == 4


@pytest.mark.parametrize(("who", "text"), [("bob", ""), ("ines", "release"), ("ines", "close"), ("ines", "claim")])
def test_a_letter_with_a_command_lies_in_its_ticket(desk, who, text):
    number = desk.open()
    desk.answer("ines", number, "")
    raw = letter(f"{who}@example.org", desk.address("claim", number), text, Message_ID="<command@example.org>")
    desk.receive(raw)
    assert findings(desk) == []
    before = desk.kinds(number)
    assert before[-1] == "command"
    assert desk.raw(number, -1) == raw
    shutil.rmtree(os.path.join(desk.intake.arrivals.folder, "index"))
    desk.receive(raw)
    assert desk.kinds(number) == before


def test_a_letter_that_somebody_took_waits_no_more_though_they_were_killed_then(desk, monkeypatch):
    with monkeypatch.context() as cut:
        cut.setattr(Arrivals, "note", lambda *_: 1 / 0)
        (kept,) = Aside(desk.intake).letters()
        with pytest.raises(ZeroDivisionError):
            Aside(desk.intake).take(kept.digest, examples.ADMIN)
    assert sorted(findings(desk)) == [
        "letter <kept@example.com> is kept aside here, but a ticket has it",
        "the index does not know letter <kept@example.com>",
    ]
    mend(desk)
    assert findings(desk) == []
    assert desk.intake.arrivals.counts()["kept"] == 0


def test_an_index_that_was_lost_is_written_again(desk):
    before = sorted(desk.intake.arrivals.everywhere())
    shutil.rmtree(os.path.join(desk.intake.arrivals.folder, "index"))
    assert sorted(findings(desk)) == [
        f"the index does not know letter <{name}@example.com>" for name in ("ignored", "kept", "opened", "threaded")
    ]
    mend(desk)
    assert findings(desk) == []
    after = sorted(desk.intake.arrivals.everywhere())
    assert [known[:4] for known in after] == [known[:4] for known in before]


@pytest.mark.parametrize("pattern", ["pending/*.mbox", "intake/kept/*.eml", "intake/ignored/*/*.eml"])
def test_a_letter_that_somebody_took_away_is_named(desk, pattern):
    (path,) = Path(desk.root.data).glob(pattern)
    path.unlink()
    found = findings(desk)
    assert len(found) == (2 if "pending" in pattern else 1)
    assert all("is here, but it is not" in said for said in found)
    mend(desk)
    assert findings(desk) == []


def test_a_letter_that_was_never_judged_is_named_and_judged(desk):
    now = desk.house.clock()
    arrivals = desk.intake.arrivals
    earlier = Arrivals(arrivals.folder, desk.root.inside("locks"), lambda: now - 7200, assemble.chance)
    with earlier.received([letter(JANE, DESK)], Envelope("test"), 10_000):
        pass
    assert findings(desk) == ["this letter was never judged"]
    mend(desk)
    assert findings(desk) == []
    assert desk.house.store.count_pending(9) == 2


def test_the_next_work_judges_what_a_killed_process_left(desk):
    with desk.intake.arrivals.received([letter(JANE, DESK)], Envelope("test"), 10_000):
        pass
    assemble.work(desk.house)
    assert desk.house.store.count_pending(9) == 2
    assert desk.intake.arrivals.counts()["new"] == 0
