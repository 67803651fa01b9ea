"""The administrators' page for the look, and what it makes of every page."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from tests.shelves.test_look import PLUM, PNG, SVG

HERE, LOGO = "/administration/look", "/administration/look/logo"


def seen(page, at=0):
    return re.findall(r'name="seen" value="([^"]*)"', page.text)[at]


def saved(desk, **typed):
    fields = {**PLUM._asdict(), "seen": seen(desk.get(HERE, "ada")), "then": "save"}
    return desk.post(HERE, "ada", {**fields, **typed})


def with_logo(desk, content, then="save", **more):
    fields = {"seen": seen(desk.get(HERE, "ada"), 1), "then": then, **more}
    return desk.post_form(LOGO, "ada", fields, {"x.svg": content} if content else None, "logo")


def linked(page):
    return re.findall(r'(?:href|src)="[^"]*(/static/(?:look\.css|logo)[^"]*)"', page.text)


PAGES = [("/forms/contact", ""), ("/login", ""), ("/queue", "ines"), ("/nowhere", ""), ("/mine", "ines")]


def test_without_any_no_page_asks_for_anything_more(desk):
    for path, who in PAGES:
        assert linked(desk.get(path, who)) == []
    assert desk.get("/static/look.css").status == desk.get("/static/logo.svg").status == 404


def test_every_page_has_it_at_once_and_has_it_no_more(desk):
    for path, who in PAGES:
        desk.get(path, who)  # so that whatever is kept, is kept
    assert saved(desk).status == 303
    assert with_logo(desk, SVG).status == 303
    for path, who in PAGES:
        found = linked(desk.get(path, who))
        assert [one.partition("?")[0] for one in found] == ["/static/look.css", "/static/logo.svg"], path
    style, logo = (desk.get(address) for address in found)
    assert style.headers["cache-control"] == logo.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "--accent: #7a1f5c" in style.text
    assert logo.headers["content-type"] == "image/svg+xml"
    assert logo.headers["content-security-policy"].endswith("sandbox")
    assert logo.headers["x-content-type-options"] == "nosniff"
    assert saved(desk, then="usual").status == with_logo(desk, b"", "remove").status == 303
    for path, who in PAGES:
        assert linked(desk.get(path, who)) == []


def test_files_put_there_by_hand_count(desk):
    folder = Path(desk.house.root.templates[0]) / "look"
    folder.mkdir(parents=True)
    (folder / "look.css").write_text("h1 { color: teal; }\n")
    (folder / "logo.jpg").write_bytes(b"\xff\xd8\xff")
    assert len(linked(desk.get("/forms/contact"))) == 2
    assert "look.css has other lines" in desk.get(HERE, "ada").words
    saved(desk)
    assert (folder / "look.css").read_text().endswith("}\nh1 { color: teal; }\n")


def test_a_colour_put_there_by_hand_that_nobody_could_read_is_told(desk):
    saved(desk)
    path = Path(desk.house.root.templates[0]) / "look" / "look.css"
    path.write_text(path.read_text().replace(PLUM.light, "#eeeeee"))
    assert "#eeeeee on light pages has a contrast of 1.0 to 1" in desk.get(HERE, "ada").words


def test_what_could_not_be_read_is_refused_with_the_figure(desk):
    answer = saved(desk, light="#ffcc00")
    assert answer.status == 422
    assert "#ffcc00 on light pages has a contrast of 1.3 to 1, and needs 4.5" in answer.words
    assert 'value="#ffcc00"' in answer.text
    assert linked(desk.get("/login")) == []
    assert saved(desk, light="</style>").status == 422


def test_a_preview_shows_it_and_keeps_nothing(desk):
    answer = saved(desk, then="preview")
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert "--accent: #7a1f5c" in style
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in answer.headers["content-security-policy"]
    shown = with_logo(desk, PNG, "preview")
    carried = re.findall(r'name="carried" value="([^"]+)"', shown.text)[0]
    assert f'src="data:image/png;base64,{carried}"' in shown.text
    assert linked(desk.get("/login")) == [] and desk.house.audit.read() == []
    assert with_logo(desk, b"", carried=html.unescape(carried)).status == 303
    assert desk.house.styling.logo.content() == PNG


def test_an_old_page_changes_nothing(desk):
    old = desk.get(HERE, "ada")
    saved(desk)
    with_logo(desk, SVG)
    for answer in (
        desk.post(HERE, "ada", {"light": "#0000aa", "dark": "#aaaaff", "seen": seen(old), "then": "save"}),
        desk.post_form(LOGO, "ada", {"seen": seen(old, 1), "then": "save"}, {"x.png": PNG}, "logo"),
    ):
        assert answer.status == 409
        assert "Somebody changed the look meanwhile" in answer.words
    assert desk.house.styling.logo.content() == SVG


def test_each_change_is_in_the_log_and_undone_from_there(desk):
    saved(desk)
    with_logo(desk, SVG)
    for _ in range(2):
        page = desk.get("/administration/log", "ada")
        undo = re.findall(r'action="[^"]*(/administration/log/[^"]*/undo)"', page.text)
        left = desk.house.audit.read()
        wanted = next(one for one in left if not one.undoes and not any(other.undoes == one.name for other in left))
        assert desk.post(next(one for one in undo if wanted.name in one), "ada").status == 303
    assert linked(desk.get("/login")) == []


@pytest.mark.parametrize("content", [b"<svg", b"GIF89a", b""])
def test_what_is_no_picture_is_told(desk, content):
    answer = with_logo(desk, content)
    assert answer.status == 422
    assert "The logo must be a picture of one of these kinds: SVG, PNG, JPEG." in answer.words


def test_is_for_administrators_alone(desk):
    assert desk.get(HERE, "ines").status == 403
    assert desk.post(HERE, "ines", {**PLUM._asdict(), "then": "save"}).status == 403
    assert desk.post_form(LOGO, "ines", {"then": "save"}, {"x.png": PNG}, "logo").status == 403
    assert linked(desk.get("/login")) == []
