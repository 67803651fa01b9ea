"""A zoo of responders: whatever answers by itself, and however it lies, traffic with the desk dies within two hops."""

from __future__ import annotations

import email
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from tests.mail_desk import DESK, MailDesk, letter

ROBOT = "robot@example.com"


def vacation(heard: Message) -> list[bytes]:
    """A good one (RFC 3834): it says what it is, and answers no program."""
    if heard["Auto-Submitted"] or heard["Precedence"]:
        return []
    return [
        letter(ROBOT, _sender(heard), "I am away.", "Auto: away", Auto_Submitted="auto-replied", In_Reply_To=_id(heard))
    ]


def rude_vacation(heard: Message) -> list[bytes]:
    """It answers everything and has no mark but its Subject."""
    return [letter(ROBOT, _sender(heard), "I am away.", f"Out of office: {heard['Subject']}")]


def liar(heard: Message) -> list[bytes]:
    """It answers everything, as a person would."""
    return [letter(ROBOT, _sender(heard), "Thank you, I have read it.", "Thank you")]


def threading_liar(heard: Message) -> list[bytes]:
    """The same, as an answer."""
    return [letter(ROBOT, _sender(heard), "Thank you.", f"Re: {heard['Subject']}", In_Reply_To=_id(heard))]


def amplifier(heard: Message) -> list[bytes]:
    """It answers each letter with three."""
    return [liar(heard)[0] for _ in range(3)]


def bouncer(heard: Message) -> list[bytes]:
    """It sends everything back with a report."""
    head = f"From: MAILER-DAEMON@example.com\r\nTo: {_sender(heard)}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
    status = f"Final-Recipient: rfc822; {ROBOT}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    parts = [f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.com\r\n\r\n{status}"]
    parts.append(f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {_id(heard)}\r\n")
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return [
        f"{head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n{body}--b--\r\n".encode()
    ]


def plain_bouncer(heard: Message) -> list[bytes]:
    """A server of long ago that sends it back from a mailbox, without any mark."""
    return [letter("postmaster@example.com", _sender(heard), f"Undeliverable:\n\n{heard}", "Undeliverable mail")]


def mirror(heard: Message) -> list[bytes]:
    """It sends the desk its own letters back as they were."""
    return [bytes(heard)]


def mailing_list(heard: Message) -> list[bytes]:
    """It sends everything to all its members, the desk among them."""
    del heard["List-Id"]
    heard["List-Id"] = "<everybody.example.com>"
    return [bytes(heard)]


RESPONDERS = (vacation, rude_vacation, liar, threading_liar, amplifier, bouncer, plain_bouncer, mirror, mailing_list)


class World:
    """A desk, and everybody who gets its letters."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.desk = MailDesk(folder, settings)
        self._read: set[Path] = set()

    def sent(self, to: str) -> list[Message]:
        """What the desk sent to this address since that was asked last."""
        assemble.work(self.desk.house)
        found = [path for path in Path(self.desk.root.inside("mail", to, "new")).glob("*") if path not in self._read]
        self._read.update(found)
        return [email.message_from_bytes(path.read_bytes()) for path in found]


def _sender(heard: Message) -> str:
    return parseaddr(str(heard["Reply-To"] or heard["From"]))[1]


def _id(heard: Message) -> str:
    return str(heard["Message-ID"])


def hops(world, responder, address=ROBOT, most=6):
    """How many times letters go to the responder at this address, and its answers back, until there are no more."""
    for hop in range(most):
        heard = world.sent(address)
        if not heard:
            return hop
        for one in heard:
            for answer in (answer.replace(ROBOT.encode(), address.encode()) for answer in responder(one)):
                is_null = answer.startswith(b"From: MAILER-DAEMON")
                world.desk.receive(answer, sender="" if is_null else None)
    return most


@pytest.mark.parametrize("responder", RESPONDERS, ids=lambda one: one.__name__)
def test_one_that_wrote_first(tmp_path, responder):
    world = World(tmp_path, "[desk]\nbroadcast = []\n")
    world.desk.receive(letter(ROBOT, DESK))
    assert hops(world, responder) <= 2


@pytest.mark.parametrize("responder", RESPONDERS, ids=lambda one: one.__name__)
def test_one_among_those_who_are_told_of_every_ticket(tmp_path, responder):
    world = World(tmp_path, f'[desk]\nbroadcast = ["{ROBOT}"]\n')
    world.desk.open()
    assert hops(world, responder) <= 2


@pytest.mark.parametrize("responder", RESPONDERS, ids=lambda one: one.__name__)
def test_an_operator_whose_mailbox_answers_by_itself(tmp_path, responder):
    world = World(tmp_path, "[desk]\nbroadcast = []\n")
    number = world.desk.open()
    world.desk.answer("ines", number, "")
    world.desk.answer("bob", number, "Use sand.")
    assert hops(world, responder, "bob@example.org") <= 2
    assert world.desk.place(number).holder == "ines"


def test_two_desks_that_tell_each_other_of_every_ticket(tmp_path):
    first = World(tmp_path / "first", '[desk]\naddress = "one@example.org"\nbroadcast = ["two@example.org"]\n')
    second = World(tmp_path / "second", '[desk]\naddress = "two@example.org"\nbroadcast = ["one@example.org"]\n')
    first.desk.receive(letter("two@example.org", "one@example.org"))
    for _ in range(2):
        for sender, receiver, address in ((first, second, "two@example.org"), (second, first, "one@example.org")):
            for one in sender.sent(address):
                receiver.desk.receive(bytes(one))
    assert first.sent("two@example.org") == second.sent("one@example.org") == []
