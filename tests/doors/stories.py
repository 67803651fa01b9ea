"""What customers type in these tests."""

from __future__ import annotations

import itertools

from tests.servers import Door

_count = itertools.count()


def typed(**changed: str) -> dict[str, str]:
    """The contact form as Jane fills it in, never twice the same."""
    return {
        "name": "Jane Doe",
        "email": "jane@example.com",
        "subject": "The printer is on fire",
        "message": f"It burns.\nFrom here I can see it. ({next(_count)})",
        **changed,
    }


def submitted(door: Door, **changed: str) -> str:
    """The number of a new ticket."""
    answer = door.visitor().post("/forms/contact", typed(**changed))
    assert answer.status == 303, answer
    return answer.number
