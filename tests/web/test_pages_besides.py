"""The first operator's page, style sheets and scripts, and what is said when something does not work."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from helpdesk_lite import assets
from helpdesk_lite.web.http import REASONS, Request
from helpdesk_lite.web.pages import problem
from helpdesk_lite.words import errors
from helpdesk_lite.words.i18n import LANGUAGES
from tests.web.conftest import PASSWORD, SCRIPT


@pytest.fixture
def empty(desk):
    """A desk that nobody has an account at yet, and the key of its one-time link."""
    for path in Path(desk.house.operators.folder).iterdir():
        path.unlink()
    return desk, desk.house.setup.new_key()


GOOD = {"name": "ines", "email": "ines@example.org", "password": PASSWORD, "again": PASSWORD}


class TestTheFirstOperator:
    def test_the_link_shows_the_form(self, empty):
        desk, key = empty
        answer = desk.get(f"/setup?key={key}")
        assert answer.status == 200
        assert f'name="key" value="{key}"' in answer.text

    def test_filled_in_it_makes_an_administrator_who_is_signed_in(self, empty):
        desk, key = empty
        answer = desk.post("/setup", fields={"key": key, **GOOD})
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/queue")
        assert answer.headers["set-cookie"].startswith("helpdesk=ines~")
        assert desk.operator("ines").is_admin
        assert "ines added operators/ines" in desk.get("/administration/log", "ines").words

    def test_the_link_works_once(self, empty):
        desk, key = empty
        desk.post("/setup", fields={"key": key, **GOOD})
        for answer in (desk.get(f"/setup?key={key}"), desk.post("/setup", fields={"key": key, **GOOD, "name": "eve"})):
            assert answer.status == 404
            assert "This link works no more" in answer.words
        assert desk.house.operators.names() == ["ines"]

    @pytest.mark.parametrize("key", ["", "0" * 32])
    def test_a_made_up_link_does_not_work(self, empty, key):
        desk, _ = empty
        assert desk.get(f"/setup?key={key}").status == 404

    @pytest.mark.parametrize(
        ("field", "typed", "words"),
        [
            ("name", "Inès Müller", "Choose one plain word"),
            ("name", "", "Choose one plain word"),
            ("email", "nowhere", "Write a mail address"),
            ("password", "short", "Choose a password of at least 8 characters."),
            ("again", "something else", "The two passwords differ."),
        ],
    )
    def test_a_mistake_is_said_beside_its_field(self, empty, field, typed, words):
        desk, key = empty
        answer = desk.post("/setup", fields={"key": key, **GOOD, field: typed})
        assert answer.status == 422
        assert "<title>Error:" in answer.text
        assert re.search(rf'id="{field}-problem">{words}', answer.text)
        assert re.search(rf'id="{field}" [^>]*aria-invalid="true" aria-describedby="[^"]*{field}-problem"', answer.text)
        assert f'<a href="#{field}">' in answer.text
        assert PASSWORD not in answer.text
        assert desk.house.operators.names() == []

    def test_all_mistakes_are_said_at_once(self, empty):
        desk, key = empty
        answer = desk.post("/setup", fields={"key": key, "name": "A B", "email": "x", "password": "x", "again": "y"})
        assert answer.text.count('class="problem" id=') == 3


class TestStaticFiles:
    @pytest.mark.parametrize("name", assets.TYPES)
    def test_a_page_names_files_that_may_be_kept_for_good(self, desk, name):
        address = assets.addresses(desk.house.cache, SCRIPT, desk.house.root.templates)[name]
        answer = desk.get(address.removeprefix(SCRIPT))
        assert answer.status == 200
        assert answer.headers["content-type"] == assets.TYPES[name]
        assert "immutable" in answer.headers["cache-control"]

    def test_it_comes_compressed_to_those_who_take_it_so(self, desk):
        plain = desk.get("/static/style.css")
        packed = desk.get("/static/style.css", **{"Accept-Encoding": "gzip, br"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        assert gzip.decompress(packed.content) == plain.content
        assert len(packed.content) < len(plain.content) / 2

    def test_another_version_is_not_kept(self, desk):
        assert "immutable" not in desk.get("/static/style.css?v=00000000").headers["cache-control"]

    @pytest.mark.parametrize("name", ["nothing.css", "..", "..%2frender.py", "__init__.py", ".", "style.css%00"])
    def test_nothing_else_is_there(self, desk, name):
        assert desk.get(f"/static/{name}").status == 404

    def test_the_queues_script_stays_small(self):
        assert len(Path(assets.path("queue.js")).read_bytes()) <= 3 * 1024


class TestProblems:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 429, 500, 503])
    def test_each_status_has_calm_words_and_a_way_on(self, desk, status, language):
        request = Request({"SCRIPT_NAME": SCRIPT})
        request.language = language
        answer = problem.page(request, desk.house, status)
        assert answer.status == status
        assert isinstance(answer.body, bytes)
        page = answer.body.decode()
        assert page.count("<h1>") == 1
        assert f'href="{SCRIPT}/"' in page
        assert not re.search(r"Traceback|Error\b|\.py\b", page)

    def test_every_answer_that_is_no_page_has_its_words(self):
        assert {status for status in REASONS if status >= 400} - set(problem._WORDS) <= {422}

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (errors.UnknownForm("x"), "There is no such form."),
            (errors.BrokenForm("x", []), "This form is being mended."),
            (errors.TooLarge(25_000_000), "This desk takes 25 MB at once."),
            (errors.TooMany(1), "Please wait 1 second and try again."),
            (errors.DeskUnusable("/var/secret/place"), "This did not work"),
        ],
    )
    def test_what_was_wrong_is_said_and_nothing_of_the_inside(self, desk, wrong, words):
        answer = problem.page(Request({}), desk.house, 500, wrong)
        assert isinstance(answer.body, bytes)
        assert words in answer.body.decode()
        assert b"secret" not in answer.body

    def test_too_many_say_when_to_come_back(self, desk):
        answer = problem.page(Request({}), desk.house, 429, errors.TooMany(17))
        assert ("Retry-After", "17") in answer.headers

    def test_an_operator_is_led_back_to_the_queue(self, desk):
        answer = desk.get("/nowhere", "ines")
        assert answer.status == 404
        assert f'href="{SCRIPT}/queue">Back to the queue' in answer.text


def test_every_page_is_complete_and_brings_nothing_inline(desk):
    number = desk.ticket()
    pages = ["/", "/login", "/nowhere", f"/sent/{number}?key={desk.house.desk.key(number)}"]
    pages = [desk.get(path).text for path in pages]
    pages += [desk.get(path, "ines").text for path in ("/queue", "/mine", "/outbox", f"/tickets/{number}", "/nowhere")]
    for page in pages:
        assert page.startswith("<!doctype html>\n<html lang=")
        assert page.rstrip().endswith("</html>")
        assert not re.search(r"<style|<script>| style=| on[a-z]+=", page)
        assert page.count("<h1") == 1
