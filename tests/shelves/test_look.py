"""The desk's colours and logo: what can be read, what is a picture, and what stays of what others wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves import look
from helpdesk_lite.shelves.look import Colours, logo_name, read_colours, unreadable, with_colours
from helpdesk_lite.words.errors import FileChanged, NotAllowed, TextMistaken
from tests.examples import ADMIN, INES

PLUM = Colours("#7a1f5c", "#e9a6cf")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n and so on"


class TestColours:
    def test_the_programs_own_can_be_read(self):
        assert unreadable(look.usual()) == []
        light, dark = look.schemes()
        assert light.values["bg"] == "#fbfaf7" and dark.values["bg"] == "#151a18"

    def test_a_contrast_is_that_of_the_standard(self):
        light, _ = look.schemes()
        black_on_white = look.contrast("#000000", light._replace(values=dict.fromkeys(light.values, "#ffffff")))
        assert round(black_on_white, 2) == 21

    def test_one_that_cannot_be_read_is_told_with_its_figure_and_with_one_that_can(self):
        (said,) = unreadable(Colours("#ff8800", PLUM.dark))
        assert said.startswith("#ff8800 on light pages has a contrast of 2.1 to 1, and needs 4.5: ")
        better = said.removesuffix(" has it.")[-7:]
        assert unreadable(Colours(better, PLUM.dark)) == []

    @pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "", "#1234567", "#000000;}"])
    def test_what_is_none_is_none(self, colour):
        assert "is not a colour" in unreadable(Colours(colour, PLUM.dark))[0]

    def test_a_figure_is_never_rounded_up(self):
        assert look.shown(4.4999) == "4.4"

    def test_lines_of_somebody_else_stay(self):
        theirs = "/* ours */\n.home { letter-spacing: 1px; }\n"
        css = with_colours(theirs, PLUM)
        assert read_colours(css) == PLUM
        assert css.endswith(theirs)
        blue = Colours("#0000aa", "#aaaaff")
        assert with_colours(css, blue) == with_colours(theirs, blue)
        assert with_colours(css, None) == theirs

    def test_a_colour_changed_by_hand_is_the_colour(self):
        css = with_colours("", PLUM).replace("#7a1f5c", "#AA0000").replace("; ", ";\n  ")
        assert read_colours(css) == Colours("#aa0000", PLUM.dark)
        assert look.mistakes(css) == []
        assert look.mistakes(css.replace("#AA0000", "#eeeeee")) != []


class TestALogo:
    @pytest.mark.parametrize(
        ("content", "name"),
        [(SVG, "logo.svg"), (b"\xef\xbb\xbf<?xml version='1.0'?>\n" + SVG, "logo.svg"), (PNG, "logo.png")],
    )
    def test_is_what_its_bytes_are(self, content, name):
        assert logo_name(content) == name

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<html><body>x</body></html>",
            b"<svg><circle/></svg>",  # of no namespace: no browser draws it
            SVG.replace(b"<circle", b"<script>alert(1)</script><circle"),
            b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + SVG,
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"GIF89a",
            PNG + bytes(look.LARGEST_LOGO),
        ],
    )
    def test_anything_else_is_refused(self, content):
        with pytest.raises(TextMistaken):
            logo_name(content)


@pytest.fixture
def house(tmp_path):
    return assemble.house(make_desk(str(tmp_path / "desk")))


class TestStyling:
    def test_a_logo_comes_and_goes_and_comes_back(self, house):
        styling, logo = house.styling, house.styling.logo
        styling.change(SVG, ADMIN, "")
        styling.change(PNG, ADMIN, logo.version())
        assert (logo.name(), logo.content()) == ("logo.png", PNG)
        assert os.listdir(logo.folder) == ["logo.png"]
        styling.change(b"", ADMIN, logo.version())
        assert logo.name() == ""
        for noted in house.audit.read():
            styling.undo(noted, ADMIN)
            assert logo.content() == {"removed": PNG, "changed": SVG, "added": b""}[noted.what]
        assert [noted.what for noted in house.audit.read()] == [
            *("removed", "changed", "added"),
            *("removed", "changed", "added"),
        ]

    def test_one_that_somebody_changed_meanwhile_stays(self, house):
        styling = house.styling
        styling.change(SVG, ADMIN, "")
        Path(styling.logo.folder, "logo.svg").write_bytes(SVG + b"\n")
        for seen in ("", look.version_of("logo.svg", SVG)):
            with pytest.raises(FileChanged):
                styling.change(PNG, ADMIN, seen)
        with pytest.raises(FileChanged):
            styling.undo(house.audit.read()[0], ADMIN)
        styling.change(PNG, ADMIN, styling.logo.version())  # the one that was put there by hand is kept, too
        styling.undo(house.audit.read()[0], ADMIN)
        assert styling.logo.content() == SVG + b"\n"

    def test_is_for_administrators(self, house):
        with pytest.raises(NotAllowed):
            house.styling.change(SVG, INES, "")
        assert house.styling.logo.name() == ""
