"""What a letter to send is: its kind, the ticket it is about, and who it travels for.

Guarantee: a letter is small and complete on disk before anyone is told it will be sent; what it says is written from
the ticket and the templates when the courier takes it. The envelope is never the From and To of the message.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NOTICE = "notice"
ACKNOWLEDGEMENT = "acknowledgement"
FORWARD = "forward"
KINDS = (NOTICE, ACKNOWLEDGEMENT, FORWARD)


class Letter(NamedTuple):
    """A letter in the outbox.

    `recipients` are the addresses still to be reached; a forward names the `operator` instead, whose address and way of
    delivery are looked up when it is sent. Times in seconds UTC; `reason` is why it still waits or is held, in the
    server's own words where there are some. Where only some recipients were refused, they are a `part` of their own
    from then on, with the same Message-ID.
    """

    message_id: str
    kind: str
    number: str
    subject: str
    written_at: int
    recipients: tuple[str, ...] = ()
    operator: str = ""
    url: str = ""
    language: str = "en"
    tries: int = 0
    next_at: int = 0
    reason: str = ""
    part: int = 0

    @property
    def name(self) -> str:
        """The letter's file name: its Message-ID without the brackets and the domain; it begins with the number."""
        name = self.message_id[1:].partition("@")[0]
        return f"{name}~{self.part}" if self.part else name


def message_id(number: str, kind: str, chance: int, domain: str) -> str:
    """A Message-ID (RFC 5322, 3.6.4) in the desk's domain that names the ticket: `<NUMBER.kind.chance@domain>`."""
    return f"<{number}.{kind}.{chance % 2**40:010x}@{domain}>"


# RFC 5321 and 6531 mailboxes without quoted local parts and address literals, which no form or setting needs.
_ADDRESS = re.compile(
    r"(?=.{3,254}$)[^\s\x00-\x20\x7f-\xa0\"(),:;<>@\[\]\\\u2028\u2029]{1,64}"
    r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?)(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*\Z"
)


def is_address(text: str) -> bool:
    """Whether `text` is a mail address that can be written in a header and given to a mail server."""
    local = text.partition("@")[0]
    return bool(_ADDRESS.match(text)) and not (local[:1] == "." or local[-1:] == "." or ".." in local)


def domain_of(address: str) -> str:
    """The part after the last @."""
    return address.rpartition("@")[2]
