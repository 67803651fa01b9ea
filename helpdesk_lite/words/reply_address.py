"""The addresses that answers come back to: one for each ticket and purpose, which nobody can make up.

    helpdesk+claim-3d9p-64m6-eptv-k7...@example.org    in a notice: an operator's answer claims the ticket
    helpdesk+3d9p-64m6-eptv-o4...@example.org          in a forward: what this operator answers
    helpdesk+3d9p-64m6-eptv-t9...@example.org          in an answer: what customers write next
    helpdesk+probe-3d9p-64m6-eptv-k7...@example.org    of no ticket: the doctor tries whether mail comes in

Guarantee: an address counts for this desk, this ticket, its purpose and a time; capitals do not matter, since mail
servers change them. Who writes to it is for others to check (intake): neither From nor the address is identity.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.words import signing, tracking
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.settings import Settings

CLAIM, OPERATOR, TICKET, PROBE = "claim", "operator", "ticket", "probe"
DAY = 86_400
VALID_FOR = {CLAIM: 90, OPERATOR: 400, TICKET: 800, PROBE: 1}  # days
_MARK = {OPERATOR: "o", TICKET: "t"}
_WORD = {CLAIM: "CLAIM-", PROBE: "PROBE-"}
_DAYS = 3  # characters for the day on which it ends


class Tag(NamedTuple):
    """What an address of ours says: for what and for which ticket it is (both "" for the desk's own address).

    `wrong` tells why it does not count, "" if it does.
    """

    purpose: str
    number: str = ""
    wrong: str = ""


def made(settings: Settings, secret: bytes, purpose: str, number: str, now: float, who: str = "") -> str:
    """The address for this purpose and ticket, counting from `now` (seconds UTC). An operator's is bound to `who`."""
    ends = tracking.digits(int((now - tracking.EPOCH) // DAY) + VALID_FOR[purpose], _DAYS)
    proof = _proof(settings, secret, purpose, number, ends, who)
    tag = f"{_WORD.get(purpose, '')}{number}-{_MARK.get(purpose, '')}{ends}{proof}"
    return _address(settings, tag.lower())


def read(address: str, settings: Settings, secret: bytes, now: float, who: str = "") -> Tag | None:
    """What the address says; None if it is none of this desk's. An operator's tag counts for `who` only."""
    tag = _tag(address, settings)
    if tag is None or not tag:
        return None if tag is None else Tag("")
    named = next((name for name, word in _WORD.items() if tag.startswith(word)), "")
    plain = tag.removeprefix(_WORD.get(named, ""))
    number, code = tracking.read_number(plain[:14]), plain[15:]
    own = _below(settings.address.upper())
    if number is None or plain[14:15] != "-" or not code:  # of a whole domain, others may have addresses, too
        return Tag("", "", Sentence("It names no ticket.")) if _changing(address.upper(), own) else None
    purpose = named or {mark.upper(): name for name, mark in _MARK.items()}.get(code[0], "")
    code = code if named else code[1:]
    ends, given = code[:_DAYS], code[_DAYS:]
    if not purpose or not signing.is_same(given, _proof(settings, secret, purpose, number, ends, who), secret):
        return Tag(purpose, number, Sentence("Its secret part is not this desk's."))
    if tracking.value(ends) < (now - tracking.EPOCH) // DAY:
        return Tag(purpose, number, Sentence("Its time is over."))
    return Tag(purpose, number)


def _proof(settings: Settings, secret: bytes, purpose: str, number: str, ends: str, who: str) -> str:
    """16 characters that can be in an address, whatever its case: 77 bits."""
    facts = (settings.address.lower(), number, ends, who if purpose == OPERATOR else "")
    code = signing.digest()
    code.update(signing.proof(secret, f"address for {purpose}", *facts).encode())
    return tracking.digits(int.from_bytes(code.digest(), "big") % 29**16, 16)


def _address(settings: Settings, tag: str) -> str:
    if settings.ticket_addresses:
        return settings.ticket_addresses.replace("*", tag)
    local, _, domain = settings.address.rpartition("@")
    return f"{local}+{tag}@{domain}"


def _below(own: str) -> str:
    """The pattern of the addresses below one (RFC 5233)."""
    local, _, domain = own.rpartition("@")
    return f"{local}+*@{domain}"


def _changing(address: str, pattern: str) -> str:
    """What stands in the address for the pattern's *; "" if it is not of that pattern. Both are in capitals."""
    before, _, after = pattern.partition("*")
    if not (address.startswith(before) and address.endswith(after) and len(address) > len(before) + len(after)):
        return ""
    return address[len(before) : len(address) - len(after)]


def _tag(address: str, settings: Settings) -> str | None:
    """The part that changes, in capitals; "" for the desk's own address, None for a stranger's."""
    address = address.upper()
    own = settings.address.upper()
    if address == own:
        return ""
    patterns = filter(None, (_below(own), settings.ticket_addresses.upper()))
    return next(filter(None, (_changing(address, pattern) for pattern in patterns)), None)
