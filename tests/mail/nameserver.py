"""A real DNS server on loopback, whose answers a test says: made of dnspython's own messages."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENCE, FAILURE = "silence", "failure"  # in place of records


class Zone:
    """What the server knows: `zone["TXT", "example.org"] = ["v=spf1 -all"]`; and the questions it was `asked`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._known: dict[tuple[str, str], list[str] | str] = {}

    def __setitem__(self, about: tuple[str, str], records: list[str] | str) -> None:
        self._known[about] = records

    @property
    def is_silent(self) -> bool:
        """Whether there is a question that it does not answer."""
        return SILENCE in self._known.values()

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to a question; None for silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        found = self._known.get((kind, name), [])
        if found == SILENCE:
            return None
        response = dns.message.make_response(query)
        if found == FAILURE:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            said = [f'"{one}"' if kind == "TXT" and not one.startswith('"') else one for one in found]
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *said))
        elif not any(known == name for _, known in self._known):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@contextlib.contextmanager
def nameserver(zone: Zone) -> Iterator[tuple[str, int]]:
    """Answers out of `zone`; where it listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(listener, zone), daemon=True)
        thread.start()
        yield listener.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", listener.getsockname())
        thread.join(5)


def _serve(listener: socket.socket, zone: Zone) -> None:
    while True:
        wire, client = listener.recvfrom(4096)
        if not wire:
            return
        if response := zone.answer(wire):
            listener.sendto(response, client)
