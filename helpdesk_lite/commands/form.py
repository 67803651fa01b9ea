"""`helpdesk-lite form check|off|on`: what the desk makes of each form, every mistake with its line; and its switch."""

from __future__ import annotations

from helpdesk_lite import assemble
from helpdesk_lite.forms.folder import OFF
from helpdesk_lite.root import find_root
from helpdesk_lite.shelves.operators import COMMAND_LINE
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import BrokenForm, UnknownForm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.words.form import Form, Mistake


def check(given: Namespace) -> int:
    """Print fields, rules and mistakes; 1 if a form has mistakes that keep it from working."""
    forms = assemble.house(find_root(given.root)).forms
    names = given.names or forms.names()
    if not names:
        print("There are no forms yet: put an HTML file into forms/.")
    status = max([_check(forms, name) for name in names], default=0)
    for file in [] if given.names else forms.misnamed():
        _say(f"{file}: no form, because of its name: letters, digits, - and _, ending in .html")
    for name in [] if given.names else forms.switched_off():
        said = "in use, so its other file counts for nothing" if name in names else "switched off"
        _say(f"{name}: {said}: {_off(name)}")
    return status


def off(given: Namespace) -> int:
    """Take a form out of use; its file stays."""
    return _switch(given, is_on=False)


def on(given: Namespace) -> int:
    """Take a form that is switched off into use again."""
    return _switch(given, is_on=True)


def _switch(given: Namespace, is_on: bool) -> int:
    house = assemble.house(find_root(given.root))
    house.texts.switch(f"forms/{given.name}.html", is_on, COMMAND_LINE)
    said = "in use" if is_on else f"switched off ({_off(given.name)}). Its tickets are where they were"
    _say(f"The form {given.name} is {said}.")
    return 0


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
    except UnknownForm:
        _say(f"{name}: switched off, so customers are told that it is not in use ({_off(name)})")
    for mistake in mistakes:
        _tell(mistake)
    return 1 if any(not mistake.is_warning for mistake in mistakes) else 0


def _show(form: Form) -> None:
    from helpdesk_lite.forms.described import fields_of, settings_of

    _say(f"{form.name}: {form.title}")
    for said, value in settings_of(form):
        _say(f"  {said}: {value}")
    for field in fields_of(form):
        hidden = " (contact: unseen until claimed)" if field.is_contact else ""
        _say(f"  {field.name}: {field.label}{hidden}" + (f" [{field.rules}]" if field.rules else ""))


def _tell(mistake: Mistake) -> None:
    kind = "warning" if mistake.is_warning else "mistake"
    _say(f"{mistake.path}:{mistake.line}: {kind}: {mistake.text}")


def _off(name: str) -> str:
    return f"forms/{name}.html{OFF}"


def _say(text: str) -> None:
    print(terminal.line(text))
