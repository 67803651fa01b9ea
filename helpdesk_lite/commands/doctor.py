"""`helpdesk-lite doctor [--probe]`: what keeps this desk from working?"""

from __future__ import annotations

from helpdesk_lite import assemble
from helpdesk_lite.checks.doctor import NOTE, OK, WRONG, Doctor, Finding
from helpdesk_lite.mail.resolver import Resolver
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import DeskError, SettingsMistaken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from helpdesk_lite.root import Root
    from helpdesk_lite.web.house import House


def doctor(given: Namespace) -> int:
    """Print a line for everything that was looked at; 1 if anything is wrong."""
    is_wrong = False
    for finding in _findings(find_root(given.root), given.probe):
        is_wrong = is_wrong or finding.kind == WRONG
        line = terminal.line(f"{finding.kind:6}{finding.about}: {finding.said}")
        print(line.encode("ascii", "backslashreplace").decode(), flush=True)
    return 1 if is_wrong else 0


def _findings(root: Root, with_probe: bool, resolver: Resolver | None = None) -> Iterator[Finding]:
    resolver = resolver or Resolver()
    try:
        house = assemble.house(root)
    except SettingsMistaken as wrong:
        yield from (Finding(WRONG, "settings", line) for line in str(wrong).splitlines())
        return
    yield from Doctor(house, assemble.verifier(house), resolver).findings()
    if house.settings.mailbox:
        yield _mailbox(house)
    if with_probe:
        from helpdesk_lite.checks.probe import Prober

        yield from Prober(house, resolver, fetch=lambda: _fetch(house)).findings()
    else:
        said = "Not tried, nor DKIM, whose key a letter names: `helpdesk-lite doctor --probe` sends the desk a letter."
        yield Finding(NOTE, "way in", said)


def _mailbox(house: House) -> Finding:
    """Whether the mailbox of `[fetch]` lets us in; nothing is fetched."""
    import imaplib

    from helpdesk_lite.commands import fetch

    try:
        with fetch.mailbox(house.settings):
            return Finding(OK, "fetch", "The mailbox lets us in.")
    except (DeskError, OSError, imaplib.IMAP4.error) as wrong:
        return Finding(WRONG, "fetch", f"{str(wrong) or type(wrong).__name__}")


def _fetch(house: House) -> None:
    """Take in what waits in the mailbox of `[fetch]`: cron might do it too late."""
    import imaplib
    from contextlib import suppress

    from filelock import FileLock, Timeout

    from helpdesk_lite.commands import fetch

    if house.settings.mailbox:
        lock = FileLock(house.root.inside("locks", "fetch.lock"), timeout=0)
        with suppress(DeskError, OSError, imaplib.IMAP4.error, Timeout), lock:
            fetch.fetched(house)
