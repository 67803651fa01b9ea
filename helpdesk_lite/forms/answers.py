"""What a filled-in form says about itself: who asked, what about, and which field is the message.

Guarantee: texts of one line without control characters; contact fields never get into a subject, which operators
see before they claim. It judges nothing (verdict).
"""

from __future__ import annotations

import re

from helpdesk_lite.words.letter import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.form import FieldValue, Form, Submission

NAME, EMAIL, SUBJECT, MESSAGE = "name", "email", "subject", "message"
LONGEST_NAME = 200  # characters of a customer's name that go into a From line; the field keeps what was typed
PLACE = re.compile(r"\{([^{}]*)\}")  # where a subject line takes a field's answer: {order}
_BREAKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")


def customer_of(submission: Submission) -> tuple[str, str]:
    """Name and address of the customer, each empty if not given.

    The address is that of the first field named `email`, else of the first contact field that holds one.
    """
    named = [field for field in submission.fields if field.name == EMAIL]
    others = [field for field in submission.fields if field.is_contact and field.name != NAME]
    name = next((_shown(field) for field in submission.fields if field.name == NAME), "")[:LONGEST_NAME]
    return name, _address(named[:1] or others)


def _address(fields: list[FieldValue]) -> str:
    for field in fields:
        for value in field.values:
            for address in value.split(","):
                if is_address(address.strip()):
                    return address.strip()
    return ""


def subject_of(form: Form, submission: Submission) -> str:
    """The subject of the ticket: the form's subject line filled in, else the field `subject`, else the form's title."""
    shown = {field.name: _shown(field) for field in submission.fields if not field.is_contact}
    line = form.subject_line or f"{{{SUBJECT}}}"
    said = PLACE.sub(lambda place: shown.get(place[1].strip(), ""), line)
    return _one_line(said).strip(" :;,-–—") or _one_line(form.title)


def message_field_of(form: Form) -> str:
    """The name of the field that is the message: `message`, else the first textarea; empty if there is neither."""
    if any(field.name == MESSAGE for field in form.fields):
        return MESSAGE
    areas = (field.name for field in form.fields if field.controls[0].kind == "textarea" and not field.is_contact)
    return next(areas, "")


def _shown(field: FieldValue) -> str:
    return _one_line(", ".join(value for value in field.values if value))


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()
