"""The web door: which page answers a request, and what every page may rely on.

Guarantee: nothing a client sends gets a traceback; what changes anything is a POST from our own page or a form; a
page for operators is seen by operators only; after the answer, the courier hears that there may be letters. It draws
no page.
"""

from __future__ import annotations

import sys

from helpdesk_lite.web.http import Request, Response, quoted, see_other
from helpdesk_lite.words import errors, tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House

PUBLIC, OPERATORS = "public", "operators"


class Route:
    """`path` has a {part} for what the page is told; `page` is module:function in web/pages."""

    __slots__ = ("method", "page", "path", "whose")

    def __init__(self, method: str, path: str, page: str, whose: str = OPERATORS) -> None:
        self.method = method
        self.path = path
        self.page = page
        self.whose = whose


ROUTES = (
    Route("GET", "/", "customer:index", PUBLIC),
    Route("GET", "/forms/{name}", "form:show", PUBLIC),
    Route("POST", "/forms/{name}", "form:submit", PUBLIC),
    Route("GET", "/sent/{number}", "customer:sent", PUBLIC),
    Route("GET", "/status/{number}", "status:show", PUBLIC),
    Route("POST", "/status/{number}/write", "status:write", PUBLIC),
    Route("POST", "/status/{number}/close", "status:close", PUBLIC),
    Route("POST", "/status/{number}/reopen", "status:reopen", PUBLIC),
    Route("GET", "/status/{number}/attachments/{place}/{index}/{name}", "status:attachment", PUBLIC),
    Route("GET", "/status/{number}/letters/{place}/text", "status:text", PUBLIC),
    Route("GET", "/my-tickets", "my_tickets:show", PUBLIC),
    Route("POST", "/my-tickets", "my_tickets:ask", PUBLIC),
    Route("POST", "/my-tickets/open", "my_tickets:open_link", PUBLIC),
    Route("POST", "/my-tickets/shut", "my_tickets:shut", PUBLIC),
    Route("GET", "/static/{name}", "static:file", PUBLIC),
    Route("GET", "/login", "sign_in:login", PUBLIC),
    Route("POST", "/login", "sign_in:sign_in", PUBLIC),
    Route("POST", "/logout", "sign_in:sign_out", PUBLIC),
    Route("GET", "/setup", "setup:setup", PUBLIC),
    Route("POST", "/setup", "setup:first_operator", PUBLIC),
    Route("GET", "/invitation", "accounts:invitation", PUBLIC),
    Route("POST", "/invitation", "accounts:accept", PUBLIC),
    Route("GET", "/queue", "operators:queue"),
    Route("GET", "/mine", "operators:mine"),
    Route("GET", "/home", "home:show"),
    Route("GET", "/customers/{mark}", "histories:show"),
    Route("GET", "/tickets", "lists:show"),
    Route("GET", "/tickets.csv", "lists:as_csv"),
    Route("GET", "/tickets.json", "lists:as_json"),
    Route("GET", "/tickets/new", "calls:show"),
    Route("POST", "/tickets/new", "calls:log"),
    Route("GET", "/tickets/{number}", "tickets:show"),
    Route("GET", "/tickets/{number}/attachments/{index}/{name}", "letters:attachment"),
    Route("GET", "/tickets/{number}/attachments/{place}/{index}/{name}", "letters:attachment"),
    Route("GET", "/tickets/{number}/letters/{place}", "letters:html"),
    Route("GET", "/tickets/{number}/letters/{place}/text", "letters:text"),
    Route("POST", "/tickets/{number}/claim", "tickets:claim"),
    Route("POST", "/tickets/{number}/release", "tickets:release"),
    Route("POST", "/tickets/{number}/close", "tickets:close"),
    Route("POST", "/tickets/{number}/reopen", "tickets:reopen"),
    Route("POST", "/tickets/{number}/wait", "handling:wait"),
    Route("POST", "/tickets/{number}/resolve", "handling:resolve"),
    Route("POST", "/tickets/{number}/resume", "handling:resume"),
    Route("POST", "/tickets/{number}/escalate", "handling:escalate"),
    Route("POST", "/tickets/{number}/reassign", "handling:reassign"),
    Route("POST", "/tickets/{number}/copy", "handling:copy"),
    Route("POST", "/tickets/{number}/mark", "handling:mark"),
    Route("POST", "/tickets/{number}/spam", "handling:spam"),
    Route("POST", "/tickets/{number}/bin", "handling:binned"),
    Route("POST", "/tickets/{number}/restore", "handling:restore"),
    Route("POST", "/tickets/{number}/merge", "joining:merge"),
    Route("POST", "/tickets/{number}/unmerge", "joining:unmerge"),
    Route("POST", "/tickets/{number}/link", "joining:link"),
    Route("POST", "/tickets/{number}/unlink", "joining:unlink"),
    Route("POST", "/tickets/{number}/split", "joining:split"),
    Route("POST", "/tickets/{number}/reply", "writing:reply"),
    Route("POST", "/tickets/{number}/note", "writing:note"),
    Route("POST", "/tickets/{number}/draft", "writing:draft"),
    Route("GET", "/bin", "away:binned"),
    Route("GET", "/spam", "away:spam"),
    Route("GET", "/outbox", "outbox:outbox"),
    Route("POST", "/outbox/{name}/retry", "outbox:retry"),
    Route("POST", "/outbox/{name}/drop", "outbox:drop"),
    Route("GET", "/administration", "administration:overview"),
    Route("GET", "/administration/log", "administration:log"),
    Route("GET", "/administration/settings", "settings:show"),
    Route("POST", "/administration/settings", "settings:save"),
    Route("POST", "/administration/log/{name}/undo", "administration:undo"),
    Route("GET", "/administration/operators", "accounts:overview"),
    Route("POST", "/administration/operators", "accounts:add"),
    Route("GET", "/administration/operators/{name}", "accounts:one"),
    Route("POST", "/administration/operators/{name}", "accounts:change"),
    Route("POST", "/administration/operators/{name}/invite", "accounts:invite"),
    Route("POST", "/administration/operators/{name}/hand-on", "accounts:hand_on"),
    Route("POST", "/administration/operators/{name}/put-back", "accounts:put_back"),
    Route("POST", "/administration/operators/{name}/remove", "accounts:remove"),
    Route("GET", "/administration/categories", "categories:overview"),
    Route("POST", "/administration/categories", "categories:add"),
    Route("GET", "/administration/categories/{name}", "categories:one"),
    Route("POST", "/administration/categories/{name}", "categories:change"),
    Route("POST", "/administration/categories/{name}/remove", "categories:remove"),
    Route("GET", "/administration/rules", "rules:show"),
    Route("POST", "/administration/rules", "rules:save"),
    Route("GET", "/administration/forms", "forms:overview"),
    Route("POST", "/administration/forms", "forms:begin"),
    Route("GET", "/administration/forms/{name}", "forms:one"),
    Route("POST", "/administration/forms/{name}", "forms:save"),
    Route("POST", "/administration/forms/{name}/look", "forms:look"),
    Route("GET", "/administration/forms/{name}/file", "forms:file"),
    Route("POST", "/administration/forms/{name}/switch", "forms:switch"),
    Route("POST", "/administration/forms/{name}/remove", "forms:remove"),
    Route("GET", "/administration/versions", "versions:overview"),
    Route("GET", "/administration/versions/{entry}", "versions:one"),
    Route("POST", "/administration/versions/{entry}", "versions:bring_back"),
    Route("GET", "/administration/letters", "stationery:overview"),
    Route("GET", "/administration/letters/{name}", "stationery:one"),
    Route("POST", "/administration/letters/{name}", "stationery:save"),
    Route("GET", "/administration/look", "look:show"),
    Route("POST", "/administration/look", "look:colour"),
    Route("POST", "/administration/look/logo", "look:logo"),
    Route("GET", "/intake", "intake:intake"),
    Route("POST", "/intake/{digest}/take", "intake:take"),
    Route("POST", "/intake/{digest}/drop", "intake:drop"),
)
_STATUS = (
    (errors.UnknownNumber, 404),
    (errors.UnknownForm, 404),
    (errors.UnknownLetter, 404),
    (errors.BrokenForm, 500),
    (errors.TicketMoved, 409),
    (errors.TicketChanged, 409),
    (errors.UnknownText, 404),
    (errors.FileChanged, 409),
    (errors.FileReadOnly, 409),
    (errors.TextMistaken, 422),
    (errors.HandlingRefused, 422),
    (errors.NotAllowed, 403),
    (errors.RequestMalformed, 400),
    (errors.TooLarge, 413),
    (errors.TooMany, 429),
    (errors.DeskError, 503),
)


