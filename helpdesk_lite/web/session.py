"""Who is asking: signed cookies, signing in and out, and requests that another site made a browser send.

Guarantee: only somebody with the password (or whom the web server vouches for) is an operator; a sign-in ends with
sign-out, a changed password or `stay_hours`; another site's page cannot act for a signed-in operator. From names never
follow rights.
"""

from __future__ import annotations

import os

from helpdesk_lite import disk
from helpdesk_lite.shelves.limits import network_of
from helpdesk_lite.words import signing
from helpdesk_lite.words.errors import TooMany

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.shelves.limits import Limits
    from helpdesk_lite.shelves.operators import Operator, Operators
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.settings import Settings

COOKIE = "helpdesk"
_PURPOSE = "signed in"
_SLOWEST = 60  # seconds between tries, at most


class Sessions:
    """Signing in and out. `ended_path` is the folder where sign-outs are remembered until they would have expired."""

    def __init__(
        self,
        operators: Operators,
        limits: Limits,
        settings: Settings,
        secret: bytes,
        ended_path: str,
        clock: Callable[[], float],
        chance: Callable[[], int],
    ) -> None:
        self._operators = operators
        self._limits = limits
        self._settings = settings
        self._secret = secret
        self._ended_path = ended_path
        self._clock = clock
        self._chance = chance

    def operator(self, request: Request) -> Operator | None:
        """Who is signed in with this request; None for nobody."""
        if self._settings.sign_in_by == "remote_user":
            return self._operators.sound(request.environ.get("REMOTE_USER", ""))
        parts = request.cookie(COOKIE).split("~")
        if len(parts) != 4 or not (parts[1].isascii() and parts[1].isdigit()) or len(parts[1]) > 12:
            return None
        name, until, mark, proof = parts
        operator = self._operators.sound(name)
        if operator is None or int(until) <= self._clock():
            return None
        if not signing.is_proof(proof, self._secret, _PURPOSE, name, until, mark, operator.password_hash):
            return None
        return None if disk.is_there(os.path.join(self._ended_path, mark)) else operator

    def sign_in(self, request: Request, name: str, password: str) -> str | None:
        """The Set-Cookie value for the right password; None for a wrong one. TooMany after too many in a row."""
        name = name.strip().lower()
        sources = (("name", name), ("address", network_of(request.client)))
        self._slow_down(sources)
        for kind, who in sources:  # before the slow part: of many tries at once each sees the others
            self._limits.note(f"sign-in-{kind}", who)
        operator = self._operators.sound(name)
        if not self._operators.is_password(operator, password) or operator is None:
            return None
        for kind, who in sources:
            self._limits.forget(f"sign-in-{kind}", who)
        return self.cookie(request, operator)

    def cookie(self, request: Request, operator: Operator) -> str:
        """The Set-Cookie value that signs this operator in."""
        until = str(int(self._clock()) + self._settings.stay_hours * 3600)
        mark = f"{self._chance():016x}"
        proof = signing.proof(self._secret, _PURPOSE, operator.name, until, mark, operator.password_hash)
        return self.written(request, "~".join((operator.name, until, mark, proof)))

    def sign_out(self, request: Request) -> str:
        """End this sign-in everywhere; the Set-Cookie value that takes the cookie away."""
        parts = request.cookie(COOKIE).split("~")
        if self._settings.sign_in_by == "password" and self.operator(request) is not None:
            os.makedirs(self._ended_path, mode=0o700, exist_ok=True)
            disk.replace(os.path.join(self._ended_path, parts[2]), [b""])
        return self.written(request, "") + "; Max-Age=0"

    def tidy(self) -> None:
        """Forget the sign-outs of sign-ins that have expired."""
        disk.remove_older(self._ended_path, self._clock() - self._settings.stay_hours * 3600)

    def is_ours(self, request: Request) -> bool:
        """Whether the browser says that one of our own pages sent this request (Origin, RFC 6454; Fetch Metadata)."""
        site = request.header("Sec-Fetch-Site")
        origin = request.header("Origin")
        if site:
            return site == "same-origin"
        scheme, _, host = origin.partition("://")
        # A page that came without TLS may be anybody's who sits on the way.
        is_open = scheme == "http" and self._settings.url.startswith("https:")
        return bool(origin) and not is_open and host.lower() in self._hosts(request)

    def is_foreign(self, request: Request) -> bool:
        """Whether the browser says that another site's page sent it: less strict, for those without a cookie yet."""
        return bool(request.header("Sec-Fetch-Site") or request.header("Origin")) and not self.is_ours(request)

    def _hosts(self, request: Request) -> set[str]:
        ours = self._settings.url.partition("://")[2].partition("/")[0]
        return {host.lower() for host in (ours, request.origin.partition("://")[2]) if host}

    def _slow_down(self, sources: tuple[tuple[str, str], ...]) -> None:
        allowed = self._settings.sign_in_tries
        for kind, who in sources:
            count, _, last = self._limits.lately(f"sign-in-{kind}", who)
            if allowed and count >= allowed:
                left = last + min(_SLOWEST, 2 ** min(count - allowed, 6)) - self._clock()
                if left > 0:
                    raise TooMany(int(left) + 1)

    def written(self, request: Request, value: str, name: str = COOKIE, below: str = "") -> str:
        """The Set-Cookie value for the whole desk, or for what is `below` a path of it; no script reads it."""
        secure = "; Secure" if self._settings.url.startswith("https:") or request.scheme == "https" else ""
        return f"{name}={value}; Path={(request.base + below) or '/'}; HttpOnly; SameSite=Lax{secure}"
