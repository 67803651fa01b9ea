"""Every store against a model that fits on a page: whatever is done in whatever order, they agree on every ticket.

Doers act on what they saw a while ago, as browsers do; and the flat store's are killed between any two of its steps.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from helpdesk_lite import disk
from helpdesk_lite.store import fanout
from helpdesk_lite.store.flat import FlatStore
from helpdesk_lite.store.memory import MemoryStore
from helpdesk_lite.words.errors import TicketMoved, UnknownNumber
from helpdesk_lite.words.standing import AWAY, PRIORITIES, PROGRESS, RESOLVED, TYPES, USUAL, Standing
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, STATES, Place
from tests import examples

PEOPLE = ("ada", "ines", "bob")
DAY = 86_400
PLACES = st.sampled_from([QUEUE, *(Place(state, who) for state in (CLAIMED, CLOSED) for who in PEOPLE)])
SUBMISSIONS = st.sampled_from(["aa" * 16, "ab" * 16, "ba" * 16])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MOMENTS = st.sampled_from([0, examples.NOON, examples.NOON + 2 * DAY])
STANDINGS = st.builds(
    Standing,
    st.sampled_from(["", *PROGRESS]),
    st.integers(1, 9),
    st.sampled_from(PRIORITIES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    MOMENTS,
    MOMENTS,
    st.sampled_from(["", *AWAY]),
    st.sampled_from(["", *TYPES]),
)


class Killed(BaseException):
    """The process ends here."""


class StoreMachine(RuleBasedStateMachine):
    """Doers at work on `self.store`, and what should be there: where each ticket is, its entries' kinds and texts."""

    numbers = Bundle("numbers")
    views = Bundle("views")

    def __init__(self) -> None:
        super().__init__()
        self.now = float(examples.NOON)
        self.store: Any = self.opened()
        self.places: dict[str, Place] = {}
        self.stories: dict[str, list[tuple[str, str]]] = {}
        self.standings: dict[str, Standing] = {}
        self.messages: dict[str, tuple[str, bytes]] = {}
        self.submissions: dict[str, tuple[str, float]] = {}

    def opened(self) -> Any:
        """The store to try."""
        return MemoryStore(lambda: self.now)

    @rule(target=numbers, message=st.binary(max_size=200), submission=SUBMISSIONS | st.just(""))
    def add(self, message: bytes, submission: str) -> Any:
        """A customer writes: the same submission within a day is the same ticket, unless that is closed."""
        self.now += 1
        if not submission:
            return self._added(message, "")
        known, made_at = self.submissions.get(submission, ("", 0.0))
        is_same = known and made_at > self.now - DAY and self.places[known].state != CLOSED
        with self.store.once(submission) as number:
            assert number == (known if is_same else "")
            return number or self._added(message, submission)

    def _added(self, message: bytes, submission: str) -> str:
        number = examples.number(self.now)
        entry = examples.entry(number, at=int(self.now))
        with self.store.locked(number):
            self.store.add(examples.inquiry(number, submission=submission), entry, lambda: [message])
        self.places[number], self.standings[number] = QUEUE, USUAL
        self.stories[number] = [("inquiry", "")]
        self.messages[entry.message_id] = (number, message)
        if submission:
            self.submissions[submission] = (number, self.now)
        return number

    @rule(number=numbers)
    def add_again(self, number: str) -> None:
        """A number is taken once, in the queue; the desk never gives one out twice."""
        if self.places[number] == QUEUE:
            with self.store.locked(number), pytest.raises(FileExistsError):
                self.store.add(examples.inquiry(number), examples.entry(number), lambda: [b"other"])

    @rule(target=views, number=numbers)
    def look(self, number: str) -> tuple[str, Place]:
        """Somebody opens a page: what it shows may be old when they press a button."""
        assert self.store.place(number) == self.places[number]
        return number, self.places[number]

    @rule(view=views, target_place=PLACES, text=TEXTS, standing=st.none() | st.just(USUAL) | STANDINGS)
    def move(self, view: tuple[str, Place], target_place: Place, text: str, standing: Standing | None) -> None:
        """They press it: it works if the ticket is where they saw it, else they hear where it is."""
        self.now += 1
        number, seen = view
        entry = examples.entry(number, "moved", "ines", int(self.now), text)._replace(standing=standing)
        with self.store.locked(number):
            if seen != self.places[number]:
                with pytest.raises(TicketMoved) as moved:
                    self.store.move(number, seen, target_place, entry)
                assert Place(moved.value.state, moved.value.holder) == self.places[number]
                return
            self.store.move(number, seen, target_place, entry)
        self.places[number] = target_place
        self.standings[number] = self.standings[number] if standing is None else standing
        self.stories[number].append(("moved", text))

    @rule(target=views, days=st.integers(0, 2))
    def wait(self, days: int) -> Any:
        """Time goes by, and what is old is forgotten."""
        self.now += days * DAY
        self.store.tidy()
        return multiple()

    @rule()
    def ask_for_nobodys(self) -> None:
        """A number that no ticket has."""
        with pytest.raises(UnknownNumber):
            self.store.read(examples.number(self.now))

    @rule(limit=st.integers(1, 4))
    def page_through(self, limit: int) -> None:
        """The queue, a page at a time."""
        after, found = "", []
        while page := self.store.pending(after, limit):
            assert len(page) <= limit
            found += [head.number for head in page]
            after = found[-1]
        assert found == sorted((number for number, place in self.places.items() if place == QUEUE), key=self._order)

    def _order(self, number: str) -> tuple[bool, int, str]:
        """Critical before low, oldest first; what is to be woken later comes last."""
        now = self.standings[number]
        is_asleep = now.wakes_at > self.now
        return is_asleep, 0 if is_asleep else -PRIORITIES.index(now.priority), number

    @rule(view=views, limit=st.integers(1, 4))
    def go_on_from(self, view: tuple[str, Place], limit: int) -> None:
        """The page behind a ticket that somebody saw, and has perhaps taken since; then its place is still known."""
        after = view[0]
        if self.places[after].state == CLOSED or self.standings[after].wakes_at:
            return
        pending = [number for number, place in self.places.items() if place == QUEUE]
        wanted = sorted((one for one in pending if self._order(one) > self._order(after)), key=self._order)
        assert [head.number for head in self.store.pending(after, limit)] == wanted[:limit]

    @invariant()
    def agree(self) -> None:
        """Each ticket is in one place, with its whole story and every byte of its message."""
        for number, place in self.places.items():
            ticket = self.store.read(number)
            assert ticket.place == place
            assert ticket.standing == ticket.inquiry.head.standing == self.standings[number]
            assert [(entry.kind, entry.text) for entry in ticket.entries] == self.stories[number]
        for state in STATES:
            wanted = sorted(number for number, place in self.places.items() if place.state == state)
            assert list(self.store.numbers(state)) == wanted
        for who in PEOPLE:
            wanted = sorted(number for number, place in self.places.items() if place == Place(CLAIMED, who))
            assert [head.number for head in self.store.held_by(who)] == wanted
            told = {head.number: head.standing for head in self.store.heads(Place(CLAIMED, who))}
            assert told == {number: self.standings[number] for number in wanted}
        done = {
            n for n, place in self.places.items() if (place.state, self.standings[n].progress) == (CLAIMED, RESOLVED)
        }
        assert set(self.store.resolved(self.now)) >= done
        shut = {number for number, place in self.places.items() if place.state == CLOSED}
        months = self.store.months()
        assert {head.number for month in months for head in self.store.closed_in(month)} == shut
        assert self.store.count_pending(100) == sum(place.state == PENDING for place in self.places.values())
        for message_id, (number, message) in self.messages.items():
            with self.store.open_message(number, message_id) as file:
                given = file.read()
            assert given == message or given == message + b"\n"  # a file of messages ends each with a line end


