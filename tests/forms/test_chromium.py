"""The desk's verdict is the browser's: the same controls and values, judged by both.

Deviations, each on purpose: see `DEVIATIONS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helpdesk_lite.forms.calendar import READ
from helpdesk_lite.forms.inputs import sanitised
from helpdesk_lite.forms.patterns import UNREADABLE, match
from helpdesk_lite.forms.scale import read
from helpdesk_lite.forms.schema import Reading
from helpdesk_lite.forms.verdict import judge
from helpdesk_lite.words.errors import SubmissionRefused
from helpdesk_lite.words.form import Posted
from tests.forms import cases
from tests.forms.browser import Case, Said, asked, typed

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
MANY = settings(  # not shrunk: what is reported is short already, and each step would ask the browser again
    max_examples=15,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

DEVIATIONS = {
    # Chromium keeps a space in a host, where the URL Standard (3.5) fails; other browsers and mail programs do too.
    ("url", "http:// a"),
    ("url", "http://a b/"),
    # Chromium refuses a file: address without a path; the URL Standard (4.4) gives it the path "/".
    ("url", "file://#"),
    # Two choices with the value "": what is posted does not tell the placeholder from the other, so neither is refused.
    ("select", '<select name=x required><option value="">x<option value="">y</select>'),
}


def reading(html: str) -> Reading:
    """The controls in a form that posts."""
    return Reading("test", f"<form method=post>{html}</form>")


def is_accepted(html: str, said: Said) -> bool:
    """The desk's verdict on what the browser would send."""
    try:
        judge(reading(html).form, Posted(said.pairs))
    except SubmissionRefused:
        return False
    return True


def disagreements(page: Page, asked_cases: list[Case]) -> list[tuple[Case, Said]]:
    """The cases, but the known ones, in which browser and desk do not agree."""
    return [
        (case, said)
        for case, said in zip(asked_cases, asked(page, asked_cases), strict=True)
        if is_accepted(case.html, said) != said.is_valid
        and (cases.kind_of(case.html), case.text or case.html) not in DEVIATIONS
    ]


@pytest.mark.parametrize("kind", cases.VALUES)
def test_values_of_each_type_get_the_browsers_verdict(page: Page, kind: str) -> None:
    assert disagreements(page, cases.of_kind(kind)) == []


def test_groups_and_structures_get_the_browsers_verdict(page: Page) -> None:
    assert disagreements(page, [Case(html) for html in cases.STRUCTURES]) == []


@pytest.mark.parametrize("kind", [kind for kind in cases.VALUES if kind not in ("range", "color")])
def test_values_are_sanitised_as_the_browser_does(page: Page, kind: str) -> None:
    asked_cases = [case for case in cases.of_kind(kind) if reading(case.html).found]
    for case, said in zip(asked_cases, asked(page, asked_cases), strict=True):
        control = reading(case.html).found[0].control
        kept = sanitised(control, case.text or "")
        if (control.kind in READ or control.kind == "number") and read(control.kind, kept) is None:
            kept = ""  # a browser throws away what it cannot read; the desk refuses it, as only a robot sends it
        assert kept == said.pairs[0][1].replace("\r\n", "\n"), case


@pytest.mark.parametrize("html", cases.LENGTHS)
def test_lengths_of_typed_text_get_the_browsers_verdict(page: Page, html: str) -> None:
    for text in cases.TYPED:
        said = typed(page, html, text)
        assert is_accepted(html, said) == said.is_valid, (text, said)


def test_text_that_nobody_touched_may_be_too_short_or_too_long(page: Page) -> None:
    untouched = [Case("<input name=x value=abc minlength=9>"), Case("<input name=x value=abc maxlength=1>")]
    assert disagreements(page, untouched) == []


two_digits = st.integers(0, 61).map("{:02}".format)
dates = st.builds("{:04}-{}-{}".format, st.integers(1, 280000), two_digits, two_digits)
times = st.builds("{}:{}{}".format, two_digits, two_digits, st.sampled_from(["", ":00", ":59.5", ":07"]))
weeks = st.builds("{:04}-W{:02}".format, st.integers(1, 280000), st.integers(0, 54))
months = st.builds("{:04}-{:02}".format, st.integers(1, 280000), st.integers(0, 13))
moments = st.builds("{}{}{}".format, dates, st.sampled_from("T "), times)
numbers = st.one_of(
    st.decimals(-1000, 1000, places=3).map(str),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
)
STEPS = {"number": numbers, "date": dates, "time": times, "week": weeks, "month": months, "datetime-local": moments}


@pytest.mark.parametrize("kind", STEPS)
def test_generated_limits_and_steps_get_the_browsers_verdict(page: Page, kind: str) -> None:
    value = STEPS[kind]
    step = st.one_of(st.just("any"), st.integers(-1, 5000).map(str), st.decimals("0.001", 100, places=3).map(str))
    case = st.builds(
        lambda low, high, default, steps, text: Case(
            f'<input name=x type={kind} min="{low}" max="{high}" value="{default}" step="{steps}">', text
        ),
        *[st.one_of(st.just(""), value)] * 3,
        step,
        value,
    )

    @MANY
    @given(st.lists(case, min_size=40, max_size=80))
    def agree(generated: list[Case]) -> None:
        assert disagreements(page, generated) == []

    agree()


addresses = st.text("ab.@-_+ ,\t\néA0\"'()", max_size=20)
hosts = st.text("ab0.-:/@?#[]%é", max_size=16)


@MANY
@given(st.lists(st.tuples(st.sampled_from(["", "multiple"]), addresses), min_size=50, max_size=100))
def test_generated_addresses_get_the_browsers_verdict(page: Page, generated: list[tuple[str, str]]) -> None:
    assert disagreements(page, [Case(f"<input name=x type=email {how}>", text) for how, text in generated]) == []


@MANY
@given(st.lists(st.tuples(st.sampled_from(["http:", "https://", "x:", "mailto:", "//"]), hosts), min_size=50))
def test_generated_web_addresses_get_the_browsers_verdict(page: Page, generated: list[tuple[str, str]]) -> None:
    assert disagreements(page, [Case("<input name=x type=url>", scheme + rest) for scheme, rest in generated]) == []


_READ_PATTERNS = """([patterns, texts]) => patterns.map(pattern => {
  try { new RegExp(pattern, "v") } catch { return null }
  return texts.map(text => new RegExp(`^(?:${pattern})$`, "v").test(text));
})"""


@MANY
@given(st.lists(st.lists(st.sampled_from(cases.PATTERN_PIECES), min_size=1, max_size=4).map("".join), min_size=100))
def test_generated_patterns_match_as_in_the_browser(page: Page, patterns: list[str]) -> None:
    for pattern, expected in zip(patterns, page.evaluate(_READ_PATTERNS, [patterns, cases.PATTERN_TEXTS]), strict=True):
        said = [match(pattern, text) for text in cases.PATTERN_TEXTS]
        found = None if UNREADABLE in said else [one == "fits" for one in said]
        assert found == expected, pattern
