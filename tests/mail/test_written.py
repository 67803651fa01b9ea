"""Letters as they will be read: who learns what, where Reply goes, and both parts saying the same."""

from __future__ import annotations

import email.policy
import io
import re
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk_lite.mail import compose
from helpdesk_lite.mail.readable import text_of_html
from helpdesk_lite.mail.templates import Templates
from helpdesk_lite.mail.written import Writer, Written
from helpdesk_lite.words import letter as letters
from helpdesk_lite.words import reply_address, settings_table
from helpdesk_lite.words.errors import LetterRefused
from helpdesk_lite.words.form import FieldValue, Upload
from helpdesk_lite.words.letter import ACKNOWLEDGEMENT, FORWARD, NOTICE, RESOLVED, RETURNED, TOLD, Letter
from helpdesk_lite.words.settings import Settings
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, NOTE, QUEUE, Customer, Entry, Inquiry, Place, Ticket
from tests import examples

OURS = str(Path(__file__).parents[2] / "templates")
OUR_TEMPLATES = Templates([OURS])
NUMBER = "K7QX-4M2B-9DT3"
DESK = "support@acme.example"
ACME = settings_table.read(f'[desk]\nname = "Acme Support"\naddress = "{DESK}"\nurl = "https://acme.example/desk"\n')
SECRET = b"a secret of 32 bytes, as it seems"
OWN = reply_address.made(ACME, SECRET, reply_address.OPERATOR, NUMBER, examples.NOON, "ines")
URL = f"https://acme.example/desk/tickets/{NUMBER}"
MESSAGE = "Hällo,\n\n  it <burns> & smokes.\nFrom here I can see it."


def inquiry(**changes: object) -> Inquiry:
    """What Jane asked, with a bit of everything."""
    fields = (
        FieldValue("name", "Your name", ("Jane Doe",), True),
        FieldValue("email", "Email", ("jane@example.com",), True),
        FieldValue("tel", "Telephone", ("555 1234",), True),
        FieldValue("subject", "Subject", ("Fire & smoke",)),
        FieldValue("room", "Room", ("12 b",)),
        FieldValue("colours", "Colours", ("red", "blue")),
        FieldValue("place", "Where it stands", ("Main St 1\nTown",)),
        FieldValue("message", "Message", (MESSAGE,)),
    )
    head = examples.inquiry(NUMBER, "Fire & smoke").head
    return Inquiry(head, Customer("Jane Doe", "jane@example.com"), fields, "message")._replace(**changes)


class Post:
    """Writes letters of one ticket."""

    def __init__(
        self, folder: Path, asked: Inquiry, desk: Settings = ACME, templates: Templates = OUR_TEMPLATES
    ) -> None:
        upload = folder / "upload"
        upload.write_bytes(b"\x89PNG" * 10)
        self.entry = examples.entry(NUMBER)
        self.ticket = Ticket(asked, QUEUE, examples.NOON, (self.entry,))
        uploads = [Upload("photo", "Großbrand.png", "image/png", 40, str(upload))]
        raw = b"".join(compose.inquiry_message(asked, self.entry.message_id, DESK, uploads))
        self.message = io.BytesIO(raw)
        self.writer = Writer(desk, templates, SECRET)

    def letter(self, kind: str, language: str = "en", *recipients: str, url: str = URL) -> Letter:
        """A letter as the desk puts it into the outbox."""
        name = letters.message_id(NUMBER, kind, 7, "acme.example")
        return Letter(name, kind, NUMBER, "", examples.NOON, recipients or ("ops@acme.example",), "", url, language)

    def notice(self, *recipients: str, language: str = "en", url: str = URL) -> Written:
        """The news for the broadcast address."""
        return self.writer.notice(self.letter(NOTICE, language, *recipients, url=url), self.ticket, self.message)

    def acknowledgement(self, language: str = "en", url: str = URL) -> Written:
        """The number for the customer."""
        found = self.letter(ACKNOWLEDGEMENT, language, "jane@example.com", url=url)
        return self.writer.acknowledgement(found, self.ticket)

    def resolved(self, language: str = "en", url: str = URL) -> Written:
        """The news for the customer that it is done."""
        return self.writer.resolved(self.letter(RESOLVED, language, "jane@example.com", url=url), self.ticket)

    def forward(self, is_placed: bool = False, language: str = "en") -> Written:
        """The message for Ines."""
        found = self.letter(FORWARD, language)
        return self.writer.forward(found, self.ticket, self.message, examples.INES, is_placed)

    def returned(self, language: str = "en") -> Written:
        """What Ines wrote, back to her."""
        found = self.letter(RETURNED, language)._replace(note="Bob has the ticket.", entry=self.entry.message_id)
        return self.writer.returned(found, self.ticket, self.message, examples.INES)

    def told(self, language: str = "en", said: str = "", place: Place = QUEUE, kind: str = NOTE) -> Written:
        """What Bob said of the ticket, for Ines; the inquiry itself if he said nothing."""
        entry, message = self.entry, self.message
        if said:
            entry = Entry(kind, "bob", examples.NOON, f"<{NUMBER}.{kind}.1@acme.example>")
            message = io.BytesIO(b"".join(compose.message([], said)))
        ticket = self.ticket._replace(entries=(self.entry, entry)[: 2 if said else 1], place=place)
        found = self.letter(TOLD, language)._replace(note="Bob named you in a note:", entry=entry.message_id)
        return self.writer.told(found, ticket, message, examples.INES)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """Acme's letters about Jane's ticket."""
    return Post(tmp_path, inquiry())


