"""What is tried under faults: each verb as a real process, what must hold after it, and that the next try works."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from helpdesk_lite import assemble, cli
from helpdesk_lite.customers.erasing import Erasing
from helpdesk_lite.mail import incoming
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.words import reply_address
from helpdesk_lite.words.form import FieldValue, Submission
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests.faults.arranged import ADMINISTERED
from tests.faults.desks import SUBMISSION, HarmedDesk, Look, Request, each_letter_once
from tests.faults.handled import HANDLED, moved, post
from tests.faults.passed_on import PASSED_ON
from tests.faults.strace import Ended, Process
from tests.faults.verb import INES, Verb, answered, done_once
from tests.faults.written import WRITTEN
from tests.mail_desk import letter

LETTER = letter("Jane Doe <jane@example.com>", "helpdesk@localhost", "It burns.\n" * 9000)
KEPT = letter("ines@example.org", "helpdesk@localhost", "Use water.", "Water", Message_ID="<water@example.org>")
DIGEST = incoming.read(io.BytesIO(LETTER)).digest


def _submit(desk: HarmedDesk) -> Process:
    return desk.cgi(SUBMISSION)


def _submitted(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """All or nothing, all if there was an answer; sent again, it is one ticket with its two letters."""
    each_letter_once(look)
    old = {desk.pending, desk.claimed, desk.closed}
    new = set(look.tickets) - old
    assert len(new) == 1 if answered(ended) == 303 else len(new) <= 1
    for number in new:
        assert answered(ended) != 303 or f"/sent/{number}?".encode() in ended.output
        assert look.places[number] == QUEUE
        assert len(look.tickets[number].entries[0].letters) == 2
    answer = desk.ask(SUBMISSION)
    assert answer.status == 303, answer.text
    again = desk.look()
    (number,) = set(again.tickets) - old
    assert number in answer.location
    assert not new or new == {number}
    assert sorted(again.queued) == sorted(again.tickets[number].entries[0].letters)
    each_letter_once(again)


CALL = Request(
    "/tickets/new",
    "ines",
    b"channel=phone&subject=Smoke&text=It+burns.&email=jane%40example.com&acknowledge=1&page=1&to=me",
)


def _logged(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """All or nothing, and hers if there was an answer; sent again, it is one ticket, hers, with its two letters."""
    each_letter_once(look)
    old = {desk.pending, desk.claimed, desk.closed}
    new = set(look.tickets) - old
    assert len(new) == 1 if answered(ended) == 303 else len(new) <= 1
    for number in new:  # never in the queue, where it would wait for somebody who was not told
        assert look.places[number] == INES
    answer = desk.ask(CALL)
    assert answer.status == 303, answer.text
    again = desk.look()
    (number,) = set(again.tickets) - old
    assert number in answer.location
    assert not new or new == {number}
    assert again.places[number] == INES
    assert [entry.kind for entry in again.tickets[number].entries] == ["inquiry", "claimed"]
    assert len(again.queued) == 2  # the acknowledgement, and the message to ines
    each_letter_once(again)


UNREAD = re.compile(r"\b(openat|newfstatat|read|mmap|close)\(.*/\.?rules\b.*\(INJECTED\)")


def _submitted_by_rule(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """All or nothing, all if there was an answer; once it is there somebody has it, with one forward, once for all.

    Where the rules could not be read it has come without them.
    """
    each_letter_once(look)
    old = {desk.pending, desk.claimed, desk.closed}
    new = set(look.tickets) - old
    assert len(new) == 1 if answered(ended) == 303 else len(new) <= 1
    assert desk.ask(SUBMISSION).status == 303
    again = desk.look()
    (number,) = set(again.tickets) - old
    assert not new or new == {number}
    if again.places[number] == QUEUE and UNREAD.search(ended.log):
        assert len(again.queued) == 2
        return
    for seen in (look if new else again, again):
        assert seen.places[number] == again.places[number] in (INES, Place(CLAIMED, "ada"))
        entries = seen.tickets[number].entries
        assert [entry.kind for entry in entries] == ["inquiry", "ruled", "claimed"]
        assert [len(entry.letters) for entry in entries] == [2, 0, 1]
        assert seen.tickets[number].standing.level == 2
    each_letter_once(again)


def _deliver(desk: HarmedDesk) -> Process:
    return desk.command("deliver", "--all")


def _delivered(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """Every letter is in the outbox or arrived; the next run brings the rest, each once."""
    assert b"waiting 0" not in ended.output or not look.queued or "cannot mend" in ended.errors
    assemble.courier(desk.house()).run(all=True)
    again = desk.look()
    assert not again.queued
    each_letter_once(again)


def _erase(desk: HarmedDesk) -> Process:
    os.makedirs(desk.root.inside("log"), 0o700, exist_ok=True)  # as on a desk where anything was noted before
    return desk.command("customer", "erase", "jane@example.com", "--yes")


def _erased(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """Each ticket is as it was or anonymous, all of them if it said so; the next time it ends."""
    is_done = {number: not ticket.inquiry.customer.email for number, ticket in look.tickets.items()}
    assert all(is_done.values()) or ended.status != 0
    for number, ticket in look.tickets.items():
        assert (ticket.entries[-1].kind == "erased") == is_done[number]
    house = desk.house()
    Erasing(house.desk, house.drafts, house.intake.arrivals).erase("jane@example.com", "ada")
    then = desk.look()
    assert then.places == look.places
    assert not any(ticket.inquiry.customer.email or ticket.inquiry.fields for ticket in then.tickets.values())
    assert {[entry.kind for entry in ticket.entries].count("erased") for ticket in then.tickets.values()} == {1}
    assert not then.queued


def _receive(desk: HarmedDesk) -> Process:
    return desk.command("receive")._replace(given=LETTER)


def _receive_into(desk: HarmedDesk) -> Process:
    return desk.command("receive", "--rcpt", *_address(desk))._replace(given=LETTER)


def _address(desk: HarmedDesk) -> tuple[str, ...]:
    """The address of the ticket that ines has."""
    house = desk.house()
    return (reply_address.made(house.settings, house.secret, "ticket", desk.claimed, house.clock()),)


def _came_in(
    recipients: Callable[[HarmedDesk], tuple[str, ...]], entries: Sequence[str]
) -> Callable[[HarmedDesk, Ended, Look], None]:
    """A letter is in one ticket once, if it was taken; and once when the mail server brings it again."""

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        assert len(_with_the_letter(look)) == 1 if ended.status == 0 else len(_with_the_letter(look)) <= 1
        before = _with_the_letter(look)
        desk.house().intake.receive([LETTER], Envelope("test", None, recipients(desk)))
        desk.house().intake.finish()
        assemble.courier(desk.house()).run(all=True)
        after = desk.look()
        each_letter_once(after)
        (number,) = _with_the_letter(after)
        assert not before or before == {number}
        assert [entry.kind for entry in after.tickets[number].entries] == entries
        assert desk.house().intake.arrivals.counts() == {"new": 0, "kept": 0, "ignored": 0}

    return check


def _with_the_letter(look: Look) -> set[str]:
    """The tickets that have the letter which came in."""
    return {
        number for number, ticket in look.tickets.items() if any(entry.digest == DIGEST for entry in ticket.entries)
    }


def _repair(desk: HarmedDesk) -> Process:
    return desk.command("verify", "--repair")


def _repaired(desk: HarmedDesk, _: Ended, look: Look) -> None:
    """The next repair has ended what this one began; nothing anybody was told is kept is missing."""
    each_letter_once(look)
    assert set(look.tickets) == {desk.pending, desk.claimed, desk.closed}
    assert look.places[desk.pending] == INES  # its claim had got as far as counts
    assert look.places[desk.claimed] == INES  # a copy of it lay in the queue
    assert look.places[desk.closed].state == CLOSED
    assert [entry.kind for entry in look.tickets[desk.pending].entries] == ["inquiry", "claimed", "released", "claimed"]
    assert len(look.queued) == 1
    assert desk.ask(Request(f"/tickets/{desk.pending}/release", "ines")).status == 303


def signed_out_claim(desk: HarmedDesk) -> Process:
    """A claim with the cookie of a sign-in that has ended, on the desk kept as "signed out"."""
    return desk.cgi(Request(f"/tickets/{desk.pending}/claim", "nobody"))


def leave_a_sign_out(desk: HarmedDesk) -> None:
    """A desk that ines was signed in to once more, and has left: nobody has that cookie now."""
    desk.put_back("calm")
    desk.cookies["nobody"] = desk.sign_in("ines")
    assert desk.ask(Request("/logout", "nobody")).status == 303
    desk.keep("signed out")


def leave_letters(desk: HarmedDesk) -> None:
    """A desk with three letters to send; and one where a killed courier had one of them and a killed desk another."""
    desk.put_back("calm")
    assert desk.ask(SUBMISSION).status == 303
    assert desk.ask(Request(f"/tickets/{desk.pending}/claim", "ines")).status == 303
    desk.keep("letters")
    outbox = desk.house().outbox
    first, second, _ = outbox.due()
    outbox.take(first)
    outbox.stage([second])
    outbox.drop(second.name)
    desk.keep("left over")


def leave_rules(desk: HarmedDesk) -> None:
    """A desk where a rule hands each new ticket to ada or ines."""
    desk.put_back("calm")
    path = Path(desk.root.inside("rules.toml"))
    path.write_text('[[rule]]\nthen.level = 2\nthen.note = "Hurry."\nthen.hand_to = ["ada", "ines"]\n')
    path.chmod(0o600)
    desk.age(path, 60)
    desk.keep("ruled")


def leave_crowds(desk: HarmedDesk) -> None:
    """Two desks: on each, the tickets of one place lie in subfolders of subfolders."""
    for place, pattern in (("pending", "*.mbox"), ("claimed", "*/*.mbox")):
        desk.put_back("calm")
        for path in Path(desk.root.inside(place)).glob(pattern):
            outer = path.parent / path.name[:4]
            for folder in (outer, outer / path.name[:7]):
                folder.mkdir(0o700)
            path.rename(folder / path.name)
        desk.keep(f"{place} is crowded")


def leave_a_mess(desk: HarmedDesk) -> None:
    """A desk that was killed in a claim between its two renames and lost things in other ways too."""
    desk.put_back("calm")
    data = Path(desk.root.data)
    number = f"{desk.pending}.mbox"
    claim = Request(f"/tickets/{desk.pending}/claim", "ines")
    before = (data / "pending" / number).read_bytes()
    assert desk.ask(claim).status == 303
    after = data / "claimed" / "ines" / number
    shutil.copy2(after, data / "moving" / number)
    after.write_bytes(before)
    (letter,) = data.glob("outbox/new/*.json")
    letter.rename(data / "outbox" / "staged" / letter.name)
    orphan = letter.name.replace("forward", "notice")
    text = (data / "outbox" / "staged" / letter.name).read_text()
    (data / "outbox" / "staged" / orphan).write_text(
        text.replace(".forward.", ".notice.").replace('"forward"', '"notice"')
    )
    held = data / "claimed" / "ines" / f"{desk.claimed}.mbox"
    first_entry = held.read_bytes().partition(b"\nFrom ines")[0] + b"\n"
    (data / "pending" / f"{desk.claimed}.mbox").write_bytes(first_entry)
    half = data / "pending" / ".half.mbox.1-2.new"
    half.write_bytes(b"From")
    os.chmod(half, 0o644)
    desk.age(half, 7200)
    desk.keep("mess")


def leave_old_tickets(desk: HarmedDesk) -> None:
    """A desk with two more tickets, a year old: one that was closed then, and one that was resolved."""
    desk.put_back("calm")
    house = desk.house()
    house.clock = lambda: time.time() - 400 * 86_400
    ines = house.operators.find("ines")
    form = house.forms.form("ask")
    for name, verb in (("closed", house.desk.close), ("resolved", house.handling.resolve)):
        typed = (FieldValue("name", "Your name", ("Jane Doe",)), FieldValue("email", "Email", ("jane@example.com",)))
        typed += (FieldValue("message", "Message", (f"It burns: {name}.",)),)
        number = house.desk.submit(form, Submission(typed, ()), "127.0.0.1", "en")
        house.desk.claim(number, ines)
        verb(number, ines)
    desk.clear_mail()
    desk.keep("old")


def _round_done(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """The old one is anonymous and the resolved one is closed if it ended; the next round does it, once."""

    def done(look: Look) -> list[bool]:
        old, resolved = sorted(set(look.tickets) - {desk.pending, desk.claimed, desk.closed})
        kinds = [[entry.kind for entry in look.tickets[number].entries] for number in (old, resolved)]
        assert kinds[0] in (["inquiry", "claimed", "closed"], ["inquiry", "claimed", "closed", "erased"])
        assert kinds[1][:3] == ["inquiry", "claimed", "resolved"] and kinds[1][3:] in ([], ["closed"])
        assert bool(look.tickets[old].inquiry.customer.email) == (kinds[0][-1] != "erased")
        return [kinds[0][-1] == "erased", kinds[1][-1] == "closed"]

    each_letter_once(look)
    assert all(done(look)) or ended.was_hit
    Path(desk.root.inside("cache", "tidied")).unlink(missing_ok=True)
    assemble.work(desk.house())
    assert done(desk.look()) == [True, True]


def leave_a_held_letter(desk: HarmedDesk) -> None:
    """A desk with a letter that waits for a person, and one that came in and was kept aside."""
    desk.put_back("calm")
    assert desk.ask(Request(f"/tickets/{desk.pending}/claim", "ines")).status == 303
    outbox = desk.house().outbox
    (letter,) = outbox.due()
    assert outbox.take(letter)
    outbox.hold(letter._replace(tries=3, reason="550 no such mailbox"))
    (outcome,) = [desk.house().intake.receive([KEPT], Envelope("test", None, _address(desk)))]
    assert outcome.kind == "kept", outcome
    desk.keep("held")


def _retry(desk: HarmedDesk, _: str) -> Request:
    (letter,) = desk.house().outbox.held() or desk.house().outbox.waiting()
    return Request(f"/outbox/{letter.name}/retry", "ada")


def _is_let_go(desk: HarmedDesk, _: Look) -> bool:
    outbox = desk.house().outbox
    assert len(outbox.held()) + len(outbox.waiting()) == 1
    return not outbox.held()


def _aside(verb: str) -> Callable[[HarmedDesk, str], Request]:
    return lambda *_: Request(f"/intake/{incoming.read(io.BytesIO(KEPT)).digest}/{verb}", "ada")


def _is_taken(desk: HarmedDesk, look: Look) -> bool:
    kinds = [entry.kind for entry in look.tickets[desk.claimed].entries]
    assert kinds in (["inquiry", "claimed"], ["inquiry", "claimed", "letter"])
    assert desk.house().intake.arrivals.counts()["kept"] == (2 if kinds[-1] == "claimed" else 1) - 1
    return kinds[-1] == "letter"


def _is_thrown_away(desk: HarmedDesk, _: Look) -> bool:
    counts = desk.house().intake.arrivals.counts()
    assert counts in ({"new": 0, "kept": 1, "ignored": 0}, {"new": 0, "kept": 0, "ignored": 1})
    return counts["ignored"] == 1


LINK = Request("/my-tickets", "", b"email=jane%40example.com")


def _asked_for_a_link(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """The link is on its way if there was an answer; it can be asked for again."""
    each_letter_once(look)
    assert len(look.asked_for) == 1 if answered(ended) == 303 else len(look.asked_for) <= 1
    assert desk.ask(LINK).status == 303
    assert len(desk.look().asked_for) == len(look.asked_for) + 1


def _export(desk: HarmedDesk) -> Process:
    shutil.rmtree(desk.folder / "export", ignore_errors=True)
    (desk.folder / "export").mkdir()
    os.makedirs(desk.root.inside("log"), 0o700, exist_ok=True)
    return desk.command("customer", "export", "jane@example.com", str(desk.folder / "export" / "jane"))


def _exported(desk: HarmedDesk, ended: Ended, _: Look) -> None:
    """What is there under its name is all that there is; another try makes it."""
    goal = desk.folder / "export" / "jane"
    assert goal.exists() or ended.status != 0
    found = [sorted((path.name, path.stat().st_size) for path in goal.iterdir())] if goal.exists() else []
    shutil.rmtree(goal, ignore_errors=True)
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(["--root", desk.root.path, "customer", "export", "jane@example.com", str(goal)]) == 0
    again = sorted((path.name, path.stat().st_size) for path in goal.iterdir())
    assert len(again) == 4 and found in ([], [again])


_SUBMIT = Verb("submit", "calm", _submit, _submitted)
_CLAIM = Verb("claim", "calm", post("claim", "pending"), moved("claim", "pending", QUEUE, INES))
_RELEASE = Verb("release", "calm", post("release", "claimed"), moved("release", "claimed", INES, QUEUE))
VERBS = {
    verb.name: verb
    for verb in (
        _SUBMIT,
        _CLAIM,
        _RELEASE,
        Verb("close", "calm", post("close", "claimed"), moved("close", "claimed", INES, Place(CLOSED, "ines"))),
        Verb("reopen", "calm", post("reopen", "closed"), moved("reopen", "closed", Place(CLOSED, "ines"), INES)),
        _SUBMIT.where_folders_are_full("calm"),
        _CLAIM.where_folders_are_full("pending is crowded"),
        _RELEASE.where_folders_are_full("claimed is crowded"),
        Verb("log", "calm", lambda desk: desk.cgi(CALL), _logged),
        *ADMINISTERED[:2],
        Verb("submit-by-rule", "ruled", _submit, _submitted_by_rule),
        *ADMINISTERED[2:],
        *HANDLED,
        *PASSED_ON[:2],
        Verb("my-tickets", "calm", lambda desk: desk.cgi(LINK), _asked_for_a_link),
        done_once("retry", "held", _retry, _is_let_go, who="ada"),
        done_once("take", "held", _aside("take"), _is_taken, 404, "ada"),
        done_once("throw-away", "held", _aside("drop"), _is_thrown_away, 404, "ada"),
        Verb("deliver", "letters", _deliver, _delivered, is_web=False),
        Verb("deliver-again", "left over", _deliver, _delivered, is_web=False),
        Verb("erase", "calm", _erase, _erased, is_web=False),
        Verb("export", "calm", _export, _exported, is_web=False),
        Verb("round", "old", lambda desk: desk.round(), _round_done, is_web=False),
        Verb("repair", "mess", _repair, _repaired, is_web=False),
        Verb("receive", "calm", _receive, _came_in(lambda _: (), ["inquiry"]), is_web=False),
        Verb("receive-into", "calm", _receive_into, _came_in(_address, ["inquiry", "claimed", "letter"]), is_web=False),
        PASSED_ON[2],
        *WRITTEN,
    )
}
SLICE = {name: verb for name, verb in VERBS.items() if name != "export"}  # which takes long, and changes no ticket
