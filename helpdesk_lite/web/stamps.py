"""The signed time stamp in a form's page: when it was made, for which form, and whether somebody was stopped before.

Guarantee: only the desk makes one that is good, for a day, for one form and a limited number of submissions. A page
without one is a plain form from elsewhere, which is no fault.
"""

from __future__ import annotations

from helpdesk_lite.words import signing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House

_DAY = 86_400  # seconds
_USES = 20  # submissions in an hour
_FRESH, _SEEN = "f", "s"


def new(house: House, form: str, is_seen: bool = False) -> str:
    """A stamp made now. `is_seen`: a person looks at the page who was taken for a robot."""
    made = f"{_SEEN if is_seen else _FRESH}{int(house.clock()):x}"
    return f"{made}.{signing.proof(house.secret, 'stamp', form, made)}"


def is_good(house: House, form: str, given: str) -> bool:
    """Whether the stamp is ours and not worn out; this use counts."""
    made, _, proof = given.partition(".")
    if not signing.is_proof(proof, house.secret, "stamp", form, made):
        return False
    if int(made[1:], 16) < house.clock() - _DAY:
        return False
    uses, _, _ = house.limits.lately("stamp-use", proof)
    house.limits.note("stamp-use", proof)
    return uses < _USES


def is_seen(given: str) -> bool:
    """Whether a good stamp says that somebody was stopped before."""
    return given[:1] == _SEEN
