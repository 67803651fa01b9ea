"""The customer's own page of a ticket: how it stands, what was said, and what they can do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.words.letter import FORWARD, RETURNED
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, LETTER, QUEUE, Place
from tests.mail_desk import JANE, MailDesk, letter
from tests.web.conftest import SCRIPT, Answer, Asked

QUOTING = "We come at noon.\n\nOn 21 Nov 2026, Jane Doe wrote:\n> It burns.\n\n-- \nInes\n"


class Jane:
    """A customer with a ticket, and the link that was mailed to her."""

    def __init__(self, place: Path) -> None:
        self.mail = MailDesk(place)
        self.asked = Asked(self.mail.house)
        self.number = self.asked.ticket(files={"stove.png": b"picture"})

    @property
    def key(self) -> str:
        return self.mail.house.desk.key(self.number)

    @property
    def ines(self):
        return self.asked.operator("ines")

    def look(self, more: str = "", **headers: str) -> Answer:
        """Follow the link."""
        return self.asked.get(f"/status/{self.number}?key={self.key}{more}", **headers)

    def write(self, text: str, seen: int = 1, **headers: str) -> Answer:
        """Type and press Send."""
        fields = {"key": self.key, "seen": str(seen), "message": text}
        return self.asked.post(f"/status/{self.number}/write", fields=fields, **headers)

    def press(self, verb: str) -> Answer:
        """Press a button."""
        return self.asked.post(f"/status/{self.number}/{verb}", fields={"key": self.key})

    def send(self, text: str, *files: tuple[str, bytes]) -> Answer:
        """Type, choose files and press Send, as a browser sends it."""
        fields = {"key": self.key, "message": text}
        return self.asked.post_form(f"/status/{self.number}/write", "", fields, dict(files), "files")

    def settings(self, **changes: object) -> None:
        """Change the desk's settings."""
        house = self.mail.house
        house.settings = house.settings._replace(**changes)
        house.desk = house.desk._replace(settings=house.settings)
        house.intake = assemble.intake(house)

    @property
    def kinds(self) -> list[str]:
        return self.mail.kinds(self.number)


@pytest.fixture
def jane(tmp_path: Path) -> Jane:
    return Jane(tmp_path)


