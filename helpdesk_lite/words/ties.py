"""What a ticket has to do with others: merged into one, linked with some, split off another.

Guarantee: told by the ticket's own entries alone; any number of them, in any order, has one meaning. It changes
nothing (joining).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.words import tracking
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.ticket import MERGED, UNMERGED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.words.ticket import Ticket

# Kinds of entries, each with the other ticket's number as its first word. A ticket that was MERGED says behind it where
# it lay before, one that was SPLIT at which place the letter stands that became the other.
JOINED, PARTED = "joined", "parted"  # the other was merged into this one; or taken out again
LINKED, UNLINKED = "linked", "unlinked"
SPLIT = "split"  # a letter of this ticket became the other
KINDS = (MERGED, UNMERGED, JOINED, PARTED, LINKED, UNLINKED, SPLIT)
ORIGIN = "split_from"  # the field of a ticket that began as a letter in another


class Ties(NamedTuple):
    """The numbers of the others: which this one was merged into, and is a part of ("" for none); which were merged into
    it, are linked with it, and were split off it, by the place of the letter."""

    merged_into: str = ""
    split_from: str = ""
    joined: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    split_off: tuple[tuple[str, str], ...] = ()


def of(ticket: Ticket) -> Ties:
    """As its entries tell."""
    joined: dict[str, None] = {}
    linked: dict[str, None] = {}
    split: dict[str, str] = {}
    for entry in ticket.entries:
        other, _, rest = entry.text.partition(" ") if entry.kind in KINDS else ("", "", "")
        if not tracking.is_number(other):
            continue
        if entry.kind in (JOINED, LINKED):
            (joined if entry.kind == JOINED else linked)[other] = None
        elif entry.kind in (PARTED, UNLINKED):
            (joined if entry.kind == PARTED else linked).pop(other, None)
        elif entry.kind == SPLIT:
            split[other] = rest
    return Ties(ticket.merged_into, _origin(ticket), tuple(joined), tuple(linked), tuple(split.items()))


def whole(ticket: Ticket, read: Callable[[str], Ticket]) -> Ticket:
    """The ticket with which this one goes on: itself, unless it was merged into one, or that again into another.

    A way that leads nowhere, or in a circle (a hand has been there), ends at the last ticket that can be read.
    """
    seen = {ticket.number}
    while (into := ticket.merged_into) and into not in seen:
        seen.add(into)
        try:
            ticket = read(into)
        except DeskError:
            break
    return ticket


def _origin(ticket: Ticket) -> str:
    said = [value for field in ticket.inquiry.fields if field.name == ORIGIN for value in field.values]
    return said[0] if ticket.began_with_mail and said and tracking.is_number(said[0]) else ""
