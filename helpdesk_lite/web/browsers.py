"""The customer's browser and system: as they name themselves in a request, and in words.

Guarantee: what a browser says is one line, cut where it goes on for ever, and only shown. The words are worked out once
for each line: reading it takes longer than the rest of a page. It decides nothing by them.
"""

from __future__ import annotations

from helpdesk_lite.words import signing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.cache import Cache
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.i18n import Translation

LONGEST = 400  # characters


def said_by(request: Request) -> str:
    """What the browser said; its User-Agent (RFC 9110, 10.1.5)."""
    return request.header("User-Agent")[:LONGEST].strip()


def in_words(said: str, cache: Cache, translation: Translation) -> str:
    """Such as "Firefox 120 on Windows 10"; the line itself where it is of no known browser."""
    if not said:
        return ""
    browser, system = cache.get(f"browser-{signing.digest_of([said])}", [], lambda: _read(said))
    if browser and system:
        return translation.gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or said


def _read(said: str) -> tuple[str, str]:
    import ua_parser

    found = ua_parser.parse(said)
    browser, system = found.user_agent, found.os
    return (
        " ".join(filter(None, (browser.family, browser.major))) if browser else "",
        " ".join(filter(None, (system.family, system.major))) if system else "",
    )
