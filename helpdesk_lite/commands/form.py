"""`helpdesk-lite form check`: what the desk makes of each form, and every mistake with its line."""

from __future__ import annotations

from itertools import groupby

from helpdesk_lite import assemble, terminal
from helpdesk_lite.errors import BrokenForm, UnknownForm
from helpdesk_lite.root import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.form import Control, Form, Mistake
    from helpdesk_lite.forms.folder import FormsFolder


def check(given: Namespace) -> int:
    """Print fields, rules and mistakes; 1 if a form has mistakes that keep it from working."""
    forms = assemble.house(find_root(given.root)).forms
    names = given.names or forms.names()
    if not names:
        print("There are no forms yet: put an HTML file into forms/.")
    for file in [] if given.names else forms.misnamed():
        _say(f"{file}: no form, because of its name: letters, digits, - and _, ending in .html")
    return max([_check(forms, name) for name in names], default=0)


def _check(forms: FormsFolder, name: str) -> int:
    try:
        mistakes = forms.check(name)
    except UnknownForm as unknown:
        _say(f"{name}: {unknown}")
        return 1
    try:
        _show(forms.form(name))
    except BrokenForm:
        _say(f"{name}: broken")
    for mistake in mistakes:
        _tell(mistake)
    return 1 if any(not mistake.is_warning for mistake in mistakes) else 0


def _show(form: Form) -> None:
    _say(f"{form.name}: {form.title}")
    for said, value in (
        ("category", form.category),
        ("subject", form.subject_line),
        ("notify", ", ".join(form.notify)),
        ("confirmation", form.confirmation),
    ):
        if value:
            _say(f"  {said}: {value}")
    for field in form.fields:
        rules = "; ".join(_rules(list(group)) for _, group in groupby(field.controls, _constraints))
        hidden = " (contact: unseen until claimed)" if field.is_contact else ""
        _say(f"  {field.name}: {field.label}{hidden}" + (f" [{rules}]" if rules else ""))


def _constraints(control: Control) -> list[str]:
    """The control's kind and what it asks; names that begin with a colon are the desk's own."""
    asked = [(name, value) for name, value in control.rules.items() if name != "type" and not name.startswith(":")]
    return [control.kind, *(f"{name}={value}" if value else name for name, value in asked)]


def _rules(group: list[Control]) -> str:
    """What controls of one field that ask the same ask, and what they offer together."""
    offered = ", ".join(repr(option.value) for control in group for option in control.options)
    return " ".join([*_constraints(group[0]), *([f"one of {offered}"] if offered else [])])


def _tell(mistake: Mistake) -> None:
    kind = "warning" if mistake.is_warning else "mistake"
    _say(f"{mistake.path}:{mistake.line}: {kind}: {mistake.text}")


def _say(text: str) -> None:
    print(terminal.line(text))
