"""The administrators' page for the desk's look: two colours and a logo, to see before they count.

Guarantee: a colour in which nobody could read is refused with the figure; nothing shown here is trusted with more than
the page itself. Who may do it is decided elsewhere (texts, styling).
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64

from helpdesk_lite import assets, disk
from helpdesk_lite.shelves import look
from helpdesk_lite.shelves.look import Colours
from helpdesk_lite.web import body, styles
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import NOT_SAVED, administrator, not_saved, page
from helpdesk_lite.web.render import Html
from helpdesk_lite.words import i18n
from helpdesk_lite.words.i18n import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.shelves.look import Scheme
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.errors import DeskError

HERE, NAME = "/administration/look", f"templates/look/{look.CSS}"
_MOST_MB = 1


def show(request: Request, house: House) -> Response:
    """How the desk looks. NotAllowed."""
    administrator(request, house)
    return _page(request, house, {"wrong": look.mistakes(house.texts.read(NAME).text)})


def colour(request: Request, house: House) -> Response:
    """Take the colours, or only show them, or have the program's own again; 422 with the figure, 409. NotAllowed."""
    by = administrator(request, house)
    typed = body.typed(request, house.spool)
    then = typed.get("then", "")
    colours = Colours(typed.get("light", "").lower(), typed.get("dark", "").lower())
    wrong = look.unreadable(colours)
    if wrong and then != "usual":
        return _page(request, house, {"colours": colours, "wrong": wrong}, 422)
    if then == "preview":
        return _page(request, house, {"colours": colours, "is_preview": True})
    is_usual = then == "usual" or colours == look.usual()
    css = look.with_colours(house.texts.read(NAME).text, None if is_usual else colours)
    try:
        house.texts.write(NAME, css, by, typed.get("seen") or "-")
    except NOT_SAVED as refused:
        words, status = _why(request, refused)
        return _page(request, house, {"colours": colours, "wrong": words}, status)
    return see_other(request, HERE)


def logo(request: Request, house: House) -> Response:
    """Take the logo, or only show it, or take it away; 422 for what is no picture, 409. NotAllowed."""
    by = administrator(request, house)
    with body.posted(request, house.spool, _MOST_MB) as posted:
        typed = dict(posted.pairs)
        content = disk.read(posted.uploads[0].path) if posted.uploads else _carried(typed.get("carried", ""))
    then = typed.get("then", "")
    try:
        name = look.logo_name(content) if then != "remove" else ""
        if then == "preview":
            return _page(request, house, {"carried": content, "kind": assets.LOOK[name]})
        house.styling.change(content if name else b"", by, typed.get("seen", "-"))
    except NOT_SAVED as refused:
        words, status = _why(request, refused)
        return _page(request, house, {"wrong_logo": words}, status)
    return see_other(request, HERE)


def _carried(text: str) -> bytes:
    """The logo that a page brought along which showed it."""
    try:
        return a2b_base64(text)
    except Error:
        return b""


def _why(request: Request, refused: DeskError) -> tuple[list[str], int]:
    said = i18n.translation(request.language)
    changed = said.gettext("Somebody changed the look meanwhile, so nothing is saved yet. Below is how it is now.")
    return not_saved(refused, changed, said)


def _page(request: Request, house: House, more: dict[str, Any], status: int = 200) -> Response:
    text = house.texts.read(NAME)
    kept = look.read_colours(text.text)
    colours: Colours = more.get("colours") or kept or look.usual()
    carried = b2a_base64(more.pop("carried", b""), newline=False).decode()
    logo_address = f"data:{more.pop('kind', '')};base64,{carried}" if carried else ""
    style = Html(_style(colours if all(map(look.is_colour, colours)) else look.usual()))
    values = {
        "colours": colours,
        "ratios": [_ratio(*one) for one in zip(colours, look.schemes(), strict=True)],
        "is_own": kept is not None,
        "has_more": bool(look.with_colours(text.text, None).strip()),
        "seen": text.version,
        "logo": house.styling.logo.name(),
        "seen_logo": house.styling.logo.version(),
        "largest": look.LARGEST_LOGO // 1000,
        "carried": carried,
        "logo_address": logo_address,
        "style": style,
        "is_preview": False,
    }
    said = i18n.translation(request.language)
    wrong = {name: [told(one, said) for one in more.pop(name, [])] for name in ("wrong", "wrong_logo")}
    policy = styles.policy([style])
    return page(request, house, "look.html", {**values, **more, **wrong}, status, here="administration", policy=policy)


def _ratio(colour: str, scheme: Scheme) -> str:
    return look.shown(look.contrast(colour, scheme)) if look.is_colour(colour) else ""


def _style(colours: Colours) -> str:
    """The rules of two samples, each with all colours of its own kind of page."""
    rules = []
    for name, value, scheme in zip(Colours._fields, colours, look.schemes(), strict=True):
        rest = " ".join(f"--{key}: {it};" for key, it in scheme.values.items() if not key.startswith("accent-h"))
        rules.append(f".sample.{name} {{ {rest} {look.style_of(value, scheme)} color-scheme: {name}; }}")
    return "\n".join(rules)
