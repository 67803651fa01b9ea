"""What operators and customers do with a ticket, under faults: claim, answer, hand on, put away, join; and undo."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from helpdesk_lite.words import ties
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests.faults.desks import HarmedDesk, Look, Request, each_letter_once
from tests.faults.strace import Ended, Process
from tests.faults.verb import INES, INES_HAD, Verb, answered, done_once


def post(verb: str, whose: str) -> Callable[[HarmedDesk], Process]:
    return lambda desk: desk.cgi(Request(f"/tickets/{getattr(desk, whose)}/{verb}", "ines"))


def moved(verb: str, whose: str, before: Place, after: Place) -> Callable[[HarmedDesk, Ended, Look], None]:
    """The ticket is where it was or where it should be, there if there was an answer; the verb can be done once."""

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        number = getattr(desk, whose)
        place = look.places[number]
        assert place == after if answered(ended) == 303 else place in (before, after)
        kinds = [entry.kind for entry in look.tickets[number].entries]
        assert (kinds[-1] == _ENTRY[verb]) == (place == after), kinds
        assert "found" not in kinds
        assert len(look.queued) == (1 if verb == "claim" and place == after else 0)
        answer = desk.ask(Request(f"/tickets/{number}/{verb}", "ada"))
        assert answer.status == (409 if place == after else 303), answer.text
        again = desk.look()
        by_ada = Place(CLAIMED, "ada") if verb == "claim" and place == before else after
        assert again.places[number] == by_ada
        assert len(again.queued) == (1 if verb == "claim" else 0)
        each_letter_once(again)

    return check


def _type(desk: HarmedDesk, verb: str) -> Request:
    """Ines types an answer, or a note that names ada, in the ticket that she has."""
    return Request(f"/tickets/{desk.claimed}/{verb}", "ines", b"seen=2&text=%40ada+Pour+water+on+it.")


def _typed(verb: str, kind: str, name: str = "") -> Verb:
    """The words are there with their one letter if there was an answer; pressed again they are there once."""

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        before = [entry.kind for entry in look.tickets[desk.claimed].entries]
        assert before.count(kind) == 1 if answered(ended) == 303 else before.count(kind) <= 1
        assert len(look.queued) == before.count(kind)
        answer = desk.ask(_type(desk, verb))
        assert answer.status == 303, answer.text
        again = desk.look()
        assert [entry.kind for entry in again.tickets[desk.claimed].entries] == ["inquiry", "claimed", kind]
        assert again.places[desk.claimed] == INES
        assert len(again.queued) == 1
        each_letter_once(again)

    return Verb(name or verb, "calm", lambda desk: desk.cgi(_type(desk, verb)), check)


def _handled(
    verb: str,
    body: bytes,
    whose: str,
    after: Place,
    kind: str,
    letters: int = 0,
    again: int = 409,
    name: str = "",
    kept: str = "calm",
    before: Place | None = None,
) -> Verb:
    """The entry is there, and the ticket in its place with its letters, if there was an answer; and never by half."""

    def request(desk: HarmedDesk, who: str) -> Request:
        return Request(f"/tickets/{getattr(desk, whose)}/{verb}", who, body)

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        number = getattr(desk, whose)
        is_done = look.tickets[number].entries[-1].kind == kind
        assert is_done or answered(ended) != 303
        assert look.places[number] == (after if is_done else before or (QUEUE if whose == "pending" else INES))
        assert len(look.queued) == (letters if is_done else 0)
        answer = desk.ask(request(desk, "ada" if is_done else "ines"))
        assert answer.status == (again if is_done else 303), answer.text
        then = desk.look()
        assert then.places[number] == after
        assert [entry.kind for entry in then.tickets[number].entries].count(kind) == 1
        assert len(then.queued) == letters
        each_letter_once(then)

    return Verb(name or verb, kept, lambda desk: desk.cgi(request(desk, "ines")), check)


def _joined(verb: str, kind: str) -> Verb:
    """Both tickets say so if there was an answer, and neither counts by half; pressed again they say it once."""

    def request(desk: HarmedDesk, who: str) -> Request:
        return Request(f"/tickets/{desk.pending}/{verb}", who, b"other=" + desk.claimed.encode())

    def is_done(desk: HarmedDesk, look: Look) -> bool:
        one, other = (ties.of(look.tickets[number]) for number in (desk.pending, desk.claimed))
        parts, whole = getattr(other, kind), one.merged_into if kind == "joined" else "".join(one.linked)
        assert (parts, whole) in (((), ""), ((desk.pending,), desk.claimed))
        return bool(whole)

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        assert is_done(desk, look) or answered(ended) != 303
        answer = desk.ask(request(desk, "ada"))
        assert answer.status == 303, answer.text
        then = desk.look()
        assert is_done(desk, then)
        assert then.places[desk.claimed] == INES
        assert then.places[desk.pending] == (Place(CLOSED, "") if kind == "joined" else QUEUE)
        assert not then.queued

    return Verb(verb, "calm", lambda desk: desk.cgi(request(desk, "ines")), check)


_ENTRY = {"claim": "claimed", "release": "released", "close": "closed", "reopen": "reopened"}


def _unmerge(desk: HarmedDesk, who: str) -> Request:
    return Request(f"/tickets/{desk.pending}/unmerge", who)


def _is_unmerged(desk: HarmedDesk, look: Look) -> bool:
    part, whole = (ties.of(look.tickets[number]) for number in (desk.pending, desk.claimed))
    assert (part.merged_into, whole.joined) in ((desk.claimed, (desk.pending,)), ("", ()))
    assert look.places[desk.pending] == (Place(CLOSED, "") if part.merged_into else QUEUE)
    return not part.merged_into


def _unlink(desk: HarmedDesk, who: str) -> Request:
    return Request(f"/tickets/{desk.closed}/unlink", who, b"other=" + desk.claimed.encode())


def _is_unlinked(desk: HarmedDesk, look: Look) -> bool:
    one, other = (ties.of(look.tickets[number]).linked for number in (desk.closed, desk.claimed))
    assert (one, other) in (((desk.claimed,), (desk.closed,)), ((), ()))
    return not one


def _split(desk: HarmedDesk, who: str) -> Request:
    return Request(f"/tickets/{desk.claimed}/split", who, b"place=2")


def _is_split(desk: HarmedDesk, look: Look) -> bool:
    """The letter's own ticket is in the queue, once, and its readers hear of it; the letter stays where it was, too."""
    new = set(look.tickets) - {desk.pending, desk.claimed, desk.closed}
    assert ties.of(look.tickets[desk.claimed]).split_off == tuple((number, "2") for number in new)
    assert look.tickets[desk.claimed].entries[2].kind == "letter"
    for number in new:
        assert look.places[number] == QUEUE and ties.of(look.tickets[number]).split_from == desk.claimed
        assert len(look.tickets[number].entries[0].letters) == 1
    assert len(look.queued) == len(new) <= 1
    return bool(new)


