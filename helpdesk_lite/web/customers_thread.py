"""A ticket's thread as its customer reads it: what they wrote, what they were answered, and what was done.

Guarantee: nothing in it was written by operators for each other, and no address of theirs is told; who they are only
where that may be said. Letters are text, never markup. Which entries there are is decided elsewhere (customers).
"""

from __future__ import annotations

from helpdesk_lite.web import wording
from helpdesk_lite.web.http import quoted
from helpdesk_lite.web.thread import LONGEST, File, Shown, Thread
from helpdesk_lite.words.ticket import ANSWER, CUSTOMER, DESK, INQUIRY, LETTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.mail.reading import Reading
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.web.thread import Line
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.ticket import Entry, Ticket


class CustomersThread(Thread):
    """The thread of a ticket as `Customers.show` has it. `key` opens its links."""

    def __init__(self, request: Request, house: House, ticket: Ticket, said: Translation, key: str) -> None:
        super().__init__(request, house, ticket, said)
        self._base = f"{request.base}/status/{ticket.number}"
        self._key = f"?key={quoted(key)}"
        self._is_named = names_operators(house, ticket)

    def fields(self) -> list[tuple[str, list[str]]]:
        """What they filled in besides the message and their own address: label and values."""
        inquiry = self._ticket.inquiry.without_contact()
        found = []
        for field in inquiry.fields if not self._ticket.began_with_mail else ():
            values = [value for value in field.values if value.strip()]
            if values and field.name != inquiry.message_field and values != [inquiry.head.subject]:
                found.append((field.label, values))
        return found

    def _to_hide(self, house: House) -> None:
        return None

    def _on_their_way(self, house: House) -> list[tuple[Letter, bool]]:
        return []  # what waits in the outbox is the operators' to mend

    def _line(self, place: int, entry: Entry) -> Line:
        line = super()._line(place, entry)
        return line if place else line._replace(letter=self._first())

    def _first(self) -> Shown:
        """What they asked, by mail or with a form."""
        shown = self.inquiry() or Shown(INQUIRY)
        if self._ticket.began_with_mail:
            return shown
        from helpdesk_lite.mail.folds import OWN

        inquiry = self._ticket.inquiry
        texts = [value for field in inquiry.fields if field.name == inquiry.message_field for value in field.values]
        message = "\n\n".join(texts)
        return shown._replace(pieces=((OWN, message),) if message.strip() else ())

    def _words(self, entry: Entry) -> str:
        said = self._said
        if entry.kind == INQUIRY and self._ticket.inquiry.head.channel:
            return said.gettext("We noted what you told us")
        if entry.kind in (INQUIRY, LETTER):
            return said.gettext("You wrote")
        if entry.by == CUSTOMER:
            texts = {"closed": said.gettext("You closed it"), "reopened": said.gettext("You opened it again")}
        elif self._is_named and entry.by != DESK:
            texts = {
                ANSWER: said.gettext("%(who)s answered"),
                "claimed": said.gettext("%(who)s has taken it on"),
                "closed": said.gettext("%(who)s closed it"),
                "reopened": said.gettext("%(who)s opened it again"),
            }
        else:
            texts = {
                ANSWER: said.gettext("We answered"),
                "claimed": said.gettext("Somebody here has taken it on"),
                "closed": said.gettext("We closed it"),
                "reopened": said.gettext("We opened it again"),
            }
        texts["released"] = said.gettext("It waits for somebody else here")
        return texts.get(entry.kind, "") % {"who": operators_name(entry.by)}

    def _shown(self, place: int, entry: Entry, reading: Reading) -> Shown:
        """Without what was not meant for them: the subject and the copies of an operator's own letter, its HTML."""
        shown = super()._shown(place, entry, reading)._replace(html="", people="", mark="", unsent="")
        return shown if entry.kind == LETTER else shown._replace(subject="")

    def _whole(self, place: int, reading: Reading) -> str:
        is_long = len(reading.text) > LONGEST
        return f"{self._base}/letters/{place}/text{self._key}" if is_long else ""

    def _files(self, place: int, files: Iterable[Part]) -> Iterable[File]:
        for part in files:
            address = f"{self._base}/attachments/{place}/{part.index}/{quoted(part.name)}{self._key}"
            yield File(address, part.name, wording.size(part.size, self._said))


def names_operators(house: House, ticket: Ticket) -> bool:
    """Whether the customer may know who answers: not if a setting keeps it back, nor where answers are relayed."""
    answers = ticket.inquiry.head.answers or house.settings.answers
    return house.settings.show_operator and answers != "relayed"


def operators_name(name: str) -> str:
    """An operator's name as their answers by mail have it (mail/parties)."""
    return name.capitalize()
