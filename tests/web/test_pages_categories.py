"""The administrators' pages for categories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.words.errors import CategoryMistaken, FileChanged
from tests.web.conftest import SCRIPT

HERE = "/administration/categories"
REPAIRS = Category("repairs", "Repairs", ("ines",), ("workshop@example.org",), "high", 2, ("ines", "bob"), "")


@pytest.fixture
def repairs(desk):
    desk.house.categories.add(REPAIRS)
    return Path(desk.house.categories.folder, "repairs.toml")


def seen(page):
    return re.findall(r'name="seen" value="([^"]*)"', page)[0]


def test_there_is_a_page_while_there_are_none(desk):
    page = desk.get(HERE, "ada")
    assert page.status == 200
    assert "Everybody hears of every ticket." in page.words


def test_each_says_who_is_mailed_and_what_is_unusual(desk, repairs):
    desk.house.categories.add(Category("bills"))
    page = desk.get(HERE, "ada")
    assert "bills mails the broadcast address bills" in page.words
    said = "Repairs High Level 2 mails ines@example.org, workshop@example.org only ines, bob work on it repairs"
    assert said in page.words


def test_one_is_made(desk):
    fields = {"name": "bills", "title": "Bills & more", "subscribers": "bob", "addresses": "a@b.example\nc@d.example"}
    answer = desk.post(HERE, "ada", {**fields, "priority": "low", "level": "3", "operators": "", "templates": ""})
    assert (answer.status, answer.headers["location"]) == (303, SCRIPT + HERE)
    made = desk.house.categories.find("bills")
    assert made == Category("bills", "Bills & more", ("bob",), ("a@b.example", "c@d.example"), "low", 3)


@pytest.mark.parametrize(
    "wrong", [{"name": "Bills"}, {"name": "repairs"}, {"level": "99"}, {"addresses": "nobody"}, {"priority": "?"}]
)
def test_what_cannot_be_comes_back_as_it_was_typed(desk, repairs, wrong):
    fields = {"name": "bills", "title": "<Bills>", "priority": "low", "level": "1", **wrong}
    answer = desk.post(HERE, "ada", fields)
    assert answer.status == 422
    assert 'value="&lt;Bills&gt;"' in answer.text
    assert '<p class="problem" role="alert"' in answer.text
    assert desk.house.categories.names() == ["repairs"]


def test_one_is_changed_and_taken_away(desk, repairs):
    page = desk.get(f"{HERE}/repairs", "ada").text
    assert 'name="subscribers" value="ines" checked' in page
    fields = {"seen": seen(page), "title": "Workshop", "priority": "normal", "level": "1"}
    assert desk.post(f"{HERE}/repairs", "ada", fields).status == 303
    assert desk.house.categories.find("repairs") == Category("repairs", "Workshop")
    page = desk.get(f"{HERE}/repairs", "ada").text
    assert desk.post(f"{HERE}/repairs/remove", "ada", {"seen": seen(page)}).status == 303
    assert desk.house.categories.names() == []


@pytest.mark.parametrize("verb", ["", "/remove"])
def test_what_somebody_changed_meanwhile_is_shown_first(desk, repairs, verb):
    old = seen(desk.get(f"{HERE}/repairs", "ada").text)
    repairs.write_text('title = "By hand"\n')
    fields = {"seen": old, "title": "Typed", "priority": "low", "level": "1"}
    answer = desk.post(f"{HERE}/repairs{verb}", "ada", fields)
    assert answer.status == 409
    assert "title = &#34;By hand&#34;" in answer.text
    assert ('value="Typed"' in answer.text) == (not verb)
    assert desk.house.categories.find("repairs") == Category("repairs", "By hand")
    assert desk.post(f"{HERE}/repairs{verb}", "ada", {**fields, "seen": seen(answer.text)}).status == 303


def test_a_file_with_mistakes_is_said_and_can_be_written_anew(desk, repairs):
    repairs.write_text("level = 99\n")
    assert "data/categories/repairs.toml: level = 99: it must be from 1 to 9." in desk.get(HERE, "ada").words
    page = desk.get(f"{HERE}/repairs", "ada")
    assert page.status == 200
    assert "it must be from 1 to 9" in page.words
    fields = {"seen": seen(page.text), "title": "Repairs", "priority": "low", "level": "1"}
    assert desk.post(f"{HERE}/repairs", "ada", fields).status == 303
    assert desk.house.categories.find("repairs") == Category("repairs", "Repairs", priority="low")


def test_a_name_that_leads_nowhere_is_said_and_kept(desk, repairs):
    repairs.write_text('subscribers = ["carla"]\n')
    page = desk.get(f"{HERE}/repairs", "ada")
    assert "subscribers has 'carla': there is no such operator" in page.words
    assert 'name="subscribers" value="carla" checked' in page.text


def test_one_that_is_gone_is_said_calmly(desk, repairs):
    for verb in ("", "/remove"):
        answer = desk.post(f"{HERE}/pumps{verb}", "ada", {"priority": "low", "level": "1"})
        assert answer.status == 404
    assert desk.get(f"{HERE}/pumps", "ada").status == 404
    assert desk.get(f"{HERE}/..%2fbills", "ada").status == 404


def test_they_are_administrators_alone(desk, repairs):
    for path in (HERE, f"{HERE}/repairs"):
        assert desk.get(path, "ines").status == 403
        assert desk.post(path, "ines", {"name": "bills", "priority": "low", "level": "1"}).status == 403
    assert desk.post(f"{HERE}/repairs/remove", "ines").status == 403
    assert desk.house.categories.all() == [REPAIRS]


@pytest.mark.parametrize(("before", "why"), [({"title": 7}, "does not say how it was"), ({"level": 99}, "from 1 to")])
def test_an_entry_that_a_hand_made_up_is_not_undone(desk, before, why):
    desk.house.audit.note("ada", "removed", "categories/bills", before)
    (noted,) = desk.house.audit.read()
    with pytest.raises(CategoryMistaken, match=why):
        desk.house.arranging.undo(noted, desk.operator("ada"))
    assert desk.house.audit.read() == [noted]


def test_each_change_is_in_the_log_and_can_be_undone(desk):
    fields = {"name": "bills", "title": "Bills", "priority": "low", "level": "1", "subscribers": "bob"}
    desk.post(HERE, "ada", fields)
    page = desk.get(f"{HERE}/bills", "ada").text
    desk.post(f"{HERE}/bills", "ada", {**fields, "title": "Money", "seen": seen(page)})
    page = desk.get(f"{HERE}/bills", "ada").text
    desk.post(f"{HERE}/bills/remove", "ada", {"seen": seen(page)})
    noted = desk.house.audit.read()
    assert [(one.who, one.what, one.about) for one in noted] == [
        ("ada", "removed", "categories/bills"),
        ("ada", "changed", "categories/bills"),
        ("ada", "added", "categories/bills"),
    ]
    titles = []
    for one in noted:
        desk.house.arranging.undo(one, desk.operator("ada"))
        found = desk.house.categories.find("bills")
        titles.append(found and (found.title, found.subscribers))
    assert titles == [("Money", ("bob",)), ("Bills", ("bob",)), None]
    with pytest.raises(FileChanged):
        desk.house.arranging.undo(noted[1], desk.operator("ada"))
