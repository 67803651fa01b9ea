"""What happens to a ticket between claiming and closing it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.letters import typed
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.words.errors import AlreadyClaimed, HandlingRefused, NotAllowed, TicketChanged, TicketMoved
from helpdesk_lite.words.letter import FORWARD, NOTICE, RESOLVED, TOLD
from helpdesk_lite.words.standing import AWAY, BINNED, SPAM, USUAL, Standing
from helpdesk_lite.words.ticket import ANSWER, CLAIMED, CLOSED, LETTER, QUEUE, Place
from tests.examples import ADMIN, BOB, INES, NOON, contact_form, submission
from tests.mail_desk import letter

DAY = 86_400


class Handled:
    """A ticket that Ines has, on a desk with Bob and Ada, who is the administrator."""

    def __init__(self, folder: Path) -> None:
        self.now = float(NOON)
        self.house = assemble.house(make_desk(str(folder)))
        self.house.clock = lambda: self.now
        for operator in (INES, BOB, ADMIN):
            self.house.operators.add(operator, "a long password")
        self.desk, self.handling = self.house.desk, self.house.handling
        self.number = self.desk.submit(contact_form(), submission(), "192.0.2.1", "en")
        self.desk.claim(self.number, INES)
        for one in self.house.outbox.waiting():
            self.house.outbox.drop(one.name)

    @property
    def ticket(self):
        return self.house.store.read(self.number)

    @property
    def last(self):
        entry = self.ticket.entries[-1]
        return entry.kind, entry.by, entry.text

    def letters(self, kind):
        return [one for one in self.house.outbox.waiting() if one.kind == kind]

    def change(self, name, line):
        """Add a line to an operator's file."""
        with open(self.house.root.inside("operators", f"{name}.toml"), "a") as file:
            file.write(line + "\n")

    def post(self, kind, sender, text="Is it out?"):
        ticket = self.ticket
        words = typed.Typed(text, (), len(ticket.entries))
        return typed.posted(words, kind, sender, ticket, self.desk, self.house.spool)

    def customer_writes(self):
        with self.post(LETTER, ("Jane Doe", "jane@example.com")) as post:
            Customers(self.house.intake.correspondence).write(self.number, post)

    def bring_back(self, how):
        """Have it put away, written to by its customer, and held again in one of the ways there are."""
        if how == "never held":
            self.desk.release(self.number, INES)
        elif how not in ("restored", "reopened"):
            self.desk.close(self.number, INES)
        self.handling.put_away(self.number, INES, BINNED)
        self.seen = len(self.ticket.entries)
        self.customer_writes()
        assert self.letters(FORWARD) == []
        if how == "reopened":
            self.desk.reopen(self.number, INES)
            return
        self.handling.restore(self.number, INES)
        if how == "reopened by the customer":
            Customers(self.house.intake.correspondence).reopen(self.number)
        elif how == "written to":
            self.customer_writes()
        elif how == "never held":
            self.desk.claim(self.number, INES)


@pytest.fixture
def handled(tmp_path):
    return Handled(tmp_path / "desk")


