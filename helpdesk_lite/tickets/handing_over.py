"""A ticket goes over to the desk of its own that a category has: it is copied there with its thread, and closed here.

Guarantee: one winner, since all is done under the ticket's lock here; every word is there before it is closed here. A
promise is on disk before the copy: killed in between, it is open here until the next round, or `verify`, goes on to the
end. It copies no letters of ours and nothing of what operators did here but what they wrote.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.desk import Draft
from helpdesk_lite.letters.intake import OPENED, THREADED
from helpdesk_lite.mail import incoming
from helpdesk_lite.mail.arrivals import Known
from helpdesk_lite.words import signing, ties
from helpdesk_lite.words.errors import DeskError, HandlingRefused, MayBeKept, UnknownNumber
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.standing import USUAL
from helpdesk_lite.words.ticket import CAME, CLOSED, HANDED, INQUIRY, TYPED, WRITTEN, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from helpdesk_lite.departments import Departments
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Entry, Inquiry, Ticket

_END = ".json"
log = logging.getLogger("helpdesk_lite")


class Promise(NamedTuple):
    """To which category's desk a ticket goes, its number there, who said so, and where it lay here."""

    category: str
    number: str
    by: str
    place: str

    @property
    def text(self) -> str:
        """What the entry here says."""
        return f"{self.number} {self.category}"


