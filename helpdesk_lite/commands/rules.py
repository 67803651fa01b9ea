"""`helpdesk-lite rules check|try`: is the file of rules right, and what would it do with a ticket?"""

from __future__ import annotations

import os

from helpdesk_lite import assemble
from helpdesk_lite.root import find_root
from helpdesk_lite.tickets.trial import Trial
from helpdesk_lite.words import terminal, times
from helpdesk_lite.words.errors import UnknownNumber
from helpdesk_lite.words.tracking import read_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.shelves.rules import Tried
    from helpdesk_lite.words.standing import Standing


def check(given: Namespace) -> int:
    """Say every mistake, and what rules name that there is not; 1 if there is anything to say."""
    root = find_root(given.root)
    house = assemble.house(root)
    mistakes = house.naming.mistakes_of_rules()
    for mistake in mistakes:
        _say(f"{os.path.relpath(house.rules.path, root.path)}: {mistake}")
    if not mistakes:
        count = len(house.rules.all())
        _say(f"{count} {'rule' if count == 1 else 'rules'}, and all is right." if count else "There are no rules.")
    return 1 if mistakes else 0


def try_rules(given: Namespace) -> int:
    """Say of each rule whether it applies to the ticket, condition by condition, and what all of them together do."""
    house = assemble.house(find_root(given.root))
    number = read_number(given.number)
    if number is None:
        raise UnknownNumber(given.number)
    trial = house.ruling.tried(number, house.forms)
    for mistake in house.rules.mistakes():
        _say(f"mistake: {mistake}")
    for one in trial.verdict.tried:
        _tell(one)
    _outcome(trial)
    return 0


def _tell(one: Tried) -> None:
    _say(f"{'applies' if one.applies else 'no':8}{one.rule.name}")
    for look in one.looks:
        _say(f"        {'yes' if look.is_so else 'no':4}{look.condition.words}   (it is {look.seen!r})")


def _outcome(trial: Trial) -> None:
    if not trial.verdict.names:
        _say("No rule applies.")
        return
    _say(f"Then: {_words(trial.standing, trial.category)}")
    if trial.verdict.action.note:
        _say(f"Note: {trial.verdict.action.note}")
    for candidate in trial.candidates:
        _say(f"        {'can' if not candidate.hindrance else 'no':4}{candidate.name}   {candidate.hindrance}".rstrip())
    if trial.verdict.action.hand:
        _say(f"Handed to {trial.choice}." if trial.choice else "Handed to nobody: it stays in the queue.")


def _words(now: Standing, category: str) -> str:
    told = [f"category {category or 'none'}", f"priority {now.priority}", f"level {now.level}"]
    told += [f"due {times.moment(now.due_at)}"] if now.due_at else []
    told += [f"not before {times.moment(now.wakes_at)}"] if now.wakes_at else []
    return ", ".join(told)


def _say(text: str) -> None:
    print(terminal.line(text))
