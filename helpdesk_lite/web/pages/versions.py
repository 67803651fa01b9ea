"""Earlier versions of files that administrators write online: what the log holds of each, to look at and bring back.

Guarantee: looking changes nothing; what is brought back is a change like any other, with its own entry, and takes
nothing unseen. Who may do it is decided elsewhere (texts).
"""

from __future__ import annotations

from helpdesk_lite.administration.texts import text_of
from helpdesk_lite.web import body, difference, wording
from helpdesk_lite.web.http import quoted, see_other
from helpdesk_lite.web.pages.administration import in_words
from helpdesk_lite.web.pages.page import NOT_SAVED, administrator, not_saved, page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import UnknownText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.administration.texts import Text
    from helpdesk_lite.shelves.audit import Noted
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response

BEFORE, AFTER = "before", "after"


def overview(request: Request, house: House) -> Response:
    """What the log says of the file `?of=NAME`, the newest first; what is older than `?before=ENTRY`. NotAllowed."""
    name, before = request.query.get("of", ""), request.query.get("before", "")
    administrator(request, house)
    said = i18n.translation(request.language)
    now = house.texts.read(name)
    found, older = house.texts.earlier(name, before)
    entries = [
        {
            "name": noted.name,
            "words": in_words(noted, said),
            "when": wording.time_element(noted.at, house.clock(), said),
            "has_text": bool(noted.before or noted.after),
        }
        for noted in found
    ]
    values = {
        "name": name,
        "entries": entries,
        "way_back": way_to(now),
        "is_first": not before,
        "next": f"&before={older}" if older else "",
    }
    return page(request, house, "versions.html", values, here="administration")


def one(request: Request, house: House, entry: str) -> Response:
    """What one entry changed, line by line, with a way to bring either version back. NotAllowed, UnknownText."""
    administrator(request, house)
    return _one(request, house, _noted(house, entry))


def bring_back(request: Request, house: House, entry: str) -> Response:
    """Have the file say again what it said before, or after, this entry; 409 if it is not the one that was seen."""
    by, said = administrator(request, house), i18n.translation(request.language)
    typed = body.typed(request, house.spool)
    noted = _noted(house, entry)
    text = text_of(noted.before if typed.get("which") == BEFORE else noted.after)
    if not text:
        raise UnknownText(noted.about)
    try:
        house.texts.write(noted.about, text, by, typed.get("seen") or "-", insists=True)
    except NOT_SAVED as wrong:
        changed = said.gettext("Somebody changed the file meanwhile, so nothing is saved yet.")
        return _one(request, house, noted, *not_saved(wrong, changed, said))
    return see_other(request, way_to(house.texts.read(noted.about)))


def way_to(text: Text) -> str:
    """Where the file is edited, below the entry script; of a form that is gone, where all of them are."""
    page = text.kind.page
    is_gone = not text.is_there and page.endswith("/*")  # the page of a letter is there without a file, too
    return page.removesuffix("/*") if is_gone else page.replace("*", quoted(text.word))


def _noted(house: House, entry: str) -> Noted:
    """The entry of this name, about a text. UnknownText."""
    noted = house.audit.find(entry)
    if noted is None or not house.texts.is_undoable(noted) or not (noted.before or noted.after):
        raise UnknownText(entry)
    return noted


def _one(request: Request, house: House, noted: Noted, wrong: list[str] | None = None, status: int = 200) -> Response:
    said = i18n.translation(request.language)
    now = house.texts.read(noted.about)
    texts = {BEFORE: text_of(noted.before), AFTER: text_of(noted.after)}
    values = {
        "name": noted.about,
        "entry": noted.name,
        "words": in_words(noted, said),
        "when": wording.time_element(noted.at, house.clock(), said),
        "rows": difference.rows(texts[BEFORE], texts[AFTER]),
        "versions": {which: text for which, text in texts.items() if text},
        "is_now": {which: text == now.text for which, text in texts.items()},
        "seen": now.version,
        "wrong": wrong or [],
    }
    return page(request, house, "version.html", values, status, here="administration")
