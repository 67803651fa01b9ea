"""What administrators look after, and nobody else."""

from __future__ import annotations

import pytest

from helpdesk_lite.audit import PAGE


class TestForAdministrators:
    def test_the_way_is_in_the_bar(self, desk):
        assert "/administration" in desk.get("/queue", "ada").text
        assert "/administration" not in desk.get("/queue", "ines").text
        assert 'aria-current="page">Administration' in desk.get("/administration", "ada").text

    @pytest.mark.parametrize("path", ["/administration", "/administration/log"])
    def test_anybody_else_is_refused_and_stands_in_the_log(self, desk, path):
        assert desk.get(path, "ines").status == 403
        assert f"ines was refused: administer {path}" in desk.get("/administration/log", "ada").words
        assert desk.get(path).status == 303

    def test_a_mistake_in_an_operators_file_is_named(self, desk):
        (desk.house.root.path and open(desk.house.root.inside("operators", "zed.toml"), "w")).close()
        assert "data/operators/zed.toml: email is missing." in desk.get("/administration", "ada").words


class TestTheLog:
    def test_says_that_there_is_nothing(self, desk):
        assert "Nothing is in the log." in desk.get("/administration/log", "ada").words

    def test_tells_how_it_was_and_how_it_is(self, desk):
        desk.house.audit.note("ada", "changed", "operators/ines", {"role": "operator"}, {"role": "<observer>"})
        page = desk.get("/administration/log", "ada")
        assert "ada changed operators/ines" in page.words
        assert "<del>operator</del>" in page.text
        assert "<ins>&lt;observer&gt;</ins>" in page.text

    def test_has_fifty_a_page_the_newest_first(self, desk):
        for count in range(PAGE + 2):
            desk.house.audit.note("ada", "changed", f"thing {count}")
        first = desk.get("/administration/log", "ada")
        assert first.words.index(f"thing {PAGE + 1}") < first.words.index("thing 2")
        assert "thing 1 " not in first.words
        query = first.text.partition('rel="next" href="')[2].partition('"')[0].partition("?")[2]
        second = desk.get(f"/administration/log?{query}", "ada")
        assert "thing 1" in second.words
        assert "thing 0" in second.words
        assert 'rel="next"' not in second.text

    @pytest.mark.parametrize("before", ["x", "2026-11.999", "9999-12.1", "2026-11.-1", "%00"])
    def test_a_name_that_is_none_does_no_harm(self, desk, before):
        assert desk.get(f"/administration/log?before={before}", "ada").status == 200


class TestRefused:
    def test_what_is_not_ones_own_is_403_and_in_the_log(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        assert desk.post(f"/tickets/{number}/close", "bob").status == 403
        assert f"bob was refused: close {number}" in desk.get("/administration/log", "ada").words


class TestAnObserver:
    @pytest.fixture
    def observed(self, desk):
        path = desk.house.root.inside("operators", "bob.toml")
        with open(path, "a") as file:
            file.write('role = "observer"\n')
        return desk

    def test_reads_the_queue_and_has_no_buttons(self, observed):
        number = observed.ticket()
        assert "/claim" not in observed.get("/queue", "bob").text
        assert "/claim" in observed.get("/queue", "ines").text
        page = observed.get(f"/tickets/{number}", "bob")
        assert page.status == 200
        assert page.text.count("<form") == 1  # to sign out
        assert "jane@example.com" not in page.text

    def test_reads_what_others_have_and_changes_nothing(self, observed):
        number = observed.ticket()
        observed.post(f"/tickets/{number}/claim", "ines")
        page = observed.get(f"/tickets/{number}", "bob")
        assert "jane@example.com" in page.text
        assert page.text.count("<form") == 1
        for verb in ("claim", "release", "close", "wait", "resolve", "escalate", "reassign", "mark"):
            assert observed.post(f"/tickets/{number}/{verb}", "bob", {"note": "up", "to": "bob"}).status == 403
        for verb in ("reply", "note", "draft"):
            assert observed.post_form(f"/tickets/{number}/{verb}", "bob", {"text": "Hi.", "seen": "2"}).status == 403

    def test_is_nobody_to_hand_a_ticket_to(self, observed):
        number = observed.ticket()
        observed.post(f"/tickets/{number}/claim", "ines")
        page = observed.get(f"/tickets/{number}", "ines")
        assert '<option value="ada">' in page.text
        assert '<option value="bob">' not in page.text
        assert observed.post(f"/tickets/{number}/reassign", "ines", {"to": "bob"}).status == 422
