"""What administrators look after, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite.shelves.audit import PAGE
from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.words.ticket import QUEUE


class TestForAdministrators:
    def test_the_way_is_in_the_bar(self, desk):
        assert "/administration" in desk.get("/queue", "ada").text
        assert "/administration" not in desk.get("/queue", "ines").text
        assert 'aria-current="page">Administration' in desk.get("/administration", "ada").text

    @pytest.mark.parametrize("path", ["", "/log", "/categories", "/categories/bills", "/rules"])
    def test_anybody_else_is_refused_and_stands_in_the_log(self, desk, path):
        path = f"/administration{path}"
        assert desk.get(path, "ines").status == 403
        assert f"ines was refused: administer {path}" in desk.get("/administration/log", "ada").words
        assert desk.get(path).status == 303

    def test_a_mistake_in_an_operators_file_is_named(self, desk):
        (desk.house.root.path and open(desk.house.root.inside("operators", "zed.toml"), "w")).close()
        assert "data/operators/zed.toml: email is missing." in desk.get("/administration", "ada").words

    def test_what_is_nowhere_is_named_wherever_it_stands(self, desk):
        house = desk.house
        house.categories.add(Category("bills"))
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "bob")
        desk.post(f"/tickets/{number}/mark", "bob", {"seen": "", "category": "biils"})
        house.operators.remove("bob")
        for path, text in {
            "data/operators/ines.toml": 'email = "ines@example.org"\ncategories = ["blls"]\n',
            "data/rules.toml": '[[rule]]\nname = "A"\nthen.hand_to = ["carla"]\n',
            "forms/contact.html": '<meta name="helpdesk-category" content="Bilss"><input name="email">',
        }.items():
            Path(house.root.path, path).write_text(text)
        words = desk.get("/administration", "ada").words
        for said in (
            "data/categories: open tickets name the category 'biils', and there is no such category: 1",
            "data/claimed/bob: there are tickets here, but there is no operator bob",
            "data/operators/ines.toml: categories has 'blls': there is no such category",
            "data/rules.toml: rule A: there is no operator 'carla'",
            "forms/contact.html: it names the category 'Bilss', and there is no such category",
        ):
            assert said in words

    def test_a_file_that_cannot_be_read_keeps_no_page_from_working(self, desk):
        for kind in ("operators", "categories"):
            Path(desk.house.root.inside(kind, "odd.toml")).mkdir(parents=True)  # as good as one of another user's
            told = desk.get("/administration", "ada").words
            assert f"data/{kind}/odd.toml: it cannot be read: Is a directory" in told
            for path in (f"/administration/{kind}", f"/administration/{kind}/odd", "/tickets"):
                assert desk.get(path, "ada").status == 200
        assert desk.house.categories.find("odd").desk  # nobody here has what may be another desk's

    def test_a_file_with_mistakes_is_shown_beside_the_form_that_writes_it_anew(self, desk):
        text = 'email = "ines@example.org"\nlevel = 77\n  password_hash = "$argon2"\n'
        Path(desk.house.root.inside("operators", "ines.toml")).write_text(text)
        desk.house.categories.add(Category("bills"))
        Path(desk.house.categories.folder, "bills.toml").write_text('level = 77\nsubscribers = ["bob"]\n')
        assert "ines nobody can sign in with this file" in desk.get("/administration/operators", "ada").words
        page = desk.get("/administration/operators/ines", "ada")
        assert "What the file says now" in page.words and "argon2" not in page.text
        assert "email = &#34;ines@example.org&#34;\nlevel = 77" in page.text
        assert "subscribers = [&#34;bob&#34;]" in desk.get("/administration/categories/bills", "ada").text

    def test_with_a_supervisor_that_there_is_not_one_signs_in_all_the_same(self, desk):
        with open(desk.house.root.inside("operators", "ines.toml"), "a") as file:
            file.write('supervisor = "carla"\n')
        words = desk.get("/administration/operators", "ada").words
        assert "supervisor = 'carla': there is no such operator" in words
        assert "nobody can sign in" not in words


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


OPERATORS = "/administration/operators"
USUAL = {"email": "ines@example.org", "role": "operator", "level": "9", "deliver": "mail"}


def seen(page):
    return page.text.partition('name="seen" value="')[2].partition('"')[0]


@pytest.fixture
def mailing(desk):
    desk.house.settings = desk.house.settings._replace(url="http://desk.example/cgi-bin/helpdesk.cgi")
    return desk


class TestOperators:
    def test_all_are_told_with_what_is_unusual(self, desk):
        with open(desk.house.root.inside("operators", "bob.toml"), "a") as file:
            file.write('role = "observer"\ncategories = ["billing"]\nlevel = 2\nabsent_until = 9999-12-31\n')
        words = desk.get(OPERATORS, "ada").words
        for said in ("absent until 9999-12-31", "Observer", "only billing", "up to level 2", "Administrator"):
            assert said in words

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("get", OPERATORS),
            ("get", f"{OPERATORS}/ada"),
            ("post", OPERATORS),
            ("post", f"{OPERATORS}/ada"),
            ("post", f"{OPERATORS}/ada/remove"),
            ("post", f"{OPERATORS}/ada/invite"),
            ("post", "/administration/log/2026-11.0/undo"),
        ],
    )
    def test_are_for_administrators_alone(self, desk, method, path):
        assert getattr(desk, method)(path, "ines").status == 403
        assert desk.house.audit.read()[0].what == "refused"
        assert desk.operator("ada").is_admin

    def test_a_new_one_is_mailed_a_link_and_chooses_a_password(self, mailing):
        made = mailing.post(OPERATORS, "ada", {**USUAL, "name": "olga", "email": "olga@example.org"})
        assert made.headers["location"].endswith(f"{OPERATORS}?invited=olga")
        page = mailing.get(f"{OPERATORS}?invited=olga", "ada").words
        assert "on its way to olga" in page
        assert "no password yet" in page
        (letter,) = mailing.house.outbox.waiting()
        path = letter.url.partition("helpdesk.cgi")[2]
        assert "Your name here is olga" in mailing.get(path).words
        key = path.partition("key=")[2]
        wrong = mailing.post("/invitation", fields={"key": key, "password": "a long password", "again": "another"})
        assert wrong.status == 422
        assert "a long password" not in wrong.text
        done = mailing.post(
            "/invitation", fields={"key": key, "password": "a long password", "again": "a long password"}
        )
        assert done.status == 303
        assert "helpdesk=olga~" in done.headers["set-cookie"]
        assert mailing.get(path).status == 404

    def test_without_an_address_of_the_desk_none_can_be_mailed(self, desk):
        page = desk.post(f"{OPERATORS}/ines/invite", "ada")
        assert page.status == 422
        assert "[desk] url" in page.words

    def test_what_is_wrong_is_said_and_nothing_kept(self, mailing):
        page = mailing.post(OPERATORS, "ada", {**USUAL, "name": "ines"})
        assert page.status == 422
        assert "There is an operator ines already." in page.words
        assert "nobody at all" in mailing.post(OPERATORS, "ada", {**USUAL, "name": "b", "email": "nobody at all"}).words

    def test_a_change_is_in_the_log_and_undone_from_there(self, desk):
        desk.house.categories.add(Category("billing", "Invoices & money"))
        page = desk.get(f"{OPERATORS}/ines", "ada")
        assert "Invoices &amp; money" in page.text
        fields = {
            **USUAL,
            "seen": seen(page),
            "role": "observer",
            "categories": "billing",
            "absent_until": "2031-01-01",
            "skills": "pumps, motors",
        }
        assert desk.post(f"{OPERATORS}/ines", "ada", fields).status == 303
        ines = desk.operator("ines")
        assert (ines.role, ines.categories, ines.absent_until) == ("observer", ("billing",), "2031-01-01")
        assert ines.skills == ("pumps", "motors")
        log = desk.get("/administration/log", "ada")
        assert "ada changed operators/ines" in log.words
        way = log.text.partition('action="/cgi-bin/helpdesk.cgi/administration/log/')[2].partition('"')[0]
        assert desk.post(f"/administration/log/{way}", "ada").status == 303
        assert desk.operator("ines").role == "operator"
        refused = desk.post(f"/administration/log/{way}", "ada")
        assert refused.status == 409
        assert "Something has changed since." in refused.words
        assert "It undoes an earlier change." in desk.get("/administration/log", "ada").words

    def test_an_old_page_changes_nothing(self, desk):
        old = seen(desk.get(f"{OPERATORS}/ines", "ada"))
        with open(desk.house.root.inside("operators", "ines.toml"), "a") as file:
            file.write("level = 2\n")
        for verb in ("", "/remove"):
            page = desk.post(f"{OPERATORS}/ines{verb}", "ada", {**USUAL, "role": "observer", "seen": old})
            assert page.status == 409
            assert "level = 2" in page.text
            assert "argon2" not in page.text
        assert desk.operator("ines").level == 2

    def test_one_is_taken_away_once_their_tickets_are_handed_on(self, desk):
        number = desk.ticket()
        desk.post(f"/tickets/{number}/claim", "ines")
        fields = {"seen": seen(desk.get(f"{OPERATORS}/ines", "ada"))}
        page = desk.post(f"{OPERATORS}/ines/remove", "ada", fields)
        assert page.status == 422
        assert "hand them on first" in page.words
        page = desk.post(f"{OPERATORS}/ines/hand-on", "ada", {"to": "zoe"})
        assert page.status == 422
        assert "There is no other operator zoe." in page.words
        moved = desk.post(f"{OPERATORS}/ines/hand-on", "ada", {"to": "bob"})
        assert moved.status == 303
        page = desk.get(moved.headers["location"].partition("helpdesk.cgi")[2], "ada")
        assert "1 ticket has gone on." in page.words
        assert "Hand all tickets on" not in page.words
        assert desk.post(f"{OPERATORS}/bob/put-back", "ada").status == 303
        assert desk.house.store.place(number) == QUEUE
        assert desk.post(f"{OPERATORS}/ines/remove", "ada", fields).status == 303
        assert desk.get(f"{OPERATORS}/ines", "ada").status == 404

    def test_a_file_with_mistakes_is_told_and_can_be_mended(self, desk):
        with open(desk.house.root.inside("operators", "ines.toml"), "a") as file:
            file.write("level = 99\n")
        assert "data/operators/ines.toml: level = 99" in desk.get(OPERATORS, "ada").words
        page = desk.get(f"{OPERATORS}/ines", "ada")
        assert "level = 99" in page.words
        assert desk.post(f"{OPERATORS}/ines", "ada", {**USUAL, "seen": seen(page)}).status == 303
        assert desk.operator("ines").password_hash

    def test_what_was_done_to_categories_and_rules_is_undone_too(self, desk):
        ada = desk.operator("ada")
        desk.house.arranging.add_category(Category("billing", "Invoices"), ada)
        desk.house.texts.write("rules.toml", "# nothing\n" + "# at all\n" * 50, ada)
        page = desk.get("/administration/log", "ada").text
        assert "Invoices" in page
        assert "at all" not in page
        for noted in desk.house.audit.read(most=2):
            assert f"/administration/log/{noted.name}/undo" in page
            assert desk.post(f"/administration/log/{noted.name}/undo", "ada").status == 303
            assert desk.post(f"/administration/log/{noted.name}/undo", "ada").status == 409
        assert desk.house.texts.read("rules.toml").text == ""
        assert desk.house.categories.names() == []

    @pytest.mark.parametrize("name", ["zed", "..%2Fsecret", "Ines", "%F0%9F%8D%8B"])
    def test_nobody_is_404(self, desk, name):
        assert desk.get(f"{OPERATORS}/{name}", "ada").status == 404
        for verb in ("", "/invite", "/remove"):
            assert desk.post(f"{OPERATORS}/{name}{verb}", "ada", USUAL).status == 404
