"""`helpdesk-lite operator add|edit|list|passwd|hand-on|remove`: accounts from the command line."""

from __future__ import annotations

import sys
from getpass import getpass

from helpdesk_lite import assemble
from helpdesk_lite.administration.leaving import Leaving
from helpdesk_lite.root import find_root
from helpdesk_lite.shelves.operators import COMMAND_LINE, Operator
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import OperatorMistaken
from helpdesk_lite.words.rights import ADMINISTRATOR
from helpdesk_lite.words.route import without_password
from helpdesk_lite.words.standing import HIGHEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.administration.accounts import Accounts


def add(given: Namespace) -> int:
    """Make an account."""
    operator = with_given(Operator(given.name, given.email), given)
    made = _accounts(given).add(operator, COMMAND_LINE, _password(given))
    print(f"{made.name} <{made.email}> can sign in now.")
    return 0


def edit(given: Namespace) -> int:
    """Change what is given of an account; all else stays."""
    accounts = _accounts(given)
    before = accounts.operators.find(given.name)
    if before is None:
        raise OperatorMistaken(f"There is no operator {given.name}.")
    accounts.change(with_given(before, given), COMMAND_LINE)
    print(f"{given.name} is as you said now.")
    return 0


def list_operators(given: Namespace) -> int:
    """List accounts: name, address, role, how mail reaches them, and what is unusual; then mistakes in files."""
    operators = _accounts(given).operators
    for operator in operators.everybody():
        facts = (operator.name, operator.email, operator.role, without_password(operator.deliver), *unusual(operator))
        print("\t".join(map(terminal.line, facts)))
    mistakes = operators.mistakes()
    for mistake in mistakes:
        print(f"helpdesk-lite: {terminal.line(mistake)}"[:500], file=sys.stderr)
    return 1 if mistakes else 0


def passwd(given: Namespace) -> int:
    """Change a password."""
    _accounts(given).change_password(given.name, _password(given), COMMAND_LINE)
    print(f"{given.name} has a new password; whoever was signed in with the old one is signed out.")
    return 0


def remove(given: Namespace) -> int:
    """Take an account away."""
    house = assemble.house(find_root(given.root))
    held = house.store.held_by(given.name)
    house.accounts.remove(given.name, COMMAND_LINE)
    tickets = "a ticket" if len(held) == 1 else f"{len(held)} tickets"
    print(f"{given.name} is no longer an operator." + (f" They hold {tickets}." if held else ""))
    return 0


def hand_on(given: Namespace) -> int:
    """Hand an operator's tickets to another, or put them back into the queue; 1 if some stayed."""
    leaving = Leaving(assemble.house(find_root(given.root)).handling)
    if given.to:
        went = leaving.hand_on(given.name, given.to, COMMAND_LINE)
    else:
        went = leaving.put_back(given.name, COMMAND_LINE)
    goal = f"are {given.to}'s now" if given.to else "are back in the queue"
    print(f"{went.done} tickets of {given.name} {goal}.")
    for number, why in went.stayed:
        print(f"helpdesk-lite: {number} stays: {why}", file=sys.stderr)
    return 1 if went.stayed else 0


def with_given(operator: Operator, given: Namespace) -> Operator:
    """The operator with what was given on the command line."""
    plain = ("email", "role", "deliver", "language", "level", "supervisor", "absent_until")
    values = {name: getattr(given, name) for name in plain if getattr(given, name) is not None}
    if given.categories is not None:
        values["categories"] = tuple(given.categories.replace(",", " ").split())
    if given.skills is not None:
        values["skills"] = tuple(given.skills.replace(",", " ").split())
    if given.admin:
        values["role"] = ADMINISTRATOR
    return operator._replace(**values)


def unusual(operator: Operator) -> list[str]:
    """What is not usual about an operator, in words."""
    told = {
        f"categories {', '.join(operator.categories)}": operator.categories,
        f"up to level {operator.level}": operator.level < HIGHEST,
        f"supervisor {operator.supervisor}": operator.supervisor,
        f"absent until {operator.absent_until}": operator.absent_until,
        f"skills {', '.join(operator.skills)}": operator.skills,
    }
    return [word for word, counts in told.items() if counts]


def _accounts(given: Namespace) -> Accounts:
    return assemble.house(find_root(given.root)).accounts


def _password(given: Namespace) -> str:
    if given.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise OperatorMistaken("There is no terminal to ask for a password: use --password-stdin.")
    password = getpass("Password: ")
    if password != getpass("The same again: "):
        raise OperatorMistaken("The two passwords differ.")
    return password
