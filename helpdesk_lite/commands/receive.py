"""`helpdesk-lite receive`: the letter on standard input becomes the desk's.

A mail server starts it for each letter: so it reads its own command line, and argparse is not loaded. Its statuses are
those of sysexits.h.
"""

from __future__ import annotations

import os
from contextlib import suppress

from helpdesk_lite.doors import pipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from helpdesk_lite.letters.intake import Intake
    from helpdesk_lite.web.house import House

SLICE = 20  # seconds of due letters that are sent afterwards, by a process that nobody waits for
_OPTIONS = ("--root", "--rcpt")


def is_meant(words: Sequence[str]) -> bool:
    """Whether the command line is one for `main`: this command, and no call for help."""
    skipped = 0 if not words else 2 if words[0] == "--root" else 1 if words[0].startswith("--root=") else 0
    return list(words[skipped : skipped + 1]) == ["receive"] and not {"-h", "--help"}.intersection(words)


def main(words: Sequence[str]) -> int:
    """Run the command; its status. Whatever goes wrong with the desk, the mail server keeps the letter."""
    try:
        found = _read(words)
    except ValueError as wrong:
        return pipe.say(pipe.MISCONFIGURED, f"{wrong} See `helpdesk-lite receive --help`.", pipe.USAGE)
    return _take(found["--root"][-1] if found["--root"] else None, found["--rcpt"])


def receive(given: Namespace) -> int:
    """The same, where argparse has read the command line."""
    return _take(given.root, given.rcpt)


def _take(root: str | None, recipients: Sequence[str]) -> int:
    os.umask(0o077)
    made: list[House] = []
    try:
        status = pipe.take(lambda: _intake(root, made), recipients)
        if status == pipe.DONE:
            _leave_work(made[0])
        return status
    except Exception as wrong:  # a mistake of ours, or half an upgrade, must not cost anybody a letter
        return pipe.say(pipe.OUR_FAULT, f"error={type(wrong).__name__} said={str(wrong)[:300]}", pipe.TRY_LATER)


def _intake(root: str | None, made: list[House]) -> Intake:
    """The way into the desk, which is then in `made`."""
    from helpdesk_lite import assemble

    made.append(_house(root))
    return assemble.intake(made[0])


def _house(root: str | None) -> House:
    """The desk; root goes on as the user whose it is."""
    from helpdesk_lite import assemble
    from helpdesk_lite.root import find_root

    found = find_root(root)
    if os.geteuid() == 0:
        from helpdesk_lite import owner

        owner.take_on(found)
    return assemble.house(found)


def _leave_work(house: House) -> None:
    """Have the letters sent that this one has caused."""
    from helpdesk_lite import assemble
    from helpdesk_lite.assemble_reception import with_departments
    from helpdesk_lite.doors import cgi

    with suppress(OSError):
        if any(map(assemble.is_due, with_departments(house))):
            cgi.detached(lambda: assemble.work(house, until=house.clock() + SLICE))


def _read(words: Sequence[str]) -> dict[str, list[str]]:
    """The values of each option. ValueError: what is wrong with the command line."""
    found: dict[str, list[str]] = {option: [] for option in _OPTIONS}
    left = list(words)
    left.remove("receive")
    while left:
        option, equals, value = left.pop(0).partition("=")
        if option not in found:
            raise ValueError(f"There is no {option}.")
        if not equals and not left:
            raise ValueError(f"{option} needs a value.")
        found[option].append(value if equals else left.pop(0))
    return found
