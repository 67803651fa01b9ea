"""Imports point down only: a room may use the floors below it, never those above."""

from __future__ import annotations

import pytest

from tests.house import source

# From the ground up. A name stands for the module, or the folder and everything in it.
FLOORS = {
    "words": "words",
    "disk": "disk slice cache assets root data_format owner templating",
    "shelves": "shelves store mail forms",
    "desk": "desk permission reception departments tickets letters customers administration checks",
    "doors": "web doors",
    "assembly": "assemble assemble_reception assemble_texts wsgi",
    "commands": "cli commands",
}
SHELVES = ("store", "mail", "forms")
TOLD_ROOM_BY_ROOM = ("words", "shelves", "tickets", "letters", "customers", "administration", "checks")


def floor_of(name: str) -> int:
    """How high the module lies, from 0."""
    for height, rooms in enumerate(FLOORS.values()):
        if name.partition(".")[0] in rooms.split():
            return height
    raise LookupError(f"{name} has no floor yet: give it one in {__file__}")


@pytest.mark.parametrize("module", [found for found in source.modules() if found.name], ids=lambda found: found.name)
def test_imports_point_down(module: source.Module) -> None:
    upward = [
        f"line {line}: {module.name} (floor {floor_of(module.name)}) imports {name} (floor {floor_of(name)})"
        for name, line in source.inner_imports(module)
        if floor_of(name) > floor_of(module.name)
    ]
    assert not upward


def test_the_architecture_page_names_every_room() -> None:
    page = (source.CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| floor |") : page.index("Values are")]
    rooms = [room for floor in FLOORS.values() for room in floor.split()]
    told = [one for one in source.modules() if one.text.strip() and one.name.partition(".")[0] in TOLD_ROOM_BY_ROOM]
    rooms += [module.path.stem for module in told]
    assert [room for room in rooms if f"`{room}`" not in table and f"`{room}/`" not in table] == []


@pytest.mark.parametrize("shelf", SHELVES)
def test_shelves_do_not_see_each_other(shelf: str) -> None:
    """Only the desk sees two shelves at once, so each can be exchanged alone."""
    across = [
        f"{module.name} line {line} imports {name}"
        for module in source.modules()
        if module.name.partition(".")[0] == shelf
        for name, line in source.inner_imports(module)
        if name.partition(".")[0] in SHELVES and name.partition(".")[0] != shelf
    ]
    assert not across


def test_only_assemble_names_the_concrete_store() -> None:
    """Everything else is written against `store/contract.py`; so another store is one line."""
    namers = {
        module.name
        for module in source.modules()
        for name, _ in source.inner_imports(module)
        if name in ("store.flat", "store.memory") and not module.name.startswith("store.")
    }
    assert namers <= {"assemble"}


def test_words_touch_no_disk_clock_or_network() -> None:
    """The ground floor is pure values. (i18n reads catalogs, through gettext, when a text is asked for.)"""
    modules = {"socket", "subprocess", "shutil", "tempfile", "random", "secrets", "fcntl", "urllib.request", "pathlib"}
    verbs = {"time.time", "time.time_ns", "time.monotonic", "os.urandom", "os.open", "os.stat", "os.listdir"}
    found = [
        f"{module.name} line {line}: {name}"
        for module in source.modules()
        if module.name and floor_of(module.name) == 0
        for name, line in (*source.imported(module), *source.called(module))
        if name in modules | verbs
    ]
    assert not found
