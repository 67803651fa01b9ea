"""Every page in every state: no barriers, no sideways scrolling at 320 CSS pixels, no more than 50 kB."""

from __future__ import annotations

import time

import pytest

from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.words.letter import Letter
from tests import examples, mail_desk, servers
from tests.browser.conftest import opened
from tests.browser.seen import HEAVIEST, PHONE, TINY

LONG = "Averylongwordthatsomebodymighttypewithoutasinglespaceinitbecausepeopledosuchthingsonphones" * 2


def check(seen):
    """All that must be true of the page that is shown."""
    assert seen.weight() < HEAVIEST
    assert seen.barriers() == []
    assert seen.overhang() <= 0


def refuse(seen, form):
    """Send the form empty, as a browser would that checks nothing."""
    seen.go(f"/forms/{form}")
    seen.page.evaluate("document.forms[0].noValidate = true")
    seen.through(seen.find("form :is(button, input[type=submit])").last)
    assert seen.page.title().startswith("Error: ")


def letter(office, number, hold=True):
    """A letter in the outbox, that waits or is held."""
    made = Letter(
        examples.entry(number, "acknowledgement").message_id,
        "acknowledgement",
        number,
        "Fire",
        examples.NOON,
        ("jane@example.com",),
        next_at=2_000_000_000,
        tries=2,
        reason="450 4.7.1 <jane@example.com>: try again later",
    )
    office.house.outbox.stage([made])
    office.house.outbox.publish([made])
    if hold:
        assert office.house.outbox.take(made)
        office.house.outbox.hold(made)


def key_of(office):
    """The key of the link that `serve` has printed, as soon as it has."""
    path = office.desk.root / "data" / "setup-key"
    until = time.monotonic() + 10
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return path.read_text()


@pytest.mark.parametrize("path", ["/", "/forms/contact", "/forms/repair", "/forms/club", "/login", "/nowhere"])
def test_a_page_for_customers(browse, path):
    check(browse().go(path))


@pytest.mark.parametrize("form", ["contact", "repair", "club"])
def test_a_form_that_came_back(browse, form):
    seen = browse()
    refuse(seen, form)
    check(seen)


def test_the_confirmation(browse, office):
    number = office.ticket()
    check(browse().go(f"/sent/{number}?key={office.house.desk.key(number)}"))


def test_a_wrong_password_and_one_too_many(browse, quiet):
    seen = browse().go("/login")
    headings: list[str] = []
    while len(headings) < 2:
        seen.find("#name").fill("nobody")
        seen.find("#password").fill("wrong")
        seen.press("Sign in")
        said = seen.find("#problem").inner_text().partition(".")[0]
        if said not in headings:
            check(seen)
            headings.append(said)
    assert headings == ["This name and this password do not go together", "Too many wrong tries"]
    quiet.clear()


@pytest.mark.parametrize("path", ["/queue", "/mine", "/outbox", "/intake"])
def test_a_list_with_nothing_in_it(browse, quiet, path):
    check(browse("ines").go(path))


def test_a_full_queue(browse, quiet):
    numbers = [quiet.ticket(f"Ticket {place} {LONG if place == 3 else ''}", place % 3) for place in range(60)]
    seen = browse("ines").go("/queue")
    assert len(seen.tickets()) == 50
    check(seen)
    seen.follow("Next page")
    assert seen.tickets() == numbers[50:]
    check(seen)
    check(seen.go(f"/queue?after={numbers[-1]}"))


@pytest.mark.parametrize("language", ["en", "it"])
def test_nothing_is_cut_off_where_words_are_longer(browse, quiet, language):
    quiet.ticket(attachments=2)
    servers.change_settings(quiet.desk.root, language=language)
    try:
        seen = browse("ines", TINY).go("/queue")
        assert seen.page.evaluate("document.documentElement.lang") == language
        assert seen.overhang() <= 0
        row, number = seen.find("[data-ticket]").bounding_box(), seen.find(".number").bounding_box()
        button = seen.find("[data-ticket] button").bounding_box()
        assert number["x"] + number["width"] <= row["x"] + row["width"]
        assert number["x"] + number["width"] <= button["x"] or number["y"] + number["height"] <= button["y"]
    finally:
        servers.change_settings(quiet.desk.root, language="en")


