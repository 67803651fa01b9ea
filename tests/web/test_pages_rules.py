"""The administrators' page for rules."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from helpdesk_lite.words.errors import FileChanged

HERE = "/administration/rules"
RULES = """\
[[rule]]
name = "Fires & water"
if.words = ["fire", "water"]
if.field.room.equals = "12 b"
then.priority = "high"
then.level = 2
then.due_in = 4
then.note = "Hurry."
then.hand_to = ["bob", "ines"]
then.stop = true

[[rule]]
then.skill = "pumps"
then.by = "load"
"""


@pytest.fixture
def ruled(desk):
    Path(desk.house.rules.path).write_text(RULES)
    return desk


def seen(page):
    return re.findall(r'name="seen" value="([^"]*)"', page)[0]


def typed(page):
    return html.unescape(page.partition('<textarea id="text"')[2].partition(">\n")[2].partition("</textarea>")[0])


def test_there_is_a_page_while_there_are_none(desk):
    page = desk.get(HERE, "ada")
    assert page.status == 200
    assert "There are no rules." in page.words
    assert typed(page.text) == ""


def test_each_says_when_and_what(ruled):
    words = html.unescape(ruled.get(HERE, "ada").words)
    assert 'Fires & water If words = ["fire", "water"] and field.room.equals = "12 b" priority high level 2' in words
    assert "due in 4 h note: Hurry. handed to bob, ines (in turn) then no rule below" in words
    assert "2 Always handed to who knows about pumps (who has the fewest)" in words
    assert "These rules speak of what there is not: rule 2: there is no skill 'pumps'" in words


def test_the_file_is_checked_then_saved(desk):
    page = desk.get(HERE, "ada").text
    fields = {"seen": seen(page), "text": "[[rule]]\r\nthen.level = 2\r\n"}
    answer = desk.post(HERE, "ada", {**fields, "then": "check"})
    assert (answer.status, "1 rule, and no mistakes. It is not saved yet." in answer.words) == (200, True)
    assert desk.house.texts.read("rules.toml").text == ""
    assert desk.post(HERE, "ada", {**fields, "then": "save"}).status == 303
    assert desk.house.texts.read("rules.toml").text == "[[rule]]\nthen.level = 2\n"
    (noted,) = desk.house.audit.read()
    assert (noted.who, noted.what, noted.about) == ("ada", "added", "rules.toml")
    desk.house.texts.undo(noted, desk.operator("ada"))
    assert desk.house.texts.read("rules.toml").text == ""
    with pytest.raises(FileChanged):
        desk.house.texts.undo(noted, desk.operator("ada"))


@pytest.mark.parametrize("then", ["check", "save"])
def test_one_with_mistakes_comes_back_with_each(ruled, then):
    fields = {"seen": seen(ruled.get(HERE, "ada").text), "text": "[[rule]]\nthen.levle = '<2>'\n", "then": then}
    answer = ruled.post(HERE, "ada", fields)
    assert answer.status == 422
    assert "rule 1: then.levle: there is no such action" in answer.words
    assert typed(answer.text) == fields["text"]
    assert ruled.house.texts.read("rules.toml").text == RULES


def test_what_somebody_changed_meanwhile_is_shown_first(ruled):
    old = seen(ruled.get(HERE, "ada").text)
    Path(ruled.house.rules.path).write_text("[[rule]]\nthen.level = 5\n")
    fields = {"seen": old, "text": "[[rule]]\nthen.level = 2\n", "then": "save"}
    answer = ruled.post(HERE, "ada", fields)
    assert answer.status == 409
    assert "then.level = 5" in answer.words
    assert typed(answer.text) == fields["text"]
    assert ruled.post(HERE, "ada", {**fields, "seen": seen(answer.text)}).status == 303


def test_a_file_that_was_broken_by_hand_says_so_and_can_be_mended(ruled):
    Path(ruled.house.rules.path).write_text("[[rule]]\nthen.level = 99\n")
    page = ruled.get(HERE, "ada")
    assert "The file of rules has mistakes, so no rule counts." in page.words
    assert typed(page.text) == "[[rule]]\nthen.level = 99\n"


def test_they_are_tried_on_a_ticket(ruled):
    number = ruled.ticket()
    words = html.unescape(ruled.get(f"{HERE}?number={number.lower()}", "ada").words)
    assert "Applies: Fires & water" in words
    assert 'Yes: field.room.equals = "12 b" it is 12 b' in words
    assert "Handed to bob." in words
    assert ruled.house.store.read(number).place.state == "pending"
    other = ruled.get(f"{HERE}?number={ruled.ticket('A question')}", "ada").words
    assert "Handed to nobody: it stays in the queue." in html.unescape(other)


@pytest.mark.parametrize("number", ["3D9P-WLQ2-7KXH", "x", "<b>"])
def test_a_number_that_is_none_is_said_calmly(ruled, number):
    page = ruled.get(f"{HERE}?number={number}", "ada")
    assert (page.status, "There is no ticket of this number." in page.words) == (200, True)


def test_they_are_administrators_alone(ruled):
    assert ruled.get(HERE, "ines").status == 403
    assert ruled.post(HERE, "ines", {"text": "", "then": "save"}).status == 403
    assert ruled.house.texts.read("rules.toml").text == RULES


def test_what_rules_did_is_told_on_the_tickets_page(ruled):
    rule = '[[rule]]\nname = "Bob\'s"\nthen.hand_to = "bob"\nthen.note = "Ask jane@example.com."\n'
    Path(ruled.house.rules.path).write_text(rule)
    form = {"name": "Jane Doe", "email": "jane@example.com", "message": "It burns."}
    number = re.findall("/sent/([^?]+)", ruled.post("/forms/contact", "", form).headers["location"])[0]
    words = html.unescape(ruled.get(f"/tickets/{number}", "bob").words)
    assert "By rule: Bob's Only operators see this" in words
    assert "Ask jane@example.com." in words
    assert "bob was given it by rule: Bob's" in words
    mine = ruled.get(f"/status/{number}?key={ruled.house.desk.key(number)}").words
    assert "Ask jane" not in mine and "rule" not in mine
