"""The administrators' pages for categories and rules, in every state: no barriers, nothing sideways on a phone."""

from __future__ import annotations

import re

from helpdesk_lite import disk
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.categories import Category
from tests import servers
from tests.browser.seen import PHONE
from tests.browser.test_every_page import check

RULES = """\
[[rule]]
name = "Fires and everything hot, as a name may say in many words"
if.words = ["fire", "smoke"]
if.field.room.matches = "[0-9]+ [a-z]"
then.priority = "high"
then.note = "Hurry."
then.hand_to = ["bob", "ines"]
"""


def test_without_any(browse, quiet):
    for page in ("categories", "rules"):
        seen = browse("ada", PHONE).go(f"/administration/{page}")
        seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        check(seen)


def test_a_category_is_made_and_a_rule_written_and_tried(browse, quiet):
    seen = browse("ada").go("/administration/categories")
    seen.find("summary").click()
    seen.find("#name").fill("repairs")
    seen.find("#title").fill("Repairs")
    seen.page.get_by_label("ines").first.check()
    seen.press("Add")
    try:
        seen.follow("Repairs")
        check(seen)
        seen.go("/administration/rules").find("#text").fill("[[rule]]\nthen.levle = 2\n")
        seen.press("Save")
        assert "there is no such action" in seen.find("[role=alert]").inner_text()
        check(seen)
        seen.find("#text").fill(RULES)
        seen.press("Save")
        seen.find("#number").fill(quiet.ticket())
        seen.press("Try")
        assert "Handed to" in seen.find(".notice").inner_text()
        check(seen)
        assert quiet.house.categories.find("repairs") == Category("repairs", "Repairs", ("ines",))
    finally:
        disk.remove(quiet.house.rules.path)
        for name in quiet.house.categories.names():
            quiet.house.categories.remove(name)


def test_a_category_with_a_desk_of_its_own(browse, quiet):
    """Its page, one with a desk that cannot be used, and the way of a customer to that desk on another site."""
    council = make_desk(str(quiet.desk.root / "council"))
    there = quiet.url.replace("127.0.0.1", "localhost")
    servers.change_settings(quiet.desk.root / "council", url=there)
    quiet.house.categories.add(Category("council", "Works council", desk=council.path))
    quiet.house.categories.add(Category("legal", desk="../legal"))
    form = quiet.desk.root / "forms" / "council.html"
    form.write_text(f'<meta name="helpdesk-category" content="council">{FORM}')
    try:
        check(browse("ada").go("/administration/categories/council"))
        seen = browse("ada", PHONE).go("/administration/categories")
        assert "there is no desk in" in seen.find("main").inner_text()
        check(seen)
        seen = browse().go("/forms/council")
        seen.page.route(
            f"{there}/**", lambda route: route.fulfill(body="<title>There</title>", content_type="text/html")
        )
        seen.find("[name=message]").fill("It burns.")
        seen.find("button").click()
        seen.page.wait_for_url(re.compile(f"{there}/sent/"))
    finally:
        form.unlink()
        for name in quiet.house.categories.names():
            quiet.house.categories.remove(name)


FORM = "<title>Council</title><label>Message <textarea name=message required></textarea></label><button>Send</button>"
