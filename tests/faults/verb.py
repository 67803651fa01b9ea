"""What a verb is, for who harms it: a real process, on which desk it is tried, and what must hold after it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from helpdesk_lite.words.ticket import CLAIMED, CLOSED, Place
from tests.faults.desks import HarmedDesk, Look, Request, each_letter_once
from tests.faults.strace import Ended, Process
from tests.servers import CHECKOUT

INES = Place(CLAIMED, "ines")
INES_HAD = Place(CLOSED, "ines")
FULL = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "crowded"), str(CHECKOUT)])}


class Verb(NamedTuple):
    """A verb: on which desk it is tried, the process, and what must hold after it.

    `check` is told the desk, what was said, and what lies there after the repair; it then does the next thing. What is
    no request of the web is a command, with a status.
    """

    name: str
    kept: str
    process: Callable[[HarmedDesk], Process]
    check: Callable[[HarmedDesk, Ended, Look], None]
    is_web: bool = True

    def where_folders_are_full(self, kept: str) -> Verb:
        """The same, where a ticket goes into a new subfolder of a new subfolder; `kept`: where it came from one too."""

        def process(desk: HarmedDesk) -> Process:
            usual = self.process(desk)
            return usual._replace(environment={**usual.environment, **FULL})

        return self._replace(name=f"{self.name}-crowded", kept=kept, process=process)


def answered(ended: Ended) -> int:
    """The status that the client saw; 0 if the answer did not arrive whole."""
    head, end, _ = ended.output.partition(b"\r\n\r\n")
    return int(head[8:11]) if end else 0


def done_once(
    name: str,
    kept: str,
    request: Callable[[HarmedDesk, str], Request],
    is_done: Callable[[HarmedDesk, Look], bool],
    again: int = 303,
    who: str = "ines",
) -> Verb:
    """It is done if there was an answer, and never by half, of which `is_done` tells; done again, it is done once."""

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        was_done = is_done(desk, look)
        assert was_done or answered(ended) != 303
        answer = desk.ask(request(desk, "ada"))
        assert answer.status == (again if was_done else 303), answer.text
        then = desk.look()
        assert is_done(desk, then)
        each_letter_once(then)

    return Verb(name, kept, lambda desk: desk.cgi(request(desk, who)), check)
