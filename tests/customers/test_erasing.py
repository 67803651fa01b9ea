"""What is kept of a customer is handed out, and erased."""

from __future__ import annotations

import contextlib
import io
import mailbox
import os
import zipfile
from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.customers.erasing import Erasing
from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.letters import typed
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, LETTER, NOTE, Place
from tests.examples import BOB, INES, NOON, contact_form, submission
from tests.mail_desk import letter

JANE, JOHN = "jane@example.com", "john@example.com"
SECRETS = ("jane", "Jane", "It burns", "photo.png", "Her dog", "Pour water")


class Kept:
    """Jane's two tickets, a form and a letter with a file, that Ines has answered; one of John's; Jane's spam."""

    def __init__(self, folder):
        self.now = float(NOON)
        self.root = make_desk(str(folder))
        self.house = assemble.house(self.root)
        self.house.clock = lambda: self.now
        for operator in (INES, BOB):
            self.house.operators.add(operator, "a long password")
        self.desk = self.house.desk
        self.form = self.desk.submit(contact_form(), submission(), "192.0.2.1", "en")
        self.other = self.desk.submit(contact_form(), submission("Mine.", JOHN), "192.0.2.2", "en")
        file = "Content-Type: image/png\nContent-Disposition: attachment; filename=photo.png\n\nPNG"
        parts = {"text": f"--b\n\nIt burns.\n--b\n{file}\n--b--", "Content_Type": "multipart/mixed; boundary=b"}
        mail = letter(f"Jane Doe <{JANE}>", "helpdesk@localhost", subject="Her dog", **parts)
        self.mail = self.house.intake.receive([mail], Envelope("test")).number
        self.house.intake.receive(
            [letter(f"Jane <{JANE}>", "x@localhost", "Away.", Auto_Submitted="auto-replied")], Envelope("test", JANE)
        )
        self.desk.claim(self.form, INES)
        for kind, writer, words in (
            (LETTER, ("Jane Doe", JANE), "It burns still"),
            (NOTE, ("Ines", "ines@example.org"), "Her dog bit me"),
        ):
            ticket = self.house.store.read(self.form)
            with typed.posted(typed.Typed(words), kind, writer, ticket, self.desk, self.house.spool) as post:
                if kind == LETTER:
                    Customers(self.house.intake.correspondence).write(self.form, post)
                else:
                    self.house.intake.correspondence.note(self.form, INES, post)
        self.house.handling.reassign(self.form, INES, "bob", "Her dog bit me")
        self.house.handling.reassign(self.form, BOB, "ines")
        self.house.drafts.keep("ines", self.form, "Pour water")
        assemble.courier(self.house).run(all=True)
        self.desk.close(self.form, INES)

    def erasing(self):
        return Erasing(self.desk, self.house.drafts, self.house.intake.arrivals)

    def said_anywhere(self):
        """The files under data/ that still say something of Jane."""
        found = []
        for folder, _, names in os.walk(self.root.data):
            for path in (Path(folder, name) for name in names if self.other not in name):
                content = path.read_bytes().decode("utf-8", "replace") + str(path)
                if any(secret in content for secret in SECRETS):
                    found.append(os.path.relpath(path, self.root.data))
        return found

    def findings(self):
        return [finding.said for finding in assemble.verifier(self.house).findings()]


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "desk")


def run(kept, *words):
    return cli.main(["--root", kept.root.path, "customer", *words])


