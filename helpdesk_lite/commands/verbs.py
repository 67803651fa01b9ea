"""`helpdesk-lite claim`, `release`, `close` and `reopen`: what operators do to tickets, for terminals and scripts.

Guarantee: the desk's own rules, as on the web; who is too late hears who has the ticket and since when. It asks for no
password: whoever may run it on this desk can read everything in data/ anyhow.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from helpdesk_lite import assemble, terminal, times
from helpdesk_lite.errors import NotAllowed, OperatorMistaken, TicketMoved, UnknownNumber
from helpdesk_lite.root import find_root
from helpdesk_lite.ticket import CLOSED, PENDING
from helpdesk_lite.tracking import read_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.web.house import House

SLICE = 20  # seconds of due work that one command may leave behind
_DONE = {
    "claim": "%(who)s has %(number)s now; the customer's message is on its way to them.",
    "release": "%(number)s is back in the queue.",
    "close": "%(number)s is closed.",
    "reopen": "%(number)s is open again, with whoever had it.",
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
        getattr(house.desk, given.verb)(number, operator)
    except TicketMoved as lost:
        return _too_late(_where(number, lost.state, lost.holder, lost.since))
    except NotAllowed:
        return _too_late(_not_theirs(house, number, given.verb))
    except OSError as wrong:
        wrong.add_note("Nothing was changed.")
        raise
    _leave_to_send(house)
    print(_DONE[given.verb] % {"who": operator.name, "number": number})
    return 0


def _too_late(said: str) -> int:
    print(terminal.line(f"helpdesk-lite: {said}."), file=sys.stderr)
    return 1


def _where(number: str, state: str, holder: str, since: int) -> str:
    if state == PENDING:
        return f"{number} has been in the queue since {times.iso(since)}"
    if state == CLOSED:
        return f"{number} has been closed since {times.iso(since)}; {holder} had it"
    return f"{holder} has had {number} since {times.iso(since)}"


def _not_theirs(house: House, number: str, verb: str) -> str:
    ticket = house.store.read(number)
    where = _where(number, *ticket.place, ticket.since)
    return f"{where}; only {ticket.place.holder} or an administrator can {verb} it" if ticket.place.holder else where


def _leave_to_send(house: House) -> None:
    """Have what is due sent by a process that is left behind, unless another courier is at work: nobody waits."""
    from helpdesk_lite.doors import cgi

    with suppress(OSError):  # the ticket has moved: its letter goes with the next request or `deliver`
        if assemble.is_due(house):
            cgi.detached(lambda: assemble.work(house, until=house.clock() + SLICE))
