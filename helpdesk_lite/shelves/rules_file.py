"""data/rules.toml: read and checked.

Guarantee: a file with a mistake has no rules at all, so that no ticket meets half of what was meant, and `mistakes`
says each with the rule it is in. While there is no file, a look costs one stat. It judges nothing (rules).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.shelves.rules import HOWS, MATCHES, TURN, WAYS, WEEKDAYS, Action, Condition, Hand, Rule
from helpdesk_lite.words.errors import RulesMistaken
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.standing import HIGHEST, LONGEST_CATEGORY, PRIORITIES

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
        try:
            return tuple(_made(self._read().get("rule", [])))
        except RulesMistaken:
            return ()  # `mistakes` tells of it

    def mistakes(self) -> list[str]:
        """What is wrong in the file, one sentence each."""
        try:
            self._read()
        except RulesMistaken as wrong:
            return wrong.mistakes
        return []

    def check(self, text: str) -> tuple[Rule, ...]:
        """The rules that this text says. RulesMistaken with every mistake."""
        return tuple(_made(self._checked(text).get("rule", [])))

    def _read(self) -> dict[str, Any]:
        """What is in the file. RulesMistaken."""
        if not disk.is_there(self.path):
            return {}
        found: dict[str, Any] = self._cache.get("rules", [self.path], self._checked_file)
        return found

    def _checked_file(self) -> dict[str, Any]:
        try:
            return self._checked(disk.read(self.path).decode("utf-8-sig"))
        except FileNotFoundError:
            return {}
        except UnicodeError as wrong:
            from helpdesk_lite.words.mistakes import no_toml

            raise RulesMistaken([no_toml(wrong)]) from None

    def _checked(self, text: str) -> dict[str, Any]:
        import tomllib

        from helpdesk_lite.words.mistakes import no_toml

        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            raise RulesMistaken([no_toml(wrong)]) from None
        mistakes = list(_Check(self._is_pattern).file(found))
        if mistakes:
            raise RulesMistaken(mistakes)
        return found


class _Check(NamedTuple):
    """Says what is wrong with what a file of rules says."""

    is_pattern: Callable[[str], bool]

    def file(self, found: dict[str, Any]) -> Iterator[str]:
        """Each mistake, with the rule it is in."""
        rules = found.get("rule", [])
        yield from (
            Sentence("%(name)s: there is no such thing here; rules begin with [[rule]]", name=name)
            for name in found
            if name != "rule"
        )
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            yield Sentence("rule: each begins with [[rule]], in two pairs of brackets")
            return
        if len(rules) > MOST_RULES:
            yield Sentence("there are %(num)s rules; at most %(most)s are read", num=len(rules), most=MOST_RULES)
        for place, rule in enumerate(rules, 1):
            name = rule.get("name")
            told = f"{place} ({name})" if isinstance(name, str) else str(place)
            yield from (Sentence("rule %(name)s: %(what)s", name=told, what=wrong) for wrong in self.rule(rule))

    def rule(self, rule: dict[str, Any]) -> Iterator[str]:
        """Each mistake in a rule."""
        for part, value in rule.items():
            if part not in ("name", "if", "then"):
                yield Sentence("%(part)s: there is no such part; there are name, if and then", part=part)
            elif part == "name":
                yield from _line("name", value)
            elif not isinstance(value, dict):
                example = f"{part}.{'form' if part == 'if' else 'priority'} = ..."
                yield Sentence("%(part)s is no table, as in %(example)s", part=part, example=example)
            else:
                yield from self.conditions(value) if part == "if" else _actions(value)
        if not rule.get("then"):
            yield Sentence("it does nothing: then is missing")

    def conditions(self, given: dict[str, Any]) -> Iterator[str]:
        """Each mistake in its conditions."""
        for kind, value in given.items():
            if kind == "field":
                yield from self.fields(value)
            elif kind not in _CONDITIONS:
                text = N_("if.%(kind)s: there is no such condition; there are %(known)s")
                yield Sentence(text, kind=kind, known=", ".join(_CONDITIONS))
            elif not _texts(value):
                yield _no_texts(f"if.{kind}")
            elif kind == "time" and not all(map(_TIME.match, _texts(value))):
                yield Sentence("if.time = %(value)s: it must look like 18:00-08:00", value=repr(value))
            elif kind == "weekday" and not set(_texts(value)) <= set(WEEKDAYS):
                known = ", ".join(WEEKDAYS)
                yield Sentence("if.weekday = %(value)s: it must be of %(known)s", value=repr(value), known=known)

    def fields(self, given: Any) -> Iterator[str]:
        """Each mistake in the conditions on fields."""
        if not isinstance(given, dict):
            yield Sentence("if.field needs the field's name, as in if.field.room.equals = ...")
            return
        for name, hows in given.items():
            if not isinstance(hows, dict) or not hows:
                yield Sentence("if.field.%(name)s needs one of %(known)s", name=name, known=", ".join(HOWS))
                continue
            for how, value in hows.items():
                where = f"if.field.{name}.{how}"
                if how not in HOWS:
                    known = ", ".join(HOWS)
                    yield Sentence("%(where)s: there is no such thing; there are %(known)s", where=where, known=known)
                elif not _texts(value):
                    yield _no_texts(where)
                elif how == MATCHES:
                    wrong = [text for text in _texts(value) if not self.is_pattern(text)]
                    said = N_("%(where)s = %(value)s is no pattern")
                    yield from (Sentence(said, where=where, value=repr(text)) for text in wrong)


def _no_texts(said: str) -> Sentence:
    return Sentence("%(where)s must be a text, or a list of texts", where=said)


def _actions(given: dict[str, Any]) -> Iterator[str]:
    """Each mistake in what a rule does."""
    for kind, value in given.items():
        if kind not in _ACTIONS:
            text = N_("then.%(kind)s: there is no such action; there are %(known)s")
            yield Sentence(text, kind=kind, known=", ".join(_ACTIONS))
        else:
            yield from _ACTIONS[kind](f"then.{kind}", value)
    hands = [kind for kind in _HANDS if kind in given]
    if len(hands) > 1:
        yield Sentence("then has %(several)s: it can have one of them", several=", ".join(hands))
    if "by" in given and not hands:
        yield Sentence("then.by needs one of %(known)s", known=", ".join(_HANDS))


def _line(said: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_CATEGORY or not value.isprintable():
        yield Sentence("%(where)s must be one line of up to %(num)s characters", where=said, num=LONGEST_CATEGORY)


def _one_of(*allowed: str) -> Callable[[str, Any], Iterator[str]]:
    def check(said: str, value: Any) -> Iterator[str]:
        if value not in allowed:
            text = N_("%(where)s = %(value)s: it must be one of %(known)s")
            yield Sentence(text, where=said, value=repr(value), known=", ".join(allowed))

    return check


def _level(said: str, value: Any) -> Iterator[str]:
    if type(value) is not int or not 1 <= value <= HIGHEST:
        text = N_("%(where)s = %(value)s: it must be from 1 to %(highest)s")
        yield Sentence(text, where=said, value=repr(value), highest=HIGHEST)


def _hours(said: str, value: Any) -> Iterator[str]:
    if type(value) not in (int, float) or not 0 < value <= MOST_HOURS:
        yield Sentence("%(where)s = %(value)s: it must be a number of hours", where=said, value=repr(value))


def _note(said: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NOTE:
        yield Sentence("%(where)s must be a text of up to %(num)s characters", where=said, num=LONGEST_NOTE)


def _names(said: str, value: Any) -> Iterator[str]:
    if not _texts(value):
        yield Sentence("%(where)s must be an operator's name, or a list of names", where=said)


def _yes(said: str, value: Any) -> Iterator[str]:
    if type(value) is not bool:
        yield Sentence("%(where)s must be true or false", where=said)


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
            _texts(then.get("hand_to", [])), then.get("skill", ""), then.get("department", ""), then.get("by", TURN)
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
