"""The shipped forms in a real browser: they come back as they were filled in, under their own policy, focused right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import helpdesk_lite
from helpdesk_lite.cache import Cache
from helpdesk_lite.forms.folder import FormsFolder
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD, Posted, Problem
from tests.forms.browser import loaded
from tests.forms.conftest import TEMPLATES
from tests.forms.test_corpus import WHICH

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Page, Route

    from helpdesk_lite.forms.folder import Page as FormPage

pytestmark = pytest.mark.browser
SHIPPED = os.path.join(os.path.dirname(helpdesk_lite.__file__), "share", "forms")
OWN = (STAMP_FIELD, HONEYPOT_FIELD)
ADDRESS = "http://desk.test/desk.cgi/forms/x"
# Fills in every field with something, odd characters where they can be.
_FILL = """form => {
  const odd = "\\n<b>\\"x\\" & 'y'</b>\\u{1F600}\\uE000\\uE001B";
  const values = { email: "a@b.c", url: "https://a.example/?b&c", number: "7", date: "2026-11-21", month: "2026-11",
    week: "2026-W47", time: "10:15", "datetime-local": "2026-11-21T10:15", color: "#ab12cd", range: "3" };
  for (const one of form.elements) {
    if (one.name.startsWith("helpdesk-") || one.type == "file" || one.type == "hidden") continue;
    if (one.type == "checkbox") one.checked = !one.checked;
    else if (one.type == "radio") one.checked = true;
    else if (one.tagName == "SELECT") for (const option of one.options) option.selected = true;
    else if (one.tagName != "BUTTON" && one.tagName != "FIELDSET") one.value = values[one.type] || odd;
  }
}"""


@pytest.fixture
def shipped(tmp_path: Path) -> FormsFolder:
    """The forms that come with the program."""
    return FormsFolder(SHIPPED, (TEMPLATES,), Cache(str(tmp_path)), "Acme")


def visit(page: Page, form_page: FormPage) -> list[str]:
    """Load the page as from a server, with its policy; what the browser complains of."""
    said: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url != ADDRESS:
            route.fulfill(status=200, body="", content_type="text/css")
            return
        headers = {"Content-Security-Policy": form_page.policy, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=200, body=form_page.html("/desk.cgi", "stamp"), headers=headers)

    page.route("**/*", answer)

    def listen(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", listen)
    page.goto(ADDRESS)
    page.unroute("**/*")
    page.remove_listener("console", listen)
    return [one for one in said if "Content Security Policy" in one]


@pytest.mark.parametrize("name", ["contact", "repair", "club"])
def test_a_refused_form_comes_back_as_it_was_filled_in(shipped: FormsFolder, page: Page, name: str) -> None:
    loaded(page, shipped.page(name).html("/desk.cgi", "stamp"), WHICH)
    page.evaluate(f"() => ({_FILL})({WHICH})")
    sent = page.evaluate(f"() => [...new FormData({WHICH})].filter(([n, v]) => typeof v == 'string')")
    pairs = tuple((name, value) for name, value in sent if name not in OWN)
    problems = [Problem(field.name, "Look at this.", {}) for field in shipped.form(name).fields]
    back = shipped.refused(name, "en", Posted(pairs), problems).html("/desk.cgi", "stamp")
    again = loaded(page, back, WHICH)
    names = {name for name, _ in pairs}
    assert tuple(pair for pair in again.pairs if pair[0] in names) == pairs


@pytest.mark.parametrize("name", ["contact", "repair", "club"])
def test_pages_keep_their_own_policy(shipped: FormsFolder, page: Page, name: str) -> None:
    assert visit(page, shipped.page(name)) == []
    problems = [Problem(field.name, "Look at this.", {}) for field in shipped.form(name).fields]
    assert visit(page, shipped.refused(name, "en", Posted(), problems)) == []


def test_the_honeypot_is_out_of_sight_and_reach(shipped: FormsFolder, page: Page) -> None:
    visit(page, shipped.page("club"))
    box = page.locator(f"[name={HONEYPOT_FIELD}]").locator("xpath=ancestor::div").bounding_box()
    assert box is not None
    assert box["width"] <= 1
    assert box["height"] <= 1
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.name"))
    assert "email" in reached
    assert HONEYPOT_FIELD not in reached


@pytest.mark.parametrize("name", ["contact", "club"])
def test_the_summary_has_the_focus_without_script(shipped: FormsFolder, page: Page, name: str) -> None:
    visit(page, shipped.refused(name, "en", Posted(), [Problem("email", "Fill in this field.", {}, 1)]))
    page.wait_for_function("() => document.activeElement.tagName == 'SECTION'", timeout=3000)
    page.click("section a")
    assert page.evaluate("() => document.activeElement.name") == "email"
    described = page.evaluate(
        "() => document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    )
    assert described == "Fill in this field."
