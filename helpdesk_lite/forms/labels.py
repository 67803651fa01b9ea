"""What people call a control: its label, its legend, or whatever else the page says of it.

Guarantee: every control gets a text of one line, in the end its name; the stars and colons around it are gone.
It reads the tree only.
"""

from __future__ import annotations

from helpdesk_lite.forms.controls import Found, first_legend
from helpdesk_lite.forms.rules import CHOICES
from helpdesk_lite.forms.tree import Element, Tree, collapsed

_CONTROLS = frozenset(("input", "select", "textarea", "button", "datalist", "script", "style", "output"))
_BESIDES = _CONTROLS | {"small"}


class Labels:
    """The labels of one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._pointing: dict[int, list[Element]] = {}
        for label in tree.named("label"):
            target = self._labelled(label)
            if target is not None:
                self._pointing.setdefault(target.order, []).append(label)

    def of_control(self, element: Element) -> str:
        """What this one control is called; empty if the page does not say."""
        return (
            self._referred(element)
            or _clean(element.get("aria-label"))
            or self._labels(element)
            or _clean(element.get("title"))
            or _clean(element.get("placeholder"))
        )

    def of_field(self, name: str, found: list[Found]) -> str:
        """What the field, all controls of one name, is called: a group by its legend, else by its first control."""
        first = found[0].element
        if found[0].control.kind in CHOICES and (len(found) > 1 or found[0].control.kind == "radio"):
            group = group_of([one.element for one in found])
            if group is not None:
                return self.of_group(group) or name
            if len(found) > 1:
                return name  # the first choice's own label would name the answer, not the question
        return self.of_control(first) or name

    def of_group(self, group: Element) -> str:
        """What a fieldset or an element with a group's role is called."""
        legend = first_legend(group) if group.name == "fieldset" else None
        said = _words(legend) if legend is not None else ""
        return said or self._referred(group) or _clean(group.get("aria-label"))

    def _labels(self, element: Element) -> str:
        said = [_words(label) for label in self._pointing.get(element.order, [])]
        return collapsed(" ".join(said))

    def _referred(self, element: Element) -> str:
        named = [self._tree.ids.get(one) for one in collapsed(element.get("aria-labelledby")).split(" ")]
        return collapsed(" ".join(_words(one) for one in named if one is not None))

    def _labelled(self, label: Element) -> Element | None:
        """The labeled control (HTML, 4.10.4)."""
        if label.has("for"):
            return self._tree.ids.get(label.get("for"))
        inside = (
            element
            for element in label.elements()
            if element.name in ("input", "select", "textarea", "button") and element.get("type").lower() != "hidden"
        )
        return next(inside, None)


def group_of(elements: list[Element]) -> Element | None:
    """The nearest fieldset (or element in a group's role) that holds all these elements and asks nothing else."""
    for above in elements[0].ancestors():
        if above.name == "form":
            return None
        if above.name == "fieldset" or above.get("role") in ("group", "radiogroup"):
            return above if _holds_only(above, elements) else None
    return None


def _holds_only(group: Element, elements: list[Element]) -> bool:
    """Whether the group asks only this question; one more line to write in ("Other: ...") belongs to it."""
    names = {element.get("name") for element in elements}
    inside = {element.order for element in group.elements()}
    others = [
        element
        for element in group.elements()
        if element.name in ("input", "select", "textarea")
        and element.get("type").lower() not in ("hidden", "submit", "button", "image", "reset")
        and element.get("name") not in names
    ]
    lines = [element for element in others if element.name == "input" and element.get("type").lower() not in CHOICES]
    return len(others) == len(lines) <= 1 and all(element.order in inside for element in elements)


def _words(element: Element) -> str:
    """The text of a label but for what is in it besides: controls, and small print like "(optional)"."""
    return _clean(element.text(_BESIDES)) or _clean(element.text(_CONTROLS))


def _clean(text: str) -> str:
    """One line without the marks that pages put around a label: stars for required fields, a colon at the end."""
    text = collapsed("".join(" " if character.isspace() else character for character in text))
    return text.strip(" *✱∗:：").strip() or text
