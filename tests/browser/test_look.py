"""A desk in colours and with a logo of its own: no barriers on any page, in light and in dark."""

from __future__ import annotations

import pytest

from tests.browser.test_every_page import check
from tests.shelves.test_look import PLUM, SVG

HERE = "/administration/look"


@pytest.fixture
def plain(quiet):
    """The desk, which has the program's own look afterwards."""
    yield quiet
    folder = quiet.desk.root / "templates" / "look"
    for path in folder.glob("*"):
        path.unlink()


def test_it_is_chosen_seen_and_then_on_every_page(browse, plain):
    number = plain.ticket()
    seen = browse("ada").go(HERE)
    save, preview = (seen.page.get_by_role("button", name=name) for name in ("Save", "Preview"))
    check(seen)
    seen.find("#light").fill("#ff8800")
    seen.through(save.first)
    assert "contrast of 2.1 to 1" in seen.find("[role=alert]").inner_text()
    check(seen)
    for name, colour in PLUM._asdict().items():
        seen.find(f"#{name}").fill(colour)
    seen.through(preview.first)
    assert seen.focus == "So it would be. It is not saved yet."
    check(seen)
    seen.through(save.first)
    seen.page.set_input_files("#logo", {"name": "ours.svg", "mimeType": "image/svg+xml", "buffer": SVG})
    seen.through(preview.last)
    check(seen)
    seen.through(save.last)
    for who, path in (("ada", HERE), ("ines", "/queue"), ("ines", f"/tickets/{number}"), ("", "/forms/contact")):
        check(browse(who).go(path))
    customer = browse().go("/forms/contact")
    button = "getComputedStyle(document.querySelector('form button')).backgroundColor"
    assert customer.page.evaluate(button) == "rgb(122, 31, 92)"
    assert customer.page.evaluate("document.querySelector('.logo').naturalWidth") > 0
