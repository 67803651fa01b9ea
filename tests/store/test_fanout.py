"""A crowded folder of tickets: newcomers go into subfolders, and nobody who reads in order notices."""

from __future__ import annotations

import os

import pytest

from helpdesk_lite import disk
from helpdesk_lite.store import fanout, inspect
from tests import examples

HOUR = 3600


@pytest.fixture(autouse=True)
def full(monkeypatch):
    monkeypatch.setattr(fanout, "FULL", 3)


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "pending")


def enter(folder, number):
    """A file comes in; its path, relative to the folder."""
    path = fanout.enter(folder, number, lambda path: open(path, "x").close())
    return os.path.relpath(path, folder)


def test_a_folder_that_is_not_full_has_no_subfolders(folder):
    numbers = [examples.number(examples.NOON + second) for second in range(3)]
    assert [enter(folder, number) for number in numbers] == [f"{number}.mbox" for number in numbers]


def test_who_comes_when_it_is_full_goes_a_floor_down(folder):
    for second in range(3):
        enter(folder, examples.number(examples.NOON + second))
    number = examples.number(examples.NOON + 3)
    assert enter(folder, number) == f"{number[:4]}/{number}.mbox"


def test_who_comes_when_that_is_full_too_goes_two_floors_down(folder):
    for second in range(6):
        enter(folder, examples.number(examples.NOON + second))
    number = examples.number(examples.NOON + 6)
    assert enter(folder, number) == f"{number[:4]}/{number[:7]}/{number}.mbox"


def test_they_come_in_order_wherever_they_lie(folder):
    numbers = [examples.number(examples.NOON + step * HOUR / 7) for step in range(40)]
    for number in numbers[::-1]:
        enter(folder, number)
    os.unlink(fanout.find(folder, numbers[-1]))  # room in front again
    enter(folder, newest := examples.number(examples.NOON + 6 * HOUR))
    numbers = [*numbers[:-1], newest]
    assert [number for number, _ in fanout.numbers(folder)] == numbers
    for index in (0, 7, 38):
        assert [number for number, _ in fanout.numbers(folder, after=numbers[index])] == numbers[index + 1 :]


def test_each_is_found_by_its_number(folder):
    numbers = [examples.number(examples.NOON + second) for second in range(20)]
    paths = {number: enter(folder, number) for number in numbers}
    assert {number: os.path.relpath(fanout.find(folder, number), folder) for number in numbers} == paths
    assert fanout.find(folder, examples.number(examples.NOON + 21)) == ""


def test_a_page_looks_into_no_subfolder_that_it_does_not_show(folder, monkeypatch):
    numbers = [examples.number(examples.NOON + step * HOUR) for step in range(30)]
    for number in numbers:
        enter(folder, number)
    looked = []
    real = fanout.disk.names
    monkeypatch.setattr(fanout.disk, "names", lambda path: looked.append(path) or real(path))
    for after in ("", numbers[20]):
        ordered = fanout.numbers(folder, after)
        assert [next(ordered) for _ in range(5)]
    assert len(looked) <= 3 + 7


def test_an_empty_subfolder_goes_when_the_last_leaves(folder):
    numbers = [examples.number(examples.NOON + second) for second in range(7)]
    for number in numbers:
        enter(folder, number)
    for number in numbers[3:]:
        path = fanout.find(folder, number)
        os.unlink(path)
        fanout.leave(path)
    assert [name for name in os.listdir(folder) if not name.endswith(".mbox")] == []


def test_a_folder_stays_when_the_last_leaves(folder):
    path = os.path.join(folder, enter(folder, examples.number()))
    os.unlink(path)
    fanout.leave(path)
    assert os.listdir(folder) == []


def test_a_subfolder_that_somebody_takes_away_meanwhile_is_made_again(folder):
    for second in range(3):
        enter(folder, examples.number(examples.NOON + second))
    tries = []

    def put(path):
        if not tries:
            os.rmdir(os.path.dirname(path))  # another process found it empty
        tries.append(path)
        open(path, "x").close()

    number = examples.number(examples.NOON + 3)
    assert fanout.enter(folder, number, put) == fanout.find(folder, number)
    assert len(tries) == 2


def test_a_file_that_is_missing_for_another_reason_is_said_so_at_once(folder):
    def put(path):
        raise FileNotFoundError(path)

    with pytest.raises(FileNotFoundError):
        fanout.enter(folder, examples.number(), put)


def test_what_lies_where_nobody_looks_is_found_by_verify(tmp_path, folder):
    number = examples.number()
    strangers = {f"{number[:4]}/{number[:4]}", "2222", f"2223/{number}.mbox", f"2224/2224-22/x/{number}.mbox"}
    for stranger in strangers:
        path = os.path.join(folder, stranger)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "x").close()
    found = {os.path.relpath(found.path, folder) for found in inspect.tickets(str(tmp_path))}
    assert found == (strangers - {f"2224/2224-22/x/{number}.mbox"}) | {"2224/2224-22/x"}


def test_they_are_counted_as_far_as_is_asked_for(folder):
    for step in range(30):
        enter(folder, examples.number(examples.NOON + step * HOUR / 7))
    assert [fanout.count(folder, most) for most in (0, 1, 29, 30, 31)] == [0, 1, 29, 30, 30]
    assert fanout.count(os.path.join(folder, "nowhere"), 5) == 0


def test_backwards_is_the_same_from_the_other_end(folder):
    numbers = [examples.number(examples.NOON + step * HOUR / 7) for step in range(40)]
    for number in numbers:
        enter(folder, number)

    def told(before=""):
        return [os.path.basename(path).removesuffix(fanout.END) for path in fanout.backwards(folder, before)]

    assert told() == numbers[::-1]
    for index in (1, 7, 39):
        assert told(numbers[index]) == numbers[:index][::-1]


def test_tickets_are_counted_on_every_floor(folder):
    for step in range(40):
        enter(folder, examples.number(examples.NOON + step * HOUR / 7))
    assert [fanout.count(folder, most) for most in (1, 39, 40, 41, 999)] == [1, 39, 40, 40, 40]


def test_counting_ends_where_there_are_as_many_subfolders(folder, monkeypatch):
    for hour in range(12):
        enter(folder, examples.number(examples.NOON + hour * HOUR))
    looked_into = []
    monkeypatch.setattr(disk, "names", lambda path, real=disk.names: looked_into.append(path) or real(path))
    assert fanout.count(folder, 10) == 10
    assert looked_into == [folder]
