"""What operators see: signing in, the queue, a ticket, their own tickets, the outbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.store.memory import MemoryStore
from helpdesk_lite.words.letter import Letter
from tests import examples
from tests.web.conftest import PASSWORD, SCRIPT


def rows(page: str) -> list[str]:
    """The numbers of the tickets that the page lists."""
    return re.findall(r'data-ticket="([^"]+)"', page)


def held_letter(desk, number, reason="550 5.1.1 <jane@example.com>: no such mailbox", kind="acknowledgement"):
    """A letter that could not be sent."""
    letter = Letter(f"<{number}.{kind}.01@localhost>", kind, number, "Fire", examples.NOON, ("jane@example.com",))
    desk.house.outbox.stage([letter])
    desk.house.outbox.publish([letter])
    assert desk.house.outbox.take(letter)
    desk.house.outbox.hold(letter._replace(tries=3, reason=reason, next_at=int(desk.house.clock()) + 60))
    return letter.name


class TestSigningIn:
    def test_the_way_to_a_page_for_operators_leads_through_the_sign_in_page(self, desk):
        answer = desk.get("/tickets/" + desk.ticket())
        assert answer.status == 303
        assert answer.headers["location"].startswith(f"{SCRIPT}/login?next=%2Ftickets%2F")
        page = desk.get(answer.headers["location"].removeprefix(SCRIPT)).text
        assert 'name="next" value="/tickets/' in page

    def test_the_right_password_leads_on(self, desk):
        answer = desk.post("/login", fields={"name": "ines", "password": PASSWORD, "next": "/mine"})
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/mine")
        assert "HttpOnly" in answer.headers["set-cookie"]

    @pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/logout", "x"])
    def test_nobody_is_sent_elsewhere(self, desk, elsewhere):
        answer = desk.post("/login", fields={"name": "ines", "password": PASSWORD, "next": elsewhere})
        assert answer.headers["location"] == f"{SCRIPT}/queue"

    def test_a_wrong_password_and_an_unknown_name_read_the_same(self, desk):
        wrong = desk.post("/login", fields={"name": "ines", "password": "nope"})
        unknown = desk.post("/login", fields={"name": "ivan", "password": "nope"})
        assert wrong.status == unknown.status == 403
        assert "This name and this password do not go together." in wrong.words
        assert wrong.text.replace("ines", "ivan") == unknown.text
        assert wrong.text.startswith("<!doctype html>")
        assert "<title>Error:" in wrong.text
        assert "nope" not in wrong.text

    def test_too_many_wrong_tries_are_told_to_wait(self, desk):
        now = desk.house.clock()
        desk.house.sessions._clock = desk.house.limits._clock = lambda: now
        for _ in range(desk.house.settings.sign_in_tries):
            desk.post("/login", fields={"name": "bob", "password": "nope"})
        answer = desk.post("/login", fields={"name": "bob", "password": PASSWORD})
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) > 0
        assert "Too many wrong tries. Please wait" in answer.words

    def test_who_is_signed_in_goes_straight_to_the_queue(self, desk):
        assert desk.get("/login", "ines").headers["location"] == f"{SCRIPT}/queue"

    def test_signing_out_leads_to_the_sign_in_page(self, desk):
        answer = desk.post("/logout", "ines")
        assert answer.headers["location"] == f"{SCRIPT}/login"
        assert "Max-Age=0" in answer.headers["set-cookie"]


class TestTheQueue:
    def test_a_row_says_what_waits_and_how_long(self, desk):
        number = desk.ticket("Ink & paper <b>", files={"a.png": b"x", "bb.png": b"yy"})
        page = desk.get("/queue", "ines")
        assert rows(page.text) == [number]
        assert "Ink &amp; paper &lt;b&gt;" in page.text
        assert "1 minute Contact us 2 attachments" in page.words
        assert f'aria-label="Claim {number}"' in page.text
        assert f'<form method="post" action="{SCRIPT}/tickets/{number}/claim">' in page.text

    def test_nothing_of_who_asked_is_in_it(self, desk):
        desk.ticket()
        page = desk.get("/queue", "ada").text
        assert "Jane" not in page
        assert "example.com" not in page

    def test_an_empty_queue_is_good_news(self, desk):
        answer = desk.get("/queue", "ines")
        assert "Nobody is waiting." in answer.words
        assert "0 tickets are waiting" in answer.words

    def test_it_is_paged_by_fifty(self, desk):
        numbers = [desk.ticket() for _ in range(53)]
        first = desk.get("/queue", "ines").text
        assert rows(first) == numbers[:50]
        assert "53 tickets are waiting" in first
        (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
        assert following == f"{SCRIPT}/queue?after={numbers[49]}"
        second = desk.get(following.removeprefix(SCRIPT), "ines").text
        assert rows(second) == numbers[50:]
        assert 'rel="next"' not in second

    def test_ten_thousand_tickets_are_seen_page_by_page_each_once(self, desk):
        store = MemoryStore(desk.house.clock)
        desk.house.store, desk.house.desk = store, desk.house.desk._replace(store=store)
        numbers = [desk.ticket() for _ in range(10_000)]
        seen, path = [], "/queue"
        while path:
            answer = desk.get(path, "ines")
            assert len(answer.content) < 30_000
            assert "More than 250 tickets are waiting" in answer.text
            seen += rows(answer.text)
            following = re.findall(r'rel="next" href="([^"]+)"', answer.text)
            path = following[0].removeprefix(SCRIPT) if following and len(seen) < 500 else ""
        assert seen == numbers[:500]
        last = desk.get(f"/queue?after={numbers[-51]}", "ines").text
        assert rows(last) == numbers[-50:]
        assert 'rel="next"' not in last

    def test_asked_again_it_answers_that_nothing_changed(self, desk):
        now = desk.house.clock()
        desk.house.clock = lambda: now  # ages are told anew every minute
        desk.ticket()
        first = desk.get("/queue", "ines")
        again = desk.get("/queue", "ines", **{"If-None-Match": first.headers["etag"]})
        assert again.status == 304
        assert again.content == b""
        assert again.headers["etag"] == first.headers["etag"]
        assert "content-type" not in again.headers

    def test_a_claimed_ticket_changes_it(self, desk):
        number = desk.ticket()
        etag = desk.get("/queue", "ines").headers["etag"]
        desk.post(f"/tickets/{number}/claim", "bob")
        again = desk.get("/queue", "ines", **{"If-None-Match": etag})
        assert again.status == 200
        assert rows(again.text) == []

    def test_each_operator_has_their_own(self, desk):
        assert desk.get("/queue", "ines").headers["etag"] != desk.get("/queue", "bob").headers["etag"]

    def test_it_tells_of_a_broken_form_and_how_to_find_the_mistake(self, desk):
        (Path(desk.house.forms.path) / "order.html").write_text("{% if %}")
        assert "helpdesk-lite form check order" in desk.get("/queue", "ines").words

    def test_it_tells_of_letters_that_could_not_be_sent(self, desk):
        etag = desk.get("/queue", "ines").headers["etag"]
        held_letter(desk, desk.ticket())
        answer = desk.get("/queue", "ines", **{"If-None-Match": etag})
        assert "1 letter could not be sent." in answer.words

    def test_it_tells_how_many_were_taken_for_robots(self, desk):
        for _ in range(3):
            desk.house.limits.note("honeypot", "anyone")
        assert "3 submissions were sent back" in desk.get("/queue", "ines").words


class TestATicket:
    def test_pending_it_shows_everything_but_who_asked(self, desk):
        answer = desk.get("/tickets/" + desk.ticket(), "ada")
        assert "The printer is on fire" in answer.words
        assert "It burns." in answer.words
        assert "Room 12 b" in answer.words
        assert "Waiting since" in answer.words
        assert "Jane" not in answer.text
        assert "example.com" not in answer.text

    def test_claimed_it_shows_its_holder_everything_and_how_to_answer(self, desk):
        number = desk.ticket()
        claimed = desk.post(f"/tickets/{number}/claim", "ines")
        assert (claimed.status, claimed.headers["location"]) == (303, f"{SCRIPT}/tickets/{number}")
        answer = desk.get(f"/tickets/{number}", "ines")
        assert "Yours since" in answer.words
        assert "Jane Doe" in answer.words
        assert f'href="mailto:jane@example.com?subject=Re%3A%20%5B{number}%5D%20The%20printer' in answer.text
        assert "The message is in your mailbox, ines@example.org" in answer.words
        assert "ines claimed it" in answer.words

    def test_what_was_typed_stays_text(self, desk):
        number = desk.ticket('<script>alert("x")</script>')
        page = desk.get(f"/tickets/{number}", "ines").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page

    def test_others_do_not_see_a_claimed_ticket_but_administrators_do(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        refused = desk.get(f"/tickets/{number}", "bob")
        assert refused.status == 403
        assert "Jane" not in refused.text
        assert "ines has it since" in desk.get(f"/tickets/{number}", "ada").words

    def test_the_loser_hears_who_has_it_and_since_when_and_the_way_back(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        lost = desk.post(f"/tickets/{number}/claim", "bob")
        assert lost.status == 409
        assert "ines was faster" in lost.words
        assert f"ines has had {number} since" in lost.words
        assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ">\d\d:\d\d UTC</time>', lost.text)
        assert f'href="{SCRIPT}/queue"' in lost.text

    def test_claiming_twice_leads_back_to_ones_own(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        again = desk.post(f"/tickets/{number}/claim", "ines")
        assert again.status == 409
        assert "You have it already" in again.words
        assert f'href="{SCRIPT}/tickets/{number}"' in again.text

    def test_released_it_is_in_the_queue_again(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        answer = desk.post(f"/tickets/{number}/release", "ines")
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/queue")
        assert rows(desk.get("/queue", "bob").text) == [number]

    def test_closed_it_can_be_reopened(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        desk.post(f"/tickets/{number}/close", "ines")
        closed = desk.get(f"/tickets/{number}", "ines")
        assert "Closed by ines" in closed.words
        assert "Reopen" in closed.words
        desk.post(f"/tickets/{number}/reopen", "ines")
        page = desk.get(f"/tickets/{number}", "ines").words
        assert "ines claimed it" in page
        assert "ines closed it" in page
        assert "ines reopened it" in page

    def test_closing_what_is_pending_is_news_too(self, desk):
        number = desk.ticket()
        answer = desk.post(f"/tickets/{number}/close", "ines")
        assert answer.status == 409
        assert "It is back in the queue" in answer.words

    def test_an_unknown_number_is_not_found(self, desk):
        assert desk.get("/tickets/" + examples.number(), "ines").status == 404
        assert desk.post(f"/tickets/{examples.number()}/claim", "ines").status == 404


class TestAttachments:
    CONTENT = bytes(range(256)) * 300

    def test_they_are_listed_with_their_size(self, desk):
        number = desk.ticket(files={"Skizze für Jörg.png": self.CONTENT})
        answer = desk.get(f"/tickets/{number}", "ines")
        assert "Skizze für Jörg.png 77 kB" in answer.words

    def test_one_is_saved_as_it_was_sent_and_never_opens_in_the_page(self, desk):
        number = desk.ticket(files={"Skizze für Jörg.png": self.CONTENT})
        (address,) = re.findall(r'href="([^"]+/attachments/[^"]+)"', desk.get(f"/tickets/{number}", "ines").text)
        answer = desk.get(address.removeprefix(SCRIPT), "ines")
        assert answer.content == self.CONTENT
        assert answer.headers["content-length"] == str(len(self.CONTENT))
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "filename*=UTF-8''Skizze%20f%C3%BCr%20J%C3%B6rg.png" in answer.headers["content-disposition"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox")

    def test_others_get_none_of_a_claimed_ticket(self, desk):
        number = desk.ticket(files={"a.png": self.CONTENT})
        (address,) = re.findall(r'href="([^"]+/attachments/[^"]+)"', desk.get(f"/tickets/{number}", "bob").text)
        desk.post(f"/tickets/{number}/claim", "ines")
        assert desk.get(address.removeprefix(SCRIPT), "bob").status == 403
        assert desk.get(address.removeprefix(SCRIPT)).status == 303

    @pytest.mark.parametrize("index", ["0", "99", "-1", "x"])
    def test_only_attachments_are(self, desk, index):
        number = desk.ticket(files={"a.png": self.CONTENT})
        assert desk.get(f"/tickets/{number}/attachments/{index}/a.png", "ines").status == 404


class TestMine:
    def test_it_lists_what_i_have(self, desk):
        mine, other = desk.ticket("My fire"), desk.ticket("Another fire")
        desk.post(f"/tickets/{mine}/claim", "ines")
        desk.post(f"/tickets/{other}/claim", "bob")
        page = desk.get("/mine", "ines").words
        assert "My fire" in page
        assert "Another fire" not in page

    def test_having_none_is_said(self, desk):
        assert "You have no tickets." in desk.get("/mine", "ines").words

    def test_more_than_fifty_go_on_on_the_next_page(self, desk):
        for number in [desk.ticket(f"Fire {count}") for count in range(51)]:
            desk.house.desk.claim(number, desk.operator("ines"))
        first = desk.get("/mine", "ines").text
        (path,) = re.findall(r'rel="next" href="/cgi-bin/helpdesk.cgi([^"]*)"', first)
        following = desk.get(path, "ines").text
        assert (first.count("/close"), following.count("/close")) == (50, 1)
        assert "From the beginning" in following


class TestTheOutbox:
    def test_empty_all_is_sent(self, desk):
        assert "All letters are sent." in desk.get("/outbox", "ines").words

    def test_a_waiting_letter_says_what_it_is(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        assert "The customer's message to ines The printer is on fire" in desk.get("/outbox", "bob").words

    def test_a_held_letter_has_the_servers_words_but_not_the_customers_address(self, desk):
        held_letter(desk, desk.ticket())
        page = desk.get("/outbox", "ada")
        assert "550 5.1.1" in page.words
        assert "no such mailbox" in page.words
        assert "3 tries written" in page.words  # there is no next one
        assert "jane@example.com" not in page.text

    def test_a_letter_of_a_ticket_that_is_not_theirs_to_see_says_only_that_it_is_there(self, desk):
        desk.house.categories.add(Category("council", operators=("bob",)))
        number = desk.ticket("A secret of the council's")
        desk.post(f"/tickets/{number}/mark", "ada", {"seen": "", "category": "council"})
        held_letter(desk, number)
        page = desk.get("/outbox", "ines").words
        assert "Acknowledgement to the customer about a ticket that is not yours to see 550 5.1.1" in page
        assert number not in page
        for who in ("bob", "ada"):
            assert f"Acknowledgement to the customer Fire {number}" in desk.get("/outbox", who).words

    def test_only_administrators_have_the_buttons(self, desk):
        held_letter(desk, desk.ticket())
        assert "Try again" in desk.get("/outbox", "ada").words
        assert "Try again" not in desk.get("/outbox", "ines").words

    def test_each_button_says_to_whom_its_letter_goes(self, desk):
        held_letter(desk, desk.ticket())
        words = desk.get("/outbox", "ada").words
        assert (
            "Try again : Acknowledgement to the customer" in words and "Drop : Acknowledgement to the customer" in words
        )

    def test_tried_again_it_waits(self, desk):
        name = held_letter(desk, desk.ticket())
        assert desk.post(f"/outbox/{name}/retry", "ines").status == 403
        assert desk.post(f"/outbox/{name}/retry", "ada").headers["location"] == f"{SCRIPT}/outbox"
        assert [letter.name for letter in desk.house.outbox.waiting()] == [name]

    def test_dropped_it_is_gone(self, desk):
        name = held_letter(desk, desk.ticket())
        assert desk.post(f"/outbox/{name}/drop", "ines").status == 403
        assert desk.post(f"/outbox/{name}/drop", "ada").status == 303
        assert desk.house.outbox.held() == desk.house.outbox.waiting() == []
