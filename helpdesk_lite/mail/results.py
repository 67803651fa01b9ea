"""What mail servers on the way found out about a letter's sender: Authentication-Results (RFC 8601).

Guarantee: any text gives a bounded list. It trusts nobody: anyone can write such a field, so who reads them asks first
whether the server is one of ours.
"""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_FIELDS = 50
MOST_RESULTS = 200
_LONGEST = 1 << 13
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*+)"?|[;()]|[^\s;()"]+', re.DOTALL)


class Result(NamedTuple):
    """One finding of one server: `dkim` was a `pass`, with properties such as `header.d` -> `example.com`.

    `field` counts the Authentication-Results fields from the top, from 0: the topmost is the last server's.
    """

    server: str
    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()
    field: int = 0

    def property(self, name: str) -> str:
        """The value of the first property of that name (in lower case), "" if there is none."""
        return next((value for found, value in self.properties if found == name), "")


def results(fields: Iterable[str]) -> tuple[Result, ...]:
    """The findings in the fields' texts, top first."""
    found: list[Result] = []
    for place, field in enumerate(fields):
        if place == MOST_FIELDS:
            break
        server, *statements = _statements(field[:_LONGEST])
        if server:
            found += [one for said in statements for one in _result(server[0].lower(), said, place)]
    return tuple(found[:MOST_RESULTS])


def _statements(field: str) -> list[list[str]]:
    """The words between semicolons, comments left out, and `key=value` as one word."""
    found: list[list[str]] = [[]]
    depth = 0
    is_value = False
    for piece in _PIECE.finditer(field):
        text = piece[0] if piece[1] is None else piece[1]
        if piece[0] in "()":
            depth = max(0, depth + (1 if piece[0] == "(" else -1))
        elif depth:
            continue
        elif piece[0] == ";":
            found.append([])
            is_value = False
        elif found[-1] and (is_value or text.startswith("=")):
            found[-1][-1] += text
            is_value = text.endswith("=") and piece[1] is None
        else:
            found[-1].append(text)
            is_value = text.endswith("=") and piece[1] is None
    return found


def _result(server: str, words: list[str], place: int) -> list[Result]:
    """`method[/version]=result [reason=...] [type.property=value ...]`; nothing if it is something else."""
    if not words or "=" not in words[0]:
        return []
    method, _, result = words[0].lower().partition("=")
    properties = tuple(
        (name.lower(), value) for name, sign, value in (word.partition("=") for word in words[1:]) if sign
    )
    return [Result(server, method.partition("/")[0], result, properties, place)]
