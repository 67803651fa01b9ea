"""What a ticket's letters bring: their files, to save, and their HTML, to look at.

Guarantee: nothing of it opens inside the desk's own pages; who may not see the ticket sees none of it, and of a pending
ticket nobody sees what says whose it is.
"""

from __future__ import annotations

from helpdesk_lite.web.http import Response, saved_as
from helpdesk_lite.web.pages.page import signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import UnknownNumber
from helpdesk_lite.words.ticket import WRITTEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.ticket import Entry, Ticket

# A browser may show these by itself; whatever else is sent only as bytes to save (with nosniff and a sandbox).
_HARMLESS = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain")
_SANDBOX = "sandbox; default-src 'none'"


def attachment(request: Request, house: House, number: str, index: str, name: str, place: str = "0") -> Response:
    """One file of the inquiry, or of the entry at `place`, to save. `name` is only for people.

    UnknownNumber, NotAllowed.
    """
    from helpdesk_lite.web import thread

    ticket, entry = _entry(request, house, number, place)
    return saved(house, ticket, entry, index, thread.is_veiled(ticket))


def saved(house: House, ticket: Ticket, entry: Entry, index: str, is_veiled: bool) -> Response:
    """One file of the entry, to save. UnknownNumber if it has none such, or none that this reader may have."""
    from helpdesk_lite.mail import parse
    from helpdesk_lite.web import thread

    is_letter = entry is not ticket.entries[0] or ticket.began_with_mail
    file = house.store.open_message(ticket.number, entry.message_id)
    found = [part for part in parse.parts(file) if part.is_attachment and str(part.index) == index]
    if not found or (is_letter and not thread.may_have(entry, found[0], is_veiled)):
        file.close()
        raise UnknownNumber(ticket.number)
    part = found[0]
    headers = (("Content-Disposition", saved_as(part.name)), ("Content-Length", str(part.size)))
    kind = part.type if part.type in _HARMLESS else "application/octet-stream"
    return Response(200, _Content(file, part), type=kind, policy=_SANDBOX, headers=headers)


def html(request: Request, house: House, number: str, place: str) -> Response:
    """A letter's HTML as a page of its own, in a sandbox and without anything from elsewhere.

    UnknownNumber, also while the ticket is pending; NotAllowed.
    """
    from helpdesk_lite.mail import parse, reading
    from helpdesk_lite.web import letter_html

    ticket, entry = _letter(request, house, number, place)
    file = house.store.open_message(number, entry.message_id)
    parts = parse.parts(file)
    source = reading.html_of(file, parts)
    if not source.strip():
        file.close()
        raise UnknownNumber(number)
    frame = letter_html.Frame(
        reading.reading(file).subject or ticket.inquiry.head.subject,
        f"{request.base}/tickets/{number}",
        request.language,
        i18n.translation(request.language),
    )
    made = letter_html.page(file, parts, source, frame)
    return Response(200, made, policy=made.policy)


def text(request: Request, house: House, number: str, place: str) -> Response:
    """A letter's whole text, as nothing but text. UnknownNumber, also while the ticket is pending; NotAllowed."""
    _, entry = _letter(request, house, number, place)
    return whole_text(house, number, entry)


def whole_text(house: House, number: str, entry: Entry) -> Response:
    """The text of the entry, however long it is."""
    from helpdesk_lite.mail.reading import reading

    with house.store.open_message(number, entry.message_id) as file:
        return Response(200, reading(file).text, type="text/plain; charset=utf-8", policy=_SANDBOX)


def _letter(request: Request, house: House, number: str, place: str) -> tuple[Ticket, Entry]:
    """The ticket, claimed, and the letter that is its entry there. UnknownNumber, NotAllowed."""
    from helpdesk_lite.web import thread

    ticket, entry = _entry(request, house, number, place)
    if thread.is_veiled(ticket) or (entry is ticket.entries[0] and not ticket.began_with_mail):
        raise UnknownNumber(number)
    return ticket, entry


def _entry(request: Request, house: House, number: str, place: str) -> tuple[Ticket, Entry]:
    """The ticket, if the operator may see it, and the entry there, if it has words of its own."""
    ticket = house.desk.show(number, signed_in(request))
    known = {str(index): entry for index, entry in enumerate(ticket.entries) if entry.kind in WRITTEN}
    if place not in known:
        raise UnknownNumber(number)
    return ticket, known[place]


class _Content:
    """The bytes of a part, in pieces; `close` also when nobody asked for them (HEAD, or a browser that went away)."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self._file, self._part = file, part

    def __iter__(self) -> Iterator[bytes]:
        from helpdesk_lite.mail import parse

        return parse.decoded(self._file, self._part)

    def close(self) -> None:
        self._file.close()
