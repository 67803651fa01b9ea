"""What keeps a desk from working, in plain sentences: its settings, its folder, its domain, and the ways out.

Guarantee: it looks and changes nothing, sends nothing, and ends: each question to a server has a time limit. What
cannot be found out is wrong, too, and says so. Whether mail comes in only a letter can tell (probe).
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import owner
from helpdesk_lite.mail import dmarc
from helpdesk_lite.mail.arrivals import KEPT
from helpdesk_lite.mail.resolver import LookupFailed
from helpdesk_lite.mail.transport import choose
from helpdesk_lite.mail.transport.contract import TransportDown
from helpdesk_lite.words import route
from helpdesk_lite.words.letter import domain_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from helpdesk_lite.checks.verify import Verifier
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.letters.intake import Intake
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.mail.resolver import Resolver
    from helpdesk_lite.root import Root
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.shelves.rules_file import RulesFile
    from helpdesk_lite.words.route import Route
    from helpdesk_lite.words.settings import Settings

    class Parts(Protocol):
        """What of the assembled desk the doctor looks at."""

        root: Root
        settings: Settings
        outbox: Outbox
        desk: Desk
        intake: Intake
        operators: Operators
        categories: Categories
        rules: RulesFile
        secret: bytes
        clock: Callable[[], float]


OK, NOTE, WRONG = "ok", "note", "wrong"
_MOST_SERVERS = 5  # mail servers of a domain that are looked up


class Finding(NamedTuple):
    """One sentence about one thing; of what is `wrong` it says what would be right."""

    kind: str
    about: str
    said: str


class Doctor(NamedTuple):
    """Looks at the desk made of `parts`."""

    parts: Parts
    verifier: Verifier
    resolver: Resolver

    def findings(self) -> Iterator[Finding]:
        """Everything, in the order in which it is best mended."""
        yield from self._settings()
        yield from self._folder()
        yield from self._letters()
        yield from self._domain()
        yield from self._transport()
        yield from self._operators()
        yield from (Finding(WRONG, "categories", mistake) for mistake in self.parts.categories.mistakes())
        yield from (Finding(WRONG, "rules", f"data/rules.toml: {mistake}") for mistake in self.parts.rules.mistakes())

    def _settings(self) -> Iterator[Finding]:
        settings = self.parts.settings
        yield Finding(OK, "settings", "They can be used.")
        if not settings.url:
            yield Finding(NOTE, "settings", "[desk] url is empty: letters have no links to tickets.")
        if settings.address.lower() in map(str.lower, settings.broadcast):
            said = f"[desk] broadcast has {settings.address}, the desk's own address: no operator reads the notices."
            yield Finding(WRONG, "settings", said)

    def _folder(self) -> Iterator[Finding]:
        data = self.parts.root.data
        try:
            found = [*owner.strangers(data), *((one.path, one.said) for one in self.verifier.findings())]
        except PermissionError as wrong:
            found = [(wrong.filename or data, f"it cannot be opened: {wrong.strerror}")]
        if not found:
            yield Finding(OK, "data", "Everything is as promised.")
            return
        path, said = found[0]
        shown = os.path.relpath(path, self.parts.root.path) if os.path.isabs(path) else path
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        yield Finding(WRONG, "data", f"{shown}: {said}{more}. See `helpdesk-lite verify --repair`.")

    def _letters(self) -> Iterator[Finding]:
        """Letters that wait for somebody, out and in."""
        outbox = self.parts.outbox
        tried = [letter for letter in outbox.waiting() if letter.tries]
        if tried:
            yield Finding(NOTE, "outbox", f"{len(tried)} wait to be tried again: {tried[0].reason}")
        if held := outbox.held():
            yield Finding(NOTE, "outbox", f"{len(held)} are held for a person: {held[0].reason}")
        if not tried and not held:
            yield Finding(OK, "outbox", "No letter has failed.")
        if kept := self.parts.intake.arrivals.counts()[KEPT]:
            yield Finding(NOTE, "intake", f"{kept} that came in were kept aside: the page Outbox shows them.")

    def _domain(self) -> Iterator[Finding]:
        """What the DNS tells others about the desk's domain."""
        settings = self.parts.settings
        domain = domain_of(settings.address)
        if _is_local(domain):
            said = f"{domain} is a name for this machine alone: nobody elsewhere can write to {settings.address}."
            yield Finding(WRONG if _leaves(self._usual) else NOTE, "domain", said)
            return
        for name in dict.fromkeys((domain, domain_of(settings.ticket_addresses) or domain)):
            yield from self._asked("MX", lambda name=name: self._incoming(name))  # type: ignore[misc]
        yield from self._asked("SPF", lambda: self._spf(domain))
        yield from self._asked("DMARC", lambda: self._dmarc(domain))

    def _asked(self, about: str, ask: Callable[[], tuple[str, str]]) -> Iterator[Finding]:
        try:
            kind, said = ask()
        except LookupFailed as wrong:
            kind, said = WRONG, f"It could not be found out: {wrong}."
        yield Finding(kind, about, said)

    def _incoming(self, domain: str) -> tuple[str, str]:
        """Whether mail for the domain can come in (RFC 5321, 5.1; RFC 7505)."""
        found = [one.host for one in self.resolver.exchangers(domain)]
        if found == [""]:
            return WRONG, f"{domain} says that it takes no mail at all (a null MX)."
        if not found and not self.resolver.has_address(domain):
            return WRONG, f"{domain} has no MX record and no address: no mail can come in."
        if not found:
            return NOTE, f"{domain} has no MX record: mail goes to the machine of that name."
        if not any(map(self.resolver.has_address, found[:_MOST_SERVERS])):
            return WRONG, f"Mail for {domain} goes to {', '.join(found)}, and there is no such machine."
        return OK, f"Mail for {domain} goes to {', '.join(found)}."

    def _spf(self, domain: str) -> tuple[str, str]:
        """Who may send for the domain (RFC 7208, 4.5)."""
        found = [text for text in self.resolver.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
        if not found:
            return NOTE, f"{domain} does not say who may send for it: large providers mistrust its letters."
        if len(found) > 1:
            return WRONG, f"{domain} has {len(found)} SPF records: with more than one, none counts."
        if found[0].lower().split() == ["v=spf1", "-all"]:
            return WRONG, f"{domain} says that nobody may send for it: {found[0]}"
        return OK, f"The mail server that sends for {domain} must be among these: {found[0]}"

    def _dmarc(self, domain: str) -> tuple[str, str]:
        found = dmarc.policy(domain, self.resolver.texts)
        if not found.domain:
            return NOTE, f"{domain} has no policy: large providers want one, p=none at least."
        by = "" if found.domain == domain else f" (by the record of {found.domain})"
        if found.is_strict:
            return OK, f"{found.asked}{by}: letters From: {domain} are lost unless SPF or DKIM vouches for them."
        return OK, f"{found.asked}{by}."

    def _transport(self) -> Iterator[Finding]:
        usual = self._usual
        yield from self._reached("transport", usual, is_usual=True)
        if not _leaves(usual):
            yield Finding(NOTE, "transport", "Letters stay in this folder: nobody elsewhere gets one.")
        elif usual.password and usual.tls == "none":
            yield Finding(WRONG, "transport", "The password goes over the line for anybody to read: ?tls=none.")

    def _operators(self) -> Iterator[Finding]:
        operators = self.parts.operators
        for mistake in operators.mistakes():
            yield Finding(WRONG, "operators", mistake)
        everybody = operators.everybody()
        if not everybody:
            yield Finding(NOTE, "operators", "There is none yet: `helpdesk-lite operator add`.")
        elif not any(operator.is_admin for operator in everybody):
            yield Finding(NOTE, "operators", "None is an administrator: nobody can try held letters again.")
        for operator in everybody:
            about = f"operator {operator.name}"
            if operator.email.lower() == self.parts.settings.address.lower():
                yield Finding(WRONG, about, f"{operator.email} is the desk's own address: what goes there comes back.")
            own = route.read_delivery(operator.deliver)
            if own.kind == "mail":
                yield Finding(OK, about, f"Letters for {operator.email} go through the transport.")
            else:
                yield from self._reached(about, own)

    def _reached(self, about: str, along: Route, is_usual: bool = False) -> Iterator[Finding]:
        """Whether letters can go along this way; none is sent."""
        parts = self.parts
        try:
            with choose.transport(along, parts.settings.address, parts.root.path, is_usual) as transport:
                transport.reach()
        except TransportDown as wrong:
            yield Finding(WRONG, about, f"{wrong}.")
        else:
            yield Finding(OK, about, _described(along))

    @property
    def _usual(self) -> Route:
        return route.read_transport(self.parts.settings.transport)


def _described(along: Route) -> str:
    """What was tried of a way that works."""
    if along.kind == "maildir":
        return f"{along.shown()} can be written."
    if along.kind == "sendmail":
        return f"{along.shown()} is there. Whether it has a way out, it does not tell."
    security = {"none": "", "starttls": ", with STARTTLS", "implicit": ", with TLS"}[along.tls]
    return f"{along.shown()} answers{security}" + (f", and lets {along.user} sign in." if along.user else ".")


def _leaves(along: Route) -> bool:
    """Whether letters that go along it leave this desk."""
    return along.kind != "maildir"


def _is_local(domain: str) -> bool:
    return "." not in domain or domain.lower().endswith(".localhost")
