"""What is tried under faults: each verb as a real process, what must hold after it, and that the next try works."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from helpdesk_lite import assemble, reply_address, signing, ties
from helpdesk_lite.erasing import Erasing
from helpdesk_lite.mail import incoming
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests.faults.desks import SUBMISSION, HarmedDesk, Look, Request, each_letter_once
from tests.faults.strace import Ended, Process
from tests.letters import letter
from tests.servers import CHECKOUT

LETTER = letter("Jane Doe <jane@example.com>", "helpdesk@localhost", "It burns.\n" * 9000)
DIGEST = incoming.read(io.BytesIO(LETTER)).digest
INES = Place(CLAIMED, "ines")
INES_HAD = Place(CLOSED, "ines")
FULL = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "crowded"), str(CHECKOUT)])}


class Verb(NamedTuple):
    """A verb: on which desk it is tried, the process, and what must hold after it.

    `check` is told the desk, what was said, and what lies there after the repair; it then does the next thing. What is
    no request of the web is a command, with a status.
    """

    name: str
    kept: str
    process: Callable[[HarmedDesk], Process]
    check: Callable[[HarmedDesk, Ended, Look], None]
    is_web: bool = True

    def where_folders_are_full(self, kept: str) -> Verb:
        """The same, where a ticket goes into a new subfolder of a new subfolder; `kept`: where it came from one too."""

        def process(desk: HarmedDesk) -> Process:
            usual = self.process(desk)
            return usual._replace(environment={**usual.environment, **FULL})

        return self._replace(name=f"{self.name}-crowded", kept=kept, process=process)


def answered(ended: Ended) -> int:
    """The status that the client saw; 0 if the answer did not arrive whole."""
    head, end, _ = ended.output.partition(b"\r\n\r\n")
    return int(head[8:11]) if end else 0


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


def _submitted_by_rule(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """All or nothing, all if there was an answer; once it is there somebody has it, with one forward, once for all."""
    each_letter_once(look)
    old = {desk.pending, desk.claimed, desk.closed}
    new = set(look.tickets) - old
    assert len(new) == 1 if answered(ended) == 303 else len(new) <= 1
    assert desk.ask(SUBMISSION).status == 303
    again = desk.look()
    (number,) = set(again.tickets) - old
    assert not new or new == {number}
    for seen in (look if new else again, again):
        assert seen.places[number] == again.places[number] in (INES, Place(CLAIMED, "ada"))
        entries = seen.tickets[number].entries
        assert [entry.kind for entry in entries] == ["inquiry", "ruled", "claimed"]
        assert [len(entry.letters) for entry in entries] == [2, 0, 1]
        assert seen.tickets[number].standing.level == 2
    each_letter_once(again)


ACCOUNT = Request("/administration/operators/ines", "ada", b"email=ines%40example.org&role=observer")


def _administered(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """The account is as it was or as it should be, there if there was an answer; no change is without its entry."""
    each_letter_once(look)

    def told() -> tuple[str, list[dict[str, object]]]:
        house = desk.house()
        assert house.operators.mistakes() == house.audit.mistakes() == []
        ines = house.operators.find("ines")
        assert ines and ines.password_hash
        return ines.role, [noted.after or {} for noted in house.audit.read() if noted.what == "changed"]

    role, entries = told()
    assert role == "observer" if answered(ended) == 303 else role in ("operator", "observer")
    assert role == "operator" or [entry["role"] for entry in entries] == ["observer"]
    answer = desk.ask(ACCOUNT)
    assert answer.status == 303, answer.text
    assert told()[0] == "observer"


RULES = '[[rule]]\nif.words = "nothing that anybody writes"\nthen.level = 2\n'
ARRANGED = {  # what an administrator saves, and where it lies then
    "rules.toml": Request(
        "/administration/rules", "ada", urlencode({"text": RULES, "seen": signing.digest_of([""])}).encode()
    ),
    "categories/bills.toml": Request("/administration/categories", "ada", b"name=bills&priority=low&level=1"),
}


def _arranged(file: str, again: int) -> Verb:
    """The file is whole if there was an answer, and never there without its entry in the log; it is made once."""
    name = file.partition(".")[0].partition("/")[0]

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        is_done = os.path.exists(desk.root.inside(*file.split("/")))
        assert is_done or answered(ended) != 303
        assert not is_done or desk.house().audit.read()
        assert desk.ask(ARRANGED[file]).status == (again if is_done else 303)
        house = desk.house()
        assert len(house.rules.all()) == 1 if name == "rules" else house.categories.read("bills")

    return Verb(name, "calm", lambda desk: desk.cgi(ARRANGED[file]), check)


def _post(verb: str, whose: str) -> Callable[[HarmedDesk], Process]:
    return lambda desk: desk.cgi(Request(f"/tickets/{getattr(desk, whose)}/{verb}", "ines"))


def _moved(verb: str, whose: str, before: Place, after: Place) -> Callable[[HarmedDesk, Ended, Look], None]:
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


def _typed(verb: str, kind: str) -> Verb:
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

    return Verb(verb, "calm", lambda desk: desk.cgi(_type(desk, verb)), check)


def _handled(
    verb: str, body: bytes, whose: str, after: Place, kind: str, letters: int = 0, again: int = 409, name: str = ""
) -> Verb:
    """The entry is there, and the ticket in its place with its letters, if there was an answer; and never by half."""

    def request(desk: HarmedDesk, who: str) -> Request:
        return Request(f"/tickets/{getattr(desk, whose)}/{verb}", who, body)

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        number = getattr(desk, whose)
        is_done = look.tickets[number].entries[-1].kind == kind
        assert is_done or answered(ended) != 303
        assert look.places[number] == (after if is_done else QUEUE if whose == "pending" else INES)
        assert len(look.queued) == (letters if is_done else 0)
        answer = desk.ask(request(desk, "ada"))
        assert answer.status == (again if is_done else 303), answer.text
        then = desk.look()
        assert then.places[number] == after
        assert [entry.kind for entry in then.tickets[number].entries].count(kind) == 1
        assert len(then.queued) == letters
        each_letter_once(then)

    return Verb(name or verb, "calm", lambda desk: desk.cgi(request(desk, "ines")), check)


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


_SUBMIT = Verb("submit", "calm", _submit, _submitted)
_CLAIM = Verb("claim", "calm", _post("claim", "pending"), _moved("claim", "pending", QUEUE, INES))
_RELEASE = Verb("release", "calm", _post("release", "claimed"), _moved("release", "claimed", INES, QUEUE))
VERBS = {
    verb.name: verb
    for verb in (
        _SUBMIT,
        _CLAIM,
        _RELEASE,
        Verb("close", "calm", _post("close", "claimed"), _moved("close", "claimed", INES, Place(CLOSED, "ines"))),
        Verb("reopen", "calm", _post("reopen", "closed"), _moved("reopen", "closed", Place(CLOSED, "ines"), INES)),
        _SUBMIT.where_folders_are_full("calm"),
        _CLAIM.where_folders_are_full("pending is crowded"),
        _RELEASE.where_folders_are_full("claimed is crowded"),
        Verb("log", "calm", lambda desk: desk.cgi(CALL), _logged),
        _arranged("rules.toml", again=409),
        _arranged("categories/bills.toml", again=422),
        Verb("submit-by-rule", "ruled", _submit, _submitted_by_rule),
        Verb("account", "calm", lambda desk: desk.cgi(ACCOUNT), _administered),
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
        Verb("deliver", "letters", _deliver, _delivered, is_web=False),
        Verb("deliver-again", "left over", _deliver, _delivered, is_web=False),
        Verb("erase", "calm", _erase, _erased, is_web=False),
        Verb("repair", "mess", _repair, _repaired, is_web=False),
        Verb("receive", "calm", _receive, _came_in(lambda _: (), ["inquiry"]), is_web=False),
        Verb("receive-into", "calm", _receive_into, _came_in(_address, ["inquiry", "claimed", "letter"]), is_web=False),
    )
}
