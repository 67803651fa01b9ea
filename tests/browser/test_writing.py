"""Writing on a ticket's page: typed, sent, seen; by keyboard, on a phone, without script; and nothing typed is lost."""

from __future__ import annotations

import time

import pytest

from tests.browser.seen import PHONE
from tests.browser.test_every_page import LONG, check
from tests.mail_desk import JANE, MailDesk, letter


def claimed(office, who="ines"):
    """The number of a ticket that somebody has."""
    number = office.ticket()
    office.house.desk.claim(number, office.house.operators.find(who))
    return number


def write_in(office, number, text="It is out."):
    """Jane writes to the ticket by mail."""
    mail = MailDesk.of(office.house)
    assert mail.receive(letter(JANE, mail.address("ticket", number), text)).number == number


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_is_typed_sent_and_seen(browse, quiet, tmp_path, script):
    number = claimed(quiet)
    ines = browse("ines", java_script_enabled=script).go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water on it.")
    (tmp_path / "plan.pdf").write_bytes(b"exits")
    ines.find("#answer-file").set_input_files(tmp_path / "plan.pdf")
    ines.press("Send to the customer")
    assert ines.path == f"/tickets/{number}#entry-2"
    assert "Pour water on it." in ines.find("#entry-2").inner_text()
    assert "plan.pdf" in ines.find("#entry-2").inner_text()
    assert ines.find("#answer-text").input_value() == ""


def test_a_note_is_unfolded_typed_and_seen(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines", PHONE).go(f"/tickets/{number}")
    assert not ines.find("#note-text").is_visible()
    ines.find(".write summary").click()
    ines.find("#note-text").fill("She has done this before.")
    ines.press("Add the note")
    assert "Only operators see this" in ines.find("#entry-2").inner_text()


def test_by_keyboard_alone(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    keys = ines.page.keyboard
    for _ in range(30):
        keys.press("Tab")
        if ines.focus == "answer-text":
            break
    keys.type("Pour water on it.")
    for _ in range(2):
        keys.press("Tab")
    assert ines.focus == "Send to the customer"
    ines.enter()
    assert ines.path.endswith("#entry-2")


def test_what_came_meanwhile_is_where_one_looks_first(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water on it.")
    write_in(quiet, number)
    ines.press("Send to the customer")
    ines.find("#news").wait_for()
    assert ines.focus == "news"
    assert ines.page.title().startswith("Not sent yet: ")
    check(ines)
    ines.press("Send to the customer")
    ines.page.wait_for_url(f"**/tickets/{number}#*")
    assert "Pour water on it." in ines.find(".letter.answer").inner_text()


@pytest.mark.parametrize("state", ["pending", "claimed", "closed", "another's"])
def test_every_box_without_barriers(browse, quiet, state):
    number = quiet.ticket() if state == "pending" else claimed(quiet)
    if state == "closed":
        quiet.house.desk.close(number, quiet.house.operators.find("ines"))
    seen = browse("ada" if state == "another's" else "ines").go(f"/tickets/{number}")
    seen.find(".write summary").click()
    check(seen)


def test_an_empty_answer_comes_back_without_barriers(browse, quiet):
    ines = browse("ines").go(f"/tickets/{claimed(quiet)}")
    ines.press("Send to the customer")
    assert ines.page.title().startswith("Error: ")
    assert ines.focus == "answer-text"
    check(ines)
    ines.find(".write summary").click()
    ines.press("Add the note")
    assert ines.focus == "note-text"
    check(ines)


def test_an_answer_that_came_too_late_without_barriers(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    ines.find("#answer-text").fill(f"Pour water on it. {LONG}")
    quiet.house.desk.release(number, quiet.house.operators.find("ines"))
    quiet.house.desk.claim(number, quiet.house.operators.find("bob"))
    ines.press("Send to the customer")
    assert ines.heading == "Your answer was not sent"
    assert ines.find("#typed").input_value() == f"Pour water on it. {LONG}"
    check(ines)


def test_a_draft_is_kept_without_script(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines", PHONE, java_script_enabled=False).go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water on it.")
    ines.press("Keep as a draft")
    assert ines.path == f"/tickets/{number}#answer-heading"
    assert ines.find("#kept").inner_text().startswith("Draft kept ")
    again = browse("ines").go(f"/tickets/{number}")
    assert again.find("#answer-text").input_value() == "Pour water on it."
    check(again)


def test_what_is_typed_keeps_itself_after_a_pause(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water")
    ines.page.get_by_text("Draft kept", exact=True).wait_for()
    assert quiet.house.drafts.find("ines", number).text == "Pour water"
    ines.press("Send to the customer")
    ines.page.wait_for_url("**#entry-2")
    assert quiet.house.drafts.find("ines", number) is None


def test_leaving_the_page_keeps_what_was_typed(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water")
    ines.go("/mine")
    until = time.monotonic() + 5
    while not quiet.house.drafts.find("ines", number) and time.monotonic() < until:
        time.sleep(0.02)
    assert ines.go(f"/tickets/{number}").find("#answer-text").input_value() == "Pour water"


def test_what_was_sent_is_no_draft(browse, quiet):
    number = claimed(quiet)
    ines = browse("ines").go(f"/tickets/{number}")
    ines.find("#answer-text").fill("Pour water on it.")
    ines.press("Send to the customer")
    ines.page.wait_for_url("**#entry-2")
    ines.go("/mine")
    assert quiet.house.drafts.find("ines", number) is None
