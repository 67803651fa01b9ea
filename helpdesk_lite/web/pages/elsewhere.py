"""Where a browser is sent whose message another desk has: that of the category, or the one a ticket was handed to.

Guarantee: also from a page whose policy lets its form lead to this site only, which holds for redirects, too
(Content Security Policy, form-action). It shows nothing that was typed.
"""

from __future__ import annotations

from helpdesk_lite.web.http import Response
from helpdesk_lite.web.pages.page import page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import DepartmentUnusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.ticket import Ticket


def sent(request: Request, house: House, address: str) -> Response:
    """On to the confirmation at this address."""
    said = i18n.translation(request.language)
    words = said.gettext("Your tracking number is on the next page, which opens by itself.")
    return _on(request, house, address, said.gettext("Thank you. We have your message."), words)


def handed(request: Request, house: House, ticket: Ticket) -> Response | None:
    """On to the customer's page of a ticket that was handed over; None if it is here, or that desk cannot be used.

    To answer a GET, or a POST from the customer's page.
    """
    try:
        found = house.departments.handed(ticket)
    except DepartmentUnusable:
        return None
    if found is None:
        return None
    there, number = found
    address = f"{there.settings.url.rstrip('/')}/status/{number}?key={there.desk.key(number)}"
    said = i18n.translation(request.language)
    words = said.gettext("Somebody else here takes care of it now, under a number of its own.")
    return _on(request, house, address, said.gettext("Your ticket has moved"), words)


def _on(request: Request, house: House, address: str, heading: str, words: str) -> Response:
    """A redirect; to another site, unless nothing was posted, a page that goes on by itself."""
    if request.is_safe or address.startswith(f"{request.origin}/"):
        return Response(303, headers=(("Location", address),))
    values = {
        "heading": heading,
        "words": words,
        "way": address,
        "way_words": i18n.translation(request.language).gettext("Go on"),
    }
    return page(request, house, "error.html", values, headers=(("Refresh", f"0; url={address}"),))
