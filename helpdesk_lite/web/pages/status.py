"""The customer's own page of a ticket, behind the key link in their mail: how it stands, what was said, and a box.

Guarantee: without the key nothing is read and nothing done; looking changes nothing; what is done is answered with a
redirect, so that reload sends nothing, and what is refused comes back with all that was typed. What customers may see
and do is decided elsewhere (customers).
"""

from __future__ import annotations

from contextlib import contextmanager

from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.web.http import Response, see_other
from helpdesk_lite.web.pages.page import page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import TooMany, UnknownNumber
from helpdesk_lite.words.standing import RESOLVED, WAITING
from helpdesk_lite.words.ticket import CLOSED, CUSTOMER, DESK, LETTER, PENDING, WRITTEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.web.render import Html
    from helpdesk_lite.words.form import Posted
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Entry, Ticket

_UNSEEN = (("X-Robots-Tag", "noindex"),)  # should a link with its key ever be published


def show(request: Request, house: House, number: str) -> Response:
    """How the ticket stands, with a box to add to it. UnknownNumber without the right key."""
    _check(house, number, request.query.get("key", ""))
    ticket = _customers(house).show(number)
    if moved := _moved(request, house, ticket):
        return moved
    return _drawn(request, house, ticket, is_sent=request.query.get("sent") == "1")


def write(request: Request, house: House, number: str) -> Response:
    """Add what was typed, then show the page; 422, 429 and 409 (closed too long ago) bring it back as it was."""
    from helpdesk_lite.letters import typed
    from helpdesk_lite.web import robots

    said = i18n.translation(request.language)
    with _posted(request, house, number) as (posted, fields):
        customers = _customers(house)
        ticket = customers.show(number)
        text = fields.get("message", "").replace("\r\n", "\n").replace("\r", "\n")
        if not customers.may_write(ticket):
            return _drawn(request, house, ticket, 409, text)
        if not text.strip() and not posted.uploads:
            problem = said.gettext("There is nothing to send yet: write something, or choose a file.")
            return _drawn(request, house, ticket, 422, problem=problem)
        try:
            robots.slow_down(request, house)
        except TooMany as flood:
            return _later(request, house, ticket, flood, text, bool(posted.uploads))
        moved = _moved(request, house, ticket)
        words = typed.Typed(text, posted.uploads, _count(fields.get("seen", "")))
        with typed.posted(words, LETTER, ticket.inquiry.customer, ticket, house.desk, house.spool) as post:
            if moved:
                house.departments.write(house.store.read(number), post)
                return moved
            went_to = customers.write(number, post)  # another ticket if this one's time ran out just now
    return see_other(request, _path(house, went_to) + "&sent=1")


def close(request: Request, house: House, number: str) -> Response:
    """Lay the ticket aside as done, then show the page."""
    return _done(request, house, number, _customers(house).close)


def reopen(request: Request, house: House, number: str) -> Response:
    """Have the ticket opened again, then show the page; it says so where that is not possible any more."""
    return _done(request, house, number, _customers(house).reopen)


def attachment(request: Request, house: House, number: str, place: str, index: str, name: str) -> Response:
    """One file of an entry that the customer may see, to save. `name` is only for people. UnknownNumber."""
    from helpdesk_lite.web.pages import letters

    ticket, entry = _entry(request, house, number, place)
    answer = letters.saved(house, ticket, entry, index, is_veiled=False)
    answer.headers += _UNSEEN
    return answer


def text(request: Request, house: House, number: str, place: str) -> Response:
    """The whole text of a letter that is too long for the page. UnknownNumber."""
    from helpdesk_lite.web.pages import letters

    ticket, entry = _entry(request, house, number, place)
    if entry is ticket.entries[0] and not ticket.began_with_mail:
        raise UnknownNumber(number)
    answer = letters.whole_text(house, number, entry)
    answer.headers += _UNSEEN
    return answer


@contextmanager
def _posted(request: Request, house: House, number: str) -> Iterator[tuple[Posted, dict[str, str]]]:
    """What the customer posts, while the block runs, and its texts by name. UnknownNumber without the key."""
    from helpdesk_lite.web import body

    with body.posted(request, house.spool, house.settings.upload_mb) as posted:
        fields = dict(posted.pairs)
        _check(house, number, fields.get("key", ""))
        yield posted, fields


def _check(house: House, number: str, key: str) -> None:
    """UnknownNumber unless this is the key to the ticket, whether or not there is one."""
    if not house.desk.is_key(number, key):
        raise UnknownNumber(number)


def _moved(request: Request, house: House, ticket: Ticket) -> Response | None:
    """On to the desk that has the ticket now; None if it is here."""
    if ticket.place.state != CLOSED:
        return None
    from helpdesk_lite.web.pages import elsewhere

    return elsewhere.handed(request, house, house.store.read(ticket.number))


def _customers(house: House) -> Customers:
    return Customers(house.intake.correspondence)


def _path(house: House, number: str) -> str:
    return f"/status/{number}?key={house.desk.key(number)}"


