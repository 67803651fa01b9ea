"""Logging a call: an operator fills in what a customer said elsewhere, and it is a ticket.

Guarantee: what is refused comes back as it was filled in, but for files; the answer to what was kept is a redirect, and
pressing twice makes one ticket.
"""

from __future__ import annotations

from helpdesk_lite.tickets import calls
from helpdesk_lite.tickets.calls import Call, Calls
from helpdesk_lite.web import body, standing_words, wording
from helpdesk_lite.web.pages.page import on_to, page, signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import HandlingRefused
from helpdesk_lite.words.letter import is_address
from helpdesk_lite.words.rights import LOG
from helpdesk_lite.words.ticket import CALLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation


def show(request: Request, house: House) -> Response:
    """The page to fill in; `?name=` and `?email=` fill these in. NotAllowed."""
    house.desk.demand(signed_in(request), LOG)
    query = request.query
    empty = Call(CALLS[0], "", name=query.get("name", ""), email=query.get("email", ""))
    return _drawn(request, house, empty._replace(page=f"{int(house.clock() * 1000):x}"))


def log(request: Request, house: House) -> Response:
    """Make the ticket, then show it, or the queue if it went there; 422 with what is wrong. NotAllowed, TooLarge."""
    operator, said = signed_in(request), i18n.translation(request.language)
    house.desk.demand(operator, LOG)
    with body.posted(request, house.spool, house.settings.upload_mb) as posted:
        typed = dict(posted.pairs)
        call = Call(
            channel=typed.get("channel", ""),
            subject=_line(typed.get("subject", "")),
            text=typed.get("text", "").replace("\r\n", "\n"),
            name=_line(typed.get("name", "")),
            email=typed.get("email", "").strip(),
            type=typed.get("type", ""),
            category=typed.get("category", ""),
            uploads=posted.uploads,
            takes=typed.get("to") != "queue",
            acknowledges="acknowledge" in typed,
            page=typed.get("page", "")[:40],
        )
        problems = _problems(call, said)
        if problems:
            return _drawn(request, house, call, problems, 422)
        try:
            number = Calls(house.desk).log(call, operator)
        except HandlingRefused as refused:
            return _drawn(request, house, call, {"": i18n.told(refused.words, said)}, 422)
    return on_to(request, house, number, "/queue")


def _problems(call: Call, said: Translation) -> dict[str, str]:
    """What is wrong, by field."""
    found = {}
    if not call.subject:
        found["subject"] = said.gettext("Say what it is about.")
    if call.email and not is_address(call.email):
        found["email"] = said.gettext("This is no mail address.")
    elif call.acknowledges and not call.email:
        found["email"] = said.gettext("Without a mail address nobody can be told the number.")
    return found


def _drawn(
    request: Request, house: House, call: Call, problems: dict[str, str] | None = None, status: int = 200
) -> Response:
    said = i18n.translation(request.language)
    titles = house.categories.titles()
    values = {
        "call": call,
        "problems": problems or {},
        "channels": [(name, said.gettext(standing_words.CHANNELS[name])) for name in CALLS],
        "types": [(name, said.gettext(word)) for name, word in standing_words.TYPES.items()],
        "categories": sorted(titles.items(), key=lambda pair: pair[1].lower()),
        "longest": calls.LONGEST,
        "most": wording.size(house.settings.upload_mb * 1_000_000, said),
    }
    return page(request, house, "call.html", values, status)


def _line(text: str) -> str:
    return " ".join(text.split())
