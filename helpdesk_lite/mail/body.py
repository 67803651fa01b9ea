"""What an inquiry says in a mail: the message as written, and the other fields below it, a label each.

Guarantee: every answered field is said once, in the order of the page; what a header of the letter already says (the
customer, the subject) and what was left unanswered is not repeated. It writes no MIME (mail/compose).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk_lite.words.form import FieldValue
    from helpdesk_lite.words.ticket import Inquiry

_INDENT = "    "


def message_of(inquiry: Inquiry) -> str:
    """The text of the message field, with LF line ends; "" if the form has none or it was left empty."""
    for field in inquiry.fields:
        if field.name == inquiry.message_field:
            return plain_lines("\n".join(field.values))
    return ""


def other_fields(inquiry: Inquiry) -> list[FieldValue]:
    """The answered fields that neither the message nor From and Subject say."""
    return [field for field in inquiry.fields if any(field.values) and not _is_said(field, inquiry)]


def public_fields(inquiry: Inquiry) -> list[FieldValue]:
    """`other_fields` but for contact fields: what may be known of a ticket before it is claimed."""
    public = inquiry.without_contact().fields
    return [field for field in other_fields(inquiry) if field in public]


def text_of(inquiry: Inquiry) -> str:
    """The whole body as plain text: the message, an empty line, the other fields."""
    message = message_of(inquiry).rstrip("\n")
    fields = "\n".join(line for field in other_fields(inquiry) for line in field_lines(field.label, field.values))
    return "\n\n".join(part for part in (message, fields) if part) + "\n"


def field_lines(label: str, values: Iterable[str]) -> list[str]:
    """`Label: value`, values side by side where that is clear, else below their label and indented."""
    found = [plain_lines(value).rstrip("\n") for value in values if value]
    label = " ".join(label.split()).removesuffix(":")
    if len(found) == 1 and "\n" not in found[0]:
        return [f"{label}: {found[0]}"]
    if not any("\n" in value or "," in value for value in found):
        return [f"{label}: {', '.join(found)}"]
    return [f"{label}:", *(_INDENT + line if line else "" for value in found for line in value.split("\n"))]


def plain_lines(text: str) -> str:
    """`text` with LF line ends only."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_said(field: FieldValue, inquiry: Inquiry) -> bool:
    customer, subject = inquiry.customer, inquiry.head.subject
    said = field.values[0] if len(field.values) == 1 else ""
    return (
        field.name == inquiry.message_field
        or (bool(said) and said == customer.email and field.is_contact)
        or (field.name == "name" and said == customer.name)
        or (field.name == "subject" and said == subject)
    )
