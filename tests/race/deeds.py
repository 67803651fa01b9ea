"""What people do with a ticket between claim and close, for processes that do it in the same moment; and who they are.

A deed is the name of a function here and what it is told; how it went is "done", or the name of the refusal.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Barrier
from typing import Any

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.customers.erasing import Erasing
from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.letters import typed
from helpdesk_lite.root import Root
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.web.house import House
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.ticket import ANSWER, LETTER
from tests import examples

HANDS = 4  # processes
ROLES = {"ines": "operator", "bob": "operator", "carla": "operator", "ada": "administrator", "eva": "administrator"}
_PATIENCE = 60.0  # seconds to wait for the slowest
_barrier: Any = None

Deed = tuple[str, ...]
REST: Deed = ("rest",)


def desk_in(folder: Path) -> House:
    """A desk with these people, none of whom can sign in."""
    house = assemble.house(make_desk(str(folder)))
    for name, role in ROLES.items():
        path = Path(house.root.inside("operators", f"{name}.toml"))
        path.write_text(f'email = "{name}@example.org"\nrole = "{role}"\n')
        path.chmod(0o600)
    return house


def asked(house: House, message: str, email: str = "jane@example.com") -> str:
    """A new ticket's number."""
    return house.desk.submit(examples.contact_form(), examples.submission(message, email), "", "en")


@contextmanager
def hands() -> Iterator[ProcessPoolExecutor]:
    """The processes."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(HANDS, context, _begin, (context.Barrier(HANDS),)) as pool:
        yield pool


def race(pool: ProcessPoolExecutor, house: House, rounds: Sequence[Sequence[Deed]]) -> list[tuple[str, ...]]:
    """Let the deeds of each round be done in the same moment; how each of them went, by round."""
    full = [(*deeds, *[REST] * (HANDS - len(deeds))) for deeds in rounds]
    tasks = [pool.submit(_do_all, house.root.path, deeds) for deeds in zip(*full, strict=True)]
    went = zip(*(task.result() for task in tasks), strict=True)
    return [how[: len(deeds)] for how, deeds in zip(went, rounds, strict=True)]


def _begin(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def _do_all(root: str, deeds: Sequence[Deed]) -> list[str]:
    house = assemble.house(Root(root))
    went = []
    for name, *told in deeds:
        _barrier.wait(_PATIENCE)
        try:
            _DEEDS[name](house, *told)
            went.append("done")
        except DeskError as refused:
            went.append(type(refused).__name__)
    return went


def _who(house: House, name: str) -> Any:
    return house.operators.find(name)


def _by_rule(house: House) -> None:
    house.ruling.finish()


def _of_desk(verb: str) -> Callable[..., None]:
    return lambda house, number, who: getattr(house.desk, verb)(number, _who(house, who))


def _of_handling(verb: str, *told: str) -> Callable[..., None]:
    return lambda house, number, who: getattr(house.handling, verb)(number, _who(house, who), *told)


def _of_two(verb: str) -> Callable[..., None]:
    return lambda house, number, other, who: getattr(Joining(house.desk), verb)(number, other, _who(house, who))


def _merge_surely(house: House, number: str, other: str, who: str) -> None:
    Joining(house.desk).merge(number, other, _who(house, who), is_sure=True)


def _unmerge(house: House, number: str, who: str) -> None:
    Joining(house.desk).unmerge(number, _who(house, who))


def _reply(house: House, number: str, who: str) -> None:
    ticket = house.store.read(number)
    words = typed.Typed("Pour water on it.", (), len(ticket.entries))
    with typed.posted(words, ANSWER, (who, f"{who}@example.org"), ticket, house.desk, house.spool) as post:
        house.intake.correspondence.reply(number, _who(house, who), post, len(ticket.entries))


def _writes(house: House, number: str) -> None:
    ticket = house.store.read(number)
    words = typed.Typed("It burns still.", (), 2)
    with typed.posted(words, LETTER, ticket.inquiry.customer, ticket, house.desk, house.spool) as post:
        Customers(house.intake.correspondence).write(number, post)


def _customers(verb: str) -> Callable[..., None]:
    return lambda house, number: getattr(Customers(house.intake.correspondence), verb)(number)


def _erase(house: House, address: str) -> None:
    Erasing(house.desk, house.drafts, house.intake.arrivals).erase(address, "ada")


def _undo(house: House, name: str, who: str) -> None:
    noted = house.audit.find(name)
    (house.accounts if noted.about.startswith("operators/") else house.arranging).undo(noted, _who(house, who))


def _absent(house: House, name: str, who: str) -> None:
    house.accounts.change(_who(house, name)._replace(absent_until="2036-01-01"), _who(house, who))


def _deliver(house: House) -> None:
    with suppress(OSError):
        assemble.courier(house).run()


_DEEDS: dict[str, Callable[..., None]] = {
    "rest": lambda _: None,
    "by rule": _by_rule,
    **{verb: _of_desk(verb) for verb in ("claim", "release", "close", "reopen")},
    **{verb: _of_handling(verb) for verb in ("wait", "resolve", "restore")},
    "spam": _of_handling("put_away", "spam"),
    "bin": _of_handling("put_away", "binned"),
    "hand to bob": _of_handling("reassign", "bob"),
    **{verb: _of_two(verb) for verb in ("merge", "link", "unlink")},
    "merge surely": _merge_surely,
    "unmerge": _unmerge,
    "reply": _reply,
    "writes": _writes,
    "closes": _customers("close"),
    "reopens": _customers("reopen"),
    "erase": _erase,
    "undo": _undo,
    "absent": _absent,
    "deliver": _deliver,
}
