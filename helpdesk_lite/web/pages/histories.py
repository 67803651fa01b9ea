"""A customer's page for operators: who it is, and all their tickets by state.

Guarantee: no address stands in its own address; who may know the customer is decided elsewhere (histories), and to
anybody else there is no such page.
"""

from __future__ import annotations

from helpdesk_lite.tickets.histories import Histories
from helpdesk_lite.web.pages import problem
from helpdesk_lite.web.pages.lists import row
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.ticket import CLOSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response


def show(request: Request, house: House, mark: str) -> Response:
    """The customer's page; 404 if there is none for this operator."""
    said = i18n.translation(request.language)
    found = Histories(house.desk, house.whose).of(mark, signed_in(request))
    if found is None:
        return problem.page(request, house, 404)
    titles = house.categories.titles()
    shown = [(one.place.state, row(one, house.clock(), said, titles)) for one in found.rows]
    values = {
        "customer": found.customer,
        "open": [told for state, told in shown if state != CLOSED],
        "closed": [told for state, told in shown if state == CLOSED],
    }
    return page(request, house, "customer.html", values)