class App:
    """The WSGI application. `house` gives the desk as its settings are now.

    `after` is called behind each answer, with the house and whether the request wrote anything (letters, perhaps).
    """

    def __init__(self, house: Callable[[], House], after: Callable[[House, bool], object]) -> None:
        self._house = house
        self._after = after

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        house: House | None = None
        request: Request | None = None
        try:
            house = self._house()
            request = Request(environ)
            request.believe(house.settings.proxy)
            response = answer(request, house)
        except Exception as wrong:
            response = _failed(environ, house, request, wrong)
        start_response(response.status_line, response.safe_headers())
        method = environ.get("REQUEST_METHOD")
        pieces = [response.body] if isinstance(response.body, bytes) else response.body
        has_written = method == "POST" and response.status < 400
        after = (lambda: self._after(house, has_written)) if house is not None else (lambda: None)
        return _Answer(pieces, method == "HEAD", after)


class _Answer:
    """An answer's pieces, none to a HEAD; `after` is called when the last is on its way (PEP 3333's close)."""

    def __init__(self, pieces: Iterable[bytes], is_head: bool, after: Callable[[], object]) -> None:
        self._pieces = pieces
        self._is_head = is_head
        self._after = after

    def __iter__(self) -> Iterator[bytes]:
        return iter(() if self._is_head else self._pieces)

    def close(self) -> None:
        if hasattr(self._pieces, "close"):
            self._pieces.close()
        self._after()


