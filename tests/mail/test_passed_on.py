"""Letters that somebody wrote and the desk sends on: as they came, under a header of ours, by each way there is."""

from __future__ import annotations

import email.policy
import os
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.letters.courier import Courier, Tally
from tests.mail import dovecot, sealed, servers
from tests.mail.dovecot import Dovecot
from tests.mail.sealed import SIGNED, Seals
from tests.mail.servers import Postmaster
from tests.mail_desk import DESK, JANE, MailDesk, letter

INES = "ines@example.org"
ENVELOPE = ("Return-Path", "Delivered-To", "Received")  # what servers put above a letter
HEADER = f"From: {JANE}\r\nTo: {DESK}\r\nSubject: Fire\r\nMessage-ID: <{{}}@example.com>\r\nX-Mailer: Her Mailer\r\n"


@pytest.fixture(scope="module")
def seals() -> Iterator[Seals]:
    """Jane's keys."""
    with sealed.seals() as made:
        yield made


class Way:
    """A desk whose mail to Ines goes one way, and what arrived there."""

    def __init__(self, folder: Path, transport: str, arrived: Callable[[], list[bytes]], more: str = "") -> None:
        self.desk = MailDesk(folder, f'[mail]\ntransport = "{transport}"\n{more}')
        self.arrived = arrived

    def write_account(self, toml: str) -> None:
        """Have Ines's account say so."""
        Path(self.desk.root.inside("operators", "ines.toml")).write_text(toml)

    def run(self) -> Tally:
        """Send what there is."""
        return Courier(self.desk.house).run()

    def letters(self) -> list[bytes]:
        """What arrived for Ines, without the notices."""
        return [raw for raw in self.arrived() if b".forward." in raw.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]]

    def brought(self, content: bytes) -> bytes:
        """What Ines gets of a letter of Jane's with this content (fields about it, empty line, body)."""
        head = HEADER.format(len(os.listdir(self.desk.root.inside("pending"))) + len(content)).encode()
        outcome = self.desk.receive(head + content)
        assert outcome.kind == "opened", outcome
        ines = self.desk.house.operators.find("ines")
        assert ines
        self.desk.house.desk.claim(outcome.number, ines)
        tally = self.run()
        assert (tally.waiting, tally.held) == (0, 0), self.desk.house.outbox.waiting()
        return self.letters()[-1]


def maildir_of(folder: Path, address: str) -> list[bytes]:
    """What lies in the Maildir of this address, in the order of arrival."""
    found = folder.glob(f"data/mail/{address}/new/*")
    return [path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]


@pytest.fixture
def to_maildir(tmp_path: Path) -> Way:
    """Ines has a Maildir."""
    folder = tmp_path / "to_maildir"
    return Way(folder, "maildir:data/mail", lambda: maildir_of(folder, INES))


@pytest.fixture
def postmaster() -> Postmaster:
    """Who takes the letters of the SMTP server."""
    return Postmaster()


@pytest.fixture
def over_smtp(tmp_path: Path, postmaster: Postmaster) -> Iterator[Way]:
    """Ines gets her mail through a server, which takes 8-bit letters."""
    with servers.smtp(postmaster) as port:
        yield Way(
            tmp_path / "over_smtp",
            f"smtp://127.0.0.1:{port}",
            lambda: [one.content for one in postmaster.inbox if INES in one.recipients],
        )


@pytest.fixture
def over_old_smtp(over_smtp: Way, monkeypatch: pytest.MonkeyPatch) -> Way:
    """The same, but the server takes 7-bit letters only."""
    from aiosmtpd.smtp import SMTP

    said = Postmaster.handle_EHLO

    async def without(
        self: Postmaster, server: SMTP, session: object, envelope: object, hostname: str, responses: list[str]
    ) -> list[str]:
        kept = await said(self, server, session, envelope, hostname, responses)  # type: ignore[arg-type]
        return [line for line in kept if "8BITMIME" not in line]

    monkeypatch.setattr(Postmaster, "handle_EHLO", without)
    return over_smtp


@pytest.fixture
def over_lmtp(tmp_path: Path, mailboxes: Dovecot) -> Way:
    """Ines's mail is placed by a Dovecot."""
    user = f"ines.{tmp_path.name}@example.org"
    made = Way(tmp_path / "over_lmtp", "maildir:data/mail", lambda: mailboxes.letters(user))
    made.write_account(f'email = "{user}"\ndeliver = "lmtp://127.0.0.1:{mailboxes.lmtp}"\n')
    return made


