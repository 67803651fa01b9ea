"""What a contact form is: its fields in the order of the page, and what somebody filled in.

Guarantee: plain immutable values that mean the same wherever they came from.
It does not read HTML (forms/schema) and gives no verdicts (forms/verdict).
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STAMP_FIELD = "helpdesk-stamp"  # the desk's own hidden field: when this page was made, signed
HONEYPOT_FIELD = "helpdesk-website"  # the desk's own field that people do not see and robots fill in


class Option(NamedTuple):
    """One choice a form offers: an <option>, a radio button or a checkbox."""

    value: str
    label: str


class Control(NamedTuple):
    """One control of the page: an input, select, textarea with its constraints, as HTML has them.

    `kind` is the input type ("text", "email", ..., "checkbox", "file"), "select" or "textarea".
    `rules` holds the constraint attributes that apply, by attribute name, as written (boolean ones as "").
    `order` is the control's place among all controls of the form that count, in document order, from 0.
    """

    kind: str
    order: int
    rules: dict[str, str]
    value: str = ""
    options: tuple[Option, ...] = ()


class Field(NamedTuple):
    """All controls of one name: one question of the form.

    `label` is what people read (label, legend, aria-label, else the name). `is_contact` is true for the customer's
    name, their address and every field of type email or tel: nobody sees these before they claim.
    """

    name: str
    label: str
    controls: tuple[Control, ...]
    is_contact: bool


class Form(NamedTuple):
    """One file in forms/. `subject_line` may hold {field} places; empty: the field `subject`, else the title.

    `answers` says where an operator's Reply goes; empty: as the desk's setting says.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    category: str = ""
    subject_line: str = ""
    notify: tuple[str, ...] = ()
    confirmation: str = ""
    takes_uploads: bool = False
    answers: str = ""


class Upload(NamedTuple):
    """A file that came with a submission, spooled at `path` (bytes as sent). `name` has no folders in it."""

    field: str
    name: str
    type: str
    size: int
    path: str


class Posted(NamedTuple):
    """What arrived, in order and unjudged: text pairs (name, value), and uploads.

    An empty file control is no upload.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    uploads: tuple[Upload, ...] = ()


class FieldValue(NamedTuple):
    """An answered (or unanswered) field as the ticket keeps it; `values` as submitted, in order."""

    name: str
    label: str
    values: tuple[str, ...]
    is_contact: bool = False


class Submission(NamedTuple):
    """A filled-in form that fits: the form's fields in the order of the page, and the uploads it takes."""

    fields: tuple[FieldValue, ...]
    uploads: tuple[Upload, ...]


class Problem(NamedTuple):
    """Why one field was refused. `message` is an English msgid with %(name)s places; `values` fills them.

    `control` is the order of the control beside which the page says so.
    """

    field: str
    message: str
    values: dict[str, str]
    control: int = 0


class Mistake(NamedTuple):
    """Something wrong in a form's file; `line` is from 1, 0 when unknown.

    A warning is worth a look, all else is to be mended; only what BrokenForm carries keeps customers from the form.
    """

    path: str
    line: int
    text: str
    is_warning: bool = False

    def packed(self) -> tuple[Any, ...]:
        """The mistake as a cache can hold it."""
        from helpdesk_lite.words import i18n

        return self.path, self.line, (str(self.text), i18n.parts(self.text)), self.is_warning

    @staticmethod
    def unpacked(kept: tuple[Any, ...]) -> Mistake:
        """The mistake that was packed."""
        from helpdesk_lite.words import i18n

        path, line, text, is_warning = kept
        return Mistake(path, line, i18n.whole(*text), is_warning)
