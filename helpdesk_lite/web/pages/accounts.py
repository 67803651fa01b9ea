"""The administrators' pages for operators: all of them, one to change, invite or take away; and an invitation's own.

Guarantee: a page that was loaded before somebody else changed the file changes nothing; no password is ever sent back
to a page. Who may do it is decided elsewhere (accounts).
"""

from __future__ import annotations

from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.web import body
from helpdesk_lite.web.http import quoted, see_other
from helpdesk_lite.web.pages.page import administrator, from_here, page, typed_level
from helpdesk_lite.web.pages.setup import choice_problems, void
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import FileChanged, MayBeKept, NotAllowed, OperatorMistaken
from helpdesk_lite.words.i18n import LANGUAGES, N_, told
from helpdesk_lite.words.rights import ADMINISTRATOR, OBSERVER, OPERATOR, SUPERVISOR
from helpdesk_lite.words.route import without_password
from helpdesk_lite.words.standing import HIGHEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from helpdesk_lite.administration.leaving import Leaving, Went
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

HERE = "/administration/operators"
_MOST_MB = 1  # of what is typed
_MOST_MOVED = 200  # tickets that go on at once
_MOST_REASONS = 5  # why tickets did not go on
_MOST_COUNTED = 1000  # tickets of one operator; beyond that nobody needs the number
ROLES = {  # each with what it means
    OBSERVER: (N_("Observer"), N_("reads tickets and changes nothing")),
    OPERATOR: (N_("Operator"), N_("claims tickets and answers them")),
    SUPERVISOR: (N_("Supervisor"), N_("also has a hand in the tickets of their people and categories")),
    ADMINISTRATOR: (N_("Administrator"), N_("may do everything")),
}


def overview(request: Request, house: House) -> Response:
    """All operators, and a form for one more. NotAllowed."""
    administrator(request, house)
    return _overview(request, house, Operator("", ""))


def add(request: Request, house: House) -> Response:
    """Make the account and mail the invitation; 422 with what is wrong. NotAllowed."""
    by = administrator(request, house)
    wanted = _typed(request, house)[0]
    try:
        house.accounts.add(wanted, by)
    except OperatorMistaken as wrong:
        return _overview(request, house, wanted, wrong.words)
    try:
        return _invite(request, house, wanted.name, by)
    except OSError as wrong:  # the account is there
        raise MayBeKept(wanted.name) from wrong


def one(request: Request, house: House, name: str) -> Response:
    """The form to change an account. NotAllowed; 404 if there is none."""
    administrator(request, house)
    if not house.operators.version(name):
        return _gone(request, house)
    operator, wrong = _known(house, name)
    return _one(request, house, operator, wrong, 200)


def change(request: Request, house: House, name: str) -> Response:
    """Write the account as it was filled in; 422 with what is wrong, 409 if its file changed. NotAllowed."""
    by = administrator(request, house)
    wanted, seen = _typed(request, house)
    wanted = wanted._replace(name=name)
    if not house.operators.version(name):
        return _gone(request, house)
    try:
        house.accounts.change(wanted, by, seen)
    except OperatorMistaken as wrong:
        return _one(request, house, wanted, wrong.words)
    except FileChanged:
        return _changed(request, house, wanted)
    return see_other(request, HERE)


def remove(request: Request, house: House, name: str) -> Response:
    """Take the account away; 422 while it has tickets, 409 if its file changed. NotAllowed."""
    by = administrator(request, house)
    seen = _typed(request, house)[1]
    if not house.operators.version(name):
        return _gone(request, house)
    try:
        house.accounts.remove(name, by, seen)
    except OperatorMistaken as wrong:
        return _one(request, house, _known(house, name)[0], wrong.words)
    except FileChanged:
        return _changed(request, house, _known(house, name)[0])
    return see_other(request, HERE)


def hand_on(request: Request, house: House, name: str) -> Response:
    """Hand their tickets to another operator, then show the account; 422 with what cannot be. NotAllowed."""
    by = administrator(request, house)
    to = body.typed(request, house.spool).get("to", "")
    return _moved(request, house, name, lambda leaving: leaving.hand_on(name, to, by, _MOST_MOVED))