class TestHowItStands:
    def test_it_waits(self, jane):
        page = jane.look()
        assert page.status == 200
        assert f"{jane.number} The printer is on fire Waiting for somebody here to read it" in page.words

    def test_somebody_has_it(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        page = jane.look().words
        assert "Ines has been on it since" in page and "Ines has taken it on" in page

    @pytest.mark.parametrize(
        ("progress", "words"),
        [
            ("waiting", "We are waiting for your answer"),
            ("resolved", "Done, we think. If it is not, please tell us below."),
        ],
    )
    def test_who_has_it_waits_or_thinks_it_done(self, jane, progress, words):
        desk = jane.mail.house.desk
        desk.claim(jane.number, jane.ines)
        with desk.locked(jane.number):
            ticket = desk.store.read(jane.number)
            standing = ticket.standing._replace(progress=progress)
            desk.move(ticket, ticket.place, progress, "ines", standing=standing)
        assert words in jane.look().words
        desk.release(jane.number, jane.ines)
        assert "Waiting for somebody here to read it" in jane.look().words

    def test_it_was_closed_by_an_operator(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        jane.mail.house.desk.close(jane.number, jane.ines)
        page = jane.look().words
        assert "Closed by Ines, " in page and "Ines closed it" in page

    def test_it_was_closed_by_her(self, jane):
        jane.press("close")
        page = jane.look().words
        assert "Closed by you, " in page and "You closed it" in page

    def test_operators_read_that_it_was_her(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        jane.press("close")
        page = jane.asked.get(f"/tickets/{jane.number}", "ines").words
        assert "Closed by the customer, " in page and "The customer closed it" in page
        late = jane.asked.post(f"/tickets/{jane.number}/close", "ines")
        assert late.status == 409 and f"The customer closed {jane.number}" in late.words

    def test_it_waits_for_somebody_else(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        jane.mail.house.desk.release(jane.number, jane.ines)
        assert "It waits for somebody else here" in jane.look().words

    @pytest.mark.parametrize("hidden", [{"show_operator": False}, {"answers": "relayed"}])
    def test_who_it_is_may_be_kept_back(self, jane, hidden):
        jane.settings(**hidden)
        jane.mail.house.desk.claim(jane.number, jane.ines)
        jane.mail.answer("ines", jane.number, "We come at noon.")
        page = jane.look()
        for words in ("Somebody here has been on it since", "Somebody here has taken it on", "We answered"):
            assert words in page.words
        jane.mail.house.desk.close(jane.number, jane.ines)
        page = jane.look()
        assert "Closed, " in page.words and "We closed it" in page.words
        jane.mail.house.desk.reopen(jane.number, jane.ines)
        page = jane.look()
        assert "We opened it again" in page.words
        assert "ines" not in page.text.lower()

    def test_a_form_whose_answers_are_relayed_names_nobody(self, jane):
        form = Path(jane.mail.root.forms, "quiet.html")
        form.write_text(
            '<title>Quiet</title><meta name="helpdesk-answers" content="relayed"><input name=email type=email>'
        )
        sent = jane.asked.post("/forms/quiet", fields={"email": "jane@example.com"}).headers["location"]
        jane.number = sent.partition("/sent/")[2][:14]
        jane.mail.house.desk.claim(jane.number, jane.ines)
        assert "Somebody here has been on it since" in jane.look().words

    def test_it_is_read_in_her_language(self, jane):
        page = jane.look(**{"Accept-Language": "it"})
        assert '<html lang="it">' in page.text
        assert "Waiting for somebody" not in page.words


class TestTheThread:
    def test_what_she_asked_is_there_with_its_file_but_not_her_address(self, jane):
        page = jane.look()
        assert "You wrote" in page.words and "It burns. From here I can see it." in page.words
        assert "Room 12 b" in page.words and "stove.png 7 bytes" in page.words
        assert "jane@example.com" not in page.text

    def test_it_is_in_order_and_quotes_are_folded(self, jane):
        jane.mail.answer("ines", jane.number, QUOTING)
        jane.write("Thank you.", 3)
        page = jane.look()
        said = ["You wrote", "It burns.", "Ines answered", "We come at noon.", "Quoted text", "Signature", "Thank you."]
        places = [page.words.index(one) for one in said]
        assert places == sorted(places)
        assert page.text.count("<details") == 2 and "<details open" not in page.text

    def test_a_ticket_that_began_by_mail_has_its_letter(self, jane):
        jane.number = jane.mail.open(text="Please help.\n\n-- \nJane")
        page = jane.look().words
        assert "You wrote" in page and "Please help. Signature -- Jane" in page

    def test_nothing_of_what_operators_say_among_themselves(self, jane):
        jane.mail.answer("ines", jane.number, "claim")
        jane.mail.answer("ines", jane.number, "note She is cross.")
        raw = letter(
            "ines@example.org",
            jane.mail.address("operator", jane.number, "ines"),
            "At noon.",
            "Secret",
            Cc="bob@example.org",
        )
        jane.mail.receive(raw)
        page = jane.look()
        assert "At noon." in page.words
        for hidden in ("cross", "Secret", "@example.org", "outbox", "noted"):
            assert hidden not in page.text, hidden

    def test_nor_of_what_strangers_and_programs_write(self, jane):
        to = jane.mail.address("ticket", jane.number)
        jane.mail.receive(letter("eve@example.net", to, "Psst."))
        jane.mail.receive(letter(JANE, to, "I am away.", Auto_Submitted="auto-replied"))
        page = jane.look()
        assert len(jane.kinds) == 3
        assert "Psst" not in page.text and "eve@" not in page.text and "I am away" not in page.text

    def test_html_is_text(self, jane):
        to = jane.mail.address("ticket", jane.number)
        jane.mail.receive(letter(JANE, to, "<p>It <b>burns</b></p>", Content_Type="text/html"))
        page = jane.look()
        assert "It burns" in page.words
        assert "<b>" not in page.text and "/letters/" not in page.text

    def test_a_very_long_letter_goes_on_in_a_page_of_its_own(self, jane):
        jane.mail.receive(letter(JANE, jane.mail.address("ticket", jane.number), "It burns.\n" * 20_000))
        (address,) = re.findall(r'href="([^"]+/letters/1/text[^"]*)"', jane.look().text)
        whole = jane.asked.get(address.removeprefix(SCRIPT))
        assert whole.text.count("It burns.") == 20_000
        assert whole.headers["content-type"] == "text/plain; charset=utf-8"
        assert jane.asked.get(address.removeprefix(SCRIPT).partition("?")[0]).status == 404

    def test_a_file_is_for_saving(self, jane):
        (address,) = re.findall(r'href="([^"]+stove.png[^"]*)"', jane.look().text)
        file = jane.asked.get(address.removeprefix(SCRIPT))
        assert file.content == b"picture"
        assert file.headers["content-disposition"].startswith("attachment;")
        assert file.headers["content-security-policy"].startswith("sandbox")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["cache-control"] == "no-store"

    def test_a_file_of_a_note_is_not_hers(self, jane):
        jane.mail.answer("ines", jane.number, "claim")
        part = "--b\n\nnote See this.\n--b\nContent-Disposition: attachment; filename=x.txt\n\nhush\n--b--\n"
        jane.mail.answer("ines", jane.number, part, Content_Type='multipart/mixed; boundary="b"')
        assert jane.kinds[-1] == "note"
        for place in range(5):
            for index in range(1, 4):
                answer = jane.asked.get(f"/status/{jane.number}/attachments/{place}/{index}/x.txt?key={jane.key}")
                assert answer.status == 404 or answer.content == b"picture"


class TestWriting:
    def test_what_she_adds_is_in_the_ticket_and_goes_to_who_has_it(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        answer = jane.write("It is out.", 2)
        assert answer.status == 303
        assert answer.headers["location"] == f"{SCRIPT}/status/{jane.number}?key={jane.key}&sent=1"
        entry = jane.mail.house.store.read(jane.number).entries[-1]
        assert entry.kind == LETTER
        assert ("ines", entry.message_id) in [(one.operator, one.entry) for one in jane.mail.letters(FORWARD)]
        page = jane.look("&sent=1").words
        assert "We have it." in page and "It is out." in page
        assert "We have it." not in jane.look().words

    def test_pressed_twice_it_is_there_once(self, jane):
        assert jane.write("It is out.").headers["location"] == jane.write("It is out.").headers["location"]
        assert jane.kinds.count(LETTER) == 1

    def test_the_same_words_at_another_time_are_new(self, jane):
        jane.write("Hello?")
        (seen,) = re.findall(r'name="seen" value="(\d+)"', jane.look().text)
        jane.write("Hello?", int(seen))
        assert jane.kinds.count(LETTER) == 2

    def test_line_ends_do_not_make_it_another(self, jane):
        jane.write("a\r\nb")
        jane.write("a\nb")
        assert jane.kinds.count(LETTER) == 1

    @pytest.mark.parametrize("text", ["", " \r\n\t "])
    def test_nothing_is_refused_beside_the_box(self, jane, text):
        answer = jane.write(text)
        assert answer.status == 422
        assert "There is nothing to send yet: write something, or choose a file." in answer.words
        assert 'aria-describedby="message-problem"' in answer.text
        assert jane.kinds == ["inquiry"]

    def test_a_file_alone_is_enough(self, jane):
        assert jane.send("", ("photo.png", b"pixels")).status == 303
        (address,) = re.findall(r'href="([^"]+photo.png[^"]*)"', jane.look().text)
        assert jane.asked.get(address.removeprefix(SCRIPT)).content == b"pixels"

    def test_more_than_the_desk_takes_is_not_taken(self, jane):
        jane.settings(upload_mb=1)
        assert jane.send("See.", ("photo.png", bytes(1_100_000))).status == 413
        assert jane.send("See.", ("photo.png", bytes(2_500_000))).status == 413
        assert jane.kinds == ["inquiry"]
        assert list(Path(jane.mail.house.spool).iterdir()) == []

    def test_too_much_at_once_comes_back_with_what_was_typed(self, jane):
        jane.settings(submissions_per_hour=2)
        assert [jane.write(f"Number {count}").status for count in range(3)] == [303, 303, 429]
        answer = jane.write("Number <4>")
        assert int(answer.headers["retry-after"]) > 3000
        assert "Number &lt;4&gt;</textarea>" in answer.text
        assert "Please try again in 60 minutes." in answer.words
        assert jane.press("close").status == 429
        assert jane.kinds.count(LETTER) == 2

    def test_it_opens_a_closed_ticket(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        jane.mail.house.desk.close(jane.number, jane.ines)
        assert "What you send opens it again." in jane.look().words
        jane.write("Smoke again.")
        assert jane.mail.place(jane.number) == Place(CLAIMED, "ines")

    def test_what_a_customer_without_an_address_writes_is_kept(self, jane):
        (Path(jane.mail.root.forms) / "box.html").write_text("<title>Box</title><input name=what>")
        sent = jane.asked.post("/forms/box", fields={"what": "Pens"}).headers["location"]
        jane.number = sent.partition("/sent/")[2][:14]
        jane.write("And paper.")
        assert jane.kinds == ["inquiry", LETTER]
        assert "And paper." in jane.look().words


class TestClosingAndReopening:
    def test_she_closes_it_and_opens_it_again(self, jane):
        jane.mail.house.desk.claim(jane.number, jane.ines)
        assert "Close it" in jane.look().words
        assert jane.press("close").headers["location"] == f"{SCRIPT}/status/{jane.number}?key={jane.key}"
        assert jane.mail.place(jane.number) == Place(CLOSED, "ines")
        assert "Open it again" in jane.look().words
        jane.press("reopen")
        assert jane.mail.place(jane.number) == Place(CLAIMED, "ines")
        assert len(jane.mail.letters(RETURNED)) == 2

    def test_nobodys_ticket_goes_back_to_the_queue(self, jane):
        jane.press("close")
        jane.press("reopen")
        assert jane.mail.place(jane.number) == QUEUE

    def test_after_long_it_says_so_and_leads_to_the_forms(self, jane):
        jane.press("close")
        jane.settings(reopen_days=0)
        page = jane.look()
        assert "It was closed too long ago to be opened again." in page.words
        assert "<textarea" not in page.text and "/reopen" not in page.text
        assert f'href="{SCRIPT}/">Please write to us with a form.' in page.text
        jane.press("reopen")
        assert jane.mail.place(jane.number) == Place(CLOSED)

    def test_what_was_typed_too_late_is_shown_and_not_sent(self, jane):
        jane.press("close")
        jane.settings(reopen_days=0)
        answer = jane.write("Smoke <again>.")
        assert answer.status == 409
        assert "What you wrote was not sent Smoke &lt;again&gt;." in answer.words
        assert LETTER not in jane.kinds


def test_it_is_not_kept_by_browsers_nor_found_by_searching(jane):
    headers = jane.look().headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["x-robots-tag"] == "noindex"


def test_an_operator_may_look_at_it_as_the_customer_does(jane):
    page = jane.asked.get(f"/status/{jane.number}?key={jane.key}", "ines")
    assert page.status == 200 and "Sign out" not in page.words
    assert jane.asked.post(f"/status/{jane.number}/close", "ines", {"key": jane.key}).status == 303


def test_the_confirmation_leads_to_it(jane):
    page = jane.asked.get(f"/sent/{jane.number}?key={jane.key}")
    assert f'href="{SCRIPT}/status/{jane.number}?key={jane.key}"' in page.text


def test_the_acknowledgement_leads_to_it(jane):
    jane.settings(url="https://help.example.org")
    typed = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Fire", "message": "It burns."}
    jane.asked.post("/forms/contact", fields=typed)
    (sent,) = jane.mail.letters("acknowledgement")
    assert sent.url == f"https://help.example.org/status/{sent.number}?key={jane.mail.house.desk.key(sent.number)}"
