"""Letters come in: each has one outcome, lies in one place, and none makes the desk do what its writer may not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from helpdesk_lite import assemble, disk
from helpdesk_lite.letters.intake import IGNORED, KEPT, OPENED, REFUSED, THREADED, Outcome
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests.mail_desk import DESK, JANE, MailDesk, letter

INES = Place(CLAIMED, "ines")
DAY = 86_400


@pytest.fixture
def desk(tmp_path):
    return MailDesk(tmp_path)


def _fail(is_so):
    if is_so:
        raise OSError("The disk is full.")


def closed_long_ago(folder):
    """A desk, and the number of a ticket there that its operator closed yesterday: too long ago for that desk."""
    desk = MailDesk(folder, "[mail]\nreopen_days = 0\n")
    number = desk.open()
    desk.answer("ines", number, "")
    desk.answer("ines", number, "close")
    desk.house.desk = desk.house.desk._replace(clock=lambda: desk.house.clock() + DAY)
    desk.intake = desk.intake._replace(correspondence=desk.intake.correspondence._replace(desk=desk.house.desk))
    return desk, number


class TestACustomerWrites:
    def test_a_letter_becomes_a_ticket_with_its_notice_and_acknowledgement(self, desk):
        number = desk.open(text="It burns.\n\n-- \nJane")
        inquiry = desk.house.store.read(number).inquiry
        assert inquiry.customer == ("Jane Doe", "jane@example.com")
        assert inquiry.head.subject == "Fire"
        assert {one.kind: one.recipients for one in desk.letters("notice", "acknowledgement")} == {
            "notice": ("operators@localhost",),
            "acknowledgement": ("jane@example.com",),
        }

    def test_the_notice_says_nothing_of_where_they_are_at_home(self, desk):
        desk.receive(letter("Jane Doe <jane@home.example>", DESK, Message_ID="<1@home.example>"))
        assemble.work(desk.house)
        (path,) = Path(desk.root.inside("mail", "operators@localhost", "new")).iterdir()
        assert b"home.example" not in path.read_bytes()

    def test_its_bytes_are_kept_as_they_came(self, desk):
        raw = letter(JANE, DESK, "From here.\n>From there.")
        number = desk.receive(raw).number
        assert desk.raw(number, 0) == raw
        assert desk.intake.arrivals.counts() == {"new": 0, "kept": 0, "ignored": 0}

    def test_one_of_which_the_disk_cannot_say_whether_it_is_kept_is_asked_for_again(self, desk, monkeypatch):
        number = desk.open()
        desk.house.desk.claim(number, desk.house.operators.find("ines"))
        raw = letter(JANE, desk.address("ticket", number))
        with monkeypatch.context() as patched:
            patched.setattr(disk, "sync_folder", lambda path: _fail(path.endswith("claimed/ines")))
            with pytest.raises(OSError, match="not certain"):
                desk.receive(raw)
        assert desk.receive(raw) == Outcome(THREADED, number)
        desk.intake.finish()
        assert desk.kinds(number) == ["inquiry", "claimed", "letter"]
        assert desk.intake.arrivals.counts() == {"new": 0, "kept": 0, "ignored": 0}

    def test_the_same_letter_twice_is_one_ticket(self, desk):
        raw = letter(JANE, DESK)
        assert desk.receive(raw) == desk.receive(b"Received: from elsewhere\r\n" + raw)
        assert desk.house.store.count_pending(9) == 1
        assert len(desk.letters("notice")) == 1

    def test_the_same_letter_eight_times_at_once_is_one_ticket(self, desk):
        raw = letter(JANE, DESK)
        outcomes = []
        senders = [threading.Thread(target=lambda: outcomes.append(desk.receive(raw))) for _ in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert len(set(outcomes)) == 1
        assert desk.house.store.count_pending(9) == 1

    def test_two_letters_with_one_message_id_are_two(self, desk):
        first = desk.receive(letter(JANE, DESK, "One.", Message_ID="<same@example.com>"))
        second = desk.receive(letter(JANE, DESK, "Two.", Message_ID="<same@example.com>"))
        assert first.number != second.number

    @pytest.mark.parametrize("header", ["In_Reply_To", "References"])
    def test_an_answer_to_what_we_sent_goes_into_its_ticket(self, desk, header):
        number = desk.open()
        (notice,) = desk.letters("acknowledgement")
        outcome = desk.receive(letter(JANE, DESK, "Still!", "Hello again", **{header: notice.message_id}))
        assert outcome == Outcome(THREADED, number)
        assert desk.kinds(number) == ["inquiry", "letter"]

    def test_an_answer_to_ones_own_letter_goes_into_its_ticket(self, desk):
        number = desk.receive(letter(JANE, DESK, Message_ID="<own@example.com>")).number
        outcome = desk.receive(letter(JANE, DESK, "And:", "More", In_Reply_To="<own@example.com>"))
        assert outcome == Outcome(THREADED, number)

    def test_a_number_in_the_subject_counts_for_those_known_in_the_ticket(self, desk):
        number = desk.open()
        assert desk.receive(letter(JANE, DESK, "Still!", f"WG: AW: [{number}] Fire")) == Outcome(THREADED, number)
        assert desk.receive(letter("eve@example.com", DESK, "Me too", f"Re: [{number}]")).kind == OPENED

    def test_a_message_id_that_only_looks_like_ours_threads_nothing(self, desk):
        number = desk.open()
        forged = f"<{number}.notice.0000000000@localhost>"
        assert desk.receive(letter("eve@example.com", DESK, "Hello", In_Reply_To=forged)).kind == OPENED

    def test_a_ticket_of_another_desk_is_none_of_ours(self, desk, tmp_path):
        other = MailDesk(tmp_path / "other")
        other.open()
        (theirs,) = other.letters("acknowledgement")
        outcome = desk.receive(letter(JANE, DESK, "Hello", In_Reply_To=theirs.message_id))
        assert outcome.kind == OPENED

    def test_who_holds_the_ticket_gets_the_next_letter_at_once(self, desk):
        number = desk.open()
        desk.answer("ines", number, "claim")
        desk.receive(letter(JANE, desk.address("ticket", number), "Still!"))
        entry = desk.house.store.read(number).entries[-1]
        assert (entry.kind, entry.by, entry.sender) == ("letter", "customer", "Jane Doe <jane@example.com>")
        assert [one.operator for one in desk.letters("forward") if one.entry == entry.message_id] == ["ines"]

    def test_a_stranger_who_answers_is_shown_as_such_and_never_becomes_the_customer(self, desk):
        number = desk.open()
        desk.receive(letter("Eve <eve@example.com>", desk.address("ticket", number), "I am Jane's boss."))
        ticket = desk.house.store.read(number)
        assert ticket.entries[-1].by == "eve@example.com"
        assert ticket.inquiry.customer.email == "jane@example.com"

    def test_a_letter_to_a_closed_ticket_reopens_it(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.answer("ines", number, "close")
        assert desk.place(number) == Place(CLOSED, "ines")
        assert desk.receive(letter(JANE, desk.address("ticket", number), "Still!")) == Outcome(THREADED, number)
        assert desk.place(number) == INES

    def test_a_letter_to_a_ticket_closed_long_ago_opens_one_that_follows_it(self, tmp_path):
        desk, number = closed_long_ago(tmp_path)
        outcome = desk.receive(letter(JANE, desk.address("ticket", number), "Again!"))
        assert outcome.kind == OPENED and outcome.number != number
        follows = desk.house.store.read(outcome.number).inquiry.fields[-1]
        assert follows.values == (number,)
        assert desk.place(number) == Place(CLOSED, "ines")

    def test_the_one_that_follows_is_acknowledged_to_no_mailing_list(self, tmp_path):
        desk, number = closed_long_ago(tmp_path)
        raw = letter("joe@example.com", desk.address("ticket", number), List_Id="<everybody.example.com>")
        assert desk.receive(raw).kind == OPENED
        assert [one.recipients for one in desk.letters("acknowledgement")] == [("jane@example.com",)]

    def test_of_a_closed_ticket_whose_operator_is_gone_the_letter_goes_to_the_queue(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.answer("ines", number, "close")
        desk.house.operators.remove("ines")
        desk.receive(letter(JANE, desk.address("ticket", number), "Still!"))
        assert desk.place(number) == QUEUE

    def test_one_address_writes_so_often_an_hour(self, tmp_path):
        desk = MailDesk(tmp_path, "[limits]\nsubmissions_per_hour = 3\n")
        outcomes = [desk.receive(letter(JANE, DESK, f"No. {count}")) for count in range(5)]
        assert [outcome.kind for outcome in outcomes] == [OPENED] * 3 + [KEPT] * 2
        assert "Too many letters" in outcomes[-1].reason


class TestAnOperatorAnswersTheNotice:
    @pytest.mark.parametrize("text", ["", "claim", "Claim.", "ok", "\n\n> It burns.\n", "-- \nInes"])
    def test_with_a_word_or_none_it_claims(self, desk, text):
        number = desk.open()
        assert desk.answer("ines", number, text) == Outcome(THREADED, number)
        assert desk.place(number) == INES
        assert desk.kinds(number) == ["inquiry", "claimed", "command"]
        assert [one.operator for one in desk.letters("forward")] == ["ines"]
        assert desk.letters("answer") == []

    def test_with_text_it_claims_and_answers(self, desk):
        number = desk.open()
        desk.answer("ines", number, "Use water.\n\n> It burns.")
        assert desk.place(number) == INES
        assert desk.kinds(number) == ["inquiry", "claimed", "answer"]
        (answer,) = desk.letters("answer")
        entry = desk.house.store.read(number).entries[-1]
        assert (answer.recipients, answer.operator, answer.entry) == (("jane@example.com",), "ines", entry.message_id)

    @pytest.mark.parametrize("text", ["", "Use sand."])
    def test_who_is_too_late_hears_who_has_it_and_nothing_goes_to_the_customer(self, desk, text):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.answer("bob", number, text)
        assert desk.place(number) == INES
        assert desk.letters("answer") == []
        (back,) = desk.letters("returned")
        assert back.operator == "bob"
        assert "ines has ticket" in back.note and "Nothing went to the customer" in back.note
        assert bool(back.entry) == bool(text)

    def test_what_came_too_late_is_a_note_for_who_has_it(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.answer("bob", number, "Use sand.")
        entry = desk.house.store.read(number).entries[-1]
        assert (entry.kind, entry.by) == ("note", "bob")
        assert b"Use sand." in desk.raw(number, -1)

    def test_the_same_answer_twice_goes_out_once(self, desk):
        number = desk.open()
        raw = letter("ines@example.org", desk.address("claim", number), "Use water.")
        assert desk.receive(raw) == desk.receive(raw)
        assert len(desk.letters("answer")) == 1

    def test_eight_answers_at_once_have_one_winner(self, desk):
        number = desk.open()
        raws = [
            letter(f"{who}@example.org", desk.address("claim", number), f"Use {what}, {who}.")
            for who in ("ines", "bob")
            for what in ("water", "sand", "foam", "air")
        ]
        senders = [threading.Thread(target=desk.receive, args=(raw,)) for raw in raws]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        holder = desk.place(number).holder
        assert desk.kinds(number).count("claimed") == 1
        assert {one.operator for one in desk.letters("answer")} == {holder}
        assert {one.operator for one in desk.letters("returned")} == {"ines", "bob"} - {holder}

    def test_from_anybody_else_it_is_kept_aside(self, desk):
        number = desk.open()
        outcome = desk.receive(letter("eve@example.org", desk.address("claim", number), ""))
        assert outcome.kind == KEPT
        assert desk.place(number) == QUEUE

    def test_with_two_senders_it_is_kept_aside(self, desk):
        number = desk.open()
        raw = letter("ines@example.org, eve@example.org", desk.address("claim", number), "")
        assert desk.receive(raw).kind == KEPT
        assert desk.place(number) == QUEUE

    def test_a_forged_address_is_kept_aside_where_operators_see_it(self, desk):
        number = desk.open()
        address = desk.address("claim", number)
        at = address.index("@") - 4
        forged = address[:at] + ("2" if address[at] != "2" else "3") + address[at + 1 :]
        outcome = desk.receive(letter("ines@example.org", forged, ""))
        assert outcome.kind == KEPT
        ((_, reason),) = desk.intake.arrivals.kept()
        assert "does not count" in reason
        assert desk.place(number) == QUEUE

    def test_a_copy_of_what_went_to_the_customer_is_an_entry_and_nothing_more(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        (forward,) = desk.letters("forward")
        before = len(desk.house.outbox.waiting())
        raw = letter("ines@example.org", f"jane@example.com, {DESK}", "Use water.", In_Reply_To=forward.message_id)
        assert desk.receive(raw) == Outcome(THREADED, number)
        entry = desk.house.store.read(number).entries[-1]
        assert (entry.kind, entry.by) == ("letter", "ines@example.org")
        assert len(desk.house.outbox.waiting()) == before

    def test_an_answer_goes_to_nobody_whom_a_stranger_or_a_note_brought_in(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        eve = letter("eve@example.com", desk.address("ticket", number), "Hello", Cc="mallory@example.com")
        note = letter("ines@example.org", desk.address("claim", number), "note: see", Cc="boss@example.org")
        jane = letter(JANE, desk.address("ticket", number), "Still!", Cc="joe@example.com")
        for raw in (eve, note, jane):
            assert desk.receive(raw).kind == THREADED
        desk.answer("ines", number, "Use water.")
        (answer,) = desk.letters("answer")
        assert answer.recipients == ("jane@example.com", "joe@example.com")

    def test_the_address_for_customers_claims_nothing(self, desk):
        number = desk.open()
        outcome = desk.receive(letter("ines@example.org", desk.address("ticket", number), "Use water."))
        assert outcome.kind == KEPT
        assert desk.place(number) == QUEUE
        assert desk.letters("answer") == []

    def test_another_operators_own_address_does_not_count(self, desk):
        number = desk.open()
        address = desk.address("operator", number, "ines")
        assert desk.receive(letter("bob@example.org", address, "Use water.")).kind == KEPT

    def test_to_an_operators_own_address_a_customer_may_write_who_found_it_in_copy(self, tmp_path):
        desk = MailDesk(tmp_path, '[mail]\nanswers = "copied"\n')
        number = desk.open()
        desk.answer("ines", number, "")
        own = desk.address("operator", number, "ines")
        desk.receive(letter("ines@example.org", f"jane@example.com, {own}", "Use water."))
        outcome = desk.receive(letter(JANE, "ines@example.org", "Still!", Cc=own), own)
        assert outcome == Outcome(THREADED, number)
        entry = desk.house.store.read(number).entries[-1]
        assert (entry.kind, entry.by) == ("letter", "customer")

    @pytest.mark.parametrize("text", ["", "ok", "> It burns."])
    def test_with_a_word_or_none_to_the_address_in_the_forward_it_claims_what_nobody_has(self, desk, text):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.answer("ines", number, "release")
        desk.receive(letter("ines@example.org", desk.address("operator", number, "ines"), text))
        assert desk.place(number) == INES
        assert desk.kinds(number)[-2:] == ["claimed", "command"]
        assert desk.letters("answer") == []

    def test_a_word_from_who_has_the_ticket_is_an_answer(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.receive(letter("ines@example.org", desk.address("operator", number, "ines"), "Yes."))
        assert desk.kinds(number)[-1] == "answer"

    def test_an_operator_may_be_a_customer_too(self, desk):
        number = desk.receive(letter("ines@example.org", DESK, "My screen is dark.")).number
        outcome = desk.receive(letter("ines@example.org", desk.address("ticket", number), "Still dark."))
        assert outcome == Outcome(THREADED, number)


class TestCommands:
    @pytest.fixture
    def number(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        return number

    def test_release(self, desk, number):
        desk.answer("ines", number, "Release\n\nsent from a train")
        assert desk.place(number) == QUEUE
        assert "back in the queue" in desk.letters("returned")[0].note

    def test_close(self, desk, number):
        desk.answer("ines", number, "close")
        assert desk.place(number) == Place(CLOSED, "ines")

    def test_close_with_words_sends_them_first(self, desk, number):
        desk.answer("ines", number, "close\n\nIt is out now.")
        assert desk.kinds(number)[-2:] == ["answer", "closed"]

    def test_whom_a_note_names_is_mailed(self, desk, number):
        desk.answer("bob", number, "note: does @ines know?\n\n> @ada asked")
        (told,) = desk.letters("told")
        assert told.operator == "ines"
        assert "bob named you in a note" in told.note

    def test_a_note_never_goes_to_the_customer(self, desk, number):
        desk.answer("bob", number, "note: she called before")
        assert desk.kinds(number)[-1] == "note"
        assert desk.letters("answer") == []

    @pytest.mark.parametrize("command", ["release", "close"])
    def test_of_somebody_elses_ticket_it_is_refused(self, desk, number, command):
        desk.answer("bob", number, command)
        assert desk.place(number) == INES
        assert "ines has ticket" in desk.letters("returned")[0].note

    def test_a_sentence_that_begins_like_a_command_is_an_answer(self, desk, number):
        desk.answer("ines", number, "Close the window first.")
        assert desk.kinds(number)[-1] == "answer"


class TestProof:
    SETTINGS = '[mail]\ntrusted_results = "mx.example.org"\n'
    PASS = "mx.example.org; dkim=pass header.d=example.org"

    @pytest.mark.parametrize(
        ("results", "kind"),
        [
            (PASS, THREADED),
            ("", KEPT),
            ("mx.example.org; dkim=fail header.d=example.org", KEPT),
            ("mx.example.org; dkim=pass header.d=example.com", KEPT),
            ("mx.evil.example; dkim=pass header.d=example.org", KEPT),
            ("mx.example.org; spf=pass smtp.mailfrom=example.org", KEPT),
        ],
    )
    def test_a_setting_asks_for_a_dkim_pass_of_the_operators_own_domain(self, tmp_path, results, kind):
        desk = MailDesk(tmp_path, self.SETTINGS)
        number = desk.open()
        assert desk.answer("ines", number, "", Authentication_Results=results).kind == kind
        assert (desk.place(number) == INES) == (kind == THREADED)

    def test_a_verdict_below_the_servers_own_is_the_senders_and_does_not_count(self, tmp_path):
        desk = MailDesk(tmp_path, self.SETTINGS)
        number = desk.open()
        fail = "mx.example.org; dkim=fail header.d=example.org"
        results = f"{fail}\r\nAuthentication-Results: {self.PASS}"
        assert desk.answer("ines", number, "", Authentication_Results=results).kind == KEPT
        assert desk.place(number) == QUEUE

    def test_a_second_filter_of_the_server_may_speak_above_the_first(self, tmp_path):
        desk = MailDesk(tmp_path, self.SETTINGS)
        number = desk.open()
        results = f"mx.example.org; dmarc=pass header.from=example.org\r\nAuthentication-Results: {self.PASS}"
        assert desk.answer("ines", number, "", Authentication_Results=results).kind == THREADED

    @pytest.mark.parametrize(
        ("identity", "kind"), [("@example.org", THREADED), ("ines@example.org", THREADED), ("@example.com", KEPT)]
    )
    def test_a_server_may_name_the_signer_and_not_the_domain(self, tmp_path, identity, kind):
        desk = MailDesk(tmp_path, self.SETTINGS)
        number = desk.open()
        results = f"mx.example.org; dkim=pass header.i={identity} header.s=2026"  # as Google writes it
        assert desk.answer("ines", number, "", Authentication_Results=results).kind == kind


class TestPrograms:
    @pytest.mark.parametrize(
        "headers",
        [{"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated"}, {"X_Autoreply": "yes"}],
    )
    def test_what_a_program_wrote_opens_nothing_and_is_never_answered(self, desk, headers):
        outcome = desk.receive(letter("robot@example.com", DESK, **headers))
        assert outcome.kind == IGNORED
        assert desk.house.outbox.waiting() == []
        assert desk.intake.arrivals.counts()["ignored"] == 1

    def test_a_vacation_reply_is_an_entry_of_its_ticket_and_wakes_nobody(self, desk):
        number = desk.open()
        (mail,) = desk.letters("acknowledgement")
        before = len(desk.house.outbox.waiting())
        raw = letter(JANE, DESK, "I am away.", In_Reply_To=mail.message_id, Auto_Submitted="auto-replied")
        assert desk.receive(raw) == Outcome(THREADED, number)
        assert desk.kinds(number) == ["inquiry", "automatic"]
        assert len(desk.house.outbox.waiting()) == before

    def test_the_marks_of_a_program_may_stand_in_any_order(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        desk.answer("ines", number, "close")
        marks = {"X_Auto_Response_Suppress": "All", "Auto_Submitted": "auto-generated"}  # as Exchange has them
        raw = letter(JANE, desk.address("ticket", number), "I am away.", "Automatic reply: Fire", **marks)
        assert desk.receive(raw) == Outcome(THREADED, number)
        assert desk.place(number) == Place(CLOSED, "ines")
        assert desk.kinds(number)[-1] == "automatic"

    def test_an_operators_answer_of_another_desk_is_a_persons(self, desk):
        number = desk.open()
        desk.answer("ines", number, "")
        answer = letter(JANE, desk.address("ticket", number), "Still!", X_Helpdesk_Ticket="3D9P-64M6-EPTV")
        assert desk.receive(answer) == Outcome(THREADED, number)
        assert desk.kinds(number)[-1] == "letter"

    def test_the_null_sender_of_the_envelope_is_a_programs(self, desk):
        assert desk.receive(letter("robot@example.com", DESK), sender="").kind == IGNORED

    def test_a_letter_from_ourselves_is_ignored(self, desk):
        assert desk.receive(letter(DESK, DESK)).kind == IGNORED

    def test_a_responder_whose_every_header_lies_is_answered_once(self, desk):
        for count in range(5):
            desk.receive(letter("robot@example.com", DESK, f"I got your letter no. {count}."))
        assert len(desk.letters("acknowledgement")) == 1

    def test_a_bounce_is_told_in_the_ticket_whose_letter_it_was(self, desk):
        number = desk.open()
        (mail,) = desk.letters("acknowledgement")
        raw = BOUNCE.replace("MESSAGE-ID", mail.message_id).replace("\n", "\r\n").encode()
        assert desk.receive(raw, sender="") == Outcome(THREADED, number)
        entry = desk.house.store.read(number).entries[-1]
        assert entry.kind == "bounce"
        assert entry.text.startswith("Could not be delivered to jane@example.com")

    def test_a_bounce_of_a_letter_that_went_on_as_it_came_is_told_in_its_ticket(self, desk):
        number = desk.receive(letter(JANE, DESK, Message_ID="<own@example.com>")).number
        desk.answer("ines", number, "")
        (mail,) = desk.letters("forward")
        returned = f"<own@example.com>\nResent-Message-ID: {mail.message_id}"
        raw = BOUNCE.replace("MESSAGE-ID", returned).replace("\n", "\r\n").encode()
        assert desk.receive(raw, sender="") == Outcome(THREADED, number)
        assert desk.kinds(number)[-1] == "bounce"

    def test_a_bounce_of_somebody_elses_letter_is_ignored(self, desk):
        raw = BOUNCE.replace("MESSAGE-ID", "<1@elsewhere>").replace("\n", "\r\n").encode()
        assert desk.receive(raw, sender="").kind == IGNORED


class TestBadLetters:
    @pytest.mark.parametrize(
        "raw", [b"", b"\x00" * 500, b"\r\n\r\nhello", b"From: nobody\r\n\r\n", b"Subject: x\r\n\r\nhi"]
    )
    def test_one_without_a_sender_is_kept_aside(self, desk, raw):
        assert desk.receive(raw).kind == KEPT
        ((arrival, reason),) = desk.intake.arrivals.kept()
        assert reason
        with desk.intake.arrivals.open(arrival) as file:
            assert file.read() == raw

    def test_one_that_is_too_large_is_refused(self, tmp_path):
        desk = MailDesk(tmp_path, "[limits]\nletter_mb = 1\n")
        outcome = desk.intake.receive((b"x" * 100_000 for _ in range(20)), Envelope("test"))
        assert outcome.kind == REFUSED
        assert sum(desk.intake.arrivals.counts().values()) == 0

    def test_one_that_the_desk_fails_at_is_kept_aside(self, desk, monkeypatch, caplog):
        monkeypatch.setattr(type(desk.intake.threads), "find", lambda *_: 1 / 0)
        assert desk.receive(letter(JANE, DESK)).kind == KEPT
        assert "ZeroDivisionError" in desk.intake.arrivals.kept()[0][1]
        assert "intake: failed" in caplog.text


class TestCrashes:
    def test_what_a_killed_process_left_is_judged_by_the_next(self, desk):
        with desk.intake.arrivals.received([letter(JANE, DESK)], Envelope("test"), 10_000):
            pass
        assert desk.intake.finish() == 1
        assert desk.house.store.count_pending(9) == 1
        assert desk.intake.finish() == 0

    def test_a_letter_whose_ticket_was_made_before_the_crash_makes_no_second(self, desk, monkeypatch):
        monkeypatch.setattr(type(desk.intake), "_lay", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        raw = letter(JANE, DESK)
        with pytest.raises(OSError, match="disk full"):
            desk.receive(raw)
        monkeypatch.undo()
        assert desk.intake.finish() == 1
        assert desk.receive(raw).kind == OPENED
        assert desk.house.store.count_pending(9) == 1

    def test_an_answer_that_was_sent_before_the_crash_is_not_sent_again(self, desk, monkeypatch):
        number = desk.open()
        monkeypatch.setattr(type(desk.intake), "_lay", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            desk.answer("ines", number, "Use water.")
        monkeypatch.undo()
        assert desk.intake.finish() == 1
        assert len(desk.letters("answer")) == 1

    @pytest.mark.parametrize("torn", [b'{"digest": "12', b"\x00" * 200, b"[1]\n"])
    def test_a_line_of_the_index_that_a_power_cut_tore_is_none(self, desk, torn):
        raw = letter(JANE, DESK, Message_ID="<own@example.com>")
        number = desk.receive(raw).number
        Path(desk.intake.arrivals._index("<own@example.com>")).write_bytes(torn)
        assert desk.receive(raw) == Outcome(OPENED, number)
        (known,) = desk.intake.arrivals.known("<own@example.com>")
        assert known.number == number
        assert list(desk.intake.arrivals.everywhere()) == [known]


BOUNCE = """From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: helpdesk@localhost
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; jane@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

From: helpdesk@localhost
Message-ID: MESSAGE-ID

--b--
"""