@pytest.fixture
def over_imap(tmp_path: Path, mailboxes: Dovecot) -> Way:
    """Ines's mail is put into a folder of her mailbox."""
    made = Way(tmp_path / "over_imap", "maildir:data/mail", lambda: mailboxes.letters(tmp_path.name, "Desk"))
    url = f"imap://{tmp_path.name}:{dovecot.PASSWORD}@127.0.0.1:{mailboxes.imap}/Desk?tls=none"
    made.write_account(f'email = "{INES}"\ndeliver = "{url}"\n')
    return made


@pytest.fixture(params=["to_maildir", "over_smtp", "over_old_smtp", "over_lmtp", "over_imap"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each of the ways."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Way)
    return found


def crlf(raw: bytes) -> bytes:
    """With the line ends of the wire."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def read(raw: bytes) -> EmailMessage:
    """The letter as a mail program reads it."""
    found = BytesParser(policy=email.policy.default).parsebytes(raw)
    assert isinstance(found, EmailMessage)
    return found


def text(found: EmailMessage, kind: str = "plain") -> str:
    """Its text, without the line ends of the way it came."""
    part = found.get_body((kind,))
    assert isinstance(part, EmailMessage)
    content: str = part.get_content()
    return content.replace("\r\n", "\n").rstrip("\n") + "\n"


@pytest.mark.parametrize("sign", SIGNED.values(), ids=SIGNED)
def test_a_signature_holds_where_the_letter_arrives(sign: Callable[[Seals], bytes], way: Way, seals: Seals) -> None:
    content = sign(seals)
    found = way.brought(content)

    assert seals.is_good(found)
    assert not seals.is_good(found.replace(b"burns", b"turns").replace(b"MII", b"MIJ", 1))
    assert crlf(found).endswith(content.partition(b"\r\n\r\n")[2])


def test_what_goes_on_has_our_header_and_nothing_of_theirs_but_the_content(way: Way) -> None:
    found = read(way.brought(b"mime-version: 1.0\r\ncontent-type: text/plain;\r\n\tcharset=us-ascii\r\n\r\nHi\r\n"))

    assert text(found) == "Hi\n"
    ours = {*("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "X-Helpdesk-Ticket")}
    assert {name for name in found if name not in ("Reply-To", *ENVELOPE)} == {
        *ours,
        *("X-Auto-Response-Suppress", "mime-version", "content-type"),
    }
    assert found["Subject"].endswith("] Fire")


def test_a_placed_letter_is_from_the_customer_and_a_sent_one_from_the_desk(to_maildir: Way, over_smtp: Way) -> None:
    placed, sent = (read(way.brought(b"\r\nHi\r\n")) for way in (to_maildir, over_smtp))

    assert placed["From"] == JANE and "Reply-To" not in placed
    assert sent["From"] == f"Jane Doe via Help Desk <{DESK}>" and sent["Reply-To"] == "jane@example.com"


EIGHT_BIT = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"


def test_an_8_bit_letter_goes_on_as_it_is_where_the_server_takes_such(over_smtp: Way, postmaster: Postmaster) -> None:
    found = over_smtp.brought(EIGHT_BIT + "Grüße\r\n".encode())

    assert found.endswith("8bit\r\n\r\nGrüße\r\n".encode())
    assert ["BODY=8BITMIME" in one.options for one in postmaster.inbox] == [
        INES in one.recipients for one in postmaster.inbox
    ]


def test_an_8_bit_letter_is_put_together_anew_where_it_is_not(over_old_smtp: Way, postmaster: Postmaster) -> None:
    found = over_old_smtp.brought(EIGHT_BIT + "Grüße\r\n".encode())

    assert found.isascii()
    assert text(read(found)) == "Grüße\n"
    assert not any("BODY" in option for one in postmaster.inbox for option in one.options)


NASTY = {
    "a line of 5000": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>" + b"x" * 5000 + b"</p>\r\n",
    "a lone CR": b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\none\rtwo\r\n",
    "a NUL": b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\none\x00two\r\n",
    "a charset that nobody says": b"\r\nGr\xfc\xdfe\r\n",
    "raw letters in a field": 'Content-Type: text/plain; name="Größe.txt"\r\n\r\nHi\r\n'.encode(),
    "a smuggled letter": b"\r\none\r\n.\r\r\nMAIL FROM:<a@b>\r.\r\n\n.\nX: y\r\n",
}


@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY)
def test_what_no_server_takes_arrives_all_the_same(content: bytes, way: Way, request: pytest.FixtureRequest) -> None:
    found = way.brought(content)
    whole = read(found)

    if request.node.callspec.params["way"] == "to_maildir":
        assert found.endswith(b"\n" + content.replace(b"\r\n", b"\n"))
    elif request.node.callspec.params["way"] == "over_imap" and b"\x00" not in content:
        wanted = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n")  # by Dovecot
        assert found.endswith(b"\r\n" + wanted)
    else:
        assert found.isascii() and max(map(len, found.split(b"\r\n"))) <= 998
        assert not set(found.replace(b"\r\n", b"")) & {0, 10, 13}
        assert [defect for part in whole.walk() for defect in part.defects] == []
    assert len(way.letters()) == 1


def test_a_signed_letter_that_cannot_travel_goes_along_as_a_file(over_old_smtp: Way, seals: Seals) -> None:
    """Some programs sign 8-bit text: what was signed is what must be kept."""
    words = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n".encode()
    found = read(over_old_smtp.brought(seals.pgp(words)))

    assert text(found) == "Grüße\n"
    (whole,) = [part for part in found.iter_attachments() if part.get_filename() == "letter.eml"]
    raw = whole.get_payload(decode=True)
    assert isinstance(raw, bytes) and seals.is_good(raw) and b"X-Mailer: Her Mailer" in raw


def test_a_letter_put_together_anew_keeps_its_parts_in_their_places(over_old_smtp: Way) -> None:
    picture = (
        b'--r\r\nContent-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <pic@x>\r\n'
        b"Content-Disposition: inline\r\n\r\niVBORw0KGgo=\r\n--r--\r\n"
    )
    content = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\nprä\r\n'
        '--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
        "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n"
        '--a\r\nContent-Type: multipart/related; boundary="r"\r\n\r\n'
        '--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße<img src="cid:pic@x"></p>\r\n'
    ).encode()
    content += picture + b"--a--\r\n--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: \xc3\xbc\r\n\r\nx\r\n--m--\r\n"

    found = read(over_old_smtp.brought(content))

    assert [part.get_content_type() for part in found.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"),
        "application/octet-stream",  # a letter within a letter may not be encoded (RFC 2046, 5.2.1)
    ]
    (image,) = [part for part in found.walk() if part.get_content_type() == "image/png"]
    assert (image["Content-ID"], image.get_content_disposition(), image.get_content()) == (
        "<pic@x>",
        "inline",
        b"\x89PNG\r\n\x1a\n",
    )
    assert text(found) == "Grüße\n" and "Grüße" in text(found, "html")


def test_a_field_with_a_hidden_end_makes_no_header_anywhere(way: Way) -> None:
    found = read(way.brought(b"Content-Type: text/plain\rReply-To: eve@example.net; x=y\r\n\r\nHi\r\n"))

    assert "eve" not in str(found["Reply-To"])
    assert text(found) == "Hi\n"


def test_a_long_letter_passes_through_in_little_memory(to_maildir: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    number = to_maildir.desk.receive(HEADER.format("big").encode() + b"\r\n" + (b"x" * 70 + b"\r\n") * 300_000).number
    ines = to_maildir.desk.house.operators.find("ines")
    assert ines
    to_maildir.desk.house.desk.claim(number, ines)
    tracemalloc.start()
    to_maildir.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(to_maildir.letters()[0]) > 20_000_000
    assert peak < 6_000_000


class TestAnAnswer:
    """Ines answers by mail; what Jane gets."""

    CONTENT = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"

    def answered(self, way: Way, settings: str, text: str = "Take this cup of water, Jane.") -> tuple[str, bytes]:
        """The ticket's number, and what Jane gets."""
        Path(way.desk.root.settings).write_text(settings)
        way.desk.house = assemble.house(way.desk.root)
        way.desk.intake = assemble.intake(way.desk.house)
        first = letter(JANE, way.desk.house.settings.address, Message_ID="<first@example.com>", Cc="carl@example.com")
        number = way.desk.receive(first).number
        way.run()
        raw = letter(
            "Ines Rossi <ines@example.org>",
            way.desk.address("claim", number),
            text,
            "Re: something",
            Message_ID="<hers@secret.example.org>",
            Received="from laptop.secret.example.org",
            X_Mailer="Her Mailer",
            User_Agent="Her Mailer",
            Organization="Secret",
            X_Originating_IP="192.0.2.7",
        )
        assert way.desk.receive(raw).kind == "threaded"
        assert way.run().held == 0
        return number, maildir_of(Path(way.desk.root.path), "jane@example.com")[-1]

    def test_direct_is_from_the_operator_if_the_domain_is_ours(self, to_maildir: Way) -> None:
        number, raw = self.answered(to_maildir, '[desk]\naddress = "help@example.org"\n')
        found = read(raw)

        assert found["From"] == "Ines Rossi <ines@example.org>"
        assert (found["To"], found["Cc"], found["Reply-To"]) == (JANE, "carl@example.com", None)
        assert found["Subject"] == f"[{number}] Fire"
        assert found["In-Reply-To"] == "<first@example.com>"
        assert "<first@example.com>" in found["References"] and ".acknowledgement." in found["References"]
        assert found["Message-ID"].startswith(f"<{number}.answer.")
        assert found["Auto-Submitted"] is None and found["X-Auto-Response-Suppress"] is None
        assert found["Return-Path"] == "<help@example.org>"
        assert text(found) == "Take this cup of water, Jane.\n"

    def test_direct_is_from_the_desk_if_the_domain_is_not_ours(self, to_maildir: Way) -> None:
        found = read(self.answered(to_maildir, "")[1])

        assert found["From"] == f"Ines Rossi via Help Desk <{DESK}>"
        assert found["Reply-To"] == INES

    def test_copied_is_answered_to_the_ticket_too(self, to_maildir: Way) -> None:
        number, raw = self.answered(to_maildir, '[desk]\naddress = "help@example.org"\n[mail]\nanswers = "copied"\n')
        found = read(raw)

        assert found["From"] == "Ines Rossi <ines@example.org>"
        assert found["Reply-To"] == f"{INES}, {to_maildir.desk.address('ticket', number)}"

    def test_relayed_says_nothing_of_the_operator(self, to_maildir: Way) -> None:
        number, raw = self.answered(to_maildir, '[mail]\nanswers = "relayed"\n')
        found = read(raw)

        assert found["From"] == f"Help Desk <{DESK}>"
        assert found["Reply-To"] == to_maildir.desk.address("ticket", number)
        for secret in (b"ines", b"Ines", b"Rossi", b"example.org", b"secret", b"Mailer", b"192.0.2.7", b"something"):
            assert secret not in raw

    def test_what_jane_writes_next_reaches_ines_at_once(self, to_maildir: Way) -> None:
        number, raw = self.answered(to_maildir, '[mail]\nanswers = "relayed"\n')
        answer = read(raw)
        next_one = letter(JANE, answer["Reply-To"], "Thank you.", f"Re: {answer['Subject']}", Cc="carl@example.com")
        assert to_maildir.desk.receive(next_one).number == number
        to_maildir.run()

        found = read(to_maildir.letters()[-1])
        assert (found["From"], found["Subject"]) == (JANE, f"[{number}] Re: Fire")
        assert found["Reply-To"] == to_maildir.desk.address("operator", number, "ines")
        assert text(found) == "Thank you.\n"

    def test_a_signed_answer_arrives_signed(self, over_smtp: Way, postmaster: Postmaster, seals: Seals) -> None:
        number = over_smtp.desk.open()
        address = over_smtp.desk.address("claim", number)
        head = f"From: ines@example.org\r\nTo: {address}\r\nMessage-ID: <s@example.org>\r\n".encode()
        assert over_smtp.desk.receive(head + seals.pgp()).kind == "threaded"
        over_smtp.run()

        (found,) = [one.content for one in postmaster.inbox if b".answer." in one.content]
        assert seals.is_good(found)

    def test_an_answer_put_together_anew_brings_nothing_of_its_header(
        self, over_old_smtp: Way, postmaster: Postmaster
    ) -> None:
        number = over_old_smtp.desk.open()
        raw = letter(INES, over_old_smtp.desk.address("claim", number), "Grüße an Sie alle", X_Mailer="Her Mailer")
        assert over_old_smtp.desk.receive(raw).kind == "threaded"
        over_old_smtp.run()

        (found,) = [one.content for one in postmaster.inbox if b".answer." in one.content.partition(b"\r\n\r\n")[0]]
        assert b"Her Mailer" not in found and found.isascii()
        assert text(read(found)) == "Grüße an Sie alle\n"


class TestWhoIsInCopy:
    def brought(self, way: Way, answers: str = "direct", sender: str = JANE, **about: str) -> EmailMessage:
        """What Ines gets of a letter into a ticket that she has."""
        Path(way.desk.root.settings).write_text(f'[mail]\nanswers = "{answers}"\n')
        way.desk.house = assemble.house(way.desk.root)
        way.desk.intake = assemble.intake(way.desk.house)
        number = way.desk.open(Message_ID="<first@example.com>", Cc="Carl <carl@example.com>")
        ines = way.desk.house.operators.find("ines")
        assert ines
        way.desk.house.desk.claim(number, ines)
        way.run()
        about.setdefault("In_Reply_To", "<first@example.com>")
        assert way.desk.receive(letter(sender, DESK, **about)).number == number
        way.run()
        return read(way.letters()[-1])

    def test_reply_all_keeps_those_whom_the_customer_put_in_copy(self, to_maildir: Way) -> None:
        found = self.brought(to_maildir, Cc=f"carl@example.com, {DESK}, {INES}, dora@example.com")

        assert found["Cc"] == "carl@example.com, dora@example.com"

    def test_a_letter_of_one_in_copy_is_answered_to_them_and_copied_to_the_customer(self, to_maildir: Way) -> None:
        found = self.brought(to_maildir, sender="Carl <carl@example.com>", Cc="dora@example.com")

        assert found["From"] == "Carl <carl@example.com>" and found["Reply-To"] is None
        assert found["Cc"] == "jane@example.com, dora@example.com"

    def test_a_stranger_is_shown_as_one_and_gets_no_answer(self, to_maildir: Way) -> None:
        found = self.brought(to_maildir, sender="Eve <eve@example.net>", Cc="mallory@example.net")

        assert found["From"].addresses[0].display_name == "Eve (not known in this ticket)"
        assert (found["Reply-To"], found["Cc"]) == ("jane@example.com", None)

    def test_relayed_has_nobody_in_copy_to_whom_the_operator_would_show(self, to_maildir: Way) -> None:
        found = self.brought(to_maildir, "relayed", Cc="carl@example.com")

        assert found["Cc"] is None


class TestReturned:
    def returned(self, way: Way, raw: bytes) -> EmailMessage:
        """What Bob gets who was too late."""
        number = way.desk.open()
        ines = way.desk.house.operators.find("ines")
        assert ines
        way.desk.house.desk.claim(number, ines)
        raw = raw.replace(b"CLAIM", way.desk.address("claim", number).encode())
        assert way.desk.receive(raw).kind == "threaded"
        way.run()
        folder = Path(way.desk.root.path)
        assert not any(b"Take this" in one for one in maildir_of(folder, "jane@example.com"))
        return read(maildir_of(folder, "bob@example.org")[-1])

    def test_who_is_too_late_has_their_text_back_with_the_reason(self, to_maildir: Way) -> None:
        found = self.returned(
            to_maildir, letter("Bob <bob@example.org>", "CLAIM", "Take this cup, Jane.", Message_ID="<his@example.org>")
        )

        assert text(found).startswith("ines has ticket ") and "Take this cup, Jane.\n" in text(found)
        assert "Take this cup, Jane." in text(found, "html")
        assert (found["Auto-Submitted"], found["Return-Path"]) == ("auto-replied", "<>")
        assert found["In-Reply-To"] == "<his@example.org>"
        assert found["To"] == "bob@example.org"

    def test_their_files_come_back_too(self, to_maildir: Way) -> None:
        raw = b"From: bob@example.org\r\nTo: CLAIM\r\nSubject: x\r\n" + (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
            b"--m\r\n\r\nTake this cup.\r\n--m\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: attachment; filename="cup.png"\r\n\r\niVBORw0KGgo=\r\n--m--\r\n'
        )
        (cup,) = self.returned(to_maildir, raw).iter_attachments()

        assert (cup.get_filename(), cup.get_payload(decode=True)) == ("cup.png", b"\x89PNG\r\n\x1a\n")
