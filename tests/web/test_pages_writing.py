"""Writing on a ticket's page: an answer for its customer, a note for operators, and what happens to words meanwhile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from tests.mail_desk import JANE, MailDesk, letter
from tests.web.conftest import SCRIPT, Answer, Asked

WORDS = "Pour water on it.\nThen call again."


class Ines:
    """Ines at her screen, with a ticket that she has claimed."""

    def __init__(self, desk: Asked) -> None:
        self.desk = desk
        self.number = desk.ticket()
        desk.post(f"/tickets/{self.number}/claim", "ines")
        self.look()

    def look(self, who: str = "ines") -> Answer:
        """Load the page."""
        page = self.desk.get(f"/tickets/{self.number}", who)
        self.seen = seen_on(page)
        return page

    def write(
        self, verb: str, text: str = WORDS, files: dict[str, bytes] | None = None, who: str = "ines", **more: str
    ) -> Answer:
        """Type into the box of the page as it was loaded, and press the button."""
        fields = {"seen": self.seen, "text": text, **more}
        return self.desk.post_form(f"/tickets/{self.number}/{verb}", who, fields, files)

    def kinds(self) -> list[str]:
        """What happened to the ticket."""
        return [entry.kind for entry in self.desk.house.store.read(self.number).entries]

    def letters(self, kind: str) -> list[object]:
        """The letters of this kind that wait."""
        return [one for one in self.desk.house.outbox.waiting() if one.kind == kind]

    def receive(self, text: str = "It is out.") -> None:
        """Jane writes to the ticket by mail."""
        mail = MailDesk.of(self.desk.house)
        outcome = mail.receive(letter(JANE, mail.address("ticket", self.number), text))
        assert outcome.number == self.number


def seen_on(page: Answer) -> str:
    """How many entries the page says it shows; "" if there is nothing to write in."""
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    return found[1] if found else ""


def boxes(page: Answer) -> list[str]:
    """What can be written on the page."""
    return re.findall(r'<textarea id="(\w+)-text"', page.text)


def box(page: Answer, name: str = "answer") -> str:
    """What is in the box."""
    found = re.search(rf'<textarea id="{name}-text"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def ines(desk: Asked) -> Ines:
    return Ines(desk)


class TestTheBoxes:
    def test_who_has_the_ticket_can_answer_and_note(self, ines):
        page = ines.look()
        assert boxes(page) == ["answer", "note"]
        assert "It goes to jane@example.com." in page.words
        assert "Only operators see it; the customer never does." in page.words

    def test_a_pending_ticket_has_a_folded_note_only(self, desk):
        page = desk.get(f"/tickets/{desk.ticket()}", "ines")
        assert boxes(page) == ["note"]
        assert '<details class="write">' in page.text

    def test_a_closed_ticket_takes_notes_only(self, ines):
        ines.desk.post(f"/tickets/{ines.number}/close", "ines")
        assert boxes(ines.look()) == ["note"]

    def test_an_administrator_notes_but_does_not_answer_in_anothers_ticket(self, ines):
        assert boxes(ines.look("ada")) == ["note"]

    def test_a_customer_without_an_address_is_told_of(self, ines):
        path = Path(ines.desk.house.root.inside("claimed", "ines", f"{ines.number}.mbox"))
        path.write_bytes(path.read_bytes().replace(b"jane@example.com", b""))
        assert "The customer left no mail address: they see it only on their own page" in ines.look().words


class TestAnAnswer:
    def test_it_goes_to_the_customer_and_is_shown_with_the_outboxs_verdict(self, ines):
        answer = ines.write("reply")
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/tickets/{ines.number}#entry-2")
        (sent,) = ines.letters("answer")
        assert sent.recipients == ("jane@example.com",)
        page = ines.look()
        assert 'id="entry-2"' in page.text
        assert "ines answered" in page.words
        assert "Then call again. Waiting in the outbox" in page.words
        assert box(page) == ""

    def test_the_courier_sends_what_was_typed_in_the_operators_name(self, ines):
        Path(ines.desk.house.root.settings).write_text('[mail]\ntransport = "maildir:data/mail"\n')
        ines.desk.house = assemble.house(ines.desk.house.root)
        ines.write("reply", "Grüße,\r\n\r\nfrom Ines", {"plan.pdf": b"exits"})
        assemble.courier(ines.desk.house).run(all=True)
        (path,) = Path(ines.desk.house.root.inside("mail", "jane@example.com", "new")).iterdir()
        raw = path.read_bytes()
        assert b"From: Ines via " in raw
        assert b"Gr=C3=BC=C3=9Fe,\n\nfrom Ines" in raw
        assert b'filename="plan.pdf"' in raw
        assert b"Auto-Submitted" not in raw

    def test_a_file_alone_is_an_answer(self, ines):
        assert ines.write("reply", "", {"plan.pdf": b"exits"}).status == 303
        assert "plan.pdf 5 bytes" in ines.look().words

    def test_pressed_twice_it_goes_once(self, ines):
        first, second = ines.write("reply"), ines.write("reply")
        assert first.headers["location"] == second.headers["location"]
        assert len(ines.letters("answer")) == 1

    @pytest.mark.parametrize("text", ["", " \r\n\t "])
    @pytest.mark.parametrize("verb", ["reply", "note"])
    def test_nothing_at_all_is_not_stored(self, ines, verb, text):
        before = ines.kinds()
        answer = ines.write(verb, text)
        assert answer.status == 422
        assert "<title>Error: " in answer.text
        name = "answer" if verb == "reply" else "note"
        assert f'id="{name}-problem">There is nothing to send yet' in answer.text
        assert ines.kinds() == before

    def test_nobody_answers_in_a_ticket_of_somebody_else(self, ines):
        for who in ("bob", "ada"):
            answer = ines.write("reply", who=who)
            assert answer.status == 409
            assert f"ines has had {ines.number} since" in answer.words
            assert "jane" not in answer.text.lower()
        assert "answer" not in ines.kinds()

    def test_too_much_at_once_is_refused_and_nothing_is_left(self, ines):
        ines.desk.house.settings = ines.desk.house.settings._replace(upload_mb=1)
        assert ines.write("reply", WORDS, {"film.mp4": bytes(3 << 20)}).status == 413
        assert list(Path(ines.desk.house.spool).iterdir()) == []
        assert "answer" not in ines.kinds()

    def test_what_is_typed_stays_text(self, ines):
        ines.write("reply", "<script>alert(1)</script>")
        assert "<script>alert" not in ines.look().text


class TestWhatHappenedMeanwhile:
    def test_what_is_new_is_set_off_and_the_words_are_still_there(self, ines):
        ines.receive("It is out, <b>thanks</b>.")
        answer = ines.write("reply", "Pour <water> on it.")
        assert answer.status == 409
        assert "Not sent yet: something came into this ticket while you wrote." in answer.words
        assert box(answer) == "Pour &lt;water&gt; on it."
        news = answer.words.partition("New since you began writing")[2]
        assert "Jane Doe wrote" in news and "It is out" in news
        assert "ines claimed it" not in news
        story = answer.words.partition("becomes a ticket of its own")[0]
        assert story.count("It is out") == 1
        assert not ines.letters("answer")

    def test_pressing_send_again_sends(self, ines):
        ines.receive()
        ines.seen = seen_on(ines.write("reply"))
        assert ines.write("reply").status == 303
        assert len(ines.letters("answer")) == 1

    def test_files_have_to_be_chosen_again(self, ines):
        ines.receive()
        assert "Please choose your files again." in ines.write("reply", WORDS, {"plan.pdf": b"exits"}).words
        assert "Please choose your files again." not in ines.write("reply").words

    @pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 30, "٣"])
    def test_a_page_that_says_nothing_sensible_counts_as_old(self, ines, seen):
        ines.seen = seen
        assert ines.write("reply").status == 409

    def test_what_oneself_wrote_is_no_news(self, ines):
        ines.write("note", "She has done this before.")
        assert ines.write("reply").status == 303

    @pytest.mark.parametrize("verb", ["release", "close"])
    def test_a_ticket_that_moved_gives_the_words_back(self, ines, verb):
        ines.desk.post(f"/tickets/{ines.number}/{verb}", "ines")
        answer = ines.write("reply", "Pour <water> on it.")
        assert answer.status == 409
        assert "Your answer was not sent" in answer.words
        assert "Nothing went to the customer. This is what you wrote:" in answer.words
        assert '<textarea id="typed" readonly>\nPour &lt;water&gt; on it.</textarea>' in answer.text
        assert not ines.letters("answer")

    def test_who_has_it_now_is_told(self, ines):
        ines.desk.post(f"/tickets/{ines.number}/release", "ines")
        ines.desk.post(f"/tickets/{ines.number}/claim", "bob")
        assert f"bob has had {ines.number} since" in ines.write("reply").words


class TestADraft:
    def kept(self, ines: Ines) -> str:
        found = ines.desk.house.drafts.find("ines", ines.number)
        return found.text if found else ""

    def test_it_is_in_the_box_when_one_comes_back(self, ines):
        answer = ines.write("draft", "Pour <water>\r\non it.")
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/tickets/{ines.number}#answer-heading")
        page = ines.look()
        assert box(page) == "Pour &lt;water&gt;\non it."
        assert re.search(r"Draft kept \d\d:\d\d UTC", page.words)
        assert "answer" not in ines.kinds()

    def test_others_do_not_see_it(self, ines):
        ines.write("draft")
        assert "Pour water" not in ines.look("ada").text

    def test_sent_it_is_gone(self, ines):
        ines.write("draft")
        ines.write("reply")
        assert self.kept(ines) == ""
        assert box(ines.look()) == ""

    def test_kept_empty_it_is_gone(self, ines):
        ines.write("draft")
        ines.write("draft", " ")
        assert "Draft kept " not in ines.look().words

    def test_a_refused_answer_leaves_it(self, ines):
        ines.write("draft", "Water.")
        ines.receive()
        assert box(ines.write("reply", "Sand.")) == "Sand."
        assert self.kept(ines) == "Water."

    def test_it_waits_while_somebody_else_has_the_ticket(self, ines):
        ines.write("draft")
        ines.desk.post(f"/tickets/{ines.number}/release", "ines")
        assert "Pour water" not in ines.look().text
        ines.desk.post(f"/tickets/{ines.number}/claim", "ines")
        assert box(ines.look()) == WORDS

    def test_in_a_ticket_of_somebody_else_the_words_come_back(self, ines):
        answer = ines.write("draft", who="bob")
        assert answer.status == 409
        assert "Then call again.</textarea>" in answer.text
        assert ines.desk.house.drafts.find("bob", ines.number) is None

    def test_a_page_that_keeps_by_itself_is_told_in_a_word(self, ines):
        answer = ines.desk.post(f"/tickets/{ines.number}/draft?by=itself", "ines", {"text": "Wat", "seen": "2"})
        assert (answer.status, answer.content) == (200, b"kept\n")
        assert self.kept(ines) == "Wat"

    def test_what_such_a_page_says_too_late_is_no_draft_of_what_was_sent(self, ines):
        ines.write("reply")
        late = {"text": WORDS, "seen": ines.seen}
        assert ines.desk.post(f"/tickets/{ines.number}/draft?by=itself", "ines", late).status == 200
        assert self.kept(ines) == ""
        assert ines.write("draft").status == 303
        assert self.kept(ines) == WORDS


class TestANote:
    def test_it_stays_among_operators(self, ines):
        answer = ines.write("note", "She has done this before.")
        assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/tickets/{ines.number}#entry-2")
        assert "ines noted Only operators see this" in ines.look().words
        assert not ines.letters("answer")

    def test_whom_it_names_is_mailed(self, ines):
        ines.write("note", "@bob She has done this before. @nobody")
        (told,) = ines.letters("told")
        assert told.operator == "bob"
        assert "News of a ticket to bob" in ines.desk.get("/outbox", "ines").words
        assert "ines noted, and told bob Only operators see this" in ines.look().words

    def test_whom_it_names_may_read_the_ticket_and_note_but_no_more(self, ines):
        path = f"/tickets/{ines.number}"
        assert ines.desk.get(path, "bob").status == 403
        ines.write("note", "@bob She has done this before.")
        page = ines.desk.get(path, "bob")
        assert page.status == 200
        assert f"{path}/note" in page.text
        assert f"{path}/reply" not in page.text
        assert ines.write("note", "So she has.", who="bob").status == 303
        assert ines.desk.post(f"{path}/close", "bob").status == 403

    def test_pressed_twice_it_names_once(self, ines):
        ines.write("note", "@bob Look.")
        ines.write("note", "@bob Look.")
        assert len(ines.letters("told")) == 1

    def test_a_word_at_its_beginning_stays(self, ines):
        ines.write("note", "Note that she has done this before.")
        assert "Note that she has done this before." in ines.look().words

    def test_anybody_notes_in_a_pending_ticket(self, desk):
        number = desk.ticket()
        answer = desk.post_form(f"/tickets/{number}/note", "bob", {"text": "Ask jane@example.com.", "seen": "1"})
        assert answer.status == 303
        page = desk.get(f"/tickets/{number}", "ines")
        assert "bob noted" in page.words
        assert "jane@" not in page.text

    def test_nobody_notes_in_a_ticket_of_somebody_else_but_administrators(self, ines):
        assert ines.write("note", who="bob").status == 403
        assert ines.write("note", who="ada").status == 303
        assert ines.kinds().count("note") == 1

    def test_an_unknown_ticket_is_not_found(self, desk, ines):
        ines.number = "3D9P-64M6-EPTV"
        assert ines.write("note").status == ines.write("reply").status == 404
