"""Moments as text: whole seconds UTC to and from the forms that files, mail and JSON want.

Guarantee: the same text whatever the locale or time zone of the machine.
"""

from __future__ import annotations

import time


def iso(at: int) -> str:
    """`2026-11-21T21:50:00Z` (RFC 3339)."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def from_iso(text: str) -> int:
    """The moment that `iso` wrote; ValueError if it is none."""
    if len(text) != 20 or text[-1] != "Z":
        raise ValueError(f"{text!r} is not a moment")
    parts = (text[:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19])
    year, month, day, hour, minute, second = map(int, parts)
    return _epoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second


def typed(text: str, clock: str = "00:00:00") -> int:
    """The moment that a person typed as `2026-11-21`, `2026-11-21 21:50` or as `iso` writes it, UTC.

    A day alone is `clock` on that day. ValueError if it is none.
    """
    day, _, rest = text.strip().removesuffix("Z").replace(" ", "T").partition("T")
    said = f"{day}T{rest or clock}" + (":00" if len(rest) == 5 else "") + "Z"
    found = from_iso(said)
    if iso(found) != said:
        raise ValueError(f"{text!r} is not a moment")
    return found


def moment(at: int) -> str:
    """`2026-11-21 21:50 UTC`, for people."""
    found = iso(at)
    return f"{found[:10]} {found[11:16]} UTC"


def month(at: int) -> str:
    """`2026-11`."""
    return iso(at)[:7]


def minute(at: int) -> str:
    """`2026-11-21T2150`, a safe file name."""
    return iso(at)[:16].replace(":", "")


def mail(at: int) -> str:
    """`Sat, 21 Nov 2026 21:50:00 +0000` (RFC 5322, 3.3)."""
    weekday, name, day, clock, year = time.asctime(time.gmtime(at)).split()
    return f"{weekday}, {int(day):02} {name} {year} {clock} +0000"


def mbox(at: int) -> str:
    """`Sat Nov 21 21:50:00 2026` (RFC 4155, appendix A)."""
    return time.asctime(time.gmtime(at))


def _epoch(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March."""
    shifted = year - (month < 3)
    days = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + days - 719468