def _customers(verb: str, whose: str, kind: str, after: Place) -> Verb:
    """The customer has done it if there was an answer, and who has the ticket hears of it, once."""

    def request(desk: HarmedDesk, _: str) -> Request:
        number = getattr(desk, whose)
        body = {"key": desk.house().desk.key(number), "message": "It burns again.", "seen": "3"}
        return Request(f"/status/{number}/{verb}", "", urlencode(body).encode())

    def is_done(desk: HarmedDesk, look: Look) -> bool:
        ticket = look.tickets[getattr(desk, whose)]
        done = [entry for entry in ticket.entries if (entry.kind, entry.by) == (kind, "customer")]
        assert len(look.queued) == len(done) <= 1
        assert ticket.place == (after if done else INES if whose == "claimed" else INES_HAD)
        return bool(done)

    return done_once(f"customer-{verb}s", "calm", request, is_done)


def _draft(desk: HarmedDesk, who: str) -> Request:
    return Request(f"/tickets/{desk.claimed}/draft", "ines", b"seen=2&text=Pour+water")


def _is_drafted(desk: HarmedDesk, _: Look) -> bool:
    found = desk.house().drafts.find("ines", desk.claimed)
    assert found is None or found.text == "Pour water"
    return found is not None


def leave_joined(desk: HarmedDesk) -> None:
    """A desk where ines has a ticket with a letter and carl in copy, which waits, is linked, and has a part."""
    desk.put_back("calm")
    key = desk.house().desk.key(desk.claimed)
    for request in (
        Request(f"/status/{desk.claimed}/write", "", urlencode({"key": key, "message": "And now?"}).encode()),
        Request(f"/tickets/{desk.claimed}/copy", "ines", b"in=carl%40example.com"),
        Request(f"/tickets/{desk.claimed}/wait", "ines"),
        Request(f"/tickets/{desk.closed}/link", "ines", b"other=" + desk.claimed.encode()),
        Request(f"/tickets/{desk.pending}/merge", "ines", b"other=" + desk.claimed.encode()),
    ):
        assert desk.ask(request).status == 303, request
    desk.clear_mail()
    desk.keep("joined")


