"""What operators write on a ticket's page: the answer to its customer, its draft, and notes for each other.

Guarantee: no text is lost on its way: what could not be sent comes back in its box, or to be copied where the ticket is
somebody else's now; the answer to what was kept is a redirect, so that reload sends nothing. Who may write what is
decided elsewhere (desk, correspondence).
"""

from __future__ import annotations

from contextlib import contextmanager, suppress

from helpdesk_lite.letters import typed
from helpdesk_lite.web import body
from helpdesk_lite.web.http import Response, see_other
from helpdesk_lite.web.pages import problem, tickets
from helpdesk_lite.web.pages.page import signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import DeskError, TicketChanged, TicketMoved
from helpdesk_lite.words.standing import WAITING
from helpdesk_lite.words.ticket import ANSWER, NOTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.letters.correspondence import Post
    from helpdesk_lite.letters.typed import Typed
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.i18n import Translation

_MOST_DIGITS = 6


def reply(request: Request, house: House, number: str) -> Response:
    """Send the answer, then show it in the ticket. 422 without words; 409 if the page was older than it looked."""
    operator, said = signed_in(request), i18n.translation(request.language)
    with _typed(request, house) as words:
        if _is_empty(words):
            return tickets.drawn(request, house, number, 422, answer=_empty(said))
        try:
            with _posted(house, number, words, ANSWER, operator) as post:
                waits = request.query.get("then") == WAITING
                house.intake.correspondence.reply(number, operator, post, words.seen, waits)
        except TicketChanged:
            back = tickets.Box(words.text, _changed(words, said))
            return tickets.drawn(request, house, number, 409, words.seen, answer=back)
        except TicketMoved as moved:
            return problem.moved(request, house, moved, words.text)
    with suppress(OSError):  # the answer is kept, and nothing may say that it was not
        house.drafts.drop(operator.name, number)
    return _shown(request, house, number, post)


def draft(request: Request, house: House, number: str) -> Response:
    """Keep the answer for later, then show the ticket; to a script, only that it is kept. 409 if it is not theirs."""
    operator = signed_in(request)
    is_by_itself = request.query.get("by") == "itself"
    with _typed(request, house) as words:
        try:
            typed.keep(words, number, operator, house.desk, house.drafts, is_by_itself)
        except TicketMoved as moved:
            return problem.moved(request, house, moved, words.text)
    if is_by_itself:
        return Response(200, "kept\n", type="text/plain; charset=utf-8")
    return see_other(request, f"/tickets/{number}#answer-heading")


def note(request: Request, house: House, number: str) -> Response:
    """Add the note, then show it in the ticket. 422 without words; NotAllowed in a ticket that somebody else has."""
    operator = signed_in(request)
    house.desk.show(number, operator)
    with _typed(request, house) as words:
        if _is_empty(words):
            back = _empty(i18n.translation(request.language))
            return tickets.drawn(request, house, number, 422, note=back)
        with _posted(house, number, words, NOTE, operator) as post:
            told = typed.named(words.text, house.operators, operator)
            house.intake.correspondence.note(number, operator, post, told)
    return _shown(request, house, number, post)


@contextmanager
def _typed(request: Request, house: House) -> Iterator[Typed]:
    """What was in the box and beside it, while the block runs. TooLarge, RequestMalformed."""
    with body.posted(request, house.spool, house.settings.upload_mb) as posted:
        found = dict(posted.pairs)
        text = found.get("text", "").replace("\r\n", "\n")
        seen = found.get("seen", "")
        is_count = seen.isascii() and seen.isdigit() and len(seen) <= _MOST_DIGITS
        yield typed.Typed(text, posted.uploads, int(seen) if is_count else 0)


@contextmanager
def _posted(house: House, number: str, words: Typed, kind: str, operator: Operator) -> Iterator[Post]:
    """The same as a letter of the operator's. UnknownNumber."""
    writer = (operator.name.capitalize(), operator.email)
    with typed.posted(words, kind, writer, house.store.read(number), house.desk, house.spool) as post:
        yield post


def _is_empty(words: Typed) -> bool:
    return not (words.text.strip() or words.uploads)


def _empty(said: Translation) -> tickets.Box:
    return tickets.Box(problem=said.gettext("There is nothing to send yet: write something, or choose a file."))


def _changed(words: Typed, said: Translation) -> str:
    text = said.gettext("Not sent yet: something came into this ticket while you wrote. Read it, then send again.")
    if words.uploads:
        text += " " + said.gettext("Please choose your files again.")
    return text


def _shown(request: Request, house: House, number: str, post: Post) -> Response:
    """On to the entry that the letter became; it is kept, whether or not it can be looked at just now."""
    places: list[int] = []
    with suppress(OSError, DeskError):
        entries = house.store.read(number).entries
        places = [place for place, entry in enumerate(entries) if entry.digest == post.letter.digest]
    return see_other(request, f"/tickets/{number}" + "".join(f"#entry-{place}" for place in places[:1]))
