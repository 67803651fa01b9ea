"""`form check` names every mistake with its line, and finds none in the forms that come with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forms.test_browser_pages import shipped  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.forms.folder import FormsFolder

    Forms = Callable[..., FormsFolder]

LABELLED = "<label for=a>A</label>\n{}<button>Send</button>"


def found(forms: Forms, html: str | bytes) -> list[tuple[int, str]]:
    """Line and text of what is wrong with a form of this content."""
    return [(mistake.line, mistake.text) for mistake in forms(contact=html).check("contact")]


@pytest.mark.parametrize("name", ["contact", "repair", "club"])
def test_nothing_is_wrong_with_the_shipped_forms(shipped: FormsFolder, name: str) -> None:  # noqa: F811
    assert shipped.check(name) == []


CONTROLS = [
    ("<input id=a name=a pattern='(['>", "the pattern ([ is no regular expression"),
    ("<input id=a name=a pattern='(a+)+$'>", "takes too long"),
    ("<input id=a name=a minlength=5 maxlength=3>", "minlength is more than maxlength"),
    ("<input id=a name=a type=number min=5 max=3>", "min is more than max"),
    ("<input id=a name=a type=number maxlength=3>", "maxlength has no effect on type=number"),
    ("<input id=a name=a type=date min=2026/01/01>", 'min="2026/01/01" is not a date'),
    ("<input id=a name=a type=date value=today>", 'value="today" is not a date'),
    ("<input id=a name=a type=number step=-1>", 'step="-1" is not a number above 0'),
    ("<input id=a name=a type=phone>", 'there is no type "phone"'),
    ("<input id=a name=a type=password>", "mailed as readable text"),
    ("<input id=a name=a type=file accept=pdf>", "Write .pdf or a type"),
    ("<input id=a name=a><textarea name=a></textarea>", "controls of different kinds (text, textarea)"),
    ("<input id=a name=a onchange=x()>", "onchange is not run"),
    ("<input id=a name=a><input>", "has no name"),
    ("<input id=a name=a><input name=b>", "b has no label"),
    ("<input id=a name=a><p id=a>", 'The id "a" is there twice'),
    ("<input id=a name=a><label for=z>Z</label>", 'This label is for "z"'),
    ("<input id=a name=a><input type=hidden name=helpdesk-stamp>", "the desk's own field"),
    ("<input id=a name=a><img src=x.png>", "x.png is looked for beside"),
    ("<input id=a name=a><button name=b formaction=/x>", "formaction is taken out"),
    ("<input id=a name=a><meta name=helpdesk-notfy content=x>", "helpdesk-notfy is no setting"),
    ("<input id=a name=a><meta name=helpdesk-notify content='a@b.c boss'>", "boss in helpdesk-notify is not"),
    ("<input id=a name=a><meta name=helpdesk-answers content=everybody>", "must be one of direct, copied, relayed"),
    ("<input id=a name=a><meta name=helpdesk-subject content='{b}'>", "names {b}, but the form has no field"),
    ("<input id=a name=a type=email><meta name=helpdesk-subject content='{a}'>", "{a} is left out of subjects"),
]


@pytest.mark.parametrize(("html", "words"), CONTROLS)
def test_a_mistake_is_found_on_its_line(forms: Forms, html: str, words: str) -> None:
    said = found(forms, LABELLED.format(html))
    assert len(said) == 1, said
    line, text = said[0]
    assert line == 2
    assert words in text


FORMS = [
    ("<form method=get><input name=a aria-label=A><button>", "method=get is ignored"),
    ("<form><input name=a aria-label=A></form>", "no button to send it with"),
    (
        "<form method=post><input name=a aria-label=A><button></form><form><input name=b>",
        "mark that with",
    ),
    ("<form method=post><form><input name=a aria-label=A><button>", "inside another is ignored"),
    ("<form action=x><input type=file name=a aria-label=A><button>", "multipart/form-data"),
]


@pytest.mark.parametrize(("html", "words"), FORMS)
def test_a_mistake_of_the_form_is_found(forms: Forms, html: str, words: str) -> None:
    ((line, text),) = found(forms, "\n\n" + html)
    assert line == 3
    assert words in text


def test_lines_are_those_of_the_file_also_in_a_template(forms: Forms) -> None:
    html = '{% extends "pages/form.html" %}\n{% block form %}\n<form>\n<input name=a pattern="("></form>{% endblock %}'
    lines = {line for line, text in found(forms, html) if text.startswith("a")}
    assert lines == {4}


ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
pieces = st.sampled_from(
    ["<form method=post>", "</form>", "<input name=a>", "<select name=b>", "<option>x", "</select>", "<table>", "<tr>",
     "<textarea name=c>", "</textarea>", "<label for=a>", "</label>", "<fieldset disabled>", "<legend>", "</fieldset>",
     "<!--", "-->", "<script>", "</script>", "<title>", "</title>", "<svg>", "</svg>", "<template>", "</template>",
     "{{",
     "}}", "{%", "%}", "{#", "<meta name=helpdesk-subject content='{a}{'>", "\0", "<", ">", '"', "'", "&", "é", "\r",
     "<input type=radio name=r required>", "<input type=file name=f required>", "<p><b><i>", "</b>", "<plaintext>"]
)  # fmt: skip


@ANY
@given(st.one_of(st.binary(max_size=200), st.lists(pieces, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_give_a_form_or_its_mistakes(forms: Forms, content: bytes) -> None:
    from helpdesk_lite.forms.verdict import judge
    from helpdesk_lite.words.errors import BrokenForm, SubmissionRefused
    from helpdesk_lite.words.form import Posted

    folder = forms(contact=content)
    folder.check("contact")
    try:
        form = folder.form("contact")
    except BrokenForm as broken:
        assert broken.mistakes
        return
    posted = Posted(tuple((field.name, "<x>") for field in form.fields))
    assert folder.page("contact", prefill=posted.pairs).html("/d", "s")
    try:
        judge(form, posted)
    except SubmissionRefused as refused:
        assert folder.refused("contact", "en", posted, refused.problems).html("/d", "s")
