"""What becomes of new tickets by rule: what a rule is, and which ones hold for what a ticket brings.

Guarantee: judging decides and explains in one step, so what `rules try` shows is what happens; it is pure but for the
patterns, which are matched by whoever asks (`fits`), in bounded time. It reads no files (rules_file) and touches no
ticket (reception, ruling).
"""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Fits = Callable[[str, str], bool]  # a pattern and a text

CONTAINS, EQUALS, MATCHES = HOWS = ("contains", "equals", "matches")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TURN, LOAD = WAYS = ("turn", "load")
HOUR, DAY = 3600, 86_400
_THURSDAY = 3  # the first day of 1970
LONGEST_SEEN = 80  # characters of what a condition saw, as it is shown


class Condition(NamedTuple):
    """One thing that has to be so: any of the texts `wanted`. `field` and `how` are of a form's field only."""

    kind: str
    wanted: tuple[str, ...]
    field: str = ""
    how: str = ""

    @property
    def words(self) -> str:
        """As it may stand in the file."""
        import json

        wanted = json.dumps(self.wanted if len(self.wanted) != 1 else self.wanted[0], ensure_ascii=False)
        return f"{'.'.join(part for part in (self.kind, self.field, self.how) if part)} = {wanted}"


class Hand(NamedTuple):
    """To whom a ticket is handed: one of these operators, of those with the skill, or of a category's own.

    `by` is TURN (who was handed a ticket longest ago) or LOAD (who has the fewest).
    """

    operators: tuple[str, ...] = ()
    skill: str = ""
    department: str = ""
    by: str = TURN


class Action(NamedTuple):
    """What a rule does; what is empty, 0 or None leaves things as they are. Times in hours from the arrival."""

    category: str = ""
    priority: str = ""
    level: int = 0
    note: str = ""
    due_in: float = 0
    wake_in: float = 0
    hand: Hand | None = None


class Rule(NamedTuple):
    """If all conditions are so, this is done; and nothing that stands below it, if it is to `stop`."""

    name: str
    conditions: tuple[Condition, ...]
    action: Action
    stop: bool = False


class Facts(NamedTuple):
    """What a ticket brings: `text` is its subject and message, `at` when it arrived (seconds UTC)."""

    form: str
    category: str
    sender: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    text: str
    at: int


class Look(NamedTuple):
    """A condition, what it saw, and whether it is so."""

    condition: Condition
    seen: str
    is_so: bool


class Tried(NamedTuple):
    """A rule that was tried, condition by condition, and whether it applied."""

    rule: Rule
    looks: tuple[Look, ...]
    applies: bool


class Verdict(NamedTuple):
    """What all rules together say: the `names` of those that apply, and what they do; of two that differ the later."""

    names: tuple[str, ...]
    action: Action
    tried: tuple[Tried, ...]


def judged(rules: Sequence[Rule], facts: Facts, fits: Fits) -> Verdict:
    """Which rules apply, in their order. A category that one gives is what the next ones see."""
    tried: list[Tried] = []
    total = Action()
    for rule in rules:
        looks = tuple(_look(condition, facts, fits) for condition in rule.conditions)
        applies = all(look.is_so for look in looks)
        tried.append(Tried(rule, looks, applies))
        if applies:
            total = _added(total, rule.action)
            facts = facts._replace(category=total.category or facts.category)
            if rule.stop:
                break
    return Verdict(tuple(one.rule.name for one in tried if one.applies), total, tuple(tried))


def _added(before: Action, action: Action) -> Action:
    """What both say; the later wins, but for notes, which follow each other."""
    said = {name: value for name, value in action._asdict().items() if value and name != "note"}
    return before._replace(**said, note="\n\n".join(filter(None, (before.note, action.note))))


def _look(condition: Condition, facts: Facts, fits: Fits) -> Look:
    seen = tuple(_seen(condition, facts))
    is_so = any(_is_so(condition, text, wanted, fits) for text in seen for wanted in condition.wanted)
    shown = " | ".join(" ".join(text.split()) for text in seen)
    return Look(condition, shown if len(shown) <= LONGEST_SEEN else shown[: LONGEST_SEEN - 1] + "…", is_so)


def _seen(condition: Condition, facts: Facts) -> Iterator[str]:
    """What the condition is about, as texts."""
    if condition.kind == "field":
        yield from (value for name, values in facts.fields if name == condition.field for value in values)
    elif condition.kind == "words":
        yield facts.text
    elif condition.kind == "time":
        minutes = facts.at % DAY // 60
        yield f"{minutes // 60:02}:{minutes % 60:02}"
    elif condition.kind == "weekday":
        yield WEEKDAYS[(facts.at // DAY + _THURSDAY) % 7]
    else:
        yield {"form": facts.form, "category": facts.category, "sender": facts.sender}[condition.kind]


def _is_so(condition: Condition, text: str, wanted: str, fits: Fits) -> bool:
    if condition.kind == "words":
        words = r"\s+".join(map(re.escape, wanted.split()))
        return bool(re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE))
    if condition.kind == "sender" and wanted.startswith("@"):
        return text.lower().endswith(wanted.lower())
    if condition.kind == "time":
        start, _, end = wanted.partition("-")
        return start <= text < end if start <= end else not end <= text < start
    if condition.how == MATCHES:
        return fits(wanted, text)
    if condition.how == CONTAINS:
        return wanted.casefold() in text.casefold()
    return wanted.casefold() == text.casefold()
