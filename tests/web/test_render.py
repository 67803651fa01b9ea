"""Pages from templates: in full, and from a frame that was made once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk_lite.cache import Cache
from helpdesk_lite.web.holes import Hole, LookedAt
from helpdesk_lite.web.render import Html, Render, escaped

HOSTILE = '<b>"it\'s" & {{ 7 * 7 }}\x00base\x00</b>'


@pytest.fixture
def folder(tmp_path) -> Path:
    pages = tmp_path / "templates" / "pages"
    pages.mkdir(parents=True)
    return pages


@pytest.fixture
def render(tmp_path, folder) -> Render:
    return Render((str(folder.parent),), Cache(str(tmp_path / "cache")))


def settled(path: Path, text: str) -> None:
    """Write a file as if it had been written a while ago, so that what is made of it is kept."""
    path.write_text(text)
    at = path.stat().st_mtime - 100 - len(text)
    os.utime(path, (at, at))


def in_both_ways(render: Render, shape, holes) -> list[str]:
    """The page page.html written in full, framed, and from the frame that was kept."""
    full = render.full("pages/page.html", "en", "/desk", {**shape, **holes})
    return [full, *(render.framed("pages/page.html", "en", "/desk", shape, holes) for _ in range(2))]


def test_a_framed_page_is_what_the_full_page_would_be(render, folder):
    settled(
        folder / "page.html",
        '<a href="{{ base }}/x">{{ text }}</a>{{ html }}{{ operator.name }}{% if flag %}yes{% endif %}',
    )
    holes = {"text": "Ink & paper", "html": Html("<hr>"), "operator": {"name": "ines"}}
    pages = in_both_ways(render, {"flag": True}, holes)
    assert set(pages) == {'<a href="/desk/x">Ink &amp; paper</a><hr>inesyes'}


def test_what_is_typed_stays_text_in_a_frame_too(render, folder):
    settled(folder / "page.html", '<p title="{{ text }}">{{ text }}</p>')
    for page in in_both_ways(render, {}, {"text": HOSTILE})[1:]:
        assert page.count("<") == 2
        assert "&lt;b&gt;&#34;it&#39;s&#34; &amp; {{ 7 * 7 }}" in page
        assert "/desk" not in page


def test_a_template_that_looks_at_a_hole_is_written_in_full_each_time(render, folder):
    settled(folder / "page.html", "{% if text == 'a' %}A{% else %}{{ text|length }}{% endif %}")
    written = [render.framed("pages/page.html", "en", "", {}, {"text": text}) for text in ("a", "bb", "a")]
    assert written == ["A", "2", "A"]


def test_a_frame_is_made_anew_when_a_template_changes(render, folder):
    settled(folder / "page.html", "one {{ text }}")
    assert render.framed("pages/page.html", "en", "", {}, {"text": "x"}) == "one x"
    settled(folder / "page.html", "another {{ text }}")
    assert render.framed("pages/page.html", "en", "", {}, {"text": "x"}) == "another x"


def test_a_frame_is_made_anew_when_a_template_comes_in_front(tmp_path, folder):
    mine = tmp_path / "mine" / "pages"
    mine.mkdir(parents=True)
    render = Render((str(mine.parent), str(folder.parent)), Cache(str(tmp_path / "cache")))
    settled(folder / "page.html", "the program's {{ text }}")
    assert render.framed("pages/page.html", "en", "", {}, {"text": "x"}) == "the program's x"
    settled(mine / "page.html", "my own {{ text }}")
    assert render.framed("pages/page.html", "en", "", {}, {"text": "x"}) == "my own x"


def test_each_shape_has_its_frame(render, folder):
    settled(folder / "page.html", "{% if flag %}yes{% else %}no{% endif %} {{ text }}")
    said = [render.framed("pages/page.html", "en", "", {"flag": flag}, {"text": "x"}) for flag in (True, False, True)]
    assert said == ["yes x", "no x", "yes x"]


def test_rows_are_framed_one_by_one(render, folder):
    settled(folder / "row.html", "<li>{{ text }}</li>")
    rows = render.each("pages/row.html", "en", "", {}, [{"text": "a"}, {"text": "<"}])
    assert rows == "<li>a</li><li>&lt;</li>"
    assert isinstance(rows, Html)
    assert render.each("pages/row.html", "en", "", {}, []) == ""


def test_texts_are_said_in_the_readers_language(render, folder):
    settled(folder / "page.html", '{{ _("Queue") }}')
    assert render.framed("pages/page.html", "it", "", {}, {"text": ""}) == "Coda"
    assert render.full("pages/page.html", "en", "", {}) == "Queue"


def test_a_cache_that_is_deleted_while_the_desk_runs_costs_only_time(tmp_path, render, folder):
    settled(folder / "page.html", "{{ text }}")
    settled(folder / "other.html", "other {{ text }}")
    assert render.framed("pages/page.html", "en", "", {}, {"text": "x"}) == "x"
    for path in (tmp_path / "cache").iterdir():
        path.unlink()
    (tmp_path / "cache").rmdir()
    assert render.full("pages/other.html", "en", "", {"text": "x"}) == "other x"
    assert render.framed("pages/page.html", "en", "", {}, {"text": "x"}) == "x"


def test_damaged_bytecode_is_made_again(tmp_path, render, folder):
    settled(folder / "page.html", "{{ text }}")
    assert render.full("pages/page.html", "en", "", {"text": "x"}) == "x"
    for path in (tmp_path / "cache").glob("template-*"):
        path.write_bytes(path.read_bytes()[:20])
    fresh = Render((str(folder.parent),), Cache(str(tmp_path / "cache")))
    assert fresh.full("pages/page.html", "en", "", {"text": "x"}) == "x"


def test_a_missing_value_is_a_mistake_and_not_an_empty_place(render, folder):
    import jinja2

    settled(folder / "page.html", "{{ nothing }}")
    with pytest.raises(jinja2.UndefinedError):
        render.full("pages/page.html", "en", "", {})


def test_a_kept_frame_needs_no_jinja2(tmp_path, render, folder):
    settled(folder / "page.html", "{{ text }}")
    render.framed("pages/page.html", "en", "", {}, {"text": "x"})
    program = (
        "import sys\n"
        "from helpdesk_lite.cache import Cache\n"
        "from helpdesk_lite.web.render import Render\n"
        f"render = Render(({str(folder.parent)!r},), Cache({str(tmp_path / 'cache')!r}))\n"
        "assert render.framed('pages/page.html', 'en', '', {}, {'text': 'y'}) == 'y'\n"
        "assert 'jinja2' not in sys.modules and 'typing' not in sys.modules, sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    "ask",
    [
        bool,
        str,
        len,
        int,
        iter,
        lambda hole: hole == "x",
        lambda hole: hole < 1,
        lambda hole: hole + "x",
        lambda hole: hole.name,
        lambda hole: hole["name"],
        lambda hole: "x" in hole,
        lambda hole: {hole: 1},
    ],
)
def test_a_hole_answers_nothing(ask):
    with pytest.raises(LookedAt):
        ask(Hole("x", "|"))


def test_escaping_leaves_nothing_that_html_could_mistake():
    assert escaped("<&>\"'") == "&lt;&amp;&gt;&#34;&#39;"