def read(written: Written) -> EmailMessage:
    """The letter as a mail program reads it; no part of it has a defect."""
    found = BytesParser(policy=email.policy.default).parsebytes(b"".join(written.chunks()))
    assert isinstance(found, EmailMessage)
    assert [defect for part in found.walk() for defect in part.defects] == []
    return found


def text(found: EmailMessage, kind: str = "plain") -> str:
    """The text of its plain or html part."""
    part = found.get_body((kind,))
    assert isinstance(part, EmailMessage)
    content: str = part.get_content()
    return content


EVERY: dict[str, Callable[[Post], Written]] = {
    "notice": lambda post: post.notice(),
    "notice-it": lambda post: post.notice(language="it"),
    "notice-no-url": lambda post: post.notice(url=""),
    "acknowledgement": lambda post: post.acknowledgement(),
    "acknowledgement-it": lambda post: post.acknowledgement("it"),
    "acknowledgement-no-url": lambda post: post.acknowledgement(url=""),
    "resolved": lambda post: post.resolved(),
    "resolved-it": lambda post: post.resolved("it"),
    "resolved-no-url": lambda post: post.resolved(url=""),
    "forward": lambda post: post.forward(),
    "forward-it": lambda post: post.forward(language="it"),
    "placed": lambda post: post.forward(is_placed=True),
    "returned": lambda post: post.returned(),
    "returned-it": lambda post: post.returned(language="it"),
    "told": lambda post: post.told(said="Look & see: <b>smoke</b>.\nBring sand."),
    "told-it": lambda post: post.told("it", "Look."),
    "told-all": lambda post: post.told(),
}


@pytest.mark.parametrize("write", EVERY.values(), ids=EVERY)
def test_every_letter_says_what_the_contract_promises(write: Callable[[Post], Written], post: Post) -> None:
    found = read(write(post))

    assert found["X-Helpdesk-Ticket"] == NUMBER
    assert found["Subject"].startswith(f"[{NUMBER}] ")
    assert re.fullmatch(rf"<{NUMBER}\.[a-z]+\.[0-9a-f]+@acme\.example>", found["Message-ID"])
    assert found["Date"].datetime.timestamp() == examples.NOON
    assert found["In-Reply-To"] == post.entry.message_id
    assert found["References"].split()[0] == post.entry.message_id
    assert found["X-Auto-Response-Suppress"] == "All"
    assert [name for name in found if name.startswith("X-Helpdesk-") and name != "X-Helpdesk-Ticket"] == []


@pytest.mark.parametrize("write", EVERY.values(), ids=EVERY)
def test_both_parts_say_the_same(write: Callable[[Post], Written], post: Post) -> None:
    found = read(write(post))
    plain, html = (re.findall(r"\w+", said) for said in (text(found), text_of_html(text(found, "html"))))

    assert plain == html


