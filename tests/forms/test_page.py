"""The page a customer gets: the author's, byte for byte, but for what the desk needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.forms.folder import FormsFolder

    Forms = Callable[..., FormsFolder]

START = "<!doctype html><title>T</title>\n<P Class=x>Hi &copy;<br/>\n"
WHOLE = START + "<form id=f action=/old METHOD=get>{}</form>\n<!-- end -->"


def served(forms: Forms, html: str, **prefill: str) -> str:
    """The page of a form with this content."""
    return forms(contact=html).page("contact", prefill=tuple(prefill.items())).html("/desk.cgi", "the-stamp")


def between(page: str, start: str, end: str) -> str:
    """What stands in the page between two texts."""
    return page[page.index(start) + len(start) : page.index(end)]


def test_the_form_is_sent_to_the_desk_by_post(forms: Forms) -> None:
    page = served(forms, WHOLE.format("<input name=a>"))
    assert '<form action="/desk.cgi/forms/contact" method="post" id=f>' in page


def test_the_rest_of_a_whole_page_stays_as_it_was_written(forms: Forms) -> None:
    page = served(forms, WHOLE.format("<input name=a>"))
    assert page.startswith(START + "<style>")
    assert page.endswith("<input name=a></form>\n<!-- end -->")


def test_a_form_with_files_is_sent_as_multipart(forms: Forms) -> None:
    assert 'enctype="multipart/form-data"' in served(forms, WHOLE.format("<input type=file name=a>"))


def test_buttons_cannot_send_the_form_elsewhere(forms: Forms) -> None:
    page = served(forms, WHOLE.format('<input name=a><button formaction=//evil formmethod="get" name=b>Go</button>'))
    assert "<button name=b>Go</button>" in page


def test_the_stamp_and_the_honeypot_are_in_the_form(forms: Forms) -> None:
    inside = between(served(forms, WHOLE.format("<input name=a>")), " id=f>", "<input name=a>")
    assert '<input type="hidden" name="helpdesk-stamp" value="the-stamp">' in inside
    assert re.search(r'<div class="helpdesk-website" aria-hidden="true">.*tabindex="-1" autocomplete="off"', inside)


def test_settings_are_not_shown(forms: Forms) -> None:
    page = served(forms, WHOLE.format('<meta name="helpdesk-notify" content="boss@example.org"><input name=a>'))
    assert "boss@example.org" not in page


def test_a_fragment_stands_in_the_houses_page(forms: Forms) -> None:
    page = served(forms, "<title>Ask &amp; tell</title><input name=a>")
    assert "<title>Ask &amp; tell – Acme</title>" in page
    assert "<h1>Ask &amp; tell</h1>" in page
    assert "<button>Send</button>" in page


def test_a_fragments_own_heading_and_button_are_enough(forms: Forms) -> None:
    page = served(forms, "<h1>Ask</h1><input name=a><button>Go</button>")
    assert page.count("<h1>") == 1
    assert page.count("<button") == 1
    assert "<title>Ask – Acme</title>" in page


def test_a_template_fills_in_the_houses_page(forms: Forms) -> None:
    page = served(
        forms,
        '{% extends "pages/form.html" %}{% block title_of_form %}Ours & theirs{% endblock %}'
        "{% block form %}<form method=post><input name=a><button>Go</button></form>{% endblock %}",
    )
    assert "<title>Ours & theirs – Acme</title>" in page
    assert 'action="/desk.cgi/forms/contact"' in page


def test_texts_of_the_house_come_in_the_readers_language(forms: Forms) -> None:
    assert '<html lang="it">' in forms(contact="<input name=a>").page("contact", "it").html("", "")


def test_the_base_and_the_stamp_are_escaped(forms: Forms) -> None:
    page = forms(contact="<input name=a>").page("contact").html('/"><x', '"><y')
    assert "<x" not in page
    assert "<y" not in page


class TestPrefill:
    @pytest.mark.parametrize(
        ("html", "value", "expected"),
        [
            ("<input name=x>", 'a"<b>', '<input value="a&quot;&lt;b&gt;" name=x>'),
            ("<input value=old name=x>", "new", '<input value="new" name=x>'),
            ("<textarea name=x>old</textarea>", "\n<b>", "<textarea name=x>\n\n&lt;b&gt;</textarea>"),
            ("<select name=x><option selected>a<option>b</select>", "b", "<select name=x><option>a<option selected>b"),
            ("<select name=x><option selected>a<option>b</select>", "c", "<select name=x><option>a<option>b"),
            ("<input type=radio name=x value=1 checked>", "2", "<input type=radio name=x value=1>"),
            ("<input type=checkbox name=x value=1>", "1", "<input checked type=checkbox name=x value=1>"),
        ],
    )
    def test_a_field_in_the_address_is_filled_in(self, forms: Forms, html: str, value: str, expected: str) -> None:
        assert expected in served(forms, html, x=value)

    @pytest.mark.parametrize(
        "control",
        ["<input type=hidden name=x value=1>", "<input type=password name=x>", "<input type=file name=x>",
         "<input readonly name=x value=1>", "<input disabled name=x>"],
    )  # fmt: skip
    def test_what_the_customer_does_not_see_or_write_is_not(self, forms: Forms, control: str) -> None:
        assert control in served(forms, control + "<input name=a>", x="2")

    def test_other_fields_stay_as_they_were(self, forms: Forms) -> None:
        assert "<input name=b value=1>" in served(forms, "<input name=a><input name=b value=1>", a="2")

    def test_typed_text_cannot_stand_for_the_desks_address(self, forms: Forms) -> None:
        page = served(forms, "<input name=x>", x="\ue000\ue001B \ue000\ue001S")
        assert page.count("the-stamp") == 1
        assert "&#xE000;\ue001B &#xE000;\ue001S" in page