class HandingOver(NamedTuple):
    """The verb. `folder` has a file for each ticket that is just going over."""

    desk: Desk
    departments: Departments
    folder: str

    def hand_over(self, ticket: Ticket, now: Standing, operator: Operator) -> None:
        """Have the ticket, standing like this, go over to the desk of the category that it has now.

        The caller holds its lock, and knows who may do this. What was begun before is brought to its end instead.

        DepartmentUnusable; HandlingRefused if others were merged into the ticket; MayBeKept.
        """
        if ties.of(ticket).joined:
            raise HandlingRefused(Sentence("Others were merged into it: take them out of there first."))
        promise = self.promise(ticket.number)
        house = self.departments.find(promise.category if promise else now.category)
        if promise is None or not self._is_there(house, ticket, promise):
            house = self.departments.find(now.category)
            promise = self._copied(house, ticket, now, operator)
        try:
            self._end(house, ticket, promise, now)
        except OSError as wrong:
            raise MayBeKept(ticket.number) from wrong

    def finish(self) -> None:
        """Bring to its end what killed processes left. What fails is left to the next round."""
        for number in self.numbers():
            self.settle(number)

    def settle(self, number: str) -> None:
        """The same for one ticket."""
        try:
            with self.desk.locked(number):
                self._settle(number)
        except (DeskError, OSError) as wrong:
            log.warning("handing over: cannot finish number=%s said=%r", number, str(wrong)[:300])

    def numbers(self) -> list[str]:
        """The tickets that are just going over, or were when somebody was killed."""
        return [name.removesuffix(_END) for name in disk.names(self.folder) if name.endswith(_END)]

    def path(self, number: str) -> str:
        """Where the promise about this ticket lies."""
        return os.path.join(self.folder, number + _END)

    def promise(self, number: str) -> Promise | None:
        """What was begun with this ticket; None if nothing was, or nobody can read it."""
        import json

        try:
            return Promise(*json.loads(disk.read(self.path(number))))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _settle(self, number: str) -> None:
        promise = self.promise(number)
        with suppress(UnknownNumber):
            ticket = self.desk.store.read(number)
            if promise and promise.text not in [one.text for one in ticket.entries if one.kind == HANDED]:
                house = self.departments.find(promise.category)
                if self._is_there(house, ticket, promise):
                    self._end(house, ticket, promise, ticket.standing)
        disk.remove(self.path(number), durable=False)

    def _is_there(self, house: Any, ticket: Ticket, promise: Promise) -> bool:
        try:
            found = house.store.read(promise.number)
        except UnknownNumber:
            return False
        return bool(found.inquiry.head.submission == self._digest(ticket))

    def _copied(self, house: Any, ticket: Ticket, now: Standing, operator: Operator) -> Promise:
        """Make the ticket there, with its inquiry; its customer hears of the new number, and its readers of it."""
        import json

        def promised(number: str) -> Promise:
            return Promise(now.category, number, operator.name, _words(ticket.place))

        def drafted(number: str) -> Draft:
            disk.make_folder(self.folder)
            disk.replace(self.path(ticket.number), [json.dumps(promised(number)).encode()])
            inquiry, note, _ = house.reception.received(self._inquiry(ticket, now, number))
            letters = house.desk.announcements(inquiry, (), self._may_acknowledge(house, ticket), note)
            first = ticket.entries[0]._replace(letters=tuple(one.message_id for one in letters), standing=None)
            return Draft(inquiry, first, letters, lambda: self._words_of(ticket, first))

        return promised(house.desk.keep(drafted))

    def _end(self, house: Any, ticket: Ticket, promise: Promise, now: Standing) -> None:
        """Copy what is missing there, then close it here; it stays open if somebody took it up meanwhile."""
        with house.desk.locked(promise.number):
            known = {entry.message_id for entry in house.store.read(promise.number).entries}
            for entry in ticket.entries:
                if entry.kind in WRITTEN:
                    self._copy(house, ticket, entry, promise.number, entry.message_id in known)
            duty = self._arrived(house, ticket, promise)
        house.reception.settle(promise.number, duty)
        stays = _words(ticket.place) != promise.place
        goal = ticket.place if stays else Place(CLOSED, ticket.place.holder)
        now = now._replace(category=promise.category)
        self.desk.move(ticket, goal, HANDED, promise.by, standing=now, text=promise.text)
        disk.remove(self.path(ticket.number), durable=False)

    def _copy(self, house: Any, ticket: Ticket, entry: Entry, number: str, is_there: bool) -> None:
        """Have the entry there, and the letter that it is in that desk's index."""
        if not is_there:
            place = house.store.place(number)
            copy = entry._replace(letters=(), standing=None)
            house.desk.commit(number, place, place, copy, [], lambda: self._words_of(ticket, entry))
        if entry.digest and not entry.digest.startswith(TYPED):
            outcome = OPENED if entry.kind == INQUIRY else THREADED
            known = Known(entry.digest, entry.message_id, outcome, number, entry.at)
            if known not in house.intake.arrivals.known(entry.message_id):
                house.intake.arrivals.note(known)

    def _arrived(self, house: Any, ticket: Ticket, promise: Promise) -> Any:
        """Say there where it comes from, once, and promise what that desk's rules want."""
        there = house.store.read(promise.number)
        if any(entry.kind == CAME for entry in there.entries):
            return None
        as_it_came = there.inquiry._replace(head=there.inquiry.head._replace(category=""))
        duty = house.reception.received(as_it_came).duty
        with suppress(FileExistsError):  # promised by who was killed then
            house.reception.promise(promise.number, duty)
        house.desk.move(there, there.place, CAME, promise.by, text=f"{ticket.number} {self.desk.settings.name}")
        return duty

    def _inquiry(self, ticket: Ticket, told: Standing, number: str) -> Inquiry:
        """The inquiry as that desk gets it: its category and level there are for that desk to say."""
        now = USUAL._replace(priority=told.priority, type=told.type, due_at=told.due_at, wakes_at=told.wakes_at)
        head = ticket.inquiry.head._replace(number=number, category="", submission=self._digest(ticket), standing=now)
        return ticket.inquiry._replace(head=head)

    def _digest(self, ticket: Ticket) -> str:
        """What tells the copy from any other ticket there."""
        return signing.digest_of([HANDED, self.desk.settings.address, ticket.number])

    def _may_acknowledge(self, house: Any, ticket: Ticket) -> bool:
        """Whether its customer is told the new number: never a program."""
        if not house.settings.acknowledge or not ticket.began_with_mail:
            return bool(house.settings.acknowledge)
        with self.desk.store.open_message(ticket.number, ticket.entries[0].message_id) as file:
            return not incoming.read(file).auto

    def _words_of(self, ticket: Ticket, entry: Entry) -> Iterator[bytes]:
        with self.desk.store.open_message(ticket.number, entry.message_id) as file:
            yield from iter(lambda: file.read(disk.CHUNK), b"")


def _words(place: Place) -> str:
    return " ".join(place).strip()
