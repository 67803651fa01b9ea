"""What one control makes of one text: the value it would hold, and the first rule of its own that the value breaks.

Guarantee: the value sanitisation and the constraints of HTML 4.10.5.1 and 4.10.18.5 for each type. It knows nothing
of other controls, of groups and of what is required; patterns are only collected here (patterns matches them).
"""

from __future__ import annotations

import re

from helpdesk_lite.forms.rules import READONLY, TITLE, whole_number
from helpdesk_lite.words.form import Control
from helpdesk_lite.words.i18n import N_

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal

    from helpdesk_lite.forms.scale import Scale

# HTML, 4.10.5.1.5, a willful violation of RFC 5322
_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_ANY_COLOR = re.compile(r"color\([a-z0-9-]+(?: -?[0-9.]+(?:e-?[0-9]+)?| none){3}(?: / [0-9.]+)?\)|#[0-9a-fA-F]{8}")
SPACE = "\t\n\f\r "
SCALED = ("number", "range", "date", "month", "week", "time", "datetime-local")

Complaint = tuple[str, dict[str, str]]  # a message and what fills its places


NOT_A_VALUE = {
    "number": N_("Write a number, like 42 or 3.5."),
    "range": N_("Write a number, like 42 or 3.5."),
    "date": N_("Write a date as year, month and day, like 2026-11-21."),
    "month": N_("Write a month as year and month, like 2026-11."),
    "week": N_("Write a week as year and number, like 2026-W47."),
    "time": N_("Write a time as hours and minutes, like 14:30."),
    "datetime-local": N_("Write date and time like 2026-11-21T14:30."),
}


def sanitised(control: Control, text: str) -> str:
    """The value the control holds once given `text`; what a browser would throw away stays, to be refused."""
    kind = control.kind
    if kind == "textarea":
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if kind in ("text", "search", "tel", "password", "email", "url"):
        text = text.replace("\r", "").replace("\n", "")
    if kind == "email" and "multiple" in control.rules:
        return ",".join(part.strip(SPACE) for part in text.split(","))
    if kind in ("email", "url"):
        return text.strip(SPACE)
    if kind == "datetime-local":
        return _normal_moment(text)
    return text.lower() if kind == "color" and _COLOR.fullmatch(text) else text


def _normal_moment(text: str) -> str:
    from helpdesk_lite.forms.calendar import read_moment, write_moment

    number = read_moment(text)
    return text if number is None else write_moment(number)


def complaint_about(control: Control, value: str) -> Complaint | None:
    """Which rule, patterns and `required` aside, the non-empty sanitised `value` breaks; None if it breaks none."""
    if READONLY in control.rules:
        return None
    if control.kind == "email":
        return _about_email(control, value) or _about_length(control, value)
    if control.kind == "url":
        return _about_url(value) or _about_length(control, value)
    if control.kind in SCALED:
        return _about_scale(control, value)
    if control.kind == "color":
        return _about_color(control, value)
    return _about_length(control, value)


def patterns_of(control: Control, value: str) -> list[tuple[str, str]]:
    """The (pattern, text) pairs that have to match for the non-empty `value`."""
    pattern = control.rules.get("pattern")
    if pattern is None or READONLY in control.rules:
        return []
    if control.kind == "email" and "multiple" in control.rules:
        return [(pattern, part) for part in value.split(",")]
    return [(pattern, value)]


def about_pattern(control: Control) -> Complaint:
    """What to say when the pattern does not match: the control's title explains it (HTML, 4.10.5.3.6)."""
    if control.rules.get(TITLE):
        return N_("Please use the format asked for: %(title)s"), {"title": control.rules[TITLE]}
    return N_("Please use the format this field asks for."), {}


def _about_email(control: Control, value: str) -> Complaint | None:
    if "multiple" in control.rules:
        if all(_EMAIL.fullmatch(part) for part in value.split(",")):
            return None
        return N_("Write addresses like name@example.org, with commas between them."), {}
    return None if _EMAIL.fullmatch(value) else (N_("Write an address like name@example.org."), {})


def _about_url(value: str) -> Complaint | None:
    import ada_url

    try:
        is_url = ada_url.check_url(value)
    except UnicodeError:
        is_url = False
    return None if is_url else (N_("Write a whole web address, like https://example.org/page."), {})


def _about_color(control: Control, value: str) -> Complaint | None:
    if _COLOR.fullmatch(value):
        return None
    if ("alpha" in control.rules or "colorspace" in control.rules) and _ANY_COLOR.fullmatch(value):
        return None
    return N_("Choose a colour, or write one like #3366cc."), {}


def length(text: str) -> int:
    """The length of a text as forms count it: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def _about_length(control: Control, value: str) -> Complaint | None:
    rules = control.rules
    if "minlength" not in rules and "maxlength" not in rules:
        return None
    if value == sanitised(control, control.value):
        return None  # a browser asks about the length only of what somebody typed
    now = length(value)
    shortest, longest = whole_number(rules.get("minlength", "")), whole_number(rules.get("maxlength", ""))
    if longest is not None and now > longest:
        return N_("Write at most %(limit)s characters; these are %(now)s."), {"limit": str(longest), "now": str(now)}
    if shortest is not None and now < shortest:
        return N_("Write at least %(limit)s characters; these are %(now)s."), {"limit": str(shortest), "now": str(now)}
    return None


def _about_scale(control: Control, value: str) -> Complaint | None:
    from helpdesk_lite.forms.scale import read, scale_of

    number = read(control.kind, value)
    if number is None:
        return NOT_A_VALUE[control.kind], {}
    scale = scale_of(control.kind, control.rules, control.value)
    below, above = scale.is_below(number), scale.is_above(number)
    if below and above:
        limits = {"low": control.rules["min"], "high": control.rules["max"]}
        return N_("Choose a time from %(low)s to %(high)s."), limits
    if below or above:
        return _about_limit(control, scale, above)
    return _about_step(scale, number) if scale.is_off_step(number) else None


def _about_limit(control: Control, scale: Scale, above: bool) -> Complaint:
    from helpdesk_lite.forms.scale import write

    limit = scale.high if above else scale.low
    assert limit is not None
    values = {"limit": write(control.kind, limit)}
    if control.kind in ("number", "range"):
        return (N_("It can be %(limit)s at most."), values) if above else (N_("It must be %(limit)s or more."), values)
    if above:
        return N_("It can be %(limit)s at the latest."), values
    return N_("It must be %(limit)s or later."), values


def _about_step(scale: Scale, number: Decimal) -> Complaint:
    low, high = scale.neighbours(number)
    if low and high:
        return N_("The nearest values that fit are %(low)s and %(high)s."), {"low": low, "high": high}
    return N_("The nearest value that fits is %(near)s."), {"near": low or high}
