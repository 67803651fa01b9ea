"""A customer asks for their tickets: they name their address, are mailed a link, and find all of them behind it.

Guarantee: the answer is the same whether or not the desk knows the address, and no address stands in any link. A link
is used by a button, so reading mail uses none; what it opened is open in that browser alone. What is mailed to whom,
and what a link opens, is decided elsewhere (my_tickets).
"""

from __future__ import annotations

from helpdesk_lite.customers.my_tickets import LASTS, MyTickets, is_of
from helpdesk_lite.web.http import Response, see_other
from helpdesk_lite.web.pages.page import page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import TooMany, UnknownForm
from helpdesk_lite.words.letter import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.customers.my_tickets import Behind
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Ticket

COOKIE = "helpdesk-tickets"
_HERE = "/my-tickets"
_UNSEEN = (("X-Robots-Tag", "noindex"),)


def show(request: Request, house: House) -> Response:
    """The tickets that a link has opened, a button to use a link, or the form that asks for one.

    UnknownForm if none can be mailed.
    """
    verbs = _verbs(house)
    link, opened = request.query.get("link", ""), request.cookie(COOKIE)
    said = i18n.translation(request.language)
    if link and verbs.is_usable(link):
        return _page(request, house, {"link": link})
    found = verbs.behind(opened) if opened and (not link or is_of(opened, link)) else None
    if found is not None and "asked" not in request.query:
        return _list(request, house, found)
    if link:
        return _form(request, house, 404, said.gettext("This link does not work any more. Please ask for a new one."))
    return _form(request, house, is_asked=request.query.get("asked") == "1")


def open_link(request: Request, house: House) -> Response:
    """Use the link up, then show the tickets; 404 if it does not work any more. UnknownForm."""
    verbs = _verbs(house)
    link = _typed(request, house).get("link", "")
    opened = verbs.open(link)
    if opened:
        cookie = house.sessions.written(request, opened, COOKIE, _HERE) + f"; Max-Age={LASTS}"
        return see_other(request, _HERE, (("Set-Cookie", cookie),))
    if is_of(request.cookie(COOKIE), link):  # pressed twice
        return see_other(request, _HERE)
    words = i18n.translation(request.language).gettext("This link does not work any more. Please ask for a new one.")
    return _form(request, house, 404, words)


def shut(request: Request, house: House) -> Response:
    """Forget in this browser what a link has opened, then show the form."""
    cookie = house.sessions.written(request, "", COOKIE, _HERE) + "; Max-Age=0"
    return see_other(request, _HERE, (("Set-Cookie", cookie),))


def ask(request: Request, house: House) -> Response:
    """Have the link mailed, then say so; 422 for what is no address, 429 for too much."""
    from helpdesk_lite.web import robots

    verbs = _verbs(house)
    said = i18n.translation(request.language)
    address = _typed(request, house).get("email", "").strip()
    if not is_address(address):
        return _form(request, house, 422, said.gettext("This is no mail address."), address)
    try:
        robots.slow_down(request, house)
    except TooMany as flood:
        problem = said.gettext("Too much was sent from your address lately. Please try again later.")
        return _form(request, house, 429, problem, address, headers=(("Retry-After", str(flood.retry_after)),))
    verbs.ask(address, request.language)
    return see_other(request, "/my-tickets?asked=1")


def _verbs(house: House) -> MyTickets:
    if not house.settings.url:
        raise UnknownForm("my-tickets")  # no link can be mailed that leads anywhere
    return MyTickets(house.desk, house.whose, house.limits)


def _typed(request: Request, house: House) -> dict[str, str]:
    from helpdesk_lite.web import body

    return body.typed(request, house.spool)


def _list(request: Request, house: House, found: Behind) -> Response:
    from helpdesk_lite.web import wording

    said = i18n.translation(request.language)
    until = wording.time_element(found.until, house.clock(), said)
    values = {
        "until": wording.sentence(said.gettext("This list can be opened until %(time)s."), time=until),
        "tickets": [_row(house, ticket, said) for ticket in found.tickets],
    }
    return _page(request, house, values)


def _row(house: House, ticket: Ticket, said: Translation) -> dict[str, Any]:
    from helpdesk_lite.web import wording
    from helpdesk_lite.web.pages.status import state_words

    arrived = wording.time_element(ticket.inquiry.head.received_at, house.clock(), said)
    return {
        "number": ticket.number,
        "key": house.desk.key(ticket.number),
        "subject": ticket.inquiry.head.subject,
        "state": ticket.place.state,
        "state_words": state_words(house, ticket, said),
        "arrived": wording.sentence(said.gettext("arrived %(time)s"), time=arrived),
    }


def _form(
    request: Request,
    house: House,
    status: int = 200,
    problem: str = "",
    email: str = "",
    is_asked: bool = False,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The form; `problem` beside its field, or that a link is on its way."""
    values = {"problem": problem, "email": email, "is_asked": is_asked}
    return _page(request, house, values, status, headers)


def _page(
    request: Request,
    house: House,
    values: dict[str, Any],
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    usual = {"tickets": None, "link": "", "problem": "", "email": "", "is_asked": False}
    return page(request, house, "my_tickets.html", usual | values, status, headers=(*_UNSEEN, *headers))
