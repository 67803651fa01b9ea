"""Tickets in lists: which ones, in which order, a page at a time; and how many there are of each kind.

Guarantee: a page goes on behind a ticket, never behind a count, so what comes and goes meanwhile neither repeats nor
hides one; of closed tickets no more are looked at than a page needs, or `MOST_LOOKED_AT`. A list shows what the
operator may know (desk), and of what they may not open no more than that it is there. It draws nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.standing import CRITICAL, HIGH, HIGHEST, LOW, NORMAL, RESOLVED, WAITING
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.ticket import Head, Ticket

OPEN, PROGRESS = "open", "progress"  # whatever is not closed; somebody is at work on it
STATES = (OPEN, PENDING, PROGRESS, WAITING, RESOLVED, CLOSED)
OVERDUE, TODAY, WEEK, NONE = DUE = ("overdue", "today", "week", "none")
BY_PRIORITY, ARRIVAL, BY_DUE = SORTS = ("priority", "arrival", "due")  # the first is the usual one
NO_CATEGORY = "-"  # as a wanted category; no category's name begins so
MOST_LOOKED_AT = 2000  # closed tickets for one page
_RANKS = (CRITICAL, HIGH, NORMAL, LOW)
_DAY = 86_400
_NEVER = 1 << 40
_MONDAY = 4 * _DAY  # the epoch began on a Thursday


class Wanted(NamedTuple):
    """Which tickets, in which order; "" and 0 stand for any.

    `state` is one of STATES, `due` of DUE, `sort` of SORTS. `is_for_me`: in the operator's categories, up to their
    level, and not put off. `month` (`2026-11`, of closing) is of closed tickets alone, which come newest first always;
    "" is the newest.
    """

    state: str = OPEN
    category: str = ""
    level: int = 0
    holder: str = ""
    priority: str = ""
    due: str = ""
    sort: str = BY_PRIORITY
    is_for_me: bool = False
    month: str = ""


class Row(NamedTuple):
    """A ticket in a list. `may_open`: the operator may see the ticket itself. `since`: how long it has stood so.

    `done_by`: who resolved or closed it (Ticket).
    """

    head: Head
    place: Place
    may_open: bool
    since: int = 0
    done_by: str = ""

    @property
    def state(self) -> str:
        """One of STATES, but open."""
        if self.place.state != CLAIMED:
            return self.place.state
        return self.head.standing.progress or PROGRESS


class Page(NamedTuple):
    """Some rows; `next` is behind what the list goes on, "" at its end. `is_cut`: the search ended, not the page."""

    rows: list[Row]
    next: str = ""
    is_cut: bool = False


class Tally(NamedTuple):
    """How many tickets of a place are of each progress, category and level; when those of each category and level are
    due, in order; a head per category; and those that are, or were, put off."""

    counts: Counter[tuple[str, str, int]]
    due: dict[tuple[str, int], list[int]]
    heads: dict[str, Head]
    put_off: list[Head]


class Counts(NamedTuple):
    """What waits for an operator. `overdue` are theirs, `overdue_new` those of `new`. `pending` is by category ("" for
    none), of those they work in."""

    new: int
    mine: int
    waiting: int
    resolved: int
    overdue: int
    overdue_new: int
    pending: dict[str, int]


class Lists:
    """Lists of the desk's tickets. `clock` tells the seconds UTC."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock
        self._tallies: dict[Place, _Counted] = {}

    def page(self, wanted: Wanted, operator: Operator, after: str = "", limit: int = 50) -> Page:
        """Up to `limit` rows behind `after` (the `next` of another page)."""
        if wanted.state == CLOSED:
            return self._closed_page(wanted, operator, after, limit)
        rows = self._sorted(wanted, operator)
        if after:
            rows = [row for row in rows if _order(row.head, wanted.sort) > _key(after)]
        shown = [self._told(row) for row in rows[:limit]]
        return Page(shown, _cursor(shown[-1].head, wanted.sort) if len(rows) > limit else "")

    def mine(self, operator: Operator, after: str = "", limit: int = 50) -> tuple[list[Ticket], str]:
        """Up to `limit` tickets that the operator has, and what the list goes on behind, "" at its end.

        Critical ones first, then overdue ones, then the others; in each, oldest first.
        """
        place, now = Place(CLAIMED, operator.name), self._clock()
        keys = sorted((_urgency(head, now), head.number) for head in self._desk.store.heads(place))
        keys = [key for key in keys if not after or key > _key(after)]
        found = []
        for _, number in keys[:limit]:
            with suppress(DeskError):  # it is damaged, which `verify` tells
                found.append(self._desk.store.read(number))
        following = "{}~{}".format(*keys[limit - 1]) if len(keys) > limit else ""
        return [ticket for ticket in found if ticket.place == place], following

    def every(self, wanted: Wanted, operator: Operator) -> Iterator[Row]:
        """All rows, one after the other; of closed ones those of the month."""
        closed = (row for _, row in self._closed(wanted, operator, "") if row is not None)
        return map(self._told, closed if wanted.state == CLOSED else self._sorted(wanted, operator))

    def months(self) -> list[str]:
        """The months in which tickets were closed, the newest first."""
        return self._desk.store.months()

    def categories(self) -> list[str]:
        """The categories of all open tickets."""
        return sorted({name for place in self._places(Wanted()) for name in self.tally(place).heads if name})

    def counts(self, operator: Operator) -> Counts:
        """What waits for the operator: asked of what is remembered, so it costs little however many there are."""
        queue, own = self.tally(QUEUE), self.tally(Place(CLAIMED, operator.name))
        seen = {name: self._is_seen(operator, head, QUEUE) for name, head in queue.heads.items()}
        theirs = {name for name, is_seen in seen.items() if is_seen and _is_theirs(operator, name)}
        pending: Counter[str] = Counter()
        new, now = 0, self._clock()
        for (_, name, level), count in queue.counts.items():
            if name in theirs:
                pending[name] += count
                new += count if level <= operator.level else 0
        asleep = [head for head in queue.put_off if _is_for(operator, theirs, head) and not _is_awake(head, now)]
        late = _count_late(queue, now, theirs, operator.level)
        late -= sum(_is_due(head.standing.due_at, OVERDUE, now) for head in asleep)
        by_progress: Counter[str] = Counter()
        for (progress, _, _), count in own.counts.items():
            by_progress[progress] += count
        return Counts(
            new=new - len(asleep),
            mine=by_progress[""],
            waiting=by_progress[WAITING],
            resolved=by_progress[RESOLVED],
            overdue=_count_late(own, now),
            overdue_new=late,
            pending=dict(sorted(pending.items())),
        )

    def count_overdue(self, operator: Operator) -> int:
        """How many open tickets are overdue, whoever has them, of those that the operator may know of."""
        now, found = self._clock(), 0
        for place in self._places(Wanted()):
            tally = self.tally(place)
            known = {name for name, _ in tally.due if self._is_seen(operator, tally.heads[name], place)}
            found += _count_late(tally, now, known)
        return found

    def tally(self, place: Place) -> Tally:
        """What is in the queue, or what somebody has, in numbers."""
        parts = self._desk.store.parts(place)
        known = self._tallies.get(place, _NOTHING)
        if known.parts is not parts:
            before = {id(part): tally for part, tally in zip(known.parts, known.tallies, strict=True)}
            tallies = [before.get(id(part)) or _tally(part) for part in parts]
            known = self._tallies[place] = _Counted(parts, tallies, _sum(tallies))
        return known.whole

    def _places(self, wanted: Wanted) -> list[Place]:
        """Where the open tickets lie that may be wanted."""
        holders = [name for name in self._desk.store.holders() if wanted.holder in ("", name)]
        claimed = [Place(CLAIMED, name) for name in holders] if wanted.state != PENDING else []
        return ([QUEUE] if wanted.state in (OPEN, PENDING) and not wanted.holder else []) + claimed

    def _sorted(self, wanted: Wanted, operator: Operator) -> list[Row]:
        rows = [row for place in self._places(wanted) for row in self._of(place, wanted, operator)]
        return sorted(rows, key=lambda row: _order(row.head, wanted.sort))

    def _of(self, place: Place, wanted: Wanted, operator: Operator) -> Iterator[Row]:
        """The wanted tickets of a place that the operator may know of. What they may depends on the category alone."""
        known: dict[str, tuple[bool, bool]] = {}
        now = self._clock()
        for head in self._desk.store.heads(place):
            if _is_wanted(head, wanted, operator, now) and wanted.state in (OPEN, Row(head, place, True).state):
                name = head.about
                if name not in known:
                    known[name] = (self._is_seen(operator, head, place), self._may_open(operator, head, place))
                if known[name][0]:
                    yield Row(head, place, known[name][1])

    def _closed_page(self, wanted: Wanted, operator: Operator, after: str, limit: int) -> Page:
        rows: list[Row] = []
        looked_at = 0
        last = after
        for number, row in self._closed(wanted, operator, after):
            if len(rows) == limit or looked_at == MOST_LOOKED_AT:
                return Page(rows, last, is_cut=len(rows) < limit)
            looked_at, last = looked_at + 1, number
            if row is not None:
                rows.append(self._told(row))
        return Page(rows)

    def _closed(self, wanted: Wanted, operator: Operator, before: str) -> Iterator[tuple[str, Row | None]]:
        """The closed tickets of the month, each with its row if it is wanted."""
        month = wanted.month or next(iter(self.months()), "")
        for head in self._desk.store.closed_in(month, before):
            yield head.number, self._closed_row(head, wanted, operator)

    def _closed_row(self, head: Head, wanted: Wanted, operator: Operator) -> Row | None:
        if head.standing.away or not _is_wanted(head, wanted, operator, self._clock()):
            return None  # spam and the bin have lists of their own
        try:
            place = self._desk.store.place(head.number)
        except DeskError:
            return None  # it has gone just now
        is_wanted = place.state == CLOSED and wanted.holder in ("", place.holder)
        is_seen = is_wanted and self._is_seen(operator, head, place)
        return Row(head, place, self._may_open(operator, head, place)) if is_seen else None

    def _told(self, row: Row) -> Row:
        """The row with since when the ticket stands so, and who has done that."""
        try:
            ticket = self._desk.store.read(row.head.number)
            return row._replace(since=ticket.progress_at, done_by=ticket.done_by)
        except DeskError:
            return row._replace(since=row.head.received_at)  # it moved on, or is damaged, which `verify` tells

    def _is_seen(self, operator: Operator, head: Head, place: Place) -> bool:
        """Whether the operator may know that the ticket is there: they could see it in the queue."""
        return self._may_open(operator, head, place) or self._desk.may(operator, "show", head)

    def _may_open(self, operator: Operator, head: Head, place: Place) -> bool:
        return self._desk.may(operator, "show", head, place)


