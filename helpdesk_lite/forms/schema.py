"""A form read out of its page: which <form> is the desk's, its fields in order, and the settings its author wrote.

Guarantee: "the HTML is the schema": nothing about a form is known but what its page says. It gives no
verdicts (verdict) and reports no mistakes (check).
"""

from __future__ import annotations

import re

from helpdesk_lite.forms.answers import EMAIL, NAME
from helpdesk_lite.forms.controls import Found, controls_of
from helpdesk_lite.forms.labels import Labels
from helpdesk_lite.forms.tree import Element, Tree, collapsed
from helpdesk_lite.words.form import Control, Field, Form, Option
from helpdesk_lite.words.letter import is_address

SETTINGS = ("title", "category", "subject", "notify", "answers", "confirmation")
ANSWERS = ("direct", "copied", "relayed")
PREFIX = "helpdesk-"
CHOSEN = "data-helpdesk"  # the attribute with which a page of many forms says which one is for the desk


class Reading:
    """A page as the desk reads it: its tree, the <form> it uses (None: there is none), the controls, and the form."""

    def __init__(self, name: str, text: str) -> None:
        self.tree = Tree(text)
        self.element = chosen_form(self.tree)
        self.found = controls_of(self.tree, self.element) if self.element is not None else []
        self.labels = Labels(self.tree)
        self.settings = settings_of(self.tree)
        self.form = self._form(name)

    def of_field(self, name: str) -> list[Found]:
        """The controls of one name."""
        return [found for found in self.found if found.name == name]

    def _form(self, name: str) -> Form:
        return Form(
            name,
            self.settings.get("title", "") or title_of(self.tree) or name,
            self._fields(),
            category=self.settings.get("category", ""),
            subject_line=self.settings.get("subject", ""),
            notify=tuple(address for address in addresses_in(self.settings.get("notify", "")) if is_address(address)),
            confirmation=self.settings.get("confirmation", ""),
            answers=answers if (answers := self.settings.get("answers", "").lower()) in ANSWERS else "",
            takes_uploads=any(found.control.kind == "file" for found in self.found),
        )

    def _fields(self) -> tuple[Field, ...]:
        groups: dict[str, list[Found]] = {}
        for found in self.found:
            if found.control.kind != "image":  # it submits where it was pressed, not an answer
                groups.setdefault(found.name, []).append(found)
        return tuple(
            Field(
                name,
                self.labels.of_field(name, group),
                tuple(self._labelled(one) for one in group),
                name in (NAME, EMAIL) or any(one.control.kind in ("email", "tel") for one in group),
            )
            for name, group in groups.items()
        )

    def _labelled(self, found: Found) -> Control:
        """The control; a checkbox or radio button also says what choosing it is called."""
        if found.control.kind not in ("checkbox", "radio"):
            return found.control
        label = self.labels.of_control(found.element) or found.control.value
        return found.control._replace(options=(Option(found.control.value, label),))


def chosen_form(tree: Tree) -> Element | None:
    """The desk's form: the marked one (data-helpdesk or id=helpdesk), else the first that posts, else the longest."""
    forms = tree.named("form")
    marked = [form for form in forms if form.has(CHOSEN) or form.get("id") == "helpdesk"]
    posting = [form for form in forms if form.get("method").lower() == "post" and controls_of(tree, form)]
    if marked or posting:
        return (marked or posting)[0]
    return max(forms, key=lambda form: len(controls_of(tree, form)), default=None)


def settings_of(tree: Tree) -> dict[str, str]:
    """What the file's <meta name="helpdesk-..."> say, by the rest of the name."""
    return {
        meta.get("name").lower().removeprefix(PREFIX): collapsed(meta.get("content"))
        for meta in tree.named("meta")  # the last of a name counts: the house's page says its own first
        if meta.get("name").lower().startswith(PREFIX)
    }


def title_of(tree: Tree) -> str:
    """The page's title, else its first heading; empty if it has neither."""
    titles = [title.text() for title in tree.named("title") if not title.inside("svg")]
    headings = [heading.text() for heading in tree.named("h1")]
    return next((text for text in titles + headings if text), "")


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses in a setting, with commas, semicolons or spaces between them."""
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)
