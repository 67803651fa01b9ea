"""What a domain's owner asks receivers to do with letters From: it that nobody vouches for: DMARC (RFC 9989).

Guarantee: the record is the one that a receiver would use, found by the tree walk (4.10) in at most eight questions;
what is in doubt (a record with mistakes, a subdomain that may not exist, a policy that is being tried) counts as the
stricter. It checks no letter.
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NONE, QUARANTINE, REJECT = STRICTNESS = ("none", "quarantine", "reject")
_LONGEST_WALK = 8  # questions
_LONGEST_RECORD = 1 << 12  # characters


class Policy(NamedTuple):
    """What is asked for: none, quarantine or reject; and by the record of which `domain`, "" if there is none."""

    asked: str
    domain: str = ""

    @property
    def is_strict(self) -> bool:
        """Whether a letter that nobody vouches for may be lost."""
        return self.asked != NONE


class Record(NamedTuple):
    """A DMARC record: the name it was found at, and its tags."""

    domain: str
    tags: dict[str, str]


def policy(domain: str, texts: Callable[[str], list[str]]) -> Policy:
    """The policy for letters From: this domain. `texts` gives the TXT records of a name; what it raises comes through.

    RFC 9989, 4.10.1: the domain's own record, else its organizational domain's, else its public suffix's.
    """
    domain = domain.lower().rstrip(".")
    found = list(_walk(domain, texts))
    organization = _organization(domain, found)
    for record in found:
        if record.domain == domain:
            return Policy(_asked(record, "p"), domain)
    for record in found:  # a public suffix's stands behind its organization's
        if record.domain == organization or record.tags.get("psd") == "y":
            # Whether the name exists, and so which of the two counts, is one more question: the stricter will do.
            return Policy(max(_asked(record, "sp"), _asked(record, "np"), key=STRICTNESS.index), record.domain)
    return Policy(NONE)


def _walk(domain: str, texts: Callable[[str], list[str]]) -> Iterator[Record]:
    """The records on the way up, the longest name first (4.10). A name with several has none."""
    for name in _names(domain):
        records = [found for found in map(_record, texts(f"_dmarc.{name}")) if found]
        if len(records) == 1:
            yield Record(name, records[0])
            if records[0].get("psd") in ("y", "n"):
                return


def _names(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    yield domain
    for left in range(min(len(labels) - 1, _LONGEST_WALK - 1), 0, -1):
        yield ".".join(labels[-left:])


def _organization(domain: str, found: list[Record]) -> str:
    """The organizational domain (4.10.2)."""
    for record in found:
        if record.tags.get("psd") == "n":
            return record.domain
        if record.tags.get("psd") == "y" and record.domain != domain:
            return ".".join(domain.split(".")[-record.domain.count(".") - 2 :])
    return found[-1].domain if found else domain


def _asked(record: Record, tag: str) -> str:
    """What the tag asks for; `sp` and `np` fall back as they should. What makes no sense is strict."""
    falls_back = {"np": "sp", "sp": "p"}
    while tag not in record.tags and tag in falls_back:
        tag = falls_back[tag]
    asked = record.tags.get(tag, NONE).lower()
    return asked if asked in STRICTNESS else REJECT


def tags(text: str) -> dict[str, str]:
    """The tags of a list such as `v=DKIM1; p=...` (RFC 6376, 3.2), by name in lower case."""
    pieces = (piece.partition("=") for piece in text[:_LONGEST_RECORD].split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pieces if name.strip()}


def _record(text: str) -> dict[str, str]:
    """The tags of a DMARC record (4.8), whose version comes first; none if the text is something else."""
    found = tags(text)
    is_first = text.partition("=")[0].strip().lower() == "v"
    return found if is_first and found["v"] == "DMARC1" else {}
