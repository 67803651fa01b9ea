"""What administrators look after: what there is to administer, the audit log, and undoing what stands there.

Guarantee: anybody else gets 403, and stands in the log for it.
"""

from __future__ import annotations

from helpdesk_lite.administration import accounts, adjusting, arranging, styling
from helpdesk_lite.shelves.audit import ADDED, CHANGED, PAGE, REFUSED, REMOVED, SWITCHED_OFF, SWITCHED_ON
from helpdesk_lite.web import wording
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import administrator, from_here, page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import DeskError, FileChanged, MayBeKept, Mistaken
from helpdesk_lite.words.i18n import N_, Sentence, told
from helpdesk_lite.words.rights import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.administration.accounts import Accounts
    from helpdesk_lite.administration.adjusting import Adjusting
    from helpdesk_lite.administration.arranging import Arranging
    from helpdesk_lite.administration.styling import Styling
    from helpdesk_lite.administration.texts import Texts
    from helpdesk_lite.shelves.audit import Noted
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

_PLACES = (  # the path below /administration, what is there, and what for
    ("operators", N_("Operators"), N_("Who works here, and what each of them may do.")),
    ("forms", N_("Forms"), N_("What customers fill in: add one, change one, switch one off.")),
    ("categories", N_("Categories"), N_("What tickets can be about: who is mailed of them, and who works on them.")),
    ("rules", N_("Rules"), N_("What becomes of new tickets by itself, and to whom they are handed.")),
    ("letters", N_("Letters"), N_("What the desk writes: its mails' words, for all tickets and for a category's.")),
    ("look", N_("Colours and logo"), N_("The colours and the logo of every page.")),
    ("settings", N_("Settings"), N_("What this desk is called, where its mail goes, how much it takes, and the like.")),
    ("log", N_("Log"), N_("Who changed what about this desk, and who was refused what.")),
)
_SAID = {
    REFUSED: N_("%(who)s was refused: %(about)s"),
    ADDED: N_("%(who)s added %(about)s"),
    CHANGED: N_("%(who)s changed %(about)s"),
    REMOVED: N_("%(who)s removed %(about)s"),
    SWITCHED_OFF: N_("%(who)s switched off %(about)s"),
    SWITCHED_ON: N_("%(who)s switched on %(about)s"),
    accounts.INVITED: N_("%(who)s invited %(about)s"),
    accounts.PASSWORD: N_("%(who)s changed the password of %(about)s"),
}


def overview(request: Request, house: House) -> Response:
    """What there is to administer. NotAllowed."""
    administrator(request, house)
    said = i18n.translation(request.language)
    places = [(path, said.gettext(name), said.gettext(words)) for path, name, words in _PLACES]
    mistakes = [from_here(house, one, said) for one in (*house.operators.mistakes(), *house.categories.mistakes())]
    mistakes += [f"data/rules.toml: {told(one, said)}" for one in house.naming.mistakes_of_rules()]
    found = (*house.naming.forms_in_trouble(), *house.naming.nobody_knows())
    mistakes += [from_here(house, f"{one.path}: {told(one.said, said)}", said) for one in found]
    mistakes += [told(one, said) for _, one in house.stationery.mistakes()]
    values = {"places": places, "mistakes": mistakes}
    return page(request, house, "administration.html", values, here="administration")


def log(request: Request, house: House) -> Response:
    """A page of the audit log, the newest first; what is older than `?before=ENTRY`. NotAllowed."""
    administrator(request, house)
    said = i18n.translation(request.language)
    before = request.query.get("before", "")
    found = house.audit.read(before, PAGE + 1)
    shown = found[:PAGE]
    values = {
        "entries": [_entry(house, noted, said) for noted in shown],
        "is_first": not before,
        "next": f"?before={shown[-1].name}" if len(found) > PAGE else "",
    }
    return page(request, house, "log.html", values, here="administration")


def undo(request: Request, house: House, name: str) -> Response:
    """Have it as it was before this entry, then show the log; 409 if something changed since. NotAllowed."""
    by = administrator(request, house)
    said = i18n.translation(request.language)
    noted = house.audit.find(name)
    part = None if noted is None else _undoer(house, noted)
    if noted is None or part is None:
        return _refused(request, house, 404, Sentence("There is no such entry, or it cannot be undone."))
    try:
        part.undo(noted, by)
    except FileChanged:
        return _refused(
            request, house, 409, Sentence("Something has changed since. Look at how it is now, and change it there.")
        )
    except Mistaken as wrong:
        return _refused(request, house, 409, " ".join(told(one, said) for one in wrong.mistakes))
    except MayBeKept:  # nobody may say that it was not undone
        raise
    except DeskError as wrong:
        return _refused(request, house, 409, wrong.words)
    return see_other(request, "/administration/log")


def _undoer(house: House, noted: Noted) -> Accounts | Adjusting | Arranging | Styling | Texts | None:
    """The part that can take this entry back; None if nothing can."""
    if accounts.is_undoable(noted):
        return house.accounts
    if arranging.is_undoable(noted):
        return house.arranging
    if adjusting.is_undoable(noted):
        return house.adjusting
    if styling.is_undoable(noted):
        return house.styling
    return house.texts if house.texts.is_undoable(noted) else None


def _refused(request: Request, house: House, status: int, words: str) -> Response:
    said = i18n.translation(request.language)
    values = {
        "heading": said.gettext("That was not undone"),
        "words": told(words, said),
        "way": f"{request.base}/administration/log",
        "way_words": said.gettext("Back to the log"),
    }
    return page(request, house, "error.html", values, status, here="administration")


def in_words(noted: Noted, said: Translation) -> str:
    """Who did what to which thing."""
    words = said.gettext(_SAID.get(noted.what, N_("%(who)s: %(what)s %(about)s")))
    about = _verb_first(noted.about, said) if noted.what == REFUSED else noted.about
    return words % {"who": noted.who, "what": noted.what, "about": about}


def _verb_first(about: str, said: Translation) -> str:
    """What somebody was refused: the verb, as its reader calls it, and the thing."""
    verb = next((one for one in VERBS if f"{about} ".startswith(f"{one} ")), "")
    return (said.gettext(VERBS[verb]) if verb else "") + about.removeprefix(verb)


def _entry(house: House, noted: Noted, said: Translation) -> dict[str, Any]:
    """An entry in words. What it says of a text stands on a page of its own."""
    is_text = house.texts.is_undoable(noted)
    return {
        "name": noted.name,
        "words": in_words(noted, said),
        "when": wording.time_element(noted.at, house.clock(), said),
        "changes": [] if is_text else noted.changes(),
        "is_text": is_text and bool(noted.before or noted.after),
        "undoes": noted.undoes,
        "is_undoable": _undoer(house, noted) is not None,
    }
