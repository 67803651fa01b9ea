"""Letters that came in: their bytes are kept before anybody thinks about them, and none is ever out of sight.

Guarantee: what `received` yields is on disk; each letter is in exactly one place, which `find` tells; what a
killed process had begun is found by `left_over`. It understands no letter and knows no tickets (intake).

    new/      just come; the desk is thinking          kept/     nobody knows what to do with it: a person looks
    index/    which letter went where; can be rebuilt  ignored/  by month: our own, automatic ones that belong nowhere
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, suppress
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.mail import addresses
from helpdesk_lite.mail import head as head_fields
from helpdesk_lite.slice import Slice
from helpdesk_lite.words import i18n, signing, times, trace
from helpdesk_lite.words.errors import TooLarge
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

NEW, KEPT, IGNORED, INDEX = FOLDERS = ("new", "kept", "ignored", "index")
_END = ".eml"
_LAST = ("Trace", "ends")
_ERASED = Sentence("Its sender was erased.")


class Envelope(NamedTuple):
    """How a letter came: through which door, from and to whom it travelled. `sender` is "" for a failure report's null
    return path, None where the door did not learn it."""

    door: str
    sender: str | None = None
    recipients: tuple[str, ...] = ()


class Arrival(NamedTuple):
    """A letter on disk: its file, how and when (seconds UTC) it came, and where in the file its own bytes begin."""

    path: str
    envelope: Envelope
    at: int
    start: int

    @property
    def name(self) -> str:
        """The file's name without its end."""
        return os.path.basename(self.path).removesuffix(_END)


class Known(NamedTuple):
    """What became of a letter: its digest, its Message-ID ("" if it has none), the outcome, and which ticket has it."""

    digest: str
    message_id: str
    outcome: str
    number: str
    at: int
    reason: str = ""


def make_folders(folder: str) -> None:
    """Make what is missing of the letters' folders."""
    for name in FOLDERS:
        disk.make_folder(os.path.join(folder, name))


