"""What did not work out, on one calm page that says what to do next.

Guarantee: every status the desk answers with has its words; nothing that a client sent and no place in the program is
shown. It decides no status (web/app does).
"""

from __future__ import annotations

from helpdesk_lite.web import wording
from helpdesk_lite.web.pages.page import page as drawn
from helpdesk_lite.words import errors, i18n
from helpdesk_lite.words.i18n import N_
from helpdesk_lite.words.ticket import CUSTOMER, DESK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

_WORDS = {
    400: (N_("That did not arrive as a form does"), N_("Please go back, load the page again, and send it once more.")),
    403: (
        N_("This is not yours to do"),
        N_("If you came here from another site, open this desk yourself and try again."),
    ),
    404: (N_("There is nothing here"), N_("The address may be mistyped, or what was here has moved.")),
    405: (N_("This page cannot do that"), N_("Please begin again from the start page.")),
    409: (N_("Somebody was faster"), N_("This ticket has moved since you saw it.")),
    413: (N_("That is too much at once"), N_("Please go back and send less.")),
    415: (N_("The desk cannot read this"), N_("Please send it with the form on our page.")),
    422: (N_("That cannot be as it was filled in"), N_("Nothing was changed. Please go back and mend it.")),
    429: (N_("A little too fast"), N_("Please wait a moment and try again.")),
    500: (N_("This did not work"), N_("It is our fault, not yours. Nothing was changed. Please try again later.")),
    503: (N_("The desk cannot work just now"), N_("Nothing was kept. Please try again in a few minutes.")),
}


def page(
    request: Request,
    house: House,
    status: int,
    wrong: Exception | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The page for `status`; `wrong` is what was raised, if anything was."""
    said = i18n.translation(request.language)
    if isinstance(wrong, errors.TicketMoved):
        return moved(request, house, wrong)
    if isinstance(wrong, errors.TooMany):
        headers = (*headers, ("Retry-After", str(wrong.retry_after)))
    if isinstance(wrong, errors.FormOff):
        return _off(request, house, said)
    heading, words = _words(status, wrong, said)
    values = {"heading": heading, "words": words, **_way(request, said)}
    return drawn(request, house, "error.html", values, status, headers=headers)


def moved(request: Request, house: House, wrong: errors.TicketMoved, typed: str = "") -> Response:
    """Somebody was faster: who has the ticket now and since when, and the way back.

    `typed` is an answer that was not sent, to be copied.
    """
    said = i18n.translation(request.language)
    me = request.operator.name if request.operator else ""
    heading, sentence = _where(wrong, me, said)
    if typed:
        heading = said.gettext("Your answer was not sent")
    since = wording.time_element(wrong.since, house.clock(), said)
    values = {
        "number": wrong.number,
        "heading": heading,
        "words": wording.sentence(sentence, who=wrong.closed_by or wrong.holder, number=wrong.number, since=since),
        "is_mine": wrong.holder == me and wrong.state != "pending",
        "typed": typed,
    }
    return drawn(request, house, "lost.html", values, 409)


def _off(request: Request, house: House, said: Translation) -> Response:
    """A form that is switched off, and the way to the others."""
    words = said.gettext("Perhaps another form fits, too.")
    if not request.is_safe:
        words = said.gettext(
            "Nothing was kept. Your browser's Back button shows what you wrote, so that you can copy it."
        )
    values = {
        "heading": said.gettext("This form is not in use now"),
        "words": words,
        "way": f"{request.base}/",
        "way_words": said.gettext("The other forms"),
    }
    return drawn(request, house, "error.html", values, 404)


def _where(wrong: errors.TicketMoved, me: str, said: Translation) -> tuple[str, str]:
    if wrong.state == "pending":
        return said.gettext("It is back in the queue"), said.gettext(
            "%(number)s has been in the queue since %(since)s."
        )
    if wrong.state == "closed":
        return said.gettext("It is closed"), _closed(wrong.closed_by, said)
    if wrong.holder == me:
        return said.gettext("You have it already"), said.gettext("You have had %(number)s since %(since)s.")
    heading = said.gettext("%(who)s was faster") % {"who": wrong.holder}
    return heading, said.gettext("%(who)s has had %(number)s since %(since)s.")


def _closed(by: str, said: Translation) -> str:
    if by == CUSTOMER:
        return said.gettext("The customer closed %(number)s: %(since)s.")
    if by in ("", DESK):
        return said.gettext("%(number)s has been closed since %(since)s.")
    return said.gettext("%(who)s closed %(number)s: %(since)s.")


def _words(status: int, wrong: Exception | None, said: Translation) -> tuple[str, str]:
    heading, words = map(said.gettext, _WORDS.get(status, _WORDS[500]))
    if isinstance(wrong, errors.UnknownNumber):
        words = said.gettext("No ticket has this tracking number. One character may be mistyped.")
    elif isinstance(wrong, errors.UnknownForm):
        words = said.gettext("There is no such form. The start page lists all there are.")
    elif isinstance(wrong, errors.BrokenForm):
        words = said.gettext(
            "This form is being mended. Nothing was kept. Please try again later, or use another form."
        )
    elif isinstance(wrong, errors.HandlingRefused):
        words = f"{i18n.told(wrong.words, said)} {words}"
    elif isinstance(wrong, errors.TicketChanged):
        words = said.gettext("Somebody has changed this ticket meanwhile. Nothing was done; please look at it again.")
    elif isinstance(wrong, errors.NotAllowed):
        words = said.gettext("Somebody else has this ticket, or your role and categories do not let you do this.")
    elif isinstance(wrong, errors.TooLarge):
        limit = wording.size(wrong.limit, said)
        words = said.gettext("This desk takes %(size)s at once. Please go back and send less.") % {"size": limit}
    elif isinstance(wrong, errors.DepartmentUnusable):
        words = said.gettext(
            "The desk that this category has for itself cannot take it just now; administrators see why. "
            "Nothing was changed."
        )
    elif isinstance(wrong, errors.MayBeKept):
        words = said.gettext(
            "The disk failed halfway, and it is not certain whether this was kept. "
            "Please try again in a few minutes: it is done only once."
        )
    elif isinstance(wrong, errors.TooMany):
        text = said.ngettext(
            "Please wait %(num)s second and try again.", "Please wait %(num)s seconds and try again.", wrong.retry_after
        )
        words = text % {"num": wrong.retry_after}
    return heading, words


def _way(request: Request, said: Translation) -> dict[str, str]:
    if request.operator is not None:
        return {"way": f"{request.base}/queue", "way_words": said.gettext("Back to the queue")}
    return {"way": f"{request.base}/", "way_words": said.gettext("To the start page")}
