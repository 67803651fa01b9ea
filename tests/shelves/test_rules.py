"""Rules: which hold, what they make of new tickets, whom they hand them to, and what a mistake in them does not do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli
from helpdesk_lite.shelves.rules import Facts, judged
from helpdesk_lite.tickets.ruling import Patience
from helpdesk_lite.words.errors import RulesMistaken
from helpdesk_lite.words.letter import FORWARD
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.examples import NOON, contact_form, submission
from tests.shelves.test_categories import EVERYBODY, Sorted, private

FACTS = Facts(
    "repair",
    "",
    "Jane.Doe@Example.com",
    (("machine", ("KB-20",)), ("with", ("cable", "lid")), ("message", ("The pump leaks.\nWater!",))),
    "Broken pump\nThe pump leaks.\nWater!",
    NOON,  # a Saturday
)


class Ruled(Sorted):
    """The same desk, with rules."""

    def rules(self, text):
        private(Path(self.house.root.inside("rules.toml")), text)

    def skilled(self, name, *lines):
        with open(self.house.root.inside("operators", f"{name}.toml"), "a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def last(self, number):
        entry = self.read(number).entries[-1]
        return entry.kind, entry.by, entry.text

    def holder(self, number):
        return self.read(number).place.holder

    def verdict(self, text, facts=FACTS):
        return judged(self.house.rules.check(text), facts, Patience().fits)


@pytest.fixture
def ruled(tmp_path):
    return Ruled(tmp_path / "desk")


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "is_so"),
        [
            ('form = "repair"', True),
            ('form = ["contact", "Repair"]', True),
            ('form = "contact"', False),
            ('category = "repairs"', False),
            ('sender = "jane.doe@example.com"', True),
            ('sender = "@example.com"', True),
            ('sender = "@ample.com"', False),
            ('words = "PUMP"', True),
            ('words = ["fire", "the pump"]', True),
            ('words = "broken  pump the"', True),
            ('words = "pum"', False),
            ('words = "leaks."', True),
            ('field.machine.contains = "kb"', True),
            ('field.machine.equals = "kb-20"', True),
            ('field.machine.equals = "kb"', False),
            ('field.with.equals = "lid"', True),
            ('field.machine.matches = "[A-Z]{2}-[0-9]+"', True),
            ('field.machine.matches = "[0-9]+"', False),
            ('field.nothing.contains = "x"', False),
            ('time = "08:00-18:00"', True),
            ('time = "12:00-12:01"', True),
            ('time = "18:00-08:00"', False),
            ('time = "11:00-10:00"', True),
            ('weekday = ["saturday", "sunday"]', True),
            ('weekday = "friday"', False),
        ],
    )
    def test_are_so_or_not(self, ruled, condition, is_so):
        text = f'[[rule]]\nif.{condition}\nthen.priority = "high"\n'
        assert bool(ruled.verdict(text).names) == is_so

    def test_all_have_to_be_so_and_each_says_what_it_saw(self, ruled):
        text = '[[rule]]\nname = "Pumps"\nif.form = "repair"\nif.field.machine.equals = "X"\nthen.level = 2\n'
        (tried,) = ruled.verdict(text).tried
        assert not tried.applies
        assert [(look.condition.words, look.seen, look.is_so) for look in tried.looks] == [
            ('form = "repair"', "repair", True),
            ('field.machine.equals = "X"', "KB-20", False),
        ]

    def test_none_are_always_so(self, ruled):
        assert ruled.verdict("[[rule]]\nthen.level = 2\n").names == ("1",)

    def test_patterns_that_would_take_for_ever_are_not_so(self, ruled):
        facts = FACTS._replace(fields=(("machine", ("a" * 200 + "!",)),))
        text = '[[rule]]\nif.field.machine.matches = "(a+)+"\nthen.level = 2\n' * 20
        assert ruled.verdict(text, facts).names == ()


class TestOrder:
    def test_the_later_wins_and_notes_follow_each_other(self, ruled):
        text = '[[rule]]\nname = "A"\nthen.priority = "high"\nthen.note = "One."\nthen.level = 2\n'
        text += '[[rule]]\nname = "B"\nthen.priority = "low"\nthen.note = "Two."\n'
        verdict = ruled.verdict(text)
        action = verdict.action
        assert (verdict.names, action.priority, action.level, action.note) == (("A", "B"), "low", 2, "One.\n\nTwo.")

    def test_a_category_that_one_gives_is_what_the_next_sees(self, ruled):
        text = '[[rule]]\nthen.category = "repairs"\n[[rule]]\nif.category = "repairs"\nthen.level = 3\n'
        assert ruled.verdict(text).action.level == 3

    def test_one_can_be_the_last(self, ruled):
        text = "[[rule]]\nthen.level = 2\nthen.stop = true\n[[rule]]\nthen.level = 3\n"
        assert ruled.verdict(text).action.level == 2


class TestANewTicket:
    def test_stands_as_its_rules_say_and_is_told_to_whom_it_concerns_with_their_note(self, ruled):
        ruled.rules(
            '[[rule]]\nname = "Fires"\nif.words = "burns"\nthen.category = "repairs"\nthen.level = 3\n'
            'then.due_in = 4\nthen.wake_in = 1.5\nthen.note = "Bring water."\n'
        )
        number = ruled.asked()
        ticket = ruled.read(number)
        assert ticket.category == "repairs"
        came = ticket.inquiry.head.received_at
        wanted = Standing("", 3, "high", "", came + 4 * 3600, came + 5400)
        assert (ticket.standing, ticket.inquiry.head.standing) == (wanted, wanted)
        assert ruled.told(number) == [("ines@example.org", "workshop@example.org")]
        assert [one.note for one, _ in ruled.house.outbox.unsent(number) if one.kind == "notice"] == ["Bring water."]
        assert ruled.last(number) == ("ruled", "desk", "Fires\n\nBring water.")
        assert ticket.place == QUEUE
        assert ruled.house.ruling.duties.numbers() == []

    def test_that_no_rule_is_about_is_as_without_rules(self, ruled):
        ruled.rules('[[rule]]\nif.words = "water"\nthen.priority = "critical"\n')
        number = ruled.asked()
        ticket = ruled.read(number)
        assert ([entry.kind for entry in ticket.entries], ticket.standing) == (["inquiry"], USUAL)

    @pytest.mark.parametrize(
        "text", ["nonsense", "[[rule]]\nthen.levle = 2\n", b"\xff".decode("latin-1") * 3, "[rule]"]
    )
    def test_arrives_as_if_there_were_no_rule_if_there_is_a_mistake(self, ruled, text):
        ruled.rules("[[rule]]\nthen.level = 2\n" + text)
        number = ruled.asked()
        assert ruled.read(number).standing == USUAL
        assert ruled.told(number) == [EVERYBODY]
        assert ruled.house.rules.mistakes()

    def test_pressed_twice_is_ruled_once(self, ruled):
        ruled.rules('[[rule]]\nthen.hand_to = "bob"\n')
        assert ruled.asked() == ruled.asked()
        (number,) = ruled.house.store.numbers("claimed")
        assert [entry.kind for entry in ruled.read(number).entries] == ["inquiry", "ruled", "claimed"]


class TestHanding:
    def test_is_a_claim_whose_letter_goes_to_their_mailbox(self, ruled):
        ruled.rules('[[rule]]\nname = "Bob\'s"\nthen.hand_to = "bob"\n')
        number = ruled.asked()
        ticket = ruled.read(number)
        assert ticket.place == Place(CLAIMED, "bob")
        assert ruled.last(number) == ("claimed", "bob", "Bob's")
        letters = [one for one, _ in ruled.house.outbox.unsent(number) if one.kind == FORWARD]
        assert [one.operator for one in letters] == ["bob"]
        assert letters[0].message_id in ticket.entries[-1].letters

    def test_goes_in_turn(self, ruled):
        ruled.rules('[[rule]]\nthen.hand_to = ["bob", "ines"]\n')
        numbers = [ruled.asked(message=f"Fire {count}") for count in range(4)]
        assert [ruled.holder(number) for number in numbers] == ["bob", "ines", "bob", "ines"]

    def test_or_to_who_has_the_fewest(self, ruled):
        ruled.rules('[[rule]]\nif.words = "flames"\nthen.hand_to = ["bob", "ines"]\nthen.by = "load"\n')
        for count in range(2):
            ruled.desk.claim(ruled.asked(message=f"Water {count}"), ruled.house.operators.find("bob"))
        numbers = [ruled.asked(message=f"Flames {count}") for count in range(3)]
        assert [ruled.holder(number) for number in numbers] == ["ines", "ines", "bob"]

    def test_or_by_skill_or_to_a_department(self, ruled):
        ruled.skilled("ines", 'skills = ["pumps", "motors"]')
        ruled.file("repairs", 'operators = ["bob"]')
        ruled.rules(
            '[[rule]]\nif.words = "pump"\nthen.skill = "pumps"\n'
            '[[rule]]\nif.words = "bike"\nthen.department = "repairs"\n'
        )
        assert ruled.holder(ruled.asked(message="A pump.")) == "ines"
        assert ruled.holder(ruled.asked(message="A bike.")) == "bob"

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ('absent_until = "9999-12-24"', "away until 9999-12-24"),
            ("level = 1", "works up to level 1"),
            ('role = "observer"', "may not have it"),
            ('categories = ["repairs"]', ""),
            ("nonsense", "there is no such operator"),
        ],
    )
    def test_never_to_who_cannot_have_it(self, ruled, line, why):
        path = Path(ruled.house.root.inside("operators", "bob.toml"))
        path.write_text(f'email = "bob@example.org"\n{line}\n')
        ruled.rules('[[rule]]\nthen.level = 2\nthen.hand_to = ["bob", "carla"]\n')
        number = ruled.asked()
        assert ruled.read(number).place == (QUEUE if why else Place(CLAIMED, "bob"))
        (rule,) = ruled.house.rules.all()
        found = ruled.house.ruling.candidates(rule.action.hand, ruled.read(number))
        assert why in (found[0].hindrance, "") and found[1].hindrance == "there is no such operator"

    def test_of_many_at_once_each_has_one_holder(self, ruled):
        ruled.rules('[[rule]]\nthen.hand_to = ["bob", "ines"]\n')
        numbers = []
        threads = [
            threading.Thread(target=lambda count=count: numbers.append(ruled.asked(message=f"Fire {count}")))
            for count in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ruled.holder(number) for number in numbers) == ["bob"] * 3 + ["ines"] * 3


class TestKilledInBetween:
    @pytest.fixture
    def left(self, ruled, monkeypatch):
        """A ticket whose desk was killed before it did what rules want."""
        ruled.rules('[[rule]]\nname = "Bob"\nthen.hand_to = "bob"\nthen.note = "Hurry."\n')
        monkeypatch.setattr(type(ruled.desk.reception), "settle", lambda *_: None)
        number = ruled.asked()
        assert ruled.house.ruling.duties.numbers() == [number]
        return number

    def test_the_next_round_does_it_once(self, ruled, left):
        for _ in range(2):
            assemble.work(ruled.house)
        kinds = [entry.kind for entry in ruled.read(left).entries]
        assert (kinds, ruled.holder(left)) == (["inquiry", "ruled", "claimed"], "bob")
        assert ruled.house.ruling.duties.numbers() == []

    def test_even_if_the_rules_have_changed_since(self, ruled, left):
        ruled.rules("")
        ruled.house.ruling.finish()
        assert ruled.holder(left) == "bob"

    def test_not_if_somebody_had_it_meanwhile(self, ruled, left):
        ines = ruled.house.operators.find("ines")
        ruled.desk.claim(left, ines)
        ruled.desk.release(left, ines)
        ruled.house.ruling.finish()
        assert ruled.read(left).place == QUEUE
        assert ruled.last(left)[0] == "ruled"

    def test_nor_if_the_ticket_was_never_made_or_is_another(self, ruled, left):
        (path,) = Path(ruled.house.root.inside("duties")).iterdir()
        gone = path.with_name("3D9P-WLQ2-7KXH.json")
        gone.write_bytes(path.read_bytes())
        path.write_bytes(path.read_bytes().replace(b'["', b'["x', 1))
        ruled.house.ruling.finish()
        assert ruled.house.ruling.duties.numbers() == []
        assert [entry.kind for entry in ruled.read(left).entries] == ["inquiry"]

    def test_what_fails_is_left_to_the_round_after(self, ruled, left, monkeypatch):
        def fail(*_):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(type(ruled.house.outbox), "stage", fail)
            ruled.house.ruling.finish()
        assert ruled.house.ruling.duties.numbers() == [left]
        ruled.house.ruling.finish()
        assert ruled.holder(left) == "bob"


class TestTheFile:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("rule = 1", "rule: each begins with [[rule]]"),
            ("[other]", "other: there is no such thing here"),
            ("[[rule]]", "rule 1: it does nothing: then is missing"),
            ('[[rule]]\nname = "A"\nif.frm = "x"\nthen.level = 2', "rule 1 (A): if.frm: there is no such condition"),
            ("[[rule]]\nif.form = 2\nthen.level = 2", "rule 1: if.form must be a text, or a list of texts"),
            ("[[rule]]\nif.form = []\nthen.level = 2", "rule 1: if.form must be a text, or a list of texts"),
            ('[[rule]]\nif.time = "8-18"\nthen.level = 2', "it must look like 18:00-08:00"),
            ('[[rule]]\nif.weekday = "Sat"\nthen.level = 2', "it must be of monday, tuesday"),
            ('[[rule]]\nif.field.x = "y"\nthen.level = 2', "if.field.x needs one of contains, equals, matches"),
            ('[[rule]]\nif.field.x.is = "y"\nthen.level = 2', "if.field.x.is: there is no such thing"),
            ('[[rule]]\nif.field.x.matches = "("\nthen.level = 2', "matches = '(' is no pattern"),
            ("[[rule]]\nthen.level = 10", "then.level = 10: it must be from 1 to 9"),
            ('[[rule]]\nthen.priority = "urgent"', "then.priority = 'urgent': it must be one of low"),
            ("[[rule]]\nthen.due_in = true", "then.due_in = True: it must be a number of hours"),
            ('[[rule]]\nthen.note = " "', "then.note must be a text"),
            ('[[rule]]\nthen.hand_to = "a"\nthen.skill = "b"', "then has hand_to, skill: it can have one of them"),
            ('[[rule]]\nthen.by = "turn"', "then.by needs one of hand_to, skill, department"),
            ("[[rule]]\nthen = 2", "then is no table"),
            ("[[rule]]\nthen.stop = 1", "then.stop must be true or false"),
        ],
    )
    def test_a_mistake_is_said_with_its_rule(self, ruled, text, said):
        with pytest.raises(RulesMistaken) as wrong:
            ruled.house.rules.check(text)
        assert said in str(wrong.value)

    def test_all_mistakes_are_said_at_once(self, ruled):
        ruled.rules("[[rule]]\nthen.level = 10\n[[rule]]\nthen.levle = 1\n")
        assert len(ruled.house.rules.mistakes()) == 2


def test_a_desk_without_rules_has_no_folder_for_them(ruled):
    ruled.desk.submit(contact_form(), submission(), "192.0.2.1", "en")
    assert not Path(ruled.house.root.inside("duties")).exists()


class TestFromTheCommandLine:
    RULES = (
        '[[rule]]\nname = "Water"\nif.words = "water"\nthen.level = 2\n'
        '[[rule]]\nname = "Fires"\nif.form = "contact"\nif.words = "burns"\nthen.priority = "high"\n'
        'then.hand_to = ["bob", "ines"]\nthen.note = "Hurry."\n'
    )

    def run(self, desk, capsys, *words):
        status = cli.main(["--root", desk.house.root.path, "rules", *words])
        return status, capsys.readouterr().out

    def test_try_says_what_would_happen_and_why_and_does_nothing(self, ruled, capsys):
        number = ruled.asked()
        ruled.skilled("bob", "absent_until = 9999-12-24")
        ruled.rules(self.RULES)
        status, said = self.run(ruled, capsys, "try", number)
        assert status == 0
        assert said.splitlines() == [
            "no      Water",
            "        no  words = \"water\"   (it is 'The printer is on fire It burns.')",
            "applies Fires",
            "        yes form = \"contact\"   (it is 'contact')",
            "        yes words = \"burns\"   (it is 'The printer is on fire It burns.')",
            "Then: category none, priority high, level 1",
            "Note: Hurry.",
            "        no  bob   away until 9999-12-24",
            "        can ines",
            "Handed to ines.",
        ]
        assert [entry.kind for entry in ruled.read(number).entries] == ["inquiry"]

    def test_try_judges_the_ticket_as_it_came(self, ruled, capsys):
        ruled.rules('[[rule]]\nif.category = "repairs"\nthen.level = 2\n[[rule]]\nthen.category = "repairs"\n')
        number = ruled.asked()
        ruled.desk.claim(number, ruled.house.operators.find("bob"))
        said = self.run(ruled, capsys, "try", number)[1]
        assert "no  category = \"repairs\"   (it is '')" in said
        assert "Then: category repairs, priority high, level 2" in said

    def test_check_says_mistakes_then_names_that_lead_nowhere(self, ruled, capsys):
        assert self.run(ruled, capsys, "check") == (0, "There are no rules.\n")
        ruled.rules("[[rule]]\nthen.levle = 2\n")
        status, said = self.run(ruled, capsys, "check")
        assert (status, said.startswith("data/rules.toml: rule 1: then.levle: there is no such action")) == (1, True)
        ruled.rules(
            '[[rule]]\nif.form = ["mail", "fax"]\nthen.category = "pumps"\nthen.hand_to = "carla"\n'
            '[[rule]]\nthen.skill = "pumps"\n[[rule]]\nthen.department = "bills"\n'
        )
        status, said = self.run(ruled, capsys, "check")
        names = ["form 'fax'", "operator 'carla'", "category 'pumps'", "skill 'pumps'", "department 'bills'"]
        rules = [1, 1, 1, 2, 3]
        wanted = [f"data/rules.toml: rule {rule}: there is no {name}" for rule, name in zip(rules, names, strict=True)]
        assert (status, said.splitlines()) == (1, wanted)
        found = [finding.said for finding in assemble.verifier(ruled.house).findings() if "rule " in finding.said]
        assert [f"data/rules.toml: {one}" for one in found] == wanted
        ruled.rules(self.RULES)
        assert self.run(ruled, capsys, "check") == (0, "2 rules, and all is right.\n")
        ruled.rules("[[rule]]\nthen.level = 2\n")
        assert self.run(ruled, capsys, "check") == (0, "1 rule, and all is right.\n")


def test_verify_does_what_was_left(ruled, monkeypatch):
    ruled.rules('[[rule]]\nthen.hand_to = "bob"\n')
    with monkeypatch.context() as patch:
        patch.setattr(type(ruled.desk.reception), "settle", lambda *_: None)
        number = ruled.asked()
    verifier = assemble.verifier(ruled.house)
    (finding,) = [one for one in verifier.findings() if one.number == number]
    assert finding.said == "what rules want done with this ticket was not done"
    assert verifier.mend(finding)
    assert ruled.holder(number) == "bob"
