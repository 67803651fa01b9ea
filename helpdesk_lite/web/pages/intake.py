"""Letters that came in and were kept aside, with reasons; administrators make a ticket of one or throw it away.

Guarantee: only administrators see who wrote them and what: one may belong to a ticket that nobody has claimed.
"""

from __future__ import annotations

from helpdesk_lite.letters.aside import Aside
from helpdesk_lite.web import wording
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.letters.aside import Kept
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

_LONGEST_TEXT = 500  # characters that are shown of a letter


def intake(request: Request, house: House) -> Response:
    """The page of letters kept aside."""
    said = i18n.translation(request.language)
    may_change = house.desk.may(signed_in(request), "letters")
    letters = [_shown(letter, house.clock(), said, may_change) for letter in Aside(house.intake).letters()]
    return page(request, house, "intake.html", {"letters": letters, "may_change": may_change}, here="intake")


def take(request: Request, house: House, digest: str) -> Response:
    """Make a ticket, or an entry, of a letter; it may be that of another desk. NotAllowed, UnknownLetter."""
    outcome = Aside(house.intake).take(digest, signed_in(request))
    return see_other(request, f"/tickets/{outcome.number}" if outcome.number else "/intake")


def drop(request: Request, house: House, digest: str) -> Response:
    """Throw a letter away. NotAllowed, UnknownLetter."""
    Aside(house.intake).throw_away(digest, signed_in(request))
    return see_other(request, "/intake")


def _shown(letter: Kept, now: float, said: Translation, may_see: bool) -> dict[str, str]:
    came = wording.sentence(said.gettext("came in %(time)s"), time=wording.time_element(letter.at, now, said))
    text = letter.text if len(letter.text) <= _LONGEST_TEXT else letter.text[:_LONGEST_TEXT] + "…"
    return {
        "digest": letter.digest,
        "sender": (letter.sender or said.gettext("nobody named")) if may_see else "",
        "subject": letter.subject if may_see else "",
        "text": text if may_see else "",
        "reason": i18n.told(letter.reason, said),
        "came": came,
    }
