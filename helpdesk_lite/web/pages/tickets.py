"""One ticket: what is in it, and the verbs: claim, release, close, reopen.

Guarantee: nothing of who asked is shown before the ticket is claimed; what was typed or mailed is text, never markup.
What an operator may do is decided elsewhere (desk).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.web.http import Response, quoted, see_other
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n, tracking
from helpdesk_lite.words.standing import BINNED, SPAM
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.web.pages.joining import Tried
    from helpdesk_lite.web.render import Html
    from helpdesk_lite.web.thread import Thread
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Ticket

_FOLLOWS = "follows"  # the field of a ticket that goes on with a closed one (correspondence)


NEWEST = 10  # entries of a long story that are shown at once
MOST_OTHERS = 3  # tickets of the customer's beside the one at hand
FEW = 10  # entries that are not worth leaving out


class Box(NamedTuple):
    """A box to write in: the text in it, what is wrong with it, and that it is a draft of when; "" for nothing."""

    text: str = ""
    problem: str = ""
    kept: str = ""


def show(request: Request, house: House, number: str) -> Response:
    """The ticket, as this operator may see it. UnknownNumber, NotAllowed."""
    return drawn(request, house, number)


def drawn(
    request: Request,
    house: House,
    number: str,
    status: int = 200,
    seen: int | None = None,
    answer: Box | None = None,
    note: Box | None = None,
    stale: tuple[Standing, Standing] | None = None,
    joining: Tried | None = None,
    copying: Box | None = None,
) -> Response:
    """The ticket's page, its boxes as they came back; entries after the first `seen` are set off as new.

    `stale`, `joining` and `copying` are for the forms that could not be as they were filled in (handling, joining).
    UnknownNumber, NotAllowed.
    """
    operator = signed_in(request)
    ticket = house.desk.show(number, operator)
    count = len(ticket.entries)
    first = 0 if "all" in request.query else _first(count, count if seen is None else seen)
    values = _values(request, house, ticket, operator, stale, first, joining)
    answer = answer or _draft(request, house, ticket, operator)
    boxes = {
        "answer": answer,
        "copying": copying or Box(),
        "note": note or Box(),
        "seen": count,
        "old": count if seen is None else seen,
        "first": first,
    }
    return page(request, house, "ticket.html", {**values, **boxes}, status)


def claim(request: Request, house: House, number: str) -> Response:
    """Take the ticket, then show it. AlreadyClaimed."""
    house.desk.claim(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def release(request: Request, house: House, number: str) -> Response:
    """Give the ticket back, then show the queue. TicketMoved, NotAllowed."""
    house.desk.release(number, signed_in(request))
    return see_other(request, "/queue")


def close(request: Request, house: House, number: str) -> Response:
    """Lay the ticket aside as done, then show it. TicketMoved, NotAllowed."""
    house.desk.close(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def reopen(request: Request, house: House, number: str) -> Response:
    """Give the ticket back to who had it, then show it. TicketMoved, NotAllowed."""
    house.desk.reopen(number, signed_in(request))
    return see_other(request, f"/tickets/{number}")


def _first(count: int, seen: int) -> int:
    """The first of so many entries that is shown; no more are left out than were seen, and never a few alone."""
    return min(count - NEWEST, seen) if count > NEWEST + FEW else 0


def _values(
    request: Request,
    house: House,
    ticket: Ticket,
    operator: Operator,
    stale: tuple[Standing, Standing] | None,
    first: int,
    tried: Tried | None,
) -> dict[str, Any]:
    """What the ticket's template needs, beside its boxes."""
    from helpdesk_lite.web import browsers, wording
    from helpdesk_lite.web.pages import handling, joining
    from helpdesk_lite.web.pages.queue_rows import form_title
    from helpdesk_lite.web.thread import Thread
    from helpdesk_lite.words.letter import is_address

    said, may = i18n.translation(request.language), house.desk.may
    inquiry, place = ticket.inquiry, ticket.place
    customer = inquiry.customer
    thread = Thread(request, house, ticket, said, first)
    letter = thread.inquiry()
    return {
        "ticket": ticket,
        "joining": joining.values(request, house, ticket, thread, tried),
        "parts": list(joining.parts(request, house, ticket, operator, said)),
        "handling": handling.values(house, ticket, operator, said, stale),
        "state_words": _state(ticket, operator, house.clock(), said),
        "form_title": form_title(inquiry.head, said),
        **_others(house, ticket, operator, said),
        "is_pending": place.state == PENDING,
        "is_claimed": place.state == CLAIMED,
        "is_mine": place.holder == operator.name and may(operator, "reply", ticket),
        "may_claim": may(operator, "claim", ticket),
        "may_note": may(operator, "note", ticket),
        "may_change": may(operator, "handle", ticket),
        "name": customer.name,
        "email": customer.email,
        "message": thread.discreet(message_of(ticket)),
        "browser": browsers.in_words(inquiry.browser, house.cache, said),
        "browser_said": inquiry.browser,
        "fields": [] if ticket.began_with_mail else _details(ticket, thread),
        "is_mail": ticket.began_with_mail,
        "subject": thread.discreet(inquiry.head.subject),
        "letter": letter,
        "follows": _follows(ticket) if ticket.began_with_mail else "",
        "sent_by": _sent_by(ticket),
        "attachments": letter.files if letter else (),
        "story": thread.lines(),
        "reply": _reply(ticket),
        "mailbox": operator.email,
        "readers": ", ".join(filter(is_address, ticket.known())),
        "most": wording.size(house.settings.upload_mb * 1_000_000, said),
    }


