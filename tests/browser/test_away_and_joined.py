"""Spam, the bin, stale pages, and tickets that belong together: without barriers, at every size and in both colours."""

from __future__ import annotations

import pytest

from helpdesk_lite.words.standing import USUAL, Standing
from tests.browser.seen import DESKTOP, PHONE
from tests.browser.test_every_page import check
from tests.browser.test_handling import unfold
from tests.browser.test_writing import claimed


@pytest.mark.parametrize(("window", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_two_tickets_are_joined(browse, quiet, window, scheme):
    whole, part, other = claimed(quiet), quiet.ticket("Still on fire"), quiet.ticket("Roof")
    seen = browse("ines", window, color_scheme=scheme).go(f"/tickets/{part}")
    unfold(seen)
    seen.find("#other").fill("nonsense")
    seen.press("Merge into it")
    assert seen.focus == "other"
    check(seen)
    seen.find("#other").fill(whole)
    seen.press("Merge into it")
    assert seen.path == f"/tickets/{whole}"
    unfold(seen)
    seen.find("#other").fill(other)
    seen.press("Link with it")
    seen.find(f"#part-{part}").wait_for()
    unfold(seen)
    check(seen)


@pytest.mark.parametrize(("window", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_a_ticket_in_the_bin_comes_back(browse, quiet, window, scheme):
    number = quiet.ticket()
    seen = browse("ines", window, color_scheme=scheme).go(f"/tickets/{number}")
    unfold(seen)
    seen.press("Put into the bin")
    check(seen.go("/bin"))
    check(seen.go(f"/tickets/{number}"))
    seen.press("Bring back")
    assert "Waiting since" in seen.find(".state").inner_text()
    check(seen.go("/spam"))


def test_a_stale_page_shows_both_versions(browse, quiet):
    number = claimed(quiet)
    seen = browse("ines", PHONE).go(f"/tickets/{number}")
    unfold(seen)
    seen.find("#priority").select_option("low")
    quiet.house.handling.mark(number, quiet.house.operators.find("ada"), Standing(priority="critical"), USUAL)
    seen.through(seen.find("#marks").get_by_role("button", name="Save"))
    seen.find("#marks .notice").wait_for()
    check(seen)