def test_what_an_operator_is_told_is_a_sentence_and_a_colleagues_words(post: Post) -> None:
    written = post.told(said="She has done this before.")
    found = read(written)

    assert text(found).startswith("Bob named you in a note:\n\nShe has done this before.\n\n-- \n")
    assert URL in text(found)
    assert (found["From"], found["To"]) == (f"Acme Support <{DESK}>", examples.INES.email)
    assert found["Auto-Submitted"] == "auto-generated"
    assert (written.sender, written.recipients) == (DESK, (examples.INES.email,))


def test_who_asked_is_told_to_the_tickets_holder_only(post: Post) -> None:
    said = "Call jane@example.com.\n\n> I am Jane\n"
    hers = read(post.told(said=said, place=Place(CLAIMED, "ines")))
    others = [
        read(post.told(said=said, place=place)) for place in (QUEUE, Place(CLAIMED, "bob"), Place(CLOSED, "ines"))
    ]

    assert "Call jane@example.com." in text(hers) and "I am Jane" in text(hers)
    for found in others:
        assert "Call (address)." in text(found)
        assert "Jane" not in text(found) + text(found, "html")


def test_of_a_form_only_the_message_is_told(post: Post) -> None:
    found = read(post.told())
    whole = text(found) + text(found, "html")

    assert "it <burns> & smokes." in text(found)
    for secret in ("Jane", "jane@", "555"):
        assert secret not in whole


def test_what_is_told_does_not_thread_with_a_letter_of_the_customers(post: Post) -> None:
    mailed = post.entry._replace(message_id="<1@jane.example.com>", digest="d", sender="Jane <jane@example.com>")
    ticket = post.ticket._replace(entries=(mailed._replace(letters=(f"<{NUMBER}.notice.2@acme.example>",)),))
    found = read(post.writer.told(post.letter(TOLD)._replace(note="Look."), ticket, None, examples.INES))

    assert found["References"] == found["In-Reply-To"] == f"<{NUMBER}.notice.2@acme.example>"


def test_a_notice_tells_what_was_asked_and_not_by_whom(post: Post) -> None:
    found = read(post.notice())
    whole = b"".join(post.notice().chunks()).decode() + text(found) + text(found, "html")

    for secret in ("Jane", "Doe", "jane@", "555"):
        assert secret not in whole
    for said in ("Hällo", "12 b", "red, blue", "Main St 1", URL, "Großbrand.png (40 bytes)", "Fire & smoke"):
        assert said in text(found)
    assert list(found.iter_attachments()) == []


def test_a_notice_says_whether_the_ticket_is_new_or_was_handed_up(post: Post) -> None:
    letter = post.letter(NOTICE)._replace(note="They have a contract.")
    ruled = post.entry._replace(letters=(letter.message_id,))
    for entry, said in ((ruled, "A new ticket is waiting"), (ruled._replace(kind="escalated"), "handed up to you")):
        found = read(post.writer.notice(letter, post.ticket._replace(entries=(post.entry, entry)), post.message))
        for shape in ("plain", "html"):
            assert said in text(found, shape) and "They have a contract." in text(found, shape)
            assert ("A new ticket" in text(found, shape)) == (said == "A new ticket is waiting")


def test_a_notice_of_a_letter_has_neither_its_signature_nor_its_senders_addresses(tmp_path: Path) -> None:
    asked = inquiry()
    said = "It burns. I am jane@example.com or jane@home.example.\n-- \nJane, +39 055 123456"
    fields = tuple(one._replace(values=(said,)) if one.name == "message" else one for one in asked.fields)
    post = Post(
        tmp_path, asked._replace(head=asked.head._replace(form="mail", subject="I am jane@example.com"), fields=fields)
    )
    began = post.ticket.entries[0]._replace(sender="Jane Doe <jane@home.example>")
    post.ticket = post.ticket._replace(entries=(began, *post.ticket.entries[1:]))
    found = read(post.notice())
    whole = f"{found['Subject']} {text(found)} {text(found, 'html')}"
    assert "It burns. I am (address) or (address)." in whole
    for telling in ("jane@", "+39 055", "Jane Doe"):
        assert telling not in whole


