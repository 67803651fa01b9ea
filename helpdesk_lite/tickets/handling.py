"""What operators do with a ticket between claiming and closing it: wait, resolve, hand up or on, say how it stands.

Guarantee: the desk's own: one holder, each step one entry, with who did it and the letters it causes. Whose turn it is
lies with the folders as before; all else is told by the head of the ticket's file (standing).
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import AlreadyClaimed, DeskError, HandlingRefused, TicketChanged, TicketMoved
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import NOTICE, TOLD, is_address
from helpdesk_lite.words.letter import RESOLVED as RESOLVED_LETTER
from helpdesk_lite.words.rights import ESCALATE, HOLD, MARK, PUT_AWAY, REASSIGN, RESOLVE, RESTORE, RESUME, WAIT
from helpdesk_lite.words.standing import AWAY, HIGHEST, LONGEST_CATEGORY, PRIORITIES, RESOLVED, TYPES, WAITING, written
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, DESK, QUEUE, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator, Operators
    from helpdesk_lite.tickets.handing_over import HandingOver
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Ticket

LONGEST_NOTE = 10_000  # characters
MOST_CLOSED = 200  # tickets in one round
DAY = 86_400


class Handling(NamedTuple):
    """The verbs."""

    desk: Desk
    operators: Operators
    handing_over: Callable[[], HandingOver] | None = None

    def wait(self, number: str, operator: Operator) -> None:
        """Note that the customer is to answer next; once they do, it is in progress again. TicketMoved, NotAllowed."""
        self._go_on(number, operator, WAITING, "waiting", WAIT)

    def resolve(
        self, number: str, operator: Operator, solution: str = "", tells: bool = False, closes: bool = False
    ) -> None:
        """Note that it is thought to be done; it closes after some days of silence, or at once (`closes`).

        `solution` is for operators; `tells`: the customer is mailed, if they can be and no program wrote for them.
        TicketMoved, NotAllowed; HandlingRefused if the solution is too long.
        """
        solution = solution.strip()
        if len(solution) > LONGEST_NOTE:
            raise HandlingRefused(Sentence("A solution has up to %(num)s characters.", num=LONGEST_NOTE))
        with self.desk.locked(number):
            ticket = self.desk.held(number, CLAIMED, operator, RESOLVE)
            is_news = ticket.standing.progress != RESOLVED
            told = {entry.text for entry in ticket.entries if entry.kind == "resolved"}
            if not (is_news or closes) and solution in ("", *told):
                return
            letters = self._tidings(ticket) if tells and (is_news or closes) else []
            goal = Place(CLOSED, ticket.place.holder) if closes else ticket.place
            now = ticket.standing._replace(progress=RESOLVED)
            self.desk.move(ticket, goal, "closed" if closes else "resolved", operator.name, letters, now, solution)

    def resume(self, number: str, operator: Operator) -> None:
        """Note that somebody is at work on it again. TicketMoved, NotAllowed."""
        self._go_on(number, operator, "", "resumed", RESUME)

    def escalate(self, number: str, operator: Operator, note: str) -> None:
        """Put the ticket back into the queue, a level higher, with a note for those who work there; they are mailed.

        TicketMoved, NotAllowed; HandlingRefused without a note.
        """
        note = note.strip()
        if not note or len(note) > LONGEST_NOTE:
            text = N_("Say in a note, of up to %(num)s characters, what the next level has to know.")
            raise HandlingRefused(Sentence(text, num=LONGEST_NOTE))
        with self.desk.locked(number):
            ticket = self.desk.held(number, CLAIMED, operator, ESCALATE)
            before = ticket.standing
            now = before.awake()._replace(level=min(before.level + 1, HIGHEST))
            letters = self._notices(ticket, now, operator, note)
            self.desk.move(ticket, QUEUE, "escalated", operator.name, letters, now, note)

    def reassign(self, number: str, operator: Operator, to: str, note: str = "") -> None:
        """Hand the ticket to another operator, whose mailbox gets what the customer wrote, as if they had claimed it,
        and who has handed it on, with the note if there is one.

        TicketMoved, NotAllowed; AlreadyClaimed if they have it anyhow; HandlingRefused if there is no such operator, or
        they are away, or may not have it, or the note is too long.
        """
        note = note.strip()
        if len(note) > LONGEST_NOTE:
            raise HandlingRefused(Sentence("A note has up to %(num)s characters.", num=LONGEST_NOTE))
        heir = self.operators.find(to)
        if heir is None:
            raise HandlingRefused(Sentence("There is no operator %(name)s.", name=to))
        with self.desk.locked(number):
            ticket = self.desk.held(number, CLAIMED, operator, REASSIGN)
            if ticket.place.holder == heir.name:
                raise AlreadyClaimed(ticket)
            self.hand(ticket, heir, operator, note)

    def hand(self, ticket: Ticket, heir: Operator, operator: Operator, note: str = "") -> None:
        """The step of `reassign`, for whoever has the ticket's lock and knows that they may. HandlingRefused."""
        self.check_heir(heir, ticket)
        letters = [*self._handed(ticket, heir, operator, note), *self.desk.forwards(ticket, heir)]
        text = f"{heir.name}\n\n{note}" if note else heir.name
        self.desk.move(ticket, Place(CLAIMED, heir.name), "reassigned", operator.name, letters, text=text)

    def check_heir(self, heir: Operator, ticket: Ticket) -> None:
        """HandlingRefused unless the ticket can be handed to this operator."""
        if heir.is_away(self.desk.clock()):
            raise HandlingRefused(Sentence("%(name)s is absent until %(day)s.", name=heir.name, day=heir.absent_until))
        if not self.desk.may(heir, HOLD, ticket):
            text = N_("%(name)s may not have this ticket: see their role and categories.")
            raise HandlingRefused(Sentence(text, name=heir.name))

    def mark(self, number: str, operator: Operator, wanted: Standing, seen: Standing) -> None:
        """Have the ticket stand as wanted, in what differs from what was seen; a pending one by any operator.

        TicketMoved if it is closed, NotAllowed; HandlingRefused for what cannot be; TicketChanged if somebody else
        has changed the same meanwhile. Its progress has verbs of its own. A category that has a desk of its own gets
        the ticket there (handing_over); DepartmentUnusable if it cannot.
        """
        _check(wanted)
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            if ticket.place != QUEUE:
                ticket = self.desk.held(number, CLAIMED, operator, MARK)
            self.desk.demand(operator, MARK, ticket)
            before = ticket.standing
            changes = {name: getattr(wanted, name) for name in wanted.unlike(seen) if name != "progress"}
            if any(getattr(before, name) not in (getattr(seen, name), new) for name, new in changes.items()):
                raise TicketChanged(number, len(ticket.entries))
            now = before._replace(**changes)
            if now.category != before.category and self._goes_over(ticket, now, operator):
                return
            if now != before:
                letters = self._news(ticket, now, operator) if now.category != before.category else []
                self.desk.move(ticket, ticket.place, "marked", operator.name, letters, now, written(now, before))

    def _goes_over(self, ticket: Ticket, now: Standing, operator: Operator) -> bool:
        """Hand the ticket over, standing like this, if its new category has a desk of its own; whether it has.

        OSError if that cannot be looked up: nobody here is to have what belongs there.
        """
        category = self.desk.reception.look_up(now.category)
        if not (category and category.desk and self.handing_over):
            return False
        self.handing_over().hand_over(ticket, now, operator)
        return True

    def put_away(self, number: str, operator: Operator, how: str) -> None:
        """Have it out of the way as spam, or in the bin, with all that is in it; `restore` brings it back.

        A pending one by any operator. TicketMoved if it is put away already; NotAllowed.
        """
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            self.desk.demand(operator, PUT_AWAY, ticket)
            if ticket.standing.away or ticket.merged_into:
                raise TicketMoved(ticket)
            goal = Place(CLOSED, ticket.place.holder)
            now = ticket.standing._replace(away=how)
            self.desk.move(ticket, goal, how, operator.name, standing=now, text=" ".join(ticket.place).strip())

    def restore(self, number: str, operator: Operator) -> None:
        """Bring a ticket that was put away back to where it lay; to the queue if that operator is gone.

        Whoever has it then gets what its customer wrote meanwhile.
        TicketMoved unless it is put away; NotAllowed.
        """
        with self.desk.locked(number):
            ticket = self.desk.held(number, CLOSED, operator, RESTORE)
            if not ticket.standing.away:
                raise TicketMoved(ticket)
            goal = self.desk.permission().back_at(_before(ticket), ticket, self.desk.clock(), operator.name)
            letters = self.desk.missed(ticket, goal)
            self.desk.move(ticket, goal, "restored", operator.name, letters, ticket.standing._replace(away=""))

    def close_resolved(self, most: int = MOST_CLOSED) -> int:
        """Close tickets that were resolved so long ago, up to so many in one round; how many were."""
        days = self.desk.settings.resolved_days
        until = self.desk.clock() - days * DAY
        due = self.desk.store.resolved(until) if days else ()
        return sum(self._close_resolved(number, until) for number in islice(due, most))

    def _close_resolved(self, number: str, until: float) -> bool:
        with self.desk.locked(number):
            try:
                ticket = self.desk.store.read(number)
            except DeskError:  # it is gone, or damaged, as `verify` tells
                return False
            if ticket.progress != RESOLVED or ticket.progress_at > until:
                return False
            self.desk.move(ticket, Place(CLOSED, ticket.place.holder), "closed", DESK)
            return True

    def _go_on(self, number: str, operator: Operator, progress: str, kind: str, verb: str) -> None:
        with self.desk.locked(number):
            ticket = self.desk.held(number, CLAIMED, operator, verb)
            if ticket.standing.progress != progress:
                now = ticket.standing._replace(progress=progress)
                self.desk.move(ticket, ticket.place, kind, operator.name, [], now)

    def _news(self, ticket: Ticket, now: Standing, by: Operator) -> list[Letter]:
        """The notice of a pending ticket for those who hear of its new category; for nobody if none has said so.

        OSError if that cannot be looked up.
        """
        if ticket.place != QUEUE:
            return []
        reception = self.desk.reception
        readers = reception.readers_of(reception.look_up(now.category or ticket.inquiry.head.category))
        return self._notice(ticket, tuple(one for one in readers if one != by.email))

    def _handed(self, ticket: Ticket, heir: Operator, by: Operator, note: str) -> list[Letter]:
        """The news for whoever is handed the ticket; none for who takes it themselves."""
        if heir.name == by.name:
            return []
        said = i18n.translation(heir.language or self.desk.settings.language)
        told = said.gettext("%(who)s has handed ticket %(number)s on to you.")
        words = "\n\n".join(filter(None, (told % {"who": by.name, "number": ticket.number}, note)))
        return [self.desk.letter(TOLD, ticket.inquiry, operator=heir.name)._replace(note=words)]

    def _tidings(self, ticket: Ticket) -> list[Letter]:
        """The news for the customer that it is done."""
        address = ticket.inquiry.customer.email
        if not is_address(address) or (ticket.began_with_mail and self._is_programs(ticket)):
            return []
        return [self.desk.letter(RESOLVED_LETTER, ticket.inquiry, recipients=(address,))]

    def _is_programs(self, ticket: Ticket) -> bool:
        """Whether a program wrote the letter that the ticket began with, as far as its header tells."""
        from helpdesk_lite.mail import incoming

        with self.desk.store.open_message(ticket.number, ticket.entries[0].message_id) as message:
            return bool(incoming.read(message).auto)

    def _notices(self, ticket: Ticket, now: Standing, by: Operator, note: str) -> list[Letter]:
        """The news of an escalated ticket, to those who may have it at its level now; to all if nobody may."""
        clock = self.desk.clock()
        found = [one for one in self.operators.everybody() if one.level >= now.level and one.name != by.name]
        able = [one for one in found if not one.is_away(clock) and self.desk.may(one, HOLD, ticket)]
        recipients = self._among(able, ticket.category) or self.desk.readers(ticket.category)
        return [letter._replace(note=note) for letter in self._notice(ticket, recipients)]

    def _among(self, able: list[Operator], name: str) -> tuple[str, ...]:
        """Whom of these operators to mail: those who hear of the category, else those who work on it, else all."""
        category = self.desk.reception.find(name)
        addresses: tuple[str, ...] = ()
        if category:
            addresses = category.addresses
            able = [one for one in able if one.name in category.operators] if category.operators else able
            able = [one for one in able if one.name in category.subscribers] or ([] if addresses else able)
        return tuple(dict.fromkeys((*(one.email for one in able), *addresses)))

    def _notice(self, ticket: Ticket, recipients: tuple[str, ...]) -> list[Letter]:
        letter = self.desk.letter(NOTICE, ticket.inquiry, recipients=recipients, language=self.desk.settings.language)
        return [letter] if recipients else []


def _before(ticket: Ticket) -> Place:
    """Where it lay before it was put away."""
    told = next((entry.text for entry in reversed(ticket.entries) if entry.kind in AWAY), "")
    state, _, holder = told.partition(" ")
    return Place(state, holder) if state in (CLAIMED, CLOSED) else QUEUE


def _check(wanted: Standing) -> None:
    """HandlingRefused if a ticket cannot stand like this."""
    if wanted.priority not in PRIORITIES:
        raise HandlingRefused(Sentence("A priority is one of %(known)s.", known=", ".join(PRIORITIES)))
    if wanted.type not in ("", *TYPES):
        raise HandlingRefused(Sentence("A type is one of %(known)s.", known=", ".join(TYPES)))
    if not 1 <= wanted.level <= HIGHEST:
        raise HandlingRefused(Sentence("A level is a number from 1 to %(highest)s.", highest=HIGHEST))
    if len(wanted.category) > LONGEST_CATEGORY or not wanted.category.isprintable():
        raise HandlingRefused(Sentence("A category is one line of up to %(num)s characters.", num=LONGEST_CATEGORY))
