"""Odd files, a file per oddity: what the desk makes of each, and that a browser makes the same of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helpdesk_lite.cache import Cache
from helpdesk_lite.forms.folder import FormsFolder
from helpdesk_lite.forms.source import decoded
from helpdesk_lite.forms.verdict import judge
from helpdesk_lite.words.errors import BrokenForm, SubmissionRefused
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD, Posted
from tests.forms.browser import loaded
from tests.forms.conftest import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

CORPUS = os.path.join(os.path.dirname(__file__), "corpus")
# The title and the fields of each file.
WORKING = {
    "attributes": ("Attributes", ["a", "c&d", "e/", "f"]),
    "bom": ("Böm", ["a"]),
    "buttons": ("Buttons", ["a", "go"]),
    "crlf": ("Lines", ["a"]),
    "css_braces": ("Braces", ["a"]),
    "datalist": ("List", ["a"]),
    "duplicate_ids": ("Twins", ["a", "b"]),
    "fieldset_legend": ("Legend", ["a", "d"]),
    "first_that_posts": ("Posts", ["a"]),
    "foreign_elements": ("Foreign", ["a", "b", "c"]),
    "form_attribute": ("Elsewhere", ["a", "b", "c"]),
    "fragment_controls": ("fragment_controls", ["name", "message"]),
    "fragment_form": ("Ask us", ["question"]),
    "inside_comment": ("Hidden", ["d", "f"]),
    "jinja": ("Made Acme", ["one", "two"]),
    "latin1": ("Grüße €", ["a"]),
    "nested_forms": ("Nested", ["a", "b"]),
    "noscript": ("Script", ["a", "b"]),
    "nul": ("N\ufffdL", ["a\ufffdb"]),
    "radios_and_hidden": ("Hidden", ["a", "way"]),
    "reserved": ("Reserved", ["a"]),
    "select_oddities": ("Select", ["a", "b"]),
    "several_forms": ("Several", ["a"]),
    "stray_end_tag": ("Stray", ["a", "b"]),
    "svg_inside": ("This", ["a"]),
    "table_torn_form": ("Torn", ["name", "email"]),
    "template_element": ("Template", ["c"]),
    "unclosed": ("Open<b>", ["a", "b"]),
    "upper_case": ("SHOUTED", ["Name"]),
    "utf16": ("Zweiunddreißig", ["ä"]),
}
# The line and some words of the mistake in each file.
BROKEN = {
    "broken_binary": (2, "not UTF-8"),
    "broken_deep": (1, "nested deeper"),
    "broken_empty": (1, "no field with a name"),
    "broken_jinja_escape": (2, "unsafe"),
    "broken_jinja_extends": (1, "no template pages/nothing.html"),
    "broken_jinja_name": (3, "'desk_nmae' is undefined"),
    "broken_jinja_syntax": (3, "Expected an expression"),
    "broken_no_fields": (1, "no field with a name"),
    "broken_no_form": (1, "no <form>"),
    "broken_utf16_unmarked": (1, "UTF-16 without a mark"),
    "broken_utf8": (3, "not UTF-8"),
}
SENT_ANYWAY = {"datalist": {"b"}}  # Chromium sends a control in a datalist, where the standard (4.10.21.4) does not
OWN = (STAMP_FIELD, HONEYPOT_FIELD)
WHICH = "[...document.forms].find(form => (form.getAttribute('action') || '').startsWith('/desk.cgi/forms/'))"


@pytest.fixture
def corpus(tmp_path: Path) -> FormsFolder:
    """All the odd files as one folder of forms."""
    return FormsFolder(CORPUS, (TEMPLATES,), Cache(str(tmp_path)), "Acme")


def test_every_file_has_its_expectation(corpus: FormsFolder) -> None:
    assert corpus.names() == sorted([*WORKING, *BROKEN])


@pytest.mark.parametrize("name", WORKING)
def test_an_odd_file_is_a_form(corpus: FormsFolder, name: str) -> None:
    form = corpus.form(name)
    assert (form.title, [field.name for field in form.fields]) == WORKING[name]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_where_and_why(corpus: FormsFolder, name: str) -> None:
    with pytest.raises(BrokenForm) as refused:
        corpus.page(name)
    line, words = BROKEN[name]
    (mistake,) = refused.value.mistakes
    assert mistake.line == line
    assert words in mistake.text
    assert corpus.check(name) == [mistake]


def test_broken_files_take_no_other_form_down(corpus: FormsFolder) -> None:
    assert corpus.broken() == sorted(BROKEN)
    assert sorted(name for name, _, _ in corpus.titles()) == sorted(WORKING)


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(set(WORKING) - {"noscript"}))
def test_a_browser_sends_what_the_desk_expects(corpus: FormsFolder, page: Page, name: str) -> None:
    said = loaded(page, corpus.page(name).html("/desk.cgi", "stamp"), WHICH)
    pairs = tuple(pair for pair in said.pairs if pair[0] not in OWN)
    known = {field.name for field in corpus.form(name).fields}
    assert {pair[0] for pair in said.pairs} >= set(OWN)
    assert {pair[0] for pair in pairs} <= known | SENT_ANYWAY.get(name, set())
    try:
        judge(corpus.form(name), Posted(pairs))
        is_accepted = True
    except SubmissionRefused:
        is_accepted = False
    assert is_accepted == said.is_valid


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(set(WORKING) - {"noscript", "jinja", "fragment_controls", "fragment_form"}))
def test_the_desk_changes_nothing_that_a_page_sends(corpus: FormsFolder, page: Page, name: str) -> None:
    served = loaded(page, corpus.page(name).html("/desk.cgi", "stamp"), WHICH)
    place = page.evaluate(f"() => [...document.forms].indexOf({WHICH})")
    with open(os.path.join(CORPUS, f"{name}.html"), "rb") as file:
        original = loaded(page, decoded(file.read()), f"document.forms[{place}]")
    without_own = tuple(pair for pair in served.pairs if pair[0] not in OWN)
    assert without_own == tuple(pair for pair in original.pairs if pair[0] not in OWN)
    assert served.is_valid == original.is_valid
