"""The tracking number: the public name of a ticket, easy to say on the telephone.

Guarantee: numbers sort by arrival, contain no 0/O, 1/I/L or vowel but E, say nothing about volume, are safe file names,
and one wrong or two swapped characters are always noticed. A number is a name, not a secret: it opens nothing.

Form: `XXXX-XXXX-XXXC`, 8 characters of time (1/256 s since 2024, enough until 2085), 3 of chance, and a check
character.
"""

from __future__ import annotations

from operator import mul

ALPHABET = "23456789BCDEFGHJKMNPQRSTVWXYZ"  # 29, a prime: the weighted sum below then misses no swap
EPOCH = 1_704_067_200  # 2024-01-01T00:00:00Z
TICKS = 256
_TIME, _CHANCE = 8, 3
_BASE = len(ALPHABET)
_LETTERS = frozenset(ALPHABET)
_WEIGHTS = range(1, _TIME + _CHANCE + 1)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def new_number(now: float, chance: int) -> str:
    """The number for a ticket arriving `now` (seconds UTC); `chance` is any random number of 16 bits or more."""
    plain = digits(int((now - EPOCH) * TICKS), _TIME) + digits(chance % _BASE**_CHANCE, _CHANCE)
    return _grouped(plain + _check(plain))


def arrived_at(number: str) -> int:
    """When the ticket of this number arrived (seconds UTC)."""
    return EPOCH + value(number.replace("-", "")[:_TIME]) // TICKS


def read_number(typed: str) -> str | None:
    """The number somebody typed or said, in its written form; None if it is not one (a slip, a missing character)."""
    plain = "".join(filter(str.isalnum, typed.upper()))  # what stands between: spaces, dashes of every kind, [ ] and #
    if len(plain) != _TIME + _CHANCE + 1 or any(character not in _VALUE for character in plain):
        return None
    return _grouped(plain) if _check(plain[:-1]) == plain[-1] else None


def is_number(text: str) -> bool:
    """Whether `text` is exactly a number in its written form (and so a safe file name)."""
    plain = text.replace("-", "")
    is_grouped = len(text) == _TIME + _CHANCE + 3 and text[4::5] == "--" and len(plain) == _TIME + _CHANCE + 1
    return is_grouped and _LETTERS.issuperset(plain) and _check(plain[:-1]) == plain[-1]


def digits(value: int, length: int) -> str:
    """The value in so many characters of ours. ValueError if it needs more."""
    if not 0 <= value < _BASE**length:
        raise ValueError(f"{value} does not fit into {length} characters")
    found = ""
    for _ in range(length):
        value, digit = divmod(value, _BASE)
        found = ALPHABET[digit] + found
    return found


def value(digits: str) -> int:
    """The value that `digits` wrote; -1 if they are none of ours."""
    found = 0
    for character in digits:
        if character not in _VALUE:
            return -1
        found = found * _BASE + _VALUE[character]
    return found


def _check(digits: str) -> str:
    return ALPHABET[sum(map(mul, _WEIGHTS, map(_VALUE.__getitem__, digits))) % _BASE]


def _grouped(plain: str) -> str:
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
