"""A category with a desk of its own: what is about it is kept there, and nothing of it here."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli
from helpdesk_lite.letters.aside import Aside
from helpdesk_lite.letters.intake import KEPT, OPENED, PASSED, REFUSED
from helpdesk_lite.tickets.calls import Call, Calls
from helpdesk_lite.words import reply_address
from helpdesk_lite.words.errors import BelongsElsewhere, HandlingRefused
from tests.access.browser import Browser
from tests.examples import ADMIN, INES
from tests.mail_desk import letter
from tests.servers import change_settings
from tests.two_desks import SECOND, TwoDesks

RULE = '[[rule]]\nif.words = "works council"\nthen.category = "council"\nthen.note = "Hush."\n'
LETTER = letter("Jane Doe <jane@example.com>", "council@example.org", "It burns.")


@pytest.fixture
def desks(tmp_path):
    return TwoDesks(tmp_path)


def words_in(folder):
    """Every file below the folder that has the customer's words or address in it."""
    found = [path for path in Path(folder).rglob("*") if path.is_file()]
    return [path for path in found if any(word in path.read_bytes() for word in (b"It burns.", b"jane@example.com"))]


class TestAForm:
    def test_is_kept_by_that_desk_entirely_and_its_customer_is_sent_there(self, desks):
        answer = desks.asked()
        (number,) = desks.numbers(desks.second)
        assert (answer.status, answer.location) == (303, f"{SECOND}/sent/{number}?key={desks.second.desk.key(number)}")
        assert desks.numbers(desks.first) == words_in(desks.folder / "desk" / "data") == []
        told = {one.kind: (one.recipients, one.url) for one in desks.second.outbox.waiting()}
        assert told["notice"] == (("council-all@example.org",), f"{SECOND}/tickets/{number}")
        assert told["acknowledgement"][0] == ("jane@example.com",)
        assert Browser(desks.second).get(answer.location.removeprefix(SECOND)).status == 200

    def test_sent_twice_is_one_ticket(self, desks):
        assert desks.asked().location == desks.asked().location
        assert desks.asked(message="Something else").location != desks.asked().location

    def test_about_something_else_stays_here(self, desks):
        assert desks.asked("").location.startswith("/sent/")
        assert desks.numbers(desks.second) == []

    def test_is_kept_there_too_if_a_rule_says_so_whose_note_stays_here(self, desks):
        desks.write("desk", "rules.toml", RULE)
        assert desks.asked("", "To the works council").location.startswith(SECOND)
        (number,) = desks.numbers(desks.second)
        ticket = desks.second.store.read(number)
        assert [entry.kind for entry in ticket.entries] == ["inquiry"]
        assert (ticket.category, desks.numbers(desks.first)) == ("", [])

    def test_is_treated_by_the_rules_there(self, desks):
        desks.write("council", "rules.toml", '[[rule]]\nthen.priority = "high"\nthen.hand_to = "bob"\n')
        desks.asked()
        (number,) = desks.numbers(desks.second)
        ticket = desks.second.store.read(number)
        assert (ticket.place, ticket.standing.priority) == (("claimed", "bob"), "high")

    def test_tells_nobody_whom_the_form_here_names(self, desks):
        form = desks.folder / "desk" / "forms" / "ask.html"
        form.write_text('<meta name="helpdesk-notify" content="all@example.org">' + form.read_text())
        desks.asked()
        (notice,) = (one for one in desks.second.outbox.waiting() if one.kind == "notice")
        assert notice.recipients == ("council-all@example.org",)

    def test_leads_to_another_site_by_a_page_since_a_forms_policy_forbids_browsers_a_redirect(self, desks):
        change_settings(desks.folder / "council", url="https://council.example.org")
        answer = desks.asked()
        (number,) = desks.numbers(desks.second)
        way = f"https://council.example.org/sent/{number}?key={desks.second.desk.key(number)}"
        assert (answer.status, answer.headers["refresh"]) == (200, f"0; url={way}")
        assert f'href="{way}"' in answer.text


def no_desk(desks):
    shutil.rmtree(desks.folder / "council")


def no_url(desks):
    change_settings(desks.folder / "council", url="")


def settings_with_a_mistake(desks):
    desks.write("council", "settings.toml", "nonsense")


def this_desk(desks):
    desks.write("desk", "categories/council.toml", 'desk = "."\n')


def each_other(desks):
    desks.write("council", "categories/others.toml", 'desk = "../desk"\n')


def in_a_circle(desks):
    shutil.copytree(desks.folder / "council", desks.folder / "third")
    desks.write("council", "categories/third.toml", 'desk = "../third"\n')
    desks.write("third", "categories/first.toml", 'desk = "../desk"\n')


