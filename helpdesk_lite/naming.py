"""Categories that somebody names and nobody has made, and mistakes in the files of those that were made.

Guarantee: it looks and changes nothing, and has nothing to say of a desk without categories, where a category is any
text. A closed ticket may keep a name that has gone.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import NamedTuple

from helpdesk_lite.errors import BrokenForm, DeskError, UnknownForm
from helpdesk_lite.reception import FIELD
from helpdesk_lite.store.inspect import Finding
from helpdesk_lite.ticket import CLAIMED, PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.categories import Categories
    from helpdesk_lite.form import Form
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.operators import Operators
    from helpdesk_lite.store.contract import Store


class Naming(NamedTuple):
    """Looks at what names categories: their own files, forms, operators, and tickets that are not closed."""

    categories: Categories
    forms: FormsFolder
    store: Store
    operators: Operators

    def findings(self) -> Iterator[Finding]:
        """What is wrong, one finding for each file, and one for all tickets of a category that there is not."""
        for mistake in self.categories.mistakes():
            path, _, said = mistake.partition(": ")
            yield Finding(path, said)
        known = set(self.categories.names())
        if known:
            yield from self._of_forms(known | set(self.categories.titles().values()))
            yield from self._of_tickets(known)
            yield from self._of_operators(known)

    def _of_forms(self, known: set[str]) -> Iterator[Finding]:
        for name in self.forms.names():
            try:
                form = self.forms.form(name)
            except (BrokenForm, UnknownForm):
                continue  # `form check` tells of it
            for category in sorted(_named_by(form) - known):
                path = os.path.join(self.forms.path, f"{name}.html")
                yield Finding(path, f"it names the category {category!r}, and there is no such category")

    def _of_tickets(self, known: set[str]) -> Iterator[Finding]:
        found = Counter(self._categories_of_tickets())
        for category in sorted(set(found) - known - {""}):
            said = f"open tickets name the category {category!r}, and there is no such category"
            yield Finding(self.categories.folder, f"{found[category]} {said}")

    def _of_operators(self, known: set[str]) -> Iterator[Finding]:
        for operator in self.operators.everybody():
            for category in sorted(set(operator.categories) - known):
                path = os.path.join(self.operators.folder, f"{operator.name}.toml")
                yield Finding(path, f"categories has {category!r}: there is no such category")

    def _categories_of_tickets(self) -> Iterator[str]:
        for number in (number for state in (PENDING, CLAIMED) for number in self.store.numbers(state)):
            try:
                yield self.store.read(number).category
            except DeskError:
                continue  # moved just now; or damaged, which has a finding of its own


def _named_by(form: Form) -> set[str]:
    """The categories that a form gives its tickets, or offers to its customers."""
    offered = {
        option.value
        for field in form.fields
        if field.name == FIELD
        for control in field.controls
        for option in control.options
    }
    return (offered | {form.category}) - {""}