def leave_put_away(desk: HarmedDesk) -> None:
    """A desk where one ticket is spam, and the one that ines had is in the bin."""
    desk.put_back("calm")
    for number, verb in ((desk.pending, "spam"), (desk.claimed, "bin")):
        assert desk.ask(Request(f"/tickets/{number}/{verb}", "ines")).status == 303
    desk.keep("put away")


HANDLED = (
    _typed("reply", "answer"),
    _typed("note", "note"),
    _handled("wait", b"", "claimed", INES, "waiting", again=303),
    _handled("escalate", b"note=A+plumber!", "claimed", QUEUE, "escalated", letters=1),
    _handled("reassign", b"to=ada", "claimed", Place(CLAIMED, "ada"), "reassigned", letters=2),
    _handled("resolve", b"tell=yes&solution=Water.", "claimed", INES, "resolved", letters=1, again=303),
    _handled("spam", b"", "pending", Place(CLOSED, ""), "spam"),
    _handled("bin", b"", "claimed", INES_HAD, "binned"),
    _handled("copy", b"in=carl%40example.com", "claimed", INES, "included", again=303),
    _handled("mark", b"priority=critical", "pending", QUEUE, "marked", again=303),
    _handled("mark", b"category=water", "pending", QUEUE, "marked", letters=1, again=303, name="categorise"),
    _joined("merge", "joined"),
    _joined("link", "linked"),
    _typed("reply?then=waiting", "answer", "reply-and-wait"),
    _handled("resolve?then=close", b"tell=yes", "claimed", INES_HAD, "closed", 1, 409, "resolve-and-close"),
    _handled("resume", b"", "claimed", INES, "resumed", again=303, kept="joined"),
    _handled("copy", b"out=carl%40example.com", "claimed", INES, "excluded", 0, 303, "copy-out", "joined"),
    _handled("mark", b"level=2&type=problem", "pending", QUEUE, "marked", again=303, name="level"),
    _handled("mark", b"due=2036-01-01", "claimed", INES, "marked", again=303, name="due"),
    _handled("mark", b"wakes=2036-01-01", "pending", QUEUE, "marked", again=303, name="snooze"),
    _handled("restore", b"", "claimed", INES, "restored", kept="put away", before=INES_HAD),
    _handled("restore", b"", "pending", QUEUE, "restored", 0, 409, "restore-spam", "put away", Place(CLOSED, "")),
    done_once("unmerge", "joined", _unmerge, _is_unmerged, again=409),
    done_once("unlink", "joined", _unlink, _is_unlinked),
    done_once("split", "joined", _split, _is_split),
    _customers("write", "closed", "letter", INES),
    _customers("close", "claimed", "closed", INES_HAD),
    _customers("reopen", "closed", "reopened", INES),
    done_once("draft", "calm", _draft, _is_drafted),
)
