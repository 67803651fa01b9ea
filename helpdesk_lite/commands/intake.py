"""`helpdesk-lite intake`: a letter as the desk reads it, where one lies that came in, and what was kept aside.

Guarantee: `parse` answers whatever comes on standard input with one JSON object, keeps nothing and needs no desk; all
of them change nothing.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter

from helpdesk_lite import assemble
from helpdesk_lite.commands import files
from helpdesk_lite.letters.aside import Aside
from helpdesk_lite.letters.intake import IGNORED, KEPT, OPENED, THREADED
from helpdesk_lite.mail import incoming
from helpdesk_lite.mail.arrivals import NEW, is_digest, standing
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable
    from typing import Any, BinaryIO

    from helpdesk_lite.mail.addresses import Mailbox
    from helpdesk_lite.mail.incoming import Incoming

_IN_MEMORY = 1 << 20  # bytes of a letter; a longer one goes through a file that has no name


def parse(given: Namespace) -> int:
    """Read the letter on standard input and print what it says."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        said = as_json(incoming.read(file), file)  # type: ignore[arg-type]  # it is a BinaryIO in all that is used
    print(json.dumps(said, indent=2, ensure_ascii=True))
    return 0


def find(given: Namespace) -> int:
    """Say where the letter of this Message-ID (or digest) lies; 1 if none such ever came."""
    arrivals = assemble.intake(assemble.house(find_root(given.root))).arrivals
    wanted = given.id.strip()
    if is_digest(wanted):
        found = [known for known in arrivals.everywhere() if known.digest == wanted]
    else:
        found = standing(arrivals.known(f"<{wanted.strip('<>')}>"))
    for known in found:
        where = f"ticket {known.number}" if known.number else arrivals.path_of(known)
        reason = f"  {known.reason}" if known.reason else ""
        print(terminal.line(f"{known.digest}  {times.iso(known.at)}  {known.outcome:8}  {where}{reason}"))
    if not found:
        print(terminal.line(f"No letter {wanted} came in."), file=sys.stderr)
    return 0 if found else 1


def list_kept(given: Namespace) -> int:
    """List the letters that were kept aside, and how many lie where."""
    intake = assemble.intake(assemble.house(find_root(given.root)))
    for letter in Aside(intake).letters():
        print(terminal.line(f"{letter.digest}  {times.iso(letter.at)}  {letter.sender or '-'}  {letter.subject}"))
        print(terminal.line(f"    {letter.reason}"))
    counts = Counter(known.outcome for known in intake.arrivals.everywhere())
    waiting = intake.arrivals.counts()[NEW]
    print(
        ", ".join(f"{kind} {counts[kind]}" for kind in (THREADED, OPENED, IGNORED, KEPT))
        + f", not judged yet {waiting}"
    )
    return 0


def as_json(letter: Incoming, file: BinaryIO) -> dict[str, Any]:
    """The letter in the shape that scripts rely on."""
    return {
        "subject": letter.subject,
        "from": _addresses(letter.senders),
        "text": letter.text,
        "html": letter.html,
        "attachments": files.described(file, letter.attachments),
        "auto": bool(letter.auto),
        "auto_reason": letter.auto,
        "bounce": letter.is_report,
        "failed": list(letter.failed),
        "failed_message_id": letter.failed_message_id,
        "reply": letter.reply,
        "message_id": letter.message_id,
        "in_reply_to": list(letter.in_reply_to),
        "references": list(letter.references),
        "date": None if letter.date is None else times.iso(letter.date),
        "reply_to": _addresses(letter.reply_to),
        "to": _addresses(letter.to),
        "cc": _addresses(letter.cc),
        "delivered_to": list(letter.delivered_to),
        "signed": letter.is_signed,
        "encrypted": letter.is_encrypted,
        "size": letter.size,
    }


def _addresses(boxes: Iterable[Mailbox]) -> list[str]:
    return [box.address for box in boxes]
