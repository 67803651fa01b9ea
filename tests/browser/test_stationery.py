"""The administrators' pages for the words of letters, in every state: no barriers, and nothing runs in a preview."""

from __future__ import annotations

import pytest

from tests.browser.test_every_page import check

HERE = "/administration/letters"


@pytest.fixture
def usual(quiet):
    """The desk, which has the program's own templates afterwards."""
    yield quiet
    for path in (quiet.desk.root / "templates" / "mail").glob("link.*"):
        path.unlink()


def test_a_letter_is_reworded_seen_and_as_delivered_again(browse, usual):
    seen = browse("ada").go(HERE)
    check(seen)
    seen.follow("Link to all tickets: HTML")
    check(seen)
    seen.find("#text").fill("Hello {{ number }}\n{% if %}")
    seen.press("Check and preview")
    assert "line 2" in seen.find("[role=alert]").inner_text()
    check(seen)
    seen.find("#text").fill("<style>b { color: rgb(9, 9, 9) }</style><b style='font-size: 30px'>{{ number }}</b>")
    seen.press("Check and preview")
    assert seen.focus == "No mistakes. It is not saved yet."
    frame = seen.page.frame_locator(".preview").locator("b")
    assert frame.inner_text() == "3D9P-WLQ2-7KXH"
    assert frame.evaluate("at => getComputedStyle(at).color + getComputedStyle(at).fontSize") == "rgb(9, 9, 9)30px"
    check(seen)
    seen.press("Mail me the preview")
    assert seen.focus == "On its way to ada@example.org, marked as a trial. It is not saved yet."
    check(seen)
    seen.press("Save")
    check(seen)
    seen.press("As delivered")
    assert "as delivered with the program" in seen.find("#text-hint").inner_text()
