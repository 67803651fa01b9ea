"""What every store promises, told once and held by each."""

from __future__ import annotations

import threading

import pytest

from helpdesk_lite.store import fanout
from helpdesk_lite.store.flat import FlatStore
from helpdesk_lite.store.memory import MemoryStore
from helpdesk_lite.words.errors import TicketMoved, UnknownNumber
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, Place
from tests import examples

INES, BOB = Place(CLAIMED, "ines"), Place(CLAIMED, "bob")


@pytest.fixture
def clock():
    return [float(examples.NOON)]


@pytest.fixture(params=["flat", "flat and crowded", "memory"])
def store(request, tmp_path, clock, monkeypatch):
    if request.param == "memory":
        return MemoryStore(lambda: clock[0])
    if request.param == "flat and crowded":
        monkeypatch.setattr(fanout, "FULL", 2)
    flat = FlatStore(str(tmp_path), lambda: clock[0])
    flat.make_folders()
    return flat


@pytest.fixture
def number(store):
    """A pending ticket's number."""
    return add(store)


def add(store, number="", **about):
    number = number or examples.number()
    with store.locked(number):
        store.add(examples.inquiry(number, **about), examples.entry(number), lambda: [examples.MESSAGE])
    return number


def move(store, number, source, target, kind="claimed", by="ines", **about):
    with store.locked(number):
        store.move(number, source, target, examples.entry(number, kind, by, **about))


def test_a_new_ticket_is_in_the_queue(store, number):
    assert store.place(number) == QUEUE
    assert [head.number for head in store.pending()] == [number]


def test_the_inquiry_comes_back_as_it_was(store, number):
    assert store.read(number).inquiry == examples.inquiry(number)


def test_any_text_comes_back_as_it_was(store):
    number = examples.number()
    odd = "Grüße \\n \r\n\t\x00\x1b[31m\u2028 =?utf-8?q?x?= From x "
    inquiry = examples.inquiry(number, subject=odd)
    fields = (*inquiry.fields, inquiry.fields[2]._replace(name="größe[]: 100%", values=(odd, "", odd)))
    inquiry = inquiry._replace(fields=fields)
    with store.locked(number):
        store.add(inquiry, examples.entry(number), lambda: [examples.MESSAGE])
    assert store.read(number).inquiry == inquiry


def test_the_message_comes_back_byte_for_byte(store, number):
    message_id = store.read(number).entries[0].message_id
    with store.open_message(number, message_id) as message:
        assert message.read() == examples.MESSAGE


def test_a_message_of_another_ticket_is_not_found(store, number):
    with pytest.raises(KeyError):
        store.open_message(number, "<other@localhost>")


def test_many_messages_are_read_one_after_the_other(store, number):
    later = examples.entry(number, "letter", "customer")
    with store.locked(number):
        store.move(number, QUEUE, QUEUE, later, lambda: [b"Subject: again\n\n", b"From here too.\n"])
    ids = [store.read(number).entries[0].message_id, later.message_id]
    assert [file.read() for file in store.messages(number, ids)] == [
        examples.MESSAGE,
        b"Subject: again\n\nFrom here too.\n",
    ]
    with pytest.raises(KeyError):
        next(store.messages(number, ["<other@localhost>"]))


def test_a_number_is_taken_once(store, number):
    with store.locked(number), pytest.raises(FileExistsError):
        store.add(examples.inquiry(number), examples.entry(number), lambda: [examples.MESSAGE])


def test_a_new_ticket_may_be_somebodys_from_the_beginning(store):
    number = examples.number()
    entries = examples.entry(number), examples.entry(number, "claimed", "ines")
    with store.locked(number):
        store.add(examples.inquiry(number), entries[0], lambda: [examples.MESSAGE], entries[1])
    assert store.read(number).entries == entries
    assert (store.place(number), store.pending()) == (INES, [])
    assert [head.number for head in store.held_by("ines")] == [number]
    with store.locked(number), pytest.raises(FileExistsError):
        store.add(examples.inquiry(number), entries[0], lambda: [examples.MESSAGE], entries[1])
    move(store, number, INES, QUEUE, "released")
    assert store.place(number) == QUEUE


