"""Which tickets a customer has: noted with each ticket, told by address."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.checks.verify import WHOSE
from helpdesk_lite.shelves.whose import Whose
from helpdesk_lite.store.inspect import Finding
from tests import examples
from tests.mail_desk import MailDesk


@pytest.fixture
def whose(tmp_path) -> Whose:
    return Whose(str(tmp_path / "customers"), b"secret")


def noted(whose: Whose, address: str) -> str:
    number = examples.number()
    whose.note(address, number)
    return number


def test_the_newest_is_first(whose):
    numbers = [noted(whose, "jane@example.com") for _ in range(3)]
    assert whose.numbers(whose.mark("jane@example.com")) == numbers[::-1]


def test_each_customer_has_their_own(whose):
    number = noted(whose, "jane@example.com")
    noted(whose, "tom@example.com")
    assert whose.numbers(whose.mark("jane@example.com")) == [number]
    assert whose.numbers(whose.mark("nobody@example.com")) == []


def test_capitals_make_no_other_customer(whose):
    assert whose.mark("Jane@Example.com") == whose.mark("jane@example.com")


def test_a_line_that_a_crash_cut_short_costs_no_other(whose):
    first = noted(whose, "jane@example.com")
    (path,) = Path(whose.folder).glob("*/*")
    path.write_bytes(path.read_bytes() + b"\n3DB4-")
    second = noted(whose, "jane@example.com")
    assert whose.numbers(whose.mark("jane@example.com")) == [second, first]


def test_noted_twice_it_is_told_once(whose):
    number = noted(whose, "jane@example.com")
    whose.note("jane@example.com", number)
    assert whose.numbers(whose.mark("jane@example.com")) == [number]


def test_no_address_stands_there_and_another_desk_cannot_tell(whose, tmp_path):
    noted(whose, "jane@example.com")
    (path,) = Path(whose.folder).glob("*/*")
    assert "jane" not in path.name and b"jane" not in path.read_bytes()
    assert whose.mark("jane@example.com") != whose._replace(secret=b"other").mark("jane@example.com")


def missing(desk: MailDesk) -> list[Finding]:
    """What `verify` says of it."""
    return [one for one in assemble.verifier(desk.house).findings() if one.mend == WHOSE]


class TestOfADesk:
    @pytest.fixture
    def desk(self, tmp_path) -> MailDesk:
        return MailDesk(tmp_path)

    def test_each_ticket_is_noted_as_it_comes_in(self, desk):
        number = desk.open()
        whose = desk.house.whose
        assert whose.numbers(whose.mark("jane@example.com")) == [number]
        assert missing(desk) == []

    def test_a_full_disk_keeps_no_ticket_away(self, desk):
        Path(desk.root.inside("customers")).write_text("in the way")
        assert desk.open()

    def test_what_is_missing_is_found_and_mended(self, desk):
        numbers = [desk.open(), desk.open()]
        whose = desk.house.whose
        for path in Path(whose.folder).glob("*/*"):
            path.unlink()
        (finding,) = missing(desk)
        assert "2 tickets are not noted" in finding.said
        assert assemble.verifier(desk.house).mend(finding)
        assert sorted(whose.numbers(whose.mark("jane@example.com"))) == sorted(numbers)
        assert missing(desk) == []

    def test_a_desk_that_noted_none_yet_is_no_mistake(self, desk):
        desk.open()
        shutil.rmtree(desk.house.whose.folder)
        assert missing(desk) == []
