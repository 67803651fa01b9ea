"""`helpdesk-lite fetch`: what is new in a mailbox on an IMAP server becomes the desk's. Cron may run it at any rate."""

from __future__ import annotations

import shlex
import subprocess
import sys

from helpdesk_lite import assemble
from helpdesk_lite.letters.intake import PASSED
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import DeskUnusable
from helpdesk_lite.words.route import read_mailbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.doors.imap import Mailbox, Tally
    from helpdesk_lite.web.house import House
    from helpdesk_lite.words.settings import Settings

SLICE = 20  # seconds of due letters that are sent afterwards
PATIENCE = 60.0  # seconds for the command that gives the token
DONE, FAILED, TRY_LATER = 0, 1, 75


def fetch(given: Namespace) -> int:
    """Fetch, say in one line what became of the letters, and send what that caused.

    1: a letter needs a person, or the settings do. 75: the server or the network does not work just now.
    """
    import imaplib

    from filelock import FileLock, Timeout

    house = assemble.house(find_root(given.root))
    if not house.settings.mailbox:
        raise DeskUnusable("[fetch] mailbox in settings.toml is empty: it names the mailbox to look into.")
    try:
        with FileLock(house.root.inside("locks", "fetch.lock"), timeout=0):
            return _fetch(house)
    except Timeout:
        print("Another fetch is at work.")
        return DONE
    except (imaplib.IMAP4.error, ConnectionError, TimeoutError) as wrong:
        said = terminal.line(str(wrong) or type(wrong).__name__)
        print(f"helpdesk-lite: the mailbox cannot be read just now: {said}", file=sys.stderr)
        return TRY_LATER


def mailbox(settings: Settings) -> Mailbox:
    """The mailbox that `[fetch]` names, to be opened by `with`. DeskUnusable: there is no token to open it with."""
    from helpdesk_lite.doors import imap

    return imap.Mailbox(read_mailbox(settings.mailbox), settings.afterwards, _token(settings))


def fetched(house: House) -> Tally:
    """Take in what is new there; the caller has the lock. What `mailbox` raises, OSError and IMAP4.error."""
    from helpdesk_lite.doors import imap

    settings = house.settings
    memory = imap.Memory(house.root.inside("intake", "fetched"), read_mailbox(settings.mailbox))
    with mailbox(settings) as opened:
        return imap.fetch(opened, memory, assemble.intake(house).receive, settings.letter_mb << 20)


def _fetch(house: House) -> int:
    tally = fetched(house)
    told = {
        kind: count for kind, count in tally.counts.items() if count or kind != PASSED
    }  # few desks have departments
    counts = ", ".join(f"{kind} {count}" for kind, count in told.items())
    print(f"fetched {sum(tally.counts.values())}: {counts}", flush=True)
    for trouble in tally.troubles:
        print(f"helpdesk-lite: {terminal.line(trouble)}", file=sys.stderr)
    assemble.work(house, until=house.clock() + SLICE)
    return FAILED if tally.troubles else DONE


def _token(settings: Settings) -> str:
    """What `token_command` prints; "" if there is none. DeskUnusable if it fails."""
    if not settings.token_command:
        return ""
    try:
        command = shlex.split(settings.token_command)
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except (OSError, ValueError, subprocess.SubprocessError) as wrong:
        raise DeskUnusable(f"[fetch] token_command cannot be run: {wrong}.") from None
    token = done.stdout.strip()
    if done.returncode or not token or not token.isprintable():
        raise DeskUnusable(
            f"[fetch] token_command gave no token (status {done.returncode}). {done.stderr.strip()[:300]}"
        )
    return token
