"""The outbox: where a letter is at every step, and what a crash leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpdesk_lite.mail.outbox import Outbox
from helpdesk_lite.words.letter import FORWARD, NOTICE, Letter, message_id
from tests import examples

NUMBER = "K7QX-4M2B-9DT3"
OTHER = "K7QX-4M2B-9DT4"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """An empty outbox."""
    found = Outbox(str(tmp_path / "outbox"))
    found.make_folders()
    return found


def letter(number: str = NUMBER, kind: str = NOTICE, chance: int = 1) -> Letter:
    """A letter to two people."""
    name = message_id(number, kind, chance, "example.org")
    return Letter(name, kind, number, "Größe", examples.NOON, ("a@example.org", "b@example.org"))


def where(outbox: Outbox, found: Letter) -> list[str]:
    """The folders that have a file of this letter."""
    return sorted(path.parent.name for path in Path(outbox.folder).glob(f"*/{found.name}.json"))


def published(outbox: Outbox, *letters: Letter) -> None:
    """Put these letters where the courier looks."""
    outbox.stage(letters)
    outbox.publish(letters)


def test_a_staged_letter_is_not_sent_until_it_is_published(outbox: Outbox) -> None:
    outbox.stage([letter()])

    assert outbox.due() == [] and outbox.staged(NUMBER) == [letter()]
    outbox.publish([letter()])
    assert outbox.due() == [letter()] and outbox.staged(NUMBER) == []


def test_recovery_publishes_what_the_ticket_names_and_drops_the_rest(outbox: Outbox) -> None:
    named, unnamed, others = letter(chance=1), letter(chance=2), letter(OTHER)
    outbox.stage([named, unnamed, others])

    assert outbox.recover(NUMBER, {named.message_id}) == 2

    assert where(outbox, named) == ["new"]
    assert where(outbox, unnamed) == []
    assert outbox.staged_numbers() == [OTHER]


def test_a_letter_is_due_when_its_time_has_come(outbox: Outbox) -> None:
    later = letter(chance=2)._replace(next_at=examples.NOON + 60)
    published(outbox, letter(), later)

    assert outbox.due(examples.NOON) == [letter()]
    assert outbox.due(examples.NOON + 60) == [letter(), later]
    assert outbox.due() == [letter(), later]


def test_of_two_couriers_one_has_the_letter(outbox: Outbox) -> None:
    published(outbox, letter())

    assert [outbox.take(letter()), outbox.take(letter())] == [True, False]
    assert where(outbox, letter()) == ["sending"]
    assert outbox.waiting() == [letter()]


def test_a_letter_that_was_sent_is_laid_aside_for_a_while(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())
    outbox.done(letter(), examples.NOON)
    outbox.settle()

    assert where(outbox, letter()) == []
    assert outbox.counts() == (0, 0)
    assert kept(outbox) == [f"2026-11-21T1200/{letter().name}.json"]
    outbox.forget_sent(examples.NOON + 59)
    assert kept(outbox) != []
    outbox.forget_sent(examples.NOON + 60)
    assert os.listdir(Path(outbox.folder, "sent")) == []


def test_a_letter_that_was_sent_is_gone_also_where_it_cannot_be_laid_aside(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())
    Path(outbox.folder, "sent").rmdir()
    Path(outbox.folder, "sent").write_text("in the way")
    outbox.done(letter(), examples.NOON)

    assert where(outbox, letter()) == []


def kept(outbox: Outbox) -> list[str]:
    """The letters that were sent and are still there."""
    return sorted(str(path.relative_to(Path(outbox.folder, "sent"))) for path in Path(outbox.folder).glob("sent/*/*"))


def test_a_postponed_letter_waits_for_those_that_are_left(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())
    left = letter()._replace(recipients=("b@example.org",), tries=1, next_at=9, reason="451 later")
    outbox.postpone(left)

    assert outbox.due(9) == [left]
    assert where(outbox, letter()) == ["new"]


def test_a_held_letter_can_be_tried_again_from_the_beginning(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())
    outbox.hold(letter()._replace(tries=9, next_at=2**40, reason="550 no"))

    assert outbox.due() == [] and outbox.held()[0].reason == "550 no"
    assert outbox.retry(letter().name)
    assert outbox.due(0) == [letter()._replace(reason="550 no")]
    assert outbox.held() == []


def test_a_waiting_letter_can_be_hastened(outbox: Outbox) -> None:
    published(outbox, letter()._replace(next_at=2**40))

    assert outbox.retry(letter().name)

    assert outbox.due(0) == [letter()]


def test_the_refused_part_of_a_letter_is_held_beside_the_rest(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())
    rest = letter()._replace(recipients=("b@example.org",), tries=1)
    refused = outbox.hold_part(letter()._replace(recipients=("a@example.org",), reason="550 who?"))
    outbox.postpone(rest)

    assert outbox.held() == [refused] and outbox.due() == [rest]
    assert refused.message_id == rest.message_id and refused.name != rest.name
    assert outbox.retry(refused.name)
    assert {found.recipients for found in outbox.due()} == {("a@example.org",), ("b@example.org",)}


def test_a_dropped_letter_is_gone(outbox: Outbox) -> None:
    published(outbox, letter())

    assert outbox.drop(letter().name) and not outbox.drop(letter().name)
    assert where(outbox, letter()) == []


@pytest.mark.parametrize(
    "name", ["../new/x", "", ".", "..", "/no/such.notice.x", "a/../b.notice.c", "x\x00.notice.a", "nothing.here"]
)
def test_a_name_from_outside_reaches_no_other_file(outbox: Outbox, name: str) -> None:
    assert not outbox.retry(name) and not outbox.drop(name)


def test_what_a_killed_courier_was_sending_goes_out_again(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())

    assert outbox.sweep() == 1

    assert outbox.due() == [letter()._replace(tries=1)]
    assert where(outbox, letter()) == ["new"]


def test_a_letter_that_was_put_back_just_before_the_kill_is_one_letter(outbox: Outbox) -> None:
    published(outbox, letter())
    outbox.take(letter())
    sending = Path(outbox.folder, "sending", f"{letter().name}.json")
    raw = sending.read_bytes()
    outbox.postpone(letter()._replace(tries=3))
    sending.write_bytes(raw)

    outbox.sweep()

    assert outbox.due() == [letter()._replace(tries=3)]


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"nonsense", b'{"kind": 1}', b"\xff", b'{"recipients": 3}'])
def test_a_damaged_file_stops_no_other_letter(outbox: Outbox, raw: bytes) -> None:
    damaged = Path(outbox.folder, "new", f"{letter(kind=FORWARD).name}.json")
    damaged.write_bytes(raw)
    published(outbox, letter())

    assert outbox.due() == [letter()]
    assert outbox.damaged() == [str(damaged)]