def test_a_notice_goes_from_the_desk_to_the_broadcast_address(post: Post) -> None:
    written = post.notice("ops@acme.example", "more@acme.example")
    found = read(written)

    assert found["From"] == f"Acme Support <{DESK}>"
    assert found["To"] == "ops@acme.example, more@acme.example"
    assert found["Auto-Submitted"] == "auto-generated"
    assert (written.sender, written.recipients) == (DESK, ("ops@acme.example", "more@acme.example"))


def test_an_answer_to_a_notice_claims(post: Post) -> None:
    found = read(post.notice())

    assert found["Reply-To"] == reply_address.made(ACME, SECRET, reply_address.CLAIM, NUMBER, examples.NOON)
    assert "claims the ticket, too" in text(found)


def test_a_desk_with_a_long_name_is_answered_at_its_own_address(tmp_path: Path) -> None:
    long = "a-very-long-name-for-a-desk-that-leaves-no-room@acme.example"
    found = read(Post(tmp_path, inquiry(), ACME._replace(address=long)).notice())

    assert found["Reply-To"] == long


def test_a_recipient_that_needs_smtputf8_keeps_it_from_nobody_else(post: Post) -> None:
    mixed, alone = post.notice("ops@acme.example", "jörg@acme.example"), post.notice("jörg@acme.example")

    assert all(map(bytes.isascii, mixed.head)) and "jörg@acme.example" in mixed.recipients
    assert "To: jörg@acme.example\n".encode() in alone.head


def test_an_acknowledgement_says_nothing_that_was_typed(tmp_path: Path) -> None:
    typed = {
        "customer": Customer("BUY NOW http://evil.example", "jane@example.com"),
        "fields": (FieldValue("message", "Message", ("http://evil.example",)),),
        "head": inquiry().head._replace(subject="http://evil.example", title="evil form"),
    }
    found = read(Post(tmp_path, inquiry(**typed)).acknowledgement())

    assert "evil" not in found.as_string() + text(found) + text(found, "html")
    assert NUMBER in text(found) and URL in text(found)


def test_an_acknowledgement_is_answered_by_no_machine(post: Post) -> None:
    written = post.acknowledgement()
    found = read(written)

    assert written.sender == ""  # RFC 3834, 3.3: failures and automatic answers have nowhere to go
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["To"] == "jane@example.com"


def test_an_acknowledgement_is_in_the_customers_language(post: Post) -> None:
    assert text(read(post.acknowledgement("it"))) != text(read(post.acknowledgement("en")))
    assert "tracking number" not in text(read(post.acknowledgement("it")))


def test_a_forward_by_mail_is_from_the_desk_and_answered_to_the_customer(post: Post) -> None:
    written = post.forward()
    found = read(written)

    assert found["From"] == f"Jane Doe via Acme Support <{DESK}>"
    assert found["To"] == DESK
    assert found["Reply-To"] == "jane@example.com"
    assert (written.sender, written.recipients) == (DESK, (examples.INES.email,))
    assert examples.INES.email not in found.as_string()
    assert found["Auto-Submitted"] is None


def test_a_placed_forward_is_from_the_customer(post: Post) -> None:
    found = read(post.forward(is_placed=True))

    assert found["From"] == "Jane Doe <jane@example.com>"
    assert found["To"] == f"Acme Support <{DESK}>"
    assert found["Reply-To"] is None


def test_a_forward_has_what_was_written_and_all_that_was_uploaded(post: Post) -> None:
    found = read(post.forward())

    assert found["Subject"] == f"[{NUMBER}] Fire & smoke"
    assert text(found).startswith(
        MESSAGE
        + "\n\nTelephone: 555 1234\nRoom: 12 b\nColours: red, blue\nWhere it stands:\n    Main St 1\n    Town\n\n-- \n"
    )
    (upload,) = found.iter_attachments()
    assert (upload.get_filename(), upload.get_content_type()) == ("Großbrand.png", "image/png")
    assert upload.get_payload(decode=True) == b"\x89PNG" * 10


