"""The first operator's page, behind a one-time link.

Guarantee: mistakes are said all at once, each beside its field, and a password is never sent back to the page; the link
works once (web/setup).
"""

from __future__ import annotations

from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import page
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import NotAllowed, OperatorMistaken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response


def setup(request: Request, house: House) -> Response:
    """The form for the first operator; 404 if the link works no more."""
    key = request.query.get("key", "")
    if not house.setup.is_key(key):
        return void(request, house)
    return _form(request, house, key, {}, {})


def first_operator(request: Request, house: House) -> Response:
    """Make the account and sign in; 422 with what is wrong."""
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web import body

    with body.posted(request, house.spool, 0) as posted:
        typed = {name: value if name in ("password", "again") else value.strip() for name, value in posted.pairs}
    key = typed.get("key", "")
    if not house.setup.is_key(key):
        return void(request, house)
    problems = _problems(request, typed)
    if problems:
        return _form(request, house, key, typed, problems, 422)
    try:
        operator = house.setup.first_operator(key, Operator(typed["name"], typed["email"]), typed["password"])
    except NotAllowed:
        return void(request, house)
    except OperatorMistaken as wrong:
        return _form(
            request, house, key, typed, {"name": i18n.told(wrong.words, i18n.translation(request.language))}, 422
        )
    return see_other(request, "/queue", (("Set-Cookie", house.sessions.cookie(request, operator)),))


def _problems(request: Request, typed: dict[str, str]) -> dict[str, str]:
    """What is wrong with each field, in the order of the page."""
    from helpdesk_lite.shelves import operators
    from helpdesk_lite.words.letter import is_address

    said = i18n.translation(request.language)
    problems = {}
    name = typed.get("name", "")
    if not operators.NAME.match(name) or len(name) > operators.LONGEST_NAME:
        problems["name"] = said.gettext("Choose one plain word of a to z and 0 to 9, such as ines.")
    if not is_address(typed.get("email", "")):
        problems["email"] = said.gettext("Write a mail address, such as ines@example.org.")
    return problems | choice_problems(request, typed)


def choice_problems(request: Request, typed: dict[str, str]) -> dict[str, str]:
    """What is wrong with a password that somebody chooses: `password`, and the same `again`."""
    from helpdesk_lite.shelves import operators

    said = i18n.translation(request.language)
    problems = {}
    password = typed.get("password", "")
    if not operators.SHORTEST_PASSWORD <= len(password) <= operators.LONGEST_PASSWORD:
        text = said.gettext("Choose a password of at least %(num)s characters.")
        problems["password"] = text % {"num": operators.SHORTEST_PASSWORD}
    elif typed.get("again") != password:
        problems["again"] = said.gettext("The two passwords differ. Type the same one twice.")
    return problems


def _form(
    request: Request, house: House, key: str, typed: dict[str, str], problems: dict[str, str], status: int = 200
) -> Response:
    values = {"key": key, "name": typed.get("name", ""), "email": typed.get("email", ""), "problems": problems}
    return page(request, house, "setup.html", values, status)


def void(request: Request, house: House) -> Response:
    """The page of a link that works no more."""
    said = i18n.translation(request.language)
    values = {
        "heading": said.gettext("This link works no more"),
        "words": said.gettext("It has been used, or a newer one was made. If you have an account, please sign in."),
        "way": f"{request.base}/login",
        "way_words": said.gettext("Sign in"),
    }
    return page(request, house, "error.html", values, 404)
