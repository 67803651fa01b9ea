"""A customer who has lost the mail asks for all their tickets, and finds them behind the link that comes."""

from __future__ import annotations

import re
import time

import pytest

from tests.browser.seen import PHONE
from tests.browser.test_every_page import LONG, check
from tests.mail_desk import MailDesk, letter


def link_in_mail(office, address):
    """The link that was mailed to the address, as soon as it is in its mailbox."""
    folder = office.desk.root / "data" / "mail" / address / "new"
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for path in folder.glob("*.link.*"):
            text = path.read_bytes().replace(b"=\n", b"").replace(b"=3D", b"=").decode()
            path.unlink()
            return re.findall(r"/my-tickets\?link=[\w.-]+", text)[0]
        time.sleep(0.05)
    raise TimeoutError(folder)


def opens(office, subject, sender="Jane Doe <jane@example.com>"):
    """Jane writes; the number."""
    return MailDesk.of(office.house).receive(letter(sender, "helpdesk@localhost", "It hums.", subject)).number


@pytest.mark.parametrize("script", [True, False])
def test_a_customers_way(browse, quiet, script):
    subjects = ["The pump hums", "The pump is loud", LONG]
    number = [opens(quiet, subject) for subject in subjects][1]
    jane = browse(window=PHONE, java_script_enabled=script).go("/")
    jane.follow("Your tickets")
    jane.find("#email").fill("jane@example.com")
    jane.press("Mail me the link")
    assert jane.find("[role=status]").inner_text().startswith("Please look into your mailbox.")
    jane.go(link_in_mail(quiet, "jane@example.com"))
    jane.press("Show my tickets")
    assert set(subjects) <= set(jane.find(".letters .subject").all_inner_texts())
    jane.follow("The pump is loud")
    assert jane.path == f"/status/{number}?key={quiet.house.desk.key(number)}"


def test_every_state_without_barriers(browse, quiet):
    for subject in ("The pump hums", LONG):
        opens(quiet, subject, "Tom <tom@example.com>")
    jane = browse().go("/my-tickets")
    check(jane)
    jane.page.evaluate("document.forms[0].noValidate = true")
    jane.find("#email").fill("tom")
    jane.press("Mail me the link")
    assert jane.page.title().startswith("Error: ")
    assert jane.focus == "email"
    check(jane)
    jane.find("#email").fill("tom@example.com")
    jane.press("Mail me the link")
    jane.find("[role=status]").wait_for()
    check(jane)
    check(jane.go(link_in_mail(quiet, "tom@example.com")))
    jane.press("Show my tickets")
    check(jane)
    jane.press("Shut this list")
    assert jane.find("#email").is_visible()
    check(jane.go("/my-tickets?link=1.2.3"))
    check(jane.go("/"))
