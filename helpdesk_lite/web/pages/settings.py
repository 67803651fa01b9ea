"""The administrators' page for the settings: each with its value and where that comes from, and a form to change them.

Guarantee: all mistakes are told at once beside their fields, with what was typed kept; a setting that somebody changed
since the page was loaded is not overwritten, but shown in both versions. What can run a program, holds a password or
says whom to believe is shown without its secrets, and set by whoever runs the host alone. Who may change settings is
decided elsewhere (adjusting).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.shelves.settings_file import ONLINE
from helpdesk_lite.web import body
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import NOT_SAVED, administrator, not_saved, page, read_only
from helpdesk_lite.words import i18n, settings_table
from helpdesk_lite.words.errors import FileReadOnly, RequestMalformed
from helpdesk_lite.words.i18n import N_, Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.settings_table import Setting, Told, Value

HERE = "/administration/settings"
_MOST_MB = 1  # of what is typed
_MOST_DIGITS = 9
_SECTIONS = {
    "desk": N_("The desk"),
    "mail": N_("Mail"),
    "limits": N_("Limits"),
    "sign_in": N_("Signing in"),
    "fetch": N_("Fetching mail"),
}


class Tried(NamedTuple):
    """What was filled in and not saved: `typed` as it came, by setting, and what is wrong with it.

    `words` are about the whole; `mine` names what differs from the page that was filled in.
    """

    typed: dict[str, Value]
    problems: dict[str, str]
    words: str = ""
    mine: tuple[str, ...] = ()


def show(request: Request, house: House) -> Response:
    """The settings as they are. NotAllowed."""
    administrator(request, house)
    return _page(request, house, Tried({}, {}))


def save(request: Request, house: House) -> Response:
    """Change what was filled in otherwise; 422 with what is wrong, 409 if that changed meanwhile. NotAllowed."""
    by, said = administrator(request, house), i18n.translation(request.language)
    typed = body.typed(request, house.spool, _MOST_MB)
    seen = _seen(typed.get("seen", ""))
    wanted = {key: _wanted(setting, typed, seen[key]) for key, setting in ONLINE.items() if key in seen}
    mine = tuple(key for key, value in wanted.items() if value != seen[key])
    problems = {key: i18n.told(_problem(request, key, wanted[key]), said) for key in mine}
    tried = Tried(wanted, {key: wrong for key, wrong in problems.items() if wrong}, mine=mine)
    if tried.problems:
        return _page(request, house, tried, 422)
    try:
        house.adjusting.change(wanted, seen, by)
    except NOT_SAVED as wrong:
        changed = said.gettext("Somebody changed the same meanwhile, so nothing is saved yet.")
        words, status = not_saved(wrong, changed, said)
        return _page(request, house, tried._replace(words=" ".join(words)), status)
    return see_other(request, f"{HERE}?saved=1")


def _seen(text: str) -> dict[str, Value]:
    """The settings as they stood on the page that was filled in. RequestMalformed."""
    import json

    try:
        found = json.loads(text)
        return {key: found[key] for key, setting in ONLINE.items() if type(found[key]) is type(setting.default)}
    except (ValueError, KeyError, TypeError):
        raise RequestMalformed("the field `seen` is not what the page sends") from None


def _wanted(setting: Setting, typed: dict[str, str], seen: Value) -> Value:
    """The value that was filled in; a text where a number should be, if it is none; what was seen, without a field."""
    if isinstance(setting.default, bool):
        return setting.key in typed
    text = typed.get(setting.key)
    if text is None:
        return seen
    if isinstance(setting.default, list):
        return list(filter(None, map(str.strip, text.splitlines())))
    text = text.strip()
    if isinstance(setting.default, int) and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return text


def _problem(request: Request, key: str, value: Value) -> str:
    """What is wrong with a value that was filled in; "" if nothing is."""
    if key == "desk.url" and str(value).startswith("https:") and request.scheme == "http":
        return Sentence("Open this desk over https:// first, and set it there: else nobody could work here any more.")
    return ONLINE[key].problem(value)


def _page(request: Request, house: House, tried: Tried, status: int = 200) -> Response:
    import json

    said = i18n.translation(request.language)
    found = settings_table.told(house.adjusting.file.text())
    sections: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        if not one.setting.hosts:
            sections.setdefault(one.setting.section, []).append(_shown(house, one, tried, said))
    values = {
        "sections": sections,
        "titles": {name: said.gettext(_SECTIONS.get(name, name)) for name in sections},
        "hosts": [_shown(house, one, tried, said) for one in found if one.setting.hosts],
        "seen": json.dumps({one.setting.key: one.value for one in found if not one.setting.hosts}),
        "words": tried.words,
        "problems": tried.problems,
        "read_only": "" if tried.words else _read_only(house, said),
        "is_saved": status == 200 and "saved" in request.query,
    }
    return page(request, house, "settings.html", values, status, here="administration")


def _read_only(house: House, said: Translation) -> str:
    """That nothing can be saved here, if it cannot; else ""."""
    try:
        house.adjusting.file.demand_writable()
    except FileReadOnly as wrong:
        return read_only(wrong, said)
    return ""


def _shown(house: House, one: Told, tried: Tried, said: Translation) -> dict[str, Any]:
    """A setting for the page."""
    setting = one.setting
    value = tried.typed[setting.key] if setting.key in tried.mine else one.value
    source = said.gettext("line %(num)s") % {"num": one.line} if one.line else said.gettext("not in the file")
    if setting.key == "desk.url" and not one.value and house.settings.url:
        source = said.gettext("filled in by the server that runs: %(url)s") % {"url": house.settings.url}
    return {
        "key": setting.key,
        "id": setting.key.replace(".", "-"),
        "name": setting.name,
        "kind": _kind(setting),
        "value": "\n".join(value) if isinstance(value, list) else value,
        "shown": one.shown,
        "choices": setting.choices,
        "comment": said.gettext(setting.comment),
        "caution": said.gettext(setting.caution) if setting.caution else "",
        "hosts": said.gettext(setting.hosts) if setting.hosts else "",
        "source": source,
        "is_usual": one.is_usual,
        "problem": tried.problems.get(setting.key, ""),
        "theirs": one.shown if setting.key in tried.mine and value != one.value and not tried.problems else "",
    }


def _kind(setting: Setting) -> str:
    """The control that it is filled in with."""
    if setting.choices:
        return "choice"
    return {bool: "switch", int: "number", list: "lines"}.get(type(setting.default), "line")