def test_a_claimed_ticket_leaves_the_queue_at_once(store, number):
    move(store, number, QUEUE, INES)
    assert store.pending() == []
    assert store.count_pending(100) == 0
    assert store.place(number) == INES
    assert [head.number for head in store.held_by("ines")] == [number]
    assert store.held_by("bob") == []


def test_what_somebody_has_is_told_in_parts(store):
    numbers = sorted(add(store) for _ in range(3))
    for number in numbers:
        move(store, number, QUEUE, INES)
    assert [head.number for head in store.held_by("ines", "", 2)] == numbers[:2]
    assert [head.number for head in store.held_by("ines", numbers[1], 2)] == numbers[2:]


def test_the_heads_of_a_place_are_those_of_its_tickets_as_they_are_now(store, number):
    other = add(store)
    assert [head.number for head in store.heads(QUEUE)] == sorted([number, other])
    move(store, number, QUEUE, INES)
    assert [head.number for head in store.heads(QUEUE)] == [other]
    with store.locked(number):
        entry = examples.entry(number, "marked", "ines")._replace(standing=Standing(priority="high"))
        store.move(number, INES, INES, entry)
    assert [head.standing.priority for head in store.heads(INES)] == ["high"]
    assert store.heads(INES) is store.heads(INES) or isinstance(store, MemoryStore)
    assert [head for part in store.parts(INES) for head in part] == store.heads(INES)
    assert store.heads(BOB) == []
    assert store.holders() == ["ines"]


def test_the_closed_are_told_by_month_and_backwards(store):
    numbers = sorted(add(store) for _ in range(4))
    for number in numbers:
        move(store, number, QUEUE, Place(CLOSED, "ines"), "closed")
    assert store.months() == ["2026-11"]
    assert [head.number for head in store.closed_in("2026-11")] == numbers[::-1]
    assert [head.number for head in store.closed_in("2026-11", numbers[3], 2)] == [numbers[2], numbers[1]]
    assert list(store.closed_in("2026-10")) == []


def test_a_move_from_where_the_ticket_is_not_says_where_it_is(store, number):
    move(store, number, QUEUE, INES, at=examples.NOON + 60)
    with pytest.raises(TicketMoved) as moved:
        move(store, number, QUEUE, BOB, by="bob")
    assert (moved.value.state, moved.value.holder, moved.value.since) == (CLAIMED, "ines", examples.NOON + 60)
    assert store.place(number) == INES


def test_a_ticket_goes_all_the_way_and_back(store, number):
    closed = Place(CLOSED, "ines")
    steps = [("claimed", QUEUE, INES), ("closed", INES, closed), ("reopened", closed, INES), ("released", INES, QUEUE)]
    for minute, (kind, source, target) in enumerate(steps):
        move(store, number, source, target, kind, at=examples.NOON + minute * 60)
        assert store.place(number) == target
    ticket = store.read(number)
    assert [entry.kind for entry in ticket.entries] == ["inquiry", "claimed", "closed", "reopened", "released"]
    assert ticket.since == examples.NOON + 180
    assert ticket.inquiry == examples.inquiry(number)


def test_what_is_added_to_a_ticket_leaves_since_when_it_lies_there(store, number):
    move(store, number, QUEUE, QUEUE, "note", at=examples.NOON + 60)
    assert store.read(number).since == examples.NOON
    move(store, number, QUEUE, INES, at=examples.NOON + 120)
    move(store, number, INES, INES, "answer", at=examples.NOON + 180)
    assert store.read(number).since == examples.NOON + 120


def test_an_entry_can_be_added_in_place(store, number):
    move(store, number, QUEUE, QUEUE, "found", text="Found here.\nFrom nowhere.")
    ticket = store.read(number)
    assert ticket.entries[-1].text == "Found here.\nFrom nowhere."
    assert ticket.place == QUEUE


def mark(store, number, at=examples.NOON, place=QUEUE, **standing):
    entry = examples.entry(number, "marked", at=at)._replace(standing=Standing(**standing))
    with store.locked(number):
        store.move(number, place, place, entry)


