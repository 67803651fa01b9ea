"""The page a customer gets: the author's page with what the desk needs in its form, and with values filled in.

Guarantee: what is not the desk's business stays as the author wrote it, byte for byte; typed text is shown, never
obeyed. It decides nothing about what was typed (verdict) and words no problem (refusal).
"""

from __future__ import annotations

from helpdesk_lite.forms.compose import BASE, STAMP
from helpdesk_lite.forms.controls import Found, kind_of, option_value, options_of
from helpdesk_lite.forms.markup import PLACE, Edit, Written, changed_tag, content_end, edited, escape, scan
from helpdesk_lite.forms.policy import policy_of
from helpdesk_lite.forms.rules import READONLY
from helpdesk_lite.forms.schema import PREFIX, Reading
from helpdesk_lite.forms.tree import Element
from helpdesk_lite.forms.verdict import dealt
from helpdesk_lite.words import i18n
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD, Field, Upload

_HIDE = (
    ".helpdesk-website{position:absolute!important;width:1px!important;height:1px!important;overflow:hidden!important;"
    "clip-path:inset(50%)!important;white-space:nowrap!important}"
)
_TAKEN_OVER = ("formaction", "formenctype", "formmethod", "formtarget")


class Making:
    """A page being made: changes gather, `done` writes them all into the author's text at once."""

    def __init__(self, reading: Reading, language: str) -> None:
        self.reading = reading
        self.text = reading.tree.text
        self.tags = reading.tree.tags
        self.gettext = i18n.translation(language).gettext
        self._changes: dict[int, dict[str, str | None]] = {}
        self._edits: list[Edit] = []
        self._style = _HIDE

    def done(self) -> tuple[list[str], str]:
        """The page in pieces (text, place, text, ..., a place being BASE or STAMP) and its Content-Security-Policy."""
        self._take_out_settings()
        self._prepare_form()
        self._put_style()
        edits = list(self._edits)
        for index, changes in self._changes.items():
            tag = self.tags[index]
            edits.append(Edit(tag.start, tag.end, changed_tag(self.text, tag, changes)))
        text = edited(self.text, sorted(edits, key=lambda edit: (edit.start, edit.end)))
        return _pieces(text), policy_of(text, scan(text))

    def set(self, element: Element, **attributes: str | None) -> None:
        """Give the element's tag attributes (underscores stand for hyphens), or take away those that are None."""
        if element.tag is not None:
            changes = self._changes.setdefault(element.tag_index, {})
            changes.update({name.replace("_", "-"): value for name, value in attributes.items()})

    def insert(self, at: int, html: str) -> None:
        """Put `html` before the character at `at`; what is put at one place stays in order."""
        self._edits.append(Edit(at, at, html))

    def replace(self, start: int, end: int, html: str) -> None:
        """Put `html` in the place of the text from `start` to `end`."""
        self._edits.append(Edit(start, end, html))

    def add_style(self, css: str) -> None:
        """Add rules of the desk's own."""
        self._style += css

    def before(self, element: Element) -> int:
        """Where the element begins in the text."""
        return element.tag.start if element.tag is not None else 0

    def after(self, element: Element) -> int:
        """Where the element ends in the text: behind its end tag if it has one."""
        if element.tag is None:
            return 0
        if element.name in ("input", "img"):
            return element.tag.end
        following = self.tags[element.tag_index + 1 :]
        return next((tag.end for tag in following if tag.name == element.name and tag.closes), element.tag.end)

    def inside(self, element: Element) -> int:
        """Where the element's content begins in the text."""
        return element.tag.end if element.tag is not None else 0

    def _take_out_settings(self) -> None:
        for meta in self.reading.tree.named("meta"):
            if meta.tag is not None and meta.get("name").lower().startswith(PREFIX):
                self.replace(meta.tag.start, meta.tag.end, "")

    def _prepare_form(self) -> None:
        form, schema = self.reading.element, self.reading.form
        if form is None:
            return
        self.set(form, action=Written(f"{BASE}/forms/{_quoted(schema.name)}"), method="post", accept_charset=None)
        self.set(form, enctype="multipart/form-data" if schema.takes_uploads else None)
        for found in self.reading.tree.owned(form):
            if kind_of(found) in ("submit", "image"):
                self.set(found, **{name: None for name in _TAKEN_OVER if found.has(name)})
        self.insert(self.inside(form), self._own_fields())

    def _own_fields(self) -> str:
        ask = escape(self.gettext("Please leave this empty"))
        return (
            f'<input type="hidden" name="{STAMP_FIELD}" value="{STAMP}">'
            f'<div class="helpdesk-website" aria-hidden="true"><label>{ask} '
            f'<input name="{HONEYPOT_FIELD}" tabindex="-1" autocomplete="off"></label></div>'
        )

    def _put_style(self) -> None:
        """Into the head if the author wrote one, else before the form: browsers take it in both places."""
        heads = [tag for tag in self.tags if tag.name == "head" and tag.closes]
        form = self.reading.element
        at = heads[0].start if heads else self.before(form) if form is not None else 0
        self._edits.insert(0, Edit(at, at, f"<style>{self._style}</style>"))


def _pieces(text: str) -> list[str]:
    """The text cut at its places."""
    pieces = [""]
    for index, part in enumerate(text.split(PLACE)):
        if index and PLACE + part[:1] in (BASE, STAMP):
            pieces += [PLACE + part[0], part[1:]]
        else:
            pieces[-1] += part
    return pieces


def _quoted(name: str) -> str:
    """The name of a form as a path segment (RFC 3986)."""
    return "".join(
        character if character.isascii() else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in name
    )


PREFILLED = ("hidden", "password", "file", "submit")  # what an address with ?field=value does not fill in


def prefill(making: Making, pairs: tuple[tuple[str, str], ...]) -> None:
    """Fill in the fields that `pairs` name, as far as the form offers those values; nothing hidden or read-only."""
    named = {name for name, _ in pairs}
    for field in making.reading.form.fields:
        if field.name in named:
            given = [value for name, value in pairs if name == field.name]
            fill(making, field, given, [], PREFILLED, only_editable=True)


def fill(
    making: Making,
    field: Field,
    given: list[str],
    files: list[Upload],
    without: tuple[str, ...] = ("password", "file", "submit"),
    only_editable: bool = False,
) -> None:
    """Show the field's controls as they were when they submitted `given`."""
    answers, _, _ = dealt(field, given, files)
    for found, answer in zip(making.reading.of_field(field.name), answers, strict=False):
        kind = found.control.kind
        if kind in without or (only_editable and READONLY in found.control.rules):
            continue
        if kind == "select":
            _select(making, found, list(answer.texts))
        elif kind in ("checkbox", "radio"):
            making.set(found.element, checked="" if answer.texts else None)
        elif answer.texts:
            _write(making, found, answer.texts[0])


def _write(making: Making, found: Found, text: str) -> None:
    if found.control.kind != "textarea":
        making.set(found.element, value=text)
    elif found.element.tag is not None:
        tag = found.element.tag
        kept = "\n" if text.startswith("\n") else ""  # the parser drops a textarea's first newline (13.2.6.4.7)
        making.replace(tag.end, content_end(making.text, tag), kept + escape(text))


def _select(making: Making, found: Found, chosen: list[str]) -> None:
    for option in options_of(found.element):
        value = option_value(option)
        is_chosen = value in chosen
        if is_chosen:
            chosen.remove(value)
        making.set(option, selected="" if is_chosen else None)