def test_html_shows_what_was_typed_and_does_not_obey_it(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y> {{ 7*7 }} {% raw %}"
    asked = inquiry(
        fields=(FieldValue("m", "M", (evil,)), FieldValue("x", "<b>L</b>", (evil, "a,b"))), message_field="m"
    )
    post = Post(tmp_path, asked._replace(head=asked.head._replace(subject=evil)))

    for written in (post.notice(), post.forward()):
        html = text(read(written), "html")
        assert "<script" not in html and "<img" not in html and "<b>L" not in html
        assert "{{ 7*7 }} {% raw %}" in html and "{{ 7*7 }} {% raw %}" in text(read(written))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("jane@example.com", "Customer via Acme Support"),
        ("Jane <jane@example.com>", "Jane via Acme Support"),
        ("Jane ＠ home jane＠example.com", "Jane home via Acme Support"),
        ("", "Customer via Acme Support"),
        ("Jörg\r\nBcc: x", "Jörg Bcc: x via Acme Support"),
        ('Jane "the boss", Doe', 'Jane "the boss", Doe via Acme Support'),
        ("x" * 500, "x" * 60 + " via Acme Support"),
    ],
)
def test_a_display_name_has_no_address_in_it(name: str, shown: str, tmp_path: Path) -> None:
    found = read(Post(tmp_path, inquiry(customer=Customer(name, "jane@example.com"))).forward())

    (sender,) = found["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (shown, DESK)


@pytest.mark.parametrize(
    ("answers", "is_placed", "reply_to"),
    [
        ("direct", False, ["jane@example.com"]),
        ("direct", True, []),
        ("copied", False, ["jane@example.com", OWN]),
        ("copied", True, ["jane@example.com", OWN]),
        ("relayed", False, [OWN]),
        ("relayed", True, [OWN]),
    ],
)
def test_reply_goes_where_the_setting_says(answers: str, is_placed: bool, reply_to: list[str], tmp_path: Path) -> None:
    post = Post(tmp_path, inquiry(), ACME._replace(answers=answers))
    found = read(post.forward(is_placed))["Reply-To"]

    assert [address.addr_spec for address in (found.addresses if found else ())] == reply_to


def test_a_notice_promises_a_claim_by_answer_only_where_mail_comes_in(tmp_path: Path) -> None:
    post = Post(tmp_path, inquiry())
    assert "claims the ticket, too" in text(read(post.notice()))

    post.writer = Writer(ACME, OUR_TEMPLATES, SECRET, comes_in=False)
    found = read(post.notice())
    assert "Answering this mail" not in text(found) and "Answering this mail" not in text(found, "html")
    assert found["Reply-To"].addresses[0].addr_spec.startswith("support+claim-")


def test_a_form_may_say_where_its_answers_go(tmp_path: Path) -> None:
    asked = inquiry()
    asked = asked._replace(head=asked.head._replace(answers="relayed"))
    found = read(Post(tmp_path, asked).forward())["Reply-To"]

    assert [address.addr_spec for address in found.addresses] == [OWN]


@pytest.mark.parametrize("is_placed", [False, True])
@pytest.mark.parametrize("address", ["", "none of your business"])
def test_a_customer_without_an_address_cannot_be_answered_by_accident(
    address: str, is_placed: bool, tmp_path: Path
) -> None:
    found = read(Post(tmp_path, inquiry(customer=Customer("Jane Doe", address))).forward(is_placed))

    assert found["Reply-To"] is None
    assert found["From"].addresses[0].addr_spec == DESK
    assert "no mail address" in text(found)


def test_a_customer_with_an_internationalised_address_can_be_answered(tmp_path: Path) -> None:
    written = Post(tmp_path, inquiry(customer=Customer("Jörg", "jörg@müller.example"))).forward()

    assert "Reply-To: jörg@müller.example\n".encode() in written.head


def test_a_forward_threads_with_the_notice_and_not_with_the_acknowledgement(post: Post) -> None:
    sent = [letters.message_id(NUMBER, kind, 1, "acme.example") for kind in (NOTICE, ACKNOWLEDGEMENT)]
    forward = post.letter(FORWARD).message_id
    claimed = examples.entry(NUMBER, "claimed", "ines")._replace(letters=(forward,))
    post.ticket = post.ticket._replace(entries=(post.entry._replace(letters=tuple(sent)), claimed))

    assert read(post.forward())["References"].split() == [post.entry.message_id, sent[0]]


def test_a_ticket_without_any_text_is_forwarded_too(tmp_path: Path) -> None:
    found = read(Post(tmp_path, inquiry(fields=(), message_field="")).forward())

    assert f"Ticket {NUMBER}" in text(found)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of the desk's own mail templates."""
    folder = tmp_path / "own" / "mail"
    folder.mkdir(parents=True)
    return folder


def with_own(tmp_path: Path, own: Path) -> Post:
    """Letters of a desk that has templates of its own."""
    return Post(tmp_path, inquiry(), templates=Templates((str(own.parent), OURS)))


def test_the_desks_own_template_wins(tmp_path: Path, own: Path) -> None:
    (own / "acknowledgement.txt").write_text("Howdy! {{ number }}\n")
    (own / "acknowledgement.subject").write_text("Howdy,\npartner\n")

    found = read(with_own(tmp_path, own).acknowledgement())

    assert text(found) == f"Howdy! {NUMBER}\n"
    assert found["Subject"] == f"[{NUMBER}] Howdy, partner"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("one\ntwo\n{% if %}\n", "templates/mail/notice.txt line 3: "),
        ("one\n{{ nothing_of_this_name }}\n", "templates/mail/notice.txt line 2: Jinja2 says: UndefinedError: "),
        ("{{ 1 / 0 }}", "templates/mail/notice.txt line 1: Jinja2 says: ZeroDivisionError: "),
        ('\n\n{% include "mail/none.txt" %}', "templates/mail/none.txt is missing"),
        ("{{ number.nothing.at_all }}", "templates/mail/notice.txt line 1: Jinja2 says: UndefinedError: "),
    ],
)
def test_a_broken_template_is_said_with_its_line(source: str, reason: str, tmp_path: Path, own: Path) -> None:
    (own / "notice.txt").write_text(source)

    with pytest.raises(LetterRefused) as wrong:
        with_own(tmp_path, own).notice()

    assert wrong.value.reason.startswith(reason)


