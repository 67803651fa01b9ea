"""Names that lead nowhere, categories' above all, and mistakes in the files of categories, rules and letters.

Guarantee: it looks and changes nothing, and has nothing to say of a desk without categories, where a category is any
text. A closed ticket may keep a name that has gone.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import NamedTuple

from helpdesk_lite.forms.folder import END, OFF
from helpdesk_lite.letters.correspondence import FORM
from helpdesk_lite.reception import FIELD
from helpdesk_lite.shelves.rules import Hand
from helpdesk_lite.store.inspect import Finding
from helpdesk_lite.tickets import calls
from helpdesk_lite.words.errors import BrokenForm, UnknownForm
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.administration.stationery import Stationery
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.shelves.rules import Rule
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.tickets.ruling import Ruling
    from helpdesk_lite.words.form import Form


class Naming(NamedTuple):
    """Looks at the files of categories, rules, forms and letters, and at what names a category or an operator."""

    categories: Categories
    forms: FormsFolder
    store: Store
    operators: Operators
    ruling: Ruling
    stationery: Stationery

    def findings(self) -> Iterator[Finding]:
        """What is wrong, one finding for each file, and one for all tickets of a category that there is not."""
        for mistake in self.categories.mistakes():
            path, _, said = mistake.partition(": ")
            yield Finding(path, said)
        for said in self.mistakes_of_rules():
            yield Finding(self.ruling.rules.path, said)
        yield from self.forms_in_trouble()
        for path, said in self.stationery.mistakes():
            place, line, rest = said.partition(" line ")
            yield Finding(path, f"{line.strip()} {rest}" if path.endswith(place) else said)
        yield from self.nobody_knows()

    def mistakes_of_rules(self) -> list[str]:
        """The mistakes in the file of rules; if it has none, what rules name that there is not."""
        return self.ruling.rules.mistakes() or _unknown_to_rules(self.ruling, self.forms.all_names())

    def forms_in_trouble(self) -> Iterator[Finding]:
        """The mistakes that keep forms from working, and the files that count for nothing."""
        for name in self.forms.broken():
            try:
                self.forms.form(name)
            except BrokenForm as broken:
                for mistake in broken.mistakes:
                    words = N_("line %(line)s: %(mistake)s Customers cannot use the form %(name)s.")
                    yield Finding(mistake.path, Sentence(words, line=mistake.line, mistake=mistake.text, name=name))
            except UnknownForm:
                continue  # taken away just now
        for name in sorted({*self.forms.switched_off()} & {*self.forms.names()}):
            path = os.path.join(self.forms.path, f"{name}{END}{OFF}")
            words = N_("it counts for nothing, as %(file)s is in use; take one of the two away")
            yield Finding(path, Sentence(words, file=name + END))

    def nobody_knows(self) -> Iterator[Finding]:
        """The operators who have tickets, and the categories, that are named somewhere and are nowhere."""
        for name in sorted(set(self.store.holders()) - set(self.operators.names())):
            if self.store.held_by(name, limit=1):
                path = os.path.join(os.path.dirname(self.categories.folder), CLAIMED, name)
                words = N_("there are tickets here, but there is no operator %(name)s")
                yield Finding(path, Sentence(words, name=name))
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
                continue  # which has a finding of its own
            for category in sorted(_named_by(form) - known):
                path = os.path.join(self.forms.path, f"{name}{END}")
                words = N_("it names the category %(name)s, and there is no such category")
                yield Finding(path, Sentence(words, name=repr(category)))

    def _of_tickets(self, known: set[str]) -> Iterator[Finding]:
        places = (QUEUE, *(Place(CLAIMED, name) for name in self.store.holders()))
        found = Counter(head.about for place in places for head in self.store.heads(place))
        for category in sorted(set(found) - known - {""}):
            words = N_("open tickets name the category %(name)s, and there is no such category: %(num)s")
            yield Finding(self.categories.folder, Sentence(words, name=repr(category), num=found[category]))

    def _of_operators(self, known: set[str]) -> Iterator[Finding]:
        for operator in self.operators.everybody():
            for category in sorted(set(operator.categories) - known):
                path = os.path.join(self.operators.folder, f"{operator.name}.toml")
                words = N_("categories has %(name)s: there is no such category")
                yield Finding(path, Sentence(words, name=repr(category)))


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


_MISSING = {
    "form": N_("rule %(rule)s: there is no form %(name)s"),
    "category": N_("rule %(rule)s: there is no category %(name)s"),
    "operator": N_("rule %(rule)s: there is no operator %(name)s"),
    "skill": N_("rule %(rule)s: there is no skill %(name)s"),
    "department": N_("rule %(rule)s: there is no department %(name)s"),
}


def _unknown_to_rules(ruling: Ruling, forms: list[str]) -> list[str]:
    """What rules name that there is not: forms, categories, operators, skills; one sentence each, with the rule."""
    operators = ruling.operators.everybody()
    categories = set(ruling.categories.names())
    known = {
        "form": {FORM, calls.FORM, *forms},
        "category": categories,
        "operator": set(ruling.operators.names()),
        "skill": {skill for one in operators for skill in one.skills},
        "department": categories,
    }
    if not categories:
        del known["category"]  # which is any text then
    found: Iterator[str] = (
        Sentence(_MISSING[kind], rule=rule.name, name=repr(name))
        for rule in ruling.rules.all()
        for kind, name in _named_in(rule)
        if kind in known and name not in known[kind]
    )
    return list(dict.fromkeys(found))


def _named_in(rule: Rule) -> Iterator[tuple[str, str]]:
    """What a rule names, and what each is to be."""
    yield from ((one.kind, name) for one in rule.conditions for name in one.wanted)
    hand = rule.action.hand or Hand()
    yield from (("operator", name) for name in hand.operators)
    named = ("category", rule.action.category), ("skill", hand.skill), ("department", hand.department)
    yield from ((kind, name) for kind, name in named if name)
