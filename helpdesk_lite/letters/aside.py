"""Letters that were kept aside: what a person sees of them and does with them.

Guarantee: nothing leaves sight without an administrator's word; a letter that is taken becomes a ticket or an entry
with all its bytes, one that is thrown away lies among the ignored, with who did it.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import NamedTuple

from helpdesk_lite.letters.intake import IGNORED, KEPT, REFUSED, Intake, Outcome
from helpdesk_lite.mail import incoming
from helpdesk_lite.mail.arrivals import Known
from helpdesk_lite.words.errors import HandlingRefused, UnknownLetter
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.rights import LETTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.mail.arrivals import Arrival
    from helpdesk_lite.mail.incoming import Incoming
    from helpdesk_lite.shelves.operators import Operator


class Kept(NamedTuple):
    """A letter kept aside: its digest, when it came (seconds UTC), what it says of itself, and why it is here."""

    digest: str
    at: int
    sender: str
    subject: str
    text: str
    reason: str


class Aside(NamedTuple):
    """What is done with letters that were kept aside."""

    intake: Intake

    def letters(self) -> Iterator[Kept]:
        """All that wait for a person, oldest first."""
        for arrival, reason in self.intake.arrivals.kept():
            letter = self._read(arrival)
            sender = ", ".join(box.address for box in letter.senders)
            yield Kept(arrival.name, arrival.at, sender, letter.subject, letter.reply, reason)

    def take(self, digest: str, operator: Operator) -> Outcome:
        """Take the letter as a customer's, whatever kept it out. NotAllowed, UnknownLetter; DepartmentUnusable and
        HandlingRefused if it goes to a category's own desk, which is not there, or does not take it."""
        arrivals = self.intake.arrivals
        with self._at_hand(digest, operator) as (arrival, letter):
            outcome = self.intake.taken(arrival, letter)
            if outcome.kind == REFUSED:
                raise HandlingRefused(outcome.reason)
            with suppress(OSError):  # it has arrived; `verify` tells the index, and takes what is left here
                if outcome.number:
                    arrivals.note(Known(digest, letter.message_id, outcome.kind, outcome.number, arrival.at))
                else:  # another desk has it now
                    arrivals.forget(Known(digest, letter.message_id, KEPT, "", arrival.at))
                arrivals.done(arrival)
        return outcome

    def throw_away(self, digest: str, operator: Operator) -> None:
        """Lay the letter aside for good. NotAllowed, UnknownLetter."""
        arrivals = self.intake.arrivals
        with self._at_hand(digest, operator) as (arrival, letter):
            reason = Sentence("%(who)s threw it away.", who=operator.name)
            known = Known(digest, letter.message_id, IGNORED, "", arrival.at, reason)
            arrivals.ignore(arrival, known)
            with suppress(OSError):  # `verify` tells the index
                arrivals.note(known)

    @contextmanager
    def _at_hand(self, digest: str, operator: Operator) -> Iterator[tuple[Arrival, Incoming]]:
        """The letter, under its lock while the block runs, for who may decide about it. NotAllowed, UnknownLetter."""
        self.intake.correspondence.desk.demand(operator, LETTERS, what=digest)
        self._arrival(digest)  # what is no digest names no lock
        with self.intake.arrivals.judging(digest):
            arrival = self._arrival(digest)
            yield arrival, self._read(arrival)

    def _read(self, arrival: Arrival) -> Incoming:
        with self.intake.arrivals.open(arrival) as file:
            return incoming.read(file, arrival.envelope.sender)

    def _arrival(self, digest: str) -> Arrival:
        arrival = self.intake.arrivals.find_kept(digest)
        if arrival is None:
            raise UnknownLetter(digest)
        return arrival
