"""What a letter to send is: its kind, the ticket it is about, and who it travels for.

Guarantee: a letter is small and complete on disk before anyone is told it will be sent; what it says is written from
the ticket and the templates when the courier takes it. The envelope is never the From and To of the message.
"""

from __future__ import annotations

from typing import NamedTuple

NOTICE = "notice"
ACKNOWLEDGEMENT = "acknowledgement"
FORWARD = "forward"
ANSWER = "answer"
RETURNED = "returned"
TOLD = "told"
LINK = "link"
RESOLVED = "resolved"
INVITATION = "invitation"  # to an operator, about no ticket
SAMPLE = "sample"  # to an administrator, about no ticket: `note` is a whole letter, to be looked at
ABOUT_NO_TICKET = (INVITATION, SAMPLE)
BY_ITSELF = (NOTICE, ACKNOWLEDGEMENT, RESOLVED)  # what the desk says of any ticket, but not of one that was put away
KINDS = (NOTICE, ACKNOWLEDGEMENT, FORWARD, ANSWER, RETURNED, TOLD, LINK, RESOLVED, INVITATION, SAMPLE)


class Letter(NamedTuple):
    """A letter in the outbox.

    `recipients` are the addresses still to be reached; what is for an operator names the `operator` instead, whose
    address and way of delivery are looked up when it is sent. `note` is a sentence for them, `entry` the Message-ID
    of the entry whose words the letter brings: "" stands for the first in a forward, for none in what is returned or
    told. Times in seconds UTC; `reason` is why it still waits or is held, in the server's own words where there are
    some. Where only some recipients were refused, they are a `part` of their own from then on, with the same Message-
    ID.
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
    entry: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The letter's file name: its Message-ID without the brackets and the domain; it begins with the number."""
        name = self.message_id[1:].partition("@")[0]
        return f"{name}~{self.part}" if self.part else name


def message_id(number: str, kind: str, chance: int, domain: str) -> str:
    """A Message-ID (RFC 5322, 3.6.4) in the desk's domain that names the ticket: `<NUMBER.kind.chance@domain>`."""
    return f"<{number}.{kind}.{chance % 2**40:010x}@{domain}>"


_NOT_IN_LOCAL = frozenset('"(),:;<>@[\\]')
LONGEST_ADDRESS, LONGEST_LOCAL, LONGEST_LABEL = 254, 64, 63  # RFC 5321, 4.5.3.1; RFC 1035, 2.3.4


def is_address(text: str) -> bool:
    """Whether `text` is a mail address that can be written in a header and given to a mail server.

    RFC 5321 and 6531, without quoted local parts and address literals, which no form or setting needs.
    """
    local, at, domain = text.rpartition("@")
    return (
        bool(at)
        and len(text) <= LONGEST_ADDRESS
        and len(local) <= LONGEST_LOCAL
        and all(_is_word(word) and _NOT_IN_LOCAL.isdisjoint(word) for word in local.split("."))
        and all(map(_is_label, domain.split(".")))
    )


def _is_word(text: str) -> bool:
    return text.isprintable() and bool(text) and not any(map(str.isspace, text))


def _is_label(text: str) -> bool:
    """A part of a domain name, as people or the DNS write it."""
    plain = [letter for letter in text if letter.isascii() and not letter.isalnum()]
    return (
        _is_word(text)
        and len(text) <= LONGEST_LABEL
        and {"-", "_"}.issuperset(plain)
        and not {"-", "_"}.intersection((text[0], text[-1]))
    )


def domain_of(address: str) -> str:
    """The part after the last @."""
    return address.rpartition("@")[2]
