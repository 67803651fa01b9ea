"""What operators do with a ticket between claiming and closing it, as its page and the queue show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests.web.conftest import SCRIPT

DAY = 86_400


@pytest.fixture
def claimed(desk):
    """A ticket that ines has."""
    number = desk.ticket()
    desk.post(f"/tickets/{number}/claim", "ines")
    return number


def standing(desk, number):
    return desk.house.store.read(number).standing


def rows(page):
    return re.findall(r'data-ticket="([^"]+)"', page)


def buttons(page):
    """The words on the page's buttons, in order."""
    return [" ".join(one.split()) for one in re.findall(r"<button[^>]*>([^<]*)", page)]


class TestProgress:
    def test_a_ticket_of_mine_has_a_button_for_each_step(self, desk, claimed):
        said = {"wait": "Waiting for the customer since", "resolve": "Resolved since"}
        for verb, words in said.items():
            answer = desk.post(f"/tickets/{claimed}/{verb}", "ines")
            assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/tickets/{claimed}")
            assert words in desk.get(f"/tickets/{claimed}", "ines").words
        page = desk.get(f"/tickets/{claimed}", "ines")
        assert "Wait for the customer" in buttons(page.text)
        assert "Resolved" not in buttons(page.text)
        assert "Keep the solution" in buttons(page.text)
        desk.post(f"/tickets/{claimed}/resume", "ines")
        page = desk.get(f"/tickets/{claimed}", "ines")
        assert "Take up again" not in buttons(page.text)
        for words in ("ines now waits for the customer", "ines resolved it", "ines took it up again"):
            assert words in page.words

    def test_a_solution_is_for_operators_and_the_customer_is_told_if_wanted(self, desk, claimed):
        page = desk.get(f"/tickets/{claimed}", "ines")
        assert re.search(r'<input type="checkbox" name="tell" value="yes" checked>', page.text)
        desk.post(f"/tickets/{claimed}/resolve", "ines", {"solution": "A bucket of water.", "tell": "yes"})
        page = desk.get(f"/tickets/{claimed}", "ines")
        assert "ines resolved it, and the customer was told" in page.words
        assert "Only operators see this" in page.words
        assert "A bucket of water." in page.words
        assert "News that it is resolved to the customer" in desk.get("/outbox", "ines").words
        desk.post(f"/tickets/{claimed}/resolve?then=close", "ines", {"solution": "More water."})
        assert desk.house.store.place(claimed) == Place(CLOSED, "ines")
        assert "water" not in desk.get(f"/status/{claimed}?key={desk.house.desk.key(claimed)}").words

    def test_that_the_customer_was_told_of_a_close_is_said_too(self, desk, claimed):
        desk.post(f"/tickets/{claimed}/resolve?then=close", "ines", {"tell": "yes"})
        assert "ines closed it, and the customer was told" in desk.get(f"/tickets/{claimed}", "ines").words

    @pytest.mark.parametrize("verb", ["wait", "resolve", "resume", "escalate", "reassign", "mark"])
    def test_somebody_elses_is_not_mine_to_handle(self, desk, claimed, verb):
        fields = {"note": "A plumber!", "to": "bob", "priority": "low"}
        assert desk.post(f"/tickets/{claimed}/{verb}", "bob", fields).status == 403
        assert standing(desk, claimed) == USUAL

    @pytest.mark.parametrize("verb", ["wait", "resolve", "resume", "escalate", "reassign"])
    def test_a_ticket_that_went_elsewhere_is_news(self, desk, claimed, verb):
        desk.post(f"/tickets/{claimed}/release", "ines")
        answer = desk.post(f"/tickets/{claimed}/{verb}", "ines", {"note": "A plumber!", "to": "bob"})
        assert answer.status == 409
        assert "It is back in the queue" in answer.words

    def test_before_a_claim_and_after_closing_there_is_nothing_to_press(self, desk, claimed):
        pending = desk.ticket("Another")
        desk.post(f"/tickets/{claimed}/close", "ines")
        for number in (pending, claimed):
            assert "Wait for the customer" not in buttons(desk.get(f"/tickets/{number}", "ines").text)

    def test_what_closed_by_itself_says_so(self, desk, claimed):
        desk.post(f"/tickets/{claimed}/resolve", "ines")
        desk.house.handling.desk.move(desk.house.store.read(claimed), Place("closed", "ines"), "closed", "desk")
        page = desk.get(f"/tickets/{claimed}", "ines").words
        assert "Closed by itself, " in page and "It closed by itself" in page


