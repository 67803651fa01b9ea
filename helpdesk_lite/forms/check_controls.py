"""What is wrong with the single controls of a form: rules that cannot be met, are not read, or do not count.

Guarantee: reads the rules with the very code that judges submissions. It knows nothing of files and lines.
"""

from __future__ import annotations

from helpdesk_lite.forms.controls import TYPES, Found, is_disabled, kind_of
from helpdesk_lite.forms.inputs import NOT_A_VALUE, SCALED
from helpdesk_lite.forms.markup import Tag
from helpdesk_lite.forms.rules import CHOICES, whole_number
from helpdesk_lite.forms.schema import Reading
from helpdesk_lite.forms.tree import Element
from helpdesk_lite.words.i18n import N_, Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Finding = tuple[Tag | None, str, bool]  # the last: whether it is only a warning

_LENGTHS = ("minlength", "maxlength", "pattern")
_PROBES = ("a" * 40 + "!", "0" * 40 + "!", "a1 " * 15 + "!", "a." * 20 + "!")  # where careless patterns run wild
_TOGETHER = ({"hidden", "checkbox"}, {"submit", "image"})  # kinds that share a name for a reason


def mistakes_of_controls(reading: Reading) -> Iterator[Finding]:
    """Every finding about the form's controls."""
    for found in reading.found:
        for text, is_warning in (*_about_limits(found), *_about_attributes(found), *_about_pattern(found)):
            yield found.element.tag, text, is_warning
    yield from _about_names(reading)
    yield from _about_labels(reading)
    yield from _about_nameless(reading)


def _about_limits(found: Found) -> Iterator[tuple[str, bool]]:
    rules, kind = found.control.rules, found.control.kind
    shortest, longest = whole_number(rules.get("minlength", "")), whole_number(rules.get("maxlength", ""))
    if shortest is not None and longest is not None and shortest > longest:
        yield _of(found, N_("minlength is more than maxlength, so nothing can be filled in.")), False
    if kind not in SCALED:
        return
    from helpdesk_lite.forms.scale import read, scale_of

    for name in ("min", "max"):
        if name in rules and read(kind, rules[name]) is None:
            text = N_('%(rule)s="%(value)s" is not a %(kind)s, so it is ignored.')
            yield _of(found, text, rule=name, value=rules[name], kind=_named(kind)), True
    step = rules.get("step", "any")
    if step.lower() != "any" and ((number := read("number", step)) is None or number <= 0):
        yield _of(found, N_('step="%(step)s" is not a number above 0, so it is ignored.'), step=step), True
    if found.control.value and read(kind, found.control.value) is None:
        text, how = N_('value="%(value)s" is not a %(kind)s. %(how)s'), Sentence(NOT_A_VALUE[kind])
        yield _of(found, text, value=found.control.value, kind=_named(kind), how=how), True
    low, high = read(kind, rules.get("min", "")), read(kind, rules.get("max", ""))
    if low is not None and high is not None and low > high and not scale_of(kind, rules, "").is_reversed:
        yield _of(found, N_("min is more than max, so nothing can be filled in.")), False


_NAMED = {
    "number": N_("number"),
    "range": N_("number"),
    "date": N_("date"),
    "month": N_("month"),
    "week": N_("week"),
    "time": N_("time"),
    "datetime-local": N_("date and time"),
}


def _named(kind: str) -> str:
    return Sentence(_NAMED[kind])


def _of(found: Found, message: str, **values: object) -> Sentence:
    """What is wrong with this control, with its name."""
    return Sentence("%(name)s: %(what)s", name=found.name, what=Sentence(message, **values))


def _about_attributes(found: Found) -> Iterator[tuple[str, bool]]:
    element, kind = found.element, found.control.kind
    said = element.get("type").lower()
    if element.name == "input" and said and said not in TYPES:
        yield _of(found, N_('there is no type "%(type)s"; browsers take it as text.'), type=said), True
    for name in _LENGTHS:
        if element.has(name) and name not in found.control.rules and not element.has("readonly"):
            yield _of(found, N_("%(rule)s has no effect on %(kind)s."), rule=name, kind=_article(kind)), True
    if kind == "password":
        yield _of(found, N_("what is typed here is kept and mailed as readable text.")), True
    accept = found.control.rules.get("accept", "")
    unread = [part.strip() for part in accept.split(",") if part.strip() and part.strip()[0] != "." and "/" not in part]
    if unread:
        text = N_('"%(part)s" in accept means nothing. Write .%(part)s or a type like image/*.')
        yield _of(found, text, part=unread[0]), True


def _article(kind: str) -> str:
    return f"type={kind}" if kind in TYPES else f"<{kind}>"


def _about_pattern(found: Found) -> Iterator[tuple[str, bool]]:
    pattern = found.control.rules.get("pattern")
    if pattern is None:
        return
    from helpdesk_lite.forms.patterns import TOO_SLOW, UNREADABLE, matches

    said = matches([(pattern, probe) for probe in _PROBES])
    if UNREADABLE in said:
        text = N_("the pattern %(pattern)s is no regular expression of browsers, so it is ignored.")
        yield _of(found, text, pattern=pattern), True
    elif TOO_SLOW in said:
        text = N_("the pattern %(pattern)s takes too long for some texts. It is ignored for those.")
        yield _of(found, text, pattern=pattern), True


def _about_names(reading: Reading) -> Iterator[Finding]:
    for field in reading.form.fields:
        kinds = {control.kind for control in field.controls}
        if len(kinds) > 1 and kinds not in _TOGETHER:
            last = reading.of_field(field.name)[-1].element.tag
            text = N_("%(name)s is the name of controls of different kinds (%(kinds)s). Give each its own.")
            yield last, Sentence(text, name=field.name, kinds=", ".join(sorted(kinds))), False


def _about_labels(reading: Reading) -> Iterator[Finding]:
    for field in reading.form.fields:
        group = reading.of_field(field.name)
        if field.label == field.name and group[0].control.kind not in ("hidden", "submit", "image"):
            is_group = len(group) > 1 and group[0].control.kind in CHOICES
            plain = N_("%(name)s has no label, so mails call it by its name.")
            legend = N_("%(name)s has no fieldset with a legend, so mails call it by its name.")
            if not reading.labels.of_control(group[0].element) or len(group) > 1:
                text = Sentence(legend if is_group else plain, name=field.name)
                yield group[0].element.tag, text, True
    for label in reading.tree.named("label"):
        if label.has("for") and label.get("for") not in reading.tree.ids:
            text = Sentence('This label is for "%(id)s", but nothing has that id.', id=label.get("for"))
            yield label.tag, text, True
    seen: set[str] = set()
    for element in reading.tree.elements:
        name = element.get("id")
        if name and name in seen:
            text = Sentence('The id "%(id)s" is there twice; labels and messages go to the first.', id=name)
            yield element.tag, text, True
        seen.add(name)


def _about_nameless(reading: Reading) -> Iterator[Finding]:
    for element in reading.tree.owned(reading.element) if reading.element is not None else []:
        if not element.get("name") and _would_submit(element):
            yield element.tag, Sentence("This field has no name, so it is not sent."), True


def _would_submit(element: Element) -> bool:
    return kind_of(element) not in ("submit", "image", "reset", "button") and not is_disabled(element)
