"""May this operator do this to this ticket? The table (rights), asked about people and tickets as they are.

Guarantee: one answer for every door; who is refused stands in the audit log. Whatever an operator's or a category's
file says wrongly, no ticket gets out of the administrators' reach. What may be done is told by the table alone.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite.words.errors import DeskError, NotAllowed
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.rights import ADMINISTRATOR, ALL, HOLD, NOTHING, ROLES, TEAM, VERBS, VISIBLE, reach
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place, Ticket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.ticket import Head


class Permission(NamedTuple):
    """What the table is asked with. `find_operator` and `categories` read files; None: there is nothing to find.

    `refused` is told the name of who was refused, the verb, and what they wanted to do it to, or "".
    """

    find_operator: Callable[[str], Operator | None] | None = None
    categories: Callable[[], Any] | None = None  # the shelf of that name
    refused: Callable[[str, str, str], object] | None = None

    def may(self, operator: Operator, verb: str, about: Ticket | Head | None = None, place: Place = QUEUE) -> bool:
        """Whether the operator may do this to the ticket, or to any at all (None); of a head that lies here, or is
        pending.
        """
        how_far = reach(operator.role, verb)
        if about is None or how_far in (NOTHING, ALL):
            return how_far != NOTHING
        holder, category = _told(about, place)
        if holder == operator.name:
            return True
        if not holder or how_far == VISIBLE:
            return self.is_among(operator, category)
        return how_far == TEAM and self._is_chief(operator, holder, category)

    def demand(self, operator: Operator, verb: str, about: Ticket | None = None, what: str = "") -> None:
        """NotAllowed, which is noted in the audit log, unless the operator may do this; `what`, if it is no ticket."""
        if not self.may(operator, verb, about):
            if self.refused is not None:
                self.refused(operator.name, verb, about.number if about else what)
            raise NotAllowed(self._reason(operator, verb, about))

    def is_among(self, operator: Operator, category: str) -> bool:
        """Whether the category is one of the operator's; one that there is not counts as none, which is everybody's."""
        if not category or operator.role == ADMINISTRATOR:
            return True
        if self.categories is not None:
            with suppress(DeskError):  # its file has mistakes, as `verify` tells: the operator's own list decides
                shelf = self.categories()
                found = shelf.read(category)
                if found is None and shelf.names():  # on a desk without categories one is any text
                    return True
                if found and found.operators and operator.name not in found.operators:
                    return False
        return not operator.categories or category in operator.categories

    def back_to(self, ticket: Ticket, now: float, by: str = "") -> Place:
        """Where a ticket goes that its holder is to have again: into the queue if they are away, unless they do it
        themselves (`by`), if they may not have it any more, or are no operator."""
        home = ticket.place._replace(state=CLAIMED)
        if self.find_operator is None:
            return home
        with suppress(DeskError):
            found = self.find_operator(home.holder)
            is_here = found is not None and (by == found.name or not found.is_away(now))
            return home if found is not None and is_here and self.may(found, HOLD, ticket) else QUEUE
        return QUEUE

    def back_at(self, before: Place, ticket: Ticket, now: float, by: str) -> Place:
        """Where a ticket goes that is to lie again where it did before; if somebody had it, as `back_to` says."""
        return self.back_to(ticket, now, by) if before.state == CLAIMED else before

    def _is_chief(self, operator: Operator, holder: str, category: str) -> bool:
        if category and category in operator.categories and self.is_among(operator, category):
            return True
        with suppress(DeskError):  # the holder's file has mistakes, as `verify` tells
            found = self.find_operator(holder) if self.find_operator else None
            return found is not None and found.supervisor == operator.name
        return False

    def _reason(self, operator: Operator, verb: str, about: Ticket | None) -> str:
        if all(reach(role, verb) == NOTHING for role in ROLES if role != ADMINISTRATOR):
            return Sentence("Only an administrator can do this.")
        if about is None or reach(operator.role, verb) == NOTHING:
            text = N_("%(who)s has the role of %(role)s, which does not let them do this (%(verb)s).")
            role, done = Sentence(operator.role), Sentence(VERBS.get(verb, verb))
            return Sentence(text, who=operator.name, role=role, verb=done)
        if about.place.holder and reach(operator.role, verb) != VISIBLE:
            return Sentence("%(who)s has ticket %(number)s.", who=about.place.holder, number=about.number)
        text = N_("Ticket %(number)s is about %(category)s, which is none of %(who)s's categories.")
        return Sentence(text, number=about.number, category=about.category, who=operator.name)


def _told(about: Ticket | Head, place: Place) -> tuple[str, str]:
    """Who has or had the ticket, and what it is about, as somebody has said, else as its form says."""
    if isinstance(about, Ticket):
        return about.place.holder, about.category
    return place.holder, about.about