class _Counted(NamedTuple):
    """The parts of a place (Store.parts) as they were, the tally of each, and the tally of all."""

    parts: list[list[Head]]
    tallies: list[Tally]
    whole: Tally


def _tally(heads: list[Head]) -> Tally:
    due: dict[tuple[str, int], list[int]] = defaultdict(list)
    for head in heads:
        if head.standing.due_at:
            due[head.about, head.standing.level].append(head.standing.due_at)
    return Tally(
        Counter((head.standing.progress, head.about, head.standing.level) for head in heads),
        {key: sorted(times) for key, times in due.items()},
        {head.about: head for head in heads},
        [head for head in heads if head.standing.wakes_at],
    )


def _sum(tallies: list[Tally]) -> Tally:
    counts: Counter[tuple[str, str, int]] = Counter()
    due: dict[tuple[str, int], list[int]] = defaultdict(list)
    heads: dict[str, Head] = {}
    for one in tallies:
        counts.update(one.counts)
        heads.update(one.heads)
        for key, times in one.due.items():
            due[key] += times
    put_off = [head for one in tallies for head in one.put_off]
    return Tally(counts, {key: sorted(times) for key, times in due.items()}, heads, put_off)


_NOTHING = _Counted([], [], _sum([]))


def _count_late(tally: Tally, now: float, categories: Container[str] | None = None, level: int = HIGHEST) -> int:
    """How many are overdue; of these categories (None: of any), up to this level."""
    return sum(
        bisect_left(times, now)
        for (name, at), times in tally.due.items()
        if at <= level and (categories is None or name in categories)
    )


