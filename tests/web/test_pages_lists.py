"""Lists of tickets, as pages and to take away; and home."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.web import spreadsheet
from helpdesk_lite.web.pages import lists
from helpdesk_lite.words.rights import OBSERVER
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import CLOSED, DESK, Place


def rows(answer):
    return re.findall(r'data-ticket="([^"]+)"', answer.text)


def claimed(desk, who="ines", subject="The printer is on fire"):
    number = desk.ticket(subject)
    desk.post(f"/tickets/{number}/claim", who)
    return number


def table(answer):
    """The table's lines, by their heads."""
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def tiles(desk, who):
    """The counts of home, each of which leads to as many tickets."""
    found = re.findall(
        r'<a href="/cgi-bin/helpdesk.cgi(/tickets[^"]*)"><strong>(\d+)</strong>', desk.get("/home", who).text
    )
    for path, count in found:
        assert len(rows(desk.get(path.replace("&amp;", "&"), who))) == int(count), path
    return [int(count) for _, count in found]


class TestLists:
    def test_all_open_tickets_with_who_has_them(self, desk):
        pending, mine = desk.ticket(), claimed(desk)
        answer = desk.get("/tickets", "ines")
        assert rows(answer) == sorted([pending, mine])
        assert "ines has it since" in answer.words
        assert "Pending since" in answer.words

    def test_the_address_says_which(self, desk):
        pending, mine = desk.ticket(), claimed(desk)
        desk.post(f"/tickets/{mine}/wait", "ines")
        assert rows(desk.get("/tickets?state=waiting", "ines")) == [mine]
        assert rows(desk.get("/tickets?state=pending&priority=&level=", "ines")) == [pending]
        assert "There are no such tickets" in desk.get("/tickets?state=closed", "ines").words

    @pytest.mark.parametrize(
        "query", ["state=x", "level=x", "level=99", "due=x", "sort=x", "month=x", "after=x~y", "&="]
    )
    def test_nonsense_is_passed_over(self, desk, query):
        number = desk.ticket()
        answer = desk.get(f"/tickets?{query}", "ines")
        assert answer.status == 200
        assert rows(answer) in ([number], [])

    def test_others_tickets_are_named_but_lead_nowhere_and_tell_no_address(self, desk):
        number = claimed(desk, "bob", "A bill for jane@example.com")
        answer = desk.get("/tickets", "ines")
        assert rows(answer) == [number]
        assert f'href="/cgi-bin/helpdesk.cgi/tickets/{number}"' not in answer.text
        assert "jane" not in answer.text.lower()
        assert "jane" not in desk.get("/tickets.csv", "ines").text.lower()
        assert "jane" not in desk.get("/tickets.json", "ines").text.lower()
        assert "jane@example.com" in desk.get("/tickets", "bob").text

    def test_a_pending_ticket_tells_nobody_who_wrote(self, desk):
        desk.ticket("Call jane@example.com")
        for path in ("/tickets", "/tickets.csv", "/tickets.json"):
            assert "jane" not in desk.get(path, "ada").text.lower()

    def test_fifty_a_page_and_the_filter_stays(self, desk, monkeypatch):
        monkeypatch.setattr(lists, "PAGE", 2)
        numbers = [desk.ticket() for _ in range(5)]
        seen, path = [], "/tickets?state=pending&sort=due"
        while path:
            answer = desk.get(path, "ines")
            seen += rows(answer)
            found = re.search(r'rel="next" href="/cgi-bin/helpdesk.cgi([^"]+)"', answer.text)
            path = found[1].replace("&amp;", "&") if found else ""
        assert seen == numbers

    def test_closed_ones_go_by_month(self, desk):
        number = claimed(desk)
        desk.post(f"/tickets/{number}/close", "ines")
        answer = desk.get("/tickets?state=closed", "ines")
        assert rows(answer) == [number]
        assert "Closed by ines" in answer.words
        assert re.search(r"<h2>\w+ 20\d\d</h2>", answer.text)
        assert rows(desk.get("/tickets?state=closed&month=2001-01", "ines")) == []

    def test_who_did_it_is_named_and_not_who_had_it(self, desk):
        house, ada = desk.house, desk.operator("ada")
        customers = Customers(house.intake.correspondence)
        verbs = {
            "Closed by the customer, ": lambda number: customers.close(number),
            "Closed by ada, ": lambda number: house.desk.close(number, ada),
            "Resolved by ada, ": lambda number: house.handling.resolve(number, ada),
            "Closed by itself, ": lambda number: house.desk.move(
                house.store.read(number), Place(CLOSED, "ines"), "closed", DESK
            ),
        }
        for said, verb in verbs.items():
            number = claimed(desk)
            verb(number)
            state = said.partition(" ")[0].lower()
            first = desk.get(f"/tickets?state={state}", "ines").text.partition(f'data-ticket="{number}"')[2]
            assert said in first.partition("</li>")[0], said
        closed = desk.get("/tickets.json?state=closed", "ines").content
        assert [one["done_by"] for one in json.loads(closed)["tickets"]] == ["desk", "ada", "customer"]
        into, part = claimed(desk), claimed(desk)
        Joining(house.desk).merge(part, into, ada)
        assert table(desk.get("/tickets.csv?state=closed", "ines"))[0]["done_by"] == "ada"
        lost = desk.post(f"/tickets/{part}/close", "ines")
        assert lost.status == 409 and f"ada closed {part}" in lost.words

    def test_who_is_not_signed_in_sees_none(self, desk):
        for path in ("/tickets", "/tickets.csv", "/tickets.json", "/home"):
            assert desk.get(path).status == 303


