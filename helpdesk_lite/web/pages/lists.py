"""Tickets in lists, by what stands in the address: as a page, as a table for spreadsheets, as JSON.

Guarantee: all three show the same tickets and no more than the operator may know (lists); nothing in a table is a
formula (web/spreadsheet). What in an address makes no sense counts as not said.
"""

from __future__ import annotations

import json

from helpdesk_lite.tickets import lists
from helpdesk_lite.web import spreadsheet, standing_words, wording
from helpdesk_lite.web.http import Response, quoted
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.web.pages.queue_rows import at_a_glance, discreet, form_title
from helpdesk_lite.words import i18n, times
from helpdesk_lite.words.i18n import N_
from helpdesk_lite.words.standing import HIGHEST, LONGEST_CATEGORY, PRIORITIES, RESOLVED, WAITING
from helpdesk_lite.words.ticket import CLOSED, PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from helpdesk_lite.tickets.lists import Row, Wanted
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.i18n import Translation

PAGE = 50  # tickets
STATES = {
    lists.OPEN: N_("All open tickets"),
    PENDING: N_("Pending"),
    lists.PROGRESS: N_("In progress"),
    WAITING: N_("Waiting for the customer"),
    RESOLVED: N_("Resolved"),
    CLOSED: N_("Closed"),
}
DUE = {
    lists.OVERDUE: N_("Overdue"),
    lists.TODAY: N_("Due today"),
    lists.WEEK: N_("Due this week"),
    lists.NONE: N_("Not due at a time"),
}
SORTS = {lists.BY_PRIORITY: N_("Priority"), lists.ARRIVAL: N_("Arrival"), lists.BY_DUE: N_("Due")}
_HEADS = (
    "number",
    "subject",
    "state",
    "holder",
    "category",
    "level",
    "priority",
    "due",
    "since",
    "received",
    "done_by",
)


def show(request: Request, house: House) -> Response:
    """A page of the list."""
    operator, said = signed_in(request), i18n.translation(request.language)
    wanted = read(request.query)
    found = house.lists.page(wanted, operator, request.query.get("after", ""), PAGE)
    said_so = _written(wanted)
    titles = house.categories.titles()
    values = {
        "rows": [row(one, house.clock(), said, titles) for one in found.rows],
        "title": title(wanted, said, titles),
        "wanted": wanted,
        "is_first": not request.query.get("after"),
        "is_cut": found.is_cut,
        "first": _query(said_so),
        "next": _query({**said_so, "after": found.next}) if found.next else "",
        "count_filters": len(said_so.keys() - {"state", "month", "sort"}),
        "months": _months(house, wanted, said_so, said) if wanted.state == CLOSED else None,
        "choices": _choices(house, wanted, said, titles),
    }
    return page(request, house, "lists.html", values, here="lists")


def as_csv(request: Request, house: House) -> Response:
    """The whole list (closed tickets: of its month) as a table (RFC 4180), marked as UTF-8 so that Excel sees it."""
    rows = house.lists.every(read(request.query), signed_in(request))
    said = i18n.translation(request.language)

    def pieces() -> Iterator[bytes]:
        yield spreadsheet.BEGIN + spreadsheet.line(_HEADS)
        for row in rows:
            told = _told(row, said)
            yield spreadsheet.line([str(told[name] or "") for name in _HEADS])

    name = (("Content-Disposition", 'attachment; filename="tickets.csv"'),)
    return Response(200, pieces(), type="text/csv; charset=utf-8", headers=name)


def as_json(request: Request, house: House) -> Response:
    """A page of the list as JSON: `tickets`, and `next`, the address of the next page (null: this is the last)."""
    wanted, said = read(request.query), i18n.translation(request.language)
    found = house.lists.page(wanted, signed_in(request), request.query.get("after", ""), PAGE)
    following = f"{request.base}/tickets.json{_query({**_written(wanted), 'after': found.next})}"
    told = {"tickets": [_told(row, said) for row in found.rows], "next": following if found.next else None}
    return Response(200, json.dumps(told, ensure_ascii=False) + "\n", type="application/json")


def read(query: dict[str, str]) -> Wanted:
    """What an address asks for."""
    level = query.get("level", "")
    month = query.get("month", "")
    return lists.Wanted(
        state=_one_of(lists.STATES, query.get("state", ""), lists.OPEN),
        category=query.get("category", "").strip()[:LONGEST_CATEGORY],
        level=int(level) if level.isascii() and level.isdigit() and len(level) == 1 else 0,
        holder=query.get("holder", "").strip(),
        priority=_one_of(PRIORITIES, query.get("priority", ""), ""),
        due=_one_of(lists.DUE, query.get("due", ""), ""),
        sort=_one_of(lists.SORTS, query.get("sort", ""), lists.BY_PRIORITY),
        is_for_me=query.get("for") == "me",
        month=month if len(month) == 7 and month[:4].isdigit() and month[4] == "-" and month[5:].isdigit() else "",
    )


