"""The operators' lists: the pending queue, and the tickets they have.

Guarantee: the queue shows nothing of who asked; asking for it again costs next to nothing while it is unchanged (ETag,
RFC 9110, 8.8.3), and a ticket that somebody claims is gone from it at the next answer.
"""

from __future__ import annotations

from binascii import crc32

from helpdesk_lite.web import standing_words, wording
from helpdesk_lite.web.http import Response, quoted
from helpdesk_lite.web.pages.page import framed_page, page, signed_in
from helpdesk_lite.web.pages.queue_rows import at_a_glance, discreet, form_title
from helpdesk_lite.web.render import Html, escaped
from helpdesk_lite.web.robots import STOPPED
from helpdesk_lite.words import i18n, times, tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Head

PAGE = 50  # tickets
_MOST_COUNTED = 250  # tickets; beyond that nobody needs the number, and counting would cost more than the page
_MOST_NOTICES = 5


def queue(request: Request, house: House) -> Response:
    """A page of pending tickets, oldest first; 304 if the browser has it as it is now."""
    after = tracking.read_number(request.query.get("after", "")) or ""
    said = i18n.translation(request.language)
    notices = _notices(request, house, said)
    stopped = _stopped(house, said)
    etag = _etag(request, house, after, (notices, stopped))
    if etag in request.header("If-None-Match"):
        return _unchanged(etag)
    heads = house.desk.queue(after, PAGE + 1, signed_in(request))
    shape, holes = _listed(request, house, heads, after, said)
    holes["stopped"] = stopped
    holes["notices"] = house.render.each("pages/notice.html", request.language, request.base, {}, notices)
    return framed_page(request, house, "queue.html", shape, holes, "queue", (("ETag", etag),))


def mine(request: Request, house: House) -> Response:
    """A page of the tickets this operator has: critical ones first, then overdue ones, in each the oldest first."""
    after = request.query.get("after", "")
    said = i18n.translation(request.language)
    now = house.clock()
    titles = house.categories.titles()
    held, following = house.lists.mine(signed_in(request), after, PAGE)
    tickets = []
    for ticket in held:
        head = ticket.inquiry.head
        since = wording.time_element(ticket.since, now, said)
        when = wording.sentence(said.gettext("Yours since %(since)s"), since=since)
        title = form_title(head, said)
        marks = standing_words.shown(ticket, now, said, titles)
        tickets.append((head.number, head.subject, title, when, marks))
    values = {"tickets": tickets, "is_first": not after, "next": f"?after={following}" if following else ""}
    return page(request, house, "mine.html", values, here="mine")


def _listed(
    request: Request, house: House, heads: list[Head], after: str, said: Translation
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the queue's template looks at, and what it only prints."""
    now = house.clock()
    shown = [_row(head, now, said) for head in heads[:PAGE]]
    here = f"{request.base}/queue"
    may = {"may_claim": house.desk.may(signed_in(request), "claim")}
    shape = {"is_empty": not shown, "is_first": not after, "has_next": len(heads) > PAGE}
    holes = {
        "waiting": _waiting(request, house, said),
        "rows": house.render.each("pages/row.html", request.language, request.base, may, shown),
        "here_address": here + (f"?after={after}" if after else ""),
        "next": f"{here}?after={shown[-1]['number']}" if shown else here,
    }
    return shape, holes


def _waiting(request: Request, house: House, said: Translation) -> str:
    """How many tickets are pending, in words; to who sees some only, which ones."""
    operator = signed_in(request)
    if operator.categories and not operator.is_admin:
        return said.gettext("Tickets about %(categories)s") % {"categories": ", ".join(operator.categories)}
    count = house.store.count_pending(_MOST_COUNTED + 1)
    if count > _MOST_COUNTED:
        return said.gettext("More than %(num)s tickets are waiting") % {"num": _MOST_COUNTED}
    return said.ngettext("%(num)s ticket is waiting", "%(num)s tickets are waiting", count) % {"num": count}


def _row(head: Head, now: float, said: Translation) -> dict[str, str]:
    count = head.attachments
    files = said.ngettext("%(num)s attachment", "%(num)s attachments", count) % {"num": count} if count else ""
    return {
        "number": head.number,
        "subject": at_a_glance(discreet(head.subject, said)),
        "form": form_title(head, said),
        "received": times.iso(head.received_at),
        "age": wording.age(now - head.received_at, said),
        "attachments": files,
        "marks": standing_words.marks(head.standing, now, said),
    }


def _notices(request: Request, house: House, said: Translation) -> list[dict[str, str]]:
    """What needs a person: broken forms and held letters."""
    found = []
    for name in house.forms.broken(request.language)[:_MOST_NOTICES]:
        words = said.gettext("The form %(name)s has mistakes, so customers cannot use it. This says where: %(command)s")
        command = Html(f"<code>helpdesk-lite form check {escaped(name)}</code>")
        told = wording.sentence(words, name=name, command=command)
        is_admin = request.operator is not None and request.operator.is_admin
        way = f"{request.base}{'/administration' if is_admin else ''}/forms/{quoted(name)}"
        found.append({"words": told, "way": way, "way_words": said.gettext("Look")})
    held = house.outbox.counts()[1]
    if held:
        text = said.ngettext("%(num)s letter could not be sent.", "%(num)s letters could not be sent.", held)
        way = f"{request.base}/outbox"
        found.append({"words": text % {"num": held}, "way": way, "way_words": said.gettext("Look in the outbox")})
    kept = house.count_kept()
    if kept:
        text = said.ngettext("%(num)s letter was kept aside.", "%(num)s letters were kept aside.", kept)
        way = f"{request.base}/intake"
        found.append({"words": text % {"num": kept}, "way": way, "way_words": said.gettext("Look")})
    return found


def _stopped(house: House, said: Translation) -> str:
    """What was kept out lately, so that it can be noticed when it was not a robot."""
    count = sum(house.limits.stopped(kind) for kind in STOPPED)
    if not count:
        return ""
    text = said.ngettext(
        "%(num)s submission was sent back as a robot's in the last two hours.",
        "%(num)s submissions were sent back as robots' in the last two hours.",
        count,
    )
    return text % {"num": count}


def _etag(request: Request, house: House, after: str, told: object) -> str:
    """Changes with all that the page shows; ages are told anew every minute."""
    who = request.operator
    minute = int(house.clock() // wording.MINUTE)
    facts = (house.store.version(), who, after, request.language, request.base, house.settings.name, told, minute)
    return f'"{crc32(repr(facts).encode("utf-8", "replace")):08x}"'


def _unchanged(etag: str) -> Response:
    response = Response(304, headers=(("ETag", etag),))
    bodily = ("Content-Type", "Content-Length")
    response.headers = [(name, value) for name, value in response.headers if name not in bodily]
    return response
