"""What becomes of the tickets of somebody who leaves: all are handed on to another operator, or go back into the queue.

Guarantee: each goes by its own step, as if by hand: under its lock, while it is still theirs, with its entry and the
letters it causes; one that cannot go stays, and is named with the reason. Cut short, it is simply done again: MayBeKept
where the disk failed when some had gone.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.shelves.operators import is_name
from helpdesk_lite.words.errors import HandlingRefused, MayBeKept, OperatorMistaken, TicketDamaged, UnknownNumber
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.rights import REASSIGN, RELEASE
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.tickets.handling import Handling
    from helpdesk_lite.words.ticket import Ticket


class Went(NamedTuple):
    """How many tickets went, and the numbers of those that did not, each with the reason."""

    done: int
    stayed: tuple[tuple[str, str], ...] = ()


class Leaving(NamedTuple):
    """The verbs. The operator of this `name` may be gone already; `most` is how many go at once (None: all)."""

    handling: Handling

    def hand_on(self, name: str, to: str, by: Operator, most: int | None = None) -> Went:
        """Hand their tickets to another operator. NotAllowed; OperatorMistaken if there is no such operator."""
        heir = self.handling.operators.find(to)
        if heir is None or to == name:
            raise OperatorMistaken(Sentence("There is no other operator %(name)s.", name=to))

        def step(ticket: Ticket) -> None:
            self.handling.desk.demand(by, REASSIGN, ticket)
            self.handling.hand(ticket, heir, by)

        return self._each(name, step, most)

    def put_back(self, name: str, by: Operator, most: int | None = None) -> Went:
        """Put their tickets back into the queue. NotAllowed, OperatorMistaken."""

        def step(ticket: Ticket) -> None:
            self.handling.desk.demand(by, RELEASE, ticket)
            self.handling.desk.move(ticket, QUEUE, "released", by.name)

        return self._each(name, step, most)

    def _each(self, name: str, step: Callable[[Ticket], None], most: int | None) -> Went:
        if not is_name(name):
            raise OperatorMistaken(Sentence("There is no operator %(name)s.", name=name))
        done, stayed = 0, []
        for head in self.handling.desk.store.held_by(name):
            if done == most:
                break
            try:
                done += self._gone(head.number, Place(CLAIMED, name), step)
            except (HandlingRefused, TicketDamaged, UnknownNumber) as wrong:
                stayed.append((head.number, wrong.words))
            except OSError as wrong:
                if done:  # those before it have gone, and nobody may hear that nothing was changed
                    raise MayBeKept(head.number) from wrong
                raise
        return Went(done, tuple(stayed))

    def _gone(self, number: str, place: Place, step: Callable[[Ticket], None]) -> bool:
        """Let the ticket take the step; False if somebody was faster, and it is elsewhere."""
        desk = self.handling.desk
        with desk.locked(number):
            ticket = desk.store.read(number)
            if ticket.place != place:
                return False
            step(ticket)
        return True
