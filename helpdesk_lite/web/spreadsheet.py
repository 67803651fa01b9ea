"""Lines of a table for spreadsheets (CSV, RFC 4180).

Guarantee: no cell that comes from outside is a formula to a spreadsheet: one that begins like it gets a ' in front,
which shows it as the text it is. It knows no tickets.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

BEGIN = b"\xef\xbb\xbf"  # the mark of UTF-8, without which Excel takes it for something older
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide ones count, too


def line(cells: Iterable[str]) -> bytes:
    """One line of the table."""
    return (",".join(map(_cell, cells)) + "\r\n").encode("utf-8", "replace")


def _cell(text: str) -> str:
    safe = f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
    return '"' + safe.replace('"', '""') + '"' if set(safe) & set('",\r\n') else safe