class TestErasing:
    def test_nothing_of_the_customer_is_left_and_everything_adds_up(self, kept, capsys):
        assert kept.said_anywhere()
        before = kept.house.intake.arrivals.counts()
        entries = [entry[:3] for entry in kept.house.store.read(kept.form).entries]
        assert run(kept, "erase", JANE.title(), "--yes") == 0
        assert "2 tickets made anonymous." in capsys.readouterr().out
        left = [path for path in kept.said_anywhere() if not path.startswith(("mail/", "intake/index/"))]
        assert left == [], "but in the mailboxes of those who got their letters, and by Message-ID in the ledger"
        assert not any(JANE in path for path in kept.said_anywhere() if path.startswith("mail/jane"))
        assert kept.findings() == []
        assert kept.house.intake.arrivals.counts() == before
        ticket = kept.house.store.read(kept.form)
        assert [entry[:3] for entry in ticket.entries[:-1]] == entries
        assert ticket.entries[-1].kind == "erased"
        assert ticket.place == Place(CLOSED, "ines")
        assert ticket.inquiry.head.subject == "(erased)"
        assert kept.house.store.read(kept.other).inquiry.customer.email == JOHN

    def test_the_same_letter_makes_no_ticket_again(self, kept):
        again = letter(f"Jane Doe <{JANE}>", "helpdesk@localhost", "Once.", "Once")
        number = kept.house.intake.receive([again], Envelope("test")).number
        kept.erasing().erase(JANE, "ada")
        assert kept.house.intake.receive([again], Envelope("test")).number == number
        assert kept.findings() == []

    def test_cut_short_anywhere_it_can_be_done_again(self, kept, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(type(kept.house.store), "erase", _fails)
            with pytest.raises(OSError, match="full"):
                kept.erasing().erase(JANE, "ada")
        assert len(kept.erasing().erase(JANE, "ada").own) == 2
        assert kept.erasing().erase(JANE, "ada").own == ()
        assert kept.findings() == []

    def test_what_others_wrote_of_them_is_told_and_stays(self, kept, capsys):
        mail = letter(f"John <{JOHN}>", "helpdesk@localhost", "We both burn.", Cc=JANE)
        number = kept.house.intake.receive([mail], Envelope("test")).number
        run(kept, "erase", JANE, "--yes")
        assert f"also named in tickets of others: {number}." in capsys.readouterr().out
        assert JANE in kept.house.store.read(number).entries[0].people

    def test_it_asks_first(self, kept, monkeypatch, capsys):
        for answer in ("no\n", ""):
            monkeypatch.setattr("sys.stdin", io.StringIO(answer))
            assert run(kept, "erase", JANE) == 1
        assert "Nothing was erased." in capsys.readouterr().out
        monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
        assert run(kept, "erase", JANE) == 0
        assert kept.erasing().find(JANE).own == ()

    def test_an_open_ticket_stays_with_its_operator(self, kept):
        kept.desk.claim(kept.mail, BOB)
        kept.erasing().erase(JANE, "ada")
        ticket = kept.house.store.read(kept.mail)
        assert ticket.place == Place(CLAIMED, "bob")
        kept.desk.close(kept.mail, BOB)
        assert kept.findings() == []


class TestRetention:
    def test_what_was_closed_so_long_ago_becomes_anonymous(self, kept):
        kept.desk = kept.desk._replace(settings=kept.desk.settings._replace(erase_after_days=30))
        assert kept.erasing().erase_closed() == 0
        kept.now += 31 * 86_400
        assert kept.erasing().erase_closed() == 1
        assert kept.erasing().erase_closed() == 0
        assert kept.house.store.read(kept.form).inquiry.customer.email == ""
        assert kept.house.store.read(kept.mail).inquiry.customer.email == JANE, "it is open"

    def test_never_unless_it_is_set(self, kept):
        kept.now += 4000 * 86_400
        assert kept.erasing().erase_closed() == 0


class TestHandingOut:
    def test_an_mbox_of_all_that_they_may_see_and_their_files(self, kept, tmp_path, capsys):
        assert run(kept, "export", JANE, str(tmp_path / "out")) == 0
        assert "2 tickets, 2 files." in capsys.readouterr().out
        with contextlib.closing(mailbox.mbox(tmp_path / "out" / "tickets.mbox")) as box:
            assert {one["X-Helpdesk-Ticket"] for one in box} == {kept.form, kept.mail}
            whole = b"".join(bytes(one) for one in box)
        assert b"It burns" in whole
        assert b"Her dog bit me" not in whole, "what operators wrote for each other"
        assert [path.read_bytes() for path in (tmp_path / "out").glob("*photo.png")] == [b"PNG"]

    def test_as_one_file(self, kept, tmp_path):
        assert run(kept, "export", JANE, str(tmp_path / "out.zip")) == 0
        assert "tickets.mbox" in zipfile.ZipFile(tmp_path / "out.zip").namelist()
        assert not (tmp_path / "out").exists()

    def test_nothing_is_written_over_and_nobody_has_no_tickets(self, kept, tmp_path, capsys):
        (tmp_path / "out").mkdir()
        assert run(kept, "export", JANE, str(tmp_path / "out")) == 1
        assert run(kept, "export", "nobody@example.com", str(tmp_path / "new")) == 1
        assert "No ticket is from nobody@example.com." in capsys.readouterr().err


def _fails(*_):
    raise OSError(28, "full")
