"""A customer asks for their tickets: they name their address, are mailed a link, and find all of them behind it.

Guarantee: the answer is the same whether or not the desk knows the address, and no address stands in any link. What is
mailed to whom, and what a link opens, is decided elsewhere (my_tickets).
"""

from __future__ import annotations

from helpdesk_lite import i18n
from helpdesk_lite.errors import TooMany, UnknownForm
from helpdesk_lite.letter import is_address
from helpdesk_lite.my_tickets import MyTickets
from helpdesk_lite.web.http import Response, see_other
from helpdesk_lite.web.pages.page import page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.i18n import Translation
    from helpdesk_lite.ticket import Ticket
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request

_UNSEEN = (("X-Robots-Tag", "noindex"),)


def show(request: Request, house: House) -> Response:
    """The tickets behind the link that was mailed, or the form that asks for one. UnknownForm if none can be mailed."""
    verbs = _verbs(house)
    link = request.query.get("link", "")
    found = verbs.behind(link) if link else None
    said = i18n.translation(request.language)
    if found is not None:
        from helpdesk_lite.web import wording

        until = wording.time_element(int(link.partition(".")[0], 16), house.clock(), said)
        values = {
            "until": wording.sentence(said.gettext("This list can be opened until %(time)s."), time=until),
            "tickets": [_row(house, ticket, said) for ticket in found],
            "problem": "",
        }
        return page(request, house, "my_tickets.html", values, headers=_UNSEEN)
    if link:
        return _form(request, house, 404, said.gettext("This link does not work any more. Please ask for a new one."))
    return _form(request, house, is_asked=request.query.get("asked") == "1")


def ask(request: Request, house: House) -> Response:
    """Have the link mailed, then say so; 422 for what is no address, 429 for too much."""
    from helpdesk_lite.web import body, robots

    verbs = _verbs(house)
    said = i18n.translation(request.language)
    fields = dict(body.text_pairs(request, body.check_size(request, house.settings.upload_mb)))
    address = fields.get("email", "").strip()
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
    values: dict[str, Any] = {"tickets": None, "problem": problem, "email": email, "is_asked": is_asked}
    return page(request, house, "my_tickets.html", values, status, headers=(*_UNSEEN, *headers))
