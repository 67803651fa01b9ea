"""Whether mail comes in: the desk writes to itself, and looks for its letter.

Guarantee: it opens no ticket and nobody answers it, since intake knows its address, which nobody can make up; whoever
waits, waits for `patience` seconds at most. It shows too what the servers on the way made of the letter: SPF, DKIM,
DMARC. It brings no letters in itself.
"""

from __future__ import annotations

import tempfile
import time
from typing import NamedTuple

from helpdesk_lite.checks.doctor import NOTE, OK, WRONG, Finding
from helpdesk_lite.letters.intake import A_PROBE
from helpdesk_lite.mail import compose, dmarc, head, headers, incoming
from helpdesk_lite.mail.resolver import LookupFailed
from helpdesk_lite.mail.transport import choose
from helpdesk_lite.mail.transport.contract import SENT, Parcel, TransportDown
from helpdesk_lite.words import reply_address, route, tracking
from helpdesk_lite.words.letter import domain_of, message_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helpdesk_lite.checks.doctor import Parts
    from helpdesk_lite.mail.arrivals import Arrival
    from helpdesk_lite.mail.resolver import Resolver
    from helpdesk_lite.mail.transport.contract import Outcome, Transport

PATIENCE = 60.0  # seconds
_PAUSE, _FETCH_PAUSE = 0.2, 5.0  # seconds between two looks, here and elsewhere
_TEXT = "This letter is from `helpdesk-lite doctor --probe`: it finds out whether mail comes in. Please ignore it.\n"


class Probe(NamedTuple):
    """A letter under way `to` an address of ours, since `sent_at` (seconds of the monotonic clock).

    Some providers give letters a Message-ID of their own: then the subject tells which one it is.
    """

    to: str
    message_id: str
    subject: str
    written_at: int
    sent_at: float


