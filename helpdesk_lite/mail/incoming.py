"""Reading a letter that came in: any bytes become one value.

Guarantee: whatever the bytes, `read` gives an `Incoming`, in bounded memory and in a time that grows with the length of
the letter only; its lists are bounded, its header texts are one line each, its addresses are such as can be mailed to.
It keeps nothing, knows no ticket, and believes nobody: what a letter says of itself is what it says, not what is so.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.mail import addresses, automatic, charsets, dates, headers, likeness, parse, results
from helpdesk_lite.mail import head as head_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from helpdesk_lite.mail.addresses import Mailbox
    from helpdesk_lite.mail.bounce import Failure, Report
    from helpdesk_lite.mail.head import Head
    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.mail.results import Result

LONGEST_SUBJECT = 1000  # characters
LONGEST_TEXT = 2_000_000  # characters of all parts together
_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to", "x-delivered-to")
_S_MIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")


class Incoming(NamedTuple):
    """A letter as read. Texts are "" and lists empty where it says nothing (or nothing that can be understood).

    `senders` are the mailboxes of every From field; `delivered_to` the addresses that servers noted on the way.
    `date` is in seconds UTC. `text` is the best part as plain text with LF line ends, `html` the same as HTML, unsafe
    as it came (mail/sanitise).
    `auto` is the evidence that no person wrote it. `is_report`: it is a delivery report, about the letter
    `failed_message_id`, which was sent on as `failed_resent_id` if by anybody; a report of a delay or a success has no
    `failures`. `parse.decoded` reads the attachments.
    `digest` is the same for the same letter delivered twice (mail/likeness). `size` is that of the letter, in bytes.
    """

    message_id: str
    subject: str
    senders: tuple[Mailbox, ...]
    sender: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    delivered_to: tuple[str, ...]
    date: int | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str
    attachments: tuple[Part, ...]
    auto: str
    is_report: bool
    failures: tuple[Failure, ...]
    failed_message_id: str
    failed_resent_id: str
    authentication: tuple[Result, ...]
    is_signed: bool
    is_encrypted: bool
    digest: str
    size: int

    @property
    def reply(self) -> str:
        """What of `text` its writer wrote: without quotes and signature (mail/own_words)."""
        from helpdesk_lite.mail.own_words import own_words

        return own_words(self.text)

    @property
    def failed(self) -> tuple[str, ...]:
        """The addresses that the letter it is about did not reach."""
        return tuple(failure.address for failure in self.failures)


def read(file: BinaryIO, return_path: str | None = None) -> Incoming:
    """The letter in `file`, a seekable file of nothing else.

    `return_path` is the envelope's sender where the door knows it ("" for the null sender, RFC 5321, 4.5.5).
    """
    head, body = head_fields.read(file)
    parts = parse.parts(file)
    subject = _line(head.first("subject"))[:LONGEST_SUBJECT]
    senders = addresses.mailboxes(head.every("from"))
    auto = automatic.evidence(head, subject, senders, return_path)
    report = _report(file, head, parts, senders, auto)
    text, html = _texts(file, parts)
    signed, encrypted = _protection(head, parts, text)
    return Incoming(
        message_id=addresses.message_id(head.first("message-id")),
        subject=subject,
        senders=senders,
        sender=addresses.mailboxes(head.every("sender")),
        reply_to=addresses.mailboxes(head.every("reply-to")),
        to=addresses.mailboxes(head.every("to")),
        cc=addresses.mailboxes(head.every("cc")),
        delivered_to=_delivered_to(head),
        date=dates.moment(head.first("date")),
        in_reply_to=addresses.ids(head.every("in-reply-to")),
        references=addresses.ids(head.every("references")),
        text=text,
        html=html,
        attachments=tuple(part for part in parts if part.is_attachment),
        auto=auto or (f"From: {senders[0].address}" if report and senders else ""),
        is_report=report is not None,
        failures=report.failures if report else (),
        failed_message_id=report.message_id if report else "",
        failed_resent_id=report.resent_id if report else "",
        authentication=results.results(head.every("authentication-results")),
        is_signed=signed,
        is_encrypted=encrypted,
        digest=likeness.digest(file, head, body),
        size=file.seek(0, 2),
    )


def _report(file: BinaryIO, head: Head, parts: list[Part], senders: tuple[Mailbox, ...], auto: str) -> Report | None:
    """The delivery report that the letter is. Whom a person wrote does not pay for looking."""
    addresses_ = [one.address for one in senders]
    if not (auto or any(address.startswith("postmaster@") for address in addresses_)):
        return None
    from helpdesk_lite.mail import bounce

    return bounce.report(file, head, parts, addresses_, auto == automatic.NULL_SENDER or _is_null(head))


def _line(said: str) -> str:
    return headers.one_line(charsets.decoded_words(said))


def _is_null(head: Head) -> bool:
    return any("".join(value.split()) == "<>" for value in head.every("return-path"))


def _delivered_to(head: Head) -> tuple[str, ...]:
    fields = [value for name in _DELIVERED_TO for value in head.every(name)]
    return tuple(box.address for box in addresses.mailboxes(fields))


def _texts(file: BinaryIO, parts: Iterable[Part]) -> tuple[str, str]:
    """The letter's own text as plain text and, where it brings that too, as HTML."""
    parts = list(parts)
    plain, left = [], LONGEST_TEXT
    for part in parse.readable_parts(parts, file):
        said = parse.as_text(file, part).replace("\x00", "\ufffd")
        plain.append(said[:left])
        left -= len(plain[-1])
        if left <= 0:
            break
    html, left = [], LONGEST_TEXT
    for part in parts:
        if part.type == "text/html" and not part.is_attachment and left > 0:
            html.append(parse.text_in(file, part)[:left])
            left -= len(html[-1])
    return "\n".join(plain), "\n".join(html)


def _protection(head: Head, parts: list[Part], text: str) -> tuple[bool, bool]:
    """Whether it is signed and whether it is encrypted: PGP/MIME (RFC 3156), S/MIME (RFC 8551), or PGP in the text."""
    kind, parameters = head_fields.valued(head.first("content-type"))
    within = {one.partition(" ")[0] for part in parts for one in part.within}
    is_smime = kind in _S_MIME and parameters.get("smime-type", "").lower() != "certs-only"
    is_opaque = is_smime and parameters.get("smime-type", "").lower() == "signed-data"
    begin = text.lstrip()[:100]
    is_signed = "signed" in within or is_opaque or begin.startswith("-----BEGIN PGP SIGNED MESSAGE-----")
    is_encrypted = "encrypted" in within or (is_smime and not is_opaque) or begin.startswith("-----BEGIN PGP MESSAGE--")
    return is_signed, is_encrypted
