"""What min, max and step ask of a number, date, week, month or time.

Guarantee: the verdicts of HTML 4.10.5.3.7 and 4.10.5.3.8 with a browser's arithmetic: decimal, 18 digits, and as
forgiving about the last digits of a step as Chromium is. It reads attribute texts and says nothing to people.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from helpdesk_lite.forms.calendar import DAY, READ, WRITE

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MATHS = Context(prec=18, Emin=-99999, Emax=99999, traps=[])
_READING = Context(prec=18, rounding=ROUND_DOWN, Emin=-99999, Emax=99999, traps=[])  # more digits are not looked at
_LARGEST = Decimal("1.7976931348623157e308")
_FORGIVEN = Decimal(2**24)  # a remainder below step/2^24 counts as none: single precision cannot tell
_BLIND = Decimal(2**53)  # beyond step*2^53 double precision cannot tell at all


class Unit(NamedTuple):
    """How a type counts: `step` by default, what 1 in the step attribute means, the default base, whole steps only."""

    step: Decimal
    scale: Decimal
    base: Decimal = Decimal(0)
    whole: str = ""  # "said": the attribute is rounded; "scaled": its product is


UNITS = {
    "number": Unit(Decimal(1), Decimal(1)),
    "range": Unit(Decimal(1), Decimal(1)),
    "date": Unit(Decimal(1), Decimal(DAY), whole="said"),
    "month": Unit(Decimal(1), Decimal(1), whole="said"),
    "week": Unit(Decimal(1), Decimal(7 * DAY), Decimal(-259_200_000), whole="said"),
    "time": Unit(Decimal(60), Decimal(1000), whole="scaled"),
    "datetime-local": Unit(Decimal(60), Decimal(1000), whole="scaled"),
}


class Scale(NamedTuple):
    """The rules of one control as numbers; None where there is no such limit."""

    kind: str
    low: Decimal | None
    high: Decimal | None
    step: Decimal | None
    base: Decimal

    @property
    def is_reversed(self) -> bool:
        """Whether the range wraps past midnight (HTML, 4.10.5.3.7: only times do)."""
        return self.kind == "time" and self.low is not None and self.high is not None and self.high < self.low

    def is_below(self, number: Decimal) -> bool:
        """Whether the number suffers from an underflow."""
        if self.is_reversed:
            return self._between(number)
        return self.low is not None and number < self.low

    def is_above(self, number: Decimal) -> bool:
        """Whether the number suffers from an overflow."""
        if self.is_reversed:
            return self._between(number)
        return self.high is not None and number > self.high

    def _between(self, number: Decimal) -> bool:
        assert self.low is not None and self.high is not None
        return self.high < number < self.low

    def is_off_step(self, number: Decimal) -> bool:
        """Whether the number suffers from a step mismatch."""
        if self.step is None:
            return False
        distance = abs(_MATHS.subtract(number, self.base))
        if _MATHS.divide(distance, _BLIND) > self.step:
            return False
        times = _MATHS.divide(distance, self.step).to_integral_value(ROUND_HALF_UP)
        left = abs(_MATHS.subtract(distance, _MATHS.multiply(self.step, times)))
        forgiven = Decimal(0) if UNITS[self.kind].whole else _MATHS.divide(self.step, _FORGIVEN)
        return forgiven < left < _MATHS.subtract(self.step, forgiven)

    def neighbours(self, number: Decimal) -> tuple[str, str]:
        """The nearest values on the step below and above, as texts; empty where the range has none."""
        assert self.step is not None
        steps = _MATHS.divide(_MATHS.subtract(number, self.base), self.step).to_integral_value(ROUND_FLOOR)
        below = _MATHS.add(self.base, _MATHS.multiply(self.step, steps))
        above = _MATHS.add(below, self.step)
        return (
            "" if self.is_below(below) else write(self.kind, below),
            "" if self.is_above(above) else write(self.kind, above),
        )


def read(kind: str, text: str) -> Decimal | None:
    """The number that `text` is in a control of this kind; None if it is no valid one."""
    if kind in READ:
        found = READ[kind](text)
        return None if found is None else Decimal(found)
    if not _NUMBER.fullmatch(text):
        return None
    number = _READING.create_decimal(text)
    return number if number.is_finite() and abs(number) <= _LARGEST else None


def write(kind: str, number: Decimal) -> str:
    """The text of a number in a control of this kind."""
    if kind in WRITE:
        return WRITE[kind](int(number))
    number = number.normalize()
    return f"{number:f}" if -20 < number.adjusted() < 20 else str(number)


def scale_of(kind: str, rules: dict[str, str], value: str) -> Scale:
    """The scale of a control with these rules and this default value."""
    low, high = read(kind, rules.get("min", "")), read(kind, rules.get("max", ""))
    unit = UNITS[kind]
    start = read(kind, value)
    base = low if low is not None else start if start is not None else unit.base
    if kind == "range":
        low = Decimal(0) if low is None else low
        high = Decimal(100) if high is None else high
        high = max(low, high)
    return Scale(kind, low, high, _step(unit, rules.get("step", "")), base)


def _step(unit: Unit, text: str) -> Decimal | None:
    """The allowed value step; None for `any`."""
    if text.lower() == "any":
        return None
    said = read("number", text)
    if said is None or said <= 0:
        said = unit.step
    if unit.whole == "said":
        said = max(said.to_integral_value(ROUND_HALF_UP), Decimal(1))
    step = _MATHS.multiply(said, unit.scale)
    return max(step.to_integral_value(ROUND_HALF_UP), Decimal(1)) if unit.whole == "scaled" else step