def put_back(request: Request, house: House, name: str) -> Response:
    """Put their tickets back into the queue, then show the account; 422 with what cannot be. NotAllowed."""
    by = administrator(request, house)
    return _moved(request, house, name, lambda leaving: leaving.put_back(name, by, _MOST_MOVED))


def _moved(request: Request, house: House, name: str, verb: Callable[[Leaving], Went]) -> Response:
    from helpdesk_lite.administration.leaving import Leaving

    if not house.operators.version(name):
        return _gone(request, house)
    said = i18n.translation(request.language)
    try:
        went = verb(Leaving(house.handling))
    except OperatorMistaken as wrong:
        return _one(request, house, _known(house, name)[0], wrong.words)
    if went.stayed:
        reasons = " ".join(f"{number}: {told(why, said)}" for number, why in went.stayed[:_MOST_REASONS])
        return _one(request, house, _known(house, name)[0], f"{_went(went.done, said)} {reasons}")
    return see_other(request, f"{HERE}/{quoted(name)}?went={went.done}")


def _went(count: int, said: Translation) -> str:
    return said.ngettext("%(num)s ticket has gone on.", "%(num)s tickets have gone on.", count) % {"num": count}


def invite(request: Request, house: House, name: str) -> Response:
    """Mail the operator a link to choose a password; 422 if that cannot be. NotAllowed."""
    return _invite(request, house, name, administrator(request, house))


def invitation(request: Request, house: House) -> Response:
    """The form of who was invited; 404 if the link works no more."""
    return _invitation(request, house, request.query.get("key", ""), {})


def accept(request: Request, house: House) -> Response:
    """Keep the password and sign in; 422 with what is wrong."""
    typed = body.typed(request, house.spool)
    key = typed.get("key", "")
    problems = choice_problems(request, typed)
    if problems:
        return _invitation(request, house, key, problems)
    try:
        operator = house.accounts.accept(key, typed["password"])
    except NotAllowed:
        return void(request, house)
    except OperatorMistaken as wrong:
        return _invitation(request, house, key, {"password": told(wrong.words, i18n.translation(request.language))})
    return see_other(request, "/queue", (("Set-Cookie", house.sessions.cookie(request, operator)),))


def _invitation(request: Request, house: House, key: str, problems: dict[str, str]) -> Response:
    operator = house.accounts.invited(key)
    if operator is None:
        return void(request, house)
    values = {"key": key, "name": operator.name, "problems": problems}
    return page(request, house, "invitation.html", values, 422 if problems else 200)


def _invite(request: Request, house: House, name: str, by: Operator) -> Response:
    try:
        house.accounts.invite(name, by)
    except OperatorMistaken as wrong:
        if not house.operators.version(name):
            return _gone(request, house)
        return _one(request, house, _known(house, name)[0], wrong.words)
    return see_other(request, f"{HERE}?invited={quoted(name)}")


def _known(house: House, name: str) -> tuple[Operator, str]:
    """The operator as their file says, and what is wrong with it, which is "" if it can be read."""
    try:
        return house.operators.find(name) or Operator(name, ""), ""
    except OperatorMistaken as wrong:
        return Operator(name, ""), wrong.words


def _typed(request: Request, house: House) -> tuple[Operator, str]:
    """The operator as it was filled in, and the version of the file that the page was made from."""
    with body.posted(request, house.spool, _MOST_MB) as posted:
        said = {name: value.strip() for name, value in posted.pairs}
        categories = [word for name, value in posted.pairs if name == "categories" for word in value.split(",")]
    operator = Operator(
        said.get("name", ""),
        said.get("email", ""),
        said.get("role", OPERATOR),
        said.get("deliver", "mail"),
        said.get("language", ""),
        level=typed_level(said.get("level", str(HIGHEST))),
        supervisor=said.get("supervisor", ""),
        categories=tuple(filter(None, map(str.strip, categories))),
        absent_until=said.get("absent_until", ""),
        skills=tuple(said.get("skills", "").replace(",", " ").split()),
    )
    return operator, said.get("seen", "")


