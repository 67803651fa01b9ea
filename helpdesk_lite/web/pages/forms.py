"""The administrators' pages for forms: all of them, and one to edit, check, look at as customers see it, switch off.

Guarantee: nothing is kept but by Save; a page that was loaded before somebody else changed the file changes nothing and
comes back with what was typed; a look at a form runs in a sandbox and can send nothing. Who may do it: texts.
"""

from __future__ import annotations

from helpdesk_lite import disk
from helpdesk_lite.administration.texts import Text, text_in
from helpdesk_lite.forms.described import fields_of, sentence, settings_of
from helpdesk_lite.forms.folder import END, OFF, is_name
from helpdesk_lite.root import SHARE
from helpdesk_lite.web import body
from helpdesk_lite.web.http import Response, quoted, saved_as, see_other
from helpdesk_lite.web.pages.page import NOT_SAVED, administrator, from_here, not_saved, page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import BrokenForm, FileChanged, UnknownText
from helpdesk_lite.words.i18n import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.form import Posted
    from helpdesk_lite.words.i18n import Translation

HERE = "/administration/forms"
STARTS = ("contact", "repair", "club")  # forms of the program's own, to begin with
_MOST_MB = 2  # of what is typed, or uploaded
_SANDBOX = "; sandbox allow-scripts allow-forms"  # an origin of its own: nothing of whoever is signed in


def overview(request: Request, house: House) -> Response:
    """All forms, and a way to one more. NotAllowed."""
    administrator(request, house)
    return _overview(request, house)


def begin(request: Request, house: House) -> Response:
    """A new form to edit: empty, one of the program's, or a file that was uploaded. Nothing is kept yet. NotAllowed."""
    administrator(request, house)
    said = i18n.translation(request.language)
    with body.posted(request, house.spool, _MOST_MB) as posted:
        typed = dict(posted.pairs)
        text, problem = _uploaded(posted)
        file = posted.uploads[0].name if posted.uploads else ""
    name = typed.get("name", "").strip() or file.rpartition(".")[0]
    start = typed.get("start", "")
    if not is_name(name):
        words = said.gettext("A form's name has letters, digits, hyphens and underscores, as in repair-2.")
        return _overview(request, house, name, start, words)
    if house.texts.read(_file(name)).is_there:
        return _overview(request, house, name, start, said.gettext("There is a form of this name already."))
    if not file and start in STARTS:
        text = disk.read(f"{SHARE}/forms/{start}{END}").decode()
    return _one(request, house, name, text, problem=problem, is_typed=True)


def one(request: Request, house: House, name: str) -> Response:
    """A form to edit. NotAllowed, UnknownText."""
    administrator(request, house)
    now = _there(house, name)
    return _one(request, house, name, now.text, is_saved=bool(request.query.get("saved")))


def save(request: Request, house: House, name: str) -> Response:
    """Check what was typed or uploaded, and save it if that was asked for; 422 with each mistake, 409. NotAllowed."""
    by, said = administrator(request, house), i18n.translation(request.language)
    with body.posted(request, house.spool, _MOST_MB) as posted:
        typed = dict(posted.pairs)
        text, problem = _uploaded(posted)
    if typed.get("then") != "upload":
        text = typed.get("text", "").replace("\r\n", "\n")
    kept = _kept(typed)
    if typed.get("then") in ("check", "upload"):
        return _one(request, house, name, text, problem=problem, **kept)
    if not text.strip():
        words = said.gettext("There is nothing in it, so nothing is saved.")
        return _one(request, house, name, text, 422, wrong=[words], **kept)
    try:
        insists = typed.get("then") == "insist"
        house.texts.write(_file(name), text, by, typed.get("seen") or "-", insists, kept["is_off"])
    except FileChanged:
        return _changed(request, house, name, text, said)
    except NOT_SAVED as wrong:
        mistakes, status = not_saved(wrong, "", said)
        return _one(request, house, name, text, status, wrong=mistakes, **kept)
    return see_other(request, f"{HERE}/{quoted(name)}?saved=yes")


def look(request: Request, house: House, name: str) -> Response:
    """The page that customers would see if the form said what was typed; 422 with the mistakes of one that has none.

    NotAllowed, UnknownText.
    """
    administrator(request, house)
    house.texts.read(_file(name))
    typed = body.typed(request, house.spool, _MOST_MB)
    text = typed.get("text", "")
    try:
        _, shown = house.forms.tried(name, text, request.language)
    except BrokenForm:
        return _one(request, house, name, text, 422, **_kept(typed))
    policy = shown.policy.replace("form-action 'self'", "form-action 'none'") + _SANDBOX
    return Response(200, shown.html(request.base, ""), policy=policy)


def file(request: Request, house: House, name: str) -> Response:
    """The form's file, to save. NotAllowed, UnknownText."""
    administrator(request, house)
    now = _there(house, name)
    if not now.is_readable:
        raise UnknownText(now.name)
    headers = (("Content-Disposition", saved_as(name + END)),)
    return Response(200, disk.read(now.path), "application/octet-stream", "sandbox; default-src 'none'", headers)


def switch(request: Request, house: House, name: str) -> Response:
    """Have customers use the form, or not; 409 if its file changed. NotAllowed, UnknownText."""
    typed = body.typed(request, house.spool)
    return _done(request, house, name, typed, f"{HERE}/{quoted(name)}", switch_to=typed.get("to") == "on")


def remove(request: Request, house: House, name: str) -> Response:
    """Take the form away; 409 if its file changed. NotAllowed, UnknownText."""
    typed = body.typed(request, house.spool)
    return _done(request, house, name, typed, HERE)


