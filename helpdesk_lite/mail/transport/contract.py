"""What every transport promises: a message and an envelope go in, and for each recipient a plain verdict comes out.

Guarantee: "sent" means that the other side has said so, or that the message is on disk; whatever is unclear is "later".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.i18n import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import BinaryIO, Self

SENT, LATER, REFUSED = "sent", "later", "refused"
LONGEST_REASON = 500

# What a way carries below the header, each more than the one before: ASCII in lines of at most 998 (RFC 5321); any
# characters in such lines (RFC 6152); lines of any length, and with lone CRs; whatever bytes there are.
SEVEN_BIT, EIGHT_BIT, ANY_LINES, ANY_BYTES = range(4)


class Outcome(NamedTuple):
    """What became of a message for one recipient: sent, later or refused, and in whose words."""

    kind: str
    reason: str = ""


class Parcel(NamedTuple):
    """A message ready to travel: a file with LF line ends, and its `size` in bytes with CRLF.

    `name` begins with the seconds UTC at which the letter was written, tells it from any other and stays the same when
    it is sent again, as does its `message_id`. With `needs_utf8` its header fields are not ASCII (RFC 6532);
    `is_8bit`: something in it is not.
    """

    name: str
    file: BinaryIO
    size: int
    needs_utf8: bool
    is_8bit: bool = False
    message_id: str = ""


class TransportDown(DeskError):
    """Nothing can be sent this way now, whatever the letter; the text says why."""


class Transport(Protocol):
    """A way for letters to travel, open until the `with` block ends."""

    def __enter__(self) -> Transport:
        """Nothing is opened yet: that happens with the first letter."""

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""

    def carries(self) -> int:
        """What it carries as it is: SEVEN_BIT, EIGHT_BIT, ANY_LINES or ANY_BYTES. TransportDown."""

    def reach(self) -> None:
        """Do all that comes before a letter: connect, greet, sign in; look for program or folder. TransportDown."""

    def send(self, sender: str, recipients: Sequence[str], parcel: Parcel) -> dict[str, Outcome]:
        """Send the parcel; the outcome for each recipient. `sender` may be "" (RFC 5321, 4.5.5). TransportDown."""


class Unconnected:
    """What a transport is that keeps no connection open between two letters."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class NoTransport(Unconnected):
    """A way that no letter can go, and `why`."""

    def __init__(self, why: str) -> None:
        self._why = why

    def carries(self) -> int:
        """See `Transport.carries`: always TransportDown."""
        raise TransportDown(self._why)

    def reach(self) -> None:
        """See `Transport.reach`: always TransportDown."""
        raise TransportDown(self._why)

    def send(self, sender: str, recipients: Sequence[str], parcel: Parcel) -> dict[str, Outcome]:
        """See `Transport.send`: always TransportDown."""
        raise TransportDown(self._why)


def why(wrong: Exception) -> str:
    """Why a way failed: our own words, which are a Sentence, else the server's or the system's."""
    first = wrong.args[0] if wrong.args else ""
    if isinstance(first, Sentence):
        return first
    if "timed out" in str(wrong):
        return Sentence("no answer in time")
    words = getattr(wrong, "strerror", None) or (first if isinstance(first, bytes) else str(wrong))
    return said(words or type(wrong).__name__)


def said(words: bytes | str, code: int = 0) -> str:
    """A server's own words as one line of bounded length."""
    from helpdesk_lite.mail.headers import one_line

    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return one_line(f"{code} {text}" if code else text)[:LONGEST_REASON]
