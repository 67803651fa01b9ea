"""The administrators' page for rules: what they are, their file to edit, and what they would do with a ticket.

Guarantee: nothing with a mistake is saved; a page that was loaded before somebody else changed the file changes nothing
and comes back with what was typed. Trying does nothing. Who may do it is decided elsewhere (texts).
"""

from __future__ import annotations

from helpdesk_lite.web import body, standing_words
from helpdesk_lite.web.http import see_other
from helpdesk_lite.web.pages.page import NOT_SAVED, administrator, not_saved, page
from helpdesk_lite.words import i18n, standing, tracking
from helpdesk_lite.words.errors import DeskError, FileChanged
from helpdesk_lite.words.i18n import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.shelves.rules import Action, Rule
    from helpdesk_lite.tickets.trial import Trial
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

HERE, NAME = "/administration/rules", "rules.toml"
_MOST_MB = 1  # of what is typed


def show(request: Request, house: House) -> Response:
    """The rules, their file, and what they would do with the ticket `?number=`. NotAllowed."""
    administrator(request, house)
    typed = request.query.get("number", "").strip()
    values: dict[str, Any] = {"number": typed}
    if typed:
        values |= _trial(request, house, typed)
    return _page(request, house, values)


def save(request: Request, house: House) -> Response:
    """Check what was typed, and save it unless it was only to be checked; 422 with each mistake, 409. NotAllowed."""
    by = administrator(request, house)
    typed = body.typed(request, house.spool, _MOST_MB)
    text = typed.get("text", "")
    said = i18n.translation(request.language)
    try:
        count = len(house.rules.check(text))
        if typed.get("then") == "check":
            right = said.ngettext("%(num)s rule, and no mistakes.", "%(num)s rules, and no mistakes.", count)
            return _page(request, house, {"text": text, "seen": typed.get("seen", ""), "right": right % {"num": count}})
        house.texts.write(NAME, text, by, typed.get("seen") or "-")
    except NOT_SAVED as wrong:
        changed = said.gettext("Somebody changed the rules meanwhile, so nothing is saved yet.")
        words, status = not_saved(wrong, changed, said)
        is_changed = isinstance(wrong, FileChanged)
        latest = {"now": house.texts.read(NAME).text} if is_changed else {"seen": typed.get("seen", "")}
        return _page(request, house, {"text": text, "wrong": words, **latest}, status)
    return see_other(request, HERE)


def _page(request: Request, house: House, more: dict[str, Any], status: int = 200) -> Response:
    said = i18n.translation(request.language)
    now = house.texts.read(NAME)
    values = {
        "rules": [_shown(rule, said) for rule in house.rules.all()],
        "mistakes": [told(one, said) for one in house.naming.mistakes_of_rules()],
        "is_void": bool(house.rules.mistakes()),
        "text": now.text,
        "seen": now.version,
        "number": "",
        "right": "",
        "wrong": [],
        "now": "",
        "trial": None,
        "problem": "",
    }
    return page(request, house, "rules.html", {**values, **more}, status, here="administration")


def _shown(rule: Rule, said: Translation) -> dict[str, Any]:
    conditions = [one.words for one in rule.conditions]
    return {"name": rule.name, "conditions": conditions, "actions": _actions(rule.action, said), "stop": rule.stop}


def _actions(action: Action, said: Translation) -> list[str]:
    """What a rule does, in words."""
    told = {
        said.gettext("category %(category)s") % {"category": action.category}: action.category,
        _priority(action.priority, said): action.priority,
        said.gettext("level %(level)s") % {"level": action.level}: action.level,
        said.gettext("due in %(hours)s h") % {"hours": f"{action.due_in:g}"}: action.due_in,
        said.gettext("not before %(hours)s h") % {"hours": f"{action.wake_in:g}"}: action.wake_in,
        said.gettext("note: %(note)s") % {"note": action.note}: action.note,
    }
    words = [word for word, counts in told.items() if counts]
    hand = action.hand
    if hand:
        whom = ", ".join(hand.operators) or hand.department
        if hand.skill:
            whom = said.gettext("who knows about %(skill)s") % {"skill": hand.skill}
        way = said.gettext("in turn") if hand.by == "turn" else said.gettext("who has the fewest")
        words.append(said.gettext("handed to %(whom)s (%(way)s)") % {"whom": whom, "way": way})
    return words


def _priority(name: str, said: Translation) -> str:
    now = standing.USUAL._replace(priority=name or standing.NORMAL)
    return said.gettext("priority %(priority)s") % {"priority": standing_words.priority(now, said).lower()}


def _trial(request: Request, house: House, typed: str) -> dict[str, Any]:
    """What the rules would do with the ticket of this number, or that there is none."""
    said = i18n.translation(request.language)
    number = tracking.read_number(typed)
    try:
        trial: Trial | None = house.ruling.tried(number, house.forms) if number else None
    except DeskError:
        trial = None
    if trial is None:
        return {"problem": said.gettext("There is no ticket of this number.")}
    action = trial.verdict.action
    now = standing_words.marks(trial.standing, house.clock(), said)
    passed_over = [(one.name, told(one.hindrance, said)) for one in trial.candidates if one.hindrance]
    handed = {"is_handed": action.hand is not None, "passed_over": passed_over}
    return {"trial": trial, "marks": now, "note": action.note, **handed}