def test_the_queue_begins_with_what_is_critical_and_ends_with_what_can_wait(store, clock):
    usual, low, later, high, critical = numbers = [add(store, examples.number(clock[0] + at)) for at in range(5)]
    mark(store, low, priority="low")
    mark(store, later, priority="critical", wakes_at=int(clock[0]) + 60)
    mark(store, high, priority="high")
    mark(store, critical, priority="critical")
    assert [head.number for head in store.pending()] == [critical, high, usual, low, later]
    assert [head.number for head in store.pending(high, 2)] == [usual, low]
    move(store, high, QUEUE, INES)
    assert [head.number for head in store.pending(high, 2)] == [usual, low], "it has gone since the page was loaded"
    clock[0] += 60
    assert [head.number for head in store.pending()] == [later, critical, usual, low], "it is woken"
    for number in (low, later, critical):
        mark(store, number)
    assert [head.number for head in store.pending()] == [number for number in numbers if number != high]


def test_a_page_behind_a_ticket_that_was_raised_while_it_was_taken_goes_on_with_what_is_usual(store):
    usual, taken = (add(store, examples.number(examples.NOON + at)) for at in range(2))
    with store.locked(taken):
        raised = examples.entry(taken, "claimed", "ines")._replace(standing=Standing(priority="high"))
        store.move(taken, QUEUE, INES, raised)
    assert [head.number for head in store.pending(after=taken)] == [usual]


def test_what_was_resolved_long_ago_is_known(store, number):
    other = add(store)
    for one, at in ((number, examples.NOON), (other, examples.NOON + 60)):
        move(store, one, QUEUE, INES)
        mark(store, one, at, INES, progress="resolved")
    assert list(store.resolved(examples.NOON)) == [number]
    assert sorted(store.resolved(examples.NOON + 60)) == sorted([number, other])
    move(store, number, INES, Place(CLOSED, "ines"), "closed")
    assert list(store.resolved(examples.NOON + 60)) == [other]


@pytest.mark.parametrize("target", [QUEUE, INES])
def test_an_entry_changes_how_the_ticket_stands(store, number, target):
    now = Standing("waiting", 2, "high", "Größe 9", examples.NOON + 60, examples.NOON + 3600)
    later = now._replace(progress="", level=3)
    for source, goal, standing in ((QUEUE, target, now), (target, target, None), (target, QUEUE, later)):
        entry = examples.entry(number, "marked")._replace(standing=standing)
        with store.locked(number):
            store.move(number, source, goal, entry)
        ticket = store.read(number)
        assert ticket.entries[-1] == entry
        assert ticket.standing == ticket.inquiry.head.standing == standing or now
    assert store.pending()[0].standing == later
    assert store.read(number).inquiry.fields == examples.inquiry(number).fields


def test_a_ticket_is_as_usual_again(store, number):
    for standing in (Standing(priority="low"), USUAL):
        entry = examples.entry(number, "marked")._replace(standing=standing)
        with store.locked(number):
            store.move(number, QUEUE, QUEUE, entry)
    assert store.pending() == [examples.inquiry(number).head]
    assert [entry.standing for entry in store.read(number).entries] == [None, Standing(priority="low"), USUAL]


def test_a_new_ticket_can_stand_as_it_likes(store):
    number = examples.number()
    inquiry = examples.inquiry(number)
    inquiry = inquiry._replace(head=inquiry.head._replace(standing=Standing(priority="critical")))
    with store.locked(number):
        store.add(inquiry, examples.entry(number), lambda: [examples.MESSAGE])
    assert store.read(number).inquiry == inquiry
    assert store.read(number).entries[0].standing is None


@pytest.mark.parametrize("target", [QUEUE, INES])
def test_a_letter_comes_back_byte_for_byte(store, number, target):
    entry = examples.entry(number, "letter", "customer")._replace(
        message_id="<strange/id@example.com>", sender="Jane <jane@example.com>", people=("a@b", "c@d"), digest="ab" * 16
    )
    letter = b"From x\r\nFrom: jane@example.com\r\n\r\nFrom here\r\n>From there\r\n\xff\x00\r\n"
    with store.locked(number):
        store.move(number, QUEUE, target, entry, lambda: [letter[:20], letter[20:]])
    assert store.place(number) == target
    assert store.read(number).entries[-1] == entry
    with store.open_message(number, entry.message_id) as message:
        assert message.read() == letter
    with store.open_message(number, store.read(number).entries[0].message_id) as message:
        assert message.read() == examples.MESSAGE


