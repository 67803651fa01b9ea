"""Letters that come in, as tests tell of them, and a desk that takes them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.letters.intake import Outcome
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.web.house import House
from helpdesk_lite.words import reply_address
from helpdesk_lite.words.letter import Letter

DESK = "helpdesk@localhost"
JANE = "Jane Doe <jane@example.com>"
_count = itertools.count(1)


def letter(sender: str, to: str, text: str = "It burns.", subject: str = "Fire", **headers: str) -> bytes:
    """A letter as a mail program writes it; `headers` add to it, or take the place of what it has (_ for -)."""
    fields = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Message-ID": f"<{next(_count)}.{'x' * 8}@example.com>",
        "Date": "Sat, 21 Nov 2026 12:00:00 +0000",
    }
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"{head}\r\n{text}\r\n".replace("\n", "\r\n").replace("\r\r", "\r").encode()


class MailDesk:
    """A desk in `folder` with two operators, ines and bob, to which letters come."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.root = make_desk(str(folder))
        if settings:
            Path(self.root.settings).write_text(settings)
        self.house = assemble.house(self.root)
        for name in ("ines", "bob"):
            Path(self.root.inside("operators", f"{name}.toml")).write_text(f'email = "{name}@example.org"\n')
        self.intake = assemble.intake(self.house)

    @classmethod
    def of(cls, house: House) -> MailDesk:
        """The desk that is there, whose operators ines and bob have addresses at example.org."""
        desk = cls.__new__(cls)
        desk.root, desk.house, desk.intake = house.root, house, assemble.intake(house)
        return desk

    def receive(self, raw: bytes, *recipients: str, sender: str | None = None) -> Outcome:
        """Take a letter in, as a door does."""
        return self.intake.receive([raw], Envelope("test", sender, recipients))

    def open(self, **about: str) -> str:
        """Jane writes; the number of the ticket."""
        outcome = self.receive(letter(JANE, DESK, **about))
        assert outcome.kind == "opened", outcome
        return outcome.number

    def address(self, purpose: str, number: str, who: str = "") -> str:
        """The address of ours for this purpose."""
        house = self.house
        return reply_address.made(house.settings, house.secret, purpose, number, house.clock(), who)

    def answer(self, who: str, number: str, text: str, **headers: str) -> Outcome:
        """The operator answers a notice."""
        return self.receive(letter(f"{who}@example.org", self.address("claim", number), text, "Re: Fire", **headers))

    def kinds(self, number: str) -> list[str]:
        """What happened to the ticket."""
        return [entry.kind for entry in self.house.store.read(number).entries]

    def letters(self, *kinds: str) -> list[Letter]:
        """The letters in the outbox of these kinds."""
        return [one for one in self.house.outbox.waiting() if one.kind in kinds]

    def place(self, number: str) -> Any:
        """Where the ticket is."""
        return self.house.store.place(number)

    def raw(self, number: str, index: int) -> bytes:
        """The letter that an entry brought."""
        entry = self.house.store.read(number).entries[index]
        with self.house.store.open_message(number, entry.message_id) as file:
            return bytes(file.read())
