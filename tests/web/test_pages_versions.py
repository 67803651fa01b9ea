"""Earlier versions of what administrators write online, on their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite.web import difference

HERE = "/administration/versions"
ONE, TWO = "[[rule]]\nthen.level = 2\n", "[[rule]]\nthen.level = 3\n"


@pytest.fixture
def written(desk):
    """A desk whose rules were written twice; its log, the newest first."""
    for text in (ONE, TWO):
        desk.house.texts.write("rules.toml", text, desk.operator("ada"))
    return desk, desk.house.audit.read()


def fields(page, which):
    return {"which": which, "seen": page.text.partition('name="seen" value="')[2].partition('"')[0]}


def test_there_may_be_none(desk):
    assert "There are no earlier versions." in desk.get(f"{HERE}?of=rules.toml", "ada").words


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("templates/mail/notice.txt", "letters/notice.txt"),
        ("forms/contact.html", "forms/contact"),
        ("forms/x.html", "forms"),
    ],
)
def test_the_way_back_is_there_whether_or_not_the_file_is(desk, name, way):
    page = desk.get(f"{HERE}?of={name}", "ada")
    assert f'href="/cgi-bin/helpdesk.cgi/administration/{way}">Back to the file' in page.text
    assert desk.get(f"/administration/{way}", "ada").status == 200


def test_each_is_listed_and_shown_line_by_line(written):
    desk, (changed, added) = written
    page = desk.get(f"{HERE}?of=rules.toml", "ada")
    assert page.words.index("ada changed rules.toml") < page.words.index("ada added rules.toml")
    assert f"{HERE}/{added.name}" in page.text
    older = desk.get(f"{HERE}?of=rules.toml&before={changed.name}", "ada")
    assert ("ada added" in older.words, "ada changed" in older.words) == (True, False)
    assert f'{HERE}?of=rules.toml">The newest' in older.text
    words = desk.get(f"{HERE}/{changed.name}", "ada").words
    assert "[[rule]] before: then.level = 2 after: then.level = 3" in words
    assert f"{HERE}/{changed.name}" in desk.get("/administration/log", "ada").text


@pytest.mark.parametrize("which", ["before", "after"])
def test_either_is_brought_back(written, which):
    desk, (changed, _) = written
    desk.house.texts.remove("rules.toml", desk.operator("ada"))
    way = f"{HERE}/{changed.name}"
    answer = desk.post(way, "ada", fields(desk.get(way, "ada"), which))
    assert (answer.status, answer.headers["location"].endswith("/administration/rules")) == (303, True)
    assert desk.house.texts.read("rules.toml").text == {"before": ONE, "after": TWO}[which]


def test_what_was_changed_meanwhile_stays(written):
    desk, (changed, _) = written
    way = f"{HERE}/{changed.name}"
    asked = fields(desk.get(way, "ada"), "before")
    Path(desk.house.rules.path).write_text("# by hand\n")
    answer = desk.post(way, "ada", asked)
    assert (answer.status, "Somebody changed the file meanwhile" in answer.words) == (409, True)
    assert desk.house.texts.read("rules.toml").text == "# by hand\n"
    assert desk.post(way, "ada", fields(answer, "before")).status == 303


def test_one_with_mistakes_does_not_come_back_where_none_may_be(written):
    desk, _ = written
    entry = desk.house.audit.note("ada", "changed", "rules.toml", {"text": "[[rule"}, {"text": TWO})
    way = f"{HERE}/{entry}"
    assert desk.post(way, "ada", fields(desk.get(way, "ada"), "before")).status == 422
    assert desk.house.texts.read("rules.toml").text == TWO


def test_what_is_no_version_is_404(written):
    desk, (_, added) = written
    refused = desk.house.audit.note("ada", "changed", "operators/ines", {"text": "x"}, {"text": "y"})
    assert [desk.get(f"{HERE}/{name}", "ada").status for name in ("x", "2026-11.1", refused)] == [404] * 3
    assert desk.get(f"{HERE}?of=../settings.toml", "ada").status == 404
    assert desk.post(f"{HERE}/{added.name}", "ada", {"which": "before"}).status == 404


def test_they_are_administrators_alone(written):
    desk, (changed, _) = written
    for way in (f"{HERE}?of=rules.toml", f"{HERE}/{changed.name}"):
        assert desk.get(way, "ines").status == 403
    assert desk.post(f"{HERE}/{changed.name}", "ines", {"which": "before"}).status == 403


def test_a_difference_leaves_out_what_stays():
    lines = [f"{count}" for count in range(20)]
    rows = difference.rows("\n".join(lines), "\n".join([*lines[:9], "new", *lines[10:]]))
    around = [("same", "6"), ("same", "7"), ("same", "8"), ("gone", "9"), ("new", "new")]
    assert rows == [("left-out", "6"), *around, ("same", "10"), ("same", "11"), ("same", "12"), ("left-out", "7")]
    assert difference.rows("", "a\nb") == [("new", "a"), ("new", "b")]
    assert difference.rows("a\nb\na\nb", "a\nb") == [("same", "a"), ("same", "b"), ("gone", "a"), ("gone", "b")]


def test_a_difference_of_too_much_is_not_looked_for():
    assert difference.rows("a\n" * 5000, "b\n" * 5000) is None
    assert difference.rows("a\n" * 5000, "a\n" * 5001) == [("left-out", "4997"), *[("same", "a")] * 3, ("new", "a")]
