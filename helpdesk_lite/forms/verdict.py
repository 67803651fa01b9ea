"""Whether what arrived fits the form: the verdict a browser's `form.checkValidity()` would give, given again by the
desk.

Guarantee: `judge` returns what the form offers and asks for, in the order of the page, or refuses with one problem
a field; a field the form does not have is left out. `novalidate` does not matter to it. It stores nothing and words
no page.
"""

from __future__ import annotations

from helpdesk_lite.forms.inputs import (
    Complaint,
    about_pattern,
    complaint_about,
    patterns_of,
    sanitised,
)
from helpdesk_lite.forms.rules import CHOICES, PLACEHOLDER, READONLY, SILENT
from helpdesk_lite.words.errors import SubmissionRefused
from helpdesk_lite.words.form import Control, Field, FieldValue, Form, Posted, Problem, Submission, Upload
from helpdesk_lite.words.i18n import N_

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = {
    "checkbox": N_("Tick this box to go on."),
    "radio": N_("Choose one of these."),
    "select": N_("Choose one from the list."),
    "file": N_("Choose a file."),
}
FILL_IN = N_("Fill in this field.")
NOT_OFFERED = N_("Choose from what the form offers.")
ONE_ONLY = N_("Give one answer only.")
ONE_FILE = N_("Choose one file only.")
WRONG_FILE = N_("%(file)s is not one of the files asked for: %(accept)s")
FILE_NAME_ONLY = N_("Only the name of the file arrived. Please choose the file again.")

UNRULED = (*CHOICES, "select", "file", "hidden", "submit")  # what they can hold is what they offer


class Answer:
    """What one control was given: texts, and for a file control the files whose names these are."""

    __slots__ = ("control", "files", "texts")

    def __init__(self, control: Control) -> None:
        self.control = control
        self.texts: list[str] = []
        self.files: list[Upload] = []


def judge(form: Form, posted: Posted, note: Callable[[str], None] = lambda line: None) -> Submission:
    """The submission that `posted` is. Raises SubmissionRefused with every field that does not fit.

    `note` hears of patterns that were ignored, because they do not compile or took too long.
    """
    problems: list[Problem] = []
    values: list[FieldValue] = []
    waiting: list[tuple[Field, Answer, str]] = []
    uploads: list[Upload] = []
    given, files = posted_to(form, posted)
    for field in form.fields:
        answers, left, files_left = dealt(field, given[field.name], files[field.name])
        problem = _problem_of(field, answers, left, files_left)
        if problem is not None:
            problems.append(problem)
        waiting += [(field, answer, text) for answer in answers for text in answer.texts if text]
        uploads += files[field.name]
        texts = tuple(text for answer in answers for text in answer.texts)
        values.append(FieldValue(field.name, field.label, texts, field.is_contact))
    problems += _pattern_problems(waiting, {problem.field for problem in problems}, note)
    if problems:
        order = [field.name for field in form.fields]
        raise SubmissionRefused(sorted(problems, key=lambda problem: order.index(problem.field)))
    return Submission(tuple(values), tuple(uploads))


def posted_to(form: Form, posted: Posted) -> tuple[dict[str, list[str]], dict[str, list[Upload]]]:
    """The texts and the files that came for each field of the form, in the order they came."""
    texts: dict[str, list[str]] = {field.name: [] for field in form.fields}
    files: dict[str, list[Upload]] = {field.name: [] for field in form.fields}
    for name, text in posted.pairs:
        if name in texts:
            texts[name].append(text)
    for upload in posted.uploads:
        if upload.field in files:
            files[upload.field].append(upload)
    return texts, files


def dealt(field: Field, given: list[str], files: list[Upload]) -> tuple[list[Answer], list[str], list[Upload]]:
    """What each control of the field was given, as controls submit in the order of the page; what no control takes."""
    answers = [Answer(control) for control in field.controls]
    left, files_left = list(given), list(files)
    single: set[str] = set()  # of radio buttons, as of buttons, only one can be chosen
    for answer in answers:
        kind, taken = answer.control.kind, answer.texts
        if kind == "file":
            count = len(files_left) if "multiple" in answer.control.rules else 1
            answer.files, files_left = files_left[:count], files_left[count:]
            taken += [file.name for file in answer.files]
        elif kind in (*CHOICES, "submit"):
            if answer.control.value in left and (kind == "checkbox" or kind not in single):
                left.remove(answer.control.value)
                taken.append(answer.control.value)
                single.add(kind)
        elif kind == "select":
            offered = {option.value for option in answer.control.options}
            most = len(answer.control.options) if "multiple" in answer.control.rules else 1
            while left and left[0] in offered and len(taken) < most:
                taken.append(left.pop(0))
        elif kind != "image" and left:
            taken.append(sanitised(answer.control, left.pop(0)))
    return answers, left, files_left


