"""`helpdesk-lite log`: the audit log, for terminals and scripts."""

from __future__ import annotations

import json

from helpdesk_lite import assemble
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.shelves.audit import Noted

_LONGEST = 300  # characters of a value that is printed in a line


def log(given: Namespace) -> int:
    """Print entries of the log, the newest first; as JSON, an object a line."""
    for noted in assemble.house(find_root(given.root)).audit.read(given.before, given.most):
        print(_as_json(noted) if given.json else terminal.line(_as_text(noted)))
    return 0


def _as_json(noted: Noted) -> str:
    values = noted._asdict() | {"at": times.iso(noted.at)}
    values["entry"] = values.pop("name")
    return json.dumps({name: value for name, value in values.items() if value not in (None, "")}, ensure_ascii=True)


def _as_text(noted: Noted) -> str:
    changes = ", ".join(f"{name}: {_short(before)} -> {_short(after)}" for name, before, after in noted.changes())
    undoes = f" (undoes {noted.undoes})" if noted.undoes else ""
    said = f"{times.iso(noted.at)}  {noted.who}  {noted.what} {noted.about}{undoes}"
    return f"{said}  {changes}  [{noted.name}]" if changes else f"{said}  [{noted.name}]"


def _short(value: str) -> str:
    """The value, or of a whole file its size: `--json` and the page of the log have all of it."""
    return value if len(value) <= _LONGEST else f"({len(value)} characters)"