def _done(
    request: Request, house: House, name: str, typed: dict[str, str], way: str, switch_to: bool | None = None
) -> Response:
    """Switch the form, or take it away if that is not asked for, and go on to `way`."""
    by, said = administrator(request, house), i18n.translation(request.language)
    seen = typed.get("seen") or "-"
    _there(house, name)
    try:
        if switch_to is None:
            house.texts.remove(_file(name), by, seen)
        else:
            house.texts.switch(_file(name), switch_to, by, seen)
    except FileChanged:
        return _changed(request, house, name, house.texts.read(_file(name)).text, said)
    except NOT_SAVED as wrong:
        mistakes, _ = not_saved(wrong, "", said)
        return _one(request, house, name, house.texts.read(_file(name)).text, 409, wrong=mistakes)
    return see_other(request, way)


def _kept(typed: dict[str, str]) -> dict[str, Any]:
    """What a page that comes back remembers of what was sent, besides the text."""
    return {"seen": typed.get("seen", ""), "is_off": "is_off" in typed, "is_typed": True}


def _file(name: str) -> str:
    """The name of the form's file, as the log has it."""
    return f"forms/{name}{END}"


def _there(house: House, name: str) -> Text:
    now = house.texts.read(_file(name))
    if not now.is_there:
        raise UnknownText(now.name)
    return now


def _uploaded(posted: Posted) -> tuple[str, str]:
    """The text of the file that was uploaded, and what is to be said of it; "" if there is none."""
    return text_in(disk.read(posted.uploads[0].path)) if posted.uploads else ("", "")


def _changed(request: Request, house: House, name: str, text: str, said: Translation) -> Response:
    """The page with what was typed, above it what somebody else wrote meanwhile."""
    words = said.gettext("Somebody changed this form meanwhile, so nothing is saved yet.")
    now = house.texts.read(_file(name)).text
    return _one(request, house, name, text, 409, wrong=[words], now=now if now != text else "", is_typed=True)


def _overview(request: Request, house: House, name: str = "", start: str = "", problem: str = "") -> Response:
    said = i18n.translation(request.language)
    working = {found: title for found, title, _ in house.forms.titles(request.language)}
    in_use = house.forms.names()
    rows = [_row(house, found, found in in_use, working, said) for found in house.forms.all_names()]
    starts = [("", said.gettext("Nothing")), *((one, f"{one}{END}") for one in STARTS)]
    values = {
        "forms": sorted(rows, key=lambda row: (row["title"].casefold(), row["name"])),
        "misnamed": house.forms.misnamed(),
        "starts": starts,
        "start": start,
        "name": name,
        "problem": problem,
    }
    return page(request, house, "forms.html", values, 422 if problem else 200, here="administration")


def _row(house: House, name: str, in_use: bool, working: dict[str, str], said: Translation) -> dict[str, Any]:
    """A form in the list: what it is called, and how it stands."""
    mistakes = [mistake for mistake in house.forms.check(name) if not mistake.is_warning]
    count = said.ngettext("%(num)s mistake", "%(num)s mistakes", len(mistakes)) % {"num": len(mistakes)}
    state, words, title = "sound", said.gettext("no mistakes"), working.get(name, name)
    if not in_use:
        state, words, title = "off", said.gettext("switched off"), _title(house, name)
    elif name not in working:
        state, words = "broken", said.gettext("customers cannot use it")
    elif mistakes:
        state, words = "mistaken", count
    more = count if mistakes and state in ("off", "broken") else ""
    return {
        "name": name,
        "way": quoted(name),
        "title": title,
        "state": state,
        "words": words,
        "more": more,
    }


def _title(house: House, name: str) -> str:
    """What a form that is switched off is called."""
    try:
        return house.forms.tried(name, house.texts.read(_file(name)).text)[0].title
    except BrokenForm:
        return name


def _one(
    request: Request,
    house: House,
    name: str,
    text: str,
    status: int = 200,
    *,
    wrong: Sequence[str] = (),
    seen: str = "",
    now: str = "",
    problem: str = "",
    is_typed: bool = False,
    is_off: bool = False,
    is_saved: bool = False,
) -> Response:
    """A form to edit: `text` stands in the box, and what would be wrong with it above."""
    known, said = house.texts.read(_file(name)), i18n.translation(request.language)
    values = {
        "name": name,
        "way": f"{HERE}/{quoted(name)}",
        "file": known.name + (OFF if known.is_off else ""),
        "known": known,
        "problem": told(problem or known.problem, said),
        "is_twice": known.is_there and not known.is_off and name in house.forms.switched_off(),
        "is_writable": house.texts.is_writable(known.name),
        "text": text,
        "seen": seen or known.version,
        "now": now,
        "is_typed": is_typed,
        "is_off": is_off,
        "is_saved": is_saved,
        **_found(house, name, text, request.language, said),
    }
    values["wrong"] = [words for words in (told(one, said) for one in wrong) if words not in values["mistakes"]]
    return page(request, house, "form_file.html", values, status, here="administration")


def _found(house: House, name: str, text: str, language: str, said: Translation) -> dict[str, Any]:
    """What the desk makes of such a text: title, settings and fields, and what is wrong or doubtful about it."""
    if not text.strip():
        return {"title": name, "mistakes": [], "warnings": [], "fields": [], "settings": []}
    title, fields, settings = name, [], []
    try:
        form, _ = house.forms.tried(name, text, language)
        title, fields, settings = form.title, fields_of(form), settings_of(form)
    except BrokenForm:
        pass  # which the mistakes say
    mistakes: list[str] = []
    warnings: list[str] = []
    for one in house.forms.check_text(name, text):
        (warnings if one.is_warning else mistakes).append(from_here(house, sentence(one, name), said))
    return {"title": title, "mistakes": mistakes, "warnings": warnings, "fields": fields, "settings": settings}
