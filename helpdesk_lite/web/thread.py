"""A ticket's thread as its page shows it: what happened, and every letter, in order.

Guarantee: while nobody has claimed the ticket, nothing in it tells how to reach who wrote: no names or addresses of
senders, no signatures and quotes, no HTML, no files that say whose they are. Nothing else is left out, only folded.
The letters are read in one look at the ticket's file. It draws nothing and decides nothing (desk).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite.web import standing_words, wording
from helpdesk_lite.web.http import quoted
from helpdesk_lite.words import i18n, ties
from helpdesk_lite.words.ticket import (
    ANSWER,
    AUTOMATIC,
    BOUNCE,
    CAME,
    COMMAND,
    CUSTOMER,
    DESK,
    EXCLUDED,
    FORWARDED,
    HANDED,
    INCLUDED,
    INQUIRY,
    LETTER,
    MERGED,
    NOTE,
    REDIRECT,
    RULED,
    TYPED,
    UNMERGED,
    WRITTEN,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.mail.reading import Reading
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.web.render import Html
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.ticket import Entry, Ticket

LONGEST = 100_000  # characters of one letter on the page; longer ones have a page of their own
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")  # what a browser may show in the page
_BEGINNING = 60  # characters
LARGEST_PICTURE = 3_000_000  # bytes
_BOUNCED = "Could not be delivered to "  # what the entry's text begins with (correspondence)
_PREFIX = re.compile(r"\s*(?:(?:re|aw|sv|fwd?|wg|r|i|rif|tr)\s?:|\[[A-Z0-9-]{4,20}\])\s*", re.IGNORECASE)

_COMMAND = re.compile(r"\A\s*note[:.!]*(?=\s)\s*", re.IGNORECASE)  # how a note by mail begins (intake)


_SOLVED = ("resolved", "closed")  # kinds of entries whose text is a solution
_NOTED = (RULED, "reassigned")  # kinds whose text has a note below an empty line


class Line(NamedTuple):
    """One entry. `letter` is None where it has no words of its own; `words` is then all there is to say."""

    words: str
    when: Html
    letter: Shown | None = None


class File(NamedTuple):
    """A file of a letter: where it is, its name, its size in words, and whether it is a picture that may be shown."""

    address: str
    name: str
    size: str
    is_picture: bool = False


class Shown(NamedTuple):
    """A letter on the page. `mark` says in a word what sets it apart; `pieces` are (kind, text) as in mail/folds;
    `files` are what it brings; `html` the address of its HTML, `whole` that of its
    text where it is too long for the page, `people` who else got it, `unsent` that
    it is not on its way to the customer yet, and why, or ""."""

    kind: str
    mark: str = ""
    subject: str = ""
    pieces: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    html: str = ""
    whole: str = ""
    people: str = ""
    unsent: str = ""
    is_encrypted: bool = False


class Thread:
    """The thread of one ticket, for one operator; what its customer reads differs by a few words (customers_thread)."""

    def __init__(self, request: Request, house: House, ticket: Ticket, said: Translation, first: int = 0) -> None:
        self._base = f"{request.base}/tickets/{ticket.number}"
        self._ticket = ticket
        self._first_place = first
        self._said = said
        self._texts = _texts(said)
        self._now = house.clock()
        self._categories = house.categories
        self._hidden = self._to_hide(house)
        self._readings = self._read(house)
        self._unsent = self._on_their_way(house)

    def lines(self) -> list[Line]:
        """What happened from the entry `first` on, in order; the inquiry itself is only said to have arrived."""
        first = self._first_place
        return [self._line(place, entry) for place, entry in enumerate(self._ticket.entries[first:], first)]

    def inquiry(self) -> Shown | None:
        """The inquiry as a letter, with its files; None if it came by a form and brought none."""
        reading = self._readings.get(0)
        return reading and self._shown(0, self._ticket.entries[0], reading)

    def beginning(self, place: int) -> str:
        """How the letter at this place begins, behind a colon; "" if it is none of those that are shown."""
        from helpdesk_lite.mail.folds import OWN

        reading = self._readings.get(place)
        pieces = self._pieces(self._ticket.entries[place], reading) if reading else ()
        words = " ".join(" ".join(text for kind, text in pieces if kind == OWN).split())
        return f": {words if len(words) <= _BEGINNING else words[:_BEGINNING].rstrip() + '…'}" if words else ""

    def _verdict(self, entry: Entry) -> str:
        """What the outbox says of the answer that an operator's letter became; "" when it is sent."""
        said = self._said
        for letter, is_held in self._unsent:
            if letter.message_id in entry.letters and letter.reason:
                text = (
                    said.gettext("Could not be sent: %(reason)s")
                    if is_held
                    else said.gettext("Not sent yet: %(reason)s")
                )
                return text % {"reason": self._discreet_reason(i18n.told(letter.reason, said))}
            if letter.message_id in entry.letters:
                return said.gettext("Waiting in the outbox")
        return ""

    def discreet(self, text: str) -> str:
        """`text` as this reader may see it: while the ticket is pending, with a word for each address to hide."""
        if not self._hidden:
            return text
        from helpdesk_lite.mail import discretion

        return discretion.without(text, self._hidden, self._said.gettext("(address)"))

    def _to_hide(self, house: House) -> frozenset[str] | None:
        """The addresses that this reader may not know; None if there is nothing to hide from them."""
        return _hidden_in(house.store.read(self._ticket.number)) if is_veiled(self._ticket) else None

    def _on_their_way(self, house: House) -> list[tuple[Letter, bool]]:
        """The ticket's letters that are not sent yet, and whether each is held."""
        has_answers = any(entry.kind == ANSWER for entry in self._ticket.entries)
        return house.outbox.unsent(self._ticket.number) if has_answers else []

    def _read(self, house: House) -> dict[int, Reading]:
        """The letters that are shown, by their place in the ticket."""
        entries = self._ticket.entries
        first = max(1, self._first_place)
        places = [place for place, entry in enumerate(entries[first:], first) if entry.kind in WRITTEN]
        if self._ticket.began_with_mail or self._ticket.inquiry.head.attachments:
            places.insert(0, 0)
        if not places:
            return {}
        from helpdesk_lite.mail.reading import reading

        files = house.store.messages(self._ticket.number, [entries[place].message_id for place in places])
        return dict(zip(places, map(reading, files), strict=True))

    def _line(self, place: int, entry: Entry) -> Line:
        when = wording.time_element(entry.at, self._now, self._said)
        reading = self._readings.get(place) if place else None
        if entry.kind == "escalated" or (entry.kind in (*_SOLVED, *_NOTED) and _note_of(entry)):
            return Line(self._words(entry), when, self._note_in(entry))
        return Line(self._words(entry), when, reading and self._shown(place, entry, reading))

    def _note_in(self, entry: Entry) -> Shown:
        """The note with which it was handed up or on, or that rules left; the solution with which it was resolved."""
        from helpdesk_lite.mail.folds import OWN

        return Shown(NOTE, self._mark(entry._replace(kind=NOTE)), pieces=((OWN, self.discreet(_note_of(entry))),))

    def _words(self, entry: Entry) -> str:
        """Who did what."""
        said = self._said
        if entry.kind == FORWARDED:
            return self._forwarded(entry)
        if entry.kind not in self._texts:
            return entry.kind
        if entry.kind == INQUIRY and self._ticket.began_with_mail:
            return said.gettext("Arrived by mail")
        if entry.kind == INQUIRY and self._ticket.inquiry.head.channel:
            return said.gettext("%(who)s logged it") % {"who": entry.by}
        if entry.kind in _SOLVED and entry.letters and entry.by != CUSTOMER:
            told = {
                "resolved": said.gettext("%(who)s resolved it, and the customer was told"),
                "closed": said.gettext("%(who)s closed it, and the customer was told"),
            }
            return told[entry.kind] % {"who": entry.by}
        if (entry.kind, entry.by) == ("closed", DESK):
            return said.gettext("It closed by itself: it was resolved, and nobody went on with it")
        if entry.kind == NOTE and entry.text:
            names = ", ".join(entry.text.split())
            return said.gettext("%(who)s noted, and told %(names)s") % {"who": entry.by, "names": names}
        if entry.kind == "claimed" and entry.text:
            return said.gettext("%(who)s was given it by rule: %(rules)s") % {"who": entry.by, "rules": entry.text}
        failed = self._discreet_reason(entry.text.removeprefix(_BOUNCED))
        return wording.sentence(
            self._texts[entry.kind],
            who=self.who(entry),
            form=self._ticket.inquiry.head.title,
            failed=failed or said.gettext("its recipient"),
            level=str(entry.standing.level if entry.standing else 1),
            to=entry.text.partition("\n\n")[0],
            people=self._discreet_reason(", ".join(entry.people)),
            command=entry.text,
            other=entry.text.partition(" ")[0],
            desk=entry.text.partition(" ")[2],
            rules=entry.text.partition("\n\n")[0],
            changes=self._changes(entry) if entry.kind == "marked" else "",
        )

    def _changes(self, entry: Entry) -> Html:
        return standing_words.changes(entry, self._now, self._said, self._categories.titles())

    def _forwarded(self, entry: Entry) -> str:
        """In which shape a letter was sent on, and why (courier)."""
        said = self._said
        shape, domain, asked = (*entry.text.split(), "", "", "")[:3]
        if shape == REDIRECT and asked == "ours":
            text = said.gettext("Sent on as it came: %(domain)s is the desk's own domain")
        elif shape == REDIRECT:
            text = said.gettext("Sent on as it came: %(domain)s lets others send for it (DMARC)")
        elif asked == "unknown":
            text = said.gettext("Sent on from the desk's address: it is not known whether %(domain)s permits more")
        else:
            text = said.gettext("Sent on from the desk's address: %(domain)s lets nobody else send for it (DMARC)")
        return text % {"domain": domain if self._hidden is None else said.gettext("the sender's domain")}

    def who(self, entry: Entry) -> str:
        """Who did or wrote it, as this reader may know."""
        if entry.kind != LETTER:
            return self._said.gettext("The customer") if entry.by == CUSTOMER else entry.by
        if entry.by == CUSTOMER:
            return self._ticket.inquiry.customer.name or self._said.gettext("The customer")
        return entry.sender if self._hidden is None else self._said.gettext("Somebody else")

    def _shown(self, place: int, entry: Entry, reading: Reading) -> Shown:
        is_letter = bool(place) or self._ticket.began_with_mail
        return Shown(
            kind=entry.kind,
            mark=self._mark(entry),
            subject=self._subject(reading) if place else "",
            pieces=self._pieces(entry, reading) if is_letter else (),
            files=tuple(self._files(place, self._told(entry, reading.files) if is_letter else reading.files)),
            html=f"{self._base}/letters/{place}" if is_letter and reading.has_html and self._hidden is None else "",
            whole=self._whole(place, reading) if is_letter else "",
            people=self._people(entry),
            unsent=self._verdict(entry),
            is_encrypted=is_letter and reading.is_encrypted,
        )

    def _whole(self, place: int, reading: Reading) -> str:
        is_long = len(reading.text) > LONGEST and self._hidden is None
        return f"{self._base}/letters/{place}/text" if is_long else ""

    def _mark(self, entry: Entry) -> str:
        if entry.kind == NOTE:
            return self._said.gettext("Only operators see this")
        is_stranger = entry.kind == LETTER and entry.by != CUSTOMER
        return self._said.gettext("Not the customer") if is_stranger else ""

    def _subject(self, reading: Reading) -> str:
        """The letter's subject where it says anything new."""
        found, known = _bare(reading.subject), _bare(self._ticket.inquiry.head.subject)
        return "" if found.lower() == known.lower() else self.discreet(found)

    def _pieces(self, entry: Entry, reading: Reading) -> tuple[tuple[str, str], ...]:
        from helpdesk_lite.mail import discretion, folds

        text = reading.text[:LONGEST]
        if entry.kind == NOTE and not entry.digest.startswith(TYPED):
            text = _COMMAND.sub("", text, count=1)
        if self._hidden is None:
            return tuple(folds.pieces(text))
        if entry.kind == BOUNCE:
            return ()
        text = discretion.discreet(text, self._hidden, self._said.gettext("(address)"))
        return ((folds.OWN, text),) if text.strip() else ()

    def _told(self, entry: Entry, files: Iterable[Part]) -> list[Part]:
        """The files that this reader may have."""
        return [part for part in files if may_have(entry, part, self._hidden is not None)]

    def _files(self, place: int, files: Iterable[Part]) -> Iterable[File]:
        folder = f"{self._base}/attachments" + (f"/{place}" if place else "")
        for part in files:
            name = self.discreet(part.name)
            address = f"{folder}/{part.index}/{quoted(name)}"
            is_picture = part.type in PICTURES and part.size <= LARGEST_PICTURE
            yield File(address, name, wording.size(part.size, self._said), is_picture)

    def _people(self, entry: Entry) -> str:
        customer = self._ticket.inquiry.customer.email.lower()
        return "" if self._hidden is not None else ", ".join(one for one in entry.people if one.lower() != customer)

    def _discreet_reason(self, text: str) -> str:
        if self._hidden is None:
            return text
        from helpdesk_lite.mail import discretion

        return discretion.without_any(text, self._said.gettext("(address)"))


