"""`helpdesk-lite form check`: what the desk makes of each form, and every mistake with its line."""

from __future__ import annotations

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
        rules = "; ".join(dict.fromkeys(filter(None, map(_rules, field.controls))))
        hidden = " (contact: unseen until claimed)" if field.is_contact else ""
        _say(f"  {field.name}: {field.label}{hidden}" + (f" [{rules}]" if rules else ""))


def _rules(control: Control) -> str:
    rules = [f"{name}={value}" if value else name for name, value in control.rules.items() if name != "type"]
    if control.options:
        rules.append("one of " + ", ".join(repr(option.value) for option in control.options))
    return " ".join([control.kind, *rules])


def _tell(mistake: Mistake) -> None:
    kind = "warning" if mistake.is_warning else "mistake"
    _say(f"{mistake.path}:{mistake.line}: {kind}: {mistake.text}")


def _say(text: str) -> None:
    print(terminal.line(text))
