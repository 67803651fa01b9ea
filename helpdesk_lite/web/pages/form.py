"""The contact form: shown, and filled in it becomes a ticket, or comes back with a message beside each field.

Guarantee: nothing is kept of a refused submission; the answer to a kept one is a redirect, so that reload sends
nothing. What is about a category that has a desk of its own is kept there, or comes back.
"""

from __future__ import annotations

from helpdesk_lite.web.http import Response, see_other
from helpdesk_lite.words.errors import BelongsElsewhere, SubmissionRefused, TooMany

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.web.robots import Suspicion
    from helpdesk_lite.words.form import Posted, Problem

_AGAIN = "private, no-cache"  # a browser may go back to what was typed, but a new visit has a new stamp


def show(request: Request, house: House, name: str) -> Response:
    """The form, with fields filled in that the query names. UnknownForm, BrokenForm."""
    from helpdesk_lite.web import stamps

    page = house.forms.page(name, request.language, prefill=request.query_pairs)
    return Response(200, page.html(request.base, stamps.new(house, name)), policy=page.policy, cache=_AGAIN)


def submit(request: Request, house: House, name: str) -> Response:
    """Keep what was filled in and send the browser to the tracking number; 422, 429 and 503 bring the page back."""
    from helpdesk_lite.forms.verdict import judge
    from helpdesk_lite.web import body, browsers, robots

    form = house.forms.form(name, request.language)
    with body.posted(request, house.spool, house.settings.upload_mb) as posted:
        doubt = robots.suspicion(house, name, posted)
        try:
            submission = judge(form, posted, lambda said: _note(request, name, said))
        except SubmissionRefused as refused:
            return _again(request, house, name, posted, refused.problems, doubt)
        if doubt:
            return _again(request, house, name, posted, [], doubt)
        try:
            robots.slow_down(request, house)
        except TooMany as flood:
            return _later(request, house, name, posted, flood)
        sent = form, submission, request.client, request.language, browsers.said_by(request)
        try:
            number = house.desk.submit(*sent)
        except BelongsElsewhere as found:
            category = found.category
            return _elsewhere(request, house, name, posted, lambda: house.departments.submit(category, *sent))
    return see_other(request, f"/sent/{number}?key={house.desk.key(number)}")


def _note(request: Request, name: str, said: str) -> None:
    """A line in the log about a constraint of the form that had to be ignored."""
    print(f"forms: {said} form={name}", file=request.environ["wsgi.errors"])


def _again(
    request: Request, house: House, name: str, posted: Posted, problems: list[Problem], doubt: Suspicion | None
) -> Response:
    """The page as it was filled in, with what is wrong."""
    from helpdesk_lite.web import stamps
    from helpdesk_lite.words.i18n import translation

    notices = [translation(request.language).gettext(doubt.message)] if doubt else []
    page = house.forms.refused(name, request.language, posted, problems, notices)
    stamp = stamps.new(house, name, is_seen=doubt is not None)
    return Response(422, page.html(request.base, stamp), policy=page.policy)


def _elsewhere(request: Request, house: House, name: str, posted: Posted, submit: Callable[[], str]) -> Response:
    """Have a category's own desk keep it, and send the browser there; if it cannot, the page as it was filled in."""
    from helpdesk_lite.web import stamps
    from helpdesk_lite.web.pages import elsewhere
    from helpdesk_lite.words.errors import DepartmentUnusable
    from helpdesk_lite.words.i18n import translation

    try:
        return elsewhere.sent(request, house, submit())
    except (DepartmentUnusable, OSError) as wrong:
        _note(request, name, f"cannot pass on: {wrong}")
    told = translation(request.language).gettext(
        "This cannot be taken just now. Nothing was kept. Please press Send again in a few minutes."
    )
    page = house.forms.refused(name, request.language, posted, [], [told])
    return Response(503, page.html(request.base, stamps.new(house, name)), policy=page.policy)


def _later(request: Request, house: House, name: str, posted: Posted, flood: TooMany) -> Response:
    """The page as it was filled in, and when it can be sent."""
    from helpdesk_lite.web import stamps
    from helpdesk_lite.words.i18n import translation

    said = translation(request.language)
    minutes = -(-flood.retry_after // 60)
    told = said.ngettext(
        "Too much was sent from your address lately. Nothing is lost: please press Send again in %(num)s minute.",
        "Too much was sent from your address lately. Nothing is lost: please press Send again in %(num)s minutes.",
        minutes,
    )
    page = house.forms.refused(name, request.language, posted, [], [told % {"num": minutes}])
    headers = (("Retry-After", str(flood.retry_after)),)
    return Response(429, page.html(request.base, stamps.new(house, name)), policy=page.policy, headers=headers)
