"""`helpdesk-lite intake parse`: a letter as the desk reads it, for people who wonder and scripts that check.

Guarantee: whatever comes on standard input, the answer is one JSON object; nothing is kept and no desk is needed.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile

from helpdesk_lite import times
from helpdesk_lite.commands import files
from helpdesk_lite.mail import incoming

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