class TestProgress:
    @pytest.mark.parametrize(
        ("verb", "kind", "progress"), [("wait", "waiting", "waiting"), ("resolve", "resolved", "resolved")]
    )
    def test_is_an_entry_and_stands_in_the_head(self, handled, verb, kind, progress):
        getattr(handled.handling, verb)(handled.number, INES)
        assert handled.last == (kind, "ines", "")
        assert handled.ticket.progress == handled.ticket.inquiry.head.standing.progress == progress
        assert handled.ticket.place == Place(CLAIMED, "ines")
        handled.handling.resume(handled.number, ADMIN)
        assert handled.last == ("resumed", "ada", "")
        assert handled.ticket.inquiry.head.standing == USUAL

    def test_twice_is_once(self, handled):
        handled.handling.wait(handled.number, INES)
        handled.handling.wait(handled.number, INES)
        assert [entry.kind for entry in handled.ticket.entries] == ["inquiry", "claimed", "waiting"]

    def test_the_moment_it_began_is_known(self, handled):
        handled.handling.wait(handled.number, INES)
        handled.now += 60
        handled.handling.mark(handled.number, INES, Standing("waiting", priority="low"), Standing("waiting"))
        assert handled.ticket.progress_at == NOON
        handled.handling.resolve(handled.number, INES)
        assert handled.ticket.progress_at == NOON + 60

    @pytest.mark.parametrize("verb", ["wait", "resolve", "resume"])
    def test_is_the_holders_alone_and_of_claimed_tickets(self, handled, verb):
        with pytest.raises(NotAllowed):
            getattr(handled.handling, verb)(handled.number, BOB)
        handled.desk.release(handled.number, INES)
        with pytest.raises(TicketMoved):
            getattr(handled.handling, verb)(handled.number, INES)

    @pytest.mark.parametrize("verb", ["wait", "resolve"])
    def test_a_customer_who_writes_wakes_it_in_the_same_entry(self, handled, verb):
        getattr(handled.handling, verb)(handled.number, INES)
        handled.customer_writes()
        entry = handled.ticket.entries[-1]
        assert (entry.kind, entry.standing) == (LETTER, USUAL)
        assert handled.ticket.inquiry.head.standing == USUAL
        assert [(one.operator, one.entry) for one in handled.letters(FORWARD)] == [("ines", entry.message_id)]

    def test_an_answer_may_say_that_the_customer_is_next(self, handled):
        with handled.post(ANSWER, ("Ines", "ines@example.org")) as post:
            handled.house.intake.correspondence.reply(handled.number, INES, post, 2, waits=True)
        assert handled.last[0] == ANSWER
        assert handled.ticket.progress == "waiting"

    @pytest.mark.parametrize("verb", ["release", "close"])
    def test_ends_when_the_holder_lets_go(self, handled, verb):
        handled.handling.wait(handled.number, INES)
        getattr(handled.desk, verb)(handled.number, INES)
        assert handled.ticket.inquiry.head.standing == USUAL

    def test_ends_when_the_customer_closes(self, handled):
        handled.handling.wait(handled.number, INES)
        Customers(handled.house.intake.correspondence).close(handled.number)
        assert handled.ticket.inquiry.head.standing == USUAL


class TestEscalate:
    def test_it_is_pending_a_level_higher_with_a_note(self, handled):
        handled.handling.wait(handled.number, INES)
        handled.handling.escalate(handled.number, INES, " It needs\na plumber. ")
        assert handled.ticket.place == QUEUE
        assert handled.ticket.inquiry.head.standing == Standing(level=2)
        assert handled.last == ("escalated", "ines", "It needs\na plumber.")

    def test_the_others_of_that_level_are_mailed(self, handled):
        handled.change("bob", "level = 2")
        handled.change("ada", "level = 1")
        handled.handling.escalate(handled.number, INES, "A plumber!")
        (notice,) = handled.letters(NOTICE)
        assert notice.recipients == ("bob@example.org",)
        assert notice.message_id in handled.ticket.entries[-1].letters

    def test_all_are_if_nobody_is_of_that_level(self, handled):
        for name in ("bob", "ada"):
            handled.change(name, "level = 1")
        handled.handling.escalate(handled.number, INES, "A plumber!")
        assert handled.letters(NOTICE)[0].recipients == ("operators@localhost",)

    @pytest.mark.parametrize("note", ["", " \n ", "x" * 10_001])
    def test_it_takes_a_note(self, handled, note):
        with pytest.raises(HandlingRefused):
            handled.handling.escalate(handled.number, INES, note)
        assert handled.ticket.place == Place(CLAIMED, "ines")

    def test_there_is_a_highest_level(self, handled):
        for _ in range(10):
            handled.handling.escalate(handled.number, INES, "Higher.")
            handled.desk.claim(handled.number, INES)
        assert handled.ticket.standing.level == 9

    def test_it_is_the_holders_alone(self, handled):
        with pytest.raises(NotAllowed):
            handled.handling.escalate(handled.number, BOB, "Mine!")


class TestReassign:
    def test_the_other_has_it_at_once_and_gets_what_the_customer_wrote(self, handled):
        handled.customer_writes()
        handled.handling.wait(handled.number, INES)
        handled.handling.reassign(handled.number, INES, "bob")
        assert handled.ticket.place == Place(CLAIMED, "bob")
        assert handled.last == ("reassigned", "ines", "bob")
        assert handled.ticket.progress == "waiting", "it still does"
        to_bob = [one for one in handled.letters(FORWARD) if one.operator == "bob"]
        assert len(to_bob) == 2
        assert {one.message_id for one in to_bob} < set(handled.ticket.entries[-1].letters)

    def test_the_other_is_told_who_has_handed_it_on_and_why(self, handled):
        handled.handling.reassign(handled.number, INES, "bob", " Ask the plumber.\n")
        (told,) = handled.letters(TOLD)
        assert told.operator == "bob"
        assert told.note == f"ines has handed ticket {handled.number} on to you.\n\nAsk the plumber."
        assert told.message_id in handled.ticket.entries[-1].letters
        assert handled.last == ("reassigned", "ines", "bob\n\nAsk the plumber.")

    def test_who_takes_it_themselves_is_told_nothing(self, handled):
        handled.handling.reassign(handled.number, ADMIN, ADMIN.name)
        assert handled.letters(TOLD) == []

    def test_a_note_has_an_end(self, handled):
        with pytest.raises(HandlingRefused):
            handled.handling.reassign(handled.number, INES, "bob", "a" * 10_001)

    def test_who_has_it_cannot_be_given_it(self, handled):
        with pytest.raises(AlreadyClaimed):
            handled.handling.reassign(handled.number, ADMIN, "ines")

    @pytest.mark.parametrize("to", ["nobody", "", "../secret"])
    def test_nobody_else_can(self, handled, to):
        with pytest.raises(HandlingRefused):
            handled.handling.reassign(handled.number, INES, to)

    def test_it_is_the_holders_alone(self, handled):
        with pytest.raises(NotAllowed):
            handled.handling.reassign(handled.number, BOB, "bob")