def test_the_queue_is_in_order_of_arrival_and_read_in_pages(store):
    numbers = [add(store, examples.number(examples.NOON + second)) for second in range(7)]
    assert [head.number for head in store.pending(limit=3)] == numbers[:3]
    assert [head.number for head in store.pending(after=numbers[2], limit=3)] == numbers[3:6]
    assert [head.number for head in store.pending(after=numbers[6])] == []
    assert store.count_pending(100) == 7
    assert store.count_pending(5) == 5


@pytest.mark.parametrize("state", [PENDING, CLAIMED, CLOSED])
def test_numbers_lists_each_state(store, state):
    number = add(store)
    place = QUEUE if state == PENDING else Place(state, "ines")
    if place != QUEUE:
        move(store, number, QUEUE, place)
    assert list(store.numbers(state)) == [number]


@pytest.mark.parametrize("unknown", ["", "../secret", "2222-2222-2222", "3D9P-64M6-EPWV", "x" * 5000, "a\0b"])
def test_an_unknown_number_is_said_to_be_unknown(store, unknown):
    with pytest.raises(UnknownNumber):
        store.place(unknown)
    with pytest.raises(UnknownNumber):
        store.read(unknown)


def test_the_same_submission_is_known_for_a_day(store, clock):
    submission = "ab" * 16
    with store.once(submission) as before:
        assert before == ""
        number = add(store, submission=submission)
    with store.once(submission) as again:
        assert again == number
    clock[0] += 86_400 * 365
    with store.once(submission) as later:
        assert later == ""


def test_the_same_submission_after_closing_is_another(store):
    submission = "cd" * 16
    number = add(store, submission=submission)
    move(store, number, QUEUE, INES)
    move(store, number, INES, Place(CLOSED, "ines"), "closed")
    with store.once(submission) as again:
        assert again == ""


def test_the_version_changes_with_the_queue(store, number):
    before = store.version()
    assert store.version() == before
    move(store, number, QUEUE, INES)
    assert store.version() != before


def test_of_many_claimers_one_wins(store, number):
    won, lost = [], []
    start = threading.Barrier(8)

    def claim(name):
        start.wait()
        try:
            move(store, number, QUEUE, Place(CLAIMED, name), by=name)
            won.append(name)
        except TicketMoved as moved:
            lost.append(moved.holder)

    claimers = [threading.Thread(target=claim, args=(f"op{index}",)) for index in range(8)]
    for claimer in claimers:
        claimer.start()
    for claimer in claimers:
        claimer.join()
    assert len(won) == 1
    assert lost == won * 7


def test_what_was_put_away_is_known_newest_first(store, number):
    other = add(store, examples.number(examples.NOON + 1))
    for one in (number, other):
        with store.locked(one):
            entry = examples.entry(one, "spam", "ines")._replace(standing=Standing(away="spam"))
            store.move(one, QUEUE, Place(CLOSED, ""), entry)
    assert [head.number for head in store.put_away("spam")] == [other, number]
    assert [head.number for head in store.put_away("spam", limit=1)] == [other]
    assert [head.number for head in store.put_away("spam", before=other)] == [number]
    assert store.put_away("binned") == []
    with store.locked(number):
        entry = examples.entry(number, "restored", "ines")._replace(standing=Standing())
        store.move(number, Place(CLOSED, ""), QUEUE, entry)
    assert [head.number for head in store.put_away("spam")] == [other]


def test_what_is_erased_is_nobodys_but_happened_all_the_same(store, number):
    move(store, number, QUEUE, INES)
    move(store, number, INES, Place(CLOSED, "ines"), "closed")
    before = store.read(number)
    assert list(store.closed_until(examples.NOON)) == [number]
    for _ in range(2):
        with store.locked(number):
            store.erase(number, examples.entry(number, "erased", "ada"))
    after = store.read(number)
    assert after.place == before.place
    assert [entry[:4] for entry in after.entries[:3]] == [entry[:4] for entry in before.entries]
    assert (after.inquiry.customer, after.inquiry.fields) == (("", ""), ())
    with store.open_message(number, after.entries[0].message_id) as file:
        assert b"(erased)" in file.read()
    assert list(store.closed_until(examples.NOON)) == []
