"""Letters that wait and letters that are held, with reasons; administrators try one again or drop it.

Guarantee: a customer's address is not shown here, since their ticket may be unclaimed; nor what a ticket is about to
those who may not know that it is there.
"""

from __future__ import annotations

from functools import partial

from helpdesk_lite.web import wording
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.letter import (
    ABOUT_NO_TICKET,
    ACKNOWLEDGEMENT,
    ANSWER,
    FORWARD,
    INVITATION,
    LINK,
    RESOLVED,
    RETURNED,
    SAMPLE,
    TOLD,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.letter import Letter


def outbox(request: Request, house: House) -> Response:
    """The page of letters that are not sent yet."""
    operator, said = signed_in(request), i18n.translation(request.language)
    shown = partial(_shown, house, operator, said)
    values = {
        "held": [shown(letter._replace(next_at=0)) for letter in house.outbox.held()],  # its next try is a person's
        "waiting": list(map(shown, house.outbox.waiting())),
        "may_change": house.desk.may(operator, "letters"),
    }
    return page(request, house, "outbox.html", values, here="outbox")


def retry(request: Request, house: House, name: str) -> Response:
    """Let the courier try a held letter again. NotAllowed."""
    house.desk.retry_letter(name, signed_in(request))
    return see_other(request, "/outbox")


def drop(request: Request, house: House, name: str) -> Response:
    """Throw a held letter away. NotAllowed."""
    house.desk.drop_letter(name, signed_in(request))
    return see_other(request, "/outbox")


def _shown(house: House, operator: Operator, said: Translation, letter: Letter) -> dict[str, str | int]:
    """The letter as this operator may know it."""
    now = house.clock()
    if letter.kind == ACKNOWLEDGEMENT:
        what, to = said.gettext("Acknowledgement"), said.gettext("to the customer")
    elif letter.kind == FORWARD:
        what, to = said.gettext("The customer's message"), said.gettext("to %(who)s") % {"who": letter.operator}
    elif letter.kind == ANSWER:
        what, to = said.gettext("%(who)s's answer") % {"who": letter.operator}, said.gettext("to the customer")
    elif letter.kind == RETURNED:
        what, to = said.gettext("The desk's answer"), said.gettext("to %(who)s") % {"who": letter.operator}
    elif letter.kind == LINK:
        what, to = said.gettext("Link to a customer's tickets"), said.gettext("to the customer")
    elif letter.kind == RESOLVED:
        what, to = said.gettext("News that it is resolved"), said.gettext("to the customer")
    elif letter.kind == INVITATION:
        what, to = said.gettext("Invitation"), said.gettext("to %(who)s") % {"who": letter.operator}
    elif letter.kind == SAMPLE:
        what, to = said.gettext("Trial of a letter"), said.gettext("to %(who)s") % {"who": letter.operator}
    elif letter.kind == TOLD:
        what, to = said.gettext("News of a ticket"), said.gettext("to %(who)s") % {"who": letter.operator}
    else:
        what, to = said.gettext("Notice of a new ticket"), ", ".join(letter.recipients)
    is_customers = letter.kind in (ACKNOWLEDGEMENT, ANSWER, LINK, RESOLVED)
    written = wording.time_element(letter.written_at, now, said)
    when = wording.sentence(said.gettext("written %(time)s"), time=written)
    if letter.next_at > now:
        next_time = wording.time_element(letter.next_at, now, said)
        when = wording.sentence(said.gettext("next try %(time)s"), time=next_time)
    reason = i18n.told(letter.reason, said)
    is_known = _may_know(house, operator, letter.number)
    return {
        "name": letter.name,
        "what": what,
        "to": to,
        "number": letter.number if is_known and letter.kind not in ABOUT_NO_TICKET else "",
        "subject": letter.subject if is_known else said.gettext("about a ticket that is not yours to see"),
        "reason": _without_addresses(reason, said) if is_customers else reason,
        "tries": letter.tries,
        "when": when,
    }


def _may_know(house: House, operator: Operator, number: str) -> bool:
    """Whether the operator may know that the ticket is there: they may see it, or could while nobody had it."""
    if operator.is_admin:
        return True
    try:
        ticket = house.store.read(number)
    except DeskError:
        return True  # it is about no ticket
    return house.desk.may(operator, "show", ticket) or house.desk.may(operator, "show", ticket.inquiry.head)


def _without_addresses(reason: str, said: Translation) -> str:
    """A server's words often name the recipient, whom nobody knows who has not claimed the ticket."""
    from helpdesk_lite.mail import discretion

    return discretion.without_any(reason, said.gettext("(address)"))