class Arrivals:
    """The folders under `folder`; `locks` holds the lock files. `clock` tells the seconds UTC, `chance` random bits."""

    def __init__(self, folder: str, locks: str, clock: Callable[[], float], chance: Callable[[], int]) -> None:
        self.folder = folder
        self._locks = locks
        self._clock = clock
        self._chance = chance

    @contextmanager
    def received(self, chunks: Iterable[bytes], envelope: Envelope, most: int) -> Iterator[Arrival]:
        """Keep a letter of at most `most` bytes, as it came; it is the caller's to judge while the block runs.

        TooLarge: nothing is kept.
        """
        at = int(self._clock())
        name = f"{at}.{self._chance() % 2**64:016x}"
        head = b"".join(trace.written(fact, value) for fact, value in _facts(envelope, at))
        path = self._path(NEW, name + _END)
        with self._thinking(name):
            disk.replace(path, _limited(head, chunks, most))
            yield Arrival(path, envelope, at, len(head))

    def left_over(self) -> Iterator[Arrival]:
        """The letters that nobody judges any more, each the caller's while it has it; oldest first."""
        for name in self._letters(NEW):
            with self._thinking(name.removesuffix(_END)):
                if (arrival := _arrival(self._path(NEW, name))) is not None:
                    yield arrival

    def judging(self, digest: str) -> disk.locked:
        """Hold the lock of one letter, by its digest, while the block runs: of two copies one is judged at a time."""
        return disk.locked(os.path.join(self._locks, f"letter-{digest[:2]}.lock"))

    def open(self, arrival: Arrival) -> BinaryIO:
        """The letter's own bytes."""
        descriptor = os.open(arrival.path, os.O_RDONLY | os.O_CLOEXEC)
        size = os.fstat(descriptor).st_size
        return io.BufferedReader(Slice(descriptor, arrival.start, size), disk.CHUNK)

    def note(self, known: Known) -> None:
        """Write into the index what became of a letter. Not flushed: tickets, kept/ and ignored/ tell it again."""
        path = self._index(known.message_id or known.digest)
        disk.make_folder(self._path(INDEX))
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        disk.append(path, _line(known))

    def known(self, message_id: str) -> list[Known]:
        """What is known of letters with this Message-ID (or, for those without one, of this digest)."""
        return [found for found in _lines(self._index(message_id)) if message_id in found[:2]]

    def keep(self, arrival: Arrival, known: Known) -> None:
        """Keep the letter where a person looks, with the reason."""
        self._lay_aside(arrival, known, KEPT)

    def ignore(self, arrival: Arrival, known: Known) -> None:
        """Lay the letter aside for good, with the reason."""
        self._lay_aside(arrival, known, f"{IGNORED}/{times.month(arrival.at)}")

    def done(self, arrival: Arrival) -> None:
        """Forget the arrival: a ticket has the letter, byte for byte. Seen again after a crash, it is known there."""
        disk.remove(arrival.path, durable=False)
        disk.remove(_reason_path(arrival.path), durable=False)

    def new(self) -> list[Arrival]:
        """The letters that are being judged, and those that were left."""
        return self._arrivals(NEW)

    def laid_aside(self) -> Iterator[tuple[str, Arrival, str]]:
        """The letters that are kept and ignored, each with the outcome and the reason."""
        for arrival in self._arrivals(KEPT):
            yield KEPT, arrival, self._reason(arrival)
        for month in disk.names(self._path(IGNORED)):
            for arrival in self._arrivals(f"{IGNORED}/{month}"):
                yield IGNORED, arrival, self._reason(arrival)

    def forget(self, known: Known) -> None:
        """Take out of the index what it says of this letter and place. The caller has its lock (`judging`)."""
        path = self._index(known.message_id or known.digest)
        left = [one for one in _lines(path) if (one.digest, one.number) != (known.digest, known.number)]
        disk.jot(path, b"".join(map(_line, left)))

    def blank(self, arrival: Arrival, outcome: str) -> None:
        """Leave of a letter that was laid aside nothing but that, when and how it came."""
        with self.open(arrival) as file:
            message_id = addresses.message_id(head_fields.read(file)[0].first("message-id"))
        plain = Envelope(arrival.envelope.door)
        head = (trace.written(fact, value) for fact, value in _facts(plain, arrival.at))
        known = Known(arrival.name, message_id, outcome, "", arrival.at, _ERASED)
        with self.judging(arrival.name):
            self.forget(known)
            self.note(known)
            disk.put(_reason_path(arrival.path), [_written_reason(_ERASED)])
            disk.replace(arrival.path, [*head, b"Subject: (erased)\n\n(erased)\n"])

    def kept(self) -> list[tuple[Arrival, str]]:
        """The letters that wait for a person, with the reasons, oldest first."""
        found = [(arrival, self._reason(arrival)) for arrival in self._arrivals(KEPT)]
        return sorted(found, key=lambda one: one[0].at)

    def find_kept(self, digest: str) -> Arrival | None:
        """The letter that is kept aside under this digest."""
        return _arrival(self._path(KEPT, digest + _END)) if is_digest(digest) else None

    def laid(self, known: Known) -> Arrival | None:
        """The letter that lies where this says; None if a ticket has it, or it has gone on."""
        path = self.path_of(known)
        return _arrival(path) if path else None

    def everywhere(self) -> Iterator[Known]:
        """All letters that the index knows, each as it stands now: in a ticket (or several), kept or ignored."""
        for folder in disk.names(self._path(INDEX)):
            for name in disk.names(self._path(INDEX, folder)):
                yield from standing(_lines(self._path(INDEX, folder, name)))

    def path_of(self, known: Known) -> str:
        """The file that the letter lies in; "" if a ticket has it."""
        folders = {KEPT: KEPT, IGNORED: f"{IGNORED}/{times.month(known.at)}"}
        return self._path(folders[known.outcome], known.digest + _END) if known.outcome in folders else ""

    def counts(self) -> dict[str, int]:
        """How many letters lie where."""
        ignored = sum(len(self._letters(f"{IGNORED}/{month}")) for month in disk.names(self._path(IGNORED)))
        return {NEW: len(self._letters(NEW)), KEPT: len(self._letters(KEPT)), IGNORED: ignored}

    def _thinking(self, name: str) -> disk.locked:
        """Hold the lock of one arrival while the block runs."""
        return disk.locked(os.path.join(self._locks, f"arrival-{name[-2:]}.lock"))

    def _lay_aside(self, arrival: Arrival, known: Known, folder: str) -> None:
        disk.make_folder(self._path(folder))
        goal = self._path(folder, known.digest)
        disk.put(_reason_path(goal), [_written_reason(known.reason)])
        if not disk.is_there(goal + _END):
            disk.move(arrival.path, goal + _END)
        else:
            disk.remove(arrival.path)
        if _reason_path(arrival.path) != _reason_path(goal):
            with suppress(OSError):  # the letter lies where it is to lie
                disk.remove(_reason_path(arrival.path), durable=False)

    def _arrivals(self, folder: str) -> list[Arrival]:
        found = [_arrival(self._path(folder, name)) for name in self._letters(folder)]
        return [arrival for arrival in found if arrival is not None]

    def _letters(self, folder: str) -> list[str]:
        return [name for name in disk.names(self._path(folder)) if name.endswith(_END)]

    def _reason(self, arrival: Arrival) -> str:
        try:
            return _read_reason(disk.read(_reason_path(arrival.path)).decode("utf-8", "replace"))
        except FileNotFoundError:
            return ""

    def _index(self, key: str) -> str:
        digest = signing.digest()
        digest.update(key.encode("utf-8", "surrogatepass"))
        name = digest.hexdigest()
        return self._path(INDEX, name[:2], name)

    def _path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)


