"""The controls of one form in a tree: which elements they are, what they offer, and which rules of theirs count.

Guarantee: the same controls that a browser would submit and validate (HTML, 4.10.18 to 4.10.21): disabled ones,
those in a datalist and buttons that submit nothing are not among them. It finds no labels (labels) and judges
nothing (verdict).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.forms.rules import CHOICES, PLACEHOLDER, READONLY, SILENT, TITLE, whole_number
from helpdesk_lite.forms.tree import Element, Tree, collapsed
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD, Control, Option

_LINES = ("text", "search", "url", "tel", "email", "password")
_DATES = ("date", "month", "week", "time", "datetime-local")
_OTHERS = ("number", "range", "color", "checkbox", "radio", "file", "hidden", "submit", "image", "reset", "button")
TYPES = frozenset((*_LINES, *_DATES, *_OTHERS))  # HTML, 4.10.5; any other type is text
_SCRIPTS = frozenset(("script", "svg:script"))
_BARRED = ("hidden", "submit", "image")
# HTML, 4.10.5.3: which attributes apply to which types
_APPLIES = {
    "required": (*_LINES, *_DATES, "number", "checkbox", "radio", "file", "select", "textarea"),
    "minlength": (*_LINES, "textarea"),
    "maxlength": (*_LINES, "textarea"),
    "pattern": _LINES,
    "min": (*_DATES, "number", "range"),
    "max": (*_DATES, "number", "range"),
    "step": (*_DATES, "number", "range"),
    "multiple": ("email", "file", "select"),
    "accept": ("file",),
    "alpha": ("color",),
    "colorspace": ("color",),
}


class Found(NamedTuple):
    """A control that counts: its element, its name, and its value for verdicts."""

    element: Element
    name: str
    control: Control


def controls_of(tree: Tree, form: Element) -> list[Found]:
    """The controls of `form` that submit something, in tree order."""
    owned = tree.owned(form)
    radios = _radio_groups(owned)
    found: list[Found] = []
    for element in owned:
        name = element.get("name")
        kind = kind_of(element)
        if not name or name in (STAMP_FIELD, HONEYPOT_FIELD) or kind in ("reset", "button"):
            continue
        if is_disabled(element) or element.inside("datalist"):
            continue
        control = _control(element, kind, len(found))
        if kind == "radio":
            control = control._replace(rules={**control.rules, **radios.get(name, {})})
        found.append(Found(element, name, control))
    return found


def kind_of(element: Element) -> str:
    """The type of an input or a button (a button submits unless it says otherwise), else the element's name."""
    said = element.get("type").lower()
    if element.name == "button":
        return said if said in ("reset", "button") else "submit"
    if element.name == "input":
        return said if said in TYPES else "text"
    return element.name


def is_disabled(element: Element) -> bool:
    """Whether a control is disabled, by itself or by a fieldset (unless it lies in that fieldset's first legend)."""
    if element.has("disabled"):
        return True
    below = element
    for above in element.ancestors():
        if above.name == "fieldset" and above.has("disabled") and below is not first_legend(above):
            return True
        below = above
    return False


def first_legend(fieldset: Element) -> Element | None:
    """The legend of a fieldset: its first child of that name."""
    return next((child for child in fieldset.children if isinstance(child, Element) and child.name == "legend"), None)


def _control(element: Element, kind: str, index: int) -> Control:
    rules = _rules(element, kind)
    if kind == "select":
        rules |= _select_rules(element, rules)
        return Control(kind, index, rules, "", _offered(element))
    if kind in CHOICES:
        value = element.get("value") if element.has("value") else "on"
        return Control(kind, index, rules, value)
    value = element.own_text() if kind == "textarea" else element.get("value")
    return Control(kind, index, rules, value)


def _rules(element: Element, kind: str) -> dict[str, str]:
    rules = {name: element.get(name) for name, kinds in _APPLIES.items() if kind in kinds and element.has(name)}
    if kind in _BARRED:
        return {}
    if (element.has("readonly") and kind != "select") or element.inside("noscript"):
        return {READONLY: ""}  # barred from validation, whatever the type (4.10.5.3.3); as is what scripts replace
    if "pattern" in rules and element.has("title"):
        rules[TITLE] = element.get("title")
    return rules


def options_of(select: Element) -> list[Element]:
    """All options of a select, also the disabled ones."""
    return [element for element in select.elements() if element.name == "option"]


def option_value(option: Element) -> str:
    """What choosing this option submits."""
    return option.get("value") if option.has("value") else option.text(without=_SCRIPTS)  # 4.10.10: text, not styles


def is_option_disabled(option: Element) -> bool:
    """Whether an option is disabled, by itself or by its group."""
    group = option.inside("optgroup", "select")
    return option.has("disabled") or (group is not None and group.name == "optgroup" and group.has("disabled"))


def _offered(select: Element) -> tuple[Option, ...]:
    return tuple(
        Option(option_value(option), collapsed(option.get("label")) or option.text())
        for option in options_of(select)
        if not is_option_disabled(option)
    )


def display_size(select: Element) -> int:
    """How many rows a select shows (HTML, 4.10.7)."""
    size = whole_number(select.get("size"))
    return size if size else (4 if select.has("multiple") else 1)


def _select_rules(select: Element, rules: dict[str, str]) -> dict[str, str]:
    options = options_of(select)
    added: dict[str, str] = {}
    items = (element for element in select.elements() if element.name in ("option", "optgroup", "hr"))
    first = next(items, None)  # Chromium looks here, where the standard asks for a child of the select (4.10.7)
    has_placeholder = (
        first is not None
        and first.name == "option"
        and not select.has("multiple")
        and display_size(select) == 1
        and option_value(first) == ""
    )
    empty = [option for option in options if option_value(option) == "" and not is_option_disabled(option)]
    if has_placeholder and not [option for option in empty if option is not first]:
        added[PLACEHOLDER] = ""
    chosen = [option for option in options if option.has("selected")]
    resting = chosen if select.has("multiple") else chosen[-1:]
    if any(is_option_disabled(option) and not (has_placeholder and option is first) for option in resting):
        added[SILENT] = ""
    return added


def _radio_groups(owned: list[Element]) -> dict[str, dict[str, str]]:
    """The rules that a whole radio group has because one of its buttons, disabled or not, has them."""
    groups: dict[str, dict[str, str]] = {}
    for element in owned:
        if kind_of(element) == "radio" and element.get("name"):
            rules = groups.setdefault(element.get("name"), {})
            if element.has("required"):
                rules["required"] = ""
            if element.has("checked"):
                rules.pop(SILENT, None)
                if is_disabled(element):
                    rules[SILENT] = ""
    return groups
