"""The administrators' pages for the words of letters."""

from __future__ import annotations

import email
import email.policy
import html
import os
import re
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.administration.sampling import Sampling
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import TextMistaken

HERE = "/administration/letters"


def seen(page):
    return re.findall(r'name="seen" value="([^"]*)"', page.text)[0]


def typed(page):
    return html.unescape(page.text.partition('<textarea id="text"')[2].partition(">\n")[2].partition("</textarea>")[0])


def saved(desk, name, text, then="save", of="", **more):
    query = f"?of={of}" if of else ""
    fields = {"seen": seen(desk.get(f"{HERE}/{name}{query}", "ada")), "of": of, "text": text, "then": then}
    return desk.post(f"{HERE}/{name}", "ada", {**fields, **more})


def own(desk, name, place=""):
    return Path(desk.house.root.templates[0], place, "mail", name)


def by_hand(desk, name, text, place=""):
    path = own(desk, name, place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def workshop(desk):
    folder = Path(desk.house.root.inside("categories"))
    folder.mkdir(mode=0o700)
    (folder / "repairs.toml").write_text('title = "Repairs"\ntemplates = "workshop"\n')
    return desk


class TestAll:
    def test_each_is_listed_with_whose_it_is(self, workshop):
        by_hand(workshop, "told.txt", "{{ note }}\n")
        page = workshop.get(HERE, "ada")
        assert page.status == 200
        assert page.words.count("Acknowledgement") == 2 * 4  # the desk's and the category's: a title and three halves
        assert page.text.count('<span class="mark">own</span>') == 1
        assert 'href="/cgi-bin/helpdesk.cgi/administration/letters/told.html?of=workshop"' in page.text

    def test_one_broken_by_hand_is_named_here_and_among_the_mistakes_and_by_verify(self, workshop):
        by_hand(workshop, "told.txt", "{{ note }}\n{% if %}\n")
        by_hand(workshop, "notice.html", "{{ customer }}", "workshop")
        for path in (HERE, "/administration"):
            words = html.unescape(workshop.get(path, "ada").words)
            assert "templates/mail/told.txt line 2: Jinja2 says: Expected an expression" in words
            assert "templates/workshop/mail/notice.html line 1: there is no 'customer' in this letter" in words
        found = {finding.path: finding.said for finding in assemble.verifier(workshop.house).findings()}
        assert found[str(own(workshop, "told.txt"))].startswith("line 2: Jinja2 says: Expected an expression")
        assert found[str(own(workshop, "notice.html", "workshop"))] == "line 1: there is no 'customer' in this letter"

    def test_they_are_tried_again_only_when_one_of_their_files_has_changed(self, workshop, monkeypatch):
        known = workshop.house.stationery
        by_hand(workshop, "told.txt", "{{ customer }}", "workshop")
        for path in Path(workshop.house.root.path).rglob("*"):  # what has just changed is not kept
            os.utime(path, (1, 1))
        ((_, said),) = found = list(known.mistakes())
        with monkeypatch.context() as patch:
            patch.setattr("helpdesk_lite.mail.trying.Rehearsal.mistakes", None)
            assert list(known.mistakes()) == found
        assert i18n.told(said, i18n.translation("it")) != said
        by_hand(workshop, "told.txt", "{{ note }}", "workshop")
        assert list(known.mistakes()) == []

    @pytest.mark.parametrize("path", [HERE, f"{HERE}/notice.txt", f"{HERE}/nothing.txt"])
    def test_are_for_administrators_alone(self, desk, path):
        assert desk.get(path, "ines").status == 403
        assert desk.post(path, "ines", {"text": "x", "then": "save"}).status in (403, 405)
        assert not own(desk, "notice.txt").exists()


class TestOne:
    def test_is_shown_as_delivered_with_the_letter_it_makes(self, desk):
        page = desk.get(f"{HERE}/acknowledgement.txt?language=it", "ada")
        assert typed(page).startswith('{{ _("Thank you: your message has reached us.") }}')
        assert "templates/mail/acknowledgement.txt · as delivered with the program" in page.words
        assert "To jane@example.com" in page.words
        assert "Grazie: il messaggio" in page.words
        assert "As delivered" not in page.words
        assert "the tracking number" in page.words and "the subject as the customer wrote it" not in page.words

    def test_says_the_new_words_from_the_next_letter_on_and_the_old_ones_again(self, desk):
        assert saved(desk, "acknowledgement.txt", "Ciao {{ number }}!\r\n").status == 303
        assert own(desk, "acknowledgement.txt").read_text() == "Ciao {{ number }}!\n"
        page = desk.get(f"{HERE}/acknowledgement.txt", "ada")
        assert "this desk's own" in html.unescape(page.words) and "Ciao 3D9P-WLQ2-7KXH!" in page.words
        assert saved(desk, "acknowledgement.txt", "whatever", "remove").status == 303
        assert not own(desk, "acknowledgement.txt").exists()
        assert [noted.what for noted in desk.house.audit.read()] == ["removed", "added"]

    def test_is_no_file_while_it_says_what_was_delivered(self, desk):
        usual = typed(desk.get(f"{HERE}/notice.html", "ada"))
        assert saved(desk, "notice.html", usual.replace("\n", "\r\n")).status == 303
        assert not own(desk, "notice.html").exists()

    def test_of_a_category_wins_over_the_desks(self, workshop):
        saved(workshop, "resolved.txt", "All is well.")
        page = workshop.get(f"{HERE}/resolved.txt?of=workshop", "ada")
        assert typed(page).strip() == "All is well." and "as for the whole desk" in page.words
        saved(workshop, "resolved.txt", "It runs.", of="workshop")
        assert own(workshop, "resolved.txt", "workshop").read_text().strip() == "It runs."
        page = workshop.get(f"{HERE}/resolved.txt?of=workshop", "ada")
        assert "this category's own" in html.unescape(page.words)
        (newest, *_) = workshop.house.audit.read()
        assert newest.about == "templates/workshop/mail/resolved.txt"
        assert workshop.post(f"/administration/log/{newest.name}/undo", "ada").status == 303
        assert not own(workshop, "resolved.txt", "workshop").exists()

    def test_makes_a_subject_where_there_was_none(self, desk):
        page = desk.get(f"{HERE}/notice.subject", "ada")
        assert "none: the subject is as usual" in page.words and "The printer is on fire" in page.words
        saved(desk, "notice.subject", "Fire! {{ subject }}")
        page = desk.get(f"{HERE}/notice.subject", "ada")
        assert "Subject [3D9P-WLQ2-7KXH] Fire! The printer is on fire" in page.words
        answer = saved(desk, "answer.subject", "Re: {{ subject }}", "preview")
        assert "Subject [3D9P-WLQ2-7KXH] Re: The printer is on fire" in answer.words

    def test_that_is_not_utf_8_is_told_and_mended_by_saving_it(self, desk):
        by_hand(desk, "told.txt", "")
        own(desk, "told.txt").write_bytes("Caffè: {{ note }}".encode("cp1252"))
        page = desk.get(f"{HERE}/told.txt", "ada")
        assert "This line is not UTF-8." in page.words and typed(page) == "Caffè: {{ note }}"
        assert saved(desk, "told.txt", typed(page)).status == 303
        assert own(desk, "told.txt").read_text("utf-8") == "Caffè: {{ note }}"

    @pytest.mark.parametrize("then", ["save", "preview"])
    def test_that_cannot_be_written_is_told_and_not_kept(self, desk, then):
        answer = saved(desk, "notice.txt", "a\n{{ customer }}", then)
        assert answer.status == 422
        assert "templates/mail/notice.txt line 2: there is no 'customer' in this letter" in html.unescape(answer.words)
        assert typed(answer).strip() == "a\n{{ customer }}"
        assert not own(desk, "notice.txt").exists()

    def test_is_previewed_in_a_frame_where_nothing_runs_and_not_kept(self, desk):
        text = "<style>b{color:red}</style><b style='top:1px'>{{ number }}</b><script>alert(1)</script>"
        answer = saved(desk, "link.html", text, "preview", language="it")
        assert answer.status == 200 and "No mistakes. It is not saved yet." in answer.words
        assert '<iframe class="preview" sandbox title=' in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text and "<script>alert" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.count("'sha256-") == 2 and "script-src 'self';" in policy and "'unsafe-inline'" not in policy
        assert not own(desk, "link.html").exists() and desk.house.audit.read() == []

    @pytest.mark.parametrize("name", ["link.html", "answer.subject", "fields.html"])
    def test_is_mailed_as_it_is_typed_to_who_asks_and_not_kept(self, desk, name):
        typed = "Caffè {{ number }} <b>grün</b>" if name != "fields.html" else "{{ fields and 'Caffè grün' }}"
        answer = saved(desk, name, typed, "send", language="it")
        assert "On its way to ada@example.org, marked as a trial. It is not saved yet." in answer.words
        assert len(desk.house.outbox.waiting()) == 1
        folder = Path(desk.house.root.path, "mail")
        desk.house.operators.write(desk.operator("ada")._replace(deliver=f"maildir:{folder}"))
        assert assemble.courier(desk.house).run().sent == 1
        (file,) = folder.glob("new/*")
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert (mail["To"], mail["Subject"][:7], mail["Auto-Submitted"]) == (
            "ada@example.org",
            "Prova: ",
            "auto-generated",
        )
        said = mail["Subject"] if name == "answer.subject" else mail.get_body(("html",)).get_content()
        assert "Caffè" in said and "grün" in said
        assert list(mail.iter_attachments()) == []
        assert not own(desk, name).exists() and desk.house.audit.read() == []

    def test_shows_the_logo_that_its_letters_carry(self, desk):
        logo = Path(desk.house.root.templates[0], "look", "logo.png")
        logo.parent.mkdir(parents=True)
        logo.write_bytes(b"\x89PNG\r\n\x1a\n")
        page = html.unescape(desk.get(f"{HERE}/link.html", "ada").text)
        assert '<img src="data:image/png;base64,iVBORw0KGgo=" alt="Help Desk"' in page

    def test_is_not_mailed_while_it_cannot_be_written_or_to_nobody(self, desk):
        answer = saved(desk, "notice.txt", "{{ customer }}", "send")
        assert answer.status == 422 and "there is no 'customer'" in html.unescape(answer.words)
        by_hand(desk, "link.txt", "{% if %}")  # the other half of the letter
        answer = saved(desk, "link.html", "{{ number }}", "send")
        assert answer.status == 422 and "mail/link.txt line 1" in answer.words
        with pytest.raises(TextMistaken, match="no mail address"):
            ada = desk.operator("ada")._replace(email="")
            Sampling(desk.house.desk, desk.house.stationery).send("", "link.txt", "a", "en", ada)
        assert desk.house.outbox.waiting() == []

    def test_an_old_page_comes_back_with_both_versions(self, desk):
        old = seen(desk.get(f"{HERE}/told.txt", "ada"))
        by_hand(desk, "told.txt", "by hand: {{ note }}\n")
        answer = desk.post(f"{HERE}/told.txt", "ada", {"seen": old, "text": "typed: {{ note }}", "then": "save"})
        assert answer.status == 409
        assert "by hand: {{ note }}" in answer.words and "typed: {{ note }}" in typed(answer)
        assert own(desk, "told.txt").read_text() == "by hand: {{ note }}\n"
        again = desk.post(f"{HERE}/told.txt", "ada", {"seen": seen(answer), "text": typed(answer), "then": "save"})
        assert again.status == 303
        assert own(desk, "told.txt").read_text().strip() == "typed: {{ note }}"

    @pytest.mark.parametrize(
        "path", ["nothing.txt", "notice.txt?of=nowhere", "notice.txt?of=..", "..%2fsecret.txt", "a.b.txt"]
    )
    def test_that_there_is_not_is_404(self, desk, path):
        assert desk.get(f"{HERE}/{path}", "ada").status == 404
