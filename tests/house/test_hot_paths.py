"""What each kind of CGI request may import: an import is the price of a request, and prices creep."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests import servers
from tests.bench.whole import Done, Script

# Beside an empty interpreter's 8 to 12 ms: email 20, jinja2 40, filelock 25, python_multipart 12, the others less.
DEAR = """
    argparse ada_url argon2 asyncio cffi dataclasses datetime decimal email filelock html.parser http importlib.metadata
    inspect jinja2 logging pathlib python_multipart queue random regress selectolax shutil socket ssl subprocess
    tempfile tokenize tomllib traceback unicodedata urllib uuid waitress zipfile
"""
# A page that was worked out before is read and sent.
CACHED = DEAR + "collections enum functools json re threading typing"
_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)


class Asked(NamedTuple):
    """The desk's own customer and operator, and a ticket to claim."""

    customer: Script
    operator: Script
    number: str


REQUESTS: dict[str, tuple[Callable[[Asked], Done], int, str]] = {
    "the form": (lambda asked: asked.customer.get("/forms/contact"), 200, CACHED),
    "the sign-in page": (lambda asked: asked.customer.get("/login"), 200, DEAR),
    "a submission": (lambda asked: asked.customer.post(typed("second"), "/forms/contact"), 303, DEAR),
    "the queue": (lambda asked: asked.operator.get("/queue"), 200, DEAR),
    "a claim": (lambda asked: asked.operator.post({}, f"/tickets/{asked.number}/claim"), 303, DEAR),
}


def typed(message: str) -> dict[str, str]:
    """The contact form, filled in."""
    return {"name": "Jane Doe", "email": "jane@example.com", "subject": "Fire", "message": message}


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    """A desk that has been asked everything once, so that what can be kept is kept."""
    with servers.new_desk() as desk:
        _age(desk)
        script = str(desk.root / "cgi-bin" / "helpdesk.cgi")
        customer, operator = (Script(script, "/helpdesk", ["-X", "importtime"]) for _ in range(2))
        operator.cookie = operator.post({"name": "ines", "password": servers.PASSWORD}, "/login").cookie
        sent = customer.post(typed("first"), "/forms/contact").output
        found = re.search(rb"/sent/([^?]+)", sent)
        assert found, sent
        for _ in range(2):
            customer.get("/forms/contact")
            customer.get("/login")
            operator.get("/queue")
        yield Asked(customer, operator, found[1].decode())


def _age(desk: servers.Desk) -> None:
    """Let the desk's files be an hour old: what was made from a file that has just changed is not kept."""
    for folder in ("forms", "data", "data/operators"):
        for path in (desk.root / folder).iterdir():
            os.utime(path, (path.stat().st_atime - 3600, path.stat().st_mtime - 3600))


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_imports_nothing_dear(asked: Asked, kind: str) -> None:
    ask, status, dear = REQUESTS[kind]
    forbidden = dear.split()
    done = ask(asked)
    assert done.status == status, done.output
    imported = set(_IMPORTED.findall(done.errors))
    assert "helpdesk_lite.web.app" in imported
    assert not {name for name in imported if name in forbidden or name.partition(".")[0] in forbidden}
