"""The pipe door: one letter on standard input, as aliases, .forward, procmail, Postfix and Exim hand it over.

Guarantee: status 0 means that the letter is on disk and that a ticket, a rule or a person has it; whatever goes wrong
is "try again later", so that the mail server keeps the letter. It prints one line, for the mail server's log, only if
the letter was not taken; the line begins with an enhanced status code (RFC 3463), which Postfix passes on. It reads in
pieces, and judges nothing.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from helpdesk_lite.words import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from helpdesk_lite.letters.intake import Intake
    from helpdesk_lite.mail.arrivals import Envelope

DONE, USAGE, UNAVAILABLE, TRY_LATER = 0, 64, 69, 75  # sysexits.h
# What a mail server is told of each outcome (intake): all but one mean that the desk has the letter.
STATUS = {"threaded": DONE, "opened": DONE, "ignored": DONE, "kept": DONE, "passed": DONE, "refused": UNAVAILABLE}
TOO_LARGE, OUR_FAULT, MISCONFIGURED = "5.2.3", "4.3.0", "4.3.5"  # RFC 3463, 3.3 and 3.4

DOOR = "pipe"
_CHUNK = 1 << 16
_MOST = 100  # recipients that are noted
# What a mail server tells of the recipient: Postfix's local, Exim and qmail; Postfix also before its own rewriting.
_RECIPIENTS = ("RECIPIENT", "ORIGINAL_RECIPIENT")
_TOP_RECIPIENTS = (b"x-original-to", b"delivered-to", b"envelope-to", b"x-envelope-to")
_NOBODY = ("", "mailer-daemon")  # how the null sender is written, in <> or not


def take(intake: Callable[[], Intake], recipients: Sequence[str]) -> int:
    """Take the letter on standard input to the desk; the exit status (sysexits.h).

    `recipients` are those of the command line; if there are none, the mail server's environment and the lines that it
    put on top of the letter tell.
    """
    from helpdesk_lite.words.errors import DeskError

    try:
        top, rest = _begun()
        outcome = intake().receive(_letter(top, rest), read_envelope(top, os.environ, recipients))
    except DeskError as wrong:
        return say(MISCONFIGURED, str(wrong), TRY_LATER)
    except OSError as wrong:
        said = f"{wrong.filename}: {wrong.strerror}" if wrong.filename else str(wrong)
        return say(OUR_FAULT, said, TRY_LATER)
    status = STATUS[outcome.kind]
    return status if status == DONE else say(TOO_LARGE, outcome.reason, status)


def say(code: str, said: str, status: int) -> int:
    """Say why the letter was not taken, on one line; the `status` again."""
    with suppress(OSError):  # where nobody listens, the status says it
        print(f"{code} helpdesk-lite: {terminal.line(said.strip())}", file=sys.stderr, flush=True)
    return status


def read_envelope(top: bytes, environ: Mapping[str, str], recipients: Sequence[str]) -> Envelope:
    """How the letter came, as far as a mail server has told. `top` is how what was read begins.

    Lines count only above the first Received: those below came with the letter, and anybody can write them. They come
    before the environment, since Postfix writes _ for many a character there.
    """
    from helpdesk_lite.mail.arrivals import Envelope

    lines = _top_lines(top)
    return Envelope(
        DOOR, _sender(top, lines, environ), tuple(dict.fromkeys(recipients or _told(lines, environ)))[:_MOST]
    )


def _sender(top: bytes, lines: list[tuple[bytes, str]], environ: Mapping[str, str]) -> str | None:
    told = [value for name, value in lines if name == b"return-path"]
    if not told and top.startswith(b"From "):
        told = [_text(top.split(b"\n", 1)[0].split()[1:2])]
    if not told and "SENDER" in environ:
        told = [_clean(environ["SENDER"])]
    if not told:
        return None
    address = told[0].removeprefix("<").removesuffix(">")
    return "" if address.lower() in _NOBODY else address


def _told(lines: list[tuple[bytes, str]], environ: Mapping[str, str]) -> Iterator[str]:
    """The recipients, by the lines on top and by the environment."""
    yield from (value for name, value in lines if name in _TOP_RECIPIENTS)
    yield from (_clean(environ[name]) for name in _RECIPIENTS if "@" in environ.get(name, ""))
    if environ.get("LOCAL_PART") and environ.get("DOMAIN"):  # Exim, whose RECIPIENT is the one after all redirections
        suffix = environ.get("LOCAL_PART_SUFFIX", "")
        yield _clean(f"{environ['LOCAL_PART']}{suffix}@{environ['DOMAIN']}")


def _top_lines(top: bytes) -> list[tuple[bytes, str]]:
    """The fields (names in small letters) above the first Received; none if there is no such line."""
    found: list[tuple[bytes, str]] = []
    for line in top.split(b"\n"):
        name, colon, value = line.partition(b":")
        name = name.strip().lower()
        if name == b"received":
            return found
        if not colon and not line.startswith(b"From ") and not line[:1].isspace():
            break
        found.append((name, _text([value.strip()])))
    return []


def _begun() -> tuple[bytes, Iterator[bytes]]:
    """How the letter begins, up to the end of its header or a piece, and an iterator over the rest."""
    rest = _pieces()
    top = b""
    while len(top) < _CHUNK and b"\n\n" not in top and b"\r\n\r\n" not in top and (piece := next(rest, b"")):
        top += piece
    return top, rest


def _pieces() -> Iterator[bytes]:
    while piece := os.read(0, _CHUNK):
        yield piece


def _letter(top: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The letter's own bytes: a line `From ...` above it is the envelope's (RFC 4155)."""
    yield top.partition(b"\n")[2] if top.startswith(b"From ") else top
    yield from rest


def _text(values: Sequence[bytes]) -> str:
    return b"".join(values).decode("utf-8", "replace")


def _clean(value: str) -> str:
    """What the environment says; bytes that are no UTF-8 are replaced."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
