"""Where a browser is sent whose message another desk has: that of the category, or the one a ticket was handed to.

Guarantee: also from a page whose policy lets its form lead to this site only, which holds for redirects, too
(Content Security Policy, form-action). It shows nothing that was typed.
"""

from __future__ import annotations

from helpdesk_lite import i18n
from helpdesk_lite.web.http import Response
from helpdesk_lite.web.pages.page import page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request


def sent(request: Request, house: House, address: str) -> Response:
    """On to the confirmation at this address: on another site by a page that goes on by itself."""
    if address.startswith(f"{request.origin}/"):
        return Response(303, headers=(("Location", address),))
    said = i18n.translation(request.language)
    values = {
        "heading": said.gettext("Thank you. We have your message."),
        "words": said.gettext("Your tracking number is on the next page, which opens by itself."),
        "way": address,
        "way_words": said.gettext("Go on"),
    }
    return page(request, house, "error.html", values, headers=(("Refresh", f"0; url={address}"),))
