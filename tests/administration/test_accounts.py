"""Administrators look after accounts: every change stands in the log, and can be undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.administration import accounts
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.operators import COMMAND_LINE, Operator
from helpdesk_lite.words.errors import FileChanged, NotAllowed, OperatorMistaken
from helpdesk_lite.words.rights import ADMINISTRATOR, OBSERVER, OPERATOR
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests import examples
from tests.examples import NOON

URL = "https://desk.example/helpdesk.cgi"


class Bureau:
    """A desk whose administrator is Ada, and Ines an operator; neither has a password."""

    def __init__(self, folder):
        self.now = float(NOON)
        self.house = assemble.house(make_desk(str(folder)), URL)
        self.house.clock = lambda: self.now
        self.accounts, self.operators = self.house.accounts, self.house.operators
        self.operators.write(Operator("ada", "ada@example.org", ADMINISTRATOR))
        self.operators.write(Operator("ines", "ines@example.org"))

    def __getattr__(self, name):
        return self.operators.find(name)

    def change(self, **values):
        self.accounts.change(self.ines._replace(**values), self.ada)

    def last(self):
        return self.house.audit.read(most=1)[0]

    def by_hand(self, name, line):
        with open(self.house.root.inside("operators", f"{name}.toml"), "a") as file:
            file.write(line + "\n")


@pytest.fixture
def desk(tmp_path):
    return Bureau(tmp_path / "desk")


class TestAdd:
    def test_makes_an_account_that_nobody_can_sign_in_to_yet(self, desk):
        desk.accounts.add(Operator("bob", "bob@example.org", OBSERVER), desk.ada)
        assert desk.bob.role == OBSERVER
        assert not desk.operators.is_password(desk.bob, "")
        noted = desk.last()
        assert noted[2:5] == ("ada", "added", "operators/bob")
        assert noted.before is None
        assert noted.after["role"] == OBSERVER

    @pytest.mark.parametrize(
        ("operator", "said"),
        [
            (Operator("ines", "i@example.org"), "There is an operator ines"),
            (Operator("Bob", "bob@example.org"), "plain word"),
            (Operator("bob", "bob@example.org", "emperor"), "role"),
            (Operator("bob", "bob@example.org", supervisor="zed"), "no operator zed"),
        ],
    )
    def test_what_cannot_be_leaves_no_trace(self, desk, operator, said):
        with pytest.raises(OperatorMistaken, match=said):
            desk.accounts.add(operator, desk.ada)
        assert desk.house.audit.read() == []
        assert desk.operators.names() == ["ada", "ines"]

    def test_is_for_administrators_alone(self, desk):
        with pytest.raises(NotAllowed):
            desk.accounts.add(Operator("bob", "bob@example.org"), desk.ines)
        assert desk.last()[2:5] == ("ines", "refused", "administer operators/bob")


class TestChange:
    def test_tells_before_and_after_but_no_password(self, desk):
        desk.accounts.change_password("ines", "a long password", COMMAND_LINE)
        desk.change(role=OBSERVER, categories=("billing",), absent_until="2026-12-24")
        assert desk.last().changes() == [
            ("role", "operator", "observer"),
            ("categories", "-", "billing"),
            ("absent_until", "-", "2026-12-24"),
        ]
        with open(desk.house.audit.folder + "/2026-11.jsonl") as file:
            assert "argon2" not in file.read()
        assert desk.operators.is_password(desk.ines, "a long password")

    def test_nothing_is_no_change(self, desk):
        desk.change()
        assert desk.house.audit.read() == []

    def test_what_a_hand_wrote_meanwhile_is_not_overwritten(self, desk):
        seen = desk.operators.version("ines")
        desk.by_hand("ines", "level = 2")
        with pytest.raises(FileChanged):
            desk.accounts.change(desk.ines._replace(role=OBSERVER), desk.ada, seen)
        assert (desk.ines.role, desk.ines.level) == (OPERATOR, 2)

    def test_the_last_administrator_stays_one(self, desk):
        for verb in (
            lambda: desk.accounts.change(desk.ada._replace(role=OPERATOR), desk.ada),
            lambda: desk.accounts.remove("ada", desk.ada),
        ):
            with pytest.raises(OperatorMistaken, match="no administrator left"):
                verb()
        desk.change(role=ADMINISTRATOR)
        desk.accounts.change(desk.ada._replace(role=OPERATOR), desk.ada)

    def test_a_file_with_mistakes_is_written_anew_with_its_password(self, desk):
        desk.by_hand("ines", 'password_hash = "$argon2id$kept"\nlevel = 99')
        text = desk.operators.text("ines").replace('password_hash = ""\n', "")
        with open(desk.house.root.inside("operators", "ines.toml"), "w") as file:
            file.write(text)
        desk.accounts.change(Operator("ines", "ines@example.org", level=3), desk.ada)
        assert (desk.ines.level, desk.ines.password_hash) == (3, "$argon2id$kept")


class TestRemove:
    def test_takes_the_account_away(self, desk):
        desk.accounts.remove("ines", desk.ada)
        assert desk.ines is None
        assert desk.last()[2:5] == ("ada", "removed", "operators/ines")

    def test_waits_until_their_tickets_are_handed_on(self, desk):
        number = examples.number()
        with desk.house.store.locked(number):
            desk.house.store.add(examples.inquiry(number), examples.entry(number), lambda: [examples.MESSAGE])
            desk.house.store.move(number, QUEUE, Place(CLAIMED, "ines"), examples.entry(number, "claimed", "ines"))
        with pytest.raises(OperatorMistaken, match=r"ines has tickets still \(1\)"):
            desk.accounts.remove("ines", desk.ada)
        desk.house.handling.reassign(number, desk.ada, "ada")
        desk.accounts.remove("ines", desk.ada)


class TestUndo:
    def test_a_change(self, desk):
        desk.change(role=OBSERVER, level=2)
        desk.accounts.undo(desk.last(), desk.ada)
        assert (desk.ines.role, desk.ines.level) == (OPERATOR, 9)
        undone, made = desk.house.audit.read()
        assert undone.undoes == made.name
        assert undone.what == "changed"
        desk.accounts.undo(undone, desk.ada)
        assert desk.ines.role == OBSERVER

    def test_an_account_that_was_made(self, desk):
        desk.accounts.add(Operator("bob", "bob@example.org"), desk.ada)
        desk.accounts.undo(desk.last(), desk.ada)
        assert desk.bob is None
        assert desk.last().what == "removed"

    def test_one_that_was_taken_away_comes_back_without_a_password(self, desk):
        desk.change(categories=("billing",), supervisor="ada")
        before = desk.ines
        desk.accounts.remove("ines", desk.ada)
        desk.accounts.undo(desk.last(), desk.ada)
        assert desk.ines == before._replace(password_hash="")

    @pytest.mark.parametrize("since", ["level = 4", "level = 99"])
    def test_is_refused_if_something_changed_since(self, desk, since):
        desk.change(role=OBSERVER)
        noted = desk.last()
        desk.by_hand("ines", since)
        with pytest.raises((FileChanged, OperatorMistaken)):
            desk.accounts.undo(noted, desk.ada)
        desk.accounts.remove("ines", desk.ada)
        with pytest.raises(FileChanged):
            desk.accounts.undo(noted, desk.ada)

    def test_a_new_password_hinders_it_not(self, desk):
        desk.change(role=OBSERVER)
        noted = desk.last()
        desk.accounts.change_password("ines", "a long password", COMMAND_LINE)
        desk.accounts.undo(noted, desk.ada)
        assert desk.operators.is_password(desk.ines, "a long password")

    def test_is_for_administrators_alone(self, desk):
        desk.change(role=OBSERVER)
        with pytest.raises(NotAllowed):
            desk.accounts.undo(desk.last(), desk.ines)
        assert desk.last()[2:5] == ("ines", "refused", "administer operators/ines")

    def test_an_entry_that_a_hand_made_up_is_refused(self, desk):
        after = json.loads(json.dumps(accounts._values(desk.ines)))
        desk.house.audit.note("ada", "changed", "operators/ines", {"role": 7}, after)
        with pytest.raises(OperatorMistaken):
            desk.accounts.undo(desk.last(), desk.ada)


class TestInvite:
    def invited(self, desk):
        desk.accounts.invite("ines", desk.ada)
        (letter,) = desk.house.outbox.waiting()
        assert letter.url.startswith(URL + "/invitation?key=")
        return letter.url.partition("key=")[2]

    def test_the_link_gives_a_password_once(self, desk):
        key = self.invited(desk)
        assert desk.accounts.invited(key) == desk.ines
        desk.accounts.accept(key, "a long password")
        assert desk.operators.is_password(desk.ines, "a long password")
        assert desk.last()[2:5] == ("ines", "password of", "operators/ines")
        with pytest.raises(NotAllowed):
            desk.accounts.accept(key, "another password")

    def test_it_lasts_a_week(self, desk):
        key = self.invited(desk)
        desk.now += accounts.LASTS + 1
        assert desk.accounts.invited(key) is None

    @pytest.mark.parametrize("key", ["", "ines", "ines~ffffffff~x", "zed~f~x", "../ada~1~2", "ines~zz~" + "x" * 22])
    def test_nobody_makes_one_up(self, desk, key):
        assert desk.accounts.invited(key) is None

    def test_it_is_not_another_operators(self, desk):
        key = self.invited(desk)
        assert desk.accounts.invited(key.replace("ines", "ada")) is None

    def test_the_letter_says_who_invites_and_as_whom(self, desk):
        desk.accounts.invite("ines", desk.ada)
        assert assemble.courier(desk.house).run().sent == 1
        (path,) = Path(desk.house.root.inside("mail", "ines@example.org", "new")).iterdir()
        text = path.read_text()
        assert "Subject: Your account at Help Desk" in text
        assert "ada has made you an operator of Help Desk" in text
        assert "/invitation?key=3Dines" in text or "/invitation?key=ines" in text
        assert "X-Helpdesk-Ticket" not in text


class TestHowMailReachesThem:
    MAILBOX = "imap://ines:hush@mail.example.org/Desk"

    def test_the_password_of_a_mailbox_is_not_in_the_log(self, desk):
        desk.change(deliver=self.MAILBOX)
        desk.change(language="it")
        desk.accounts.remove("ines", desk.ada)
        assert "hush" not in Path(desk.house.root.inside("log"), "2026-11.jsonl").read_text()
        assert desk.last().before["deliver"] == "imap://ines:...@mail.example.org/Desk"

    def test_a_mailbox_that_comes_back_from_a_page_without_its_password_keeps_it(self, desk):
        desk.change(deliver=self.MAILBOX)
        desk.change(deliver="imap://ines:...@mail.example.org/Desk", language="it")
        assert (desk.ines.deliver, desk.ines.language) == (self.MAILBOX, "it")

    def test_another_mailbox_needs_its_password(self, desk):
        desk.change(deliver=self.MAILBOX)
        with pytest.raises(OperatorMistaken):
            desk.change(deliver="imap://ines:...@elsewhere.example.org/Desk")

    def test_an_account_that_is_brought_back_has_its_mail_at_its_address(self, desk):
        desk.change(deliver=self.MAILBOX)
        desk.accounts.remove("ines", desk.ada)
        desk.accounts.undo(desk.last(), desk.ada)
        assert desk.ines.deliver == "mail"

    @pytest.mark.parametrize("place", ["maildir:/var/www/html", "maildir:data", "lmtp:/run/anything"])
    def test_a_place_on_the_host_is_named_by_who_runs_it(self, desk, place):
        with pytest.raises(OperatorMistaken):
            desk.change(deliver=place)
        with pytest.raises(OperatorMistaken):
            desk.accounts.add(Operator("bob", "bob@example.org", deliver=place), desk.ada)
        desk.accounts.change(desk.ines._replace(deliver=place), COMMAND_LINE)
        desk.change(language="it")  # what is there stays
        assert desk.ines.deliver == place