class TestMark:
    WANTED = Standing("", 3, "critical", "Bills", NOON + DAY, NOON + 60)

    def test_says_how_it_stands(self, handled):
        handled.handling.mark(handled.number, INES, self.WANTED, USUAL)
        assert handled.ticket.inquiry.head.standing == self.WANTED
        words = "level=3 priority=critical category=Bills due_at=2026-11-22T12:00:00Z wakes_at=2026-11-21T12:01:00Z"
        assert handled.last == ("marked", "ines", words)
        handled.handling.mark(handled.number, INES, self.WANTED._replace(priority="normal", due_at=0), self.WANTED)
        assert handled.last == ("marked", "ines", "priority=normal due_at=")

    def test_of_a_pending_one_anybody_says_it(self, handled):
        handled.desk.release(handled.number, INES)
        handled.handling.mark(handled.number, BOB, self.WANTED, USUAL)
        assert handled.desk.queue()[0].standing == self.WANTED

    def test_what_is_so_anyhow_is_no_entry(self, handled):
        handled.handling.mark(handled.number, INES, USUAL, USUAL)
        handled.handling.mark(handled.number, INES, Standing("resolved"), USUAL)
        assert handled.last[0] == "claimed"

    def test_changes_of_two_people_meet(self, handled):
        handled.handling.mark(handled.number, INES, Standing(priority="high"), USUAL)
        handled.handling.mark(handled.number, ADMIN, Standing(level=2), USUAL)
        assert handled.ticket.standing == Standing(level=2, priority="high")
        with pytest.raises(TicketChanged):
            handled.handling.mark(handled.number, ADMIN, Standing(priority="low"), USUAL)
        assert handled.ticket.standing == Standing(level=2, priority="high")

    @pytest.mark.parametrize(
        "wanted",
        [Standing(priority="urgent"), Standing(level=10), Standing(category="x" * 65), Standing(category="a\nb")],
    )
    def test_what_cannot_be_is_refused(self, handled, wanted):
        with pytest.raises(HandlingRefused):
            handled.handling.mark(handled.number, INES, wanted, USUAL)

    def test_not_by_others_and_not_when_it_is_closed(self, handled):
        with pytest.raises(NotAllowed):
            handled.handling.mark(handled.number, BOB, self.WANTED, USUAL)
        handled.desk.close(handled.number, INES)
        with pytest.raises(TicketMoved):
            handled.handling.mark(handled.number, INES, self.WANTED, USUAL)


class TestResolvedLongAgo:
    def test_closes_by_itself(self, handled):
        handled.handling.resolve(handled.number, INES)
        handled.now += 7 * DAY - 1
        assert handled.handling.close_resolved() == 0
        handled.now += 1
        assert handled.handling.close_resolved() == 1
        assert handled.ticket.place == Place(CLOSED, "ines")
        assert handled.last == ("closed", "desk", "")
        assert handled.handling.close_resolved() == 0

    def test_not_if_somebody_went_on_with_it(self, handled):
        handled.handling.resolve(handled.number, INES)
        handled.customer_writes()
        handled.now += 8 * DAY
        handled.handling.resolve(handled.number, INES)
        assert handled.handling.close_resolved() == 0

    def test_never_if_the_setting_says_so(self, handled):
        settings = handled.desk.settings._replace(resolved_days=0)
        handled.handling.resolve(handled.number, INES)
        handled.now += 100 * DAY
        assert handled.handling._replace(desk=handled.desk._replace(settings=settings)).close_resolved() == 0

    def test_in_the_hourly_round(self, handled):
        handled.handling.resolve(handled.number, INES)
        handled.now += 8 * DAY
        assemble.work(handled.house)
        assert handled.ticket.place == Place(CLOSED, "ines")

    def test_for_which_a_round_is_due_also_without_mail(self, handled):
        handled.now = time.time() + 60
        assemble.work(handled.house)
        handled.now += 3600
        assert not assemble.is_due(handled.house)
        handled.handling.resolve(handled.number, INES)
        assemble.work(handled.house)
        assert not assemble.is_due(handled.house)
        handled.now += 3600
        assert assemble.is_due(handled.house)


