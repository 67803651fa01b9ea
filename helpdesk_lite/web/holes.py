"""Stand-ins for values that are not known yet, while a frame is made (web/render).

Guarantee: a hole can be printed and nothing else; a template that asks it anything gets `LookedAt`, so no frame ever
depends on a value it does not have.
"""

from __future__ import annotations

from typing import Any, NoReturn


class LookedAt(Exception):
    """A template wanted to know what is in a hole, not only to print it."""


class Hole:
    """The place of one value, printed as its name between two `edge` characters."""

    __slots__ = ("_mark",)

    def __init__(self, name: str, edge: str) -> None:
        self._mark = f"{edge}{name}{edge}"

    def __html__(self) -> str:
        return self._mark

    def _looked_at(self, *_: Any) -> NoReturn:
        raise LookedAt(self._mark)

    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __getattr__ = __str__ = __int__ = _looked_at
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __add__ = __radd__ = __mod__ = __call__ = (
        _looked_at
    )


def nested(names: list[str], edge: str) -> dict[str, Any]:
    """Holes by name; those with dotted names in mappings: `operator.name` as {"operator": {"name": hole}}."""
    found: dict[str, Any] = {}
    for name in names:
        outer, _, inner = name.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = Hole(name, edge)
        else:
            found[outer] = Hole(name, edge)
    return found
