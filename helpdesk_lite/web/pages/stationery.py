"""The administrators' pages for the words of letters: all templates, and one to change, with the letter that it makes.

Guarantee: what cannot be written is not saved; a letter is shown in a frame in which nothing runs, loads or sends, with
the styles that it has and no other. Who may do it is decided elsewhere (texts).
"""

from __future__ import annotations

import io

from helpdesk_lite.administration.sampling import Sampling
from helpdesk_lite.administration.stationery import DESK, OWN, PROGRAM
from helpdesk_lite.mail.trying import HALVES, MEANINGS
from helpdesk_lite.web import body, styles
from helpdesk_lite.web.http import quoted, see_other
from helpdesk_lite.web.pages.page import NOT_SAVED, administrator, not_saved, page, signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import FileChanged, LetterRefused, UnknownText
from helpdesk_lite.words.i18n import LANGUAGES, N_, told
from helpdesk_lite.words.letter import (
    ACKNOWLEDGEMENT,
    ANSWER,
    FORWARD,
    INVITATION,
    LINK,
    NOTICE,
    RESOLVED,
    RETURNED,
    TOLD,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.administration.texts import Text
    from helpdesk_lite.mail.trying import Rehearsal
    from helpdesk_lite.mail.written import Written
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

HERE = "/administration/letters"
_MOST_MB = 1
_LETTERS = {  # what each is called, and who gets it when
    NOTICE: (N_("A new ticket"), N_("To the broadcast address or a category's readers, of each new ticket.")),
    ACKNOWLEDGEMENT: (N_("Acknowledgement"), N_("To the customer, as soon as their message is there.")),
    FORWARD: (N_("The customer's message"), N_("To the operator who claimed a ticket that came by a form.")),
    ANSWER: (N_("An operator's answer"), N_("To the customer: the text is what the operator wrote.")),
    TOLD: (N_("Something to know"), N_("To one operator: what a colleague says or did.")),
    RETURNED: (N_("A returned answer"), N_("To an operator whose mail could not go to the customer.")),
    RESOLVED: (N_("Resolved"), N_("To the customer, when an operator thinks it is done.")),
    LINK: (N_("Link to all tickets"), N_("To the customer who asked for it.")),
    INVITATION: (N_("Invitation"), N_("To a new operator, with the link to choose a password.")),
}
_PARTS = {
    "frame": N_("Around every letter's HTML"),
    "fields": N_("The other answers of a form, in HTML"),
}
_HALVES = {"txt": N_("Text"), "html": N_("HTML"), "subject": N_("Subject")}
_WHOSE = {
    OWN: N_("this desk's own"),
    DESK: N_("as for the whole desk"),
    PROGRAM: N_("as delivered with the program"),
    "": N_("none: the subject is as usual"),
}


def overview(request: Request, house: House) -> Response:
    """All letters, for the desk and for each category that has some of its own. NotAllowed."""
    administrator(request, house)
    said = i18n.translation(request.language)
    titles: dict[str, list[str]] = {}
    for category in house.categories.all():
        titles.setdefault(category.templates, []).append(category.words)
    values = {
        "places": [
            {"name": place, "words": ", ".join(titles.get(place, [])), "letters": _letters(house, place, said)}
            for place in house.stationery.places()
        ],
        "mistakes": [told(one, said) for _, one in house.stationery.mistakes()],
    }
    return page(request, house, "stationery.html", values, here="administration")


def one(request: Request, house: House, name: str) -> Response:
    """One template, and the letter that it makes, in `?language=`. NotAllowed, UnknownText."""
    text = _read(request, house, name, request.query.get("of", ""))
    return _one(request, house, text, {"language": request.query.get("language", "")})


def save(request: Request, house: House, name: str) -> Response:
    """Save what was typed, or only show or mail what it makes; 422 with what is wrong, 409. NotAllowed, UnknownText."""
    typed = body.typed(request, house.spool, _MOST_MB)
    now, by = _read(request, house, name, typed.get("of", "")), signed_in(request)
    said, then, seen = i18n.translation(request.language), typed.get("then", ""), typed.get("seen", "")
    words, shown = typed.get("text", ""), {key: typed.get(key, "") for key in ("text", "language", "seen")}
    try:
        if then == "preview":
            wrong = house.texts.check(now.name, words)
            return _one(request, house, now, {**shown, "wrong": wrong, "is_preview": True}, 422 if wrong else 200)
        if then == "send":
            language = typed.get("language", "") or request.language
            Sampling(house.desk, house.stationery).send(_place(now), name, words, language, by)
            return _one(request, house, now, {**shown, "wrong": [], "is_preview": True, "sent_to": by.email})
        is_usual = then == "remove" or words == house.stationery.delivered(_place(now), name)
        house.texts.write(now.name, "" if is_usual else words, by, seen or "-")
    except NOT_SAVED as refused:
        changed = said.gettext("Somebody changed this template meanwhile, so nothing is saved yet.")
        wrong, status = not_saved(refused, changed, said)
        latest = {"now": now.text, "seen": now.version} if isinstance(refused, FileChanged) else {}
        return _one(request, house, now, {**shown, **latest, "wrong": wrong}, status)
    return see_other(request, _way(now, typed.get("language", "")))


def _read(request: Request, house: House, name: str, place: str) -> Text:
    """The template as it is now, whether or not this place has one of its own. NotAllowed, UnknownText."""
    administrator(request, house)
    if place not in house.stationery.places() or name not in house.stationery.names(place):
        raise UnknownText(name)
    return house.texts.read("/".join(filter(None, ("templates", place, "mail", name))))


def _place(text: Text) -> str:
    return text.name.removeprefix("templates/").rpartition("mail/")[0].strip("/")


def _way(text: Text, language: str = "") -> str:
    place, name = _place(text), text.name.rpartition("/")[2]
    query = "&".join(f"{key}={quoted(it)}" for key, it in (("of", place), ("language", language)) if it)
    return f"{HERE}/{quoted(name)}" + (f"?{query}" if query else "")


def _letters(house: House, place: str, said: Translation) -> list[dict[str, Any]]:
    """The letters of a place, in the order of a ticket's life, then what they are made of."""
    known = house.stationery
    halves: dict[str, list[dict[str, Any]]] = {}
    for name in known.names(place):
        word, _, half = name.rpartition(".")
        is_own = known.whose(place, name) == OWN
        row = {"name": name, "words": said.gettext(_HALVES[half]), "is_own": is_own, "place": HALVES.index(half)}
        halves.setdefault(word, []).append(row)
    words = [*(word for word in (*_LETTERS, *_PARTS) if word in halves), *sorted({*halves} - {*_LETTERS, *_PARTS})]
    return [{**_told(word, said), "halves": sorted(halves[word], key=lambda row: row["place"])} for word in words]


def _told(word: str, said: Translation) -> dict[str, str]:
    """What a letter, or a part of letters, is called, and what it is for."""
    title, purpose = _LETTERS.get(word, (_PARTS.get(word, word), ""))
    return {"word": word, "title": said.gettext(title), "purpose": said.gettext(purpose) if purpose else ""}


def _one(request: Request, house: House, text: Text, more: dict[str, Any], status: int = 200) -> Response:
    """The page for one template. Of `more`, `wrong` is what was found already; else what is wrong is looked for."""
    said, known = i18n.translation(request.language), house.stationery
    place, name = _place(text), text.name.rpartition("/")[2]
    word, _, half = name.rpartition(".")
    whose = known.whose(place, name)
    language = more.pop("language", "") or request.language
    written = more.get("text", text.text if text.is_there else known.delivered(place, name))
    rehearsal = known.rehearsal(place, name, written if written.strip() else None, signed_in(request))
    found = [text.problem] if text.problem else rehearsal.mistakes(name) if whose else []
    wrong = [told(one, said) for one in more.pop("wrong", found)]
    shown = None if wrong and status == 422 else _shown(rehearsal, name, language)
    values = {
        **_told(word, said),
        "file": text.name,
        "name": name,
        "of": place,
        "half": said.gettext(_HALVES[half]),
        "whose": said.gettext(N_("this category's own") if place and whose == OWN else _WHOSE[whose]),
        "is_own": whose == OWN,
        "halves": next(one["halves"] for one in _letters(house, place, said) if one["word"] == word),
        "text": written,
        "seen": text.version,
        "names": [(one, said.gettext(MEANINGS[one])) for one in rehearsal.names(name)],
        "languages": LANGUAGES,
        "language_shown": language,
        "shown": shown,
        "wrong": wrong,
        "now": "",
        "is_preview": False,
        "sent_to": "",
    }
    policy = styles.policy(*styles.inside(shown["html"] if shown else ""))
    return page(request, house, "template.html", {**values, **more}, status, "administration", policy=policy)


def _shown(rehearsal: Rehearsal, name: str, language: str) -> dict[str, Any] | None:
    """A letter that the template has a part in, as its reader sees it; None if there is none that can be written."""
    from helpdesk_lite.mail import charsets, head

    kind = rehearsal.shown_by(name)
    if not kind:
        return None
    try:
        written = rehearsal.letter(kind, language)
    except LetterRefused:
        return None
    found, _ = head.read(io.BytesIO(b"".join(written.head) + b"\n"))
    lines = [
        (name, charsets.decoded_words(found.first(name.lower()))) for name in ("From", "To", "Reply-To", "Subject")
    ]
    return {"lines": [line for line in lines if line[1]], "text": written.text, "html": _with_pictures(written)}


def _with_pictures(written: Written) -> str:
    """The letter's HTML, with the pictures it shows in it: a page has no other parts."""
    from base64 import b64encode

    html = written.html
    for picture in written.pictures:
        content = b64encode(b"".join(picture.chunks)).decode()
        html = html.replace(f"cid:{picture.content_id}", f"data:{picture.type};base64,{content}")
    return html
