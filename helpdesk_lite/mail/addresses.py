"""Who header fields name: mailboxes and Message-IDs.

Guarantee: any text gives a bounded list, in time that grows with its length; every address in it can be written in a
header and given to a mail server (`letter.is_address`), its domain in lower case. What is not an address is left out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite.mail import charsets, headers
from helpdesk_lite.words.letter import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_MAILBOXES = 1000
MOST_IDS = 200
LONGEST_ID = 900  # a line has 998 (RFC 5322, 2.1.1)
_LONGEST_NAME = 500
_ID = re.compile(r"<([^<>\s]+)>")
_IN_ANGLES = re.compile(r'<((?:"(?:[^"\\]|\\.)*+"|[^<>"])*+)>?', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"?', re.DOTALL)
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,500}\?=")
_ATOM = re.compile(r"[^\s\",:;<>()]+")
_BRACKET = re.compile(r"[()\\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Mailbox(NamedTuple):
    """Someone's display name ("" if not given) and address."""

    name: str
    address: str


def mailboxes(fields: Iterable[str]) -> tuple[Mailbox, ...]:
    """Who the fields of an address list (RFC 5322, 3.4) name, members of groups included; no address twice."""
    found: dict[str, Mailbox] = {}
    for field in fields:
        for box in _mailboxes(field):
            found.setdefault(box.address, box)
            if len(found) == MOST_MAILBOXES:
                return tuple(found.values())
    return tuple(found.values())


def clean(said: str) -> str:
    """The address in `said` as the desk writes it, without a route (RFC 5322, 4.4) or needless quotes; "" if none."""
    local, _, domain = said.strip().rpartition(":")[2].rpartition("@")
    local = "".join(local.split())
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = _ESCAPED.sub(r"\1", local[1:-1])
    address = f"{local}@{''.join(domain.split()).rstrip('.').lower()}"
    return address if is_address(address) else ""


def ids(fields: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs in the fields, each once, in order: of very many the first and the last ones."""
    found = dict.fromkeys(f"<{one}>" for field in fields for one in _ID.findall(field) if _is_id(one))
    every = tuple(found)
    return every if len(every) <= MOST_IDS else (every[0], *every[1 - MOST_IDS :])


def message_id(field: str) -> str:
    """The one Message-ID in the field; "" if it is malformed."""
    found = _ID.fullmatch(field.strip())
    return found[0] if found and _is_id(found[1]) else ""


def _is_id(text: str) -> bool:
    return len(text) < LONGEST_ID and text.isprintable()


class _Token(NamedTuple):
    kind: str  # "word", "angles", "comment", or one of , : ; >
    text: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        letter = text[place]
        if letter == "(":
            end = _end_of_comment(text, place)
            yield _Token("comment", _ESCAPED.sub(r"\1", text[place + 1 : end - 1]))
        elif letter == '"' and (found := _QUOTED.match(text, place)):
            end = found.end()
            # A quoted local part goes on behind its quotes.
            is_address = text.startswith("@", end)
            yield _Token("word", found[0] if is_address else _ESCAPED.sub(r"\1", found[1]))
        elif letter == "<" and (found := _IN_ANGLES.match(text, place)):
            end = found.end()
            yield _Token("angles", found[1])
        elif found := _ENCODED.match(text, place) or _ATOM.match(text, place):
            end = found.end()
            yield _Token("word", found[0])
        else:
            end = place + 1
            if not letter.isspace():
                yield _Token(letter)
        place = end


def _end_of_comment(text: str, start: int) -> int:
    """Where the comment (RFC 5322, 3.2.2) that begins at `start` ends, with those in it."""
    depth = 0
    place = start
    while found := _BRACKET.search(text, place):
        place = found.end()
        if found[0] == "\\":
            place += 1
        else:
            depth += 1 if found[0] == "(" else -1
        if not depth:
            return place
    return len(text) + 1


def _mailboxes(field: str) -> Iterator[Mailbox]:
    words: list[str] = []
    comments: list[str] = []
    angles = ""
    for token in (*_tokens(field), _Token(",")):
        if token.kind == "word":
            words.append(token.text)
        elif token.kind == "comment":
            comments.append(token.text)
        elif token.kind == "angles":
            angles = angles or token.text
        elif token.kind == ":" and not angles:
            words, comments = [], []  # it was the name of a group
        elif token.kind in (",", ";"):
            yield from _named(words, comments, angles)
            words, comments, angles = [], [], ""


def _named(words: list[str], comments: list[str], angles: str) -> list[Mailbox]:
    """Who stands between two commas."""
    if angles:
        address = clean(angles)
        return [Mailbox(_name(" ".join(words)), address)] if address else []
    found = [address for address in map(clean, words) if address]
    if not found:  # jane @ example . com (RFC 5322, 4.4)
        found = [address for address in [clean("".join(words))] if address]
        words = []
    beside = [] if len(found) > 1 else [word for word in words if not clean(word)]
    name = _name(" ".join(beside or comments))
    return [Mailbox(name, address) for address in found]


def _name(said: str) -> str:
    return " ".join(headers.one_line(charsets.decoded_words(said)).split())[:_LONGEST_NAME]
