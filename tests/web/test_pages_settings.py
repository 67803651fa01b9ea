"""The administrators' page for the settings."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import pytest

from tests.web.conftest import Answer, Asked

HERE = "/administration/settings"
TEXT = """\
# Ours.
[desk]
name = "Acme"  # as on the door
broadcast = ["ann@example.org"]

[mail]
transport = "smtp://me:secret@mail.example.org"
"""


@pytest.fixture
def settled(desk):
    """A desk with settings of its own. Each question finds them as they are then."""
    Path(desk.house.root.settings).write_text(TEXT)
    return desk


def text(desk: Asked) -> str:
    """What the file says."""
    return Path(desk.house.root.settings).read_text()


def fields(page: Answer) -> dict[str, str]:
    """What a browser would send of the form."""
    form = page.text.partition(f'action="/cgi-bin/helpdesk.cgi{HERE}">')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input [^>]*name="([^"]*)" value="([^"]*)"', form))
    found |= dict.fromkeys(re.findall(r'<input type="checkbox" id="[^"]*" name="([^"]*)"[^>]* checked>', form), "on")
    found |= dict(re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>\n([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form):
        found[name] = re.findall(r"<option selected>([^<]*)", options)[0]
    return {name: html.unescape(value) for name, value in found.items()}


def save(desk: Asked, given: dict[str, str], but: tuple[str, ...] = ()) -> Answer:
    """Fill in the form as it is now, but for this, and send it."""
    typed = {**fields(desk.get(HERE, "ada")), **given}
    return desk.post(HERE, "ada", {name: value for name, value in typed.items() if name not in but})


class TestShown:
    def test_each_is_told_with_where_it_comes_from(self, settled):
        words = settled.get(HERE, "ada").words
        assert "name line 3 what customers see" in words
        assert "upload_mb not in the file · as usual most that one submission may bring, in MB" in words
        assert 'transport "smtp://me:...@mail.example.org" line 7 ' in words
        assert "secret" not in words

    def test_each_has_the_control_that_fits(self, settled):
        typed = fields(settled.get(HERE, "ada"))
        assert typed["desk.name"] == "Acme"
        assert typed["desk.broadcast"] == "ann@example.org"
        assert typed["desk.show_operator"] == "on"
        assert typed["mail.answers"] == "direct"
        assert typed["limits.upload_mb"] == "25"

    def test_what_the_host_sets_says_why(self, settled):
        page = settled.get(HERE, "ada")
        assert "Not here, because it can name a program to run, and hold a password." in page.words
        assert {"mail.transport", "sign_in.by", "desk.proxy"}.isdisjoint(fields(page))

    def test_is_for_administrators_alone(self, settled):
        assert settled.get(HERE, "ines").status == 403
        assert settled.post(HERE, "ines", {"seen": "{}"}).status == 403
        assert text(settled) == TEXT

    def test_is_in_italian(self, settled):
        settled.house.operators.write(settled.operator("ada")._replace(language="it"))
        words = settled.get(HERE, "ada").words
        assert "come i clienti vedono chiamato questo help desk" in words
        assert "Non qui, perché può indicare un programma da eseguire" in words


class TestSaved:
    def test_what_changed_is_written_and_nothing_else(self, settled):
        page = save(settled, {"desk.name": "Bcme", "limits.upload_mb": "5"})
        assert page.status == 303
        assert text(settled) == TEXT.replace('"Acme"', '"Bcme"') + "\n[limits]\nupload_mb = 5\n"
        assert "It is saved." in settled.get(page.headers["location"].partition("helpdesk.cgi")[2], "ada").words

    def test_a_switch_and_a_list(self, settled):
        save(settled, {"desk.broadcast": "bob@example.org\r\n\r\n cem@example.org "}, but=("desk.show_operator",))
        assert 'broadcast = ["bob@example.org", "cem@example.org"]\nshow_operator = false\n' in text(settled)

    def test_nothing_changed_is_nothing_written(self, settled):
        assert save(settled, {}).status == 303
        assert text(settled) == TEXT
        assert not settled.house.audit.read()

    def test_the_log_tells_before_and_after(self, settled):
        save(settled, {"desk.name": "Bcme", "mail.answers": "copied"})
        words = settled.get("/administration/log", "ada").words
        assert "ada changed settings.toml" in words
        assert "desk.name before: Acme → after: Bcme" in words
        assert "mail.answers after: copied" in words
        assert "secret" not in words


class TestMistakes:
    def test_all_are_told_at_once_and_what_was_typed_is_kept(self, settled):
        given = {"desk.name": "", "limits.upload_mb": "much", "desk.broadcast": "nobody", "desk.language": "it"}
        page = save(settled, given)
        assert page.status == 422
        assert "it must be a whole number" in page.words
        assert "it must be one line of text" in page.words
        assert "'nobody' is not a mail address" in html.unescape(page.words)
        typed = fields(page)
        assert {name: typed[name] for name in given} == given
        assert text(settled) == TEXT

    def test_a_desk_that_is_open_without_tls_is_not_shut(self, settled):
        page = save(settled, {"desk.url": "https://desk.example/cgi-bin/helpdesk.cgi"})
        assert page.status == 422
        assert "Open this desk over https:// first" in page.words

    @pytest.mark.parametrize("seen", ["", "[]", "{}", '{"desk.name": 1}'])
    def test_a_form_that_is_none_is_refused(self, settled, seen):
        assert settled.post(HERE, "ada", {"desk.name": "Bcme", "seen": seen}).status == 400

    def test_what_the_host_sets_cannot_be_slipped_in(self, settled):
        assert save(settled, {"mail.transport": "sendmail:/bin/sh", "sign_in.by": "remote_user"}).status == 303
        assert text(settled) == TEXT


class TestMeanwhile:
    def test_what_somebody_else_changed_is_shown_beside_what_was_typed(self, settled):
        typed = fields(settled.get(HERE, "ada"))
        Path(settled.house.root.settings).write_text(TEXT.replace("Acme", "Zcme"))
        page = settled.post(HERE, "ada", {**typed, "desk.name": "Bcme"})
        assert page.status == 409
        assert 'The file says now: "Zcme"' in html.unescape(page.words)
        assert fields(page)["desk.name"] == "Bcme"
        assert settled.post(HERE, "ada", fields(page)).status == 303
        assert 'name = "Bcme"' in text(settled)

    def test_what_somebody_else_changed_elsewhere_stays(self, settled):
        typed = fields(settled.get(HERE, "ada"))
        Path(settled.house.root.settings).write_text(TEXT.replace("Acme", "Zcme"))
        assert settled.post(HERE, "ada", {**typed, "limits.upload_mb": "5"}).status == 303
        assert 'name = "Zcme"' in text(settled)
        assert "upload_mb = 5" in text(settled)

    def test_the_same_from_both_is_no_quarrel(self, settled):
        typed = fields(settled.get(HERE, "ada"))
        Path(settled.house.root.settings).write_text(TEXT.replace("Acme", "Bcme"))
        assert settled.post(HERE, "ada", {**typed, "desk.name": "Bcme"}).status == 303


class TestReadOnly:
    @pytest.fixture
    def theirs(self, settled, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        return settled

    def test_is_said_and_there_is_no_button(self, theirs):
        page = theirs.get(HERE, "ada")
        assert "The desk may not write settings.toml" in page.words
        assert "<button>Save" not in page.text

    def test_what_was_typed_is_kept(self, theirs):
        page = save(theirs, {"desk.name": "Bcme"})
        assert page.status == 409
        assert "The desk may not write settings.toml, so nothing is saved." in page.words
        assert fields(page)["desk.name"] == "Bcme"
        assert not theirs.house.audit.read()


class TestUndone:
    def undo(self, desk: Asked) -> Answer:
        return desk.post(f"/administration/log/{desk.house.audit.read()[0].name}/undo", "ada")

    def test_it_is_word_for_word_as_before(self, settled):
        save(settled, {"desk.name": "Bcme", "desk.language": "it"})
        assert self.undo(settled).status == 303
        assert text(settled) == TEXT

    def test_undoing_can_be_undone(self, settled):
        save(settled, {"desk.name": "Bcme", "desk.language": "it"})
        self.undo(settled)
        self.undo(settled)
        assert 'name = "Bcme"' in text(settled)
        assert 'language = "it"' in text(settled)

    def test_not_what_changed_since(self, settled):
        save(settled, {"desk.name": "Bcme"})
        Path(settled.house.root.settings).write_text(TEXT.replace("Acme", "Zcme"))
        page = self.undo(settled)
        assert page.status == 409
        assert "Something has changed since." in page.words
        assert 'name = "Zcme"' in text(settled)

    def test_not_what_the_host_sets_whatever_the_log_says(self, settled):
        before, after = {"mail.transport": "sendmail:/bin/sh"}, {}
        settled.house.audit.note("ada", "changed", "settings.toml", before, after)
        assert self.undo(settled).status == 409
        assert text(settled) == TEXT
