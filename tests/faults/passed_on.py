"""What another desk gets, under faults: a submission, a letter, a ticket that is handed over."""

from __future__ import annotations

from pathlib import Path

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.mail.arrivals import Envelope
from tests.faults.desks import SECOND, SUBMISSION, HarmedDesk, Look, Request, each_letter_once, sound
from tests.faults.strace import Ended, Process
from tests.faults.verb import INES, INES_HAD, Verb, answered
from tests.mail_desk import letter

LETTER = letter("Jane Doe <jane@example.com>", "council@localhost", "It burns.\n" * 9000)


def leave_departments(desk: HarmedDesk) -> None:
    """A desk with a category that has a desk of its own, which rules give to what burns."""
    desk.put_back("calm")
    root = make_desk(str(desk.folder / SECOND))
    settings = Path(root.settings)
    settings.write_text(settings.read_text().replace('url = ""', 'url = "http://127.0.0.1/council"'))
    for file, text in (
        ("categories/council.toml", f'desk = "{SECOND}"\naddresses = ["council@localhost"]\n'),
        ("rules.toml", '[[rule]]\nif.words = "burns"\nthen.category = "council"\n'),
    ):
        path = Path(desk.root.inside(*file.split("/")))
        path.write_text(text)
        path.chmod(0o600)
        desk.age(path, 60)
    for path in Path(root.data).iterdir():
        desk.age(path, 60)  # what is made of a file that changed just now is not kept in the cache
    assemble.work(desk.house())
    desk.keep("departments")


def _there(desk: HarmedDesk) -> Look:
    """What lies at the second desk, which is sound as the first is."""
    assert desk.second
    look = sound(desk.second)
    each_letter_once(look)
    return look


def _submitted_there(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """All or nothing, all if there was an answer, and nothing of it here; sent again, it is one ticket."""
    assert set(look.tickets) == {desk.pending, desk.claimed, desk.closed}
    new = set(_there(desk).tickets)
    assert len(new) == 1 if answered(ended) == 303 else len(new) <= 1
    assert desk.ask(SUBMISSION).status == 303
    again = _there(desk)
    (number,) = again.tickets
    assert not new or new == {number}
    assert len(again.tickets[number].entries[0].letters) == 2
    assert set(desk.look().tickets) == set(look.tickets)


HAND_OVER = b"seen=&category=council"


def _hand_over(desk: HarmedDesk) -> Request:
    return Request(f"/tickets/{desk.claimed}/mark", "ines", HAND_OVER)


def _handed_over(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """Open here and not there, or there with all its words and closed here; done again, it is there once."""
    each_letter_once(look)

    def is_done(look: Look) -> bool:
        ticket, there = look.tickets[desk.claimed], _there(desk)
        assert ticket.place == (INES_HAD if ticket.handed_to[0] else INES)
        assert [ticket.handed_to[1]] == (list(there.tickets) or [""])
        assert all([entry.kind for entry in one.entries] == ["inquiry", "came"] for one in there.tickets.values())
        return bool(there.tickets)

    done = is_done(look)
    assert done or answered(ended) != 303
    answer = desk.ask(Request(f"/tickets/{desk.claimed}/mark", "ada", HAND_OVER))
    assert answer.status == (409 if done else 303), answer.text
    assert is_done(desk.look())


def _receive_there(desk: HarmedDesk) -> Process:
    return desk.command("receive", "--rcpt", "council@localhost")._replace(given=LETTER)


def _came_in_there(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """A letter is at the second desk once, if it was taken and that desk could be used; else it waits for it here."""
    waits = desk.house().intake.arrivals.counts()["new"]
    assert set(look.tickets) == {desk.pending, desk.claimed, desk.closed}
    before = set(_there(desk).tickets)
    assert len(before) + waits >= (1 if ended.status == 0 else 0)
    desk.house().intake.receive([LETTER], Envelope("test", None, ("council@localhost",)))
    desk.house().intake.finish()
    (number,) = _there(desk).tickets
    assert not before or before == {number}
    assert desk.house().intake.arrivals.counts() == {"new": 0, "kept": 0, "ignored": 0}


PASSED_ON = (
    Verb("hand-over", "departments", lambda desk: desk.cgi(_hand_over(desk)), _handed_over),
    Verb("submit-there", "departments", lambda desk: desk.cgi(SUBMISSION), _submitted_there),
    Verb("receive-there", "departments", _receive_there, _came_in_there, is_web=False),
)
