"""The page a customer gets back: filled in, with a summary of what is wrong on top and each problem beside its
field.

Guarantee: works without script; the summary takes the focus and links to the fields; each problem is tied to its
control by aria-describedby (WCAG 2.2: 3.3.1, 3.3.3). Passwords are never filled in again. It judges nothing
(verdict).
"""

from __future__ import annotations

from helpdesk_lite.forms.controls import Found, first_legend
from helpdesk_lite.forms.labels import group_of
from helpdesk_lite.forms.markup import escape
from helpdesk_lite.forms.page import Making, fill
from helpdesk_lite.forms.rules import CHOICES
from helpdesk_lite.forms.tree import Element, collapsed
from helpdesk_lite.forms.verdict import posted_to
from helpdesk_lite.words.form import Field, Posted, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# On an author's own page: no colours, so that the contrast is the author's.
_STYLE = (
    ".helpdesk-summary{border:3px solid;padding:.5em 1em;margin:1em 0}.helpdesk-problem{display:block;font-weight:bold}"
)


def put_back(
    making: Making, posted: Posted, problems: Sequence[Problem], notices: Sequence[str], is_ours: bool
) -> None:
    """Make the page show what was posted, the problems, and the notices (whole sentences about the submission)."""
    Refusal(making, is_ours).put(posted, problems, notices)


class Refusal:
    """One page going back. `is_ours`: it stands in the house's frame, whose style sheet knows the house's classes."""

    def __init__(self, making: Making, is_ours: bool) -> None:
        self._making = making
        self._reading = making.reading
        ours = ("summary ", "problem ") if is_ours else ("", "")
        self._summary_class, self._problem_class = ours[0] + "helpdesk-summary", ours[1] + "helpdesk-problem"
        self._ids = set(self._reading.tree.ids)
        if not is_ours:
            making.add_style(_STYLE)

    def put(self, posted: Posted, problems: Sequence[Problem], notices: Sequence[str]) -> None:
        """Do it all."""
        gettext = self._making.gettext
        lines: list[str] = []
        by_field = {problem.field: problem for problem in problems}
        given, uploads = posted_to(self._reading.form, posted)
        for field in self._reading.form.fields:
            files = uploads[field.name]
            fill(self._making, field, given[field.name], files)
            if field.name in by_field:
                problem = by_field[field.name]
                said = gettext(problem.message) % problem.values
                lines.append(self._beside(field, problem.control, said, is_problem=True))
            elif files:
                again = gettext("Please choose again: %(files)s") % {"files": ", ".join(file.name for file in files)}
                lines.append(self._beside(field, field.controls[0].order, again, is_problem=False))
        self._put_summary(lines, notices)
        self._mark_title()
        for element in self._reading.tree.elements:
            if element.has("autofocus"):
                self._making.set(element, autofocus=None)

    def _beside(self, field: Field, order: int, text: str, is_problem: bool) -> str:
        """Put the text beside the control; its line for the summary."""
        group = self._reading.of_field(field.name)
        found = next((one for one in group if one.control.order == order), group[0])
        target = found.element.get("id") or self._new_id(f"helpdesk-field-{order}")
        note = self._new_id(f"helpdesk-problem-{order}")
        name = "strong" if is_problem else "em"
        html = f'<{name} class="{self._problem_class}" id="{note}">{escape(text)}</{name}>'
        at, described = self._place(found, group)
        self._making.insert(at, html)
        self._making.set(found.element, id=target)
        for element in described:
            said = collapsed(f"{element.get('aria-describedby')} {note}")
            self._making.set(element, aria_describedby=said)
        if is_problem:
            for one in group if found.control.kind in CHOICES else [found]:
                if one.control.kind != "radio":  # which ARIA has no such state for (WAI-ARIA 1.2, 6.6)
                    self._making.set(one.element, aria_invalid="true")
        colon = "" if field.label.endswith(("?", "!", ".", "…")) else ":"
        return f'<li><a href="#{escape(target)}">{escape(field.label)}{colon} {escape(text)}</a></li>'

    def _place(self, found: Found, group: list[Found]) -> tuple[int, list[Element]]:
        """Where the text goes, and the elements it describes."""
        making = self._making
        elements = [one.element for one in group]
        if found.control.kind in CHOICES and len(group) > 1:
            around = group_of(elements)
            if around is not None:
                legend = first_legend(around) if around.name == "fieldset" else None
                return (making.after(legend) if legend is not None else making.inside(around)), [around]
            return self._behind(elements[-1]), elements
        return self._behind(found.element), [found.element]

    def _behind(self, element: Element) -> int:
        """Behind the control, and behind the label if it lies in one: a label must not grow by the problem's text."""
        label = element.inside("label")
        if label is not None and self._making.after(label) > self._making.after(element):
            return self._making.after(label)
        return self._making.after(element)

    def _put_summary(self, lines: list[str], notices: Sequence[str]) -> None:
        form = self._reading.element
        if form is None or not (lines or notices):
            return
        heading = self._new_id("helpdesk-summary-heading")
        title = self._making.gettext("Please look at this again. Nothing was sent yet.")
        told = "".join(f"<p>{escape(notice)}</p>" for notice in notices)
        listed = f"<ul>{''.join(lines)}</ul>" if lines else ""
        self._making.insert(
            self._making.before(form),
            f'<section class="{self._summary_class}" aria-labelledby="{heading}" tabindex="-1" autofocus>'
            f'<h2 id="{heading}">{escape(title)}</h2>{told}{listed}</section>',
        )

    def _mark_title(self) -> None:
        for title in self._reading.tree.named("title"):
            if title.tag is not None and not title.inside("svg"):
                self._making.insert(title.tag.end, escape(self._making.gettext("Error: ")))
                return

    def _new_id(self, wanted: str) -> str:
        """An id that the page does not have yet."""
        found, number = wanted, 1
        while found in self._ids:
            number += 1
            found = f"{wanted}-{number}"
        self._ids.add(found)
        return found
