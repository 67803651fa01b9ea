"""A ticket goes over to a category's own desk: with its thread, once, and its customer goes with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli, disk
from helpdesk_lite.letters.intake import PASSED, THREADED
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.web.http import Request
from helpdesk_lite.words import reply_address
from helpdesk_lite.words.errors import AlreadyClaimed, DepartmentUnusable, HandlingRefused, MayBeKept, TicketChanged
from helpdesk_lite.words.standing import USUAL
from helpdesk_lite.words.ticket import CAME, CLAIMED, CLOSED, HANDED, QUEUE, Place
from tests.access.browser import Browser
from tests.examples import BOB, INES
from tests.mail_desk import letter
from tests.servers import change_settings
from tests.two_desks import SECOND, TwoDesks

COUNCIL = USUAL._replace(category="council")
JANE = "Jane Doe <jane@example.com>"


@pytest.fixture
def desks(tmp_path):
    """Two desks, and at the first a ticket with a letter and a note that ines has."""
    desks = TwoDesks(tmp_path)
    raw = letter(JANE, "helpdesk@example.org", "It burns.", Message_ID="<1@example.com>")
    desks.number = desks.receive(raw, "helpdesk@example.org").number
    desks.first.desk.claim(desks.number, INES)
    desks.receive(letter(JANE, to_ticket(desks), "It still burns."), to_ticket(desks))
    assemble.work(desks.first)
    return desks


def to_ticket(desks):
    house = desks.first
    return reply_address.made(house.settings, house.secret, "ticket", desks.number, house.clock())


def hand_over(desks, operator=INES, wanted=COUNCIL, seen=USUAL):
    desks.first.handling.mark(desks.number, operator, wanted, seen)


def here(desks):
    return desks.first.store.read(desks.number)


def there(desks):
    (number,) = desks.numbers(desks.second)
    return desks.second.store.read(number)


def kinds(ticket):
    return [entry.kind for entry in ticket.entries]


class TestHandingOver:
    def test_closes_it_here_and_opens_it_there_with_every_word(self, desks):
        hand_over(desks)
        old, new = here(desks), there(desks)
        assert (old.place, kinds(old)[-1], old.handed_to) == (Place(CLOSED, "ines"), HANDED, ("council", new.number))
        assert old.category == "council"
        assert (new.place, kinds(new)) == (QUEUE, ["inquiry", "letter", CAME])
        assert new.entries[-1].text == f"{desks.number} {desks.first.settings.name}"
        assert new.inquiry.customer == old.inquiry.customer
        for entry in new.entries[:2]:
            opened = [
                house.store.open_message(number, entry.message_id)
                for house, number in ((desks.first, old.number), (desks.second, new.number))
            ]
            assert opened[0].read() == opened[1].read()
        assert desks.findings(desks.first) == desks.findings(desks.second) == []

    def test_tells_the_readers_there_and_the_customer_their_new_number(self, desks):
        hand_over(desks)
        told = {one.kind: (one.recipients, one.number) for one in desks.second.outbox.waiting()}
        number = there(desks).number
        assert told == {
            "notice": (("council-all@example.org",), number),
            "acknowledgement": (("jane@example.com",), number),
        }
        assert desks.first.outbox.waiting() == []

    def test_takes_along_how_urgent_it_is_and_what_else_is_said_with_it(self, desks):
        hand_over(desks, wanted=COUNCIL._replace(priority="high", level=3))
        assert there(desks).standing == USUAL._replace(priority="high")
        assert here(desks).standing.priority == "high"

    def test_lets_the_rules_there_hand_it_on_with_its_whole_thread(self, desks):
        desks.write("council", "rules.toml", '[[rule]]\nthen.note = "Hush."\nthen.hand_to = "bob"\n')
        hand_over(desks)
        assert there(desks).place == Place(CLAIMED, "bob")
        assert kinds(there(desks)) == ["inquiry", "letter", CAME, "ruled", "claimed"]
        assert len(there(desks).entries[-1].letters) == 2

    def test_goes_by_the_command_line_too(self, desks):
        root = str(desks.folder / "desk")
        assert cli.main(["--root", root, "mark", desks.number, "--as", "ines", "--category", "council"]) == 0
        assert here(desks).handed_to[1] == there(desks).number

    def test_is_for_whoever_may_mark_it_and_has_seen_how_it_stands(self, desks):
        with pytest.raises(Exception, match="ines has ticket"):
            hand_over(desks, BOB)
        with pytest.raises(TicketChanged):
            hand_over(desks, seen=USUAL._replace(category="bills"))
        assert desks.numbers(desks.second) == []

    def test_of_one_that_others_were_merged_into_is_refused(self, desks):
        raw = letter(JANE, "helpdesk@example.org", "Me again.")
        part = desks.receive(raw, "helpdesk@example.org").number
        Joining(desks.first.desk).merge(part, desks.number, INES)
        with pytest.raises(HandlingRefused, match="Others were merged into it"):
            hand_over(desks)

    def test_to_a_desk_that_cannot_be_used_is_refused(self, desks):
        shutil.move(desks.folder / "council", desks.folder / "away")
        with pytest.raises(DepartmentUnusable, match="there is no desk in"):
            hand_over(desks)
        assert here(desks).place == Place(CLAIMED, "ines")

    def test_to_a_category_that_cannot_be_looked_up_changes_nothing(self, desks):
        path = Path(desks.first.root.inside("categories", "council.toml"))
        path.unlink()
        path.symlink_to(path)  # which is ELOOP
        with pytest.raises(OSError):
            hand_over(desks)
        assert here(desks).standing == USUAL

    def test_of_a_form_brings_its_fields_and_files(self, desks):
        desks.number = desks.asked("").location.partition("/sent/")[2].partition("?")[0]
        hand_over(desks)
        new = there(desks)
        assert new.inquiry.fields == here(desks).inquiry.fields
        assert (new.inquiry.head.form, new.category) == ("ask", "")


class TestWhatComesLater:
    def test_a_customers_letter_to_the_old_ticket_is_an_entry_of_the_new_one(self, desks):
        hand_over(desks)
        outcome = desks.receive(letter(JANE, to_ticket(desks), "Is it out?"), to_ticket(desks))
        assert outcome.kind == PASSED
        assert kinds(there(desks)) == ["inquiry", "letter", CAME, "letter"]
        assert here(desks).place.state == CLOSED
        assert desks.findings(desks.first) == desks.findings(desks.second) == []

    def test_so_is_an_answer_to_a_letter_that_the_first_desk_sent(self, desks):
        hand_over(desks)
        raw = letter(JANE, "helpdesk@example.org", "And?", In_Reply_To="<1@example.com>")
        assert desks.receive(raw, "helpdesk@example.org").kind == PASSED
        assert kinds(there(desks))[-1] == "letter"

    def test_the_customers_old_page_leads_to_the_new_one(self, desks):
        hand_over(desks)
        house, number = desks.first, desks.number
        answer = Browser(house).get(f"/status/{number}?key={house.desk.key(number)}")
        new = there(desks).number
        assert (answer.status, answer.location) == (303, f"{SECOND}/status/{new}?key={desks.second.desk.key(new)}")

    @pytest.mark.parametrize("verb", ["write", "close", "reopen"])
    def test_what_is_sent_from_the_old_page_is_not_lost(self, desks, verb):
        hand_over(desks)
        house, number = desks.first, desks.number
        fields = {"key": house.desk.key(number), "message": "Hello?", "seen": "2"}
        answer = Browser(house, HTTP_HOST="help.example.org").post(f"/status/{number}/{verb}", fields)
        assert (answer.status, answer.location.startswith(SECOND)) == (303, True)
        assert kinds(there(desks))[-1] == ("letter" if verb == "write" else CAME)
        assert here(desks).place.state == CLOSED

    def test_on_another_site_a_page_leads_on(self, desks):
        hand_over(desks)
        change_settings(desks.folder / "council", url="https://council.example.org")
        fields = {"key": desks.first.desk.key(desks.number), "message": "Hello?", "seen": "2"}
        answer = Browser(desks.first).post(f"/status/{desks.number}/write", fields)
        assert (answer.status, "Your ticket has moved" in answer.text) == (200, True)
        assert answer.headers["refresh"].startswith("0; url=https://council.example.org/status/")

    def test_where_the_category_has_no_desk_any_more_the_old_ticket_opens_again(self, desks):
        hand_over(desks)
        desks.write("desk", "categories/council.toml", 'title = "Council"\n')
        assert desks.receive(letter(JANE, to_ticket(desks), "Is it out?"), to_ticket(desks)).kind == THREADED
        assert here(desks).place == Place(CLAIMED, "ines")

    def test_one_that_is_reopened_here_is_here_again(self, desks):
        hand_over(desks)
        desks.first.desk.reopen(desks.number, INES)
        assert here(desks).handed_to == ("", "")
        assert desks.receive(letter(JANE, to_ticket(desks), "Is it out?"), to_ticket(desks)).kind == THREADED
        desks.first.desk.close(desks.number, INES)
        assert here(desks).handed_to == ("", "")

    def test_the_pages_of_both_say_where_the_other_is(self, desks):
        hand_over(desks)
        new = there(desks).number
        said = f"ines handed it over to the desk of council, where it is {new}"
        assert said in page(desks.first, f"/tickets/{desks.number}")
        said = f"ines handed it over from {desks.first.settings.name}, where it was {desks.number}"
        assert said in page(desks.second, f"/tickets/{new}")


def page(house, path):
    """A page as ada sees it."""
    browser = Browser(house)
    request = Request({"REMOTE_ADDR": "192.0.2.1", "HTTP_HOST": "help.example.org", "wsgi.url_scheme": "http"})
    browser.cookie = house.sessions.cookie(request, house.operators.find("ada")).partition(";")[0]
    return " ".join(browser.get(path).text.split())


def failing(monkeypatch, name, at):
    """The disk fails at the call of this function number `at`, and once only."""
    real, calls = getattr(disk, name), []

    def fails(*given, **named):
        calls.append(given)
        if len(calls) == at:
            raise OSError(28, "No space left on device", given[0])
        return real(*given, **named)

    monkeypatch.setattr(disk, name, fails)


class TestADiskThatFails:
    def test_before_it_is_there_has_changed_nothing(self, desks, monkeypatch):
        failing(monkeypatch, "replace", 1)
        with pytest.raises(OSError, match="No space left"):
            hand_over(desks)
        monkeypatch.undo()
        assert here(desks).place == Place(CLAIMED, "ines")
        assert desks.numbers(desks.second) == []
        assert assemble.work(desks.first) == 0
        assert desks.findings(desks.first) == []

    @pytest.mark.parametrize("at", [1, 2])
    def test_once_it_is_there_leaves_the_rest_to_the_next_round(self, desks, monkeypatch, at):
        failing(monkeypatch, "renew", at)
        with pytest.raises(MayBeKept):
            hand_over(desks)
        monkeypatch.undo()
        assert any("handed over" in said for said in desks.findings(desks.first))
        assert here(desks).place == Place(CLAIMED, "ines")
        assemble.work(desks.first)
        assert here(desks).handed_to == ("council", there(desks).number)
        assert kinds(there(desks)) == ["inquiry", "letter", CAME]
        assert desks.findings(desks.first) == desks.findings(desks.second) == []

    def test_and_done_again_is_one_ticket(self, desks, monkeypatch):
        failing(monkeypatch, "renew", 1)
        with pytest.raises(MayBeKept):
            hand_over(desks)
        monkeypatch.undo()
        hand_over(desks)
        assert here(desks).handed_to == ("council", there(desks).number)
        assert kinds(there(desks)) == ["inquiry", "letter", CAME]

    def test_and_done_for_another_category_goes_there(self, desks, monkeypatch):
        desks.write("desk", "categories/legal.toml", 'desk = "../council"\n')
        handling = desks.first.handling
        failing(monkeypatch, "write_new", 1)
        with pytest.raises(OSError, match="No space left"):
            handling.mark(desks.number, INES, COUNCIL, USUAL)
        monkeypatch.undo()
        assert desks.first.handing_over.promise(desks.number).category == "council"
        hand_over(desks, wanted=USUAL._replace(category="legal"))
        assert here(desks).handed_to == ("legal", there(desks).number)
        assert desks.first.handing_over.numbers() == []

    def test_and_taken_up_meanwhile_it_stays_with_who_has_it_and_says_so(self, desks, monkeypatch):
        failing(monkeypatch, "renew", 1)
        with pytest.raises(MayBeKept):
            hand_over(desks)
        monkeypatch.undo()
        desks.first.handling.reassign(desks.number, INES, "bob")
        assemble.work(desks.first)
        assert (here(desks).place, kinds(here(desks))[-1]) == (Place(CLAIMED, "bob"), HANDED)
        assert desks.first.handing_over.numbers() == []
        with pytest.raises(AlreadyClaimed):
            desks.first.desk.claim(desks.number, INES)
