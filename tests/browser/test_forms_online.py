"""An administrator with a phone and nothing else makes a form, mends it, looks at it, and switches it off."""

from __future__ import annotations

from tests.browser.seen import PHONE
from tests.browser.test_every_page import check

MISTAKEN = (
    '<title>Lost and found</title>\n<label>What? <input name="what" pattern="["></label>\n<meta name="helpdesk-x">\n'
)
SOUND = """\
<title>Lost and found</title>
<label>What? <input name="what" required></label>
<script>document.title += "!"</script>
"""
NAME = "forms/lost.html"


def test_a_form_from_its_first_line_to_its_end(browse, quiet):
    ada = browse("ada", PHONE).go("/administration")
    ada.follow("Forms")
    ada.find("summary").click()
    ada.find("#name").fill("contact")
    ada.press("Go on")
    assert ada.find("#problem").inner_text() == "There is a form of this name already."
    check(ada)
    ada.find("#name").fill("lost")
    ada.press("Go on")
    try:
        ada.find("#text").fill(MISTAKEN)
        ada.press("Save")
        assert "Line 3" in ada.find("[role=alert]").inner_text()
        check(ada)
        ada.find("#text").fill(SOUND)
        ada.press("Only check it")
        assert "required" in ada.find("details[open]").inner_text()
        check(ada)
        _look(ada, quiet)
        ada.press("Save")
        ada.page.get_by_text("Switch it off, or take it away").click()
        check(ada)
        ada.press("Switch it off")
        customer = browse().go("/forms/lost")
        assert customer.heading == "This form is not in use now"
        check(customer)
        ada.find("#text").fill(SOUND + "<p>Thank you.</p>\n")
        ada.press("Save")
        ada.follow("Earlier versions")
        check(ada)
        ada.through(ada.find("ol a").first)
        assert "Thank you." in ada.find(".diff ins").inner_text()
        ada.find("summary").first.click()
        check(ada)
        ada.press("Bring back how it was before")
        assert ada.find("#text").input_value() == SOUND
    finally:
        quiet.house.texts.remove(NAME, quiet.house.operators.find("ada"))


def _look(ada, quiet):
    """The preview runs the form's own script and knows nobody; nothing can be sent from it."""
    with ada.page.expect_popup() as opened:
        ada.page.get_by_role("button", name="Preview").click()
    page = opened.value
    page.wait_for_load_state()
    assert page.title().startswith("Lost and found")
    assert page.title().endswith("!")
    assert page.evaluate("self.origin") == "null"
    page.fill("[name=what]", "Umbrella")
    page.evaluate("document.forms[0].requestSubmit()")
    assert page.url.endswith("/look")
    page.close()
    assert list(quiet.house.store.numbers("pending")) == []