class TestHandingOn:
    def test_up_a_level_with_a_note_that_operators_alone_see(self, desk, claimed):
        answer = desk.post(f"/tickets/{claimed}/escalate", "ines", {"note": "jane@example.com:\r\na <plumber>!"})
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/queue")
        assert "Level 2" in desk.get("/queue", "bob").words
        page = desk.get(f"/tickets/{claimed}", "bob")
        assert "ines handed it up to level 2 Only operators see this" in page.words
        assert "(address):\na &lt;plumber&gt;!" in page.text
        key = desk.house.desk.key(claimed)
        assert "plumber" not in desk.get(f"/status/{claimed}?key={key}").text

    def test_without_a_note_nothing_happens(self, desk, claimed):
        answer = desk.post(f"/tickets/{claimed}/escalate", "ines", {"note": " "})
        assert answer.status == 422
        assert "Nothing was changed" in answer.words
        assert desk.house.store.place(claimed) == Place(CLAIMED, "ines")

    def test_to_another_operator(self, desk, claimed):
        page = desk.get(f"/tickets/{claimed}", "ines").text
        assert '<option value="bob">' in page
        assert '<option value="ines">' not in page
        fields = {"to": "bob", "note": "Ask the <plumber>.\r\nHe knows."}
        answer = desk.post(f"/tickets/{claimed}/reassign", "ines", fields)
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/mine")
        page = desk.get(f"/tickets/{claimed}", "bob")
        assert "ines handed it on to bob Only operators see this" in page.words
        assert "Ask the &lt;plumber&gt;.\nHe knows." in page.text
        key = desk.house.desk.key(claimed)
        assert "plumber" not in desk.get(f"/status/{claimed}?key={key}").text

    def test_to_nobody(self, desk, claimed):
        assert desk.post(f"/tickets/{claimed}/reassign", "ines", {"to": "nobody"}).status == 422

    def test_the_supervisor_comes_first(self, desk, claimed):
        path = Path(desk.house.operators.folder, "ines.toml")
        path.write_text(path.read_text() + 'supervisor = "bob"\n')
        found = re.findall(r'<option value="(\w+)">([^<]*)', desk.get(f"/tickets/{claimed}", "ines").text)
        assert found[0] == ("bob", "bob (your supervisor)")


class TestMarks:
    def test_are_saved_from_the_page_as_it_was_seen(self, desk, claimed):
        fields = {"priority": "critical", "level": "2", "due": "2031-03-01", "wakes": "", "category": " Pipes "}
        assert desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": "", **fields}).status == 303
        now = standing(desk, claimed)
        assert (now.priority, now.level, now.category) == ("critical", 2, "Pipes")
        page = desk.get(f"/tickets/{claimed}", "ines")
        for words in ("Critical", "Level 2", "Due 1 March 2031, 23:59 UTC", "Pipes"):
            assert words in page.words
        assert "ines said: level 2, priority critical, category Pipes, due 1 March 2031, 23:59 UTC" in page.words
        (seen,) = re.findall(r'name="seen" value="([^"]* [^"]*)"', page.text)
        assert desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": seen, **fields, "due": ""}).status == 303
        assert standing(desk, claimed) == now._replace(due_at=0)

    def test_an_old_page_overwrites_nothing(self, desk, claimed):
        desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": "", "priority": "high", "level": "1"})
        desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": "", "priority": "normal", "level": "2"})
        assert standing(desk, claimed) == Standing(level=2, priority="high"), "it changed the level only"
        answer = desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": "", "priority": "low"})
        assert answer.status == 409
        assert "somebody else has changed the same meanwhile" in answer.words
        assert standing(desk, claimed) == Standing(level=2, priority="high")

    def test_an_old_page_comes_back_with_both_versions(self, desk, claimed):
        desk.post(f"/tickets/{claimed}/mark", "ada", {"seen": "", "priority": "critical", "due": "2031-03-01"})
        answer = desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": "", "priority": "low", "level": "3", "due": ""})
        assert answer.status == 409
        assert "ada said: priority critical. You chose: priority low." in answer.words
        assert '<option value="low" selected>' in answer.text
        assert "<option selected>3</option>" in answer.text
        assert 'name="due" type="date" value="2031-03-01"' in answer.text, "she has not touched it"
        (seen,) = re.findall(r'name="seen" value="([^"]*=[^"]*)"', answer.text)
        answer = desk.post(f"/tickets/{claimed}/mark", "ines", {"seen": seen, "priority": "low", "level": "3"})
        assert answer.status == 303
        assert standing(desk, claimed).priority == "low"
        assert standing(desk, claimed).due_at

    @pytest.mark.parametrize(
        "fields", [{"due": "soon"}, {"level": "x"}, {"priority": "urgent"}, {"category": "x" * 65}]
    )
    def test_what_cannot_be_is_refused(self, desk, claimed, fields):
        assert desk.post(f"/tickets/{claimed}/mark", "ines", fields).status == 422
        assert standing(desk, claimed) == USUAL

    def test_are_in_the_queue_with_what_is_critical_first(self, desk):
        first, second, third = (desk.ticket(subject) for subject in ("One", "Two", "Three"))
        assert "standing" not in desk.get("/queue", "ines").text
        desk.post(f"/tickets/{third}/mark", "ines", {"priority": "critical"})
        desk.post(f"/tickets/{first}/mark", "bob", {"wakes": "2031-03-01"})
        page = desk.get("/queue", "ines")
        assert rows(page.text) == [third, second, first]
        assert '<span class="standing critical">Critical</span>' in page.text
        assert "Later: not before 1 March 2031" in page.words
        assert desk.house.store.place(third) == QUEUE

    def test_what_is_due_and_over_says_so(self, desk, claimed):
        now = Standing(due_at=int(desk.house.clock()) - DAY)
        desk.house.handling.mark(claimed, desk.house.operators.find("ines"), now, USUAL)
        assert "Overdue since" in desk.get(f"/tickets/{claimed}", "ines").words


