"""What customers see before and after they write: the list of forms, and the confirmation.

Guarantee: the confirmation opens only with its key, and shows nothing that was typed.
"""

from __future__ import annotations

from helpdesk_lite.web.http import Response, quoted
from helpdesk_lite.web.pages.page import framed_page, page
from helpdesk_lite.words.errors import BrokenForm, UnknownForm, UnknownNumber

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request


def index(request: Request, house: House) -> Response:
    """The contact forms, by title."""
    titles = house.categories.titles()
    found = [
        {"name": quoted(name), "title": title, "category": titles.get(category, category)}
        for name, title, category in house.forms.titles(request.language)
    ]
    shape = {"is_empty": not found, "has_my_tickets": bool(house.settings.url)}
    choices = house.render.each("pages/choice.html", request.language, request.base, {}, found)
    return framed_page(request, house, "index.html", shape, {"choices": choices})


def sent(request: Request, house: House, number: str) -> Response:
    """The confirmation with the tracking number. UnknownNumber without the right key."""
    from helpdesk_lite.words.letter import is_address

    if not house.desk.is_key(number, request.query.get("key", "")):
        raise UnknownNumber(number)
    inquiry = house.store.read(number).inquiry
    is_answerable = is_address(inquiry.customer.email)
    values = {
        "number": number,
        "key": house.desk.key(number),
        "confirmation": _own_words(house, inquiry.head.form, request.language),
        "is_answerable": is_answerable,
        "is_acknowledged": is_answerable and house.settings.acknowledge,
    }
    return page(request, house, "sent.html", values)


def _own_words(house: House, form: str, language: str) -> str:
    """What the form's owner wants said here; the form may have been taken away since."""
    try:
        return house.forms.form(form, language).confirmation
    except (UnknownForm, BrokenForm):
        return ""