def a_mistake_beside_it(desks):
    desks.write("desk", "categories/council.toml", 'desk = "../council\n')


WRONG = {
    no_desk: "there is no desk in",
    no_url: "no [desk] url",
    settings_with_a_mistake: "settings.toml",
    this_desk: "this desk itself",
    each_other: "leads back here",
    in_a_circle: "leads back here",
    a_mistake_beside_it: "",
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
class TestADeskThatCannotBeUsed:
    def test_takes_nothing_and_the_form_comes_back_as_it_was_filled_in(self, desks, wrong):
        wrong(desks)
        answer = desks.asked()
        assert answer.status == 503
        assert "This cannot be taken just now. Nothing was kept." in answer.text
        assert ">It burns.</textarea>" in answer.text
        assert desks.numbers(desks.first) == words_in(desks.folder) == []

    def test_is_told_of(self, desks, wrong, capsys):
        wrong(desks)
        assert any(WRONG[wrong] in said for said in desks.findings(desks.first))
        assert cli.main(["--root", str(desks.folder / "desk"), "category", "list"]) == 1
        assert WRONG[wrong] in capsys.readouterr().err


class TestALetter:
    def test_waits_where_nobody_reads_it_while_that_desk_cannot_be_used(self, desks):
        away = (desks.folder / "council").rename(desks.folder / "away")
        assert desks.receive(LETTER, "council@example.org").kind == PASSED
        assert assemble.work(desks.first) == 0
        assert desks.first.intake.arrivals.counts() == {"new": 1, "kept": 0, "ignored": 0}
        assert desks.numbers(desks.first) == []
        away.rename(desks.folder / "council")
        assert assemble.work(desks.first) == 2
        assert len(desks.numbers(desks.second)) == 1
        assert words_in(desks.folder / "desk" / "data") == []

    def test_that_waits_keeps_no_other_waiting(self, desks):
        away = (desks.folder / "council").rename(desks.folder / "away")
        desks.receive(LETTER, "council@example.org")
        new = Path(desks.first.root.inside("intake", "new"))
        (first,) = new.iterdir()
        other = letter("Jane Doe <jane@example.com>", "helpdesk@example.org", "Smoke.")
        head = first.read_bytes().replace(LETTER, b"").replace(b"council@", b"helpdesk@")
        (new / f"9{first.name}").write_bytes(head + other)
        assert desks.first.intake.finish() == 1
        assert len(desks.numbers(desks.first)) == 1
        assert away.is_dir()

    def test_to_an_address_of_the_category_is_that_desks(self, desks):
        assert desks.receive(LETTER, "Council@example.org").kind == PASSED
        (number,) = desks.numbers(desks.second)
        assert desks.second.store.read(number).inquiry.customer.email == "jane@example.com"
        assert desks.numbers(desks.first) == words_in(desks.folder / "desk" / "data") == []
        assert desks.findings(desks.first) == desks.findings(desks.second) == []

    def test_to_one_of_its_tickets_is_an_entry_there(self, desks):
        desks.asked()
        (number,) = desks.numbers(desks.second)
        house = desks.second
        own = reply_address.made(house.settings, house.secret, "ticket", number, house.clock())
        assert desks.receive(letter("Jane Doe <jane@example.com>", own, "Still."), own).kind == PASSED
        assert [entry.kind for entry in desks.second.store.read(number).entries] == ["inquiry", "letter"]

    def test_to_both_is_in_both(self, desks):
        assert desks.receive(LETTER, "helpdesk@example.org", "council@example.org").kind == OPENED
        assert len(desks.numbers(desks.first)) == len(desks.numbers(desks.second)) == 1

    def test_that_names_it_only_in_its_header_is_not_passed_on(self, desks):
        assert desks.receive(LETTER, "helpdesk@example.org").kind == OPENED
        assert desks.numbers(desks.second) == []

    def test_that_says_nothing_of_its_recipient_but_delivered_to_is(self, desks):
        raw = b"Delivered-To: council@example.org\n" + LETTER
        assert desks.receive(raw, door="fetch").kind == PASSED

    def test_that_comes_again_is_one_ticket(self, desks):
        for _ in range(2):
            assert desks.receive(LETTER, "council@example.org").kind == PASSED
        assert len(desks.numbers(desks.second)) == 1

    def test_is_passed_on_by_rule(self, desks):
        desks.write("desk", "rules.toml", RULE)
        raw = letter("Jane Doe <jane@example.com>", "helpdesk@example.org", "To the works council: It burns.")
        assert desks.receive(raw, "helpdesk@example.org").kind == PASSED
        assert len(desks.numbers(desks.second)) == 1
        assert words_in(desks.folder / "desk" / "data") == []

    def test_that_is_too_long_for_that_desk_is_refused(self, desks):
        path = desks.folder / "council" / "data" / "settings.toml"
        path.write_text(re.sub(r"(?m)^letter_mb = .*", "letter_mb = 1", path.read_text()))
        raw = letter("Jane Doe <jane@example.com>", "council@example.org", "x" * 70 + "\n" + "y" * 70 * 20_000)
        assert desks.receive(raw, "council@example.org").kind == REFUSED
        assert desks.first.intake.arrivals.counts()["new"] == 0

    def test_that_was_kept_aside_goes_there_when_it_is_taken(self, desks):
        desks.write("desk", "rules.toml", RULE)
        raw = letter("", "helpdesk@example.org", "To the works council: It burns.")
        assert desks.receive(raw, "helpdesk@example.org").kind == KEPT
        intake = desks.first.intake
        (kept,) = Aside(intake).letters()
        assert Aside(intake).take(kept.digest, ADMIN).kind == PASSED
        assert desks.second.intake.arrivals.counts()["kept"] == 1  # it is judged there as here: nobody is named in From
        assert desks.findings(desks.first) == []


class TestWhatIsSentThere:
    def test_goes_out_with_what_the_first_desk_sends(self, desks):
        desks.asked()
        assert assemble.work(desks.first) == 2
        assert desks.second.outbox.waiting() == []
        assert (desks.folder / "council" / "data" / "mail" / "council-all@example.org").is_dir()

    def test_keeps_nobody_waiting_if_that_desk_cannot_be_used(self, desks):
        desks.asked("")
        no_desk(desks)
        assert assemble.work(desks.first) == 2


class TestOnTheWeb:
    def test_the_page_names_the_desk_and_cannot_change_it(self, desks):
        house = desks.first
        before = house.categories.find("council")
        house.arranging.change_category(before._replace(title="All", desk="/etc"), ADMIN)
        assert house.categories.find("council") == before._replace(title="All")
        house.arranging.add_category(before._replace(name="new"), ADMIN)
        assert house.categories.find("new").desk == ""

    def test_it_cannot_be_taken_away_there(self, desks):
        house = desks.first
        with pytest.raises(HandlingRefused, match="whoever runs the host"):
            house.arranging.remove_category("council", ADMIN)
        assert cli.main(["--root", house.root.path, "category", "remove", "council"]) == 0

    def test_a_file_with_a_mistake_that_speaks_of_a_desk_is_not_written_over(self, desks):
        path = desks.write("desk", "categories/council.toml", 'desk = "../council\n')
        house = desks.first
        with pytest.raises(Exception, match="mend the file by hand"):
            house.arranging.change_category(house.categories.find("council")._replace(desk=""), ADMIN)
        assert path.read_text() == 'desk = "../council\n'

    def test_undo_brings_back_what_it_took_with_its_desk(self, desks):
        house = desks.first
        before = house.categories.find("council")
        assert cli.main(["--root", house.root.path, "category", "remove", "council"]) == 0
        house.arranging.undo(house.audit.read()[0], ADMIN)
        assert house.categories.find("council") == before

    def test_a_logged_call_is_refused(self, desks):
        with pytest.raises(BelongsElsewhere, match="a desk of their own"):
            Calls(desks.first.desk).log(Call("phone", "Smoke", category="council"), INES)
        assert desks.numbers(desks.first) == desks.numbers(desks.second) == []


def test_the_command_line_gives_a_category_its_desk(desks, capsys):
    root = str(desks.folder / "desk")
    assert cli.main(["--root", root, "category", "edit", "council", "--desk", ""]) == 0
    assert desks.asked().location.startswith("/sent/")
    assert cli.main(["--root", root, "category", "edit", "council", "--desk", "../council"]) == 0
    assert desks.asked(message="Now?").location.startswith(SECOND)
    assert cli.main(["--root", root, "category", "list"]) == 0
    assert "desk ../council" in capsys.readouterr().out


def test_a_desk_that_another_hands_to_passes_nothing_on(desks):
    shutil.copytree(desks.folder / "council", desks.folder / "third")
    desks.write("council", "categories/third.toml", 'desk = "../third"\n')
    desks.write("council", "rules.toml", '[[rule]]\nthen.category = "third"\n')
    assert desks.asked().location.startswith(SECOND)
    (number,) = desks.numbers(desks.second)
    assert desks.second.store.read(number).category == "third"


def test_a_desk_that_this_user_may_not_write_to_takes_nothing(desks, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    assert desks.asked().status == 503
    assert any("this user may not write to" in said for said in desks.findings(desks.first))