def test_an_answer_can_be_sent_and_then_waits_for_the_customer(desk, claimed):
    fields = {"text": "Pour water on it.", "seen": "2"}
    assert desk.post_form(f"/tickets/{claimed}/reply?then=waiting", "ines", fields).status == 303
    ticket = desk.house.store.read(claimed)
    assert (ticket.entries[-1].kind, ticket.progress) == ("answer", "waiting")
    assert "Waiting for the customer since" in desk.get(f"/tickets/{claimed}", "ines").words


def test_my_tickets_say_which_of_them_wait(desk, claimed):
    assert "standing" not in desk.get("/mine", "ines").text
    desk.post(f"/tickets/{claimed}/wait", "ines")
    assert '<span class="standing waiting">Waiting for the customer since' in desk.get("/mine", "ines").text


class TestCategories:
    @pytest.fixture
    def known(self, desk):
        """A desk that knows two categories."""
        for name, title in (("repairs", "Repairs"), ("bills", "Bills & more")):
            desk.house.categories.add(Category(name, title))

    def choices(self, page):
        select = page.partition('<select id="category"')[2].partition("</select>")[0]
        return [" ".join(one.split()) for one in re.findall(r"<option[^>]*>([^<]*)", select)]

    def test_are_chosen_from_once_there_are_any(self, desk, claimed, known):
        page = desk.get(f"/tickets/{claimed}", "ines").text
        assert self.choices(page) == ["None", "Bills &amp; more", "Repairs"]
        desk.post(f"/tickets/{claimed}/mark", "ines", {"category": "bills"})
        page = desk.get(f"/tickets/{claimed}", "ines").text
        assert '<span class="standing category">Bills &amp; more</span>' in page
        assert '<option value="bills" selected>' in page

    def test_one_that_nobody_knows_stays_where_it_is(self, desk, claimed, known):
        desk.post(f"/tickets/{claimed}/mark", "ines", {"category": "Pumps"})
        page = desk.get(f"/tickets/{claimed}", "ines").text
        assert self.choices(page) == ["None", "Bills &amp; more", "Pumps", "Repairs"]
        assert '<option value="Pumps" selected>' in page

    def test_are_any_text_on_a_desk_that_knows_none(self, desk, claimed):
        page = desk.get(f"/tickets/{claimed}", "ines").text
        assert self.choices(page) == []
        assert '<input id="category"' in page

    def test_are_called_by_their_titles_where_customers_begin(self, desk, known):
        form = Path(desk.house.root.forms) / "contact.html"
        form.write_text('<meta name="helpdesk-category" content="bills">' + form.read_text())
        assert "<small>Bills &amp; more</small>" in desk.get("/").text


class TestCopies:
    def test_somebody_is_put_in_copy_and_taken_out(self, desk, claimed):
        assert desk.post(f"/tickets/{claimed}/copy", "ines", {"in": "carl@example.com"}).status == 303
        page = desk.get(f"/tickets/{claimed}", "ines")
        assert "ines put carl@example.com in copy" in page.words
        assert "It goes to jane@example.com, carl@example.com." in page.words
        assert desk.post(f"/tickets/{claimed}/copy", "ines", {"out": "carl@example.com"}).status == 303
        page = desk.get(f"/tickets/{claimed}", "ines")
        assert "ines took carl@example.com out of copy" in page.words
        assert "It goes to jane@example.com." in page.words

    def test_what_is_no_address_comes_back_with_the_reason(self, desk, claimed):
        answer = desk.post(f"/tickets/{claimed}/copy", "ines", {"in": "carl"})
        assert answer.status == 422
        assert "&#39;carl&#39; is not a mail address." in answer.text
        assert 'id="copy-in" name="in" type="email" value="carl"' in answer.text

    def test_somebody_elses_is_left_alone(self, desk, claimed):
        assert desk.post(f"/tickets/{claimed}/copy", "bob", {"in": "carl@example.com"}).status == 403

    def test_who_was_in_copy_is_not_told_once_the_ticket_is_back_in_the_queue(self, desk, claimed):
        desk.post(f"/tickets/{claimed}/copy", "ines", {"in": "carl@example.com"})
        desk.post(f"/tickets/{claimed}/copy", "ines", {"out": "carl@example.com"})
        desk.post(f"/tickets/{claimed}/release", "ines")
        assert "carl" not in desk.get(f"/tickets/{claimed}", "bob").text
