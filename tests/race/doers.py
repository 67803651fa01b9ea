"""Everybody who may be at work on a desk at once, each a process of their own; and what each of them says was done.

They use the desk as a door does after it has read the request, so that they meet far more often than browsers would.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any, NamedTuple

from helpdesk_lite import assemble
from helpdesk_lite.letters.courier import Courier
from helpdesk_lite.root import Root
from helpdesk_lite.web.house import House
from helpdesk_lite.words import times
from helpdesk_lite.words.errors import AlreadyClaimed, NotAllowed, TicketMoved, UnknownNumber
from tests import examples, servers
from tests.bench.whole import Script
from tests.visitor import Visitor

VERBS = ("claim", "release", "close", "reopen")
HANDLING = ("escalate", "reassign", "wait", "resolve")
_NEXT = {"release": ("claim",), "claim": ("release", "close"), "close": ("reopen",), "reopen": ("release", "close")}
# The ways to claim, and the seconds from setting out until the claim: a first guess, which each claimer betters.
WAYS = {"desk": 0.0, "http": 0.005, "cgi": 0.2, "command": 0.2}
_HAS_IT = re.compile(r"(\S+) (?:has|have) had (\S+) since (?:<time datetime=\")?([0-9T:Z-]{20})", re.IGNORECASE)
_PATIENCE = 120.0  # seconds to wait for the slowest
_barrier: Any = None


class Told(NamedTuple):
    """How a claimer fared: who, by which way, whether they won, who they were told has it, and since when."""

    who: str
    way: str
    won: bool
    holder: str
    since: str = ""


def begin(barrier: Barrier) -> None:
    """What each process does first; all of them begin together then."""
    global _barrier
    _barrier = barrier


def claimers(root: str, url: str, people: Mapping[str, str], numbers: Sequence[str]) -> list[list[Told]]:
    """Threads, one for each person, who claim each number in the same moment as all others; how they fared with each.

    `people` says by which way each of them comes.
    """
    with ThreadPoolExecutor(len(people)) as pool:
        tasks = [pool.submit(_claim_all, root, url, who, people, numbers) for who in people]
        wait(tasks, return_when=FIRST_EXCEPTION)
        if any(task.done() and task.exception() for task in tasks):
            _barrier.abort()  # nobody waits for whoever failed
        return results(tasks)


def results(tasks: Sequence[Future[Any]]) -> list[Any]:
    """What they gave. If one failed, that is raised, and not that others then waited in vain."""
    for task in sorted(tasks, key=lambda task: isinstance(task.exception(), BrokenBarrierError)):
        task.result()
    return [task.result() for task in tasks]


def _claim_all(root: str, url: str, who: str, people: Mapping[str, str], numbers: Sequence[str]) -> list[Told]:
    fared = []
    claim = _CLAIMS[people[who]](root, url, who)
    pace = _Pace()
    for index, number in enumerate(numbers):
        lead = list(WAYS)[index % len(WAYS)]
        _barrier.wait(_PATIENCE)
        pace.let_go_first(lead, people[who])
        lost = claim(number)
        told = Told(who, people[who], False, *lost) if lost else Told(who, people[who], True, who)
        pace.learn(lead, people[told.holder])
        fared.append(told)
    return fared


class _Pace:
    """For how long the way that leads a race is let go first: it shall win most of these races, but never by much.

    All claimers see the same winners, so they agree on it without a word.
    """

    def __init__(self) -> None:
        self._ahead = dict(WAYS)

    def let_go_first(self, lead: str, way: str) -> None:
        """Wait, unless this is the way that leads."""
        if way != lead:
            time.sleep(self._ahead[lead] * random.uniform(1, 1.3))

    def learn(self, lead: str, winner: str) -> None:
        """Less of it if the leading way has won, more if it has not."""
        self._ahead[lead] *= 0.9 if winner == lead else 1.5


def _by_desk(root: str, _: str, who: str) -> Callable[[str], tuple[str, str] | None]:
    house = assemble.house(Root(root))
    operator = house.operators.find(who)
    assert operator is not None

    def claim(number: str) -> tuple[str, str] | None:
        try:
            house.desk.claim(number, operator)
        except AlreadyClaimed as lost:
            return lost.holder, times.iso(lost.since)
        return None

    return claim


def _by_http(_: str, url: str, who: str) -> Callable[[str], tuple[str, str] | None]:
    visitor = Visitor(url)
    answer = visitor.sign_in(who, servers.PASSWORD)
    assert answer.status == 303, answer

    def claim(number: str) -> tuple[str, str] | None:
        answer = visitor.post(f"/tickets/{number}/claim")
        return _read(answer.status in (303, 409), answer.status == 303, who, number, answer.text)

    return claim


def _by_cgi(root: str, url: str, who: str) -> Callable[[str], tuple[str, str] | None]:
    visitor = Visitor(url)
    answer = visitor.sign_in(who, servers.PASSWORD)
    assert answer.status == 303, answer
    script = Script(str(Path(root) / "cgi-bin" / "helpdesk.cgi"), "")
    script.cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())

    def claim(number: str) -> tuple[str, str] | None:
        done = script.post({}, f"/tickets/{number}/claim")
        return _read(done.status in (303, 409), done.status == 303, who, number, done.output.decode())

    return claim


def _by_command(root: str, _: str, who: str) -> Callable[[str], tuple[str, str] | None]:
    def claim(number: str) -> tuple[str, str] | None:
        done = command(root, "claim", number, who)
        return _read(done.returncode in (0, 1), done.returncode == 0, who, number, done.stdout + done.stderr)

    return claim


_CLAIMS = {"desk": _by_desk, "http": _by_http, "cgi": _by_cgi, "command": _by_command}


def command(root: str, verb: str, number: str, who: str) -> subprocess.CompletedProcess[str]:
    """A real `helpdesk-lite claim` (or release, close, reopen)."""
    words = [sys.executable, "-m", "helpdesk_lite.cli", "--root", root, verb, number, "--as", who]
    return subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE)


def _read(is_expected: bool, won: bool, who: str, number: str, said: str) -> tuple[str, str] | None:
    """None for the winner; a loser reads who has the ticket and since when."""
    assert is_expected, (who, number, said)
    if won:
        return None
    found = _HAS_IT.search(said)
    assert found and found[2] == number, (who, number, said)
    return who if found[1].lower().endswith("you") else found[1].rpartition(">")[2], found[3]


def _while_all_do(seconds: float) -> Iterator[None]:
    """Again and again for so many seconds, from when all are there."""
    _barrier.wait(_PATIENCE)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield


def operate(
    root: str, who: str, others: Sequence[str], numbers: Sequence[str], seed: int, seconds: float
) -> Counter[str]:
    """Press buttons at random, and hand tickets on to the others; how often each of them worked."""
    house = assemble.house(Root(root))
    operator = house.operators.find(who)
    assert operator is not None
    dice = random.Random(seed)
    done: Counter[str] = Counter()
    for _ in _while_all_do(seconds):
        verb = dice.choice((*VERBS, *HANDLING))
        number = dice.choice(numbers)
        try:
            if verb == "reassign":
                house.handling.reassign(number, operator, dice.choice(others))
            elif verb == "escalate":
                house.handling.escalate(number, operator, "It burns higher.")
            else:
                getattr(house.desk if verb in VERBS else house.handling, verb)(number, operator)
            done[verb] += 1
        except (TicketMoved, NotAllowed):
            done["too late"] += 1
    return done


def type_commands(root: str, who: str, numbers: Sequence[str], seed: int, seconds: float) -> Counter[str]:
    """The same with real commands, each a process of its own. Once `who` has a ticket, nobody else comes in between."""
    dice = random.Random(seed)
    done: Counter[str] = Counter()
    last, number = "release", ""
    for _ in _while_all_do(seconds):
        verb = dice.choice(_NEXT[last])
        number = dice.choice(numbers) if verb == "claim" else number
        ended = command(root, verb, number, who)
        assert len((ended.stdout + ended.stderr).splitlines()) == 1, ended
        assert ended.returncode == 0 or (ended.returncode == 1 and verb == "claim"), ended
        last = last if ended.returncode else verb
        done["too late" if ended.returncode else verb] += 1
    return done


def write(root: str, seed: int, seconds: float) -> dict[int, str]:
    """Submit, as several customers who each press the button twice; the number that each submission got."""
    house = assemble.house(Root(root))
    dice = random.Random(seed)
    got: dict[int, str] = {}
    for _ in _while_all_do(seconds):
        which = dice.randrange(40)
        submission = examples.submission(f"It burns, for the {which}. time.")
        number = house.desk.submit(examples.contact_form(), submission, "192.0.2.1", "en")
        assert got.setdefault(which, number) == number
    return got


def deliver(root: str, seconds: float) -> int:
    """Send what is due, again and again; how many letters were sent."""
    house = assemble.house(Root(root))
    sent = 0
    for _ in _while_all_do(seconds):
        sent += Courier(house).run().sent
    return sent


def repair(root: str, seconds: float) -> list[str]:
    """Verify and repair, again and again; what was found, of which there should be nothing."""
    verifier = assemble.verifier(assemble.house(Root(root)))
    found = []
    for _ in _while_all_do(seconds):
        for finding in list(verifier.findings()):
            found.append(f"{finding.path}: {finding.said}")
            verifier.mend(finding)
    return found


def read(root: str, numbers: Sequence[str], seconds: float) -> list[str]:
    """Read tickets and lists without any lock; what could not be read, of which there should be nothing."""
    house = assemble.house(Root(root))
    wrong = []
    for _ in _while_all_do(seconds):
        house.desk.queue()
        for number in numbers:
            try:
                house.store.read(number)
            except UnknownNumber:
                wrong.append(number)
    return wrong


def empty_the_outbox(house: House) -> int:
    """Send what is left, once couriers that claims have left behind are done; how many letters were sent."""
    until = time.monotonic() + _PATIENCE
    sent = 0
    while house.outbox.waiting():
        assert time.monotonic() < until
        sent += Courier(house).run(all=True).sent
        time.sleep(0.02)
    return sent


def arrived(data: Path) -> Counter[tuple[str, str]]:
    """How often each Message-ID lies in which Maildir."""
    found: Counter[tuple[str, str]] = Counter()
    for path in data.glob("mail/*/new/*"):
        name = re.search(rb"(?mi)^Message-ID:\s*(<[^>]+>)", path.read_bytes())
        assert name, path
        found[path.parts[-3], name[1].decode()] += 1
    return found