def _texts(said: Translation) -> dict[str, str]:
    """What each kind of entry says, with places for who did it and what more there is to say."""
    return {
        INQUIRY: said.gettext("Arrived with the form %(form)s"),
        "claimed": said.gettext("%(who)s claimed it"),
        "released": said.gettext("%(who)s released it to the queue"),
        "closed": said.gettext("%(who)s closed it"),
        "reopened": said.gettext("%(who)s reopened it"),
        "found": said.gettext("A check of the files found it where it is now"),
        LETTER: said.gettext("%(who)s wrote"),
        ANSWER: said.gettext("%(who)s answered"),
        NOTE: said.gettext("%(who)s noted"),
        "waiting": said.gettext("%(who)s now waits for the customer"),
        INCLUDED: said.gettext("%(who)s put %(people)s in copy"),
        EXCLUDED: said.gettext("%(who)s took %(people)s out of copy"),
        "resolved": said.gettext("%(who)s resolved it"),
        "resumed": said.gettext("%(who)s took it up again"),
        "escalated": said.gettext("%(who)s handed it up to level %(level)s"),
        "reassigned": said.gettext("%(who)s handed it on to %(to)s"),
        "marked": said.gettext("%(who)s said: %(changes)s"),
        COMMAND: said.gettext("%(who)s wrote by mail: %(command)s"),
        "spam": said.gettext("%(who)s marked it as spam"),
        "binned": said.gettext("%(who)s put it into the bin"),
        "restored": said.gettext("%(who)s took it back from there"),
        "erased": said.gettext("It became anonymous: names, words and files were erased"),
        ties.JOINED: said.gettext("%(who)s merged %(other)s into it"),
        ties.PARTED: said.gettext("%(who)s took %(other)s out of it again"),
        ties.LINKED: said.gettext("%(who)s linked it with %(other)s"),
        ties.UNLINKED: said.gettext("%(who)s unlinked it from %(other)s"),
        ties.SPLIT: said.gettext("%(who)s made a ticket of its own of a letter: %(other)s"),
        MERGED: said.gettext("%(who)s merged it into %(other)s"),
        UNMERGED: said.gettext("%(who)s took it out of %(other)s again"),
        RULED: said.gettext("By rule: %(rules)s"),
        HANDED: said.gettext("%(who)s handed it over to the desk of %(desk)s, where it is %(other)s"),
        CAME: said.gettext("%(who)s handed it over from %(desk)s, where it was %(other)s"),
        AUTOMATIC: said.gettext("A program wrote"),
        BOUNCE: said.gettext("Could not be delivered to %(failed)s"),
    }


def is_veiled(ticket: Ticket) -> bool:
    """Whether those who look at it may not know who wrote."""
    return ticket.is_nobodys


def may_have(entry: Entry, part: Part, is_veiled: bool) -> bool:
    """Whether a file of a letter may be seen. While the ticket is pending: not what says above all whose it is."""
    from helpdesk_lite.mail.discretion import tells_who

    return not is_veiled or not (entry.kind in (AUTOMATIC, BOUNCE) or tells_who(part.type))


def _note_of(entry: Entry) -> str:
    """The note in an entry that is no letter."""
    return entry.text.partition("\n\n")[2] if entry.kind in _NOTED else entry.text


def _hidden_in(ticket: Ticket) -> frozenset[str]:
    from helpdesk_lite.mail import discretion

    return discretion.hidden_in(ticket)


def _bare(subject: str) -> str:
    """The subject without number and `Re:`."""
    while found := _PREFIX.match(subject):
        subject = subject[found.end() :]
    return subject.strip()
