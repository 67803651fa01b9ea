"""An operator hands tickets up and on, has them wait and resolves them: without barriers, with and without script."""

from __future__ import annotations

import time

import pytest

from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.browser.seen import PHONE
from tests.browser.test_every_page import LONG, check
from tests.browser.test_writing import claimed

DAY = 86_400


def unfold(seen):
    """Open what is folded."""
    for summary in seen.find(".handling > summary").all():
        summary.click()


def test_a_ticket_that_is_everything_at_once_without_barriers(browse, quiet):
    number, now = claimed(quiet), int(time.time())
    ines = quiet.house.operators.find("ines")
    said = Standing("", 2, "critical", LONG[:64].replace("\n", " "), now - DAY, now + DAY)
    quiet.house.handling.mark(number, ines, said, USUAL)
    quiet.house.handling.wait(number, ines)
    seen = browse("ines").go(f"/tickets/{number}")
    unfold(seen)
    check(seen)


def test_a_queue_of_all_kinds_without_barriers(browse, quiet):
    now = int(time.time())
    ines = quiet.house.operators.find("ines")
    numbers = [quiet.ticket(f"Fire {count}") for count in range(5)]
    kinds = ({"priority": "low"}, {"wakes_at": now + DAY}, {}, {"priority": "high", "due_at": now - DAY})
    for number, kind in zip(numbers, (*kinds, {"priority": "critical", "level": 3}), strict=True):
        quiet.house.handling.mark(number, ines, Standing(**kind), USUAL)
    seen = browse("ines").go("/queue")
    assert seen.tickets() == [numbers[place] for place in (4, 3, 2, 0, 1)]
    check(seen)


def test_the_queue_shows_by_itself_that_a_ticket_has_become_critical(browse, quiet):
    numbers = [quiet.ticket(f"Fire {count}") for count in range(2)]
    seen = browse("ines").go("/queue")
    assert seen.tickets() == numbers
    quiet.house.handling.mark(numbers[1], quiet.house.operators.find("bob"), Standing(priority="critical"), USUAL)
    seen.page.get_by_text("Critical").wait_for(timeout=15_000)
    assert seen.tickets() == numbers[::-1]


@pytest.mark.parametrize("script", [True, False])
def test_a_ticket_waits_is_resolved_and_handed_up(browse, quiet, script):
    number = claimed(quiet)
    ines = browse("ines", PHONE, java_script_enabled=script).go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water on it.")
    ines.press("Send, then wait for them")
    assert "Waiting for the customer since" in ines.find(".ticket > header").inner_text()
    ines.find(".handling > summary:has-text('Resolve')").click()
    ines.press("Resolved")
    assert "Resolved since" in ines.find(".ticket > header").inner_text()
    ines.press("Take up again")
    ines.find(".handling > summary:has-text('Hand on')").click()
    ines.page.get_by_role("button", name="Hand up to level 2").click()  # not without a note
    ines.find("#up-note").fill("It still burns.")
    ines.press("Hand up to level 2")
    assert ines.heading == "Queue"
    assert "Level 2" in ines.find(f"[data-ticket='{number}']").inner_text()
    assert quiet.house.store.place(number) == QUEUE


def test_a_ticket_is_handed_on(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    ines.find(".handling > summary:has-text('Hand on')").click()
    ines.find("#hand-to").select_option("bob")
    ines.press("Hand on")
    assert ines.heading == "My tickets"
    assert quiet.house.store.place(number) == Place(CLAIMED, "bob")


def test_a_page_that_is_too_old_without_barriers(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    unfold(ines)
    ines.find("#priority").select_option("low")
    other = Standing(priority="high")
    quiet.house.handling.mark(number, quiet.house.operators.find("ines"), other, USUAL)
    ines.press("Save")
    assert "Not saved yet: somebody else" in ines.find("main").inner_text()
    check(ines)