class TestTables:
    def test_the_table_has_what_the_list_has(self, desk):
        number = claimed(desk)
        desk.house.handling.mark(number, desk.operator("ines"), Standing(priority="high", due_at=1795262400), USUAL)
        (line,) = table(desk.get("/tickets.csv", "ines"))
        assert line["number"] == number
        told = [line[name] for name in ("subject", "state", "holder", "level", "priority", "due")]
        assert told == ["The printer is on fire", "progress", "ines", "1", "high", "2026-11-21T12:00:00Z"]
        answer = desk.get("/tickets.csv", "ines")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="tickets.csv"'

    def test_it_is_all_of_it_and_of_the_same_filter(self, desk, monkeypatch):
        monkeypatch.setattr(lists, "PAGE", 2)
        numbers = [desk.ticket() for _ in range(5)]
        claimed(desk)
        assert [line["number"] for line in table(desk.get("/tickets.csv?state=pending", "ines"))] == numbers

    @pytest.mark.parametrize("subject", ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
    def test_no_subject_is_a_formula(self, desk, subject):
        claimed(desk, subject=subject)
        (line,) = table(desk.get("/tickets.csv", "ines"))
        assert line["subject"].startswith("'")
        assert line["subject"].lstrip("'").strip() == subject.strip()

    def test_what_only_contains_signs_stays_as_it_is(self):
        assert spreadsheet.line(["a=b", "2-1", 'say "x", y', ""]) == b'a=b,2-1,"say ""x"", y",\r\n'

    def test_json_goes_page_by_page(self, desk, monkeypatch):
        monkeypatch.setattr(lists, "PAGE", 2)
        numbers = [desk.ticket() for _ in range(3)]
        first = json.loads(desk.get("/tickets.json?state=pending", "ines").text)
        assert [one["number"] for one in first["tickets"]] == numbers[:2]
        assert first["next"].startswith("/cgi-bin/helpdesk.cgi/tickets.json?state=pending&after=")
        second = json.loads(desk.get(first["next"].removeprefix("/cgi-bin/helpdesk.cgi"), "ines").text)
        assert [one["number"] for one in second["tickets"]] == numbers[2:]
        assert second["next"] is None
        told = second["tickets"][0]
        assert (told["state"], told["holder"], told["due"], told["level"]) == ("pending", "", None, 1)


class TestHome:
    def test_every_count_leads_to_as_many_tickets(self, desk):
        desk.ticket()
        for verb in ("wait", "resolve", None):
            number = claimed(desk)
            if verb:
                desk.post(f"/tickets/{number}/{verb}", "ines")
        desk.house.handling.mark(number, desk.operator("ines"), Standing(due_at=1), USUAL)
        assert tiles(desk, "ines") == [1] * 5

    def test_who_looks_after_others_sees_what_is_overdue_with_them(self, desk):
        for number in (desk.ticket(), claimed(desk, "bob")):
            desk.house.handling.mark(number, desk.operator("ada"), Standing(due_at=1), USUAL)
        assert tiles(desk, "ines") == [1, 0, 1, 0, 0, 0]
        assert tiles(desk, "ada") == [1, 0, 1, 2, 0, 0, 0]

    def test_my_categories_are_counted_one_by_one(self, desk):
        desk.ticket()
        number = desk.ticket()
        desk.house.handling.mark(number, desk.operator("ines"), Standing(category="paper"), USUAL)
        page = desk.get("/home", "ines")
        for path, name in re.findall(
            r'<li><a href="/cgi-bin/helpdesk.cgi(/tickets[^"]*)">([^<]+)</a> <span>1<', page.text
        ):
            assert len(rows(desk.get(path.replace("&amp;", "&"), "ines"))) == 1, name
        assert "paper" in page.words
        assert "No category" in page.words

    def test_who_may_claim_nothing_has_nothing_new(self, desk):
        desk.ticket()
        assert "New for me" in desk.get("/home", "ines").words
        desk.house.operators.write(desk.operator("ines")._replace(role=OBSERVER))
        assert "New for me" not in desk.get("/home", "ines").words

    def test_an_empty_desk_says_so(self, desk):
        assert "Nobody is waiting" in desk.get("/home", "ines").words
        assert "could not be sent" not in desk.get("/home", "ines").words