def _is_for(operator: Operator, categories: Container[str], head: Head) -> bool:
    return head.about in categories and head.standing.level <= operator.level


def _is_theirs(operator: Operator, name: str) -> bool:
    return not name or not operator.categories or name in operator.categories


def _is_awake(head: Head, now: float) -> bool:
    """Whether it is not put off until later."""
    return head.standing.wakes_at <= now


def _is_wanted(head: Head, wanted: Wanted, operator: Operator, now: float) -> bool:
    """Whether the ticket is one of them, as far as its head tells."""
    about, level = head.about, head.standing.level
    return (
        (not wanted.category or about == wanted.category.removeprefix(NO_CATEGORY))
        and wanted.level in (0, level)
        and wanted.priority in ("", head.standing.priority)
        and (not wanted.is_for_me or (_is_theirs(operator, about) and level <= operator.level and _is_awake(head, now)))
        and (not wanted.due or _is_due(head.standing.due_at, wanted.due, now))
    )


def _is_due(at: int, wanted: str, now: float) -> bool:
    """Whether what is due at this moment (0: never) is overdue, due today, this week (Monday to Sunday), or not."""
    today = int(now) // _DAY * _DAY
    next_monday = (int(now) - _MONDAY) // (7 * _DAY) * 7 * _DAY + _MONDAY + 7 * _DAY
    return {
        OVERDUE: 0 < at < now,
        TODAY: today <= at < today + _DAY,
        WEEK: today <= at < next_monday,
        NONE: not at,
    }[wanted]


def _order(head: Head, sort: str) -> tuple[int, str]:
    if sort == BY_PRIORITY:
        return _RANKS.index(head.standing.priority), head.number
    return (head.standing.due_at or _NEVER if sort == BY_DUE else 0), head.number


def _urgency(head: Head, now: float) -> int:
    if head.standing.priority == CRITICAL:
        return 0
    return 1 if _is_due(head.standing.due_at, OVERDUE, now) else 2


def _key(after: str) -> tuple[int, str]:
    """What `_cursor` wrote; of anything else something that does no harm."""
    value, _, number = after.rpartition("~")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 14 else 0, number


def _cursor(head: Head, sort: str) -> str:
    """What stands for the row in the address of the next page."""
    return f"{_order(head, sort)[0]}~{head.number}"
