"""data/rules.toml: read and checked.

Guarantee: a file with a mistake has no rules at all, so that no ticket meets half of what was meant, and `mistakes`
says each with the rule it is in. While there is no file, a look costs one stat. It judges nothing (rules).
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.errors import RulesMistaken
from helpdesk_lite.rules import HOWS, WAYS, WEEKDAYS, Action, Condition, Hand, Rule
from helpdesk_lite.standing import HIGHEST, LONGEST_CATEGORY, PRIORITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from helpdesk_lite.cache import Cache

MOST_RULES = 500
LONGEST_NOTE = 10_000  # characters
MOST_HOURS = 87_600  # ten years
_CONDITIONS = ("form", "category", "field", "sender", "words", "time", "weekday")
_HANDS = ("hand_to", "skill", "department")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-4]):[0-5][0-9]\Z")


class RulesFile:
    """The rules in the file `path`. `is_pattern` says whether a text is a pattern that can be matched."""

    def __init__(self, path: str, cache: Cache, is_pattern: Callable[[str], bool]) -> None:
        self.path = path
        self._cache = cache
        self._is_pattern = is_pattern

    def all(self) -> tuple[Rule, ...]:
        """The rules, in their order; none if there is no file, or it has a mistake."""
        found = self._read()
        return () if isinstance(found, list) else tuple(_made(found.get("rule", [])))

    def mistakes(self) -> list[str]:
        """What is wrong in the file, one sentence each."""
        found = self._read()
        return found if isinstance(found, list) else []

    def check(self, text: str) -> tuple[Rule, ...]:
        """The rules that this text says. RulesMistaken with every mistake."""
        found = self._checked(text)
        if isinstance(found, list):
            raise RulesMistaken(found)
        return tuple(_made(found.get("rule", [])))

    def text(self) -> str:
        """What the file says, word for word; "" if there is none."""
        try:
            return disk.read(self.path).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def write(self, text: str) -> None:
        """Have the file say this; it goes if that is nothing. RulesMistaken with every mistake."""
        self.check(text)
        if text.strip():
            disk.renew(self.path, [text.encode()])
        elif disk.is_there(self.path):
            disk.remove(self.path)

    def _read(self) -> dict[str, Any] | list[str]:
        """What is in the file, or the mistakes in it."""
        if not os.path.exists(self.path):
            return {}
        found: dict[str, Any] | list[str] = self._cache.get("rules", [self.path], self._checked_file)
        return found

    def _checked_file(self) -> dict[str, Any] | list[str]:
        try:
            return self._checked(disk.read(self.path).decode("utf-8"))
        except FileNotFoundError:
            return {}
        except UnicodeError as wrong:
            return [f"it is not UTF-8: {wrong}"]

    def _checked(self, text: str) -> dict[str, Any] | list[str]:
        import tomllib

        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            return [str(wrong)]
        mistakes = list(_Check(self._is_pattern).file(found))
        return mistakes or found


class _Check(NamedTuple):
    """Says what is wrong with what a file of rules says."""

    is_pattern: Callable[[str], bool]

    def file(self, found: dict[str, Any]) -> Iterator[str]:
        """Each mistake, with the rule it is in."""
        rules = found.get("rule", [])
        yield from (
            f"{name}: there is no such thing here; rules begin with [[rule]]" for name in found if name != "rule"
        )
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            yield "rule: each begins with [[rule]], in two pairs of brackets"
            return
        if len(rules) > MOST_RULES:
            yield f"there are {len(rules)} rules; at most {MOST_RULES} are read"
        for place, rule in enumerate(rules, 1):
            name = rule.get("name")
            where = f"rule {place} ({name})" if isinstance(name, str) else f"rule {place}"
            yield from (f"{where}: {wrong}" for wrong in self.rule(rule))

    def rule(self, rule: dict[str, Any]) -> Iterator[str]:
        """Each mistake in a rule."""
        for part, value in rule.items():
            if part not in ("name", "if", "then"):
                yield f"{part}: there is no such part; there are name, if and then"
            elif part == "name":
                yield from _line("name", value)
            elif not isinstance(value, dict):
                yield f"{part} is no table, as in {part}.{'form' if part == 'if' else 'priority'} = ..."
            else:
                yield from self.conditions(value) if part == "if" else _actions(value)
        if not rule.get("then"):
            yield "it does nothing: then is missing"

    def conditions(self, given: dict[str, Any]) -> Iterator[str]:
        """Each mistake in its conditions."""
        for kind, value in given.items():
            if kind == "field":
                yield from self.fields(value)
            elif kind not in _CONDITIONS:
                yield f"if.{kind}: there is no such condition; there are {', '.join(_CONDITIONS)}"
            elif not _texts(value):
                yield f"if.{kind} must be a text, or a list of texts"
            elif kind == "time" and not all(map(_TIME.match, _texts(value))):
                yield f"if.time = {value!r}: it must look like 18:00-08:00"
            elif kind == "weekday" and not set(_texts(value)) <= set(WEEKDAYS):
                yield f"if.weekday = {value!r}: it must be of {', '.join(WEEKDAYS)}"

    def fields(self, given: Any) -> Iterator[str]:
        """Each mistake in the conditions on fields."""
        if not isinstance(given, dict):
            yield "if.field needs the field's name, as in if.field.room.equals = ..."
            return
        for name, hows in given.items():
            if not isinstance(hows, dict) or not hows:
                yield f"if.field.{name} needs one of {', '.join(HOWS)}"
                continue
            for how, value in hows.items():
                if how not in HOWS:
                    yield f"if.field.{name}.{how}: there is no such thing; there are {', '.join(HOWS)}"
                elif not _texts(value):
                    yield f"if.field.{name}.{how} must be a text, or a list of texts"
                elif how == "matches":
                    wrong = [text for text in _texts(value) if not self.is_pattern(text)]
                    yield from (f"if.field.{name}.matches = {text!r} is no pattern" for text in wrong)


def _actions(given: dict[str, Any]) -> Iterator[str]:
    """Each mistake in what a rule does."""
    for kind, value in given.items():
        if kind not in _ACTIONS:
            yield f"then.{kind}: there is no such action; there are {', '.join(_ACTIONS)}"
        else:
            yield from _ACTIONS[kind](f"then.{kind}", value)
    hands = [kind for kind in _HANDS if kind in given]
    if len(hands) > 1:
        yield f"then has {' and '.join(hands)}: it can have one of them"
    if "by" in given and not hands:
        yield f"then.by needs one of {', '.join(_HANDS)}"


def _line(said: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_CATEGORY or not value.isprintable():
        yield f"{said} must be one line of up to {LONGEST_CATEGORY} characters"


def _one_of(*allowed: str) -> Callable[[str, Any], Iterator[str]]:
    def check(said: str, value: Any) -> Iterator[str]:
        if value not in allowed:
            yield f"{said} = {value!r}: it must be one of {', '.join(allowed)}"

    return check


def _level(said: str, value: Any) -> Iterator[str]:
    if type(value) is not int or not 1 <= value <= HIGHEST:
        yield f"{said} = {value!r}: it must be from 1 to {HIGHEST}"


def _hours(said: str, value: Any) -> Iterator[str]:
    if type(value) not in (int, float) or not 0 < value <= MOST_HOURS:
        yield f"{said} = {value!r}: it must be a number of hours"


def _note(said: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NOTE:
        yield f"{said} must be a text of up to {LONGEST_NOTE} characters"


def _names(said: str, value: Any) -> Iterator[str]:
    if not _texts(value):
        yield f"{said} must be an operator's name, or a list of names"


def _yes(said: str, value: Any) -> Iterator[str]:
    if type(value) is not bool:
        yield f"{said} must be true or false"


_ACTIONS: dict[str, Callable[[str, Any], Iterator[str]]] = {
    "category": _line,
    "priority": _one_of(*PRIORITIES),
    "level": _level,
    "note": _note,
    "due_in": _hours,
    "wake_in": _hours,
    "hand_to": _names,
    "skill": _line,
    "department": _line,
    "by": _one_of(*WAYS),
    "stop": _yes,
}


def _texts(value: Any) -> tuple[str, ...]:
    """A text, or a list of texts, as texts; () if it is neither, or one of them is empty."""
    found = value if isinstance(value, list) else [value]
    return tuple(found) if all(isinstance(one, str) and one.strip() for one in found) else ()


def _made(rules: list[dict[str, Any]]) -> Iterator[Rule]:
    """The rules as values, of a file without mistakes."""
    for place, rule in enumerate(rules, 1):
        then = rule["then"]
        hand = Hand(
            _texts(then.get("hand_to", [])), then.get("skill", ""), then.get("department", ""), then.get("by", WAYS[0])
        )
        said = {name: then[name] for name in Action._fields if name in then}
        action = Action(**said)._replace(hand=hand if any(kind in then for kind in _HANDS) else None)
        name = rule.get("name", f"{place}")
        yield Rule(name, tuple(_conditions(rule.get("if", {}))), action, then.get("stop", False))


def _conditions(given: dict[str, Any]) -> Iterator[Condition]:
    for kind, value in given.items():
        if kind == "field":
            for name, hows in value.items():
                yield from (Condition(kind, _texts(texts), name, how) for how, texts in hows.items())
        else:
            yield Condition(kind, _texts(value))
