"""What the DNS says about a domain's mail: the records of a name, as plain texts.

Guarantee: a name without such records is an empty list, and only that; whatever else comes back, or nothing in time, is
`LookupFailed`. It alone uses dnspython, which costs an import that no page can afford; it keeps nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

from helpdesk_lite.mail.headers import ascii_domain
from helpdesk_lite.words.errors import DeskError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SECONDS = 5.0  # for one question, whatever the server does


class LookupFailed(DeskError):
    """The DNS gave no answer to rely on: what is asked for may be there or not."""


class Exchanger(NamedTuple):
    """A mail server of a domain (RFC 5321, 5.1). An empty `host` says: no mail at all (RFC 7505)."""

    preference: int
    host: str


class Resolver:
    """Asks the system's name servers, or `servers` (address and port). `seconds`: the most that one question takes."""

    def __init__(self, servers: Sequence[tuple[str, int]] = (), seconds: float = SECONDS) -> None:
        self._servers = servers
        self._seconds = seconds
        self._made: dns.resolver.Resolver | None = None

    def texts(self, name: str, seconds: float | None = None) -> list[str]:
        """The TXT records of the name, each with its strings joined. LookupFailed."""
        answer = self._ask(name, "TXT", seconds)
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def exchangers(self, name: str) -> list[Exchanger]:
        """The MX records of the name, the best first. LookupFailed."""
        answer = self._ask(name, "MX")
        return sorted(Exchanger(one.preference, one.exchange.to_text().rstrip(".")) for one in answer)

    def has_address(self, name: str) -> bool:
        """Whether there is a machine of this name. LookupFailed."""
        return bool(self._ask(name, "A") or self._ask(name, "AAAA"))

    def _ask(self, name: str, kind: str, seconds: float | None = None) -> list[Any]:
        try:
            asked = dns.name.from_text(ascii_domain(f"@{name}")[1:])
            resolver = self._made = self._made or self._system()
            return list(resolver.resolve(asked, kind, search=False, lifetime=seconds or self._seconds))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.Timeout:
            raise LookupFailed(f"no name server answered in time when asked for {kind} of {name}") from None
        except (dns.exception.DNSException, OSError, ValueError) as wrong:
            said = type(wrong).__name__ if isinstance(wrong, dns.resolver.NoNameservers) else str(wrong)
            raise LookupFailed(f"the DNS cannot be asked for {kind} of {name} ({said})") from None

    def _system(self) -> dns.resolver.Resolver:
        made = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            made.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._servers]
        return made
