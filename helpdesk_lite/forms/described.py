"""What a form asks, and what is wrong with it, in the words of `form check` and of the administrators' page.

Guarantee: nothing is left out that a verdict or a mail depends on. It finds no mistakes (check).
"""

from __future__ import annotations

import os
from itertools import groupby
from typing import NamedTuple

from helpdesk_lite.words.i18n import N_, Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.form import Control, Form, Mistake


class Described(NamedTuple):
    """A field: its name, what people call it, its rules, and whether it stays unseen until the ticket is claimed."""

    name: str
    label: str
    rules: str
    is_contact: bool


def settings_of(form: Form) -> list[tuple[str, str]]:
    """What the form's own settings say, but for its title: their names and values."""
    told = (
        ("category", form.category),
        ("subject", form.subject_line),
        ("notify", ", ".join(form.notify)),
        ("answers", form.answers),
        ("confirmation", form.confirmation),
    )
    return [(name, value) for name, value in told if value]


def fields_of(form: Form) -> list[Described]:
    """The fields in the order of the page."""
    return [
        Described(
            field.name,
            field.label,
            "; ".join(_rules(list(group)) for _, group in groupby(field.controls, _constraints)),
            field.is_contact,
        )
        for field in form.fields
    ]


def sentence(mistake: Mistake, name: str) -> str:
    """A mistake in the form of this name, with the line; and with the file if it is in another one."""
    file = os.path.basename(mistake.path).removesuffix(".off")
    if file != f"{name}.html":
        words = N_("%(file)s, line %(line)s: %(mistake)s")
        return Sentence(words, file=mistake.path, line=mistake.line, mistake=mistake.text)
    if not mistake.line:
        return mistake.text
    return Sentence(N_("Line %(line)s: %(mistake)s"), line=mistake.line, mistake=mistake.text)


def _constraints(control: Control) -> list[str]:
    """The control's kind and what it asks; names that begin with a colon are the desk's own."""
    asked = [(name, value) for name, value in control.rules.items() if name != "type" and not name.startswith(":")]
    return [control.kind, *(f"{name}={value}" if value else name for name, value in asked)]


def _rules(group: list[Control]) -> str:
    """What controls of one field that ask the same ask, and what they offer together."""
    offered = ", ".join(repr(option.value) for control in group for option in control.options)
    return " ".join([*_constraints(group[0]), *([f"one of {offered}"] if offered else [])])