def test_a_queue_with_notices(browse, quiet):
    broken = quiet.desk.root / "forms" / "order.html"
    broken.write_text("{% if %}")
    letter(quiet, quiet.ticket())
    quiet.house.limits.note("honeypot", "anyone")
    try:
        seen = browse("ada").go("/queue")
        assert seen.find(".notice").count() == 2
        check(seen)
        check(browse().go("/forms/order"))
    finally:
        broken.unlink()


def test_a_ticket_in_every_state(browse, quiet):
    number = quiet.ticket(LONG)
    ines = browse("ines").go(f"/tickets/{number}")
    check(ines)
    ines.press(f"Claim {number}")
    check(ines)
    check(browse("ada").go(f"/tickets/{number}"))
    check(browse("bob").go(f"/tickets/{number}"))
    check(ines.go("/mine"))
    ines.go(f"/tickets/{number}").press("Close")
    check(ines)


def test_what_is_refused_of_a_ticket_and_of_its_holder(browse, quiet):
    number, part = quiet.ticket(), quiet.ticket("Still on fire")
    ines, bob = (quiet.house.operators.find(name) for name in ("ines", "bob"))
    quiet.house.desk.claim(number, ines)
    quiet.house.desk.claim(part, ines)
    seen = browse("ines").go(f"/tickets/{number}")
    seen.page.evaluate("document.querySelector('#copy-in').closest('details').open = true")
    seen.find("#copy-in").fill(quiet.house.settings.address)
    seen.press("Put in copy")
    check(seen)
    assert seen.page.evaluate("document.activeElement.id") == "copy-in"
    Joining(quiet.house.desk).merge(part, number, ines)
    customer = browse("", PHONE).go(f"/status/{part}?key={quiet.house.desk.key(part)}")
    check(customer)
    customer.follow(number)
    assert customer.path.startswith(f"/status/{number}?")
    ada = browse("ada", PHONE).go("/administration/operators/ines")
    ada.find("summary").last.click()
    ada.press("Take the account away")
    check(ada)
    ada.find("#hand-to").select_option(bob.name)
    ada.press("Hand on")
    assert "1 ticket has gone on." in ada.find(".notice").inner_text()


def test_a_lost_race(browse, quiet):
    number = quiet.ticket()
    bob, again = browse("bob"), browse("ada")
    for seen in (bob, again):
        seen.page.route("**/*.js*", lambda route: route.abort())  # so the queue does not hear in time that it is gone
        seen.go("/queue")
    quiet.house.desk.claim(number, quiet.house.operators.find("ada"))
    for seen in (bob, again):
        seen.press(f"Claim {number}")
        check(seen)
    assert bob.heading == "ada was faster"
    assert again.heading == "You have it already"


@pytest.mark.parametrize("who", ["ada", "bob"])
def test_the_outbox(browse, quiet, who):
    for hold in (True, False):
        letter(quiet, quiet.ticket(LONG), hold)
    check(browse(who).go("/outbox"))


@pytest.mark.parametrize("who", ["ada", "bob"])
def test_letters_kept_aside(browse, quiet, who):
    for raw in (b"Hello?\r\n", mail_desk.letter("", "", LONG * 20, LONG)):
        quiet.house.intake.receive([raw], Envelope("test"))
    check(browse(who).go("/intake"))
    check(browse(who).go("/queue"))


def test_a_page_that_cannot_do_that(browse, office):
    check(browse("ines").go(f"/tickets/{office.ticket()}/claim"))


def test_the_first_operators_page(browse):
    with servers.new_desk(people=()) as desk, opened(desk) as office:
        seen = browse(at=office).go(f"/setup?key={key_of(office)}")
        check(seen)
        seen.page.evaluate("document.forms[0].noValidate = true")
        seen.press("Make the account")
        assert seen.find(".summary li").count() == 3
        check(seen)
        for name, typed in {
            "name": "ines",
            "email": "ines@example.org",
            "password": "12345678",
            "again": "12345678",
        }.items():
            seen.find(f"#{name}").fill(typed)
        seen.press("Make the account")
        assert seen.path == "/queue"
        check(seen.go(f"/setup?key={'0' * 32}"))


def test_a_desk_without_forms(browse):
    with servers.new_desk(people=()) as desk, opened(desk) as office:
        for path in (desk.root / "forms").glob("*.html"):
            path.unlink()
        check(browse(at=office).go("/"))
