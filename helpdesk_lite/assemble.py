"""The one place that names concrete parts: a folder becomes a running desk.

Guarantee: a desk is put together whole or not at all; what keeps it from working is one clear sentence.
"""

from __future__ import annotations

import os
import time

from helpdesk_lite import disk
from helpdesk_lite.cache import Cache, stamp
from helpdesk_lite.root import SHARE, Root
from helpdesk_lite.web.house import House
from helpdesk_lite.words.errors import DeskUnusable
from helpdesk_lite.words.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from helpdesk_lite.administration.accounts import Accounts
    from helpdesk_lite.checks.verify import Verifier
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.letters.courier import Courier
    from helpdesk_lite.letters.intake import Intake
    from helpdesk_lite.mail.arrivals import Arrivals
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.permission import Permission
    from helpdesk_lite.reception import Reception
    from helpdesk_lite.shelves.audit import Audit
    from helpdesk_lite.shelves.drafts import Drafts
    from helpdesk_lite.shelves.limits import Limits
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.shelves.whose import Whose
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.tickets.handling import Handling
    from helpdesk_lite.tickets.lists import Lists
    from helpdesk_lite.web.render import Render
    from helpdesk_lite.web.session import Sessions
    from helpdesk_lite.web.setup import Setup


def chance() -> int:
    """A random number of 64 bits that nobody can guess."""
    return int.from_bytes(os.urandom(8), "big")


def make_data(root: Root) -> None:
    """Make what is missing in data/. DeskUnusable if it cannot be made or written, or a newer version made it."""
    from helpdesk_lite import data_format
    from helpdesk_lite.mail import arrivals
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.store.flat import FlatStore
    from helpdesk_lite.words import settings_table

    number = data_format.check(root.format)
    old_mask = os.umask(0o077)
    try:
        is_new = not disk.is_there(root.inside("pending"))
        disk.make_folder(root.data)
        data_format.note(root.format, data_format.NEWEST if is_new else number)
        for name in ("operators", "cache", "limits", "spool"):
            disk.make_folder(root.inside(name))
        arrivals.make_folders(root.inside("intake"))
        FlatStore(root.data, time.time).make_folders()
        Outbox(root.inside("outbox")).make_folders()
        _make_file(root.inside("secret"), os.urandom(32))
        _make_file(root.settings, settings_table.default_text().encode())
        _make_file(root.inside("README"), disk.read(os.path.join(SHARE, "data-README")))
    except OSError as wrong:
        raise DeskUnusable(
            f"The desk cannot write to {wrong.filename or root.data}: {wrong.strerror}. "
            "The user that runs it must own data/ and everything in it."
        ) from None
    finally:
        os.umask(old_mask)


def house(root: Root, url: str = "") -> House:
    """The desk in this folder. `url` fills in for an empty `[desk] url`. DeskUnusable, SettingsMistaken."""
    if not os.path.exists(root.inside("secret")):
        make_data(root)
    made = House(_PARTS)
    made.root, made.clock, made.spool = root, time.time, root.inside("spool")
    made.cache = Cache(root.inside("cache"))
    made.settings = _settings(made)
    if url and not made.settings.url:
        made.settings = made.settings._replace(url=url)
    return made


def _settings(made: House) -> Settings:
    """The settings; and as they are needed first, and kept with what they came from, the format's check for free."""
    path = made.root.settings

    def check() -> dict[str, Any]:
        from helpdesk_lite import data_format
        from helpdesk_lite.words import settings_table

        data_format.check(made.root.format)
        try:
            text = disk.read(path).decode("utf-8-sig", "replace")
        except OSError as wrong:
            raise DeskUnusable(f"{path} cannot be read: {wrong.strerror}.") from None
        return settings_table.check(text, os.path.relpath(path, made.root.path))

    return Settings(made.cache.get("settings", [path, made.root.format], check))


def _store(made: House) -> Store:
    from helpdesk_lite.store.flat import FlatStore

    return FlatStore(made.root.data, made.clock)


def _outbox(made: House) -> Outbox:
    from helpdesk_lite.mail.outbox import Outbox

    return Outbox(made.root.inside("outbox"))


def _desk(made: House) -> Desk:
    from helpdesk_lite.desk import Desk

    known = made.store, made.outbox, made.settings, made.secret, made.clock, chance
    return Desk(*known, made.whose, made.reception, lambda: made.permission)


def _reception(made: House) -> Reception:
    from helpdesk_lite.reception import Reception

    rules = made.root.inside("rules.toml")
    return Reception(lambda: made.categories, lambda: os.path.exists(rules), lambda: made.ruling)


