"""`helpdesk-lite claim`, `release`, `escalate` and so on: what operators do to tickets, for terminals and scripts.

Guarantee: the desk's own rules, as on the web; who is too late hears who has the ticket and since when. It asks for no
password: whoever may run it on this desk can read everything in data/ anyhow.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from helpdesk_lite import assemble
from helpdesk_lite.root import find_root
from helpdesk_lite.tickets.copies import Copies
from helpdesk_lite.words import standing, terminal, times
from helpdesk_lite.words.errors import HandlingRefused, NotAllowed, OperatorMistaken, TicketMoved, UnknownNumber
from helpdesk_lite.words.standing import DAYS_END
from helpdesk_lite.words.ticket import CLOSED, PENDING
from helpdesk_lite.words.tracking import read_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.words.standing import Standing

SLICE = 20  # seconds of due work that one command may leave behind
_DESK = ("claim", "release", "close", "reopen")  # verbs of the desk itself
_JOINED = ("merge", "unmerge", "link", "unlink", "split")
_AWAY = {"spam": standing.SPAM, "bin": standing.BINNED}
_DONE = {
    "claim": "%(who)s has %(number)s now; the customer's message is on its way to them.",
    "release": "%(number)s is back in the queue.",
    "close": "%(number)s is closed.",
    "reopen": "%(number)s is open again, with whoever had it.",
    "wait": "%(number)s waits for its customer.",
    "resolve": "%(number)s is resolved; it closes by itself unless somebody goes on with it.",
    "resume": "%(number)s is in progress.",
    "escalate": "%(number)s is back in the queue, at level %(level)s.",
    "reassign": "%(holder)s has %(number)s now; the customer's message is on its way to them.",
    "copy": "Answers in %(number)s go to %(people)s.",
    "mark": "%(number)s: %(standing)s.",
    "merge": "%(number)s is a part of %(other)s; `unmerge` takes it out again.",
    "unmerge": "%(number)s is back where it lay.",
    "link": "%(number)s and %(other)s are linked.",
    "unlink": "%(number)s and %(other)s are not linked.",
    "split": "%(other)s is in the queue; the letter is in %(number)s too.",
    "spam": "%(number)s is spam; `restore` brings it back.",
    "bin": "%(number)s is in the bin; `restore` brings it back.",
    "restore": "%(number)s is back where it lay.",
}


def do(given: Namespace) -> int:
    """Do `given.verb` to a ticket as an operator; 1 and a sentence on standard error if somebody was faster."""
    house = assemble.house(find_root(given.root))
    operator = house.operators.find(given.operator)
    if operator is None:
        raise OperatorMistaken(f"There is no operator {given.operator}.")
    number = read_number(given.number)
    if number is None:
        raise UnknownNumber(given.number)
    try:
        _act(house, given, number, operator)
    except TicketMoved as lost:
        return _too_late(_where(number, lost.state, lost.holder, lost.since))
    except NotAllowed as wrong:
        is_theirs_ever = house.desk.may(operator, given.verb)
        return _too_late(_not_theirs(house, number, given.verb) if is_theirs_ever else str(wrong).rstrip("."))
    except OSError as wrong:
        wrong.add_note("Nothing was changed.")
        raise
    leave_to_send(house)
    print(terminal.line(_told(house, given, number, operator)))
    return 0


def _act(house: House, given: Namespace, number: str, operator: Operator) -> None:
    if given.verb in _DESK:
        getattr(house.desk, given.verb)(number, operator)
    elif given.verb == "escalate":
        house.handling.escalate(number, operator, given.note)
    elif given.verb == "reassign":
        house.handling.reassign(number, operator, given.to, given.note)
    elif given.verb == "resolve":
        house.handling.resolve(number, operator, given.solution, given.tell, given.close)
    elif given.verb in _JOINED:
        _join(house, given, number, operator)
    elif given.verb in _AWAY:
        house.handling.put_away(number, operator, _AWAY[given.verb])
    elif given.verb == "copy":
        copies = Copies(house.desk)
        if given.included:
            copies.include(number, operator, given.included)
        else:
            copies.exclude(number, operator, given.excluded or "")
    elif given.verb == "mark":
        seen = house.store.read(number).standing
        house.handling.mark(number, operator, _wanted(house, given, seen), seen)
    else:
        getattr(house.handling, given.verb)(number, operator)


def _join(house: House, given: Namespace, number: str, operator: Operator) -> None:
    from helpdesk_lite.tickets.joining import Joining

    joining = Joining(house.desk)
    if given.verb == "unmerge":
        joining.unmerge(number, operator)
    elif given.verb == "split":
        given.other = joining.split(number, given.entry, operator)
    else:
        given.other = read_number(given.other) or given.other
        if given.verb == "merge":
            joining.merge(number, given.other, operator, given.sure)
        elif given.verb == "link":
            joining.link(number, given.other, operator)
        else:
            joining.unlink(number, given.other, operator)


def _wanted(house: House, given: Namespace, seen: Standing) -> Standing:
    """How the ticket is to stand: as it was seen, but for what is given; a category by its name or title."""
    if given.category and house.categories.names():  # where there are none one is any text
        found = house.categories.called(given.category)
        if found is None:
            raise HandlingRefused(f"There is no category {given.category}.")
        given.category = found.name
    plain = {name: getattr(given, name) for name in ("priority", "level", "category", "type")}
    wanted = {name: value for name, value in plain.items() if value is not None}
    for name, text, clock in (("due_at", given.due, DAYS_END), ("wakes_at", given.not_before, "00:00:00")):
        try:
            if text is not None:
                wanted[name] = 0 if text in ("", "none") else times.typed(text, clock)
        except ValueError:
            raise HandlingRefused(f"{text!r} is no moment: it looks like 2026-11-21 or 2026-11-21T17:30Z.") from None
    return seen._replace(**wanted)


def _told(house: House, given: Namespace, number: str, operator: Operator) -> str:
    """What was done, in a sentence."""
    verb = given.verb
    values = {"who": operator.name, "number": number, "other": getattr(given, "other", "")}
    if verb not in _DESK:
        ticket = house.store.read(number)
        words = standing.written(ticket.standing) or "as usual"
        values |= {"level": str(ticket.standing.level), "holder": ticket.place.holder, "standing": words}
        values["people"] = ", ".join(ticket.known()) or "nobody"
    return _DONE[verb] % values


def _too_late(said: str) -> int:
    print(terminal.line(f"helpdesk-lite: {said}."), file=sys.stderr)
    return 1


def _where(number: str, state: str, holder: str, since: int) -> str:
    if state == PENDING:
        return f"{number} has been in the queue since {times.iso(since)}"
    if state == CLOSED:
        return f"{number} has been closed since {times.iso(since)}" + (f"; {holder} had it" if holder else "")
    return f"{holder} has had {number} since {times.iso(since)}"


def _not_theirs(house: House, number: str, verb: str) -> str:
    ticket = house.store.read(number)
    where = _where(number, *ticket.place, ticket.since)
    done = "have it wait" if verb == "wait" else f"{verb} it"
    if not ticket.place.holder:
        return f"{where}; its category is not theirs"
    return f"{where}; only {ticket.place.holder} or somebody above can {done}"


def leave_to_send(house: House) -> None:
    """Have what is due sent by a process that is left behind, unless another courier is at work: nobody waits."""
    from helpdesk_lite.assemble_reception import with_departments
    from helpdesk_lite.doors import cgi

    with suppress(OSError):  # the ticket has moved: its letter goes with the next request or `deliver`
        if any(map(assemble.is_due, with_departments(house))):
            cgi.detached(lambda: assemble.work(house, until=house.clock() + SLICE))
