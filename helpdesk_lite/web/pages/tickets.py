"""One ticket: what is in it, and the verbs: claim, release, close, reopen.

Guarantee: nothing of who asked is shown before the ticket is claimed; an attachment never opens inside the desk's own
pages. What an operator may do is decided elsewhere (desk).
"""

from __future__ import annotations

from helpdesk_lite import i18n
from helpdesk_lite.errors import UnknownNumber
from helpdesk_lite.ticket import CLAIMED, CLOSED, PENDING
from helpdesk_lite.web.http import Response, quoted, see_other
from helpdesk_lite.web.pages.page import page, signed_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

    from helpdesk_lite.i18n import Translation
    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.operators import Operator
    from helpdesk_lite.ticket import Entry, Ticket
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.web.render import Html

# A browser may show these by itself; whatever else is sent only as bytes to save (with nosniff and a sandbox).
_HARMLESS = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain")
_SANDBOX = "sandbox; default-src 'none'"


def show(request: Request, house: House, number: str) -> Response:
    """The ticket, as this operator may see it. UnknownNumber, NotAllowed."""
    operator = signed_in(request)
    ticket = house.desk.show(number, operator)
    values = _values(request, house, ticket, operator)
    return page(request, house, "ticket.html", values)


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


def attachment(request: Request, house: House, number: str, index: str, name: str) -> Response:
    """One uploaded file, to save. `name` is only for people. UnknownNumber, NotAllowed."""
    from helpdesk_lite.mail import parse

    ticket = house.desk.show(number, signed_in(request))
    file = house.store.open_message(number, ticket.entries[0].message_id)
    found = [part for part in parse.parts(file) if part.is_attachment and str(part.index) == index]
    if not found:
        file.close()
        raise UnknownNumber(number)
    part = found[0]
    headers = (("Content-Disposition", _disposition(part.name)), ("Content-Length", str(part.size)))
    kind = part.type if part.type in _HARMLESS else "application/octet-stream"
    return Response(200, _Content(file, part), type=kind, policy=_SANDBOX, headers=headers)


class _Content:
    """The bytes of a part, in pieces; `close` also when nobody asked for them (HEAD, or a browser that went away)."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self._file, self._part = file, part

    def __iter__(self) -> Iterator[bytes]:
        from helpdesk_lite.mail import parse

        return parse.decoded(self._file, self._part)

    def close(self) -> None:
        self._file.close()


def _disposition(name: str) -> str:
    """To be saved under `name` (RFC 6266, with RFC 8187 for what is not ASCII)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted(name)}"


def _values(request: Request, house: House, ticket: Ticket, operator: Operator) -> dict[str, Any]:
    """What the ticket's template needs."""
    said = i18n.translation(request.language)
    inquiry, place = ticket.inquiry, ticket.place
    customer = inquiry.customer
    return {
        "ticket": ticket,
        "state_words": _state(ticket, operator, house.clock(), said),
        "is_pending": place.state == PENDING,
        "is_claimed": place.state == CLAIMED,
        "is_closed": place.state == CLOSED,
        "is_mine": place.holder == operator.name,
        "may_change": operator.is_admin or place.holder == operator.name,
        "name": customer.name,
        "email": customer.email,
        "message": _message(ticket),
        "fields": _details(ticket),
        "attachments": _attachments(request, house, ticket, said),
        "story": [_told(entry, ticket, house.clock(), said) for entry in ticket.entries],
        "reply": _reply(ticket),
        "mailbox": operator.email,
    }


def _state(ticket: Ticket, operator: Operator, now: float, said: Translation) -> Html:
    from helpdesk_lite.web import wording

    since = wording.time_element(ticket.since, now, said)
    if ticket.place.state == PENDING:
        text = said.gettext("Waiting since %(since)s")
    elif ticket.place.state == CLOSED:
        text = said.gettext("Closed by %(who)s, %(since)s")
    elif ticket.place.holder == operator.name:
        text = said.gettext("Yours since %(since)s")
    else:
        text = said.gettext("%(who)s has it since %(since)s")
    return wording.sentence(text, who=ticket.place.holder, since=since)


def _message(ticket: Ticket) -> str:
    wanted = ticket.inquiry.message_field
    return "\n\n".join(value for field in ticket.inquiry.fields if field.name == wanted for value in field.values)


def _details(ticket: Ticket) -> list[tuple[str, list[str]]]:
    """The answered fields that stand nowhere else on the page."""
    inquiry = ticket.inquiry
    elsewhere = ((inquiry.customer.name,), (inquiry.customer.email,), (inquiry.head.subject,))
    found = []
    for field in inquiry.fields:
        values = [value for value in field.values if value.strip()]
        if values and field.name != inquiry.message_field and tuple(values) not in elsewhere:
            found.append((field.label, values))
    return found


def _attachments(request: Request, house: House, ticket: Ticket, said: Translation) -> list[tuple[str, str, str]]:
    if not ticket.inquiry.head.attachments:
        return []
    from helpdesk_lite.mail import parse
    from helpdesk_lite.web import wording

    found = []
    with house.store.open_message(ticket.number, ticket.entries[0].message_id) as file:
        for part in parse.parts(file):
            if part.is_attachment:
                where = f"{request.base}/tickets/{ticket.number}/attachments/{part.index}/{quoted(part.name)}"
                found.append((where, part.name, wording.size(part.size, said)))
    return found


def _told(entry: Entry, ticket: Ticket, now: float, said: Translation) -> tuple[str, Html]:
    """One entry of the history in words, and when it was."""
    from helpdesk_lite.web import wording

    texts = {
        "inquiry": said.gettext("Arrived with the form %(form)s"),
        "claimed": said.gettext("%(who)s claimed it"),
        "released": said.gettext("%(who)s released it to the queue"),
        "closed": said.gettext("%(who)s closed it"),
        "reopened": said.gettext("%(who)s reopened it"),
        "found": said.gettext("A check of the files found it where it is now"),
    }
    text = texts.get(entry.kind, entry.kind)
    words = text % {"who": entry.by, "form": ticket.inquiry.head.title} if entry.kind in texts else text
    return words, wording.time_element(entry.at, now, said)


def _reply(ticket: Ticket) -> str:
    """A mailto address (RFC 6068) that answers the customer, for those whose copy has not come yet; "" if it cannot."""
    from helpdesk_lite.letter import is_address

    email = ticket.inquiry.customer.email
    if not is_address(email):
        return ""
    head = ticket.inquiry.head
    local, _, domain = email.rpartition("@")
    return f"mailto:{quoted(local)}@{quoted(domain)}?subject={quoted(f'Re: [{head.number}] {head.subject}')}"
