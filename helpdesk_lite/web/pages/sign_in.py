"""Signing in and out.

Guarantee: what a wrong try is told does not depend on whether there is such an operator; after signing in nobody is
sent anywhere but to a page of this desk. Who is let in is decided elsewhere (web/session).
"""

from __future__ import annotations

from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import framed_page, page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import TooMany

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response

_WORK = ("/home", "/queue", "/mine", "/tickets", "/customers/", "/bin", "/spam")  # how operators' addresses begin
_PAGES = (*_WORK, "/outbox", "/intake", "/administration")


def login(request: Request, house: House) -> Response:
    """The page to sign in with; those who are signed in already go on."""
    wanted = _wanted(request.query.get("next", ""))
    is_vouched_for = house.settings.sign_in_by == "remote_user"
    if request.operator is not None:  # vouched for here, perhaps not where they come from: that would lead back
        return see_other(request, "/queue" if is_vouched_for else wanted)
    if is_vouched_for:
        return _not_vouched_for(request, house)
    return framed_page(request, house, "login.html", {"problem": ""}, {"next": wanted, "name": ""})


def sign_in(request: Request, house: House) -> Response:
    """Sign in with `name` and `password`: on to the page that was wanted, or 403, or 429 after too many wrong tries."""
    from helpdesk_lite.web import body

    if house.settings.sign_in_by == "remote_user":
        return _not_vouched_for(request, house)
    said = i18n.translation(request.language)
    typed = body.typed(request, house.spool)
    name, wanted = typed.get("name", ""), _wanted(typed.get("next", ""))
    try:
        cookie = house.sessions.sign_in(request, name, typed.get("password", ""))
    except TooMany as wrong:
        text = said.ngettext(
            "Too many wrong tries. Please wait %(num)s second.",
            "Too many wrong tries. Please wait %(num)s seconds.",
            wrong.retry_after,
        )
        values = {"problem": text % {"num": wrong.retry_after}, "name": name, "next": wanted}
        return page(request, house, "login.html", values, 429, headers=(("Retry-After", str(wrong.retry_after)),))
    if cookie is None:
        problem = said.gettext("This name and this password do not go together.")
        return page(request, house, "login.html", {"problem": problem, "name": name, "next": wanted}, 403)
    return see_other(request, wanted, (("Set-Cookie", cookie),))


def sign_out(request: Request, house: House) -> Response:
    """End this sign-in."""
    return see_other(request, "/login", (("Set-Cookie", house.sessions.sign_out(request)),))


def _wanted(path: str) -> str:
    """The page to go to afterwards: one for operators, never another site's."""
    return path if path.startswith(_PAGES) and path.isascii() and path.isprintable() else "/queue"


def _not_vouched_for(request: Request, house: House) -> Response:
    said = i18n.translation(request.language)
    values = {
        "heading": said.gettext("The web server did not say who you are"),
        "words": said.gettext("This desk leaves signing in to its web server. Please ask its administrator."),
        "way": "",
        "way_words": "",
    }
    return page(request, house, "error.html", values, 403)
