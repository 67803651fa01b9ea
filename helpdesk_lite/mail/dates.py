"""When a letter says it was written.

Guarantee: any text gives a moment of our era or None. (`email.utils` would take 15 ms to import.)
"""

from __future__ import annotations

import re

from helpdesk_lite.words import times

_LONGEST = 100
_WORD = re.compile(r"[A-Za-z]+|[+-][0-9]{4}|[0-9]{1,2}(?::[0-9]{2}){1,2}|[0-9]+")
_DASHED = re.compile(r"([0-9])-([A-Za-z]{3})[a-z]*-([0-9])")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: place for place, name in enumerate(_MONTH_NAMES, 1)}
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # RFC 5322, 4.3
_END = 253402300800  # the year 10000


def moment(said: str) -> int | None:
    """The moment (seconds UTC) in a Date field (RFC 5322, 3.3 and 4.3), old and careless ones included."""
    words = _WORD.findall(_DASHED.sub(r"\1 \2 \3", said[:_LONGEST].partition("(")[0]))
    month = next((_MONTHS[word[:3].lower()] for word in words if word[:3].lower() in _MONTHS), 0)
    clock = next((word for word in words if ":" in word), "")
    numbers = [int(word) for word in words if word.isdigit()]
    if not (month and clock and len(numbers) > 1):
        return None
    day, year = numbers[:2]
    hour, minute, second = map(int, f"{clock}:0".split(":")[:3])
    year += 2000 if year < 50 else 1900 if year < 1000 else 0
    if not (1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60 and year < 10000):
        return None
    at = times.from_iso(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z") - _ahead(words)
    return at if 0 <= at < _END else None


def _ahead(words: list[str]) -> int:
    """How many seconds the zone among the words is ahead of UTC; 0 if there is none that is known."""
    for word in words:
        if word[0] in "+-":
            seconds = int(word[1:3]) * 3600 + int(word[3:]) * 60
            return -seconds if word[0] == "-" else seconds
        if word.upper() in _ZONES:
            return _ZONES[word.upper()] * 3600
    return 0