def test_a_supervisor_who_is_nobody_is_named(handled):
    handled.change("bob", 'supervisor = "carla"')
    assert handled.house.operators.find("bob").supervisor == "carla"
    (mistake,) = handled.house.operators.mistakes()
    assert mistake.endswith("bob.toml: supervisor = 'carla': there is no such operator")


def test_a_level_that_is_none_is_a_mistake(handled):
    handled.change("bob", "level = 10")
    (mistake,) = handled.house.operators.mistakes()
    assert mistake.endswith("bob.toml: level = 10: it must be from 1 to 9.")


def test_all_mistakes_of_an_account_are_named(handled):
    with open(handled.house.root.inside("operators", "bob.toml"), "w") as file:
        file.write('level = 10\nrole = "boss"\nadmin = "yes"\n')
    found = [one.partition("bob.toml: ")[2].partition(" ")[0] for one in handled.house.operators.mistakes()]
    assert found == ["admin", "email", "role", "level"]


class TestPuttingAway:
    @pytest.mark.parametrize("how", AWAY)
    def test_a_ticket_is_out_of_the_way_and_comes_back_whole_to_where_it_lay(self, handled, how):
        handled.handling.put_away(handled.number, INES, how)
        assert handled.ticket.place == Place(CLOSED, "ines")
        assert handled.last == (how, "ines", "claimed ines")
        assert handled.house.lists.mine(INES) == ([], "")
        assert [head.number for head in handled.house.store.put_away(how)] == [handled.number]
        handled.handling.restore(handled.number, INES)
        assert handled.ticket.place == Place(CLAIMED, "ines")
        assert handled.ticket.standing == handled.ticket.inquiry.head.standing == USUAL
        assert handled.house.store.put_away(how) == []

    def test_from_the_queue_by_whoever_may_claim(self, handled):
        handled.desk.release(handled.number, INES)
        handled.handling.put_away(handled.number, BOB, SPAM)
        assert handled.ticket.place == Place(CLOSED, "")
        assert handled.desk.queue() == []
        seen = handled.desk.show(handled.number, INES)
        assert seen.inquiry.customer == ("", "")  # nobody has claimed it, so nobody may answer
        handled.handling.restore(handled.number, INES)
        assert handled.ticket.place == QUEUE

    @pytest.mark.parametrize("how", ["restored", "reopened", "reopened by the customer", "written to", "never held"])
    def test_who_has_it_again_gets_once_what_its_customer_wrote_meanwhile(self, handled, how):
        handled.bring_back(how)
        letter, *_, last = handled.ticket.entries[handled.seen :]
        assert handled.ticket.place == Place(CLAIMED, "ines")
        forward, *others = [one for one in handled.letters(FORWARD) if one.entry == letter.message_id]
        assert (forward.operator, others) == ("ines", [])
        assert forward.message_id in last.letters
        handled.desk.close(handled.number, INES)
        handled.desk.reopen(handled.number, INES)
        assert handled.last == ("reopened", "ines", "")
        assert handled.ticket.entries[-1].letters == ()

    def test_what_was_closed_is_closed_again(self, handled):
        handled.desk.close(handled.number, INES)
        handled.handling.put_away(handled.number, INES, BINNED)
        handled.handling.restore(handled.number, INES)
        assert handled.ticket.place == Place(CLOSED, "ines")

    def test_the_ticket_of_an_operator_who_is_gone_comes_back_to_the_queue(self, handled):
        handled.handling.put_away(handled.number, INES, BINNED)
        handled.house.operators.remove("ines")
        handled.handling.restore(handled.number, ADMIN)
        assert handled.ticket.place == QUEUE

    def test_somebody_elses_stays_where_it_is(self, handled):
        with pytest.raises(NotAllowed):
            handled.handling.put_away(handled.number, BOB, SPAM)
        handled.handling.put_away(handled.number, INES, SPAM)
        with pytest.raises(NotAllowed):
            handled.handling.restore(handled.number, BOB)

    def test_once_is_enough_and_only_what_was_put_away_comes_back(self, handled):
        with pytest.raises(TicketMoved):
            handled.handling.restore(handled.number, INES)
        handled.handling.put_away(handled.number, INES, SPAM)
        with pytest.raises(TicketMoved):
            handled.handling.put_away(handled.number, INES, BINNED)
        assert handled.last[0] == SPAM

    def test_a_letter_is_kept_in_it_and_wakes_nobody(self, handled):
        handled.handling.put_away(handled.number, INES, SPAM)
        before = len(handled.house.outbox.waiting())
        handled.customer_writes()
        customers = Customers(handled.house.intake.correspondence)
        customers.reopen(handled.number)
        assert [entry.kind for entry in handled.ticket.entries[-2:]] == [SPAM, LETTER]
        assert handled.ticket.standing.away == SPAM
        assert len(handled.house.outbox.waiting()) == before
        handled.now += 400 * DAY
        handled.customer_writes()
        assert handled.ticket.entries[-1].kind == LETTER

    def test_an_acknowledgement_that_has_not_gone_yet_never_goes(self, handled):
        other = handled.desk.submit(contact_form(), submission("Cheap printers!"), "192.0.2.1", "en")
        handled.handling.put_away(other, INES, SPAM)
        assert assemble.courier(handled.house).run(all=True).sent == 0
        assert handled.house.outbox.counts() == (0, 0)

    def test_what_is_reopened_is_in_the_way_again(self, handled):
        handled.handling.put_away(handled.number, INES, SPAM)
        handled.desk.reopen(handled.number, INES)
        assert handled.ticket.standing == USUAL

    def test_a_lost_mark_is_found_and_made_again(self, handled):
        handled.handling.put_away(handled.number, INES, SPAM)
        os.remove(handled.house.root.inside("marks", SPAM, handled.number))
        verifier = assemble.verifier(handled.house)
        assert [(finding.number, verifier.mend(finding)) for finding in verifier.findings() if finding.number] == [
            (handled.number, True)
        ]
        assert [head.number for head in handled.house.store.put_away(SPAM)] == [handled.number]