def _problem_of(field: Field, answers: list[Answer], left: list[str], files_left: list[Upload]) -> Problem | None:
    """The first thing wrong with a field, its patterns aside."""
    if left and (complaint := _about_rest(answers, left)):
        return _problem(field, answers[0].control, complaint)
    if files_left:
        takes_files = any(answer.control.kind == "file" for answer in answers)
        return _problem(field, answers[0].control, (ONE_FILE if takes_files else NOT_OFFERED, {}))
    chosen = any(answer.texts for answer in answers if answer.control.kind == "radio")
    for answer in answers:
        if _is_missing(answer, chosen):
            kind = answer.control.kind
            return _problem(field, answer.control, (MISSING.get(kind, FILL_IN), {}))
        if complaint := _about_answer(answer):
            return _problem(field, answer.control, complaint)
    return None


def _about_answer(answer: Answer) -> Complaint | None:
    """Which rule of the control its answer breaks, if any."""
    for file in answer.files:
        if not accepts(answer.control.rules.get("accept", ""), file):
            return WRONG_FILE, {"file": file.name, "accept": answer.control.rules["accept"]}
    if answer.control.kind in UNRULED:
        return None
    return next((found for text in answer.texts if text and (found := complaint_about(answer.control, text))), None)


def _problem(field: Field, control: Control, complaint: Complaint) -> Problem:
    return Problem(field.name, complaint[0], complaint[1], control.order)


def _is_missing(answer: Answer, radio_chosen: bool) -> bool:
    control = answer.control
    if "required" not in control.rules or READONLY in control.rules:
        return False
    if control.kind == "select" and answer.texts:
        return answer.texts == [""] and PLACEHOLDER in control.rules
    if not any(answer.texts) and SILENT in control.rules:
        return False
    if control.kind == "radio":
        return not radio_chosen
    if control.kind == "checkbox":
        return not answer.texts
    return not any(answer.texts)


def _about_rest(answers: list[Answer], left: list[str]) -> Complaint | None:
    """What to say about texts that no control of the field takes."""
    kinds = {answer.control.kind for answer in answers}
    if kinds == {"file"}:
        return (FILE_NAME_ONLY, {}) if any(left) else None
    if kinds <= {"submit", "image"}:
        return NOT_OFFERED, {}
    select = next((answer for answer in answers if answer.control.kind == "select"), None)
    if left == [""] and select is not None and "required" in select.control.rules and not select.texts:
        return None  # the empty choice is not offered: it counts as no choice, which is asked for below
    offered = {option.value for answer in answers for option in answer.control.options}
    offered |= {answer.control.value for answer in answers if answer.control.kind in CHOICES}
    if kinds & {"select", *CHOICES} and not set(left) <= offered:
        return NOT_OFFERED, {}
    return ONE_ONLY, {}


def accepts(accept: str, upload: Upload) -> bool:
    """Whether the accept attribute (HTML, 4.10.5.1.17) names this upload: by the end of its name or by its type."""
    tokens = [token.strip("\t\n\f\r ").lower() for token in accept.split(",")]
    tokens = [token for token in tokens if token.startswith(".") or "/" in token]
    if not tokens or "*/*" in tokens:
        return True
    name = upload.name.lower()
    types = {upload.type.partition(";")[0].strip().lower(), _usual_type(name)}
    return any(
        name.endswith(token)
        if token.startswith(".")
        else token in types or (token.endswith("/*") and any(one.startswith(token[:-1]) for one in types))
        for token in tokens
    )


def _usual_type(name: str) -> str:
    """The type that files of this name usually have: browsers on bare machines send none."""
    import mimetypes

    return mimetypes.guess_type(name)[0] or ""


def _pattern_problems(
    waiting: list[tuple[Field, Answer, str]], known: set[str], note: Callable[[str], None]
) -> list[Problem]:
    """A problem for each field, but those in `known`, with a text that its pattern does not match."""
    asked = [
        (field, answer, pair)
        for field, answer, text in waiting
        if field.name not in known and answer.control.kind not in UNRULED
        for pair in patterns_of(answer.control, text)
    ]
    if not asked:
        return []
    from helpdesk_lite.forms.patterns import FAILS, FITS, matches

    problems: dict[str, Problem] = {}
    for (field, answer, _pair), said in zip(asked, matches([pair for _, _, pair in asked]), strict=True):
        if said == FAILS:
            problems.setdefault(field.name, _problem(field, answer.control, about_pattern(answer.control)))
        elif said != FITS:
            note(f"pattern ignored field={field.name!a} reason={said!r}")
    return list(problems.values())
