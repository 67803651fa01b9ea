"""A customer asks for all their tickets: a link by mail, a list behind it, and the same answer to everybody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.words.letter import LINK
from tests.mail_desk import MailDesk
from tests.web.conftest import SCRIPT, Answer, Asked

URL = "http://desk.example/desk"
SETTINGS = f'[desk]\nurl = "{URL}"\naddress = "help@example.org"\n'


class Jane:
    """A customer who writes by mail and with a form."""

    def __init__(self, place: Path) -> None:
        self.mail = MailDesk(place, SETTINGS)
        self.house = self.mail.house
        self.asked = Asked(self.house)

    def opens(self, address: str = "jane@example.com", subject: str = "Fire") -> str:
        """Fill in the contact form; the number."""
        typed = {"name": "Jane", "email": address, "subject": subject, "message": f"It burns: {subject}."}
        return self.asked.post("/forms/contact", fields=typed).headers["location"].partition("/sent/")[2][:14]

    def asks(self, address: str = "jane@example.com", **headers: str) -> Answer:
        return self.asked.post("/my-tickets", fields={"email": address}, **headers)

    def opens_link(self, link: str, cookie: str = "") -> Answer:
        """Press the button behind the link."""
        return self.asked.post("/my-tickets/open", fields={"link": link.partition("link=")[2]}, Cookie=cookie)

    def list(self, link: str) -> Answer:
        """What the link opens."""
        cookie = self.opens_link(link).headers["set-cookie"].partition(";")[0]
        return self.asked.get("/my-tickets", Cookie=cookie)

    def links(self) -> list[str]:
        """The links that wait to be mailed, below the desk's address."""
        return [one.url.removeprefix(URL) for one in self.mail.letters(LINK)]


@pytest.fixture
def jane(tmp_path) -> Jane:
    return Jane(tmp_path)


def test_the_start_page_leads_there(jane):
    assert f'href="{SCRIPT}/my-tickets"' in jane.asked.get("/").text
    assert "Your mail address" in jane.asked.get("/my-tickets").words


def test_a_desk_that_does_not_know_its_own_address_mails_no_links(desk):
    assert "/my-tickets" not in desk.get("/").text
    assert desk.get("/my-tickets").status == 404
    assert desk.post("/my-tickets", fields={"email": "jane@example.com"}).status == 404


def test_her_tickets_are_behind_the_link(jane):
    first, second = jane.opens(subject="Fire"), jane.opens("Jane@Example.com", subject="Smoke")
    other = jane.opens("tom@example.com", subject="Flood")
    jane.house.desk.claim(first, jane.asked.operator("ines"))
    assert jane.asks().headers["location"] == f"{SCRIPT}/my-tickets?asked=1"
    (link,) = jane.links()
    page = jane.list(link)
    assert page.status == 200
    assert "Smoke Waiting for somebody here to read it" in page.words and "Fire Ines has been on it" in page.words
    for number in (first, second):
        assert f'href="{SCRIPT}/status/{number}?key={jane.house.desk.key(number)}"' in page.text
    assert other not in page.text and "Flood" not in page.text and "jane@" not in page.text.lower()


def test_a_ticket_that_began_by_mail_is_among_them(jane):
    number = jane.mail.receive(LETTER).number
    jane.asks()
    assert number in jane.list(jane.links()[0]).text


LETTER = (
    b"From: Jane <jane@example.com>\r\nTo: help@example.org\r\nSubject: By mail\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n"
)


def test_the_answer_is_the_same_whoever_asks(jane):
    jane.opens()
    known, unknown = jane.asks(), jane.asks("nobody@example.com")
    assert known == unknown and known.status == 303
    assert "Please look into your mailbox." in jane.asked.get("/my-tickets?asked=1").words
    assert [one.recipients for one in jane.mail.letters(LINK)] == [("jane@example.com",)]
    assert jane.house.outbox.staged_numbers() == []


def test_the_letter_says_what_it_is(jane):
    jane.opens("Jane@Example.com")
    jane.asks("jane@example.COM")
    assemble.courier(jane.house).run(all=True)
    (box,) = [path for path in Path(jane.mail.root.inside("mail")).iterdir() if "Jane" in path.name]
    letters = [path.read_text() for path in (box / "new").iterdir()]
    (letter,) = [one for one in letters if "Your tickets" in one]
    assert "Auto-Submitted: auto-replied" in letter and "It burns" not in letter
    (link,) = set(re.findall(rf"{URL}(/my-tickets\?link=[\w.-]+)", letter.replace("=\n", "").replace("=3D", "=")))
    assert jane.asked.get(link).status == 200


