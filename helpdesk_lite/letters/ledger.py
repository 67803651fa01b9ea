"""The letters' ledger, checked: whatever came in lies in one place, and the index knows which.

Guarantee: looking changes nothing; mending writes the index anew from where the letters lie, and has those judged that
a killed process left. It moves no letter that was judged.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite.letters.intake import OPENED, THREADED
from helpdesk_lite.mail import incoming
from helpdesk_lite.mail.arrivals import KEPT, Known, standing
from helpdesk_lite.store import inspect
from helpdesk_lite.store.inspect import Finding
from helpdesk_lite.words.ticket import INQUIRY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.letters.intake import Intake

INDEX, LEFT = "index", "left"  # kinds of mends, beside those of inspect
_NOT_HERE, _UNKNOWN = "the index says that {} is here, but it is not", "the index does not know {}"
_TAKEN = "{} is kept aside here, but a ticket has it"
_STALE = 3600  # seconds after which nobody judges a letter any more


class Ledger(NamedTuple):
    """The letters of the desk whose memory lies under `data`."""

    intake: Intake
    data: str

    def findings(self) -> Iterator[Finding]:
        """What does not agree, one finding for each letter."""
        arrivals = self.intake.arrivals
        for arrival in arrivals.new():
            if arrival.at < self.intake.correspondence.desk.clock() - _STALE:
                yield Finding(arrival.path, "this letter was never judged", LEFT)
        for known, wrong in self._unsettled():
            yield Finding(self._path(known), wrong.format(f"letter {known.message_id or known.digest}"), INDEX)

    def mend(self) -> bool:
        """Make the index say where the letters lie; a letter that a ticket has waits for nobody any more."""
        arrivals = self.intake.arrivals
        for known, wrong in list(self._unsettled()):
            with arrivals.judging(known.digest):
                if wrong != _TAKEN:
                    arrivals.forget(known) if wrong == _NOT_HERE else arrivals.note(known)
                elif arrival := arrivals.laid(known):
                    arrivals.done(arrival)
        return True

    def judge(self) -> bool:
        """Have the letters judged that were left."""
        self.intake.finish()
        return True

    def _unsettled(self) -> Iterator[tuple[Known, str]]:
        """Where index and folders differ, and how. Not what is just being judged."""
        arrivals = self.intake.arrivals
        noted = {_place(known): known for known in arrivals.everywhere()}
        found = {_place(known): known for known in self._lying()}
        in_tickets = {known.digest for known in found.values() if known.number}
        taken = {place for place, known in found.items() if known.outcome == KEPT and known.digest in in_tickets}
        for place in taken:
            with arrivals.judging(found[place].digest):
                if arrivals.laid(found[place]):
                    yield found[place], _TAKEN
        for place in (noted.keys() ^ found.keys()) - taken:
            known = noted.get(place) or found[place]
            with arrivals.judging(known.digest):
                now = [_place(one) for one in standing(arrivals.known(known.message_id or known.digest))]
            if (place in now) == (place in noted):
                yield known, _NOT_HERE if place in noted else _UNKNOWN

    def _lying(self) -> Iterator[Known]:
        """Every letter as it lies there."""
        for number, entry in inspect.letters(self.data):
            outcome = OPENED if entry.kind == INQUIRY else THREADED
            yield Known(entry.digest, entry.message_id, outcome, number, entry.at)
        for outcome, arrival, reason in self.intake.arrivals.laid_aside():
            with self.intake.arrivals.open(arrival) as file:
                message_id = incoming.read(file, arrival.envelope.sender).message_id
            yield Known(arrival.name, message_id, outcome, "", arrival.at, reason)

    def _path(self, known: Known) -> str:
        if not known.number:
            return self.intake.arrivals.path_of(known)
        lying = inspect.copies(self.data, known.number)
        return lying[0].path if lying else os.path.join(self.data, "intake", "index")


def _place(known: Known) -> tuple[str, str]:
    return known.digest, known.number or known.outcome