def test_a_template_that_is_no_text_is_said(tmp_path: Path, own: Path) -> None:
    (own / "notice.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(LetterRefused, match=r"notice\.txt"):
        with_own(tmp_path, own).notice()


HOSTILE = st.text(st.sampled_from('aé@<>",;:\\\r\n\x00\u2028\u202e=?_-. {}%&\U0001f389'), max_size=60) | st.text(
    max_size=80
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(data=st.data())
def test_whatever_was_typed_every_letter_is_one_clean_letter(data: st.DataObject, tmp_path: Path) -> None:
    """The header fields are those of a letter about something harmless, each once; no defect, no control character."""
    name, subject, label, message = (data.draw(HOSTILE) for _ in range(4))
    head = inquiry().head._replace(subject=subject, title=label)
    fields = (FieldValue("message", "Message", (message,)), FieldValue("x", label, (message, name)))
    email = data.draw(st.sampled_from(["jane@example.com", name]))
    post = Post(tmp_path, inquiry(customer=Customer(name, email), head=head, fields=fields))

    for write in (EVERY["notice"], EVERY["acknowledgement"], EVERY["forward"], EVERY["placed"]):
        raw = b"".join(write(post).chunks())
        found = read(write(post))
        lines = raw.partition(b"\n\n")[0].split(b"\n")
        assert not set(raw) & (set(range(32)) - {10}) - {9}
        assert len(found.keys()) == len(set(found.keys())) <= len([line for line in lines if line[:1] not in b" \t"])
        assert set(found.keys()) <= KNOWN
        assert max(map(len, raw.split(b"\n"))) <= compose.LONGEST_LINE
        assert len(list(found.iter_attachments())) == (0 if write in (EVERY["notice"], EVERY["acknowledgement"]) else 1)


KNOWN = {
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version"),
    *("Content-Type", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Helpdesk-Ticket"),
}
