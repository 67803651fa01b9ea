"""How a ticket stands, in words and colours, as lists and its own page show it.

Guarantee: no colour without its word; what is usual is not mentioned. It decides nothing (handling).
"""

from __future__ import annotations

from helpdesk_lite.web import wording
from helpdesk_lite.web.render import Html, escaped
from helpdesk_lite.words import standing
from helpdesk_lite.words.i18n import N_
from helpdesk_lite.words.ticket import CHAT, COUNTER, CUSTOMER, DESK, MAIL, OTHER, PHONE, SOCIAL, WEB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Entry, Ticket

PRIORITIES = {
    standing.LOW: N_("Low"),
    standing.NORMAL: N_("Normal"),
    standing.HIGH: N_("High"),
    standing.CRITICAL: N_("Critical"),
}
TYPES = {
    standing.QUESTION: N_("Question"),
    standing.PROBLEM: N_("Problem"),
    standing.REQUEST: N_("Request"),
    standing.PRAISE: N_("Praise"),
}
CHANNELS = {
    WEB: N_("Web"),
    MAIL: N_("Mail"),
    PHONE: N_("Phone"),
    COUNTER: N_("Counter"),
    CHAT: N_("Chat"),
    SOCIAL: N_("Social media"),
    OTHER: N_("Another way"),
}


def closed(done_by: str, said: Translation) -> str:
    """By whom (Ticket.done_by) a ticket was closed, with places for %(who)s and %(since)s."""
    texts = {
        CUSTOMER: said.gettext("Closed by the customer, %(since)s"),
        DESK: said.gettext("Closed by itself, %(since)s"),
        "": said.gettext("Closed, %(since)s"),
    }
    return texts.get(done_by) or said.gettext("Closed by %(who)s, %(since)s")


def marks(now: Standing, clock: float, said: Translation) -> Html:
    """What is unusual about a ticket in a list: its priority, its level, and that it can wait or is due."""
    if now == standing.USUAL:
        return Html()
    return Html(" ".join(_marks(now, clock, said)))


def shown(ticket: Ticket, clock: float, said: Translation, titles: Mapping[str, str]) -> Html:
    """The same on the ticket's own page, with whether it waits or is resolved, and what it is about.

    `titles` are those of the known categories, by name; of another one only what somebody typed is told.
    """
    found = list(_marks(ticket.standing, clock, said))
    if ticket.progress:
        text = {
            standing.WAITING: said.gettext("Waiting for the customer since %(since)s"),
            standing.RESOLVED: said.gettext("Resolved since %(since)s"),
        }[ticket.progress]
        since = wording.time_element(ticket.progress_at, clock, said)
        found.insert(0, _mark(ticket.progress, wording.sentence(text, since=since)))
    category = titles.get(ticket.category, ticket.standing.category)
    if category:
        found.append(_mark("category", category))
    if ticket.standing.type:
        found.append(_mark("type", said.gettext(TYPES[ticket.standing.type])))
    return Html(" ".join(found))


def changes(entry: Entry, clock: float, said: Translation, titles: Mapping[str, str]) -> Html:
    """What a marked entry changed: "priority high, due 23 November, 23:59 UTC"."""
    names = [word.partition("=")[0] for word in entry.text.split()]
    return told(standing.read(entry.text), names, clock, said, titles)


def told(now: Standing, names: Iterable[str], clock: float, said: Translation, titles: Mapping[str, str]) -> Html:
    """These fields of a standing, in words. `titles` are what people call each category."""
    due, wakes = (wording.time_element(at, clock, said) for at in (now.due_at, now.wakes_at))
    sentence, category = wording.sentence, titles.get(now.category, now.category)
    type_ = said.gettext(TYPES.get(now.type, N_("Not said"))).lower()
    texts = {
        "level": sentence(said.gettext("level %(level)s"), level=str(now.level)),
        "priority": sentence(said.gettext("priority %(priority)s"), priority=priority(now, said).lower()),
        "category": sentence(said.gettext("category %(category)s"), category=category),
        "due_at": sentence(said.gettext("due %(when)s"), when=due),
        "wakes_at": sentence(said.gettext("not before %(when)s"), when=wakes),
        "type": sentence(said.gettext("type %(type)s"), type=type_),
    }
    texts |= {} if now.category else {"category": sentence(said.gettext("the category of its form"))}
    texts |= {} if now.due_at else {"due_at": sentence(said.gettext("not due"))}
    texts |= {} if now.wakes_at else {"wakes_at": sentence(said.gettext("not put off"))}
    return Html(", ".join(texts[name] for name in names if name in texts))


def priority(now: Standing, said: Translation) -> str:
    """Its word."""
    return said.gettext(PRIORITIES[now.priority])


def _marks(now: Standing, clock: float, said: Translation) -> list[Html]:
    found = []
    if now.priority != standing.NORMAL:
        found.append(_mark(now.priority, priority(now, said)))
    if now.level > 1:
        found.append(_mark("level", said.gettext("Level %(level)s") % {"level": now.level}))
    if now.due_at:
        is_over = now.due_at < clock
        text = said.gettext("Overdue since %(when)s") if is_over else said.gettext("Due %(when)s")
        when = wording.time_element(now.due_at, clock, said)
        found.append(_mark("overdue" if is_over else "due", wording.sentence(text, when=when)))
    if now.wakes_at > clock:
        when = wording.time_element(now.wakes_at, clock, said)
        found.append(_mark("later", wording.sentence(said.gettext("Later: not before %(when)s"), when=when)))
    return found


def _mark(kind: str, words: str) -> Html:
    return Html(f'<span class="standing {kind}">{words if isinstance(words, Html) else escaped(words)}</span>')
