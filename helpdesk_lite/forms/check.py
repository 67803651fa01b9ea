"""What is wrong with a form's file, for the person who wrote it: file, line, and one sentence each.

Guarantee: any bytes give a list, never a traceback; a form without mistakes gives an empty one. Nothing here runs when
customers come: what breaks a form for them is found by make, and by the same code.
"""

from __future__ import annotations

from helpdesk_lite import disk
from helpdesk_lite.forms.answers import PLACE
from helpdesk_lite.forms.check_controls import mistakes_of_controls
from helpdesk_lite.forms.compose import Composed
from helpdesk_lite.forms.controls import controls_of, kind_of
from helpdesk_lite.forms.make import read
from helpdesk_lite.forms.markup import Tag, line_of
from helpdesk_lite.forms.policy import origin_of
from helpdesk_lite.forms.schema import ANSWERS, PREFIX, SETTINGS, Reading, addresses_in
from helpdesk_lite.forms.source import decoded
from helpdesk_lite.forms.tree import Element
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD, Mistake
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helpdesk_lite.forms.compose import Composer

    Finding = tuple[Tag | None, str]

_LOADED = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}


def mistakes_in(name: str, path: str, composer: Composer, data: bytes | None = None) -> list[Mistake]:
    """Every mistake and warning in the form `name` at `path`, or in `data` in its place, in the order of the lines."""
    found = read(name, path, composer, data)
    if isinstance(found, Mistake):
        return [found]
    composed, reading = found
    line = _lines(disk.read(path) if data is None else data, composed)
    mistakes = [Mistake(path, line(tag), text) for tag, text in _wrong(reading)]
    warnings = [Mistake(path, line(tag), text, True) for tag, text in _doubtful(reading)]
    for tag, text, is_warning in mistakes_of_controls(reading):
        mistakes.append(Mistake(path, line(tag), text, is_warning))
    return sorted({*mistakes, *warnings}, key=lambda one: (one.line, one.is_warning, one.text))


def _lines(data: bytes, composed: Composed) -> Callable[[Tag | None], int]:
    """What tells the line in the file of a tag of the page; 0 if a template made it out of several places."""
    source = decoded(data)

    def line(tag: Tag | None) -> int:
        if tag is None:
            return 0
        if composed.own_start >= 0 and composed.own_start <= tag.start < composed.own_end:
            return composed.text.count("\n", composed.own_start, tag.start) + 1
        at = source.find(composed.text[tag.start : tag.end])
        if at < 0 and (name := tag.get("name")):
            at = max(source.find(f'name="{name}"'), source.find(f"name={name}"))
        return line_of(source, at) if at >= 0 else 0

    return line


def _wrong(reading: Reading) -> Iterator[Finding]:
    """What keeps the form from doing what its author meant."""
    yield from _about_settings(reading)
    yield from _about_subject(reading, contact=False)
    form = reading.element
    assert form is not None  # or the form would be broken
    if not any(kind_of(element) in ("submit", "image") for element in reading.tree.owned(form)):
        yield form.tag, Sentence("The form has no button to send it with.")
    if not reading.tree.named("title") and not reading.tree.named("h1"):
        yield None, Sentence("The page has no <title> and no <h1>, so the form is called by its file name.")


def _about_settings(reading: Reading) -> Iterator[Finding]:
    for meta in reading.tree.named("meta"):
        name = meta.get("name").lower()
        if not name.startswith(PREFIX):
            continue
        setting = name.removeprefix(PREFIX)
        if setting not in SETTINGS:
            known = ", ".join(PREFIX + one for one in SETTINGS)
            yield meta.tag, Sentence("%(name)s is no setting of a form. There are %(known)s.", name=name, known=known)
        elif setting == "answers" and meta.get("content").strip().lower() not in ANSWERS:
            yield meta.tag, Sentence("helpdesk-answers must be one of %(known)s.", known=", ".join(ANSWERS))
        elif setting == "notify":
            for address in addresses_in(meta.get("content")):
                if not is_address(address):
                    yield meta.tag, Sentence("%(address)s in helpdesk-notify is not a mail address.", address=address)


