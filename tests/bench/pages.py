"""What home costs when very many tickets are in progress, and a ticket's page when very much was said in it.

Asked of the WSGI application without a server in between, taking turns with a desk, and with a ticket, that has next to
nothing, so that the machine's own wandering is in both. All is flushed to disk, and everything is read as always.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack

from helpdesk_lite import assemble
from helpdesk_lite.letters import typed
from helpdesk_lite.root import Root
from helpdesk_lite.words.ticket import ANSWER, CLAIMED, LETTER, Place
from tests import servers
from tests.access.browser import Browser
from tests.bench import filling
from tests.bench.desks import TYPED
from tests.bench.table import Part, Progress, Row, at_most
from tests.examples import INES

IN_PROGRESS = 10_000  # tickets, all of one operator
ENTRIES = 200  # of one ticket: letters and answers, in turn
TWICE = at_most(2)
_PARAGRAPHS = 3


class Asked:
    """A desk whose operator is signed in: with so many tickets in progress, and one ticket with so many entries."""

    def __init__(self, kept: ExitStack, in_progress: int, entries: int) -> None:
        desk = kept.enter_context(servers.new_desk(acknowledge=False))
        if in_progress:
            filling.fill(desk.root / "data", 0, 0, in_progress)
        self.house = assemble.house(Root(str(desk.root)))
        self.browser = Browser(self.house)
        assert self.browser.sign_in("ines", servers.PASSWORD).status == 303
        self.number = self._ticket(entries)
        self.other = self._ticket(1)

    def page(self, path: str) -> float:
        """Ask for a page; the seconds it took."""
        begun = time.perf_counter()
        answer = self.browser.get(path)
        seconds = time.perf_counter() - begun
        assert answer.status == 200, answer.text
        return seconds

    def change(self) -> None:
        """Have something happen to another ticket of the operator's."""
        self.house.handling.wait(self.other, INES)
        self.house.handling.resume(self.other, INES)

    def _ticket(self, entries: int) -> str:
        sent = self.browser.post("/forms/contact", {**TYPED, "message": f"{TYPED['message']}{time.time()}"})
        number = sent.location.partition("?")[0].rpartition("/")[2]
        self.house.desk.claim(number, INES)
        while (seen := len(self.house.store.read(number).entries)) < entries:
            self._say(number, seen)
        for letter in self.house.outbox.waiting():  # as if they had been sent
            self.house.outbox.drop(letter.name)
        return number

    def _say(self, number: str, seen: int) -> None:
        """A letter of the customer's, or the answer to it: some paragraphs, and what was said before, quoted."""
        kind = ANSWER if seen % 2 else LETTER
        own = [f"Paragraph {place} of letter {seen}.\n{TYPED['message'][:160]}" for place in range(_PARAGRAPHS)]
        quoted = "".join(f"> {line}\n" for line in TYPED["message"].splitlines())
        words = typed.Typed("\n\n".join([*own, "On Saturday somebody wrote:", quoted]), (), seen)
        writer = ("Ines", INES.email) if kind == ANSWER else ("Jane Doe", "jane@example.com")
        ticket, correspondence = self.house.store.read(number), self.house.intake.correspondence
        with typed.posted(words, kind, writer, ticket, self.house.desk, self.house.spool) as post:
            if kind == ANSWER:
                correspondence.reply(number, INES, post, seen)
            else:
                correspondence.write(number, post, "customer")


def measure(kept: ExitStack, rounds: int, in_progress: int = IN_PROGRESS, entries: int = ENTRIES) -> Part:
    """The part of the table about full pages."""
    full, empty = Asked(kept, in_progress, entries), Asked(kept, 0, 0)
    assert full.house.store.place(full.number) == Place(CLAIMED, "ines")
    turns: dict[str, tuple[Callable[[], float], Callable[[], float]]] = {
        "home": (lambda: full.page("/home"), lambda: empty.page("/home")),
        "ticket": (
            lambda: full.page(f"/tickets/{full.number}"),
            lambda: empty.page(f"/tickets/{empty.number}"),
        ),
        "a page of all open tickets": (lambda: full.page("/tickets"), lambda: empty.page("/tickets")),
        "home, something having happened": (lambda: _after(full), lambda: _after(empty)),
    }
    taken: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    time.sleep(3)  # until what has just been made counts as settled
    progress = Progress("pages", (rounds + 2) * len(turns))
    for name, pair in turns.items():
        for turn in progress.over(rounds + 2):
            for seconds, ask in zip(taken[name], pair, strict=True):
                found = ask()
                if turn > 1:  # the first ones are to warm up
                    seconds.append(found)
    words = {"ticket": f"a ticket's page, {entries} entries"}
    rows = [
        Row(
            words.get(name, f"{name}; {in_progress:,} in progress"),
            statistics.median(ours) * 1000,
            floor=statistics.median(floor) * 1000,
            bounds=(TWICE,) if name in ("home", "ticket") else (),
        )
        for name, (ours, floor) in taken.items()
    ]
    return Part("full pages, WSGI", rows, ["Floor: the same of a desk with two tickets; of a ticket just claimed."])


def _after(asked: Asked) -> float:
    asked.change()
    return asked.page("/home")