def _permission(made: House) -> Permission:
    from helpdesk_lite.permission import Permission

    return Permission(
        lambda name: made.operators.find(name),
        lambda: made.categories,
        lambda *refused: made.audit.refused(*refused),
    )


def _audit(made: House) -> Audit:
    from helpdesk_lite.shelves.audit import Audit

    return Audit(made.root.inside("log"), made.clock)


def _accounts(made: House) -> Accounts:
    from helpdesk_lite.administration.accounts import Accounts

    return Accounts(made.desk, made.operators, made.audit, made.root.arranging_lock)


def _elsewhere(module: str, name: str) -> Callable[[House], Any]:
    """A part that most requests do without: a function of `module` puts it together."""

    def make(made: House) -> Any:
        return getattr(__import__(f"helpdesk_lite.{module}", fromlist=[name]), name)(made)

    return make


def _handling(made: House) -> Handling:
    from helpdesk_lite.tickets.handling import Handling

    return Handling(made.desk, made.operators, lambda: made.handing_over)


def _lists(made: House) -> Lists:
    from helpdesk_lite.tickets.lists import Lists

    return Lists(made.desk, made.clock)


def _forms(made: House) -> FormsFolder:
    from helpdesk_lite.forms.folder import FormsFolder

    named = Cache(made.cache.folder, made.settings.name)
    return FormsFolder(made.root.forms, made.root.templates, named, made.settings.name)


def _operators(made: House) -> Operators:
    from helpdesk_lite.shelves.operators import Operators

    return Operators(made.root.inside("operators"), made.cache)


def _limits(made: House) -> Limits:
    from helpdesk_lite.shelves.limits import Limits

    return Limits(made.root.inside("limits"), made.secret, made.clock)


def _whose(made: House) -> Whose:
    from helpdesk_lite.shelves.whose import Whose

    return Whose(made.root.inside("customers"), made.secret)


def _drafts(made: House) -> Drafts:
    from helpdesk_lite.shelves.drafts import Drafts

    return Drafts(made.root.inside("drafts"), made.clock)


def _sessions(made: House) -> Sessions:
    from helpdesk_lite.web.session import Sessions

    ended = made.root.inside("ended")
    return Sessions(made.operators, made.limits, made.settings, made.secret, ended, made.clock, chance)


def _setup(made: House) -> Setup:
    from helpdesk_lite.web import setup

    lock = made.root.inside("locks", "setup.lock")
    return setup.Setup(made.accounts, setup.path_in(made.root.data), lock, chance)


def _render(made: House) -> Render:
    from helpdesk_lite.web.render import Render

    return Render(made.root.templates, made.cache)


def intake(made: House) -> Intake:
    """What takes letters in."""
    from helpdesk_lite.letters.correspondence import Correspondence
    from helpdesk_lite.letters.intake import Intake
    from helpdesk_lite.letters.threads import Threads

    arrivals = _arrivals(made)
    threads = Threads(made.store, arrivals, made.settings, made.secret, made.clock)
    departments = None if made.reception.is_last else made.departments
    return Intake(arrivals, threads, Correspondence(made.desk, made.operators, made.limits), departments)


def _arrivals(made: House) -> Arrivals:
    from helpdesk_lite.mail.arrivals import Arrivals

    return Arrivals(made.root.inside("intake"), made.root.inside("locks"), made.clock, chance)


def _count_kept(made: House) -> int:
    """How many letters that came in wait for a person: told by names alone, since the queue asks each time."""
    return sum(name.endswith(".eml") for name in disk.names(made.root.inside("intake", "kept")))


_PARTS: dict[str, Callable[[House], Any]] = {
    "secret": lambda made: disk.read(made.root.inside("secret")),
    "store": _store,
    "outbox": _outbox,
    "intake": intake,
    "count_kept": lambda made: lambda: _count_kept(made),
    "reception": _reception,
    **{
        name: _elsewhere("assemble_reception", name)
        for name in ("categories", "departments", "handing_over", "rules", "ruling", "arranging", "adjusting", "naming")
    },
    **{name: _elsewhere("assemble_texts", name) for name in ("texts", "styling", "stationery")},
    "desk": _desk,
    "permission": _permission,
    "audit": _audit,
    "handling": _handling,
    "accounts": _accounts,
    "lists": _lists,
    "forms": _forms,
    "operators": _operators,
    "limits": _limits,
    "drafts": _drafts,
    "whose": _whose,
    "sessions": _sessions,
    "setup": _setup,
    "render": _render,
}


