"""What keeps robots out of the forms without a script or a third party, and lets a person who is taken for one through.

Guarantee: a plain form without our hidden fields is taken as it is; whoever is stopped gets their own page back,
filled in, and one more press on Send helps; what was stopped is counted (limits). It judges no answers
(forms/verdict).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.shelves.limits import HOUR, network_of
from helpdesk_lite.web import stamps
from helpdesk_lite.words.errors import TooMany
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD
from helpdesk_lite.words.i18n import N_

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.form import Posted

STOPPED = ("honeypot", "stamp", "flood")  # the kinds that are counted


class Suspicion(NamedTuple):
    """Why a submission comes back once: `kind` is counted, `message` (a msgid) is told."""

    kind: str
    message: str


_TRAP = Suspicion(
    "honeypot", N_("A hidden field that must stay empty was filled in. It is empty again: please press Send once more.")
)
_STALE = Suspicion("stamp", N_("This page was open for very long. Please look it over and press Send once more."))


def suspicion(house: House, form: str, posted: Posted) -> Suspicion | None:
    """What speaks for a robot, if anything; counted."""
    given = {name: value for name, value in posted.pairs if name in (STAMP_FIELD, HONEYPOT_FIELD)}
    found = None
    stamp = given.get(STAMP_FIELD, "")
    if stamp and not stamps.is_good(house, form, stamp):
        found = _STALE
    elif given.get(HONEYPOT_FIELD) and not stamps.is_seen(stamp):
        found = _TRAP
    if found:
        house.limits.note(found.kind, "anyone")
    return found


def slow_down(request: Request, house: House) -> None:
    """Count this submission; TooMany if its address has sent as many as it may in an hour."""
    most = house.settings.submissions_per_hour
    if not most:
        return
    who = network_of(request.client)
    count, first, _ = house.limits.lately("submission", who)
    if count >= most:
        house.limits.note("flood", "anyone")
        raise TooMany(max(1, int(first + HOUR - house.clock()) + 1))
    house.limits.note("submission", who)
