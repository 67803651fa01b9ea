"""What a ticket has to do with others, on its page: merge, link and split, and what was merged into it.

Guarantee: what cannot be is said beside what was typed, and nothing has happened then. Who may do what is decided
elsewhere (joining).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.web import body, wording
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages import tickets
from helpdesk_lite.web.pages.page import signed_in
from helpdesk_lite.words import i18n, ties, tracking
from helpdesk_lite.words.errors import CustomersDiffer, DeskError, HandlingRefused, TicketMoved, UnknownNumber
from helpdesk_lite.words.rights import MERGE
from helpdesk_lite.words.ticket import CLOSED, LETTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.web.thread import Line, Shown, Thread
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Ticket

_MOST_MB = 1  # of what is typed: a number


class Tried(NamedTuple):
    """What was typed and could not be: why, and whether it can if the operator is sure."""

    number: str = ""
    problem: str = ""
    may_insist: bool = False


class Part(NamedTuple):
    """A ticket that was merged into the one that is shown; `letter` and `message` are what it began with."""

    number: str
    subject: str
    message: str
    letter: Shown | None
    is_mail: bool
    story: list[Line]


def merge(request: Request, house: House, number: str) -> Response:
    """It is a part of another ticket, which is shown. 409 if they have two customers; 422; TicketMoved, NotAllowed."""
    operator, typed = signed_in(request), body.typed(request, house.spool, _MOST_MB)

    def verb(other: str) -> None:
        Joining(house.desk).merge(number, other, operator, bool(typed.get("sure")))

    return _with_other(request, house, number, typed, verb, leads_to_other=True)


def unmerge(request: Request, house: House, number: str) -> Response:
    """It is again where it lay, and shown. TicketMoved, NotAllowed."""
    Joining(house.desk).unmerge(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def link(request: Request, house: House, number: str) -> Response:
    """It is linked with another ticket, then show it. 422; NotAllowed."""
    operator = signed_in(request)
    typed = body.typed(request, house.spool, _MOST_MB)
    return _with_other(request, house, number, typed, lambda other: Joining(house.desk).link(number, other, operator))


def unlink(request: Request, house: House, number: str) -> Response:
    """It is linked with that ticket no more, then show it. 422; NotAllowed."""
    operator = signed_in(request)
    typed = body.typed(request, house.spool, _MOST_MB)
    return _with_other(request, house, number, typed, lambda other: Joining(house.desk).unlink(number, other, operator))


def split(request: Request, house: House, number: str) -> Response:
    """A letter of it is a ticket of its own, which is shown then. HandlingRefused, NotAllowed."""
    place = body.typed(request, house.spool, _MOST_MB).get("place", "")
    is_place = place.isascii() and place.isdigit() and len(place) < 7
    made = Joining(house.desk).split(number, int(place) if is_place else 0, signed_in(request))
    return see_other(request, f"/tickets/{made}")


def values(request: Request, house: House, ticket: Ticket, thread: Thread, tried: Tried | None) -> dict[str, Any]:
    """What pages/joining.html needs of a ticket, on its own page."""
    found = ties.of(ticket)
    may_join = house.desk.may(signed_in(request), MERGE, ticket) and not ticket.standing.away
    said = i18n.translation(request.language)
    is_whole = not found.merged_into
    return {
        "ties": found,
        "may_join": may_join and is_whole,
        "may_part": may_join and not is_whole,
        "letters": _letters(house, ticket, thread, found, said) if may_join and is_whole else [],
        "tried": tried or Tried(),
    }


def parts(request: Request, house: House, ticket: Ticket, operator: Operator, said: Translation) -> Iterator[Part]:
    """The tickets that were merged into this one, as this operator may see them."""
    from helpdesk_lite.web.thread import Thread

    for number in ties.of(ticket).joined:
        try:
            part = house.desk.show(number, operator)
        except DeskError:
            continue  # damaged or gone, as `verify` tells
        if part.merged_into == ticket.number:
            thread = Thread(request, house, part, said)
            message = thread.discreet(tickets.message_of(part))
            subject = thread.discreet(part.inquiry.head.subject)
            yield Part(number, subject, message, thread.inquiry(), part.began_with_mail, thread.lines())


def _letters(
    house: House, ticket: Ticket, thread: Thread, found: ties.Ties, said: Translation
) -> list[tuple[int, str]]:
    """The letters that can become tickets, each by its place, in words, with how it begins."""
    split = {where for _, where in found.split_off}
    return [
        (place, f"{thread.who(entry)}, {wording.moment(entry.at, house.clock(), said)}{thread.beginning(place)}")
        for place, entry in enumerate(ticket.entries)
        if place and entry.kind == LETTER and str(place) not in split
    ]


def _with_other(
    request: Request,
    house: House,
    number: str,
    typed: dict[str, str],
    verb: Callable[[str], None],
    leads_to_other: bool = False,
) -> Response:
    """Do it with the ticket whose number was typed; the page again, with what is wrong, if that cannot be."""
    said = i18n.translation(request.language)
    given = typed.get("other", "")[:40]
    other = tracking.read_number(given) or ""
    try:
        if not other:
            raise UnknownNumber(given)
        verb(other)
    except UnknownNumber:
        tried = Tried(given, said.gettext("No ticket has this tracking number. One character may be mistyped."))
    except CustomersDiffer:
        text = said.gettext("The two have different customers: that of %(number)s would not get the answers any more.")
        tried = Tried(given, text % {"number": number}, may_insist=True)
        return tickets.drawn(request, house, number, 409, joining=tried)
    except TicketMoved as moved:
        if moved.number == number or moved.state != CLOSED:
            raise
        text = said.gettext("%(number)s is closed: nothing can be merged into it.") % {"number": moved.number}
        tried = Tried(given, text)
    except HandlingRefused:
        tried = Tried(given, said.gettext("That is this ticket itself: give the number of another one."))
    else:
        return see_other(request, f"/tickets/{other if leads_to_other else number}")
    return tickets.drawn(request, house, number, 422, joining=tried)
