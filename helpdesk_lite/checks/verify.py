"""Every promise about data/, checked; and what a crash or a hand left, mended.

Guarantee: checking changes nothing; mending loses no byte that anybody was told is kept, takes nothing out of sight,
and writes into a ticket what it did to it. What it cannot mend it says again each time.
"""

from __future__ import annotations

import os
import time

from helpdesk_lite import data_format, disk
from helpdesk_lite.letters import ledger
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.store import inspect
from helpdesk_lite.store.inspect import Finding, Lying
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.rights import ADMINISTRATOR
from helpdesk_lite.words.ticket import STATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.administration.naming import Naming
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.letters.ledger import Ledger
    from helpdesk_lite.root import Root
    from helpdesk_lite.shelves.audit import Audit
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.tickets.handing_over import HandingOver

FORMAT, WHOSE, TIE, DUTY, HANDING = (
    "format",
    "whose",
    "tie",
    "duty",
    "handing",
)  # kinds of mends, beside those of inspect
_STALE = 3600  # seconds after which a hidden file is nobody's any more
_VERIFIER = Operator("verify", "", ADMINISTRATOR)


class Verifier:
    """Looks at the desk's whole memory: all that lies in data/ under `root`; and for what was left beside it."""

    def __init__(
        self,
        desk: Desk,
        operators: Operators,
        letters: Ledger,
        root: Root,
        naming: Naming,
        audit: Audit,
        handing_over: HandingOver,
    ) -> None:
        self._desk = desk
        self._joining = Joining(desk)
        self._operators = operators
        self._ledger = letters
        self._naming = naming
        self._audit = audit
        self._handing_over = handing_over
        self._data = root.data
        self._beside = root.forms, root.templates[0]  # what administrators write online lies there, too
        self._format = root.format

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, one finding each; not what others are just doing."""
        yield from inspect.private(self._data)
        for folder in (self._data, *self._beside):
            yield from (finding for finding in inspect.unfinished(folder) if _is_stale(finding.path))
        for finding in (*self._tickets(), *self._letters(), *inspect.marks(self._data), *self._ties()):
            if not finding.number or self._is_so(finding):
                yield finding
        yield from self._people()
        yield from self._naming.findings()
        yield from self._duties()
        yield from self._handings()
        yield from self._ledger.findings()
        yield from self._customers()
        if not disk.is_there(self._format):
            said = "this file with the format's number is missing: the desk was made before there was one"
            yield Finding(self._format, said, FORMAT)

    def mend(self, finding: Finding) -> bool:
        """Do what can be done about the finding; whether it was mended. Never raises for what cannot be mended."""
        mends = {
            inspect.MODE: self._mend_mode,
            inspect.UNFINISHED: self._mend_unfinished,
            inspect.CUT_SHORT: self._mend_cut_short,
            inspect.MISPLACED: self._mend_told,
            inspect.STANDING: self._mend_told,
            inspect.TWICE: self._mend_twice,
            inspect.MARK: self._mend_mark,
            ledger.INDEX: lambda _: self._ledger.mend(),
            ledger.LEFT: lambda _: self._ledger.judge(),
            TIE: self._mend_tie,
            FORMAT: self._mend_format,
            WHOSE: self._mend_whose,
            DUTY: self._mend_duty,
            HANDING: self._mend_handing,
        }
        if finding.mend not in mends:
            return False
        try:
            return mends[finding.mend](finding)
        except (DeskError, FileNotFoundError):
            return False

    def _tickets(self) -> Iterator[Finding]:
        seen: dict[str, Lying] = {}
        for found in inspect.tickets(self._data):
            if isinstance(found, Finding):
                yield found
                continue
            if found.number in seen and disk.is_there(seen[found.number].path) and disk.is_there(found.path):
                said = f"the ticket also lies in {os.path.relpath(seen[found.number].path, self._data)}"
                yield Finding(found.path, said, inspect.TWICE, found.number)
            seen[found.number] = found
            if wrong := inspect.ticket(found):
                yield wrong

    def _letters(self) -> Iterator[Finding]:
        outbox = self._desk.outbox
        for path in outbox.damaged():
            yield Finding(path, "this is no letter; nobody sends it")
        for number in outbox.staged_numbers():
            path = os.path.join(self._data, "outbox", "staged")
            yield Finding(path, f"a letter of ticket {number} was left between two steps", inspect.CUT_SHORT, number)

    def _ties(self) -> Iterator[Finding]:
        """What was done to two tickets, and is told by one of them only."""
        for missing in self._joining.missing():
            copies = self._copies(missing.number)
            if copies:
                said = f"it does not say what it has to do with {missing.text} ({missing.kind})"
                yield Finding(copies[-1].path, said, TIE, missing.number)
        for astray in self._joining.astray():
            for copy in self._copies(astray.number)[-1:]:
                yield Finding(copy.path, astray.said)

    def _people(self) -> Iterator[Finding]:
        for mistake in (*self._operators.mistakes(), *self._audit.mistakes()):
            path, _, said = mistake.partition(": ")
            yield Finding(path, said)

    def _duties(self) -> Iterator[Finding]:
        """What rules wanted done with a ticket when somebody was killed; not what somebody is just doing."""
        for number in self._naming.ruling.duties.numbers():
            path = self._naming.ruling.duties.path(number)
            with inspect.untouched(self._data, number):
                is_left = disk.is_there(path)
            if is_left:
                yield Finding(path, "what rules want done with this ticket was not done", DUTY, number)

    def _handings(self) -> Iterator[Finding]:
        """Tickets that were going over to a category's own desk when somebody was killed."""
        for number in self._handing_over.numbers():
            path = self._handing_over.path(number)
            with inspect.untouched(self._data, number):
                is_left = disk.is_there(path)
            if is_left:
                yield Finding(path, "it was being handed over to a category's own desk", HANDING, number)

    def _customers(self) -> Iterator[Finding]:
        """The tickets that are missing where each customer's are noted; told together: an older desk noted none."""
        whose = self._desk.whose
        count = sum(1 for _ in self._unnoted()) if whose and disk.is_there(whose.folder) else 0
        if whose and count:
            yield Finding(whose.folder, f"{count} tickets are not noted here as their customers'", WHOSE)

    def _unnoted(self) -> Iterator[tuple[str, str]]:
        """The customer's address and the number of each ticket that is not noted."""
        whose, store = self._desk.whose, self._desk.store
        for number in (number for state in STATES for number in store.numbers(state)):
            try:
                address = store.read(number).inquiry.customer.email
            except DeskError:
                continue  # moved just now, which noted it; or damaged, which has a finding of its own
            if whose and address and number not in whose.numbers(whose.mark(address)):
                yield address, number

    def _is_so(self, finding: Finding) -> bool:
        """Whether it is still so while nobody is at work on the ticket: a move, or a letter, takes several steps."""
        with inspect.untouched(self._data, finding.number):
            return self._is_still_so(finding)

    def _is_still_so(self, finding: Finding) -> bool:
        """The same; the caller holds the ticket's lock."""
        if finding.mend == inspect.CUT_SHORT:
            is_move = os.path.dirname(finding.path) == os.path.join(self._data, "moving")
            return disk.is_there(finding.path) if is_move else bool(self._desk.outbox.staged(finding.number))
        if finding.mend == TIE:
            return finding in self._ties()
        if finding.mend == inspect.MARK:
            return finding in inspect.marks(self._data, finding.number)
        copies = self._copies(finding.number)
        if finding.mend == inspect.TWICE:
            return len(copies) > 1
        return any(inspect.ticket(copy) == finding for copy in copies)

    def _copies(self, number: str) -> list[Lying]:
        """Where the ticket lies, the shortest file first."""
        return sorted(inspect.copies(self._data, number), key=lambda found: os.path.getsize(found.path))

    def _mend_mode(self, finding: Finding) -> bool:
        os.chmod(finding.path, 0o700 if os.path.isdir(finding.path) else 0o600)
        return True

    def _mend_unfinished(self, finding: Finding) -> bool:
        disk.remove(finding.path)
        return True

    def _mend_cut_short(self, finding: Finding) -> bool:
        self._desk.mend(finding.number)
        return True

    def _mend_told(self, finding: Finding) -> bool:
        """Where it is the folder decides, how it stands the entries; an entry says since when.

        Finishing a move that was cut short may have mended it.
        """
        self._desk.note_found(finding.number, _VERIFIER, lambda: self._is_still_so(finding))
        return True

    def _mend_mark(self, finding: Finding) -> bool:
        with self._desk.store.locked(finding.number):
            if self._is_still_so(finding):
                inspect.mend_mark(self._data, finding, int(self._desk.clock()))
        return True

    def _mend_tie(self, finding: Finding) -> bool:
        """An entry for each one that is missing in this ticket."""
        for missing in [one for one in self._joining.missing() if one.number == finding.number]:
            self._joining.add_missing(missing, _VERIFIER.name)
        return True

    def _mend_duty(self, finding: Finding) -> bool:
        self._naming.ruling.settle(finding.number)
        return not disk.is_there(finding.path)

    def _mend_handing(self, finding: Finding) -> bool:
        self._handing_over.settle(finding.number)
        return not disk.is_there(finding.path)

    def _mend_whose(self, _: Finding) -> bool:
        """A line for each ticket that has none."""
        for address, number in list(self._unnoted()):
            if self._desk.whose:
                self._desk.whose.note(address, number)
        return True

    def _mend_format(self, finding: Finding) -> bool:
        data_format.note(finding.path, data_format.check(finding.path))
        return True

    def _mend_twice(self, finding: Finding) -> bool:
        """Keep the copy that holds all of the other, if one does."""
        with self._desk.store.locked(finding.number):
            copies = self._copies(finding.number)
            while len(copies) > 1 and _holds(copies[-1], copies[0]):
                disk.remove(copies.pop(0).path)
        return len(copies) == 1


def _holds(whole: Lying, part: Lying) -> bool:
    """Whether the first ticket file is sound and begins with all that is in the second, but for how that one stood."""
    wrong = inspect.ticket(whole)
    if wrong is not None and wrong.mend not in (inspect.MISPLACED, inspect.STANDING):
        return False
    return inspect.is_beginning(part.path, whole.path)


def _is_stale(path: str) -> bool:
    try:
        return os.path.getmtime(path) < time.time() - _STALE
    except FileNotFoundError:
        return False
