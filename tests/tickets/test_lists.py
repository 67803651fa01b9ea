"""Tickets in lists: which ones, in which order, how many; and what may not be seen in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.store import fanout
from helpdesk_lite.tickets import lists
from helpdesk_lite.tickets.lists import Lists, Wanted
from helpdesk_lite.words.rights import SUPERVISOR
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests import examples
from tests.examples import ADMIN, BOB, INES, NOON

DAY = 86_400
BILLER = INES._replace(categories=("billing",), level=1)


class Listed:
    """A desk whose lists are asked, with tickets as a test needs them."""

    def __init__(self, folder: Path) -> None:
        self.house = assemble.house(make_desk(str(folder)))
        self.now = float(NOON)
        self.lists = Lists(self.house.desk, lambda: self.now)

    def ticket(self, place=QUEUE, category="", subject="The printer is on fire", **standing):
        """A ticket at this place, standing so; its number."""
        number = examples.number(NOON)
        inquiry = examples.inquiry(number, subject)
        inquiry = inquiry._replace(head=inquiry.head._replace(category=category))
        with self.house.store.locked(number):
            self.house.store.add(inquiry, examples.entry(number), lambda: [examples.MESSAGE])
            now = Standing(**standing)
            if place != QUEUE or now != USUAL:
                entry = examples.entry(number, "moved", "ines")._replace(standing=now)
                self.house.store.move(number, QUEUE, place, entry)
        return number

    def numbers(self, operator=ADMIN, after="", limit=50, **wanted):
        return [row.head.number for row in self.lists.page(Wanted(**wanted), operator, after, limit).rows]


@pytest.fixture
def desk(tmp_path):
    return Listed(tmp_path / "desk")


MINE, HIS = Place(CLAIMED, "ines"), Place(CLAIMED, "bob")


@pytest.fixture
def kinds(desk):
    """A ticket of each state."""
    return {
        "pending": desk.ticket(),
        "progress": desk.ticket(MINE),
        "waiting": desk.ticket(MINE, progress="waiting"),
        "resolved": desk.ticket(HIS, progress="resolved"),
        "closed": desk.ticket(Place(CLOSED, "bob")),
    }


@pytest.mark.parametrize("holder", ["nobody", "../pending", "bob/../ines", ".", "..", "\0"])
def test_what_names_no_holder_has_no_tickets(desk, kinds, holder):
    assert desk.numbers(holder=holder) == []


def test_a_list_is_of_one_state_or_of_all_that_are_open(desk, kinds):
    for state, number in kinds.items():
        assert desk.numbers(state=state) == [number]
    assert desk.numbers() == sorted(number for state, number in kinds.items() if state != "closed")
    states = [row.state for row in desk.lists.page(Wanted(), ADMIN).rows]
    assert states == ["pending", "progress", "waiting", "resolved"]


def test_a_list_is_of_whoever_has_them_or_had(desk, kinds):
    assert desk.numbers(holder="ines") == [kinds["progress"], kinds["waiting"]]
    assert desk.numbers(holder="bob", state="closed") == [kinds["closed"]]
    assert desk.numbers(holder="ines", state="closed") == []
    assert desk.numbers(holder="nobody") == []


def test_a_list_is_of_a_category_its_forms_or_another(desk):
    by_form, by_hand, none = desk.ticket(category="billing"), desk.ticket(category="billing"), desk.ticket()
    moved = desk.ticket(category="billing")
    with desk.house.store.locked(moved):
        entry = examples.entry(moved, "marked", "ines")._replace(standing=Standing(category="paper"))
        desk.house.store.move(moved, QUEUE, QUEUE, entry)
    assert desk.numbers(category="billing") == [by_form, by_hand]
    assert desk.numbers(category="paper") == [moved]
    assert desk.numbers(category=lists.NO_CATEGORY) == [none]
    assert desk.lists.categories() == ["billing", "paper"]


def test_a_list_is_of_a_level_or_a_priority(desk):
    one, high = desk.ticket(), desk.ticket(level=2, priority="high")
    assert desk.numbers(level=2) == desk.numbers(priority="high") == [high]
    assert desk.numbers(level=1) == desk.numbers(priority="normal") == [one]


def test_a_list_is_of_what_is_due(desk):
    """The 21st of November 2026 is a Saturday."""
    moments = {"past": -DAY, "earlier": -3600, "today": 3600, "sunday": DAY, "monday": 2 * DAY}
    made = {name: desk.ticket(due_at=NOON + after) for name, after in moments.items()}
    never = desk.ticket()
    assert desk.numbers(due="overdue") == [made["past"], made["earlier"]]
    assert desk.numbers(due="today") == [made["earlier"], made["today"]]
    assert desk.numbers(due="week") == [made["earlier"], made["today"], made["sunday"]]
    assert desk.numbers(due="none") == [never]


@pytest.mark.parametrize("sort", lists.SORTS)
def test_pages_go_on_behind_what_was_shown_whatever_comes_and_goes(desk, sort):
    order = [("critical", 5), ("critical", 0), ("high", 9), ("normal", 1), ("normal", 0), ("low", 2), ("low", 2)]
    made = [desk.ticket(priority=name, due_at=NOON + day * DAY if day else 0) for name, day in order]
    wanted = Wanted(sort=sort)
    first = desk.lists.page(wanted, ADMIN, "", 3)
    shown = [row.head.number for row in first.rows]
    desk.house.desk.claim(shown[-1], INES)  # what the next page goes on behind is elsewhere now
    rest = desk.lists.page(wanted, ADMIN, first.next, 50)
    assert not rest.next
    due = {number: day or 99 for number, (_, day) in zip(made, order, strict=True)}
    by = {"arrival": made, "priority": made, "due": sorted(made, key=lambda number: (due[number], number))}[sort]
    assert shown + [row.head.number for row in rest.rows] == by


def test_closed_ones_are_told_newest_first_a_page_at_a_time(desk):
    made = [desk.ticket(Place(CLOSED, "ines"), priority="low" if index % 2 else "high") for index in range(6)]
    first = desk.lists.page(Wanted("closed"), ADMIN, "", 4)
    assert [row.head.number for row in first.rows] == made[:1:-1]
    assert desk.numbers(state="closed", after=first.next) == made[1::-1]
    assert desk.numbers(state="closed", priority="low") == made[5::-2]
    assert desk.numbers(state="closed", month="2026-10") == []
    assert desk.lists.months() == ["2026-11"]


def test_spam_is_none_of_the_closed(desk):
    desk.ticket(Place(CLOSED, "ines"), away="spam")
    assert desk.numbers(state="closed") == []


def test_a_search_among_the_closed_ends_and_can_go_on(desk, monkeypatch):
    monkeypatch.setattr(lists, "MOST_LOOKED_AT", 3)
    rare, *_ = (desk.ticket(Place(CLOSED, "ines"), priority="low" if index == 0 else "normal") for index in range(5))
    wanted = Wanted("closed", priority="low")
    first = desk.lists.page(wanted, ADMIN)
    assert (first.rows, first.is_cut) == ([], True)
    second = desk.lists.page(wanted, ADMIN, first.next)
    assert [row.head.number for row in second.rows] == [rare]
    assert not (second.next or second.is_cut)


def test_since_when_it_stands_so(desk):
    number = desk.ticket()
    desk.house.desk.claim(number, INES)
    (row,) = desk.lists.page(Wanted(holder="ines"), ADMIN).rows
    assert row.since == desk.house.store.read(number).since


def test_what_somebody_else_has_can_be_known_of_but_not_opened(desk, kinds):
    rows = {row.head.number: row.may_open for row in desk.lists.page(Wanted(), INES).rows}
    assert rows == {kinds[state]: state != "resolved" for state in ("pending", "progress", "waiting", "resolved")}
    (closed,) = desk.lists.page(Wanted("closed"), INES).rows
    assert not closed.may_open


def test_what_is_for_me_is_in_my_categories_up_to_my_level(desk):
    mine = [desk.ticket(category="billing"), desk.ticket()]
    desk.ticket(category="paper")
    desk.ticket(category="billing", level=2)
    assert desk.numbers(BILLER, is_for_me=True) == mine


def test_everything_is_told_without_pages(desk):
    made = [desk.ticket() for _ in range(3)]
    assert [row.head.number for row in desk.lists.every(Wanted(), ADMIN)] == made


def test_mine_begin_with_what_is_critical_then_overdue(desk):
    usual = desk.ticket(MINE)
    overdue = desk.ticket(MINE, due_at=NOON - 1)
    later = desk.ticket(MINE, due_at=NOON + DAY, priority="high")
    critical = desk.ticket(MINE, priority="critical")
    desk.ticket(HIS, priority="critical")
    both = desk.ticket(MINE, priority="critical", due_at=NOON - 1)
    order = [critical, both, overdue, usual, later]
    whole, following = desk.lists.mine(INES)
    assert ([ticket.number for ticket in whole], following) == (order, "")
    shown, after = [], ""
    while True:
        page, after = desk.lists.mine(INES, after, 2)
        shown += [ticket.number for ticket in page]
        if not after:
            break
    assert shown == order


class TestCounts:
    def test_an_empty_desk_has_nothing_for_anybody(self, desk):
        assert desk.lists.counts(INES) == (0, 0, 0, 0, 0, 0, {})

    def test_what_waits_for_me(self, desk, kinds):
        desk.ticket(MINE, due_at=NOON - 1)
        desk.ticket(HIS, due_at=NOON - 1)
        assert desk.lists.counts(INES) == (1, 2, 1, 0, 1, 0, {"": 1})
        assert desk.lists.counts(BOB)[1:5] == (1, 0, 1, 1)

    def test_what_is_pending_where_i_work(self, desk):
        for category, level in (("billing", 1), ("billing", 2), ("paper", 1), ("", 1)):
            desk.ticket(category=category, level=level)
        counts = desk.lists.counts(BILLER)
        assert (counts.new, counts.pending) == (2, {"": 1, "billing": 2})
        assert counts.new == len(desk.numbers(BILLER, state="pending", is_for_me=True))

    def test_what_is_put_off_is_not_new_until_its_time(self, desk):
        desk.ticket(wakes_at=NOON + 60)
        assert (desk.lists.counts(INES).new, desk.numbers(INES, state="pending", is_for_me=True)) == (0, [])
        assert desk.lists.counts(INES).pending == {"": 1}
        desk.now += 61
        assert desk.lists.counts(INES).new == len(desk.numbers(INES, state="pending", is_for_me=True)) == 1

    def test_they_are_counted_anew_only_if_something_has_changed(self, desk, kinds):
        assert desk.lists.tally(MINE) is desk.lists.tally(MINE)
        before = desk.lists.tally(MINE)
        desk.house.desk.claim(kinds["pending"], INES)
        assert desk.lists.tally(MINE) is not before
        assert desk.lists.counts(INES).mine == 2

    def test_what_has_not_changed_is_not_counted_again(self, desk, monkeypatch):
        counted = []
        monkeypatch.setattr(lists, "_tally", lambda part, count=lists._tally: counted.append(len(part)) or count(part))
        monkeypatch.setattr(fanout, "FULL", 2)  # entries of a folder, before it goes on in subfolders
        number = [desk.ticket(MINE, due_at=NOON - 1) for _ in range(4)][-1]
        assert desk.lists.counts(INES)[1:5] == (4, 0, 0, 4)
        assert counted == [2, 2]
        desk.house.handling.wait(number, INES)
        assert desk.lists.counts(INES)[1:5] == (3, 1, 0, 4)
        assert counted == [2, 2, 2]

    def test_what_is_overdue_is_counted_as_the_lists_have_it(self, desk):
        chief = BILLER._replace(role=SUPERVISOR)
        for place, category, level, wakes_at in (
            (QUEUE, "billing", 1, 0),
            (QUEUE, "billing", 2, 0),
            (QUEUE, "", 1, NOON + 60),  # it is put off
            (QUEUE, "paper", 1, 0),
            (HIS, "billing", 1, 0),
            (HIS, "paper", 1, 0),
            (MINE, "paper", 2, 0),
        ):
            desk.ticket(place, category=category, level=level, wakes_at=wakes_at, due_at=NOON - 1)
            desk.ticket(place, category=category, level=level, wakes_at=wakes_at, due_at=NOON + 120)
        for who, late in ((BILLER, 1), (chief, 1), (ADMIN, 3)):
            pending = desk.numbers(who, state="pending", is_for_me=True, due="overdue")
            assert desk.lists.counts(who).overdue_new == len(pending) == late
        assert desk.lists.counts(chief).overdue == 1
        for who, late in ((chief, 5), (ADMIN, 7)):
            assert desk.lists.count_overdue(who) == len(desk.numbers(who, due="overdue")) == late

    def test_what_is_due_becomes_overdue_by_itself(self, desk):
        desk.ticket(MINE, due_at=NOON + 60)
        assert desk.lists.counts(INES).overdue == 0
        desk.now += 61
        assert desk.lists.counts(INES).overdue == 1