class Prober:
    """Tries the way into the desk made of `parts`. `fetch` brings in what waits elsewhere, if nothing else does."""

    def __init__(
        self,
        parts: Parts,
        resolver: Resolver,
        patience: float = PATIENCE,
        fetch: Callable[[], object] = lambda: None,
    ) -> None:
        self._parts = parts
        self._resolver = resolver
        self._patience = patience
        self._fetch = fetch

    def findings(self) -> Iterator[Finding]:
        """What came of it: one letter goes to an address as answers come to, one to the desk's own."""
        settings = self._parts.settings
        usual = route.read_transport(settings.transport)
        if usual.kind == "maildir":
            yield Finding(NOTE, "way in", "It was not tried: letters stay in this folder, by [mail] transport.")
            return
        number = tracking.new_number(self._parts.clock(), self._parts.desk.chance())
        secret, now = self._parts.secret, self._parts.clock()
        own = reply_address.made(settings, secret, reply_address.PROBE, number, now)
        probes = []
        try:
            with choose.transport(usual, settings.address, self._parts.root.path) as transport:
                for address in (own, settings.address):
                    probe, outcome = self._send(transport, number, address, own)
                    if outcome.kind == SENT:
                        probes.append(probe)
                    else:
                        yield Finding(WRONG, "way in", f"A letter to {address} was not taken: {outcome.reason}.")
        except TransportDown as wrong:
            yield Finding(WRONG, "way in", f"No letter could be sent to try it: {wrong}.")
        found = self._wait_for(probes)
        yield from (self._verdict(probe, found) for probe in probes)
        if found:
            yield from self._signature(next(iter(found.values()))[0])

    def _send(self, transport: Transport, number: str, address: str, own: str) -> tuple[Probe, Outcome]:
        """Send the letter; it is To: the secret address, wherever it goes, so that intake knows it. TransportDown."""
        parts = self._parts
        settings, now = parts.settings, int(parts.clock())
        name = message_id(number, "probe", parts.desk.chance(), domain_of(settings.address))
        subject = f"Probe {number}: {'answers' if address == own else 'letters'} to {settings.address}"
        lines = [
            headers.mailboxes("From", [(settings.name, settings.address)]),
            headers.mailboxes("To", [("", own)]),
            headers.text("Subject", subject),
            headers.date("Date", now),
            headers.ids("Message-ID", [name]),
            headers.token("Auto-Submitted", "auto-generated"),
            headers.token("X-Auto-Response-Suppress", "All"),
        ]
        content = b"".join(compose.message(lines, _TEXT))
        with tempfile.TemporaryFile(dir=parts.root.inside("spool")) as file:
            file.write(content)
            size = len(content) + content.count(b"\n")
            needs_utf8 = not b"".join(lines).isascii()
            parcel = Parcel(f"{now}.{name[1:-1]}", file, size, needs_utf8, needs_utf8, name)
            outcome = transport.send(settings.address, [address], parcel)[address]
        return Probe(address, name, subject, now, time.monotonic()), outcome

    def _wait_for(self, probes: list[Probe]) -> dict[Probe, tuple[Arrival, float]]:
        """The letters that came in, and after how many seconds."""
        found: dict[Probe, tuple[Arrival, float]] = {}
        end = fetch_at = time.monotonic()
        end += self._patience if probes else 0.0
        while len(found) < len(probes) and time.monotonic() < end:
            if time.monotonic() >= fetch_at:
                self._fetch()
                fetch_at = time.monotonic() + _FETCH_PAUSE
            for probe in probes:
                if probe not in found and (arrival := self._arrival(probe)):
                    found[probe] = arrival, time.monotonic() - probe.sent_at
            if len(found) < len(probes):
                time.sleep(_PAUSE)
        if len(found) < len(probes):
            found |= self._renamed([probe for probe in probes if probe not in found])
        return found

    def _renamed(self, probes: list[Probe]) -> dict[Probe, tuple[Arrival, float]]:
        """Those among all letters that were ignored since, by their subjects."""
        arrivals = self._parts.intake.arrivals
        found: dict[Probe, tuple[Arrival, float]] = {}
        for _, arrival, reason in arrivals.laid_aside():
            if reason == A_PROBE and arrival.at >= probes[0].written_at:
                with arrivals.open(arrival) as file:
                    subject = head.read(file)[0].first("subject")
                found |= {one: (arrival, arrival.at - one.written_at) for one in probes if one.subject == subject}
        return found

    def _arrival(self, probe: Probe) -> Arrival | None:
        arrivals = self._parts.intake.arrivals
        known = [one for one in arrivals.known(probe.message_id) if one.reason == A_PROBE]
        return arrivals.laid(known[-1]) if known else None

    def _verdict(self, probe: Probe, found: dict[Probe, tuple[Arrival, float]]) -> Finding:
        settings = self._parts.settings
        shown = self._shown(probe)
        if probe in found:
            arrival, seconds = found[probe]
            said = f"A letter to {shown} came in after {max(1, round(seconds))} s, by {arrival.envelope.door}."
            return Finding(OK, "way in", said)
        if not found:
            by = "`helpdesk-lite fetch`" if settings.mailbox else "the way that docs/mail-in.md shows for it"
            return Finding(
                WRONG,
                "way in",
                f"A letter to {shown} was sent, and had not come in after {self._patience:.0f} s. Look for it in the "
                f"mail server's log; it should hand the letter over by {by}. `helpdesk-lite intake find "
                f"'{probe.message_id}'` tells whether it came later.",
            )
        if probe.to == settings.address:
            return Finding(WRONG, "way in", f"A letter to {shown} did not come in: customers' mail goes elsewhere.")
        return Finding(
            WRONG,
            "way in",
            f"A letter to {shown} did not come in: answers get lost. Have the mail server deliver what is behind the "
            "plus (Postfix: recipient_delimiter = +), or give the desk a domain in [mail] ticket_addresses.",
        )

    def _shown(self, probe: Probe) -> str:
        """The address without its secret."""
        settings = self._parts.settings
        if probe.to == settings.address:
            return probe.to
        if settings.ticket_addresses:
            return f"{settings.ticket_addresses} (catch-all)"
        return f"{settings.address.replace('@', '+...@')} (plus-addressing)"

    def _signature(self, arrival: Arrival) -> Iterator[Finding]:
        """What the servers on the way say of the letter (RFC 8601); or, if they say nothing, whether it is signed."""
        arrivals = self._parts.intake.arrivals
        with arrivals.open(arrival) as file:
            letter = incoming.read(file, arrival.envelope.sender)
            signatures = [dmarc.tags(value) for value in head.read(file)[0].every("dkim-signature")]
        servers = [one.server for one in letter.authentication]
        wanted = self._parts.settings.trusted_results.lower() or (servers[0] if servers else "")
        results = [one for one in letter.authentication if one.server == wanted]
        if not results:
            yield self._key(signatures)
            return
        said = ", ".join(f"{one.method}={one.result}" for one in results)
        passed = {one.method for one in results if one.result == "pass"}
        failed = {one.method for one in results if one.result in ("fail", "permerror")}
        kind = WRONG if failed & {"dkim", "dmarc"} else OK if "dkim" in passed else NOTE
        yield Finding(kind, "DKIM", f"{wanted} found of our letter: {said}.")

    def _key(self, signatures: list[dict[str, str]]) -> Finding:
        """Whether the DNS has the key of the letter's signature (RFC 6376, 3.6.2)."""
        domain = domain_of(self._parts.settings.address).lower()
        own = [tags for tags in signatures if f".{domain}".endswith(f".{tags.get('d', '').lower()}")]
        if not own:
            return Finding(NOTE, "DKIM", "Our letter came in unsigned; perhaps what stays on this server always does.")
        name = f"{own[0].get('s', '')}._domainkey.{own[0]['d']}"
        try:
            keys = [dmarc.tags(text).get("p", "") for text in self._resolver.texts(name)]
        except LookupFailed as wrong:
            return Finding(WRONG, "DKIM", f"The key of our letter's signature could not be found out: {wrong}.")
        if not any(keys):
            return Finding(WRONG, "DKIM", f"Our letter is signed, but its key {name} is not in the DNS.")
        return Finding(OK, "DKIM", f"Our letter is signed, and its key {name} is in the DNS.")
