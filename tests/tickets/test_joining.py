"""Tickets that belong together: merged, linked, and split off each other."""

from __future__ import annotations

import threading

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.letters import typed
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.tickets.joining import Joining, Missing
from helpdesk_lite.words import ties
from helpdesk_lite.words.errors import CustomersDiffer, HandlingRefused, NotAllowed, TicketMoved
from helpdesk_lite.words.letter import FORWARD, NOTICE
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, LETTER, QUEUE, Place
from tests.examples import ADMIN, BOB, INES, NOON, contact_form, submission
from tests.mail_desk import letter


class Pair:
    """Two tickets of Jane's, of which Ines has the second, on a desk with Bob and Ada, who is the administrator."""

    def __init__(self, folder):
        self.now = float(NOON)
        self.house = assemble.house(make_desk(str(folder)))
        self.house.clock = lambda: self.now
        for operator in (INES, BOB, ADMIN):
            self.house.operators.add(operator, "a long password")
        self.desk = self.house.desk
        self.joining = Joining(self.desk)
        self.part, self.whole = self.ticket("It burns."), self.ticket("It still burns.")
        self.desk.claim(self.whole, INES)

    def ticket(self, message, email="jane@example.com"):
        return self.desk.submit(contact_form(), submission(message, email), "192.0.2.1", "en")

    def read(self, number):
        return self.house.store.read(number)

    def last(self, number):
        entry = self.read(number).entries[-1]
        return entry.kind, entry.by, entry.text

    def ties(self, number):
        return ties.of(self.read(number))

    def write(self, number, text="Is it out?"):
        """Jane writes on the ticket's page."""
        ticket = self.read(number)
        words = typed.Typed(text, (), len(ticket.entries))
        box = ticket.inquiry.customer
        with typed.posted(words, LETTER, box, ticket, self.desk, self.house.spool) as post:
            return Customers(self.house.intake.correspondence).write(number, post)

    def findings(self):
        return [finding.said for finding in assemble.verifier(self.house).findings()]

    def mend(self):
        verifier = assemble.verifier(self.house)
        for finding in list(verifier.findings()):
            assert verifier.mend(finding), finding


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path / "desk")


