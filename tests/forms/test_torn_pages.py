"""Pages put together at random, mostly nonsense: desk and Chromium agree on the form, its values and its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from helpdesk_lite.forms.folder import Page as FormPage
from helpdesk_lite.forms.page import Making
from helpdesk_lite.forms.schema import Reading
from helpdesk_lite.forms.verdict import judge
from helpdesk_lite.words.errors import SubmissionRefused
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD, Posted
from tests.forms.browser import loaded

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
_PIECES = """
<form_method=post> </form> <form_id=f_method=post> <input_form=f_name=e_required> <input_name=a_required>
<input_name=b_value=x> <input_type=radio_name=r_value=1> <input_type=radio_name=r_required_value=2_checked>
<input_type=checkbox_name=c_required> <input_type=checkbox_name=c_value=2_checked> <input_type=email_name=q_value=zz>
<input_type=hidden_name=h_value=1> <textarea_name=t_required> </textarea> <button_name=g_value=1> </button>
<select_name=s_required> <select_multiple_name=m> <option_value=''>n <option>o <option_selected>p </select>
<optgroup> <optgroup_disabled> </optgroup> <fieldset> <fieldset_disabled> </fieldset> <legend> </legend>
<table> <tr> <td> <caption> <col> </table> <div> </div> <p> </p> <b> </b> <a> <nobr> <label> </label> <ul> <li> </ul>
<template> </template> <svg> </svg> <foreignObject> <math> <mi> <title> </title> <script> </script> <style> </style>
<!--x--> <object> </object> <iframe> </iframe> <xmp> <ruby> <rt> <details> <summary> <dialog> <dd> <dt> <hr> <br> <img>
<h1> </h2> <center> <marquee> <body> </body> <html> text
"""
PIECES = [piece.replace("_", " ") for piece in _PIECES.split()]
OWN = (STAMP_FIELD, HONEYPOT_FIELD)
WHICH = "[...document.forms].find(form => form.getAttribute('action') == '/desk.cgi/forms/test')"


def is_accepted(reading: Reading, pairs: tuple[tuple[str, str], ...]) -> bool:
    """The desk's verdict."""
    try:
        judge(reading.form, Posted(pairs))
    except SubmissionRefused:
        return False
    return True


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(st.sampled_from(["", "<form method=post>"]), st.lists(st.sampled_from(PIECES), min_size=3, max_size=14))
def test_any_page_is_read_as_the_browser_reads_it(page: Page, start: str, pieces: list[str]) -> None:
    html = "<!doctype html>" + start + "".join(pieces)
    assume(html.count("value=''") < 2)  # two empty choices: see DEVIATIONS in test_chromium
    reading = Reading("test", html)
    assume(reading.element is not None and reading.form.fields)
    assert reading.element is not None

    place = [form.order for form in reading.tree.named("form")].index(reading.element.order)
    original = loaded(page, html, f"document.forms[{place}]")
    assert {name for name, _ in original.pairs} <= {field.name for field in reading.form.fields}
    assert is_accepted(reading, original.pairs) == original.is_valid

    served = loaded(page, FormPage(*Making(reading, "en").done()).html("/desk.cgi", "stamp"), WHICH)
    assert [pair for pair in served.pairs if pair[0] not in OWN] == list(original.pairs)
    assert sorted(name for name, _ in served.pairs if name in OWN) == sorted(OWN)