def _count(given: str) -> int:
    """How many entries the page showed on which it was typed."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _entry(request: Request, house: House, number: str, place: str) -> tuple[Ticket, Entry]:
    """The ticket as its customer may see it, and the entry there, if it has words of its own. UnknownNumber."""
    _check(house, number, request.query.get("key", ""))
    ticket = _customers(house).show(number)
    known = {str(index): entry for index, entry in enumerate(ticket.entries) if entry.kind in WRITTEN}
    if place not in known:
        raise UnknownNumber(number)
    return ticket, known[place]


def _done(request: Request, house: House, number: str, verb: Callable[[str], None]) -> Response:
    from helpdesk_lite.web import robots

    with _posted(request, house, number):
        try:
            robots.slow_down(request, house)
        except TooMany as flood:
            return _later(request, house, _customers(house).show(number), flood)
        if moved := _moved(request, house, _customers(house).show(number)):
            return moved
        verb(number)
    return see_other(request, _path(house, number))


def _later(
    request: Request, house: House, ticket: Ticket, flood: TooMany, text: str = "", had_files: bool = False
) -> Response:
    """The page as it was filled in, and when it can be sent."""
    said = i18n.translation(request.language)
    minutes = -(-flood.retry_after // 60)
    told = said.ngettext(
        "Too much was sent from your address lately. Please try again in %(num)s minute.",
        "Too much was sent from your address lately. Please try again in %(num)s minutes.",
        minutes,
    ) % {"num": minutes}
    if had_files:
        told += " " + said.gettext("Please choose your files again.")
    headers = (("Retry-After", str(flood.retry_after)),)
    return _drawn(request, house, ticket, 429, text, told, headers=headers)


def _drawn(
    request: Request,
    house: House,
    ticket: Ticket,
    status: int = 200,
    text: str = "",
    problem: str = "",
    is_sent: bool = False,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The page; `text` is in the box, and `problem` beside it."""
    from helpdesk_lite.web.customers_thread import CustomersThread

    said = i18n.translation(request.language)
    key = house.desk.key(ticket.number)
    goes_on = _customers(house).goes_on_in(ticket)
    thread = CustomersThread(request, house, ticket, said, key)
    values: dict[str, Any] = {
        "number": ticket.number,
        "key": key,
        "subject": ticket.inquiry.head.subject,
        "state": ticket.place.state,
        "state_words": state_words(house, ticket, said, goes_on is not None),
        "goes_on": goes_on,
        "goes_on_way": request.base + _path(house, goes_on) if goes_on else "",
        "is_closed": ticket.place.state == CLOSED,
        "may_write": _customers(house).may_write(ticket),
        "may_reopen": _customers(house).may_reopen(ticket),
        "story": thread.lines(),
        "fields": thread.fields(),
        "seen": len(ticket.entries),
        "again_words": _again(house.settings.reopen_days, said),
        "upload_mb": house.settings.upload_mb,
        "text": text,
        "problem": problem,
        "is_sent": is_sent,
    }
    return page(request, house, "status.html", values, status, headers=(*_UNSEEN, *headers))


def _again(days: int, said: Translation) -> str:
    """For how long a closed ticket can be opened again; "" if not at all."""
    text = said.ngettext(
        "You can open it again within %(num)s day.", "You can open it again within %(num)s days.", days
    )
    return text % {"num": days} if days else ""


def state_words(house: House, ticket: Ticket, said: Translation, is_merged: bool = False) -> Html:
    """How the ticket stands, as its customer may know it. `is_merged` is for one whose entries do not say so."""
    from helpdesk_lite.web import customers_thread, wording

    is_named = customers_thread.names_operators(house, ticket)
    doer = ticket.place.holder
    progress = ticket.inquiry.head.standing.progress  # the entries that tell it may not be among the customer's
    if is_merged or ticket.merged_into:
        text = said.gettext("We handle it together with another inquiry, since %(since)s")
    elif ticket.place.state == PENDING:
        text = said.gettext("Waiting for somebody here to read it")
    elif ticket.place.state != CLOSED and progress == WAITING:
        text = said.gettext("We are waiting for your answer")
    elif ticket.place.state != CLOSED and progress == RESOLVED:
        text = said.gettext("Done, we think. If it is not, please tell us below.")
    elif ticket.place.state != CLOSED:
        named = said.gettext("%(who)s has been on it since %(since)s")
        text = named if is_named else said.gettext("Somebody here has been on it since %(since)s")
    else:
        doer = next((entry.by for entry in reversed(ticket.entries) if entry.kind == "closed"), "")
        if doer == CUSTOMER:
            text = said.gettext("Closed by you, %(since)s")
        elif doer not in ("", DESK) and is_named:
            text = said.gettext("Closed by %(who)s, %(since)s")
        else:
            text = said.gettext("Closed, %(since)s")
    since = wording.time_element(ticket.since, house.clock(), said)
    return wording.sentence(text, who=customers_thread.operators_name(doer), since=since)
