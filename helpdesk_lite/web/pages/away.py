"""What was put away: the spam, and the bin; the newest first, each with the way back.

Guarantee: nothing is thrown away here; who asked is shown no more than in the queue. Who may bring what back is decided
elsewhere (handling).
"""

from __future__ import annotations

from helpdesk_lite.web import wording
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n, tracking
from helpdesk_lite.words.rights import RESTORE
from helpdesk_lite.words.standing import BINNED, SPAM
from helpdesk_lite.words.ticket import LETTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Ticket

_PAGE = 50  # tickets


def binned(request: Request, house: House) -> Response:
    """The bin."""
    return _listed(request, house, BINNED)


def spam(request: Request, house: House) -> Response:
    """The spam."""
    return _listed(request, house, SPAM)


def _listed(request: Request, house: House, how: str) -> Response:
    operator, said = signed_in(request), i18n.translation(request.language)
    before = tracking.read_number(request.query.get("before", "")) or ""
    heads = house.store.put_away(how, before, _PAGE + 1)
    rows = [_row(house, house.store.read(head.number), operator, said) for head in heads[:_PAGE]]
    values = {
        "is_spam": how == SPAM,
        "tickets": rows,
        "is_first": not before,
        "next": f"?before={rows[-1]['number']}" if len(heads) > _PAGE else "",
    }
    return page(request, house, "away.html", values, here="away")


def _row(house: House, ticket: Ticket, operator: Operator, said: Translation) -> dict[str, Any]:
    from helpdesk_lite.mail import discretion

    since = wording.time_element(ticket.since, house.clock(), said)
    doer = next((entry.by for entry in reversed(ticket.entries) if entry.kind == ticket.standing.away), "")
    return {
        "number": ticket.number,
        "subject": discretion.without_any(ticket.inquiry.head.subject, said.gettext("(address)")),
        "words": wording.sentence(said.gettext("by %(who)s, %(since)s"), who=doer, since=since),
        "has_news": ticket.entries[-1].kind == LETTER,
        "may_restore": house.desk.may(operator, RESTORE, ticket),
    }
