"""Delivery reports: which letter did not arrive, at whom, and why.

Guarantee: any letter gives an answer. A report in the standard form (RFC 3464, 6522, 6533) is believed; otherwise, only
what says of itself that it comes from a mail server is searched for the phrases of qmail, Exim, sendmail, Exchange and
their kin. A report of a delay or a success is a report without failures. Whether the desk sent the letter is not asked.
"""

from __future__ import annotations

import io
import re
from typing import NamedTuple

from helpdesk_lite.mail import addresses, headers, parse
from helpdesk_lite.mail import head as head_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.mail.head import Head
    from helpdesk_lite.mail.parse import Part

MOST_FAILURES = 1000
_LONGEST_REPORT = 1 << 18
_LONGEST_HEAD = 1 << 16
_LONGEST_TEXT = 1 << 16
_LONGEST_REASON = 500
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = (
    *("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"),
    "text/rfc822",
)
_SERVERS = re.compile(r"(?:mailer-?daemon|mail-?daemon|postmaster|mmdf|microsoftexchange[0-9a-f]{32})@", re.IGNORECASE)
_MARKS = ("x-failed-recipients", "x-ms-exchange-message-is-ndr")
# qmail (QSBMF), Exim, sendmail, Exchange, Postfix, Yahoo, Domino, GroupWise, MDaemon
_GAVE_UP = re.compile(
    r"hi\. this is the|i'm afraid i wasn't able to deliver|unable to deliver|could(?: not|n't) be delivered|"
    r"could not deliver|permanent (?:fatal )?error|fatal errors|delivery (?:has )?failed|delivery to the following|"
    r"did not reach (?:some or all of )?the (?:following|intended)|undeliverable|returned mail|not delivered|"
    r"was not able to be delivered|failed recipients?|address(?:es)? failed|"
    r"non (?:è stato possibile|recapitat)|nicht zugestellt|n['’]a pas pu être (?:remis|distribué)|no se pudo entregar",
    re.IGNORECASE,
)
_STILL_TRIES = re.compile(
    r"warning message only|has not yet been delivered|will (?:be retried|continue to (?:try|be attempted)|keep trying)|"
    r"transient non-fatal|still being retried|not yet been delivered|delivery attempts will continue|"
    r"you do not need to resend|message delayed|delayed mail",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^[ \t]*-{2,}[^\n-]{0,30}(?:copy of|original message|message (?:header|text)|returned|start of|"
    r"included is a copy|unsent message)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_LINE = re.compile(
    r"^(?:[ \t]{0,8}|.{0,40}rcpt to:[ \t]?|intended recipient:[ \t]?|failed recipient:[ \t]?)"
    r"['<\"]?(?:mailto:)?([^\s<>'\",;:()@]{1,64}@[^\s<>'\",;:()@]{1,255})['>\"]?(?::|[ \t]*$|[ \t]on[ \t])",
    re.IGNORECASE,
)
_ID = r"Message-ID:[ \t]?\s?[ \t]?(<[^<>\s]{1,900}>)"
_OWN_ID = re.compile(rf"^[> ]{{0,4}}{_ID}", re.IGNORECASE | re.MULTILINE)
_RESENT_ID = re.compile(rf"^[> ]{{0,4}}Resent-{_ID}", re.IGNORECASE | re.MULTILINE)


class Failure(NamedTuple):
    """Whom a letter did not reach: address, status code (RFC 3463, "" if not said), and the server's own words."""

    address: str
    status: str = ""
    reason: str = ""


class Report(NamedTuple):
    """What a delivery report tells. `message_id` is that of the letter it is about, "" if it does not say; `resent_id`
    the one under which somebody sent that letter on last (RFC 5322, 3.6.6)."""

    failures: tuple[Failure, ...] = ()
    message_id: str = ""
    resent_id: str = ""


def report(file: BinaryIO, head: Head, parts: list[Part], senders: Iterable[str], is_null: bool) -> Report | None:
    """The delivery report that the letter is; None if it is none. `is_null`: it came from the null return path."""
    kind, _ = head_fields.valued(head.first("content-type"))
    status = next((part for part in parts if part.type in _STATUS), None)
    is_servers = is_null or any(map(_SERVERS.match, senders)) or any(name in _MARKS for name, _ in head.fields)
    if status and (kind in ("multipart/report", *_STATUS) or is_servers):
        raw = b"".join(parse.beginning(file, status, _LONGEST_REPORT))
        return Report(_in_status(raw), *_returned_ids(file, head, parts))
    if not is_servers:
        return None
    return _in_words(file, head, parts)


def _in_status(raw: bytes) -> tuple[Failure, ...]:
    """The failures in a delivery-status (RFC 3464, 2.3), whose groups of fields are parted by empty lines."""
    found: dict[str, Failure] = {}
    for block in raw.replace(b"\r\n", b"\n").split(b"\n\n"):
        fields, _ = head_fields.read(io.BytesIO(block.lstrip(b"\n")))
        failure = _failure(fields)
        if failure:
            found.setdefault(failure.address, failure)
        if len(found) == MOST_FAILURES:
            break
    return tuple(found.values())


def _failure(fields: Head) -> Failure | None:
    status = headers.one_line(fields.first("status"))[:20]
    action = fields.first("action").lower().split()[:1]
    if action != ["failed"] and not (not action and status.startswith("5")):
        return None
    original, final = (_typed(fields.first(f"{which}-recipient")) for which in ("original", "final"))
    address = original or final
    reason = fields.first("diagnostic-code").partition(";")[2] or fields.first("diagnostic-code")
    return Failure(address, status, headers.one_line(reason)[:_LONGEST_REASON]) if address else None


def _typed(said: str) -> str:
    """The address in `rfc822; jane@example.com`."""
    return addresses.clean(said.rpartition(";")[2].strip().strip("<>"))


def _in_words(file: BinaryIO, head: Head, parts: list[Part]) -> Report | None:
    """What a server's letter tells people."""
    text = _told(file, parts)
    copy = _COPY.search(text)
    said = text[: copy.start()] if copy else text
    named = [Failure(box.address) for box in addresses.mailboxes(head.every("x-failed-recipients"))]
    told = head.first("subject") + "\n" + said
    still_tries = bool(_STILL_TRIES.search(told))
    if not (named or still_tries or _GAVE_UP.search(told)):
        return None
    failures = named or ([] if still_tries else list(_in_lines(said)))
    own, resent = _returned_ids(file, head, parts)
    return Report(tuple(failures[:MOST_FAILURES]), own or _id_in(text, _OWN_ID), resent or _id_in(text, _RESENT_ID))


def _told(file: BinaryIO, parts: list[Part]) -> str:
    """The beginning of the letter's own text."""
    return "\n".join(parse.as_text(file, part)[:_LONGEST_TEXT] for part in parse.readable_parts(parts, file)[:3])


def _in_lines(said: str) -> Iterator[Failure]:
    """The addresses that stand at the beginning of a line, each with the words below or behind it."""
    known = set()
    lines = said.split("\n")
    for place, line in enumerate(lines):
        found = _ADDRESS_LINE.match(line[:_LONGEST_REASON])
        address = addresses.clean(found[1]) if found else ""
        if found and address and address not in known:
            known.add(address)
            behind = line[found.end() : found.end() + _LONGEST_REASON].strip(" :")
            below = lines[place + 1].strip() if place + 1 < len(lines) else ""
            yield Failure(address, "", headers.one_line(behind or below)[:_LONGEST_REASON])


def _returned_ids(file: BinaryIO, head: Head, parts: list[Part]) -> tuple[str, str]:
    """The Message-ID of what came back with the report, and the one it was sent on under; else what is answered."""
    for part in parts:
        if part.type in _RETURNED:
            raw = b"".join(parse.beginning(file, part, _LONGEST_HEAD))
            fields, _ = head_fields.read(io.BytesIO(raw.lstrip(b"\r\n")))
            own, resent = (addresses.message_id(fields.first(name)) for name in ("message-id", "resent-message-id"))
            if own or resent:
                return own, resent
    answered = addresses.ids(head.every("in-reply-to")) or addresses.ids(head.every("references"))[-1:]
    return (answered[0] if answered else ""), ""


def _id_in(text: str, wanted: re.Pattern[str]) -> str:
    found = wanted.search(text)
    return found[1] if found else ""
