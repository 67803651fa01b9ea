"""A form as the cache keeps it, and back.

Guarantee: what `flat` made, `form_of` makes the same form of. It imports nothing but the form's own words.
"""

from __future__ import annotations

from helpdesk_lite.words.form import Control, Field, Form, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def flat(form: Form) -> list[Any]:
    """The form as lists, dicts and texts, for the cache."""
    fields = [
        [field.name, field.label, [_flat_control(control) for control in field.controls], field.is_contact]
        for field in form.fields
    ]
    return [form.name, form.title, fields, *form[3:]]


def _flat_control(control: Control) -> list[Any]:
    return [*control[:4], [list(option) for option in control.options]]


def form_of(value: list[Any]) -> Form:
    """The form that `flat` made `value` of."""
    name, title, fields, *rest = value
    return Form(
        name,
        title,
        tuple(
            Field(field, label, tuple(_control_of(control) for control in controls), is_contact)
            for field, label, controls, is_contact in fields
        ),
        *rest,
    )


def _control_of(value: list[Any]) -> Control:
    kind, order, rules, default, options = value
    return Control(kind, order, rules, default, tuple(Option(*option) for option in options))