def standing_house(root: Root, url: str = "") -> Callable[[], House]:
    """The desk, put together anew whenever its settings, or its folder's format, have changed."""
    known: list[tuple[Any, House]] = []

    def current() -> House:
        version = (stamp(root.settings), stamp(root.format))
        if not known or known[-1][0] != version:
            known[:] = [(version, house(root, url))]
        return known[-1][1]

    return current


def courier(made: House) -> Courier:
    """What sends the letters of this desk."""
    from helpdesk_lite.letters.courier import Courier

    return Courier(made)


def work(made: House, until: float | None = None) -> int:
    """Do what is due besides answering, for this desk and those of its departments; how many letters were sent."""
    from helpdesk_lite.assemble_reception import with_departments

    return sum(_work(one, until) for one in with_departments(made) if one is made or is_due(one))


def _work(made: House, until: float | None) -> int:
    """Send letters (until the clock says so), finish what was left, and once an hour tidy up."""
    if disk.names(made.root.inside("intake", "new")):
        made.intake.finish()
    if disk.names(made.root.inside("duties")):
        made.ruling.finish()
    if disk.names(made.root.inside("handing")):
        made.handing_over.finish()
    sent = courier(made).run(until).sent
    _tidy(made)
    version, is_settled = _outbox_version(made)
    waiting = [letter.next_at for letter in made.outbox.waiting()]
    due = min(waiting, default=_NEVER)
    left = made.store.resolved(made.clock()) or disk.names(made.root.inside("duties"))
    if due > made.clock() + _HOUR and any(left):
        due = int(made.clock()) + _HOUR  # they are closed, or done, by and by, also on a desk without mail
    disk.jot(_due_path(made), b"%d %s" % (due if is_settled else min(due, int(made.clock()) + _UNSETTLED), version))
    return sent


def work_a_while(made: House) -> bool:
    """`work` for a server that stays, and may be told to stop: whether more is due and can be done at once."""
    return work(made, made.clock() + _A_WHILE) > 0 and is_due(made)


def is_due(made: House) -> bool:
    """Whether a letter's time has come: told by a small note that the last `work` left, so that asking costs little.

    The note counts while nobody has put anything into the outbox: whoever did may have been killed before it was sent.
    """
    version = _outbox_version(made)[0]
    try:
        due, _, noted = disk.read(_due_path(made)).partition(b" ")
        return int(due) <= made.clock() or noted != version
    except (FileNotFoundError, ValueError):
        return any(disk.names(made.root.inside("outbox", name)) for name in ("new", "sending", "staged"))


def _outbox_version(made: House) -> tuple[bytes, bool]:
    """What changes with the letters to send, and whether a change in this moment would show."""
    times = [os.stat(made.root.inside("outbox", name)).st_mtime_ns for name in ("new", "staged")]
    return b"%x-%x" % tuple(times), max(times) / 1e9 < made.clock() - _UNSETTLED


_NEVER = 1 << 40
_A_WHILE = 2  # seconds
_UNSETTLED = 2  # seconds: the coarsest clock a file system has
_HOUR = 3600


def _due_path(made: House) -> str:
    return made.root.inside("cache", "next-letter")


def _tidy(made: House) -> None:
    """Throw away what has had its time: counts, sign-outs, uploads; close what was resolved, erase what was closed."""
    last = made.root.inside("cache", "tidied")
    if os.path.exists(last) and os.path.getmtime(last) > made.clock() - _HOUR:
        return
    from helpdesk_lite.customers.erasing import Erasing

    disk.jot(last, b"")
    made.limits.tidy()
    made.sessions.tidy()
    made.store.tidy()
    made.handling.close_resolved()
    Erasing(made.desk, made.drafts, made.intake.arrivals).erase_closed()
    made.drafts.tidy()
    made.outbox.forget_sent(made.clock() - 24 * _HOUR)
    disk.remove_older(made.spool, made.clock() - 24 * _HOUR)


def verifier(made: House) -> Verifier:
    """What checks the promises about data/."""
    from helpdesk_lite.checks.verify import Verifier
    from helpdesk_lite.letters.ledger import Ledger

    letters = Ledger(made.intake, made.root.data)
    return Verifier(made.desk, made.operators, letters, made.root, made.naming, made.audit, made.handing_over)


def _make_file(path: str, content: bytes) -> None:
    try:
        disk.write_new(path, [content])
    except FileExistsError:
        return
