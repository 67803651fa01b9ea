"""Times and sizes in words, as pages show them.

Guarantee: nothing depends on the locale or time zone of the machine: clock times are UTC and say so.
"""

from __future__ import annotations

import time

from helpdesk_lite.web.render import Html, escaped
from helpdesk_lite.words import times
from helpdesk_lite.words.i18n import N_

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.words.i18n import Translation

MINUTE, HOUR, DAY = 60, 3600, 86400


_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def age(seconds: float, said: Translation) -> str:
    """How long ago, in the largest whole unit: "5 minutes"."""
    if seconds < MINUTE:
        return said.gettext("just now")
    if seconds < HOUR:
        number = int(seconds // MINUTE)
        return said.ngettext("%(num)s minute", "%(num)s minutes", number) % {"num": number}
    if seconds < 2 * DAY:
        number = int(seconds // HOUR)
        return said.ngettext("%(num)s hour", "%(num)s hours", number) % {"num": number}
    number = int(seconds // DAY)
    return said.ngettext("%(num)s day", "%(num)s days", number) % {"num": number}


def moment(at: float, now: float, said: Translation) -> str:
    """When, as a clock time today, else with the day, and the year if it is another one: "21 November, 14:02 UTC"."""
    then, today = time.gmtime(at), time.gmtime(now)
    facts = {
        "clock": f"{then.tm_hour:02}:{then.tm_min:02}",
        "day": then.tm_mday,
        "month": said.gettext(_MONTHS[then.tm_mon - 1]),
        "year": then.tm_year,
    }
    if then[:3] == today[:3]:
        return said.gettext("%(clock)s UTC") % facts
    if then.tm_year == today.tm_year:
        return said.gettext("%(day)s %(month)s, %(clock)s UTC") % facts
    return said.gettext("%(day)s %(month)s %(year)s, %(clock)s UTC") % facts


def month(name: str, said: Translation) -> str:
    """`2026-11` as "November 2026"; as it is if it is no month."""
    year, _, number = name.partition("-")
    if not (number.isdigit() and 1 <= int(number) <= 12):
        return name
    return said.gettext("%(month)s %(year)s") % {"month": said.gettext(_MONTHS[int(number) - 1]), "year": year}


def time_element(at: float, now: float, said: Translation) -> Html:
    """`moment` as a <time>, which a script may show in the reader's own time zone."""
    return Html(f'<time datetime="{times.iso(int(at))}">{escaped(moment(at, now, said))}</time>')


def sentence(text: str, **parts: str) -> Html:
    """`text` (already translated) with its %(name)s parts, each escaped unless it is Html."""
    safe = {name: part if isinstance(part, Html) else escaped(part) for name, part in parts.items()}
    return Html(escaped(text) % safe)


def size(count: int, said: Translation) -> str:
    """A file's size: "3 bytes", "12 kB", "2.5 MB"."""
    if count < 1000:
        return said.ngettext("%(num)s byte", "%(num)s bytes", count) % {"num": count}
    if count < 999_500:
        return said.gettext("%(num)s kB") % {"num": round(count / 1000)}
    tenths = round(count / 100_000)
    point = said.gettext("%(whole)s.%(tenth)s MB") if tenths % 10 else said.gettext("%(whole)s MB")
    return point % {"whole": tenths // 10, "tenth": tenths % 10}
