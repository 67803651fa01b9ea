"""Everybody at once, by every way in: one winner for each ticket, each letter once, nothing for `verify` to say."""

from __future__ import annotations

import itertools
import multiprocessing
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.store.inspect import Lying, tickets
from helpdesk_lite.words import times
from helpdesk_lite.words.ticket import CLAIMED
from tests import examples, servers
from tests.race import doers
from tests.race.racers import PEOPLE

LOCKS = re.compile(r"([0-9A-Z]{2}|submission-[0-9a-f]{2}|courier|setup)\.lock\Z")
HELD = ("released", "closed", "escalated", "reassigned", "waiting", "resolved")
AFTER = {**dict.fromkeys(("inquiry", "released", "escalated"), ("claimed",)), "closed": ("reopened",)}
AFTER |= dict.fromkeys(("claimed", "reopened", "reassigned", "waiting", "resolved"), HELD)


@pytest.mark.parametrize("count", [4, pytest.param(2000, marks=pytest.mark.long)])
def test_thirty_two_claim_each_ticket_by_every_way(count: int) -> None:
    """Four processes of eight people: over HTTP to two workers, as CGI, by commands, and with the desk itself.

    Each way in turn is let go first, just so far that it wins most of its races: else a process would never win.
    """
    people = dict(zip(PEOPLE, ("http", "desk") * 3 + ("cgi", "command"), strict=True))
    with servers.new_desk(people=PEOPLE, sign_in_tries=0) as desk, servers.serve(desk, workers=2) as url:
        house = assemble.house(make_desk(str(desk.root)))
        numbers = [
            house.desk.submit(examples.contact_form(), examples.submission(f"It burns. ({index})"), "", "en")
            for index in range(count)
        ]
        fared = _raced(str(desk.root), url, people, numbers)
        winners = Counter[tuple[str, str]]()
        for number, told in zip(numbers, fared, strict=True):
            (winner,) = (one.who for one in told if one.won)
            winners[f"{winner}@example.org", number] += 1
            ticket = house.store.read(number)
            assert ticket.place == (CLAIMED, winner)
            truth = (winner, times.iso(ticket.since))
            assert all(one.won or (one.holder, one.since) == truth for one in told), (truth, told)
        doers.empty_the_outbox(house)
        assert _forwards(Path(house.root.data)) == winners
        assert desk.run("verify").returncode == 0
    by_way = Counter(one.way for told in fared for one in told if one.won)
    losers = sum(not one.won for told in fared for one in told)
    print(f"{count} tickets, 32 claimers each: {len(winners)} winners {dict(by_way)}, {losers} told who has it")
    assert count < 100 or min(by_way[way] for way in doers.WAYS) > count / 20, by_way


def _raced(root: str, url: str, people: dict[str, str], numbers: list[str]) -> list[tuple[doers.Told, ...]]:
    """How all 32 fared with each ticket."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, context, doers.begin, (context.Barrier(32),)) as pool:
        tasks = [pool.submit(doers.claimers, root, url, people, numbers) for _ in range(4)]
        return list(zip(*itertools.chain(*doers.results(tasks)), strict=True))


def _forwards(data: Path) -> Counter[tuple[str, str]]:
    """How many forwards of each ticket lie in which mailbox."""
    found = Counter[tuple[str, str]]()
    for (address, message_id), often in doers.arrived(data).items():
        if ".forward." in message_id:
            found[address, message_id[1:].partition(".")[0]] += often
    return found


@pytest.mark.parametrize("seconds", [5, pytest.param(300, marks=pytest.mark.long)])
def test_everything_at_once(tmp_path: Path, seconds: int) -> None:
    """Claim, release, close, reopen (by commands, too), hand up and on, wait, double submit, verify --repair, couriers
    and readers."""
    house = assemble.house(make_desk(str(tmp_path)))
    for name in ("ines", "bob", "carla", "dan"):
        house.operators.add(Operator(name, f"{name}@example.org"), servers.PASSWORD)
    form = examples.contact_form()
    numbers = [house.desk.submit(form, examples.submission(f"Fire {index}"), "", "en") for index in range(5)]
    root = str(tmp_path)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(10, context, doers.begin, (context.Barrier(10),)) as pool:
        pressing = ("ines", "bob", "carla")
        presses = [
            pool.submit(doers.operate, root, name, sorted({*pressing} - {name}), numbers, seed, seconds)
            for seed, name in enumerate(pressing)
        ]
        commands = pool.submit(doers.type_commands, root, "dan", numbers, 3, seconds)
        customers = [pool.submit(doers.write, root, seed, seconds) for seed in range(2)]
        couriers = [pool.submit(doers.deliver, root, seconds) for _ in range(2)]
        checks = [pool.submit(doers.repair, root, seconds), pool.submit(doers.read, root, numbers, seconds)]
        by_commands = commands.result(seconds + 120)
        done = sum((task.result(60) for task in presses), by_commands)
        got = [task.result(60) for task in customers]
        assert [task.result(60) for task in checks] == [[], []]
        sent = sum(task.result(60) for task in couriers)
    sent += doers.empty_the_outbox(house)  # also what was put off because its ticket was just moving

    assert list(assemble.verifier(house).findings()) == []
    found = [lying.number for lying in tickets(house.root.data) if isinstance(lying, Lying)]
    submitted = {**got[0], **got[1]}
    assert all(submitted[which] == number for one in got for which, number in one.items())
    assert sorted(found) == sorted([*numbers, *submitted.values()])
    stories = [house.store.read(number).entries for number in found]
    for story in stories:
        kinds = [entry.kind for entry in story]
        assert all(after in AFTER[before] for before, after in itertools.pairwise(kinds)), kinds
    kinds = Counter(entry.kind for story in stories for entry in story)
    entries = ("claimed", "released", "closed", "reopened", "escalated", "reassigned")
    for verb, kind in zip((*doers.VERBS, *doers.HANDLING[:2]), entries, strict=True):
        assert kinds[kind] == done[verb], "what worked is written down once"
    assert kinds["waiting"] + kinds["resolved"] <= done["wait"] + done["resolve"], "twice is once"
    named = Counter(letter for story in stories for entry in story for letter in entry.letters)
    arrived = doers.arrived(Path(house.root.data))
    assert Counter({message_id: often for (_, message_id), often in arrived.items()}) == named
    assert sent <= len(named), "the others by couriers that commands left behind"
    assert not house.outbox.held()
    locks = {path.name for path in Path(house.root.inside("locks")).iterdir()}
    assert all(LOCKS.match(name) for name in locks) and len(locks) < 1300
    print(f"{seconds} seconds: {dict(done)}, {len(submitted)} double submissions")
    print(f"of these by commands {dict(by_commands)}; {len(named)} letters, each arrived once")