def address(**wanted: Any) -> str:
    """The way to a list, below the desk's own address."""
    return "/tickets" + _query(_written(lists.Wanted(**wanted)))


def title(wanted: Wanted, said: Translation, titles: dict[str, str]) -> str:
    """What the list holds, in words. `titles` are what people call each category."""
    words = [said.gettext(STATES[wanted.state])]
    if wanted.is_for_me:
        words.append(said.gettext("for me"))
    if wanted.category:
        none = said.gettext("no category") if wanted.category == lists.NO_CATEGORY else wanted.category
        words.append(titles.get(wanted.category, none))
    if wanted.holder:
        words.append(wanted.holder)
    if wanted.level:
        words.append(said.gettext("level %(level)s") % {"level": wanted.level})
    if wanted.priority:
        words.append(said.gettext(standing_words.PRIORITIES[wanted.priority]).lower())
    if wanted.due:
        words.append(said.gettext(DUE[wanted.due]).lower())
    return ", ".join(words)


def row(one: Row, now: float, said: Translation, titles: dict[str, str]) -> dict[str, Any]:
    """A ticket as listed.html needs it. `titles` are what people call each category."""
    head = one.head
    words = {
        PENDING: said.gettext("Pending since %(since)s"),
        lists.PROGRESS: said.gettext("%(who)s has it since %(since)s"),
        WAITING: said.gettext("%(who)s waits for the customer since %(since)s"),
        RESOLVED: said.gettext("Resolved by %(who)s, %(since)s"),
        CLOSED: standing_words.closed(one.done_by, said),
    }[one.state]
    since = wording.time_element(one.since, now, said)
    return {
        "number": head.number,
        "subject": at_a_glance(_subject(one, said)),
        "may_open": one.may_open,
        "state": one.place.state,
        "state_words": wording.sentence(words, who=one.done_by or one.place.holder, since=since),
        "category": titles.get(head.about, head.about),
        "form": form_title(head, said),
        "marks": standing_words.marks(head.standing, now, said),
    }


def _told(row: Row, said: Translation) -> dict[str, Any]:
    """A ticket for scripts and tables."""
    now = row.head.standing
    return {
        "number": row.head.number,
        "subject": _subject(row, said),
        "state": row.state,
        "holder": row.place.holder,
        "category": row.head.about,
        "level": now.level,
        "priority": now.priority,
        "due": times.iso(now.due_at) if now.due_at else None,
        "since": times.iso(row.since),
        "done_by": row.done_by,
        "received": times.iso(row.head.received_at),
    }


def _subject(row: Row, said: Translation) -> str:
    """The subject; without addresses for those who may not know who wrote."""
    is_known = row.may_open and row.place.state != PENDING
    return row.head.subject if is_known else discreet(row.head.subject, said)


def _months(house: House, wanted: Wanted, said_so: dict[str, str], said: Translation) -> dict[str, str]:
    """The month that is shown, and the ways to the one before and the one after ("" for none)."""
    months = house.lists.months()
    shown = wanted.month or next(iter(months), "")
    older, newer = [one for one in months if one < shown], [one for one in months if one > shown]
    return {
        "shown": wording.month(shown, said) if shown else "",
        "older": _query({**said_so, "month": older[0]}) if older else "",
        "newer": _query({**said_so, "month": newer[-1]}) if newer else "",
    }


def _choices(
    house: House, wanted: Wanted, said: Translation, titles: dict[str, str]
) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen from, as values and words."""

    def in_words(texts: dict[str, str]) -> list[tuple[str, str]]:
        return [(value, said.gettext(text)) for value, text in texts.items()]

    asked = wanted.category.removeprefix(lists.NO_CATEGORY)
    categories = sorted({*titles, *house.lists.categories(), *filter(None, [asked])})
    holders = sorted({*house.operators.names(), *house.store.holders(), *filter(None, [wanted.holder])})
    return {
        "state": in_words(STATES),
        "due": in_words(DUE),
        "sort": in_words(SORTS),
        "priority": in_words(standing_words.PRIORITIES)[::-1],
        "level": [(str(level), str(level)) for level in range(1, HIGHEST + 1)],
        "holder": [(name, name) for name in holders],
        "category": [
            *((name, titles.get(name, name)) for name in categories),
            (lists.NO_CATEGORY, said.gettext("No category")),
        ],
    }


def _written(wanted: Wanted) -> dict[str, str]:
    """What differs from the usual, as it stands in an address."""
    usual = lists.Wanted()
    names = {"is_for_me": "for"}
    return {
        names.get(name, name): "me" if value is True else str(value)
        for name, value in wanted._asdict().items()
        if value != getattr(usual, name)
    }


def _query(said_so: dict[str, str]) -> str:
    return "?" * bool(said_so) + "&".join(f"{name}={quoted(value)}" for name, value in said_so.items())


def _one_of(known: tuple[str, ...], value: str, usual: str) -> str:
    return value if value in known else usual