class TestMerging:
    def test_closes_the_one_as_a_part_of_the_other_and_says_so_in_both(self, pair):
        pair.joining.merge(pair.part, pair.whole, INES)
        assert pair.read(pair.part).place == Place(CLOSED, "")
        assert pair.last(pair.part) == ("merged", "ines", f"{pair.whole} pending")
        assert pair.last(pair.whole) == ("joined", "ines", pair.part)
        assert pair.read(pair.part).merged_into == pair.whole
        assert pair.ties(pair.whole).joined == (pair.part,)
        assert pair.findings() == []

    @pytest.mark.parametrize("before", [QUEUE, Place(CLAIMED, "ines"), Place(CLOSED, "ines")])
    def test_is_undone_to_where_it_lay(self, pair, before):
        if before != QUEUE:
            pair.desk.claim(pair.part, INES)
        if before.state == CLOSED:
            pair.desk.close(pair.part, INES)
        pair.joining.merge(pair.part, pair.whole, INES)
        pair.joining.unmerge(pair.part, INES)
        assert pair.read(pair.part).place == before
        assert pair.read(pair.part).merged_into == ""
        assert pair.ties(pair.whole).joined == ()
        assert pair.findings() == []
        with pytest.raises(TicketMoved):
            pair.joining.unmerge(pair.part, INES)

    def test_who_has_the_whole_sees_its_parts_and_nobody_else(self, pair):
        pair.desk.claim(pair.part, INES)
        pair.joining.merge(pair.part, pair.whole, INES)
        with pytest.raises(NotAllowed):
            pair.desk.show(pair.part, BOB)
        pair.house.handling.reassign(pair.whole, INES, "bob")
        assert pair.desk.show(pair.part, BOB).inquiry.customer.email == "jane@example.com"
        with pytest.raises(NotAllowed):
            pair.desk.show(pair.part, INES)
        pair.desk.release(pair.whole, BOB)
        assert pair.desk.show(pair.part, BOB).inquiry.customer.email == "", "nobody has it, so nobody may answer"

    def test_letters_to_the_part_go_to_the_whole_and_its_holder(self, pair):
        pair.joining.merge(pair.part, pair.whole, INES)
        assert pair.write(pair.part) == pair.whole
        entry = pair.read(pair.whole).entries[-1]
        assert (entry.kind, entry.by) == (LETTER, "customer")
        assert [one.operator for one in pair.house.outbox.waiting() if one.entry == entry.message_id] == ["ines"]
        assert pair.read(pair.part).entries[-1].kind == "merged"

    def test_a_letter_by_mail_is_threaded_on(self, pair):
        acknowledgement = next(one for one in pair.read(pair.part).entries[0].letters if ".ack" in one)
        pair.joining.merge(pair.part, pair.whole, INES)
        mail = letter("jane@example.com", "helpdesk@localhost", "And now?", In_Reply_To=acknowledgement)
        for _ in range(2):
            assert pair.house.intake.receive([mail], Envelope("test"))[:2] == ("threaded", pair.whole)
        assert [entry.kind for entry in pair.read(pair.whole).entries].count(LETTER) == 1
        assert pair.findings() == []

    def test_of_two_customers_only_by_who_is_sure(self, pair):
        other = pair.ticket("Me too.", "john@example.com")
        with pytest.raises(CustomersDiffer):
            pair.joining.merge(other, pair.whole, INES)
        assert pair.read(other).place == QUEUE
        pair.joining.merge(other, pair.whole, INES, is_sure=True)
        assert pair.write(other) == other, "they have no key to that ticket"
        assert pair.read(pair.whole).entries[-1].by == "john@example.com", "not the customer of that ticket"

    def test_what_is_not_ones_own_stays(self, pair):
        with pytest.raises(NotAllowed):
            pair.joining.merge(pair.part, pair.whole, BOB)
        with pytest.raises(NotAllowed):
            pair.joining.merge(pair.whole, pair.part, BOB)
        with pytest.raises(HandlingRefused):
            pair.joining.merge(pair.whole, pair.whole, INES)

    def test_only_into_what_is_open_and_only_what_is_whole(self, pair):
        pair.joining.merge(pair.part, pair.whole, INES)
        third = pair.ticket("Third.")
        for part, whole in ((third, pair.part), (pair.part, third)):
            with pytest.raises(TicketMoved):
                pair.joining.merge(part, whole, ADMIN)

    def test_done_twice_it_is_done_once(self, pair):
        for _ in range(2):
            pair.joining.merge(pair.part, pair.whole, INES)
        assert [entry.kind for entry in pair.read(pair.whole).entries].count("joined") == 1
        assert [entry.kind for entry in pair.read(pair.part).entries].count("merged") == 1

    def test_a_part_is_not_reopened_nor_put_away_alone(self, pair):
        pair.joining.merge(pair.part, pair.whole, INES)
        with pytest.raises(HandlingRefused):
            pair.desk.reopen(pair.part, ADMIN)
        with pytest.raises(TicketMoved):
            pair.house.handling.put_away(pair.part, ADMIN, "spam")
        Customers(pair.house.intake.correspondence).reopen(pair.part)
        assert pair.read(pair.part).merged_into == pair.whole

    def test_cut_short_it_is_undone_and_verify_says_so_in_the_ticket(self, pair):
        pair.desk.move(pair.read(pair.whole), Place(CLAIMED, "ines"), "joined", "ines", text=pair.part)
        assert len(pair.findings()) == 1
        pair.mend()
        assert pair.findings() == []
        assert pair.last(pair.whole) == ("parted", "verify", pair.part)

    def test_cut_short_it_can_be_done_again(self, pair):
        pair.desk.move(pair.read(pair.whole), Place(CLAIMED, "ines"), "joined", "ines", text=pair.part)
        pair.joining.merge(pair.part, pair.whole, INES)
        assert [entry.kind for entry in pair.read(pair.whole).entries].count("joined") == 1
        assert pair.findings() == []

    def test_crosswise_and_at_once_one_of_them_is_merged_and_nobody_waits_for_ever(self, pair):
        pair.desk.claim(pair.part, INES)
        numbers = (pair.part, pair.whole)
        done = []

        def merge(one, other):
            try:
                pair.joining.merge(one, other, INES)
                done.append(one)
            except TicketMoved:
                pass

        threads = [threading.Thread(target=merge, args=both) for both in (numbers, numbers[::-1]) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(10)
        assert len(set(done)) == 1
        assert pair.findings() == []


class TestLinking:
    def test_is_told_by_both_and_taken_back_in_both(self, pair):
        for _ in range(2):
            pair.joining.link(pair.whole, pair.part, INES)
        assert (pair.ties(pair.whole).linked, pair.ties(pair.part).linked) == ((pair.part,), (pair.whole,))
        assert pair.last(pair.part) == ("linked", "ines", pair.whole)
        pair.joining.unlink(pair.part, pair.whole, INES)
        assert (pair.ties(pair.whole).linked, pair.ties(pair.part).linked) == ((), ())
        assert pair.findings() == []

    def test_only_of_ones_own_with_what_one_may_see(self, pair):
        other = pair.ticket("Other.")
        pair.desk.claim(other, BOB)
        with pytest.raises(NotAllowed):
            pair.joining.link(other, pair.whole, BOB)
        with pytest.raises(NotAllowed):
            pair.joining.link(pair.whole, other, BOB)

    def test_cut_short_it_is_finished_by_verify(self, pair):
        pair.desk.move(pair.read(pair.part), QUEUE, "linked", "ines", text=pair.whole)
        assert list(pair.joining.missing()) == [Missing(pair.whole, "linked", pair.part)]
        pair.mend()
        assert pair.findings() == []
        assert pair.ties(pair.whole).linked == (pair.part,)


class TestSplitting:
    def test_the_number_of_a_part_in_its_subject_does_not_lead_back(self, pair):
        pair.joining.merge(pair.part, pair.whole, INES)
        pair.write(pair.part, "By the way: the roof leaks.")
        made = pair.joining.split(pair.whole, len(pair.read(pair.whole).entries) - 1, INES)
        assert pair.read(made).inquiry.head.subject == "Re: The printer is on fire"

    def test_a_letter_becomes_a_ticket_and_stays(self, pair):
        pair.write(pair.whole, "By the way: the roof leaks.")
        for one in pair.house.outbox.waiting():
            pair.house.outbox.drop(one.name)
        made = pair.joining.split(pair.whole, 2, INES)
        ticket = pair.read(made)
        assert ticket.place == QUEUE
        assert ticket.inquiry.customer.email == "jane@example.com"
        assert "the roof leaks" in ticket.inquiry.fields[0].values[0]
        assert ticket.inquiry.head.subject == "Re: The printer is on fire"
        assert pair.ties(made).split_from == pair.whole
        assert pair.ties(pair.whole).split_off == ((made, "2"),)
        assert [entry.kind for entry in pair.read(pair.whole).entries] == ["inquiry", "claimed", LETTER, "split"]
        assert [one.kind for one in pair.house.outbox.waiting()] == [NOTICE]
        assert pair.findings() == []
        with pair.house.store.open_message(made, ticket.entries[0].message_id) as file:
            assert b"the roof leaks" in file.read()

    def test_done_twice_it_is_one_ticket_also_later(self, pair):
        pair.write(pair.whole)
        made = pair.joining.split(pair.whole, 2, INES)
        pair.now += 400_000
        assert pair.joining.split(pair.whole, 2, INES) == made

    def test_cut_short_it_is_finished_by_verify_and_by_the_next_try(self, pair, monkeypatch):
        pair.write(pair.whole)
        with monkeypatch.context() as patched:
            patched.setattr(type(pair.joining), "_add", lambda *_: None)
            made = pair.joining.split(pair.whole, 2, INES)
        assert len(pair.findings()) == 1
        assert pair.joining.split(pair.whole, 2, INES) == made
        assert pair.findings() == []

    def test_what_verify_writes_of_it_names_the_letter_so_that_it_is_never_split_off_twice(self, pair, monkeypatch):
        pair.write(pair.whole)
        with monkeypatch.context() as patched:
            patched.setattr(type(pair.joining), "_add", lambda *_: None)
            made = pair.joining.split(pair.whole, 2, INES)
        pair.mend()
        assert pair.ties(pair.whole).split_off == ((made, "2"),)
        pair.now += 400_000
        assert pair.joining.split(pair.whole, 2, INES) == made

    @pytest.mark.parametrize("place", [0, 1, 9, -1])
    def test_only_a_letter_can(self, pair, place):
        with pytest.raises(HandlingRefused):
            pair.joining.split(pair.whole, place, INES)

    def test_claimed_it_goes_on_like_any_other(self, pair):
        pair.write(pair.whole)
        made = pair.joining.split(pair.whole, 2, INES)
        pair.desk.claim(made, BOB)
        assert [one.number for one in pair.house.outbox.waiting() if one.kind == FORWARD and one.operator == "bob"] == [
            made
        ]