class FlatMachine(StoreMachine):
    """The same for files, whose doers are killed, too."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="helpdesk-model-")
        super().__init__()

    def _added(self, message: bytes, submission: str) -> str:
        number = super()._added(message, submission)
        if submission:  # its note has the time of this machine's clock, not of ours
            os.utime(os.path.join(self.folder, "submissions", submission[:2], submission), (self.now, self.now))
        return number

    def opened(self) -> FlatStore:
        store = FlatStore(self.folder, lambda: self.now)
        store.make_folders()
        return store

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule()
    def start_again(self) -> None:
        """Another process opens the same folder."""
        self.store = self.opened()

    @rule(view=StoreMachine.views, target_place=PLACES, steps=st.integers(0, 6), standing=st.none() | STANDINGS)
    def be_killed(self, view: tuple[str, Place], target_place: Place, steps: int, standing: Standing | None) -> None:
        """A move ends after so many links, renames and removals: it happened wholly or not at all."""
        number, seen = view
        if seen != self.places[number] or seen.state == target_place.state == CLOSED:
            return  # a closed ticket does not move to be closed
        self.now += 1
        entry = examples.entry(number, "killed", "ines", int(self.now))._replace(standing=standing)
        with _dying_after(steps), self.store.locked(number):
            self.store.move(number, seen, target_place, entry)
        with self.store.locked(number):
            self.places[number] = self.store.place(number)
        has_moved = len(self.store.read(number).entries) > len(self.stories[number])
        assert self.places[number] == (target_place if has_moved else seen)
        if has_moved:
            self.standings[number] = self.standings[number] if standing is None else standing
            self.stories[number].append(("killed", ""))
        assert disk.names(os.path.join(self.folder, "moving")) == []


class CrowdedMachine(FlatMachine):
    """The same with folders that are full at once, so that tickets lie in subfolders, which come and go."""

    def __init__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(fanout, "FULL", 2)
        super().__init__()

    def teardown(self) -> None:
        self.patch.undo()
        super().teardown()


class _dying_after:
    """The block is cut short before its next step that changes a name, after `steps` of them."""

    def __init__(self, steps: int) -> None:
        self._left = steps
        self._real = {name: getattr(os, name) for name in ("rename", "link", "unlink", "mkdir", "rmdir")}

    def __enter__(self) -> None:
        for name, real in self._real.items():
            setattr(os, name, self._dying(real))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        for name, real in self._real.items():
            setattr(os, name, real)
        return kind is Killed

    def _dying(self, real: Any) -> Any:
        def call(*given: Any, **also: Any) -> Any:
            if self._left <= 0:
                raise Killed  # and so does whatever would tidy up: it calls these, too
            self._left -= 1
            return real(*given, **also)

        return call


LIGHT = settings(
    max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
HEAVY = settings(LIGHT, max_examples=400, stateful_step_count=60)


class TestMemory(StoreMachine.TestCase):  # type: ignore[name-defined,misc]
    """The store in memory."""

    settings = LIGHT


class TestFlat(FlatMachine.TestCase):  # type: ignore[name-defined,misc]
    """The store of files."""

    settings = LIGHT


class TestCrowded(CrowdedMachine.TestCase):  # type: ignore[name-defined,misc]
    """The store of files when it is crowded."""

    settings = LIGHT


@pytest.mark.long
class TestMemoryLong(StoreMachine.TestCase):  # type: ignore[name-defined,misc]
    """The store in memory, for minutes."""

    settings = HEAVY


@pytest.mark.long
class TestFlatLong(FlatMachine.TestCase):  # type: ignore[name-defined,misc]
    """The store of files, for minutes."""

    settings = HEAVY


@pytest.mark.long
class TestCrowdedLong(CrowdedMachine.TestCase):  # type: ignore[name-defined,misc]
    """The store of files when it is crowded, for minutes."""

    settings = HEAVY
