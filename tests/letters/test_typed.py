"""What operators type on a ticket's page: it becomes a letter, goes out once, and never behind somebody's back."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.letters import typed
from helpdesk_lite.letters.ledger import Ledger
from helpdesk_lite.words.errors import TicketChanged, TicketMoved
from helpdesk_lite.words.form import Upload
from helpdesk_lite.words.letter import ANSWER, TOLD
from helpdesk_lite.words.ticket import ANSWER as ANSWERED
from helpdesk_lite.words.ticket import NOTE
from tests.mail_desk import JANE, MailDesk, letter


class Ines:
    """An operator with a ticket before her on the screen."""

    def __init__(self, place: Path) -> None:
        self.desk = MailDesk(place)
        self.operator = self.desk.house.operators.find("ines")
        self.number = self.desk.open()
        self.desk.house.desk.claim(self.number, self.operator)
        self.look()

    def look(self) -> None:
        """Load the page."""
        self.seen = len(self.desk.kinds(self.number))

    def write(self, text: str, uploads: tuple[Upload, ...] = (), kind: str = ANSWERED) -> None:
        """Type and press the button."""
        house = self.desk.house
        Path(house.spool).mkdir(exist_ok=True)
        words = typed.Typed(text, uploads, self.seen)
        ticket = house.store.read(self.number)
        with typed.posted(words, kind, ("Ines", "ines@example.org"), ticket, house.desk, house.spool) as post:
            correspondence = self.desk.intake.correspondence
            if kind == NOTE:
                told = typed.named(text, house.operators, self.operator)
                correspondence.note(self.number, self.operator, post, told)
            else:
                correspondence.reply(self.number, self.operator, post, self.seen)


@pytest.fixture
def ines(tmp_path) -> Ines:
    return Ines(tmp_path)


def test_a_reply_goes_to_the_customer_and_stays_in_the_ticket(ines):
    ines.write("Pour water on it.")
    (answer,) = ines.desk.letters(ANSWER)
    assert answer.recipients == ("jane@example.com",)
    assert ines.desk.kinds(ines.number)[-1] == ANSWERED
    assert b"Pour water on it." in ines.desk.raw(ines.number, -1)


def test_pressed_twice_it_goes_once(ines):
    ines.write("Pour water on it.")
    ines.write("Pour water on it.")
    assert len(ines.desk.letters(ANSWER)) == 1


def test_the_same_words_from_a_page_loaded_anew_are_new_words(ines):
    ines.write("Patience.")
    ines.look()
    ines.write("Patience.")
    assert len(ines.desk.letters(ANSWER)) == 2


def test_what_the_customer_wrote_meanwhile_is_read_first(ines):
    ines.desk.receive(letter(JANE, ines.desk.address("ticket", ines.number), "It is out."))
    with pytest.raises(TicketChanged) as changed:
        ines.write("Pour water on it.")
    assert changed.value.seen == ines.seen
    assert not ines.desk.letters(ANSWER)


def test_a_reply_in_a_ticket_that_is_no_longer_hers_goes_nowhere(ines):
    ines.desk.house.desk.release(ines.number, ines.operator)
    with pytest.raises(TicketMoved):
        ines.write("Pour water on it.")
    assert not ines.desk.letters(ANSWER)


def test_a_note_goes_to_nobody(ines):
    ines.write("She has done this before.", kind=NOTE)
    assert ines.desk.kinds(ines.number)[-1] == NOTE
    assert not ines.desk.letters(ANSWER)


def test_a_note_is_mailed_to_whom_it_names_and_the_ticket_says_so(ines):
    ines.write("@bob, she has done this before. @ines", kind=NOTE)
    (told,) = ines.desk.letters(TOLD)
    assert (told.operator, told.note) == ("bob", f"ines named you in a note in ticket {ines.number}:")
    entry = ines.desk.house.store.read(ines.number).entries[-1]
    assert (entry.message_id, entry.letters) == (told.entry, (told.message_id,))


def test_who_is_named_reads_it_in_their_own_mailbox(ines):
    path = Path(ines.desk.root.inside("operators", "bob.toml"))
    path.write_text('email = "bob@example.org"\nlanguage = "it"\ndeliver = "maildir:data/mail/bob-own"\n')
    ines.write("@bob She has done this before.", kind=NOTE)
    assemble.courier(ines.desk.house).run(all=True)
    (found,) = Path(ines.desk.root.inside("mail", "bob-own", "new")).iterdir()
    raw = found.read_bytes()
    assert b"ha fatto il Suo nome" in raw and b"She has done this before." in raw
    assert b"jane" not in raw.lower()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob", ["bob"]),
        ("(@Bob.)", ["bob"]),
        ("@bob @ines @bob", ["bob"]),
        ("@ines", []),
        ("@nobody, @root", []),
        ("bob@bob, @bob@example.org, x@bob.example, @bobby, @bob\u00f2", []),
        ("@ bob, @", []),
        ("@../bob", []),
        (" ".join(f"@x{count}" for count in range(1000)) + " @bob", []),
    ],
)
def test_names_are_whole_words_of_operators(ines, text, names):
    assert [one.name for one in typed.named(text, ines.desk.house.operators, ines.operator)] == names


def test_a_broken_account_is_named_in_vain(ines):
    Path(ines.desk.root.inside("operators", "eve.toml")).write_text("no toml")
    assert typed.named("@eve @bob", ines.desk.house.operators, ines.operator)[0].name == "bob"


def test_a_file_goes_with_the_reply(ines, tmp_path):
    (tmp_path / "plan").write_bytes(b"\x00\x01 exits")
    ines.write("See the plan.", (Upload("file", "plan.pdf", "application/pdf", 8, str(tmp_path / "plan")),))
    assert b'filename="plan.pdf"' in ines.desk.raw(ines.number, -1)


def test_typed_letters_are_no_concern_of_the_ledger(ines):
    ines.write("Pour water on it.")
    assert list(Ledger(ines.desk.intake, ines.desk.house.root.data).findings()) == []


def test_an_answer_by_mail_to_a_typed_reply_comes_to_the_ticket(ines):
    ines.write("Pour water on it.")
    (answer,) = ines.desk.letters(ANSWER)
    outcome = ines.desk.receive(letter(JANE, "helpdesk@localhost", "Done.", In_Reply_To=answer.message_id))
    assert (outcome.kind, outcome.number) == ("threaded", ines.number)
