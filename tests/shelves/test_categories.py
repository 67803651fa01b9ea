"""What a category's file does to tickets: who is told, how they begin, whose words their letters have."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite import assemble, cli
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.letters.correspondence import Post
from helpdesk_lite.mail import incoming
from helpdesk_lite.shelves.categories import Categories, Category
from helpdesk_lite.words.errors import CategoryMistaken
from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.words.letter import NOTICE
from helpdesk_lite.words.standing import USUAL, Standing
from tests.examples import ADMIN, BOB, INES, contact_form, submission
from tests.mail_desk import letter

REPAIRS = """\
title = "Repairs"
subscribers = ["ines"]
addresses = ["workshop@example.org"]
priority = "high"
level = 2
"""
EVERYBODY = ("operators@localhost",)


def private(path, text):
    path.write_text(text)
    path.chmod(0o600)


class Sorted:
    """A desk with three operators and the category repairs."""

    def __init__(self, folder: Path) -> None:
        self.house = assemble.house(make_desk(str(folder)))
        for operator in (INES, BOB, ADMIN):
            text = f'email = "{operator.email}"\nadmin = {str(operator.is_admin).lower()}\n'
            private(Path(self.house.root.inside("operators", f"{operator.name}.toml")), text)
        self.desk, self.handling = self.house.desk, self.house.handling
        self.file("repairs", REPAIRS)

    def file(self, name, text):
        folder = Path(self.house.root.inside("categories"))
        folder.mkdir(mode=0o700, exist_ok=True)
        private(folder / f"{name}.toml", text)

    def asked(self, category="", chosen=None, message="It burns."):
        """The number of a new ticket from a form of this category, whose customer chose that one."""
        given = submission(message)
        if chosen is not None:
            given = given._replace(fields=(*given.fields, FieldValue("category", "About", (chosen,))))
        form = contact_form()._replace(category=category)
        return self.desk.submit(form, given, "192.0.2.1", "en")

    def read(self, number):
        return self.house.store.read(number)

    def told(self, number):
        """Who is mailed the notices of this ticket, in order."""
        unsent = {one.message_id: one for one, _ in self.house.outbox.unsent(number) if one.kind == NOTICE}
        caused = (name for entry in self.read(number).entries for name in entry.letters)
        return [unsent[name].recipients for name in caused if name in unsent]

    def clear(self):
        for one in self.house.outbox.waiting():
            self.house.outbox.drop(one.name)


@pytest.fixture
def sorted_desk(tmp_path):
    return Sorted(tmp_path / "desk")


class TestANewTicket:
    def test_of_a_category_is_told_to_its_readers_and_stands_as_it_says(self, sorted_desk):
        number = sorted_desk.asked("repairs")
        assert sorted_desk.told(number) == [("ines@example.org", "workshop@example.org")]
        ticket = sorted_desk.read(number)
        assert (ticket.category, ticket.standing) == ("repairs", Standing(level=2, priority="high"))
        assert sorted_desk.desk.queue()[0].standing == Standing(level=2, priority="high")

    def test_is_what_its_customer_chose_before_what_its_form_says(self, sorted_desk):
        sorted_desk.file("bills", 'subscribers = ["bob"]')
        number = sorted_desk.asked("repairs", chosen="bills")
        assert sorted_desk.read(number).category == "bills"
        assert sorted_desk.told(number) == [("bob@example.org",)]

    def test_is_found_by_its_title_too(self, sorted_desk):
        sorted_desk.file("bills", 'title = "Bills & more"')
        assert sorted_desk.read(sorted_desk.asked("Repairs")).category == "repairs"
        assert sorted_desk.read(sorted_desk.asked("Repairs", chosen="Bills & more")).category == "bills"

    @pytest.mark.parametrize("chosen", ["", "pumps", "../repairs", "REPAIRS", "x" * 5000])
    def test_is_of_its_forms_category_if_the_customer_chose_none_that_is_known(self, sorted_desk, chosen):
        assert sorted_desk.read(sorted_desk.asked("repairs", chosen=chosen)).category == "repairs"

    @pytest.mark.parametrize("category", ["", "pumps", "Repairs of all kinds", "../operators/ines"])
    def test_of_no_category_that_is_known_is_told_to_everybody(self, sorted_desk, category):
        number = sorted_desk.asked(category)
        assert sorted_desk.told(number) == [EVERYBODY]
        assert (sorted_desk.read(number).category, sorted_desk.read(number).standing) == (category, USUAL)

    @pytest.mark.parametrize("text", ["", 'subscribers = ["carla"]', 'title = "Repairs"', "nonsense", "level = 99"])
    def test_is_never_told_to_nobody(self, sorted_desk, text):
        sorted_desk.file("repairs", text)
        assert sorted_desk.told(sorted_desk.asked("repairs")) == [EVERYBODY]

    def test_of_a_department_is_told_to_it_if_it_names_nobody_else(self, sorted_desk):
        sorted_desk.file("repairs", 'operators = ["bob", "ada"]')
        assert sorted_desk.told(sorted_desk.asked("repairs")) == [("bob@example.org", "ada@example.org")]

    def test_also_tells_those_whom_its_form_names(self, sorted_desk):
        form = contact_form()._replace(category="repairs", notify=("x@example.org", "workshop@example.org"))
        number = sorted_desk.desk.submit(form, submission(), "192.0.2.1", "en")
        assert sorted_desk.told(number) == [("ines@example.org", "workshop@example.org", "x@example.org")]

    def test_that_begins_with_mail_is_told_to_everybody(self, sorted_desk, tmp_path):
        content = letter("Jane Doe <jane@example.com>", "helpdesk@localhost", "It burns.")
        path = tmp_path / "letter"
        path.write_bytes(content)
        with path.open("rb") as file:
            post = Post(incoming.read(file), lambda: iter([content]), "Jane Doe <jane@example.com>")
            number = sorted_desk.house.intake.correspondence.open(post, acknowledge=False)
        assert sorted_desk.told(number) == [EVERYBODY]


class TestByHand:
    def mark(self, desk, number, category, by=ADMIN):
        seen = desk.read(number).standing
        desk.handling.mark(number, by, seen._replace(category=category), seen)

    def test_a_pending_ticket_is_told_to_the_readers_of_its_new_category(self, sorted_desk):
        number = sorted_desk.asked()
        self.mark(sorted_desk, number, "repairs")
        assert sorted_desk.told(number)[1:] == [("ines@example.org", "workshop@example.org")]
        assert sorted_desk.read(number).standing == Standing(category="repairs"), "and stands as it did"

    def test_nothing_happens_while_its_readers_cannot_be_looked_up(self, sorted_desk, monkeypatch):
        number = sorted_desk.asked()
        monkeypatch.setattr(Categories, "find", lambda *_: (_ for _ in ()).throw(OSError("The disk is broken.")))
        with pytest.raises(OSError, match="broken"):
            self.mark(sorted_desk, number, "repairs")
        assert sorted_desk.read(number).standing == Standing()

    def test_not_to_who_did_it(self, sorted_desk):
        number = sorted_desk.asked()
        self.mark(sorted_desk, number, "repairs", INES)
        assert sorted_desk.told(number)[1:] == [("workshop@example.org",)]

    def test_nobody_is_told_of_a_category_that_names_nobody(self, sorted_desk):
        number = sorted_desk.asked()
        self.mark(sorted_desk, number, "pumps")
        assert sorted_desk.told(number) == [EVERYBODY]

    def test_nor_of_a_ticket_that_somebody_has(self, sorted_desk):
        number = sorted_desk.asked()
        sorted_desk.desk.claim(number, INES)
        self.mark(sorted_desk, number, "repairs", INES)
        assert sorted_desk.told(number) == [EVERYBODY]

    def test_back_to_the_forms_own(self, sorted_desk):
        number = sorted_desk.asked("repairs")
        self.mark(sorted_desk, number, "pumps")
        self.mark(sorted_desk, number, "")
        assert sorted_desk.told(number)[1:] == [("ines@example.org", "workshop@example.org")]


class TestEscalation:
    def up(self, desk, category="repairs"):
        number = desk.asked(category)
        desk.desk.claim(number, BOB)
        desk.clear()
        desk.handling.escalate(number, BOB, "A plumber!")
        return desk.told(number)

    def test_is_told_to_the_readers_who_work_at_that_level(self, sorted_desk):
        sorted_desk.file("repairs", 'subscribers = ["ines", "ada"]\naddresses = ["workshop@example.org"]')
        with open(sorted_desk.house.root.inside("operators", "ines.toml"), "a") as file:
            file.write("level = 1\n")
        assert self.up(sorted_desk) == [("ada@example.org", "workshop@example.org")]

    def test_else_to_the_departments_own(self, sorted_desk):
        sorted_desk.file("repairs", 'operators = ["ines", "bob"]')
        assert self.up(sorted_desk) == [("ines@example.org",)]

    def test_else_to_all_who_work_there(self, sorted_desk):
        assert self.up(sorted_desk, "pumps") == [("ada@example.org", "ines@example.org")]

    def test_never_to_nobody(self, sorted_desk):
        sorted_desk.file("repairs", 'operators = ["bob"]')
        assert self.up(sorted_desk) == [("bob@example.org",)], "who is the department"


class TestLetters:
    def test_have_the_words_of_the_categorys_own_templates(self, sorted_desk):
        root = Path(sorted_desk.house.root.path)
        for folder, word in (("templates/mail", "The desk"), ("templates/workshop/mail", "The workshop")):
            (root / folder).mkdir(parents=True)
            (root / folder / "acknowledgement.txt").write_text(f"{word} has it: {{{{ number }}}}.\n")
        sorted_desk.file("repairs", 'templates = "workshop"')
        repairs, other = sorted_desk.asked("repairs"), sorted_desk.asked(message="Another.")
        assemble.work(sorted_desk.house)
        arrived = [path.read_text() for path in root.glob("data/mail/jane@example.com/new/*")]
        assert [f"The workshop has it: {repairs}." in one for one in arrived].count(True) == 1
        assert [f"The desk has it: {other}." in one for one in arrived].count(True) == 1

    def test_have_the_desks_if_the_folder_is_missing(self, sorted_desk):
        sorted_desk.file("repairs", 'templates = "workshop"')
        number = sorted_desk.asked("repairs")
        assemble.work(sorted_desk.house)
        assert sorted_desk.house.outbox.unsent(number) == []


class TestFiles:
    def test_are_written_and_read_alike(self, sorted_desk):
        kept = Category("bills", "Bills & more", ("bob",), ("a@b.example",), "low", 3, ("bob", "ada"), "money")
        sorted_desk.house.categories.add(kept)
        assert sorted_desk.house.categories.find("bills") == kept
        assert [one.name for one in sorted_desk.house.categories.all()] == ["bills", "repairs"]
        sorted_desk.house.categories.change(Category("bills"))
        assert Path(sorted_desk.house.root.inside("categories", "bills.toml")).read_text() == 'title = ""\n'
        sorted_desk.house.categories.remove("bills")
        assert sorted_desk.house.categories.names() == ["repairs"]

    @pytest.mark.parametrize(
        "wrong",
        [
            Category("Bills"),
            Category("../bills"),
            Category("bills", "two\nlines"),
            Category("bills", priority="urgent"),
            Category("bills", level=0),
            Category("bills", addresses=("nobody",)),
            Category("bills", subscribers=("Bob!",)),
            Category("bills", templates="../mail"),
        ],
    )
    def test_that_cannot_be_are_not_written(self, sorted_desk, wrong):
        with pytest.raises(CategoryMistaken):
            sorted_desk.house.categories.add(wrong)
        assert sorted_desk.house.categories.names() == ["repairs"]

    def test_are_added_once_and_changed_if_they_are_there(self, sorted_desk):
        for verb in (sorted_desk.house.categories.change, sorted_desk.house.categories.remove):
            with pytest.raises(CategoryMistaken):
                verb(Category("bills") if verb.__name__ == "change" else "bills")
        with pytest.raises(CategoryMistaken):
            sorted_desk.house.categories.add(Category("repairs"))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("level = 1", ""),
            ('subscribers = ["carla"]', "subscribers has 'carla': there is no such operator"),
            ('operators = ["carla"]', "operators has 'carla': there is no such operator"),
            ('templates = "workshop"', "templates = 'workshop': there is no folder templates/workshop/mail"),
            ("level = 10", "level = 10: it must be from 1 to 9."),
            ("level = true", "level = True is not one of title"),
            ('mail = "x"', "mail = 'x' is not one of title"),
            ("title", "Expected '=' after a key"),
        ],
    )
    def test_mistakes_in_them_are_named(self, sorted_desk, text, said):
        sorted_desk.file("repairs", text)
        found = sorted_desk.house.categories.mistakes()
        assert len(found) == bool(said)
        assert all("repairs.toml: " in one and said in one for one in found)

    def test_all_mistakes_of_a_file_are_named(self, sorted_desk):
        sorted_desk.file(
            "repairs", 'level = 10\nmail = "x"\npriority = "urgent"\naddresses = ["nobody", "a@b.example", "x"]'
        )
        found = [
            one.partition("repairs.toml: ")[2].partition(":")[0] for one in sorted_desk.house.categories.mistakes()
        ]
        assert found[0].startswith("mail = 'x' is not one of title")
        assert found[1:] == [
            "priority = 'urgent'",
            "level = 10",
            "'nobody' is not a mail address.",
            "'x' is not a mail address.",
        ]

    def test_a_file_that_no_ticket_can_name_is_one(self, sorted_desk):
        sorted_desk.file("Pumps", "")
        (mistake,) = sorted_desk.house.categories.mistakes()
        assert mistake.endswith("Pumps.toml: 'Pumps' is not a name for a category")


class TestNamesThatLeadNowhere:
    def findings(self, desk):
        for name in ("club", "repair"):
            Path(desk.house.root.forms, f"{name}.html").unlink()
        return [finding.said for finding in assemble.verifier(desk.house).findings()]

    def test_are_said_of_forms_and_of_open_tickets(self, sorted_desk):
        sorted_desk.asked("pumps")
        number = sorted_desk.asked("pumps", message="Another.")
        sorted_desk.desk.claim(number, INES)
        closed = sorted_desk.asked("gone", message="A third.")
        sorted_desk.desk.claim(closed, INES)
        sorted_desk.desk.close(closed, INES)
        form = '<meta name="helpdesk-category" content="REPAIRS"><select name="category"><option value="">None'
        form += '<option>Repairs<option value="bills">Bills</select>'
        Path(sorted_desk.house.root.forms, "bikes.html").write_text(form)
        assert self.findings(sorted_desk) == [
            "it names the category 'REPAIRS', and there is no such category",
            "it names the category 'bills', and there is no such category",
            "open tickets name the category 'pumps', and there is no such category: 2",
        ]

    def test_are_no_matter_on_a_desk_without_categories(self, sorted_desk):
        sorted_desk.house.categories.remove("repairs")
        sorted_desk.asked("pumps")
        assert self.findings(sorted_desk) == []

    def test_mistakes_in_files_are_said_too(self, sorted_desk):
        sorted_desk.file("repairs", 'subscribers = ["carla"]')
        assert self.findings(sorted_desk) == ["subscribers has 'carla': there is no such operator"]


class TestFromTheCommandLine:
    def run(self, desk, capsys, *words):
        status = cli.main(["--root", desk.house.root.path, "category", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    def test_they_are_made_changed_listed_and_taken_away(self, sorted_desk, capsys):
        given = ("--title", "Bills", "--subscribers", "bob, ada", "--operators", "bob,ada", "--priority", "low")
        assert self.run(sorted_desk, capsys, "add", "bills", *given) == (0, "There is a category bills now.\n", "")
        self.run(sorted_desk, capsys, "edit", "bills", "--subscribers", "ines", "--level", "2")
        listed = self.run(sorted_desk, capsys, "list")[1].splitlines()
        assert listed == [
            "bills\tBills\tines@example.org\tpriority low\tlevel 2\tonly bob, ada",
            "repairs\tRepairs\tines@example.org, workshop@example.org\tpriority high\tlevel 2",
        ]
        assert self.run(sorted_desk, capsys, "remove", "bills")[0] == 0
        assert sorted_desk.house.categories.names() == ["repairs"]

    def test_a_name_that_leads_nowhere_is_said(self, sorted_desk, capsys):
        status, _, warning = self.run(sorted_desk, capsys, "edit", "repairs", "--operators", "carla")
        assert (status, warning) == (0, "helpdesk-lite: operators has 'carla': there is no such operator\n")
        assert self.run(sorted_desk, capsys, "list")[0] == 1

    @pytest.mark.parametrize(
        "words", [("add", "repairs"), ("add", "Pumps"), ("edit", "bills"), ("edit", "repairs", "--level", "10")]
    )
    def test_what_cannot_be_is_refused(self, sorted_desk, capsys, words):
        status, _, wrong = self.run(sorted_desk, capsys, *words)
        assert status == 1
        assert wrong.startswith("helpdesk-lite: ")