def _overview(request: Request, house: House, typed: Operator, problem: str = "") -> Response:
    said = i18n.translation(request.language)
    known = house.operators.everybody()
    mistaken = sorted(set(house.operators.names()) - {one.name for one in known})
    values = {
        "people": [_row(house, operator, said) for operator in known],
        "mistaken": mistaken,
        "mistakes": [from_here(house, mistake, said) for mistake in house.operators.mistakes()],
        "invited": request.query.get("invited", "") if not problem else "",
        **_form(house, typed, problem, said),
    }
    return page(request, house, "operators.html", values, 422 if problem else 200, here="administration")


def _one(request: Request, house: House, operator: Operator, problem: str = "", status: int = 422) -> Response:
    said = i18n.translation(request.language)
    went = request.query.get("went", "")
    is_count = not problem and went.isascii() and went.isdigit() and len(went) <= len(str(_MOST_MOVED))
    values = {
        **_form(house, operator, problem, said),
        "now": _text(house, operator.name) if problem and status == 200 else "",
        "held": _held(house, operator.name),
        "went": _went(int(went), said) if is_count else "",
    }
    return page(request, house, "operator.html", values, status if problem else 200, here="administration")


def _changed(request: Request, house: House, typed: Operator) -> Response:
    """The form as it was filled in, and what the file says now."""
    said = i18n.translation(request.language)
    problem = said.gettext("Somebody changed this account meanwhile, so nothing is saved yet.")
    now = _text(house, typed.name)
    values = {**_form(house, typed, problem, said), "now": now, "held": _held(house, typed.name), "went": ""}
    return page(request, house, "operator.html", values, 409, here="administration")


def _text(house: House, name: str) -> str:
    """What the file says, but for passwords."""
    lines = house.operators.text(name).splitlines()
    return without_password("\n".join(line for line in lines if "password_hash" not in line))


def _gone(request: Request, house: House) -> Response:
    said = i18n.translation(request.language)
    values = {
        "heading": said.gettext("There is no such operator"),
        "words": said.gettext("Perhaps somebody has just taken the account away."),
        "way": request.base + HERE,
        "way_words": said.gettext("All operators"),
    }
    return page(request, house, "error.html", values, 404)


def _row(house: House, operator: Operator, said: Translation) -> dict[str, Any]:
    """An operator in the list: role, and what is unusual."""
    held = _held(house, operator.name)
    facts = [
        said.gettext(ROLES[operator.role][0]),
        operator.email,
        said.gettext("only %(categories)s") % {"categories": ", ".join(operator.categories)}
        if operator.categories
        else "",
        said.gettext("up to level %(level)s") % {"level": operator.level} if operator.level < HIGHEST else "",
        said.gettext("supervisor: %(name)s") % {"name": operator.supervisor} if operator.supervisor else "",
        said.ngettext("%(num)s ticket", "%(num)s tickets", held) % {"num": held} if held else "",
    ]
    is_new = not operator.password_hash and house.settings.sign_in_by == "password"
    away = operator.absent_until if operator.is_away(house.clock()) else ""
    return {
        "name": operator.name,
        "facts": [fact for fact in facts if fact],
        "away": said.gettext("absent until %(day)s") % {"day": away} if away else "",
        "is_new": is_new,
    }


def _form(house: House, operator: Operator, problem: str, said: Translation) -> dict[str, Any]:
    """What pages/operator_fields.html needs."""
    titles = house.categories.titles()
    unknown = {name: name for name in operator.categories if name not in titles}
    return {
        "typed": operator._replace(deliver=without_password(operator.deliver)),
        "problem": from_here(house, problem, said),
        "roles": [(name, said.gettext(word), said.gettext(means)) for name, (word, means) in ROLES.items()],
        "titles": sorted((titles | unknown).items()) if titles else [],
        "written": ", ".join(operator.categories),
        "levels": range(1, HIGHEST + 1),
        "others": [name for name in house.operators.names() if name != operator.name],
        "languages": LANGUAGES,
        "seen": house.operators.version(operator.name),
    }


def _held(house: House, name: str) -> int:
    return len(house.store.held_by(name, limit=_MOST_COUNTED))
