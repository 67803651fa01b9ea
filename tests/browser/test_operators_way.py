"""Operators at their screens: what one of them claims leaves the others' screens within seconds."""

from __future__ import annotations

import time

import pytest

from tests.browser.seen import DESKTOP, PHONE
from tests.servers import PASSWORD


def row(number: str) -> str:
    """A ticket's row in the queue."""
    return f"[data-ticket='{number}']"


def claim(seen, number):
    """Press the row's button."""
    seen.press(f"Claim {number}")


def test_signing_in_leads_to_the_page_that_was_asked_for(browse, office):
    number = office.ticket()
    ines = browse().go(f"/tickets/{number}")
    assert ines.heading == "Sign in"
    ines.find("#name").fill("ines")
    ines.find("#password").fill("something else")
    ines.press("Sign in")
    assert "do not go together" in ines.find("#problem").inner_text()
    ines.find("#password").fill(PASSWORD)
    ines.press("Sign in")
    assert ines.path == f"/tickets/{number}"
    ines.press("Sign out")
    assert ines.path == "/login"
    assert ines.go("/queue").path.startswith("/login")


def test_a_claimed_ticket_leaves_the_other_screens_within_seconds(browse, quiet):
    first, second = quiet.ticket("The first"), quiet.ticket("The second")
    ines, bob = browse("ines").go("/queue"), browse("bob").go("/queue")
    assert ines.tickets() == bob.tickets() == [first, second]
    claim(ines, first)
    assert ines.path == f"/tickets/{first}"
    since = time.monotonic()
    bob.find(row(first)).wait_for(state="detached")
    assert time.monotonic() - since < 6
    assert bob.tickets() == [second]
    assert bob.find("#news").inner_text() == f"{first} is taken."
    assert bob.find("#waiting").inner_text() == "1 ticket is waiting"


def test_a_new_ticket_appears_by_itself(browse, quiet):
    bob = browse("bob").go("/queue")
    assert "Nobody is waiting." in bob.find("#queue").inner_text()
    number = quiet.ticket()
    bob.find(row(number)).wait_for()
    assert bob.find("#news").inner_text() == "1 new ticket."
    assert not bob.find(".empty").count()


def test_a_second_page_appears_by_itself(browse, quiet):
    for place in range(50):
        quiet.ticket(f"Ticket {place}")
    bob = browse("bob").go("/queue")
    assert not bob.find(".paging").count()
    quiet.ticket("One more")
    bob.page.get_by_role("link", name="Next page").wait_for()
    assert len(bob.tickets()) == 50


def test_what_stays_keeps_focus_and_place(browse, quiet):
    numbers = [quiet.ticket(f"Ticket {place}") for place in range(30)]
    bob = browse("bob").go("/queue")
    button = bob.find(f"{row(numbers[20])} button")
    button.focus()
    before = button.bounding_box()["y"]
    ada = quiet.house.operators.find("ada")
    for number in numbers[:5]:
        quiet.house.desk.claim(number, ada)
    bob.find(row(numbers[4])).wait_for(state="detached")
    assert bob.page.evaluate("document.activeElement.closest('[data-ticket]').dataset.ticket") == numbers[20]
    assert abs(button.bounding_box()["y"] - before) < 2


def test_who_was_just_there_goes_on_with_the_next(browse, quiet):
    numbers = [quiet.ticket(f"Ticket {place}") for place in range(4)]
    bob = browse("bob").go("/queue")
    bob.find(f"{row(numbers[1])} button").focus()
    for number in numbers[1:3]:
        quiet.house.desk.claim(number, quiet.house.operators.find("ada"))
    bob.find(row(numbers[1])).wait_for(state="detached")
    assert bob.page.evaluate("document.activeElement.closest('[data-ticket]').dataset.ticket") == numbers[3]


def test_asking_again_costs_next_to_nothing(browse, quiet):
    quiet.ticket()
    bob = browse("bob").go("/queue")
    with bob.page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        pass  # the first time it learns the queue's ETag
    with bob.page.expect_response(lambda answer: answer.request.resource_type == "fetch") as asked:
        pass
    assert asked.value.request.headers.get("if-none-match")
    assert asked.value.status in (304, 200)  # 200 when a minute has just gone by: ages are told anew


def test_it_waits_out_a_lost_connection(browse, quiet):
    bob = browse("bob").go("/queue")
    bob.page.context.set_offline(True)
    number = quiet.ticket()
    bob.page.wait_for_timeout(5000)
    assert bob.tickets() == []
    bob.page.context.set_offline(False)
    bob.find(row(number)).wait_for()
    bob.mistakes = [said for said in bob.mistakes if "ERR_INTERNET_DISCONNECTED" not in said]


def test_a_signed_out_screen_asks_to_sign_in(browse, quiet):
    bob = browse("bob").go("/queue")
    bob.page.context.clear_cookies()
    bob.page.wait_for_url("**/login**")


def test_the_loser_hears_who_was_faster_and_goes_back(browse, quiet):
    number = quiet.ticket()
    ines = browse("ines").go("/queue")
    bob = browse("bob", PHONE, java_script_enabled=False).go("/queue")  # it does not hear in time that it is gone
    claim(ines, number)
    claim(bob, number)
    assert bob.heading == "ines was faster"
    assert "has had" in bob.find("main").inner_text()
    bob.follow("Back to the queue")
    assert bob.path == "/queue"


def test_release_close_and_reopen(browse, quiet):
    number = quiet.ticket()
    ines = browse("ines").go("/queue")
    claim(ines, number)
    assert "Jane Doe" in ines.find("main").inner_text()
    ines.press("Release to the queue")
    assert ines.path == "/queue"
    assert ines.tickets() == [number]
    claim(ines, number)
    ines.press("Close")
    assert "Closed by ines" in ines.find("p.state").inner_text()
    ines.press("Reopen")
    assert "Yours since" in ines.find("p.state").inner_text()
    ines.follow("My tickets")
    assert number in ines.find("main").inner_text()


def test_times_are_told_in_the_readers_own_zone(browse, quiet):
    number = quiet.ticket()
    there = browse("ines", timezone_id="Asia/Tokyo", locale="en-GB").go(f"/tickets/{number}")
    moment = there.find(".state time")
    assert "UTC" not in moment.inner_text()
    assert moment.get_attribute("title").endswith("UTC")
    plain = browse("ines", java_script_enabled=False).go(f"/tickets/{number}")
    assert plain.find(".state time").inner_text().endswith("UTC")


def test_it_works_without_script(browse, quiet):
    number = quiet.ticket()
    ines = browse("ines", java_script_enabled=False).go("/queue")
    ines.follow("Refresh")
    claim(ines, number)
    assert ines.path == f"/tickets/{number}"


@pytest.mark.parametrize("window", [PHONE, DESKTOP])
def test_it_works_by_keyboard_alone(browse, quiet, window):
    number = quiet.ticket()
    ines = browse(window=window).go("/login")
    keys = ines.page.keyboard
    ines.find("#name").focus()
    keys.type("ines")
    keys.press("Tab")
    keys.type(PASSWORD)
    ines.enter()
    assert ines.path == "/queue"
    walked = []
    for _ in range(20):
        keys.press("Tab")
        walked.append(ines.focus)
        shown = ines.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none", f"{walked[-1]} does not show that it has the focus"
        if walked[-1] == f"Claim {number}":
            break
    assert walked[0] == "Skip to the content"
    ines.enter()
    assert ines.path == f"/tickets/{number}"
