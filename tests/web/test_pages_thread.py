"""The whole thread on a ticket's page: letters, answers, notes, programs and failures, for those who may see them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.web import thread
from helpdesk_lite.web.pages import tickets
from tests.mail_desk import DESK, JANE, MailDesk, letter
from tests.web.conftest import SCRIPT, Asked

SIGNED = "It burns again. I am jane@example.com.\n\n-- \nJane Doe\n+39 055 123456"
QUOTING = "We come at noon.\n\nOn 21 Nov 2026, Jane Doe wrote:\n> It burns.\n\n-- \nInes\n"


@pytest.fixture
def mail(tmp_path: Path) -> MailDesk:
    """A desk that letters come to: ines and bob, and ada, who is an administrator."""
    made = MailDesk(tmp_path)
    Path(made.root.inside("operators", "ada.toml")).write_text('email = "ada@example.org"\nadmin = true\n')
    return made


@pytest.fixture
def asked(mail: MailDesk) -> Asked:
    """Who asks for its pages."""
    return Asked(mail.house)


def own_address(mail: MailDesk, number: str) -> str:
    """The address that the customer answers to."""
    return mail.address("ticket", number)


def writes(mail: MailDesk, number: str, text: str = "Are you there?", sender: str = JANE, **headers: str) -> None:
    """Somebody writes to the ticket."""
    outcome = mail.receive(
        letter(sender, own_address(mail, number), text, headers.pop("subject", "Re: Fire"), **headers)
    )
    assert outcome.number == number, outcome


def bounces(mail: MailDesk, number: str) -> None:
    """The answer could not be delivered."""
    (answer,) = mail.letters("answer")
    report = (
        "--b\n\nDelivery has failed.\n\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\n"
        "Final-Recipient: rfc822; jane@example.com\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\n\n--b\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {answer.message_id}\nTo: jane@example.com\n\nWe come at noon.\n--b--\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    raw = letter("MAILER-DAEMON@example.org", DESK, report, "Undelivered", Content_Type=kind, MIME_Version="1.0")
    outcome = mail.receive(raw, sender="")
    assert (outcome.kind, outcome.number) == ("threaded", number)


class TestATicketThatBeganWithALetter:
    def test_it_came_by_mail(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, "claim")
        page = asked.get(f"/tickets/{number}", "ines")
        assert f"{number} By mail Fire" in page.words
        assert "Arrived by mail" in page.words
        assert "It burns." in page.words
        assert "Jane Doe" in page.words
        assert 'href="mailto:jane@example.com?subject=' in page.text

    def test_the_queue_says_so(self, mail, asked):
        mail.open()
        assert "By mail" in asked.get("/queue", "ines").words

    def test_a_form_that_is_called_mail_is_still_a_form(self, mail, asked):
        form = Path(mail.root.forms, "mail.html")
        form.write_text("<title>Write to us</title><form><input name=email type=email><input name=room></form>")
        fields = {"email": "jane@example.com", "room": "12 b"}
        number = asked.post("/forms/mail", fields=fields).headers["location"].partition("/sent/")[2][:14]
        queue = asked.get("/queue", "ines").words
        assert "Write to us" in queue and "By mail" not in queue
        mail.house.desk.claim(number, asked.operator("ines"))
        page = asked.get(f"/tickets/{number}", "ines").words
        assert "Arrived with the form Write to us" in page and "12 b" in page
        assemble.work(mail.house)
        (notice,) = Path(mail.root.inside("mail", "operators@localhost", "new")).iterdir()
        (forward,) = Path(mail.root.inside("mail", "ines@example.org", "new")).iterdir()
        assert "12 b" in notice.read_text() and "12 b" in forward.read_text()

    def test_its_text_is_all_there_and_what_is_quoted_is_folded(self, mail, asked):
        number = mail.open(text="Please help.\n\n> Call us.\n\n-- \nJane\n+39 055")
        mail.answer("ines", number, "claim")
        page = asked.get(f"/tickets/{number}", "ines")
        assert "Please help. Quoted text &gt; Call us. Signature -- Jane +39 055" in page.words
        assert page.text.count('<details class="fold"') == 2
        assert "<details open" not in page.text

    def test_one_that_goes_on_with_a_closed_ticket_leads_to_it(self, mail, asked):
        first = mail.open()
        mail.answer("ines", first, "claim")
        mail.answer("ines", first, "close")
        mail.house.desk = mail.house.desk._replace(settings=mail.house.settings._replace(reopen_days=0))
        mail.intake = assemble.intake(mail.house)
        outcome = mail.receive(letter(JANE, own_address(mail, first), "It burns again."))
        assert outcome.kind == "opened"
        page = asked.get(f"/tickets/{outcome.number}", "ines")
        assert f"Follows ticket {first}" in page.words
        assert f'href="{SCRIPT}/tickets/{first}"' in page.text

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("redirect example.com none", "Sent on as it came: example.com lets others send for it (DMARC)"),
            ("redirect example.com unsaid", "Sent on as it came: example.com lets others send for it (DMARC)"),
            ("redirect example.com ours", "Sent on as it came: example.com is the desk's own domain"),
            ("reshape example.com reject", "example.com lets nobody else send for it (DMARC)"),
            ("reshape example.com unknown", "it is not known whether example.com permits more"),
        ],
    )
    def test_how_it_was_sent_on_is_told_with_the_reason(self, mail, asked, said, words):
        number = mail.open()
        mail.answer("ines", number, "claim")
        mail.house.desk.note_forwarded(number, Operator("courier", ""), said, 0)
        assert words in asked.get(f"/tickets/{number}", "ines").words
        mail.answer("ines", number, "release")
        page = asked.get(f"/tickets/{number}", "ines")
        assert "the sender's domain" in page.words
        assert "example.com" not in page.text

    def test_answers_that_go_elsewhere_are_told_apart_from_the_sender(self, mail, asked):
        number = mail.open(Reply_To="boss@example.net")
        mail.answer("ines", number, "claim")
        assert "Mail address boss@example.net Sent by Jane Doe &lt;jane@example.com&gt;" in (
            asked.get(f"/tickets/{number}", "ines").words
        )

    def test_a_very_long_letter_goes_on_in_a_page_of_its_own(self, mail, asked):
        number = mail.open(text="It burns. <b>Really.</b> \n" * 10_000)
        mail.answer("ines", number, "claim")
        page = asked.get(f"/tickets/{number}", "ines")
        assert len(page.content) < 200_000
        (address,) = re.findall(r'href="([^"]+/letters/0/text)"', page.text)
        whole = asked.get(address.removeprefix(SCRIPT), "ines")
        assert whole.text.count("It burns.") == 10_000
        assert whole.headers["content-type"] == "text/plain; charset=utf-8"
        assert whole.headers["content-security-policy"].startswith("sandbox")
        mail.house.desk.release(number, asked.operator("ines"))
        assert asked.get(address.removeprefix(SCRIPT), "ines").status == 404


class TestTheThread:
    def test_it_is_in_order(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, QUOTING)
        writes(mail, number, "Thank you.")
        mail.answer("ines", number, "note The pump is old.")
        page = asked.get(f"/tickets/{number}", "ines").words
        said = ["Arrived by mail", "ines claimed it", "ines answered", "We come at noon.", "Quoted text", "Signature"]
        said += ["Thank you.", "ines noted", "Only operators see this", "The pump is old."]
        places = [page.index(one) for one in said]
        assert places == sorted(places)

    def test_a_web_ticket_has_one_too(self, mail, asked):
        number = asked.ticket()
        mail.house.desk.claim(number, asked.operator("ines"))
        writes(mail, number, "It burns still.", subject="Flames")
        page = asked.get(f"/tickets/{number}", "ines").words
        assert "Arrived with the form Contact us" in page
        assert "Jane Doe wrote" in page
        assert "Subject: Flames" in page
        assert "It burns still." in page

    def test_the_same_subject_is_not_said_again(self, mail, asked):
        number = mail.open()
        writes(mail, number, subject=f"Re: AW: [{number}] fire")
        assert "Subject:" not in asked.get(f"/tickets/{number}", "ines").words

    def test_a_stranger_is_shown_as_one(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, "claim")
        writes(mail, number, "I am her neighbour.", "Mallory <mallory@example.net>")
        page = asked.get(f"/tickets/{number}", "ines").words
        assert "Mallory &lt;mallory@example.net&gt; wrote Not the customer" in page
        assert "Customer Jane Doe" in page

    def test_a_letter_that_could_not_be_delivered_is_said_calmly(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, QUOTING)
        bounces(mail, number)
        page = asked.get(f"/tickets/{number}", "ines").words
        assert "Could not be delivered to jane@example.com: " in page
        assert "no such mailbox" in page
        assert "The mail server's report" in page

    def test_an_answer_that_is_not_sent_yet_says_why(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, QUOTING)
        (answer,) = mail.letters("answer")
        assert "Waiting in the outbox" in asked.get(f"/tickets/{number}", "ines").words
        outbox = mail.house.outbox
        assert outbox.take(answer)
        outbox.postpone(answer._replace(tries=1, next_at=2_000_000_000, reason="450 <jane@example.com>: later"))
        assert "Not sent yet: 450 &lt;jane@example.com&gt;: later" in asked.get(f"/tickets/{number}", "ines").words
        (answer,) = mail.letters("answer")
        assert outbox.take(answer)
        outbox.hold(answer._replace(reason="550 <jane@example.com>: gone"))
        assert "Could not be sent: 550" in asked.get(f"/tickets/{number}", "ines").words
        mail.house.desk.release(number, asked.operator("ines"))
        page = asked.get(f"/tickets/{number}", "bob")
        assert "Could not be sent: 550 &lt;(address)&gt;: gone Look in the outbox" in page.words
        outbox.drop(answer.name)
        assert "outbox" not in asked.get(f"/tickets/{number}", "bob").words

    def test_a_programs_letter_is_folded(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, QUOTING)
        writes(mail, number, "I am on holiday.", subject="Out of office", Auto_Submitted="auto-replied")
        page = asked.get(f"/tickets/{number}", "ines").text
        (folded,) = re.findall(
            r'<li class="letter automatic">\s*<details class="fold">(.*?)</details>', page, re.DOTALL
        )
        assert "A program wrote: Out of office" in folded
        assert "I am on holiday." in folded

    def test_the_command_that_made_a_note_is_no_part_of_it(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, "claim")
        mail.answer("ines", number, "Note: noted already")
        assert "Only operators see this" in asked.get(f"/tickets/{number}", "ines").words
        assert re.search(r'<div class="message">noted already</div>', asked.get(f"/tickets/{number}", "ines").text)

    def test_who_else_got_it_is_said(self, mail, asked):
        number = mail.open()
        mail.answer("ines", number, "claim")
        writes(mail, number, Cc="boss@example.net, jane@example.com")
        assert "also to boss@example.net" in asked.get(f"/tickets/{number}", "ines").words

    def test_an_encrypted_letter_says_so(self, mail, asked):
        kind = 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"'
        body = "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"
        body += "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n--b--\n"
        number = mail.open(text=body, Content_Type=kind, MIME_Version="1.0")
        mail.answer("ines", number, "claim")
        page = asked.get(f"/tickets/{number}", "ines").words
        assert "It is encrypted." in page
        assert "encrypted.asc" in page


class TestBeforeItIsClaimed:
    @pytest.fixture
    def page(self, mail, asked):
        """What bob sees of a ticket with all sorts of letters that is back in the queue."""
        number = mail.open(text=SIGNED, subject="I am jane@example.com", Cc="Boss <boss@example.net>")
        mail.answer("ines", number, QUOTING)
        writes(mail, number, f"And now?\n\n> {QUOTING}\n{SIGNED}", Content_Type="text/plain")
        writes(mail, number, "Me too.\n-- \nMallory", "Mallory <mallory@example.net>")
        writes(mail, number, "On holiday. Jane@Example.com", Auto_Submitted="auto-replied")
        bounces(mail, number)
        mail.house.desk.release(number, asked.operator("ines"))
        return asked.get(f"/tickets/{number}", "bob")

    @pytest.mark.parametrize(
        "telling", ["jane@", "boss@", "mallory", "Jane Doe", "055 123456", "Diagnostic", "example.com"]
    )
    def test_nothing_tells_how_to_reach_who_wrote(self, page, telling):
        assert telling.lower() not in page.text.lower()

    def test_what_was_asked_is_shown(self, page):
        assert "It burns again. I am (address)." in page.words
        assert "The customer wrote" in page.words
        assert "And now?" in page.words
        assert "Somebody else wrote Not the customer" in page.words
        assert "Me too." in page.words
        assert "Could not be delivered to (address): " in page.words
        assert "no such mailbox" in page.words

    def test_nor_does_the_queue(self, mail, asked):
        mail.open(subject="I am jane@example.com")
        page = asked.get("/queue", "bob")
        assert "I am (address)" in page.words
        assert "jane@" not in page.text

    def test_an_administrator_sees_no_more(self, mail, asked):
        number = mail.open(text=SIGNED)
        assert "jane" not in asked.get(f"/tickets/{number}", "ada").text.lower()

    def test_its_html_is_not_there_and_no_card(self, mail, asked):
        number = mail.open(text=MIXED, Content_Type='multipart/mixed; boundary="b"', MIME_Version="1.0")
        page = asked.get(f"/tickets/{number}", "bob")
        assert "sketch.png" in page.words
        assert "card.vcf" not in page.text
        assert "/letters/" not in page.text
        for path in ("letters/0", "attachments/2/card.vcf", "attachments/0/2/card.vcf"):
            assert asked.get(f"/tickets/{number}/{path}", "bob").status == 404
        assert asked.get(f"/tickets/{number}/attachments/1/sketch.png", "bob").status == 200


MIXED = (
    "--b\nContent-Type: text/html\n\n<p style='color: green'>It <b>burns</b>.<img src='cid:sketch@x' alt=sketch>"
    "<img src='https://zqxkw.example/a.png'></p>\n"
    "--b\nContent-Type: image/png; name=sketch.png\nContent-ID: <sketch@x>\n"
    "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    "--b\nContent-Type: text/vcard; name=card.vcf\n\nBEGIN:VCARD\n--b--\n"
)


class TestWhatALetterBrings:
    @pytest.fixture
    def number(self, mail, asked):
        """A ticket of ines's, with a letter that has HTML and files as its entry 2."""
        number = mail.open()
        mail.answer("ines", number, "claim")
        writes(mail, number, MIXED, Content_Type='multipart/mixed; boundary="b"', MIME_Version="1.0")
        return number

    def test_its_files_are_listed_and_saved(self, asked, number):
        page = asked.get(f"/tickets/{number}", "ines")
        assert "sketch.png 8 bytes" in page.words
        (address,) = re.findall(r'href="([^"]+/sketch.png)"', page.text)
        assert address == f"{SCRIPT}/tickets/{number}/attachments/3/1/sketch.png"
        answer = asked.get(address.removeprefix(SCRIPT), "ines")
        assert answer.content == b"\x89PNG\r\n\x1a\n"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox")

    def test_its_text_is_shown_and_its_html_is_a_page_of_its_own(self, asked, number):
        page = asked.get(f"/tickets/{number}", "ines")
        assert "It burns." in page.words
        assert f'href="{SCRIPT}/tickets/{number}/letters/3"' in page.text
        answer = asked.get(f"/tickets/{number}/letters/3", "ines")
        assert answer.status == 200
        assert "<b>burns</b>" in answer.text
        assert re.search(r"main \.s0\{color: ?green\}</style>", answer.text)
        assert '<p class="s0">' in answer.text
        assert 'src="data:image/png;base64,iVBORw0KGgo="' in answer.text
        assert "zqxkw" not in answer.text
        assert f'href="{SCRIPT}/tickets/{number}"' in answer.text

    def test_that_page_may_do_nothing(self, asked, number):
        policy = asked.get(f"/tickets/{number}/letters/3", "ines").headers["content-security-policy"]
        assert policy.startswith(
            "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
        )
        assert "unsafe" not in policy
        assert "script" not in policy

    def test_others_get_none_of_it(self, asked, number):
        for path in ("letters/3", "attachments/3/1/sketch.png"):
            assert asked.get(f"/tickets/{number}/{path}", "bob").status == 403
            assert asked.get(f"/tickets/{number}/{path}").status == 303
            assert asked.get(f"/tickets/{number}/{path}", "ada").status == 200

    @pytest.mark.parametrize("path", ["letters/0", "letters/1", "letters/9", "letters/x", "letters/-1", "letters/02"])
    def test_what_has_no_html_has_no_such_page(self, asked, number, path):
        assert asked.get(f"/tickets/{number}/{path}", "ines").status == 404

    @pytest.mark.parametrize("path", ["1/1/a", "9/1/a", "2/0/a", "2/9/a", "x/1/a"])
    def test_what_is_no_file_is_not_found(self, asked, number, path):
        assert asked.get(f"/tickets/{number}/attachments/{path}", "ines").status == 404


