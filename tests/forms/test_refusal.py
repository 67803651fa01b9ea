"""The page that comes back: filled in, a summary on top, each problem beside its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpdesk_lite.forms.verdict import judge
from helpdesk_lite.words.errors import SubmissionRefused
from helpdesk_lite.words.form import Posted, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.forms.folder import FormsFolder

    Forms = Callable[..., FormsFolder]


def back(forms: Forms, html: str, *pairs: tuple[str, str], uploads: tuple[Upload, ...] = ()) -> str:
    """The page after `pairs` were refused."""
    folder = forms(contact=html)
    posted = Posted(pairs, uploads)
    with pytest.raises(SubmissionRefused) as refused:
        judge(folder.form("contact"), posted)
    return folder.refused("contact", "en", posted, refused.value.problems).html("", "")


def test_the_message_stands_behind_its_control_and_describes_it(forms: Forms) -> None:
    page = back(forms, "<label for=m>Mail</label> <input id=m name=m type=email>", ("m", "x"))
    assert (
        '<input value="x" id="m" aria-describedby="helpdesk-problem-0" aria-invalid="true" name=m type=email>' in page
    )
    assert 'id="helpdesk-problem-0">Write an address like name@example.org.</strong>' in page


def test_the_message_stands_behind_a_label_that_holds_its_control(forms: Forms) -> None:
    page = back(forms, "<label>Mail <input name=m required></label><p>next")
    assert "</label><strong" in page
    assert "</strong><p>next" in page


def test_a_description_of_the_authors_is_kept(forms: Forms) -> None:
    assert 'aria-describedby="hint helpdesk-problem-0"' in back(forms, "<input name=a aria-describedby=hint required>")


def test_a_groups_message_stands_behind_its_legend(forms: Forms) -> None:
    html = "<fieldset><legend>Way</legend><input type=radio name=w required><input type=radio name=w></fieldset>"
    page = back(forms, html)
    assert '<fieldset aria-describedby="helpdesk-problem-0"><legend>Way</legend><strong' in page


def test_the_summary_comes_before_the_form_takes_the_focus_and_links(forms: Forms) -> None:
    page = back(forms, "<label for=n>Name</label><input id=n name=n required><input name=o required>")
    summary = page[page.index("<section") : page.index("</section>")]
    assert page.index("<section") < page.index("<form")
    assert 'tabindex="-1" autofocus' in summary
    assert '<a href="#n">Name: Fill in this field.</a>' in summary
    assert '<a href="#helpdesk-field-1">o: Fill in this field.</a>' in summary
    assert '<input value id="helpdesk-field-1"' not in page  # nothing was posted for o, so nothing is filled in
    assert '<input id="helpdesk-field-1"' in page


def test_an_autofocus_of_the_authors_does_not_compete(forms: Forms) -> None:
    assert "autofocus" not in back(forms, "<input name=a autofocus required>").replace('"-1" autofocus', "")


def test_the_title_says_that_something_is_wrong(forms: Forms) -> None:
    assert "<title>Error: Ask – Acme</title>" in back(forms, "<title>Ask</title><input name=a required>")


def test_what_was_typed_is_shown_and_not_obeyed(forms: Forms) -> None:
    page = back(
        forms, "<textarea name=t></textarea><input name=a required>", ("t", "</textarea><script>alert(1)</script>")
    )
    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "<script" not in page


def test_a_label_with_markup_is_shown_as_text(forms: Forms) -> None:
    assert "&lt;b&gt;: Fill in" in back(forms, "<label>&lt;b&gt; <input name=a required></label>")


def test_passwords_are_not_filled_in_again(forms: Forms) -> None:
    assert "hunter2" not in back(forms, "<input type=password name=p><input name=a required>", ("p", "hunter2"))


def test_uploads_are_named_as_to_be_chosen_again(forms: Forms) -> None:
    upload = Upload("f", "<report>.pdf", "application/pdf", 3, "/nowhere")
    page = back(forms, "<input type=file name=f><input name=a required>", uploads=(upload,))
    assert page.count("Please choose again: &lt;report&gt;.pdf") == 2


def test_ids_of_the_page_are_not_taken(forms: Forms) -> None:
    page = back(forms, "<p id=helpdesk-problem-0><p id=helpdesk-field-0><input name=a required>")
    assert 'id="helpdesk-field-0-2"' in page
    assert 'id="helpdesk-problem-0-2"' in page


def test_a_notice_can_stand_alone(forms: Forms) -> None:
    folder = forms(contact="<input name=a>")
    page = folder.refused("contact", "en", Posted((("a", "1"),)), [], ["Please press Send again."]).html("", "")
    assert "<p>Please press Send again.</p>" in page
    assert '<input value="1" name=a>' in page


def test_an_authors_own_page_gets_no_class_of_the_houses(forms: Forms) -> None:
    page = back(forms, "<!doctype html><title>T</title><form method=post><input name=a required></form>")
    assert 'class="helpdesk-problem"' in page
    assert ".helpdesk-problem{" in page
