"""The administrators' pages for categories and rules, in every state: no barriers, nothing sideways on a phone."""

from __future__ import annotations

from helpdesk_lite.categories import Category
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
        seen.page.get_by_role("link", name="Repairs").click()
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
        quiet.house.rules.write("")
        for name in quiet.house.categories.names():
            quiet.house.categories.remove(name)