def test_the_page_is_in_the_readers_language(mail, asked):
    Path(mail.root.inside("operators", "bob.toml")).write_text('email = "bob@example.org"\nlanguage = "it"\n')
    number = mail.open()
    mail.answer("bob", number, QUOTING)
    page = asked.get(f"/tickets/{number}", "bob").words
    assert "Per posta" in page
    assert "bob ha risposto" in page


def letters_in(words):
    """The letters that a page shows, but for those that it offers to split off."""
    return re.findall(r"Letter \d", words.partition("Merge, link, split")[0])


class TestLongStories:
    @pytest.fixture
    def number(self, mail, asked, monkeypatch):
        """A ticket of ten entries: the inquiry, the claim, and eight letters."""
        monkeypatch.setattr(tickets, "NEWEST", 3)
        monkeypatch.setattr(tickets, "FEW", 2)
        number = mail.receive(letter(JANE, DESK, "It burns.")).number
        asked.post(f"/tickets/{number}/claim", "ines")
        for count in range(8):
            writes(mail, number, f"Letter {count}.")
        return number

    def test_the_newest_entries_are_shown_and_a_way_to_the_others(self, asked, number):
        page = asked.get(f"/tickets/{number}", "ines")
        assert letters_in(page.words) == ["Letter 5", "Letter 6", "Letter 7"]
        assert "It burns." in page.words
        assert 'id="entry-9"' in page.text
        assert "7 earlier entries" in page.words
        whole = asked.get(f"/tickets/{number}?all=1", "ines")
        assert letters_in(whole.words) == [f"Letter {count}" for count in range(8)]
        assert "earlier entries" not in whole.words

    def test_all_that_is_new_to_whoever_writes_is_shown(self, asked, number):
        fields = {"text": "We come.", "seen": "4"}
        page = asked.post(f"/tickets/{number}/reply", "ines", fields)
        assert page.status == 409
        _, _, news = page.words.partition("New since you began writing")
        assert letters_in(news) == [f"Letter {count}" for count in range(2, 8)]
        assert "4 earlier entries" in page.words

    def test_a_few_are_not_left_out(self, asked, number, monkeypatch):
        monkeypatch.setattr(tickets, "FEW", 8)
        assert "Letter 0" in asked.get(f"/tickets/{number}", "ines").words


