"""The desk by rule: what rules say of a ticket, the note they leave in it, and whom they hand it to.

Guarantee: handing is a claim like a person's: one winner, never to somebody who is away or may not have it; done once,
however often it is tried. What fails leaves the ticket in the queue, and is tried again by the next round. Rules that
changed later change nothing about a ticket that has arrived.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from helpdesk_lite.mail import body
from helpdesk_lite.shelves.rules import LOAD, Facts, judged
from helpdesk_lite.words.errors import DeskError, UnknownNumber
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.rights import CLAIM
from helpdesk_lite.words.standing import USUAL
from helpdesk_lite.words.ticket import CLAIMED, DESK, QUEUE, RULED, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.shelves.duties import Duties, Duty
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.shelves.rules import Hand, Verdict
    from helpdesk_lite.shelves.rules_file import RulesFile
    from helpdesk_lite.tickets.trial import Trial
    from helpdesk_lite.words.ticket import Inquiry, Ticket

_HAD = ("claimed", "reassigned")  # kinds of entries of a ticket that somebody had: rules leave it alone
log = logging.getLogger("helpdesk_lite")


class Candidate(NamedTuple):
    """An operator who is named by a rule, and why they cannot be handed the ticket; "" if they can."""

    name: str
    hindrance: str = ""


class Patience:
    """Matches the patterns of one ticket's rules: after one that took too long, none is so any more."""

    def __init__(self) -> None:
        self._is_over = False

    def fits(self, pattern: str, text: str) -> bool:
        """Whether the whole text is as the pattern says; False where that takes more than a second."""
        from helpdesk_lite.forms import patterns

        if self._is_over:
            return False
        (answer,) = patterns.matches([(pattern, text)])
        self._is_over = answer == patterns.TOO_SLOW
        return answer == patterns.FITS


class Ruling(NamedTuple):
    """The verbs."""

    desk: Desk
    operators: Operators
    categories: Categories
    rules: RulesFile
    duties: Duties

    def judged(self, inquiry: Inquiry) -> Verdict:
        """What the rules say of a new ticket with this inquiry."""
        return judged(self.rules.all(), facts_of(inquiry), Patience().fits)

    def tried(self, number: str, forms: FormsFolder) -> Trial:
        """What the rules would do with this ticket, had it come now as it came then. UnknownNumber."""
        from helpdesk_lite.tickets.trial import Trial

        ticket = self.desk.store.read(number)
        inquiry = self._as_it_came(ticket.inquiry, forms)
        verdict = self.judged(inquiry)
        head = self.desk.reception.ruled(inquiry, verdict).head
        ticket = ticket._replace(inquiry=inquiry._replace(head=head), place=QUEUE, entries=ticket.entries[:1])
        hand = verdict.action.hand
        found = self.candidates(hand, ticket) if hand else []
        return Trial(verdict, head.category, head.standing, tuple(found), self.choice(hand, ticket) if hand else "")

    def settle(self, number: str) -> None:
        """Do what is still to be done by rule with this ticket. What fails is left to the next round."""
        try:
            self._settle(number)
        except (DeskError, OSError) as wrong:
            log.warning("rules: cannot settle number=%s said=%r", number, str(wrong)[:300])

    def finish(self) -> None:
        """Do what killed processes left."""
        for number in self.duties.numbers():
            self.settle(number)

    def candidates(self, hand: Hand, ticket: Ticket) -> list[Candidate]:
        """Everybody whom the rule names, and what is in the way of handing them the ticket."""
        return [Candidate(name, self._hindrance(name, ticket)) for name in self._named(hand)]

    def choice(self, hand: Hand, ticket: Ticket) -> str:
        """Who would be handed the ticket; "" if nobody can be."""
        able = [one.name for one in self.candidates(hand, ticket) if not one.hindrance]
        return self._chosen(hand, able, self.duties.peek)

    def _as_it_came(self, inquiry: Inquiry, forms: FormsFolder) -> Inquiry:
        """Before any rule: with the category that its customer chose or its form has now, and standing as usual."""
        head = inquiry.head
        try:
            own = forms.form(head.form).category
        except DeskError:  # the form is gone or broken, or it came otherwise
            own = "" if head.form == "mail" else head.category
        category = self.desk.reception.chosen(inquiry, own)
        return inquiry._replace(head=head._replace(category=category.name if category else own, standing=USUAL))

    def _settle(self, number: str) -> None:
        with self.desk.locked(number):
            duty = self.duties.find(number)
            ticket = self._read(number)
            if duty and ticket and ticket.inquiry.head.submission == duty.submission:
                self._do(ticket, duty)
            self.duties.forget(number)

    def _read(self, number: str) -> Ticket | None:
        """The ticket; None if whoever was to make it was killed before."""
        try:
            return self.desk.store.read(number)
        except UnknownNumber:
            return None

    def _do(self, ticket: Ticket, duty: Duty) -> None:
        """Say which rules applied, with their note, then hand it on; each once. The caller holds the ticket's lock."""
        kinds = {entry.kind for entry in ticket.entries}
        if RULED not in kinds:
            text = "\n\n".join(filter(None, (", ".join(duty.rules), duty.note)))
            self.desk.move(ticket, ticket.place, RULED, DESK, text=text)
            ticket = self.desk.store.read(ticket.number)
        if duty.hand and ticket.place == QUEUE and kinds.isdisjoint(_HAD):
            able = [one.name for one in self.candidates(duty.hand, ticket) if not one.hindrance]
            operator = self.operators.find(self._chosen(duty.hand, able, self.duties.next_of))
            if operator:
                letters = self.desk.forwards(ticket, operator)
                goal, rules = Place(CLAIMED, operator.name), ", ".join(duty.rules)
                self.desk.move(ticket, goal, "claimed", operator.name, letters, text=rules)

    def _named(self, hand: Hand) -> list[str]:
        if hand.operators:
            return list(hand.operators)
        if hand.skill:
            return [one.name for one in self.operators.everybody() if hand.skill in one.skills]
        category = self.categories.find(hand.department)
        return list(category.operators) if category else []

    def _hindrance(self, name: str, ticket: Ticket) -> str:
        """Why this operator cannot be handed the ticket; "" if they can."""
        operator = self.operators.sound(name)
        if operator is None:
            return Sentence("there is no such operator")
        if operator.is_away(self.desk.clock()):
            return Sentence("away until %(day)s", day=operator.absent_until)
        if operator.level < ticket.standing.level:
            return Sentence("works up to level %(level)s", level=operator.level)
        return "" if self.desk.may(operator, CLAIM, ticket) else Sentence("may not have it")

    def _chosen(self, hand: Hand, able: list[str], in_turn: Callable[[list[str]], str]) -> str:
        if not able:
            return ""
        if hand.by == LOAD:
            return min(able, key=self.load)
        return in_turn(able) if len(able) > 1 else able[0]

    def load(self, name: str) -> int:
        """How many tickets this operator has."""
        return len(self.desk.store.heads(Place(CLAIMED, name)))


def facts_of(inquiry: Inquiry) -> Facts:
    """What rules look at."""
    head = inquiry.head
    fields = tuple((field.name, field.values) for field in inquiry.fields)
    text = f"{head.subject}\n{body.message_of(inquiry)}"
    return Facts(head.form, head.category, inquiry.customer.email, fields, text, head.received_at)
