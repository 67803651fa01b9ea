"""How a ticket stands besides where it lies: progress, level, priority, category, when it is due or to be woken.

Guarantee: plain immutable values, written as `key=value` words of what differs from the usual; any text reads as a
standing, what makes no sense left out. It decides nothing (handling).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from helpdesk_lite.words import times, trace

WAITING, RESOLVED = PROGRESS = ("waiting", "resolved")  # for the customer; thought to be done
LOW, NORMAL, HIGH, CRITICAL = PRIORITIES = ("low", "normal", "high", "critical")
SPAM, BINNED = AWAY = ("spam", "binned")  # put away: nobody is to look at it, and nobody is answered
QUESTION, PROBLEM, REQUEST, PRAISE = TYPES = ("question", "problem", "request", "praise")
HIGHEST = 9  # level
LONGEST_CATEGORY = 64  # characters
DAYS_END = "23:59:59"  # what is due on a day is so at its end
_LAST = 253_402_300_799  # the end of the year 9999


class Standing(NamedTuple):
    """`progress` is of a claimed ticket only, "" while somebody is at work on it; `category` is "" for its form's.

    `due_at` and `wakes_at` (not to be looked at before then) are seconds UTC, 0 for none. `away` is of a closed ticket
    only, "" unless it is spam or in the bin. `type` is one of TYPES, "" if nobody has said.
    """

    progress: str = ""
    level: int = 1
    priority: str = NORMAL
    category: str = ""
    due_at: int = 0
    wakes_at: int = 0
    away: str = ""
    type: str = ""

    def awake(self) -> Standing:
        """The same for a ticket of which there is news: neither waiting nor resolved, and not put off."""
        return self._replace(progress="", wakes_at=0)

    def unlike(self, other: Standing) -> list[str]:
        """The names of the fields that differ."""
        return [name for name, one, its in zip(self._fields, self, other, strict=True) if one != its]


USUAL = Standing()


def written(standing: Standing, before: Standing = USUAL) -> str:
    """What differs from before, as in `level=2 priority=high due_at=2026-11-23T12:00:00Z`; no moment has no word."""
    return " ".join(f"{name}={_word(name, getattr(standing, name))}" for name in standing.unlike(before))


def read(text: str) -> Standing:
    """The standing that `written` wrote; of what else stands there, nothing."""
    found = USUAL
    for word in text.split():
        name, _, value = word.partition("=")
        try:
            found = found._replace(**{name: _value(name, value)})
        except ValueError:
            continue
    return found


def _word(name: str, value: str | int) -> str:
    if name.endswith("_at"):
        return times.iso(int(value)) if value else ""
    return trace.as_name(str(value))


def _value(name: str, word: str) -> Any:
    """The field's value; ValueError if the word is none, or there is no such field."""
    if name in ("due_at", "wakes_at"):
        return _within(1, times.from_iso(word), _LAST)
    if name == "level":
        return _within(1, int(word), HIGHEST)
    if name == "category":
        return trace.from_name(word)
    if word not in {"progress": PROGRESS, "priority": PRIORITIES, "away": AWAY, "type": TYPES}.get(name, ()):
        raise ValueError(f"{name}={word}")
    return word


def _within(lowest: int, value: int, highest: int) -> int:
    if not lowest <= value <= highest:
        raise ValueError(f"{value} is not within {lowest} and {highest}")
    return value