class TestPictures:
    def files(self, desk, files):
        number = desk.ticket(files=files)
        desk.post(f"/tickets/{number}/claim", "ines")
        return desk.get(f"/tickets/{number}", "ines").text

    def test_a_picture_is_shown_where_it_can_be_saved(self, desk):
        page = self.files(desk, {"smoke <1>.png": b"\x89PNG" * 10})
        found = re.search(r'<img src="([^"]+)" alt="Picture: smoke &lt;1&gt;.png" loading="lazy"', page)
        assert found, page
        answer = desk.get(found[1].removeprefix(SCRIPT), "ines")
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert desk.get(found[1].removeprefix(SCRIPT), "bob").status == 403

    def test_a_large_one_is_only_to_be_saved(self, desk, monkeypatch):
        monkeypatch.setattr(thread, "LARGEST_PICTURE", 39)
        assert "<img" not in self.files(desk, {"smoke.png": b"\x89PNG" * 10})

    def test_what_is_no_plain_picture_is_only_to_be_saved(self, mail, asked):
        kind = 'multipart/mixed; boundary="b"'
        drawn = "--b\n\nLook.\n--b\nContent-Type: image/svg+xml; name=x.svg\n\n<svg/>\n--b--\n"
        number = mail.receive(letter(JANE, DESK, drawn, Content_Type=kind, MIME_Version="1.0")).number
        asked.post(f"/tickets/{number}/claim", "ines")
        page = asked.get(f"/tickets/{number}", "ines").text
        assert "x.svg" in page
        assert "<img" not in page
