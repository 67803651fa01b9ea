"""Who may do what: every cell of the table is tried on a desk, with every kind of ticket there is for that person."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.letters import typed
from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.tickets.calls import Call, Calls
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.words.errors import HandlingRefused, NotAllowed, TicketMoved
from helpdesk_lite.words.rights import ADMINISTRATOR, OBSERVER, OPERATOR, ROLES, SUPERVISOR, TABLE, reach
from helpdesk_lite.words.standing import SPAM, Standing
from helpdesk_lite.words.ticket import ANSWER, CLAIMED, CLOSED, LETTER, NOTE, QUEUE, Place
from tests import examples
from tests.examples import ADMIN

# Rae works in billing. Each ticket: who has it, and what it is about.
TICKETS = {
    "p": ("", "billing"),
    "q": ("", "sales"),
    "o": ("rae", "sales"),  # her own
    "t": ("bob", "sales"),  # Bob's, whose supervisor she is
    "c": ("ines", "billing"),
    "x": ("ines", "sales"),
}
# The verb, the tickets it is tried on, and those that an observer, an operator, a supervisor and an administrator get.
EXPECTED = {
    "show": ("pqotcx", "poc", "po", "potc", "pqotcx"),
    "claim": ("pqotcx", "", "p", "p", "pq"),
    "hold": ("tcx", "", "c", "c", "tcx"),
    "note": ("pqotcx", "", "poc", "poc", "pqotcx"),
    "reply": ("pqotcx", "", "o", "o", "o"),
    "release": ("pqotcx", "", "o", "otc", "otcx"),
    "close": ("otcx", "", "o", "otc", "otcx"),
    "reopen": ("otcx", "", "o", "otc", "otcx"),
    "wait": ("otcx", "", "o", "otc", "otcx"),
    "resolve": ("otcx", "", "o", "otc", "otcx"),
    "resume": ("otcx", "", "o", "otc", "otcx"),
    "escalate": ("otcx", "", "o", "otc", "otcx"),
    "reassign": ("otcx", "", "o", "otc", "otcx"),
    "mark": ("pqotcx", "", "po", "potc", "pqotcx"),
    "put away": ("pqotcx", "", "po", "potc", "pqotcx"),
    "restore": ("pqotcx", "", "po", "potc", "pqotcx"),
    "log": ("-", "", "-", "-", "-"),
    "merge": ("pqotcx", "", "po", "potc", "pqotcx"),
    "split": ("pqotcx", "", "po", "potc", "pqotcx"),
    "link": ("pqotcx", "", "po", "potc", "pqotcx"),
    "handle": ("otcx", "", "o", "otc", "otcx"),
    "letters": ("-", "", "", "", "-"),
    "administer": ("-", "", "", "", "-"),
}


class Office:
    """A desk with four people; Rae has the role that is tried. Nobody signs in, so nobody has a password."""

    def __init__(self, folder, categories=("billing", "sales")):
        self.house = assemble.house(make_desk(str(folder)))
        self.house.clock = lambda: examples.NOON + 3600.0
        for name, more in (("bob", 'supervisor = "rae"'), ("ines", ""), ("carl", "")):
            self.write(name, more)
        for category in categories:
            self.house.categories.add(Category(category))

    def write(self, name, more=""):
        with open(self.house.root.inside("operators", f"{name}.toml"), "w") as file:
            file.write(f'email = "{name}@example.org"\n{more}\n')

    def rae(self, role, categories=("billing",)):
        """Rae, as her file has her."""
        self.write("rae", f"role = {json.dumps(role)}\ncategories = {json.dumps(list(categories))}")
        return self.house.operators.find("rae")

    def ticket(self, holder="", category="", state=CLAIMED):
        number = examples.number()
        inquiry = examples.inquiry(number)
        inquiry = inquiry._replace(head=inquiry.head._replace(category=category))
        with self.house.store.locked(number):
            self.house.store.add(inquiry, examples.entry(number), lambda: [examples.MESSAGE])
            if holder:
                self.house.store.move(number, QUEUE, Place(state, holder), examples.entry(number, "claimed", holder))
        return number

    @contextmanager
    def post(self, number, kind, writer):
        ticket = self.house.store.read(number)
        words = typed.Typed("Is it out?", (), len(ticket.entries))
        with typed.posted(words, kind, (writer.name, writer.email), ticket, self.house.desk, self.house.spool) as post:
            yield post

    def do(self, verb, number, rae):
        """Have Rae do it, the way a door does."""
        house, desk, mail = self.house, self.house.desk, self.house.intake.correspondence
        if verb in ("wait", "resolve", "resume"):
            getattr(house.handling, verb)(number, rae)
        elif verb == "escalate":
            house.handling.escalate(number, rae, "It needs a plumber.")
        elif verb == "reassign":
            house.handling.reassign(number, rae, "carl")
        elif verb == "hold":
            house.handling.reassign(number, ADMIN, rae.name)
        elif verb == "mark":
            house.handling.mark(number, rae, Standing(priority="high"), Standing())
        elif verb == "note":
            with self.post(number, NOTE, rae) as post:
                mail.note(number, rae, post)
        elif verb == "reply":
            with self.post(number, ANSWER, rae) as post:
                mail.reply(number, rae, post, 9)
        elif verb == "put away":
            house.handling.put_away(number, rae, SPAM)
        elif verb == "restore":
            house.handling.restore(number, rae)
        elif verb == "merge":
            Joining(desk).merge(number, self.ticket(), rae)
        elif verb == "link":
            Joining(desk).link(number, self.ticket(), rae)
        elif verb == "split":
            with self.post(number, LETTER, examples.inquiry(number).customer) as post:
                mail.write(number, post, "customer")
            Joining(desk).split(number, len(house.store.read(number).entries) - 1, rae)
        elif verb == "handle":
            desk.held(number, CLAIMED, rae)
        elif verb == "letters":
            desk.drop_letter("there-is-none", rae)
        elif verb == "log":
            Calls(desk).log(Call("phone", "It burns", takes=False), rae)
        elif verb == "administer":
            desk.demand(rae, verb)
        else:
            getattr(desk, verb)(number, rae)

    def may(self, verb, kind, role):
        """Whether Rae, of this role, got it done; if not, nothing has changed."""
        rae = self.rae(role)
        holder, category = TICKETS.get(kind, ("", ""))
        number = self.ticket(holder, category, CLOSED if verb == "reopen" else CLAIMED)
        if verb == "restore":
            self.house.handling.put_away(number, ADMIN, SPAM)
        before = self.house.store.read(number)
        try:
            self.do(verb, number, rae)
        except (NotAllowed, TicketMoved, HandlingRefused) as wrong:
            assert self.house.store.read(number) == before or verb == "split"  # its letter came first
            assert isinstance(wrong, NotAllowed) or role != OBSERVER or verb == "hold"
            return False
        return True


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("office") / "desk")


def test_the_whole_table_is_tried():
    assert set(EXPECTED) == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", TABLE)
def test_a_cell_of_the_table(office, verb, role):
    tried, *expected = EXPECTED[verb]
    assert "".join(kind for kind in tried if office.may(verb, kind, role)) == expected[ROLES.index(role)]


def test_what_is_not_in_the_table_nobody_may():
    assert reach("emperor", "show") == reach(ADMINISTRATOR, "burn") == ""


class TestCategories:
    def test_who_names_none_works_in_all(self, office):
        rae = office.rae(OPERATOR, ())
        office.house.desk.claim(office.ticket("", "sales"), rae)

    def test_one_that_there_is_not_hides_no_ticket(self, office):
        office.house.desk.claim(office.ticket("", "slaes"), office.rae(OPERATOR))

    def test_a_ticket_of_none_is_everybodys(self, office):
        office.house.desk.claim(office.ticket(), office.rae(OPERATOR))

    def test_a_supervisor_of_all_has_only_their_own_peoples_tickets(self, office):
        rae = office.rae(SUPERVISOR, ())
        assert office.house.desk.show(office.ticket("bob", "sales"), rae)
        with pytest.raises(NotAllowed, match="ines has ticket"):
            office.house.desk.show(office.ticket("ines", "sales"), rae)

    def test_a_department_is_its_own_operators_alone(self, office):
        office.house.categories.add(Category("legal", operators=("ines",)))
        number = office.ticket("", "legal")
        for rae in (office.rae(OPERATOR, ()), office.rae(OPERATOR, ("legal",)), office.rae(SUPERVISOR, ("legal",))):
            with pytest.raises(NotAllowed, match="about legal"):
                office.house.desk.claim(number, rae)
        office.house.desk.claim(number, office.house.operators.find("ines"))
        with pytest.raises(NotAllowed, match="ines has ticket"):
            office.house.desk.close(number, office.rae(SUPERVISOR, ("legal",)))

    def test_a_file_with_mistakes_opens_no_department(self, office):
        with open(office.house.root.inside("categories", "secret.toml"), "w") as file:
            file.write('operators = "ines"')
        with pytest.raises(NotAllowed):
            office.house.desk.claim(office.ticket("", "secret"), office.rae(OPERATOR))
        office.house.desk.claim(office.ticket("", "secret"), ADMIN)

    def test_on_a_desk_without_categories_a_list_counts_all_the_same(self, tmp_path):
        office = Office(tmp_path / "desk", ())
        office.house.desk.claim(office.ticket("", "billing"), office.rae(OPERATOR))
        with pytest.raises(NotAllowed, match="about sales"):
            office.house.desk.claim(office.ticket("", "sales"), office.rae(OPERATOR))

    def test_the_queue_has_only_those_of_ones_own(self, office):
        mine, others = office.ticket("", "billing"), office.ticket("", "sales")
        seen = [head.number for head in office.house.desk.queue("", 1000, office.rae(OBSERVER))]
        assert mine in seen
        assert others not in seen

    def test_a_page_of_the_queue_is_full_however_many_are_others(self, office):
        first = office.ticket("", "billing")
        for _ in range(3):
            office.ticket("", "sales")
        second = office.ticket("", "billing")
        rae = office.rae(OPERATOR)
        assert [head.number for head in office.house.desk.queue(first, 1, rae)] == [second]


class TestReopen:
    def test_goes_to_who_had_it(self, office):
        number = office.ticket("bob", state=CLOSED)
        office.house.desk.reopen(number, ADMIN)
        assert office.house.store.place(number) == Place(CLAIMED, "bob")

    @pytest.mark.parametrize("line", ['role = "observer"', "absent_until = 2026-12-24", "level = 99"])
    def test_goes_into_the_queue_if_they_can_have_it_no_more(self, office, line):
        office.write("dora", line)
        number = office.ticket("dora", state=CLOSED)
        office.house.desk.reopen(number, ADMIN)
        assert office.house.store.place(number) == QUEUE

    def test_who_is_away_may_do_it_themselves(self, office):
        office.write("dora", "absent_until = 2026-12-24")
        number = office.ticket("dora", state=CLOSED)
        office.house.desk.reopen(number, office.house.operators.find("dora"))
        assert office.house.store.place(number) == Place(CLAIMED, "dora")


def test_nothing_is_handed_to_who_is_away(office):
    office.write("dora", 'absent_until = "2026-11-22"')
    number = office.ticket("ines")
    with pytest.raises(HandlingRefused, match="dora is absent until 2026-11-22"):
        office.house.handling.reassign(number, ADMIN, "dora")
    office.write("dora", 'absent_until = "2026-11-21"')
    office.house.handling.reassign(number, ADMIN, "dora")


def test_who_is_refused_stands_in_the_audit_log(office):
    number = office.ticket("ines")
    for verb in ("close", "claim", "reply", "administer", "letters"):
        with pytest.raises(NotAllowed):
            office.do(verb, number, office.rae(OBSERVER))
    noted = [(one.who, one.what, one.about) for one in reversed(office.house.audit.read(most=5))]
    assert [who for who, _, _ in noted] == ["rae"] * 5
    assert [about for _, _, about in noted] == [
        f"close {number}",
        f"claim {number}",
        f"reply {number}",
        "administer",
        "letters there-is-none",
    ]


def test_who_is_asked_about_only_is_not(office):
    before = office.house.audit.read(most=1)
    assert not office.house.desk.may(office.rae(OBSERVER), "claim")
    assert office.house.audit.read(most=1) == before


def test_an_operator_is_known_by_what_their_file_says(office):
    assert Operator("ada", "ada@example.org", ADMINISTRATOR).is_admin
    assert not Operator("ines", "ines@example.org").is_admin


def test_verify_names_a_category_of_an_operator_that_there_is_not(office):
    office.rae(OPERATOR, ("billing", "slaes"))
    found = [one.said for one in assemble.verifier(office.house).findings() if "has 'slaes'" in one.said]
    assert found == ["categories has 'slaes': there is no such category"]