def test_what_its_customer_closed_in_the_queue_can_be_reopened_by_anybody(handled):
    handled.desk.release(handled.number, INES)
    Customers(handled.house.intake.correspondence).close(handled.number)
    handled.desk.reopen(handled.number, BOB)
    assert handled.ticket.place == QUEUE


class TestResolving:
    def test_keeps_what_it_was_and_what_helped(self, handled):
        handled.handling.resolve(handled.number, INES, "  A bucket of water. ")
        assert handled.last == ("resolved", "ines", "A bucket of water.")
        assert handled.letters(RESOLVED) == []

    def test_tells_the_customer_once_with_the_key_to_their_page(self, handled):
        for _ in range(2):
            handled.handling.resolve(handled.number, INES, "Water.", tells=True)
        (letter,) = handled.letters(RESOLVED)
        assert letter.recipients == ("jane@example.com",)
        assert letter.message_id in handled.ticket.entries[-1].letters
        assert [entry.kind for entry in handled.ticket.entries].count("resolved") == 1

    def test_closes_at_once_if_asked_to(self, handled):
        handled.handling.resolve(handled.number, INES, "Water.", tells=True, closes=True)
        assert handled.ticket.place == Place(CLOSED, "ines")
        assert handled.last == ("closed", "ines", "Water.")
        assert len(handled.letters(RESOLVED)) == 1
        shown = Customers(handled.house.intake.correspondence).show(handled.number)
        assert "Water." not in [entry.text for entry in shown.entries]

    def test_a_solution_can_be_told_later(self, handled):
        handled.handling.resolve(handled.number, INES, tells=True)
        handled.handling.resolve(handled.number, INES, "Water.", tells=True)
        assert handled.last == ("resolved", "ines", "Water.")
        assert len(handled.letters(RESOLVED)) == 1

    def test_no_program_is_told_and_nobody_without_an_address(self, handled):
        mail = letter("Lists <jane@example.org>", "helpdesk@localhost", "Hello.", **{"List-Id": "<news.example.org>"})
        came = handled.house.intake.receive([mail], Envelope("test"))
        nameless = handled.desk.submit(contact_form(), submission(email=""), "192.0.2.1", "en")
        for number in (came.number, nameless):
            handled.desk.claim(number, INES)
            handled.handling.resolve(number, INES, tells=True)
        assert handled.letters(RESOLVED) == []

    def test_a_solution_has_an_end(self, handled):
        with pytest.raises(HandlingRefused):
            handled.handling.resolve(handled.number, INES, "w" * 10_001)
