"""The one place that names concrete parts: a folder becomes a running desk.

Guarantee: a desk is put together whole or not at all; what keeps it from working is one clear sentence.
"""

from __future__ import annotations

import os
import time

from helpdesk_lite import disk, settings
from helpdesk_lite.cache import Cache, stamp
from helpdesk_lite.desk import Desk
from helpdesk_lite.errors import DeskUnusable
from helpdesk_lite.limits import Limits
from helpdesk_lite.mail.outbox import Outbox
from helpdesk_lite.operators import Operators
from helpdesk_lite.root import SHARE, Root
from helpdesk_lite.store.flat import FlatStore
from helpdesk_lite.web.house import House

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from helpdesk_lite.courier import Courier
    from helpdesk_lite.settings import Settings
    from helpdesk_lite.verify import Verifier

def chance() -> int:
    """A random number of 64 bits that nobody can guess."""
    return int.from_bytes(os.urandom(8), "big")


def make_data(root: Root) -> None:
    """Make what is missing in data/. DeskUnusable if it cannot be made or written."""
    old_mask = os.umask(0o077)
    try:
        for name in ("operators", "cache", "intake/new", "intake/kept", "limits", "spool"):
            disk.make_folder(root.inside(name))
        FlatStore(root.data, time.time).make_folders()
        Outbox(root.inside("outbox")).make_folders()
        _make_file(root.inside("secret"), os.urandom(32))
        _make_file(root.settings, settings.default_text().encode())
        with open(os.path.join(SHARE, "data-README"), "rb") as readme:
            _make_file(root.inside("README"), readme.read())
    except OSError as wrong:
        raise DeskUnusable(
            f"The desk cannot write to {wrong.filename or root.data}: {wrong.strerror}. "
            "The user that runs it must own data/ and everything in it."
        ) from None
    finally:
        os.umask(old_mask)


def read_settings(root: Root, cache: Cache) -> Settings:
    """The desk's settings as they are now. SettingsMistaken, DeskUnusable."""

    def check() -> dict[str, Any]:
        try:
            with open(root.settings, encoding="utf-8", errors="replace") as file:
                return settings.check(file.read(), os.path.relpath(root.settings, root.path))
        except OSError as wrong:
            raise DeskUnusable(f"{root.settings} cannot be read: {wrong.strerror}.") from None

    return settings.from_values(cache.get("settings", [root.settings], check))


def house(root: Root, url: str = "") -> House:
    """The desk in this folder, put together. `url` fills in for an empty `[desk] url`."""
    if not os.path.exists(root.inside("secret")):
        make_data(root)
    cache = Cache(root.inside("cache"))
    made = House()
    made.settings = read_settings(root, cache)
    if url and not made.settings.url:
        made.settings = made.settings._replace(url=url)
    made.root, made.cache, made.clock, made.spool = root, cache, time.time, root.inside("spool")
    made.secret = disk.read(root.inside("secret"))
    made.store = FlatStore(root.data, made.clock)
    made.outbox = Outbox(root.inside("outbox"))
    made.operators = Operators(root.inside("operators"), cache)
    made.limits = Limits(root.inside("limits"), made.secret, made.clock)
    made.desk = Desk(made.store, made.outbox, made.settings, made.secret, made.clock, chance)
    _furnish(made)
    return made


def _furnish(made: House) -> None:
    """What the web door needs besides."""
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.web import setup
    from helpdesk_lite.web.render import Render
    from helpdesk_lite.web.session import Sessions

    root = made.root
    named = Cache(root.inside("cache"), made.settings.name)
    made.forms = FormsFolder(root.forms, root.templates, named, made.settings.name)
    made.render = Render(root.templates, made.cache)
    made.sessions = Sessions(
        made.operators, made.limits, made.settings, made.secret, root.inside("ended"), made.clock, chance
    )
    made.setup = setup.Setup(
        made.operators, setup.path_in(root.data), root.inside("locks", "setup.lock"), chance
    )


def standing_house(root: Root, url: str = "") -> Callable[[], House]:
    """The desk, put together anew whenever its settings have changed."""
    known: list[tuple[Any, House]] = []

    def current() -> House:
        version = stamp(root.settings)
        if not known or known[-1][0] != version:
            known[:] = [(version, house(root, url))]
        return known[-1][1]

    return current


def courier(made: House) -> Courier:
    """What sends the letters of this desk."""
    from helpdesk_lite.courier import Courier

    return Courier(made)


def verifier(made: House) -> Verifier:
    """What checks the promises about data/."""
    from helpdesk_lite.verify import Verifier

    return Verifier(made.desk, made.operators, made.root.data)


def _make_file(path: str, content: bytes) -> None:
    try:
        disk.write_new(path, [content])
    except FileExistsError:
        return