def answer(request: Request, house: House) -> Response:
    """The page for the request; raises what a page raises."""
    route, parts, others = _route(request)
    if route is None or _needs_operator(request, route):
        request.operator = _operator(request, house)
    request.language = _language(request, house)
    if route is None:
        if others:
            return _problem(request, house, 405, headers=(("Allow", ", ".join(others)),))
        return _problem(request, house, 404)
    if _is_forged(request, route, house):
        return _problem(request, house, 403)
    if route.whose == OPERATORS and request.operator is None:
        return see_other(request, "/login" + ("?next=" + quoted(_here(request)) if request.is_safe else ""))
    page: Callable[..., Response] = _page(route.page)
    return page(request, house, **parts)


def _operator(request: Request, house: House) -> Operator | None:
    """Who is signed in: nobody without a cookie or the web server's word, which needs no look at the accounts."""
    if not (request.header("Cookie") or request.environ.get("REMOTE_USER")):
        return None
    return house.sessions.operator(request)


def _route(request: Request) -> tuple[Route | None, dict[str, str], list[str]]:
    """The route, what its {parts} are, and the methods that this path has."""
    method = "GET" if request.method == "HEAD" else request.method
    given = request.path.split("/")
    others: list[str] = []
    for route in ROUTES:
        parts = _parts(route.path.split("/"), given)
        if parts is not None:
            if route.method == method:
                return route, parts, []
            others += ["GET", "HEAD"] if route.method == "GET" else [route.method]
    return None, {}, others


def _parts(wanted: list[str], given: list[str]) -> dict[str, str] | None:
    if len(wanted) != len(given):
        return None
    parts = {}
    for want, have in zip(wanted, given, strict=True):
        if want[:1] == "{":
            part = have if want != "{number}" or tracking.is_number(have) else tracking.read_number(have)
            if not part:
                return None
            parts[want[1:-1]] = part
        elif want != have:
            return None
    return parts


def _needs_operator(request: Request, route: Route) -> bool:
    return route.whose == OPERATORS or route.path in ("/login", "/logout")


def _is_forged(request: Request, route: Route, house: House) -> bool:
    """Whether another site's page made the browser send this. Contact forms may stand on any page."""
    if request.is_safe or route.path.startswith("/forms/"):
        return False
    if request.operator is not None:
        return not house.sessions.is_ours(request)
    return house.sessions.is_foreign(request)


def _here(request: Request) -> str:
    query = request.environ.get("QUERY_STRING", "")
    return request.path + (f"?{query}" if query else "")


def _language(request: Request, house: House) -> str:
    from helpdesk_lite.words import i18n

    if request.operator is not None:
        return request.operator.language or house.settings.language
    return i18n.preferred(request.header("Accept-Language"), house.settings.language)


def _page(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(__import__(f"helpdesk_lite.web.pages.{module}", fromlist=[function]), function)


def _problem(
    request: Request,
    house: House,
    status: int,
    wrong: Exception | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    from helpdesk_lite.web.pages import problem

    return problem.page(request, house, status, wrong, headers)


def _failed(environ: dict[str, Any], house: House | None, request: Request | None, wrong: Exception) -> Response:
    """The answer to what went wrong; with one line in the log if the desk failed, or bytes came that make no sense."""
    status = next((status for kind, status in _STATUS if isinstance(wrong, kind)), 503 if _is_full(wrong) else 500)
    if status >= 500 or status in (400, 413):
        print(_log_line(environ, wrong), file=environ.get("wsgi.errors") or sys.stderr)
    if house is not None and request is not None:
        try:
            return _problem(request, house, status, wrong)
        except Exception as worse:  # the calm page itself cannot be drawn: say it plainly
            print(_log_line(environ, worse), file=environ.get("wsgi.errors") or sys.stderr)
    words = _NOT_SURE if isinstance(wrong, errors.MayBeKept) else _PLAIN.get(status, _PLAIN[500])
    return Response(status, words, type="text/plain; charset=utf-8")


_NOT_SURE = "The disk failed halfway: it is not certain that this was kept. Please try again: it is done only once.\n"
_PLAIN = {
    400: "This request makes no sense to the desk. Please go back and try again.\n",
    404: "There is nothing here.\n",
    500: "The help desk could not do that. Nothing was changed. Please try again later.\n",
    503: "The help desk cannot work just now. Nothing was kept. Please try again in a few minutes.\n",
}


def _is_full(wrong: Exception) -> bool:
    """Whether the machine, not the program, failed: a full or failing disk, no more files."""
    return isinstance(wrong, OSError)


def _log_line(environ: dict[str, Any], wrong: Exception) -> str:
    """One line for the administrator: where, what, and the place in the program; no bodies, no addresses."""
    place = wrong.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    path = str(environ.get("PATH_INFO", ""))[:200]
    method = "".join(filter(str.isalnum, str(environ.get("REQUEST_METHOD"))))[:20]
    what = "refused" if isinstance(wrong, (errors.RequestMalformed, errors.TooLarge)) else "failed"
    said = f"web: {what} method={method} path={path!r} error={type(wrong).__name__}"
    return f"{said} said={str(wrong)[:300]!r} at={where}"
