"""What rules would do with a ticket that is there: the same judgement as of a new one, with nothing done.

Guarantee: it changes nothing, not even whose turn it is. It judges the ticket as it came; what was done to it since
does not count.
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.shelves.rules import Verdict
    from helpdesk_lite.tickets.ruling import Candidate
    from helpdesk_lite.words.standing import Standing


class Trial(NamedTuple):
    """What the rules say, how the ticket would stand, who could be handed it and who would be ("" for nobody)."""

    verdict: Verdict
    category: str
    standing: Standing
    candidates: tuple[Candidate, ...] = ()
    choice: str = ""