def _draft(request: Request, house: House, ticket: Ticket, operator: Operator) -> Box:
    """The box for an answer, with what the operator kept of one."""
    from helpdesk_lite.web import wording

    draft = house.drafts.find(operator.name, ticket.number) if ticket.place.holder == operator.name else None
    if draft is None:
        return Box()
    said = i18n.translation(request.language)
    since = wording.time_element(draft.at, house.clock(), said)
    return Box(draft.text, kept=wording.sentence(said.gettext("Draft kept %(since)s"), since=since))


def _others(house: House, ticket: Ticket, operator: Operator, said: Translation) -> dict[str, Any]:
    """The customer's other tickets, and the mark of their own page ("" for none)."""
    from helpdesk_lite.tickets.histories import Histories
    from helpdesk_lite.web.pages.lists import row

    found = Histories(house.desk, house.whose).beside(ticket, operator, MOST_OTHERS)
    if found is None or not found.rows:
        return {"others": [], "mark": ""}
    titles = house.categories.titles()
    return {"others": [row(one, house.clock(), said, titles) for one in found.rows], "mark": found.mark}


def _state(ticket: Ticket, operator: Operator, now: float, said: Translation) -> Html:
    from helpdesk_lite.web import standing_words, wording

    who, since = ticket.place.holder, wording.time_element(ticket.since, now, said)
    if ticket.place.state == PENDING:
        text = said.gettext("Waiting since %(since)s")
    elif ticket.standing.away == SPAM:
        text = said.gettext("Spam since %(since)s")
    elif ticket.standing.away == BINNED:
        text = said.gettext("In the bin since %(since)s")
    elif ticket.merged_into:
        text = said.gettext("Merged into another ticket, %(since)s")
    elif ticket.place.state == CLOSED:
        text = standing_words.closed(who := ticket.done_by, said)
    elif ticket.place.holder == operator.name:
        text = said.gettext("Yours since %(since)s")
    else:
        text = said.gettext("%(who)s has it since %(since)s")
    return wording.sentence(text, who=who, since=since)


def message_of(ticket: Ticket) -> str:
    """The message of a form that was filled in."""
    wanted = ticket.inquiry.message_field
    return "\n\n".join(value for field in ticket.inquiry.fields if field.name == wanted for value in field.values)


def _details(ticket: Ticket, thread: Thread) -> list[tuple[str, list[str]]]:
    """The answered fields that stand nowhere else on the page."""
    inquiry = ticket.inquiry
    elsewhere = ((inquiry.customer.name,), (inquiry.customer.email,), (inquiry.head.subject,))
    found = []
    for field in inquiry.fields:
        values = [thread.discreet(value) for value in field.values if value.strip()]
        if values and field.name != inquiry.message_field and tuple(values) not in elsewhere:
            found.append((field.label, values))
    return found


def _follows(ticket: Ticket) -> str:
    """The number of the closed ticket that this one goes on with; "" if it is no such."""
    said = [value for field in ticket.inquiry.fields if field.name == _FOLLOWS for value in field.values]
    return said[0] if said and tracking.is_number(said[0]) else ""


def _sent_by(ticket: Ticket) -> str:
    """Who the first letter was from, where answers go to another address; "" else."""
    from helpdesk_lite.web.thread import is_veiled

    sender = "" if is_veiled(ticket) else ticket.entries[0].sender
    address = sender.rpartition("<")[2].rstrip(">")
    return sender if address.lower() != ticket.inquiry.customer.email.lower() else ""


def _reply(ticket: Ticket) -> str:
    """A mailto address (RFC 6068) that answers the customer, for those whose copy has not come yet; "" if it cannot."""
    from helpdesk_lite.words.letter import is_address

    email = ticket.inquiry.customer.email
    if not is_address(email):
        return ""
    head = ticket.inquiry.head
    local, _, domain = email.rpartition("@")
    return f"mailto:{quoted(local)}@{quoted(domain)}?subject={quoted(f'Re: [{head.number}] {head.subject}')}"
