"""Everybody who may be at work on a desk at once, each a process of their own; and what each of them says was done.

They use the desk as a door does after it has read the request, so that they meet far more often than browsers would.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier
from typing import Any, NamedTuple

from helpdesk_lite import assemble
from helpdesk_lite.courier import Courier
from helpdesk_lite.errors import AlreadyClaimed, NotAllowed, TicketMoved, UnknownNumber
from helpdesk_lite.root import Root
from tests import examples, servers
from tests.bench.whole import Script
from tests.visitor import Visitor

VERBS = ("claim", "release", "close", "reopen")
_PATIENCE = 120.0  # seconds to wait for the slowest
_barrier: Any = None


class Told(NamedTuple):
    """How a claimer fared: who, by which way, whether they won, and whom they were told of if not."""

    who: str
    way: str
    won: bool
    said: str


def begin(barrier: Barrier) -> None:
    """What a process of claimers does first."""
    global _barrier
    _barrier = barrier


def claimers(root: str, url: str, people: Sequence[tuple[str, str]], numbers: Sequence[str]) -> list[list[Told]]:
    """Threads that claim each number in the same moment as all others; for each person, how they fared with each."""
    fared: list[list[Told]] = [[] for _ in people]
    threads = [
        threading.Thread(target=_claim_all, args=(root, url, who, way, numbers, fared[index]))
        for index, (who, way) in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return fared


def _claim_all(root: str, url: str, who: str, way: str, numbers: Sequence[str], fared: list[Told]) -> None:
    visitor = Visitor(url)
    assert visitor.sign_in(who, servers.PASSWORD).status == 303
    script = Script(str(Path(root) / "cgi-bin" / "helpdesk.cgi"), "")
    script.cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    house = assemble.house(Root(root))
    operator = house.operators.find(who)
    for number in numbers:
        _barrier.wait(_PATIENCE)
        path = f"/tickets/{number}/claim"
        if way == "http":
            answer = visitor.post(path)
            status, said = answer.status, answer.text
        elif way == "cgi":
            done = script.post({}, path)
            status, said = done.status, done.output.decode()
        else:
            try:
                house.desk.claim(number, operator)
                status, said = 303, ""
            except AlreadyClaimed as lost:
                status, said = 409, lost.holder
        assert status in (303, 409), (way, status, said)
        fared.append(Told(who, way, status == 303, said.lower()))


def operate(root: str, who: str, numbers: Sequence[str], seed: int, until: float) -> Counter[str]:
    """Press buttons at random; how often each of them worked."""
    house = assemble.house(Root(root))
    operator = house.operators.find(who)
    assert operator is not None
    dice = random.Random(seed)
    done: Counter[str] = Counter()
    while time.time() < until:
        verb = dice.choice(VERBS)
        try:
            getattr(house.desk, verb)(dice.choice(numbers), operator)
            done[verb] += 1
        except (TicketMoved, NotAllowed):
            done["too late"] += 1
    return done


def write(root: str, seed: int, until: float) -> dict[int, str]:
    """Submit, as several customers who each press the button twice; the number that each submission got."""
    house = assemble.house(Root(root))
    dice = random.Random(seed)
    got: dict[int, str] = {}
    while time.time() < until:
        which = dice.randrange(40)
        submission = examples.submission(f"It burns, for the {which}. time.")
        number = house.desk.submit(examples.contact_form(), submission, "192.0.2.1", "en")
        assert got.setdefault(which, number) == number
    return got


def deliver(root: str, until: float) -> int:
    """Send what is due, again and again; how many letters were sent."""
    house = assemble.house(Root(root))
    sent = 0
    while time.time() < until:
        sent += Courier(house).run().sent
    return sent


def repair(root: str, until: float) -> list[str]:
    """Verify and repair, again and again; what was found, of which there should be nothing."""
    verifier = assemble.verifier(assemble.house(Root(root)))
    found = []
    while time.time() < until:
        for finding in list(verifier.findings()):
            found.append(f"{finding.path}: {finding.said}")
            verifier.mend(finding)
    return found


def read(root: str, numbers: Sequence[str], until: float) -> list[str]:
    """Read tickets and lists without any lock; what could not be read, of which there should be nothing."""
    house = assemble.house(Root(root))
    wrong = []
    while time.time() < until:
        house.desk.queue()
        for number in numbers:
            try:
                house.store.read(number)
            except UnknownNumber:
                wrong.append(number)
    return wrong


def arrived(data: Path) -> Counter[tuple[str, str]]:
    """How often each Message-ID lies in which Maildir."""
    found: Counter[tuple[str, str]] = Counter()
    for path in data.glob("mail/*/new/*"):
        name = re.search(rb"(?mi)^Message-ID:\s*(<[^>]+>)", path.read_bytes())
        assert name, path
        found[path.parts[-3], name[1].decode()] += 1
    return found
