"""A customer follows the link in their mail: reads, writes, is answered, closes, opens it again."""

from __future__ import annotations

import pytest

from tests import servers
from tests.browser.seen import PHONE, TINY
from tests.browser.story import Story
from tests.browser.test_every_page import LONG, check
from tests.mail_desk import MailDesk


def link(office, number):
    """The link in the customer's mail."""
    return f"/status/{number}?key={office.house.desk.key(number)}"


def write(seen, text, *files):
    """Fill in the box and press Send."""
    seen.find("#message").fill(text)
    seen.find("#files").set_input_files([{"name": name, "mimeType": "image/png", "buffer": b"x"} for name in files])
    seen.press("Send")


@pytest.mark.parametrize("script", [True, False])
def test_a_customers_way(browse, quiet, script):
    number = quiet.ticket("The pump hums")
    jane = browse(window=PHONE, java_script_enabled=script).go(link(quiet, number))
    assert jane.heading == "The pump hums"
    assert jane.find(".state").inner_text() == "Waiting for somebody here to read it"
    write(jane, "It hums louder now.", "pump on its shelf.png")
    assert jane.find("[role=status]").inner_text().startswith("We have it.")
    assert jane.find(".story .letter").last.inner_text().count("It hums louder now.") == 1
    assert jane.find(".attachments a").inner_text() == "pump on its shelf.png"
    mail = MailDesk.of(quiet.house)
    mail.answer("ines", number, "We come at noon.")
    jane.go(link(quiet, number))
    assert jane.find(".state").inner_text().startswith("Ines has been on it since")
    assert jane.find(".story .answer").inner_text().endswith("We come at noon.")
    write(jane, "Thank you.")
    jane.press("Close it")
    assert jane.find(".state").inner_text().startswith("Closed by you")
    jane.press("Open it again")
    assert jane.find(".state").inner_text().startswith("Ines has been on it since")
    assert mail.kinds(number) == ["inquiry", "letter", "claimed", "answer", "letter", "closed", "reopened"]


def test_reloading_sends_nothing_again(browse, quiet):
    number = quiet.ticket()
    jane = browse().go(link(quiet, number))
    write(jane, "Only once.")
    jane.page.reload()
    assert jane.find(".story .letter").count() == 2


def test_a_double_click_sends_it_once(browse, quiet):
    number = quiet.ticket()
    jane = browse().go(link(quiet, number))
    jane.find("#message").fill("Only once.")
    jane.page.get_by_role("button", name="Send").dblclick()
    jane.find("[role=status]").wait_for()
    assert MailDesk.of(quiet.house).kinds(number) == ["inquiry", "letter"]


def test_an_empty_box_comes_back_with_the_focus_in_it(browse, quiet):
    jane = browse().go(link(quiet, quiet.ticket()))
    jane.press("Send")
    assert jane.page.title().startswith("Error: ")
    assert jane.focus == "message"
    described = jane.find("#message").get_attribute("aria-describedby")
    assert "nothing to send yet" in jane.find(f"#{described}").inner_text()
    check(jane)


def test_the_confirmation_leads_there(browse, quiet):
    number = quiet.ticket("The pump hums")
    jane = browse(window=PHONE).go(f"/sent/{number}?key={quiet.house.desk.key(number)}")
    jane.follow("See how it stands, or add something")
    assert jane.heading == "The pump hums"


def test_a_file_is_saved(browse, quiet):
    jane = browse().go(link(quiet, quiet.ticket()))
    write(jane, "", "pump.png")
    with jane.page.expect_download() as saved:
        jane.find(".attachments a").click()
    assert saved.value.suggested_filename == "pump.png"


@pytest.mark.parametrize("language", ["en", "it"])
def test_all_of_it_without_barriers(browse, quiet, language):
    story = Story(quiet)
    story.tell()
    jane = browse(locale=language).go(link(quiet, story.number))
    assert jane.page.evaluate("document.documentElement.lang") == language
    check(jane)
    jane.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    check(jane)


def test_every_state_without_barriers(browse, quiet):
    number = quiet.ticket(LONG)
    jane = browse(window=TINY).go(link(quiet, number))
    check(jane)
    write(jane, LONG, f"{LONG}.png")
    check(jane)
    jane.press("Close it")
    check(jane)
    servers.change_settings(quiet.desk.root, reopen_days=0)
    try:
        check(jane.go(link(quiet, number)))
        assert jane.find("textarea").count() == 0
    finally:
        servers.change_settings(quiet.desk.root, reopen_days=30)


def test_it_works_by_keyboard_alone(browse, quiet):
    jane = browse().go(link(quiet, quiet.ticket()))
    jane.find("#message").focus()
    keys = jane.page.keyboard
    keys.type("It hums.")
    keys.press("Tab")
    assert jane.focus == "files"
    keys.press("Tab")
    keys.press("Enter")
    jane.find("[role=status]").wait_for()
