"""What operators do with a ticket between claiming and closing it, on its page: each a form, answered by a redirect.

Guarantee: a button pressed on an old page changes nothing that somebody else has changed since. Who may do what is
decided elsewhere (handling).
"""

from __future__ import annotations

from contextlib import suppress

from helpdesk_lite.tickets.copies import Copies
from helpdesk_lite.tickets.handling import LONGEST_NOTE
from helpdesk_lite.web import body, standing_words, wording
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages import tickets
from helpdesk_lite.web.pages.page import on_to, signed_in, typed_level
from helpdesk_lite.words import i18n, standing, times
from helpdesk_lite.words.errors import HandlingRefused, TicketChanged
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.letter import is_address
from helpdesk_lite.words.rights import HANDLE, MARK, PUT_AWAY, REASSIGN
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.web.render import Html
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Ticket

_MOST_MB = 1  # of what is typed: a note


def wait(request: Request, house: House, number: str) -> Response:
    """It waits for its customer. TicketMoved, NotAllowed."""
    house.handling.wait(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def resolve(request: Request, house: House, number: str) -> Response:
    """It is thought to be done, with or without a solution, or closed. TicketMoved, NotAllowed, HandlingRefused."""
    typed = body.typed(request, house.spool, _MOST_MB)
    solution = typed.get("solution", "")
    closes = request.query.get("then") == "close"
    house.handling.resolve(number, signed_in(request), solution, bool(typed.get("tell")), closes)
    return see_other(request, f"/tickets/{number}")


def resume(request: Request, house: House, number: str) -> Response:
    """It is in progress again. TicketMoved, NotAllowed."""
    house.handling.resume(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def escalate(request: Request, house: House, number: str) -> Response:
    """It goes up a level, then show the queue. TicketMoved, NotAllowed; HandlingRefused without a note."""
    note = body.typed(request, house.spool, _MOST_MB).get("note", "")
    house.handling.escalate(number, signed_in(request), note)
    return see_other(request, "/queue")


def reassign(request: Request, house: House, number: str) -> Response:
    """Somebody else has it, then show what is left. TicketMoved, NotAllowed, HandlingRefused."""
    operator, typed = signed_in(request), body.typed(request, house.spool, _MOST_MB)
    note = typed.get("note", "")
    house.handling.reassign(number, operator, typed.get("to", ""), note)
    return on_to(request, house, number, "/mine")


def spam(request: Request, house: House, number: str) -> Response:
    """It is spam, then show what is left. TicketMoved, NotAllowed."""
    return _put_away(request, house, number, standing.SPAM)


def binned(request: Request, house: House, number: str) -> Response:
    """It is in the bin, then show what is left. TicketMoved, NotAllowed."""
    return _put_away(request, house, number, standing.BINNED)


def _put_away(request: Request, house: House, number: str, how: str) -> Response:
    operator = signed_in(request)
    is_mine = house.store.place(number) == Place(CLAIMED, operator.name)
    house.handling.put_away(number, operator, how)
    return see_other(request, "/mine" if is_mine else "/queue")


def restore(request: Request, house: House, number: str) -> Response:
    """It is back where it lay, then show it. TicketMoved, NotAllowed."""
    house.handling.restore(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def copy(request: Request, house: House, number: str) -> Response:
    """Somebody is in copy from now on, or no more; 422 with why they cannot be. TicketMoved, NotAllowed."""
    operator, typed, copies = signed_in(request), body.typed(request, house.spool, _MOST_MB), Copies(house.desk)
    try:
        if "out" in typed:
            copies.exclude(number, operator, typed["out"])
        else:
            copies.include(number, operator, typed.get("in", ""))
    except HandlingRefused as wrong:
        problem = i18n.told(wrong.words, i18n.translation(request.language))
        back = tickets.Box(typed.get("in", ""), problem)
        return tickets.drawn(request, house, number, 422, copying=back)
    return see_other(request, f"/tickets/{number}")


def mark(request: Request, house: House, number: str) -> Response:
    """It stands as it was filled in; 409, with both versions, if somebody else changed the same meanwhile.

    TicketMoved, NotAllowed, HandlingRefused.
    """
    typed = body.typed(request, house.spool, _MOST_MB)
    seen = standing.read(typed.get("seen", ""))
    wanted = _wanted(typed, seen)
    try:
        house.handling.mark(number, signed_in(request), wanted, seen)
    except TicketChanged:
        return tickets.drawn(request, house, number, 409, stale=(wanted, seen))
    return see_other(request, f"/tickets/{number}")


def values(
    house: House, ticket: Ticket, operator: Operator, said: Translation, stale: tuple[Standing, Standing] | None = None
) -> dict[str, Any]:
    """What pages/standing.html needs of a ticket, on its own page.

    `stale` is how it was to stand, and how it stood on the page from which that came too late.
    """
    now = ticket.standing
    titles = house.categories.titles()
    filled_in, clashes = _merged(ticket, *stale, house.clock(), said, titles) if stale else (now, [])
    moments = {name: getattr(filled_in, name) for name in ("due_at", "wakes_at")}
    days = {name: times.iso(at)[:10] if at else "" for name, at in moments.items()}
    may_hand_on = ticket.place.state == CLAIMED and house.desk.may(operator, REASSIGN, ticket)
    others = sorted(_heirs(house, ticket) if may_hand_on else [], key=lambda name: name != operator.supervisor)
    return {
        "away": now.away,
        "may_put_away": not now.away and house.desk.may(operator, PUT_AWAY, ticket),
        "marks": standing_words.shown(ticket, house.clock(), said, titles),
        "now": filled_in,
        "clashes": clashes,
        "seen": standing.written(now),
        "days": days,
        "progress": ticket.progress,
        "may_hand_on": may_hand_on,
        "may_copy": ticket.place.state == CLAIMED and house.desk.may(operator, HANDLE, ticket),
        "in_copy": [one for one in ticket.known() if one.lower() != ticket.inquiry.customer.email.lower()],
        "may_tell": is_address(ticket.inquiry.customer.email),
        "may_mark": ticket.place.state != CLOSED and house.desk.may(operator, MARK, ticket),
        "next_level": min(now.level + 1, standing.HIGHEST),
        "levels": range(1, standing.HIGHEST + 1),
        "others": others,
        "supervisor": operator.supervisor,
        "types": [(name, said.gettext(word)) for name, word in standing_words.TYPES.items()],
        "priorities": [(name, said.gettext(word)) for name, word in standing_words.PRIORITIES.items()],
        "form_category": titles.get(ticket.inquiry.head.category, ticket.inquiry.head.category),
        "categories": _choices(now.category, titles),
        "longest_category": standing.LONGEST_CATEGORY,
        "longest_note": LONGEST_NOTE,
    }


def _merged(
    ticket: Ticket, wanted: Standing, seen: Standing, clock: float, said: Translation, titles: Mapping[str, str]
) -> tuple[Standing, list[Html]]:
    """How the ticket stands now, but for what was wanted; and each thing that two wanted otherwise, in a sentence."""
    now = ticket.standing
    mine = wanted.unlike(seen)
    text = said.gettext("%(who)s said: %(theirs)s. You chose: %(yours)s.")
    clashes = [
        wording.sentence(
            text,
            who=_changed_by(ticket, name),
            theirs=standing_words.told(now, [name], clock, said, titles),
            yours=standing_words.told(wanted, [name], clock, said, titles),
        )
        for name in mine
        if getattr(now, name) not in (getattr(seen, name), getattr(wanted, name))
    ]
    return now._replace(**{name: getattr(wanted, name) for name in mine}), clashes


def _changed_by(ticket: Ticket, name: str) -> str:
    """Who changed this field of its standing last; "" if nobody has."""
    doer, last = "", getattr(standing.USUAL, name)
    for entry in ticket.entries:
        if entry.standing is not None and getattr(entry.standing, name) != last:
            doer, last = entry.by, getattr(entry.standing, name)
    return doer


def _choices(own: str, titles: dict[str, str]) -> list[tuple[str, str]]:
    """The categories to choose from, by title, the ticket's own among them even if nobody knows it; none at all if
    there are none to know."""
    known = titles | ({own: own} if titles and own and own not in titles else {})
    return sorted(known.items(), key=lambda one: (one[1].casefold(), one[0]))


def _heirs(house: House, ticket: Ticket) -> list[str]:
    """Who can be handed the ticket."""
    found = []
    for heir in house.operators.everybody():
        with suppress(HandlingRefused):
            house.handling.check_heir(heir, ticket)
            found.append(heir.name)
    return [name for name in found if name != ticket.place.holder]


def _wanted(typed: dict[str, str], seen: Standing) -> Standing:
    """How the ticket is to stand: as it was seen where there is no such field. HandlingRefused."""
    return seen._replace(
        priority=typed.get("priority", seen.priority),
        category=typed.get("category", seen.category).strip(),
        type=typed.get("type", seen.type),
        level=typed_level(typed.get("level", str(seen.level))),
        due_at=_moment(typed.get("due"), seen.due_at, standing.DAYS_END),
        wakes_at=_moment(typed.get("wakes"), seen.wakes_at, "00:00:00"),
    )


def _moment(day: str | None, seen: int, clock: str) -> int:
    """The day that was filled in, as a moment; the one that was seen if it is on this day."""
    if day is None or day == times.iso(seen)[:10]:
        return seen
    try:
        return times.typed(day, clock) if day else 0
    except ValueError:
        said = Sentence("%(day)s is no day: it looks like 2026-11-21.", day=repr(day[:40]))
        raise HandlingRefused(said) from None
