"""A request and an answer, as WSGI (PEP 3333) has them, in the desk's words.

Guarantee: no bytes that a client sends make these raise anything but `RequestMalformed`; an answer cannot carry a
header that splits. It reads no body (web/body) and knows no page.
"""

from __future__ import annotations

from helpdesk_lite.words.errors import RequestMalformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator

    Environ = dict[str, Any]

REASONS = {
    200: "OK",
    303: "See Other",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
# Only our own style, script and pictures; nothing inline, nothing framed, nothing sent elsewhere (CSP level 3).
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


_OF_PATHS = b"/!$&'()*+,=:@[]|"  # what browsers leave in a path (URL standard, 1.3), but what would end a cookie's


class Request:
    """One request. `path` is below SCRIPT_NAME and begins with /; `base` is SCRIPT_NAME, before every link we write.

    `operator` is who is signed in (set by web/app for pages that ask), `language` what the reader reads.
    """

    operator: Operator | None = None
    language: str = "en"

    def __init__(self, environ: Environ) -> None:
        self.environ = environ
        self.method: str = environ.get("REQUEST_METHOD", "GET").upper()
        base = _text(environ.get("SCRIPT_NAME", "")).strip("/\\")
        # As browsers write it, or no cookie would come back; with two slashes, links would lead to another host.
        self.base = "/" + quoted(base, _OF_PATHS) if base else ""
        self.path: str = _text(environ.get("PATH_INFO", "")) or "/"
        self.client: str = environ.get("REMOTE_ADDR", "") or "-"
        self.scheme = "https" if environ.get("wsgi.url_scheme") == "https" else "http"

    def believe(self, proxy: str) -> None:
        """If `proxy` sent this, take the client and the scheme from its X-Forwarded-For and X-Forwarded-Proto."""
        if proxy and self.client == proxy:
            self.client = self.header("X-Forwarded-For").rpartition(",")[2].strip() or self.client
            self.scheme = "https" if self.header("X-Forwarded-Proto") == "https" else self.scheme

    def header(self, name: str) -> str:
        """The request header's value as sent; "" if missing."""
        found = self.environ.get("HTTP_" + name.upper().replace("-", "_"), "")
        return found if isinstance(found, str) else ""

    @property
    def query(self) -> dict[str, str]:
        """The last value of each name in the query string."""
        return dict(self.query_pairs)

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """All pairs of the query string, in order."""
        return urlencoded_pairs(self.environ.get("QUERY_STRING", "").encode("latin-1", "replace"))

    @property
    def is_safe(self) -> bool:
        """Whether the method may change nothing (RFC 9110, 9.2.1)."""
        return self.method in ("GET", "HEAD")

    @property
    def origin(self) -> str:
        """Where this request came to: scheme and host. Never written into a mail."""
        return f"{self.scheme}://{self.environ.get('HTTP_HOST') or self.environ.get('SERVER_NAME', '')}"

    def cookie(self, name: str) -> str:
        """The cookie's value; "" if missing."""
        for part in self.header("Cookie").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""


class Response:
    """An answer: status, headers, and a body of bytes or of pieces. The defaults are those of a page about a ticket."""

    def __init__(
        self,
        status: int = 200,
        body: str | bytes | Iterable[bytes] = b"",
        type: str = "text/html; charset=utf-8",
        policy: str = POLICY,
        headers: tuple[tuple[str, str], ...] = (),
        cache: str = "no-store",
    ) -> None:
        self.status = status
        self.body = body.encode("utf-8", "replace") if isinstance(body, str) else body
        self.headers = [
            ("Content-Type", type),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Cache-Control", cache),
            *headers,
        ]
        if isinstance(self.body, bytes):
            self.headers.append(("Content-Length", str(len(self.body))))

    @property
    def status_line(self) -> str:
        """The status with its reason phrase."""
        return f"{self.status} {REASONS[self.status]}"

    def safe_headers(self) -> list[tuple[str, str]]:
        """The headers as latin-1 text without control characters: no value can end a header and begin another."""
        return [
            (name, "".join(c if " " <= c <= "~" or "\xa0" <= c <= "\xff" else "?" for c in value))
            for name, value in self.headers
        ]


def see_other(request: Request, path: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """Send the browser on with a GET to `path` of this desk."""
    return Response(303, headers=(("Location", request.base + path), *headers))


def urlencoded_pairs(raw: bytes) -> list[tuple[str, str]]:
    """The pairs of an application/x-www-form-urlencoded text (URL standard, 5.1), read by `as_text`."""
    pairs = []
    for piece in raw.split(b"&"):
        if piece:
            name, _, value = piece.partition(b"=")
            pairs.append((_unquoted(name), _unquoted(value)))
    return pairs


def quoted(text: str, besides: bytes = b"") -> str:
    """`text` as one segment of a URL's path or one value of its query; what is in `besides` stays as it is."""
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + besides
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def saved_as(name: str) -> str:
    """The Content-Disposition of what is to be saved under `name` (RFC 6266, with RFC 8187 for what is not ASCII)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted(name)}"


def _unquoted(raw: bytes) -> str:
    pieces = raw.replace(b"+", b" ").split(b"%")
    found = [pieces[0]]
    for piece in pieces[1:]:
        is_code = len(piece) > 1 and piece[:2].isalnum()  # fromhex passes over spaces
        try:
            found.append(bytes.fromhex(piece[:2].decode("ascii")) + piece[2:] if is_code else b"%" + piece)
        except ValueError:
            found.append(b"%" + piece)
    return as_text(b"".join(found))


def as_text(raw: bytes) -> str:
    """What was posted as text: UTF-8, else as an old static page in windows-1252 posts it. Never fails."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _text(native: str) -> str:
    """PEP 3333's bytes-as-latin-1 as the UTF-8 they are; RequestMalformed if they are not."""
    try:
        return native.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise RequestMalformed("This address is not written in UTF-8.") from None