def _reason_path(path: str) -> str:
    """The file beside a letter's that says why it lies there."""
    return f"{path.removesuffix(_END)}.reason"


def _written_reason(text: str) -> bytes:
    """A reason as its file has it: in English, and in a line below what a Sentence is made of."""
    import json

    parts = i18n.parts(text)
    below = json.dumps(parts, ensure_ascii=False) + "\n" if parts else ""
    return f"{text}\n{below}".encode("utf-8", "replace")


def _read_reason(content: str) -> str:
    """The reason in such a file, so that each reader can have it in their language; old files are in English alone."""
    import json

    text, _, below = content.strip().rpartition("\n")
    with suppress(ValueError):
        found = i18n.whole(text, json.loads(below))
        if isinstance(found, Sentence):
            return found
    return content.strip()


def standing(story: Iterable[Known]) -> list[Known]:
    """What counts of all that was noted: of each letter the tickets that have it, else what was noted last."""
    found: dict[str, dict[str, Known]] = {}
    for known in story:
        places = found.setdefault(known.digest, {})
        if known.number:
            places.pop("", None)
            places[known.number] = known
        elif not any(places):
            places[""] = known
    return [known for places in found.values() for known in places.values()]


def _line(known: Known) -> bytes:
    import json

    return f"\n{json.dumps(known._asdict())}\n".encode()  # the first line end closes a line that a crash cut short


def _lines(path: str) -> list[Known]:
    """What the file of the index says, without the lines that a crash cut short: others tell it again (`note`)."""
    import json

    try:
        lines = disk.read(path).splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in filter(None, lines):
        with suppress(ValueError, TypeError):
            found.append(Known(**json.loads(line)))
    return found


def is_digest(text: str) -> bool:
    """Whether `text` is a letter's digest, and so a safe file name."""
    return len(text) == 32 and set(text) <= set("0123456789abcdef")


def _facts(envelope: Envelope, at: int) -> Iterator[tuple[str, str]]:
    yield "Arrived", times.iso(at)
    yield "Door", envelope.door
    if envelope.sender is not None:
        yield "Envelope-From", envelope.sender
    for recipient in envelope.recipients:
        yield "Envelope-To", recipient
    yield _LAST


def _arrival(path: str) -> Arrival | None:
    """The letter in the file; None if it is gone, or no arrival."""
    facts: list[tuple[str, str]] = []
    try:
        with open(path, "rb") as file:
            while (fact := trace.read(file.readline())) is not None and fact != _LAST:
                facts.append(fact)
            start = file.tell()
        at = times.from_iso(dict(facts)["Arrived"])
    except (FileNotFoundError, KeyError, ValueError):
        return None
    told = dict(facts)
    recipients = tuple(value for name, value in facts if name == "Envelope-To")
    return Arrival(path, Envelope(told.get("Door", ""), told.get("Envelope-From"), recipients), at, start)


def _limited(head: bytes, chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    yield head
    left = limit
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TooLarge(limit)
        yield chunk
