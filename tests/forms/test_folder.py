"""A folder of HTML files is a desk's forms, as they are at this moment."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from helpdesk_lite.forms import make
from helpdesk_lite.forms.flat import flat, form_of
from helpdesk_lite.words.errors import BrokenForm, FormOff, UnknownForm
from helpdesk_lite.words.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from helpdesk_lite.forms.folder import FormsFolder

    Forms = Callable[..., FormsFolder]


def test_a_new_file_is_a_form_at_once(forms: Forms) -> None:
    folder = forms(first="<input name=a>")
    assert folder.names() == ["first"]
    forms(second="<input name=a>")
    assert folder.names() == ["first", "second"]
    assert folder.titles() == [("first", "first", ""), ("second", "second", "")]


def test_a_changed_file_is_another_form_at_once(forms: Forms) -> None:
    folder = forms(contact="<title>Old</title><input name=a>")
    assert folder.form("contact").title == "Old"
    forms(contact="<title>Brand new</title><input name=a>")
    assert folder.form("contact").title == "Brand new"
    assert folder.titles() == [("contact", "Brand new", "")]


def test_a_changed_page_of_the_house_changes_the_form(forms: Forms, tmp_path: Path) -> None:
    folder = forms(contact="<input name=a>")
    assert "Our own frame" not in folder.page("contact").html("", "")
    pages = tmp_path / "templates" / "pages"
    pages.mkdir(parents=True)
    (pages / "form.html").write_text("<html><title>Our own frame</title><form method=post>{{ fragment | safe }}</form>")
    assert "Our own frame" in folder.page("contact").html("", "")


def test_a_mistake_in_a_page_of_the_house_is_told_with_its_place(forms: Forms, tmp_path: Path) -> None:
    folder = forms(contact="<input name=a>")
    pages = tmp_path / "templates" / "pages"
    pages.mkdir(parents=True)
    (pages / "form.html").write_text("<html>\n{{ nonsense }}")
    with pytest.raises(BrokenForm) as broken:
        folder.page("contact")
    (mistake,) = broken.value.mistakes
    assert mistake == (str(pages / "form.html"), 2, "Jinja2 says: 'nonsense' is undefined", False)


def test_a_file_that_is_gone_is_no_form(forms: Forms, tmp_path: Path) -> None:
    folder = forms(contact="<input name=a>")
    folder.page("contact")
    (tmp_path / "forms" / "contact.html").unlink()
    with pytest.raises(UnknownForm):
        folder.page("contact")


def test_a_file_that_ends_in_off_is_a_form_that_is_switched_off(forms: Forms, tmp_path: Path) -> None:
    folder = forms(contact="<title>Contact</title><input name=a>", other="<input name=a>")
    file = tmp_path / "forms" / "contact.html"
    folder.titles()
    file.rename(tmp_path / "forms" / "contact.html.off")
    for ask in (folder.page, folder.form):
        with pytest.raises(FormOff):
            ask("contact")
    assert (folder.names(), folder.switched_off(), folder.misnamed()) == (["other"], ["contact"], [])
    assert [name for name, _, _ in folder.titles()] == ["other"]
    assert folder.all_names() == ["contact", "other"]
    assert [mistake.path for mistake in folder.check("contact")] == [f"{file}.off"]
    file.write_text("<input name=b>")
    assert folder.form("contact").fields[0].name == "b"


def test_a_text_is_tried_before_it_is_a_file(forms: Forms, tmp_path: Path) -> None:
    folder = forms(contact="<title>Kept</title><input name=a>")
    form, page = folder.tried("contact", "<title>Typed</title><input name=b><button>Send</button>")
    assert (form.title, [field.name for field in form.fields]) == ("Typed", ["b"])
    assert 'action="/d/forms/contact"' in page.html("/d", "")
    assert [mistake.line for mistake in folder.check_text("new", "<input name=a>\n<meta name=helpdesk-x>")] == [1, 2]
    with pytest.raises(BrokenForm):
        folder.tried("new", "{% if %}")
    assert folder.form("contact").title == "Kept"
    assert os.listdir(tmp_path / "forms") == ["contact.html"]


@pytest.mark.parametrize("name", ["../secret", ".hidden", "a/b", "", "a.b", "a b", "\0", "x" * 300, "..", "-", "ä/ö"])
def test_no_name_leads_out_of_the_folder(forms: Forms, tmp_path: Path, name: str) -> None:
    folder = forms(a="<input name=a>")
    (tmp_path / "secret.html").write_text("<input name=a>")
    with pytest.raises(UnknownForm):
        folder.page(name)


def test_a_link_out_of_the_folder_is_no_form(forms: Forms, tmp_path: Path) -> None:
    folder = forms()
    (tmp_path / "secret.html").write_text("<input name=a>")
    os.symlink(tmp_path / "secret.html", tmp_path / "forms" / "link.html")
    assert folder.names() == []
    assert folder.misnamed() == ["link.html"]


def test_names_may_have_letters_of_any_script(forms: Forms) -> None:
    folder = forms(помощь="<input name=a>")
    assert folder.names() == ["помощь"]
    assert 'action="/d/forms/%D0%BF%D0%BE' in folder.page("помощь").html("/d", "")


def test_files_that_are_no_forms_because_of_their_names_are_told(forms: Forms, tmp_path: Path) -> None:
    folder = forms(a="<input name=a>")
    for name in ("my form.html", "OLD.HTML", "page.htm", "note.txt", ".draft.html"):
        (tmp_path / "forms" / name).write_text("<input name=a>")
    assert folder.misnamed() == ["OLD.HTML", "my form.html", "page.htm"]


def test_an_unreadable_file_is_broken_alone(forms: Forms, tmp_path: Path) -> None:
    folder = forms(a="<input name=a>", b=b"\xff\xfe\xfd")
    with pytest.raises(BrokenForm) as broken:
        folder.form("b")
    assert broken.value.mistakes[0].path == str(tmp_path / "forms" / "b.html")
    assert folder.broken() == ["b"]
    assert [name for name, _, _ in folder.titles()] == ["a"]


def test_a_file_that_becomes_readable_is_a_form(forms: Forms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = forms(a="<input name=a>")
    os.utime(tmp_path / "forms" / "a.html", (0, 0))
    with monkeypatch.context() as locked:  # root, who may run this, can read any file
        locked.setattr(os, "access", lambda path, mode: False)
        locked.setattr(make, "decoded", lambda data: open(tmp_path))  # a folder: an OSError, as for a locked file
        assert folder.broken() == ["a"]
    assert folder.broken() == []


def test_what_the_author_calls_a_form_wins_over_its_title(forms: Forms) -> None:
    folder = forms(a="<title>Long title</title><meta name=helpdesk-title content=Short><input name=a>")
    assert folder.form("a").title == "Short"
    assert "<title>Long title – Acme" in folder.page("a").html("", "")


def test_what_a_mailing_hangs_on_to_an_address_does_not_matter(forms: Forms) -> None:
    folder = forms(a="<input name=a>")
    assert folder.page("a", prefill=[("utm_source", "x")]).html("", "") == folder.page("a").html("", "")


def test_the_kept_form_is_the_form(forms: Forms) -> None:
    html = """<title>T</title><meta name=helpdesk-category content=C><meta name=helpdesk-notify content="a@b.c, x">
        <meta name=helpdesk-answers content=Relayed><input name=a required>
        <select name=b><option value=1 label=One>x</select><input type=file name=f>"""
    form = forms(contact=html).form("contact")
    assert form_of(flat(form)) == form
    assert isinstance(form, Form)
    assert (form.category, form.notify, form.takes_uploads) == ("C", ("a@b.c",), True)
    assert form.answers == "relayed"


def test_languages_are_kept_apart(forms: Forms) -> None:
    folder = forms(contact="<title>{{ language }}</title><input name=a>")
    assert [folder.form("contact", language).title for language in ("en", "it")] == ["en", "it"]


_COUNT = """
import sys
sys.path.insert(0, sys.argv[1])
from helpdesk_lite.cache import Cache
from helpdesk_lite.forms.folder import FormsFolder
FormsFolder(sys.argv[2], (sys.argv[3],), Cache(sys.argv[4]), "Acme").page("contact").html("/d", "stamp")
print(*sorted(sys.modules))
"""


def test_a_plain_page_imports_next_to_nothing(forms: Forms, tmp_path: Path) -> None:
    from tests.forms.conftest import TEMPLATES

    program = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    forms(contact="<input name=a>")
    os.utime(tmp_path / "forms" / "contact.html", (0, 0))  # what has just changed is not kept yet
    script = ["-c", _COUNT, program, str(tmp_path / "forms"), TEMPLATES, str(tmp_path / "cache")]
    subprocess.run([sys.executable, "-I", *script], check=True, capture_output=True)  # makes the page, with everything
    plain = subprocess.run([sys.executable, "-I", "-S", *script], check=True, capture_output=True, text=True)
    imported = plain.stdout.split()
    assert not {"re", "typing", "jinja2", "selectolax", "dataclasses", "json", "logging", "pathlib"} & set(imported)