def _about_subject(reading: Reading, contact: bool) -> Iterator[Finding]:
    """What the subject line names: with `contact` the contact fields, else what is no field at all."""
    fields = {field.name: field.is_contact for field in reading.form.fields}
    tag = next(
        (meta.tag for meta in reading.tree.named("meta") if meta.get("name").lower() == PREFIX + "subject"), None
    )
    for place in PLACE.findall(reading.form.subject_line):
        name = place.strip()
        if name not in fields and not contact:
            text = N_("The subject line names {%(name)s}, but the form has no field of that name.")
            yield tag, Sentence(text, name=name)
        elif fields.get(name) and contact:
            text = N_("{%(name)s} is left out of subjects: operators see how to reach a customer only once they claim.")
            yield tag, Sentence(text, name=name)


def _doubtful(reading: Reading) -> Iterator[Finding]:
    """What works, but perhaps not as meant."""
    yield from _about_subject(reading, contact=True)
    yield from _about_forms(reading)
    yield from _about_elements(reading)


def _about_forms(reading: Reading) -> Iterator[Finding]:
    form = reading.element
    assert form is not None  # or the form would be broken
    if form.get("method").lower() == "get":
        yield form.tag, Sentence("method=get is ignored: the desk takes what is sent by POST only.")
    if reading.form.takes_uploads and form.get("enctype").lower() != "multipart/form-data" and form.has("action"):
        text = N_('A copy of this page on another server needs enctype="multipart/form-data" to send files.')
        yield form.tag, Sentence(text)
    others = [one for one in reading.tree.named("form") if one is not form and controls_of(reading.tree, one)]
    marked = form.has("data-helpdesk") or form.get("id") == "helpdesk"
    if others and not marked:
        text = N_("Of the forms in this page, the desk uses this one. If it is another, mark that with data-helpdesk.")
        yield form.tag, Sentence(text)
    yield from _about_forms_in_forms(reading)


def _about_forms_in_forms(reading: Reading) -> Iterator[Finding]:
    parsed = {element.tag_index for element in reading.tree.named("form")}
    templates = 0  # what stands in a <template> is no part of the page
    for index, tag in enumerate(reading.tree.tags):
        if tag.name == "template":
            templates += -1 if tag.closes else 1
        elif tag.name == "form" and not tag.closes and index not in parsed and templates <= 0:
            yield tag, Sentence("A <form> inside another is ignored by browsers.")


def _about_elements(reading: Reading) -> Iterator[Finding]:
    for element in reading.tree.elements:
        handlers = [name for name in element.attributes if name.startswith("on")]
        if handlers:
            text = N_("%(name)s is not run: the desk's pages allow scripts only in <script>.")
            yield element.tag, Sentence(text, name=handlers[0])
        if element.name == "base" and element.has("href"):
            yield element.tag, Sentence("<base> is not followed. Write addresses that begin with / or https://.")
        if element.has("formaction"):
            yield element.tag, Sentence("formaction is taken out: the form is sent to the desk.")
        if element.name in _LOADED and _is_relative(element):
            address = element.get(_LOADED[element.name])
            text = N_("%(address)s is looked for beside the desk's own pages. Begin it with / or https://.")
            yield element.tag, Sentence(text, address=address)
        if element.get("name") in (STAMP_FIELD, HONEYPOT_FIELD):
            text = N_("%(name)s is the desk's own field. Please choose another name.")
            yield element.tag, Sentence(text, name=element.get("name"))


def _is_relative(element: Element) -> bool:
    address = element.get(_LOADED[element.name]).strip()
    return (
        bool(address) and not address.startswith(("/", "#", "\ue000")) and not origin_of(address) and ":" not in address
    )