def test_the_link_works_for_an_hour_and_not_when_changed(jane):
    jane.opens()
    jane.asks()
    (link,) = jane.links()
    for wrong in (link[:-1], link.replace("link=", "link=f"), "/my-tickets?link=x", "/my-tickets?link=..", link + "A"):
        answer = jane.asked.get(wrong)
        assert answer.status == 404
        assert "This link does not work any more." in answer.words
    now = jane.house.clock
    jane.house.desk = jane.house.desk._replace(clock=lambda: now() + 3500)
    assert jane.asked.get(link).status == 200
    jane.house.desk = jane.house.desk._replace(clock=lambda: now() + 3700)
    assert jane.asked.get(link).status == 404


def test_the_link_works_once(jane):
    jane.opens()
    jane.asks()
    (link,) = jane.links()
    assert "Fire" not in jane.asked.get(link).text, "looking does not use it, nor tell anything"
    opened = jane.opens_link(link)
    assert (opened.status, opened.headers["location"]) == (303, f"{SCRIPT}/my-tickets")
    cookie = opened.headers["set-cookie"]
    assert cookie.endswith(f"; Path={SCRIPT}/my-tickets; HttpOnly; SameSite=Lax; Max-Age=3600")
    for again in (jane.asked.get(link), jane.opens_link(link)):
        assert again.status == 404 and "This link does not work any more." in again.words
        assert "set-cookie" not in again.headers
    here = cookie.partition(";")[0]
    assert "Fire" in jane.asked.get("/my-tickets", Cookie=here).text
    assert "Fire" in jane.asked.get(link, Cookie=here).text, "who has opened it finds the list behind it still"
    assert jane.opens_link(link, here).headers["location"] == f"{SCRIPT}/my-tickets", "pressed twice"


def test_two_links_of_the_same_moment_are_two(jane):
    jane.opens()
    jane.asks()
    jane.asks()
    one, other = jane.links()
    assert [jane.opens_link(link).status for link in (one, one, other)] == [303, 404, 303]


def test_what_was_opened_is_shut_by_its_hour_and_by_a_button(jane):
    jane.opens()
    jane.asks()
    cookie = jane.opens_link(jane.links()[0]).headers["set-cookie"].partition(";")[0]
    assert jane.asked.post("/my-tickets/shut", Cookie=cookie).headers["set-cookie"].endswith("Max-Age=0")
    for wrong in (cookie[:-1], "helpdesk-tickets=", "helpdesk-tickets=..", cookie.replace("=", "=f"), cookie + "A"):
        assert "Your mail address" in jane.asked.get("/my-tickets", Cookie=wrong).words
    link = jane.links()[0].partition("link=")[2]
    assert "Your mail address" in jane.asked.get("/my-tickets", Cookie=f"helpdesk-tickets={link}").words
    now = jane.house.clock
    jane.house.desk = jane.house.desk._replace(clock=lambda: now() + 3700)
    assert "Your mail address" in jane.asked.get("/my-tickets", Cookie=cookie).words


def test_no_address_stands_in_the_link(jane):
    jane.opens()
    jane.asks()
    assert "jane" not in jane.links()[0] and "@" not in jane.links()[0]


def test_nobodys_mailbox_is_flooded(jane):
    jane.opens()
    assert [jane.asks().status for _ in range(6)] == [303] * 6
    assert len(jane.links()) == 3


def test_too_much_from_one_place_is_refused(jane):
    jane.house.settings = jane.house.settings._replace(submissions_per_hour=2)
    assert [jane.asks(f"{name}@example.com").status for name in "abc"] == [303, 303, 429]
    assert "c@example.com" in jane.asks("c@example.com").text


@pytest.mark.parametrize("typed", ["", "jane", "jane@", "a@b, c@d", "x@example.com\r\nBcc: y@example.com"])
def test_what_is_no_address_comes_back(jane, typed):
    answer = jane.asks(typed)
    assert answer.status == 422
    assert "This is no mail address." in answer.words
    assert 'aria-describedby="email-problem"' in answer.text
    assert jane.links() == []


def test_other_sites_ask_for_nothing(jane):
    jane.opens()
    assert jane.asks(Origin="https://evil.example").status == 403
    assert jane.links() == []


def test_a_note_of_a_ticket_that_is_not_hers_opens_nothing(jane):
    """The index is only a hint: the ticket itself says whose it is."""
    jane.opens()
    other = jane.opens("tom@example.com", subject="Flood")
    jane.house.whose.note("jane@example.com", other)
    jane.asks()
    page = jane.list(jane.links()[0])
    assert "Fire" in page.text and other not in page.text


def test_looking_changes_nothing(jane):
    jane.opens()
    jane.asks()
    (link,) = jane.links()
    data = Path(jane.mail.root.data)

    def seen() -> dict[Path, bytes]:
        files = [path for path in data.rglob("*") if path.is_file() and path.parent.name != "cache"]
        return {path: path.read_bytes() for path in files}

    before = seen()
    for path in (link, "/my-tickets", "/my-tickets?asked=1", f"{link}&email=jane@example.com"):
        assert jane.asked.get(path).status == 200
    assert seen() == before
