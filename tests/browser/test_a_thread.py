"""A ticket's whole thread as somebody sees it: letters, answers, notes, programs and failures, and a letter's HTML."""

from __future__ import annotations

import pytest

from tests import servers
from tests.browser.seen import PHONE, TINY
from tests.browser.story import Story
from tests.browser.test_every_page import LONG, check
from tests.mail_desk import JANE, MailDesk, letter


def unfold(seen):
    """Open all that is folded."""
    seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("language", ["en", "it"])
def test_all_of_it_without_barriers(browse, quiet, language):
    number = Story(quiet).tell()
    servers.change_settings(quiet.desk.root, language=language)
    try:
        ines = browse("ines").go(f"/tickets/{number}")
        assert ines.page.evaluate("document.documentElement.lang") == language
        check(ines)
        unfold(ines)
        check(ines)
    finally:
        servers.change_settings(quiet.desk.root, language="en")


def test_back_in_the_queue_without_barriers(browse, quiet):
    number = Story(quiet).tell()
    quiet.house.desk.release(number, quiet.house.operators.find("ines"))
    bob = browse("bob").go(f"/tickets/{number}")
    assert "jane@" not in bob.page.content().lower()
    unfold(bob)
    check(bob)
    check(bob.go("/queue"))


def test_closed_without_barriers(browse, quiet):
    number = Story(quiet).tell()
    ines = browse("ines").go(f"/tickets/{number}")
    ines.press("Close")
    check(ines)


@pytest.mark.parametrize("state", ["pending", "claimed"])
def test_a_letter_that_has_next_to_nothing(browse, quiet, state):
    story = Story(quiet, "> only a quote", f"{LONG} <{'x' * 60}@example.com>", subject=LONG)
    story.write("", f"{LONG} <stranger@example.net>", subject="x" * 300)
    if state == "claimed":
        story.mail.answer("ines", story.number, "claim")
    ines = browse("ines").go(f"/tickets/{story.number}")
    check(ines)
    check(ines.go("/mine"))


def test_what_is_folded_opens_by_keyboard(browse, quiet):
    ines = browse("ines").go(f"/tickets/{Story(quiet).tell()}")
    summary = ines.find("summary").first
    summary.focus()
    assert not ines.find("text=Riverside Café").is_visible()
    ines.page.keyboard.press("Enter")
    assert ines.find("text=Riverside Café").is_visible()


def test_it_works_without_script(browse, quiet):
    ines = browse("ines", PHONE, java_script_enabled=False).go(f"/tickets/{Story(quiet).tell()}")
    ines.find("summary").first.click()
    assert ines.find("text=Riverside Café").is_visible()
    ines.through(ines.find(".as-html a"))
    assert ines.heading == "Thursday"


def test_notes_and_strangers_are_told_apart_by_word(browse, quiet):
    ines = browse("ines").go(f"/tickets/{Story(quiet).tell()}")
    assert ines.find(".letter.note h3").inner_text().startswith("ines noted Only operators see this")
    assert ines.find(".letter.letter h3 .mark").first.inner_text() == "Not the customer"


def test_a_letters_html_asks_nobody_for_anything(browse, quiet):
    number = Story(quiet).tell()
    ines = browse("ines")
    asked = []
    ines.page.on("request", lambda request: asked.append(request.url))
    ines.go(f"/tickets/{number}")
    ines.through(ines.find(".as-html a"))
    assert ines.find("main b").inner_text() == "fine"
    assert ines.find("main b").evaluate("at => getComputedStyle(at).color") == "rgb(11, 107, 93)"
    assert ines.find("main img").first.evaluate("at => at.naturalWidth") == 16
    away = [url for url in asked if not url.startswith((quiet.url, "data:"))]
    assert away == []
    ines.follow("Back to the ticket")
    assert ines.path == f"/tickets/{number}"
    ines.mistakes[:] = [one for one in ines.mistakes if "sandboxed" not in one]  # it is: our own looks are scripts


def test_a_letters_html_without_barriers(browse, quiet):
    ines = browse("ines", bypass_csp=True).go(f"/tickets/{Story(quiet).tell()}")
    ines.through(ines.find(".as-html a"))
    check(ines)


def test_a_letters_wide_html_scrolls_by_itself(browse, quiet):
    raw = letter(
        JANE, "helpdesk@localhost", '<table width="2000"><tr><td>wide</td></tr></table>', Content_Type="text/html"
    )
    mail = MailDesk.of(quiet.house)
    number = mail.receive(raw).number
    mail.answer("ines", number, "claim")
    ines = browse("ines", TINY, bypass_csp=True).go(f"/tickets/{number}/letters/0")
    check(ines)


def test_a_link_in_a_letter_opens_outside_of_the_sandbox(browse, quiet):
    ines = browse("ines").go(f"/tickets/{Story(quiet).tell()}")
    ines.through(ines.find(".as-html a"))
    link = ines.page.get_by_role("link", name="opening hours")
    ines.page.context.route("https://example.com/", lambda route: route.fulfill(body="<title>Open</title>"))
    with ines.page.context.expect_page() as opened:
        link.click()
    assert opened.value.url == "https://example.com/"
