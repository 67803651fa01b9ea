"""Drafts: kept for one operator and one ticket, private, bounded, and forgotten in their time."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from helpdesk_lite import assemble, disk
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.drafts import LASTS, LONGEST, Draft, Drafts
from helpdesk_lite.words.errors import TooLarge

NUMBER = "3D9P-64M6-EPTV"
NOW = 1_800_000_000


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(str(tmp_path / "drafts"), lambda: NOW)


def path(drafts: Drafts, operator: str = "ines") -> Path:
    return Path(drafts.folder) / operator / f"{NUMBER}.txt"


def test_what_is_kept_is_found_as_it_was_typed_with_its_time(drafts: Drafts) -> None:
    drafts.keep("ines", NUMBER, "Grüße,\n\n  Ines\n")
    os.utime(path(drafts), (NOW - 5, NOW - 5))
    assert drafts.find("ines", NUMBER) == Draft("Grüße,\n\n  Ines\n", NOW - 5)


def test_the_last_one_counts(drafts: Drafts) -> None:
    drafts.keep("ines", NUMBER, "Water.")
    drafts.keep("ines", NUMBER, "Sand.")
    assert drafts.find("ines", NUMBER).text == "Sand."  # type: ignore[union-attr]


def test_it_is_one_operators_alone(drafts: Drafts) -> None:
    drafts.keep("ines", NUMBER, "Water.")
    assert drafts.find("bob", NUMBER) is None


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_one_is_none(drafts: Drafts, text: str) -> None:
    drafts.keep("ines", NUMBER, text)
    assert not path(drafts).exists()
    drafts.keep("ines", NUMBER, "Water.")
    drafts.keep("ines", NUMBER, text)
    assert drafts.find("ines", NUMBER) is None


def test_more_than_a_page_can_send_is_refused_and_the_last_one_stays(drafts: Drafts) -> None:
    drafts.keep("ines", NUMBER, "Water.")
    with pytest.raises(TooLarge):
        drafts.keep("ines", NUMBER, "x" * (LONGEST + 1))
    assert drafts.find("ines", NUMBER).text == "Water."  # type: ignore[union-attr]


def test_nobody_else_on_the_machine_reads_it_whatever_the_umask(drafts: Drafts) -> None:
    before = os.umask(0)
    try:
        drafts.keep("ines", NUMBER, "Water.")
    finally:
        os.umask(before)
    for found in (path(drafts), path(drafts).parent, Path(drafts.folder)):
        assert stat.S_IMODE(found.stat().st_mode) & 0o077 == 0


def test_what_nobody_touched_for_a_season_is_forgotten(drafts: Drafts) -> None:
    for operator, age in (("ines", LASTS - 60), ("bob", LASTS + 60)):
        drafts.keep(operator, NUMBER, "Water.")
        os.utime(path(drafts, operator), (NOW - age, NOW - age))
    drafts.tidy()
    assert disk.names(drafts.folder) == ["ines"]
    assert drafts.find("ines", NUMBER)


def test_a_desk_without_drafts_has_nothing_to_tidy(drafts: Drafts) -> None:
    drafts.tidy()
    drafts.drop("ines", NUMBER)
    assert not Path(drafts.folder).exists()


def test_verify_has_nothing_to_say_of_them(tmp_path: Path) -> None:
    house = assemble.house(make_desk(str(tmp_path)))
    house.drafts.keep("ines", NUMBER, "Water.")
    assert list(assemble.verifier(house).findings()) == []
