"""Asks headless Chromium what it makes of controls: what it would send, and whether the form is valid.

Guarantee: many questions go in one round trip, each in a form of its own. It compares nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Page


class Case(NamedTuple):
    """Controls as HTML, and what the first one named x is given; None leaves it as the page made it."""

    html: str
    text: str | None = None


class Said(NamedTuple):
    """What the browser would send, and whether it finds the form valid; `ails` names what is wrong."""

    pairs: tuple[tuple[str, str], ...]
    is_valid: bool
    ails: tuple[str, ...]


_STATE = """form => {
  const ails = new Set();
  for (const one of form.elements)
    for (const key in one.validity)
      if (one.willValidate && key != "valid" && one.validity[key]) ails.add(key);
  const pairs = [...new FormData(form)].map(([name, value]) => [name, typeof value == "string" ? value : value.name]);
  return [pairs, form.checkValidity(), [...ails].sort()];
}"""
_ASK = f"""cases => cases.map(([html, text]) => {{
  document.body.innerHTML = `<form method=post>${{html}}</form>`;
  const form = document.forms[0];
  if (text !== null) form.elements.namedItem("x").value = text;
  return ({_STATE})(form);
}})"""


def asked(page: Page, cases: Iterable[Case]) -> list[Said]:
    """What the browser says to each case."""
    return [_said(answer) for answer in page.evaluate(_ASK, [list(case) for case in cases])]


def typed(page: Page, html: str, text: str) -> Said:
    """What the browser says when a person has put `text` in the place of what the control x held."""
    page.evaluate("html => { document.body.innerHTML = `<form method=post>${html}</form>` }", html)
    page.evaluate(
        "() => { const control = document.forms[0].elements.namedItem('x'); control.focus(); control.select() }"
    )
    page.keyboard.insert_text(text)
    return _said(page.evaluate(f"() => ({_STATE})(document.forms[0])"))


def loaded(page: Page, html: str, which: str = "document.forms[0]") -> Said:
    """What the browser says of a form in a whole page as it was loaded."""
    page.set_content(html)
    return _said(page.evaluate(f"() => ({_STATE})({which})"))


def _said(answer: list[list[list[str]]]) -> Said:
    pairs, is_valid, ails = answer
    return Said(tuple((name, value) for name, value in pairs), bool(is_valid), tuple(map(str, ails)))
