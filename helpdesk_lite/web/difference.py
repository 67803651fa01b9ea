"""What differs between two texts, line by line, for people to read.

Guarantee: it takes little time whatever the texts are: where too much differs, it says so instead of looking.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SAME, GONE, NEW, LEFT_OUT = "same", "gone", "new", "left-out"
MOST_LINES = 2000  # that differ, of both texts together, beyond a common beginning and end
_AROUND = 3  # lines that stay the same, shown beside those that do not


def rows(before: str, after: str) -> list[tuple[str, str]] | None:
    """Each line with what became of it, and of those that stay the same only the nearest; None if too much differs."""
    from difflib import SequenceMatcher

    old, new = before.splitlines(), after.splitlines()
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    begin, middle_old, middle_new = max(0, head - _AROUND), len(old) - tail, len(new) - tail
    if middle_old + middle_new - 2 * head > MOST_LINES:
        return None
    end_old, end_new = (min(len(one), at + _AROUND) for one, at in ((old, middle_old), (new, middle_new)))
    old_part, new_part = old[begin:end_old], new[begin:end_new]
    found: list[tuple[str, str]] = []
    at = 0
    for group in SequenceMatcher(None, old_part, new_part, autojunk=False).get_grouped_opcodes(_AROUND):
        found += _left_out(begin + group[0][1] - at)
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                found += [(SAME, line) for line in old_part[old_from:old_to]]
            else:
                found += [(GONE, line) for line in old_part[old_from:old_to]]
                found += [(NEW, line) for line in new_part[new_from:new_to]]
        at = begin + group[-1][2]
    return found + _left_out(len(old) - at)


def _left_out(count: int) -> list[tuple[str, str]]:
    return [(LEFT_OUT, str(count))] if count > 0 else []


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are the same from the beginning on."""
    count = 0
    for ours, theirs in zip(one, other, strict=False):
        if ours != theirs:
            break
        count += 1
    return count
