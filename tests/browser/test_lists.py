"""Home, lists and logging a call: without barriers, on a telephone and on a desk, with and without script."""

from __future__ import annotations

import base64
import time

import pytest

from helpdesk_lite.tickets.calls import Call, Calls
from helpdesk_lite.words.form import Upload
from helpdesk_lite.words.standing import USUAL, Standing
from tests.browser.seen import DESKTOP, PHONE
from tests.browser.test_every_page import LONG, check
from tests.browser.test_writing import claimed

DAY = 86_400
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def full(quiet):
    """A desk with tickets of each kind; the number of one that bob has."""
    now = int(time.time())
    ines = quiet.house.operators.find("ines")
    for count, kind in enumerate(({"priority": "critical"}, {"level": 2}, {"category": "paper"}, {})):
        number = quiet.ticket(f"Fire {count}" if count else LONG)
        quiet.house.handling.mark(number, ines, Standing(**kind), USUAL)
    overdue = claimed(quiet)
    quiet.house.handling.mark(overdue, ines, Standing(due_at=now - DAY, priority="high"), USUAL)
    quiet.house.handling.wait(claimed(quiet), ines)
    number = quiet.ticket("Somebody else's")
    quiet.house.desk.claim(number, quiet.house.operators.find("bob"))
    return number


def test_home_and_lists_without_barriers(browse, full):
    phone, desktop = browse("ines", PHONE), browse("ines", DESKTOP)
    for path in ("/home", "/tickets"):
        check(phone.go(path))
    for path in ("/tickets?state=closed", "/tickets/new"):
        check(desktop.go(path))


def test_a_call_is_logged_without_barriers_and_without_script(browse, quiet):
    seen = browse("ines", PHONE, java_script_enabled=False).go("/home")
    seen.follow("Log a call")
    seen.find("#channel").select_option("counter")
    seen.find("#subject").fill("Smoke")
    seen.find("#text").fill("It smells.")
    seen.press("Log it, it is mine")
    assert seen.heading == "Smoke"
    assert "Counter" in seen.find("header").last.inner_text()


def test_a_picture_is_seen_on_its_tickets_page(browse, quiet, tmp_path):
    path = tmp_path / "smoke.png"
    path.write_bytes(base64.b64decode(PIXEL))
    upload = Upload("file", "smoke.png", "image/png", path.stat().st_size, str(path))
    call = Call("phone", "Smoke", "Look.", "Jane Doe", "jane@example.com", uploads=(upload,))
    number = Calls(quiet.house.desk).log(call, quiet.house.operators.find("ines"))
    seen = browse("ines").go(f"/tickets/{number}")
    picture = seen.find(".attachments img")
    picture.scroll_into_view_if_needed()
    seen.page.wait_for_function("document.querySelector('.attachments img').naturalWidth > 0")
    check(seen)
