"""The administrators' pages for forms: nothing kept unseen, nothing shown that could do harm."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

HERE = "/administration/forms"
SOUND = "<title>Repairs</title>\n<label for=a>What is broken?</label><textarea id=a name=message required></textarea>\n"
MISTAKEN = (
    "<title>Repairs</title>\n<label for=a>What?</label><input id=a name=a>\n<meta name=helpdesk-nothing content=x>\n"
)
BROKEN = "{% if %}\n"


def folder(desk):
    return Path(desk.house.root.forms)


def seen(page):
    return re.findall(r'name="seen" value="([^"]*)"', page.text)[0]


def typed(page):
    return html.unescape(page.text.partition('<textarea id="text"')[2].partition(">\n")[2].partition("</textarea>")[0])


def fields(desk, text, then="save", name="contact", **more):
    """What the page of a form sends."""
    return {"seen": desk.house.texts.read(f"forms/{name}.html").version, "text": text, "then": then, **more}


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", HERE), ("post", HERE)]
    + [(method, f"{HERE}/contact") for method in ("get", "post")]
    + [("get", f"{HERE}/contact/file")]
    + [("post", f"{HERE}/contact/{verb}") for verb in ("look", "switch", "remove")],
)
def test_they_are_administrators_alone(desk, method, path):
    assert getattr(desk, method)(path, "ines").status == 403
    assert (folder(desk) / "contact.html").exists()


def test_each_is_listed_as_it_stands(desk):
    for name, text in {"sound": SOUND, "mistaken": MISTAKEN, "broken": BROKEN}.items():
        (folder(desk) / f"{name}.html").write_text(text)
    (folder(desk) / "away.html.off").write_text(BROKEN)
    (folder(desk) / "a b.html").write_text(SOUND)
    words = desk.get(HERE, "ada").words
    assert "Repairs no mistakes sound" in words
    assert "Repairs 1 mistake mistaken" in words
    assert "broken customers cannot use it 1 mistake broken" in words
    assert "away switched off 1 mistake away" in words
    assert "in .html: a b.html" in words
    told = desk.get("/administration", "ada").words
    assert "forms/broken.html: line 1:" in told
    assert "Customers cannot use the form broken." in told


class TestANewOne:
    def begin(self, desk, fields, files=None):
        return desk.post_form(HERE, "ada", fields, files)

    def test_begins_with_one_of_the_programs_and_is_kept_by_save_alone(self, desk):
        page = self.begin(desk, {"name": "repair-2", "start": "repair"})
        assert (page.status, "No mistakes. It is not saved yet." in page.words) == (200, True)
        assert not (folder(desk) / "repair-2.html").exists()
        sent = {"seen": seen(page), "text": typed(page), "then": "save"}
        assert desk.post_form(f"{HERE}/repair-2", "ada", sent).status == 303
        assert desk.get("/forms/repair-2").status == 200
        (noted,) = desk.house.audit.read()
        assert (noted.who, noted.what, noted.about) == ("ada", "added", "forms/repair-2.html")
        assert desk.post(f"/administration/log/{noted.name}/undo", "ada").status == 303
        assert desk.get("/forms/repair-2").status == 404

    def test_is_uploaded_under_its_own_name(self, desk):
        page = self.begin(desk, {"name": "", "start": ""}, {"order.html": SOUND.encode()})
        assert typed(page) == SOUND
        assert f'action="/cgi-bin/helpdesk.cgi{HERE}/order"' in page.text

    def test_says_when_a_file_was_no_utf8(self, desk):
        page = self.begin(desk, {"name": "", "start": ""}, {"order.html": SOUND.encode() + b"Caf\xe9"})
        assert "Line 3: This line is not UTF-8." in page.words
        assert "Café" in typed(page)

    def test_may_be_switched_off_from_the_start(self, desk):
        sent = fields(desk, SOUND, name="order", is_off="on")
        assert desk.post_form(f"{HERE}/order", "ada", sent).status == 303
        assert "switched off: customers do not see it" in desk.get(f"{HERE}/order?saved=yes", "ada").words
        assert (desk.get("/forms/order").status, "Repairs" in desk.get("/").words) == (404, False)

    @pytest.mark.parametrize("name", ["", "../x", "a b", "a.html", "x" * 101, "contact"])
    def test_needs_a_name_of_its_own(self, desk, name):
        assert self.begin(desk, {"name": name, "start": "contact"}).status == 422


class TestOne:
    def test_is_checked_with_every_mistake_and_what_it_asks(self, desk):
        page = desk.post_form(f"{HERE}/contact", "ada", fields(desk, SOUND, "check"))
        assert (page.status, "No mistakes. It is not saved yet." in page.words) == (200, True)
        assert "message What is broken? textarea required" in page.words
        wrong = desk.post_form(f"{HERE}/contact", "ada", fields(desk, MISTAKEN, "check"))
        assert "Line 3: helpdesk-nothing is no setting of a form." in wrong.words
        assert typed(wrong) == MISTAKEN
        assert desk.house.audit.read() == []

    def test_with_mistakes_is_saved_only_if_one_insists(self, desk):
        before = (folder(desk) / "contact.html").read_text()
        page = desk.post_form(f"{HERE}/contact", "ada", fields(desk, BROKEN))
        assert (page.status, 'value="insist"' in page.text) == (422, True)
        assert (folder(desk) / "contact.html").read_text() == before
        assert desk.post_form(f"{HERE}/contact", "ada", fields(desk, BROKEN, "insist")).status == 303
        assert desk.get("/forms/contact").status == 500
        assert (desk.get("/").status, desk.get("/queue", "ada").status) == (200, 200)
        assert "The form has mistakes:" in desk.get(f"{HERE}/contact", "ada").words

    def test_that_is_emptied_is_not_taken_away(self, desk):
        page = desk.post_form(f"{HERE}/contact", "ada", fields(desk, " \n"))
        assert (page.status, "There is nothing in it" in page.words) == (422, True)
        assert desk.get("/forms/contact").status == 200

    def test_that_somebody_changed_meanwhile_comes_back_with_both(self, desk):
        sent = fields(desk, SOUND)
        (folder(desk) / "contact.html").write_text("<title>By hand</title><input name=b>")
        page = desk.post_form(f"{HERE}/contact", "ada", sent)
        assert (page.status, "By hand" in page.text, typed(page)) == (409, True, SOUND)
        assert desk.post_form(f"{HERE}/contact", "ada", {**sent, "seen": seen(page)}).status == 303
        for verb in ("switch", "remove"):
            assert desk.post(f"{HERE}/contact/{verb}", "ada", {"seen": sent["seen"]}).status == 409

    def test_is_replaced_by_a_file_that_is_seen_first(self, desk):
        sent = {"seen": "x", "then": "upload"}
        page = desk.post_form(f"{HERE}/contact", "ada", sent, {"other.html": SOUND.encode()})
        assert (page.status, typed(page)) == (200, SOUND)
        assert "Repairs" not in (folder(desk) / "contact.html").read_text()

    def test_is_downloaded_byte_for_byte(self, desk):
        answer = desk.get(f"{HERE}/contact/file", "ada")
        assert answer.content == (folder(desk) / "contact.html").read_bytes()
        assert answer.headers["content-disposition"].startswith('attachment; filename="contact.html"')

    def test_is_taken_away_and_comes_back(self, desk):
        before = (folder(desk) / "contact.html").read_text()
        assert desk.post(f"{HERE}/contact/remove", "ada", {"seen": fields(desk, "")["seen"]}).status == 303
        assert desk.get(f"{HERE}/contact", "ada").status == 404
        versions = desk.get("/administration/versions?of=forms/contact.html", "ada")
        assert "ada removed forms/contact.html" in versions.words
        (noted,) = desk.house.audit.read()
        way = f"/administration/versions/{noted.name}"
        sent = {"which": "before", "seen": seen(desk.get(way, "ada"))}
        assert desk.post(way, "ada", sent).headers["location"].endswith(f"{HERE}/contact")
        assert (folder(desk) / "contact.html").read_text() == before

    @pytest.mark.parametrize("name", ["none", "..%2Fdata%2Fsettings", "%00", "a%20b"])
    def test_that_is_none_is_404(self, desk, name):
        assert desk.get(f"{HERE}/{name}", "ada").status == 404
        assert desk.get(f"{HERE}/{name}/file", "ada").status == 404
        for verb in ("switch", "remove"):
            assert desk.post(f"{HERE}/{name}/{verb}", "ada", {"to": "off"}).status == 404
        is_name = name == "none"  # one that could be
        assert desk.post(f"{HERE}/{name}/look", "ada", {"text": SOUND}).status == (200 if is_name else 404)

    def test_in_a_folder_that_may_not_be_written_is_told_so(self, desk, monkeypatch):
        sent = fields(desk, SOUND)
        monkeypatch.setattr("helpdesk_lite.administration.texts.may_write_in", lambda folder: False)
        assert "The desk may not write into this folder." in desk.get(f"{HERE}/contact", "ada").words
        page = desk.post_form(f"{HERE}/contact", "ada", sent)
        assert (page.status, "so nothing is saved" in page.words, typed(page)) == (409, True, SOUND)
        assert desk.post(f"{HERE}/contact/switch", "ada", {"seen": sent["seen"], "to": "off"}).status == 409

    def test_that_is_too_large_is_left_to_other_tools(self, desk):
        (folder(desk) / "contact.html").write_text(SOUND + "x" * 600_000)
        page = desk.get(f"{HERE}/contact", "ada")
        assert (page.status, "<textarea" in page.text, "500 kB" in page.words) == (200, False, True)
        small = desk.post_form(f"{HERE}/contact", "ada", {"seen": seen(page), "text": SOUND, "then": "save"})
        assert small.status == 422
        assert desk.get(f"{HERE}/contact/file", "ada").status == 404
        assert desk.post(f"{HERE}/contact/switch", "ada", {"seen": seen(page), "to": "off"}).status == 303


class TestALook:
    def test_shows_the_page_as_customers_would_and_keeps_nothing(self, desk):
        text = "<title>Look</title><style>p{color:red}</style><script>1</script><p>Hi</p><input name=a>"
        page = desk.post_form(f"{HERE}/contact/look", "ada", fields(desk, text))
        assert (page.status, "<h1>Look</h1>" in page.text) == (200, True)
        assert "Look" not in (folder(desk) / "contact.html").read_text()
        assert desk.house.audit.read() == []

    def test_can_send_nothing_and_knows_nobody(self, desk):
        policy = desk.post_form(f"{HERE}/contact/look", "ada", fields(desk, SOUND)).headers["content-security-policy"]
        assert "form-action 'none'" in policy
        assert policy.endswith("; sandbox allow-scripts allow-forms")
        assert "unsafe-inline" not in policy
        assert "form-action 'self'" not in policy

    def test_of_one_with_mistakes_says_them(self, desk):
        page = desk.post_form(f"{HERE}/contact/look", "ada", fields(desk, BROKEN))
        assert (page.status, typed(page)) == (422, BROKEN)

    def test_comes_from_our_own_page_alone(self, desk):
        sent = {"text": SOUND}
        assert desk.post(f"{HERE}/contact/look", "ada", sent, Origin="https://elsewhere.example").status == 403


class TestSwitchedOff:
    @pytest.fixture
    def off(self, desk):
        sent = {"seen": fields(desk, "")["seen"], "to": "off"}
        assert desk.post(f"{HERE}/contact/switch", "ada", sent).status == 303
        return desk

    def test_customers_are_told_calmly_and_led_on(self, off):
        page = off.get("/forms/contact")
        assert (page.status, "This form is not in use now" in page.words) == (404, True)
        assert 'href="/cgi-bin/helpdesk.cgi/"' in page.text
        sent = off.post("/forms/contact", fields={"message": "Help"})
        assert (sent.status, "Nothing was kept." in sent.words) == (404, True)
        assert "Contact" not in off.get("/").words

    def test_its_tickets_are_shown_as_ever(self, off):
        number = off.ticket()
        assert off.get(f"/tickets/{number}", "ada").status == 200
        assert off.get(f"/sent/{number}?key={off.house.desk.key(number)}").status == 200
        assert off.get(f"/status/{number}?key={off.house.desk.key(number)}").status == 200

    def test_it_is_edited_and_switched_on_again(self, off):
        assert off.post_form(f"{HERE}/contact", "ada", fields(off, SOUND)).status == 303
        assert off.get("/forms/contact").status == 404
        assert off.post(f"{HERE}/contact/switch", "ada", {"seen": fields(off, "")["seen"], "to": "on"}).status == 303
        assert "What is broken?" in off.get("/forms/contact").words

    def test_by_hand_it_is_the_same(self, off):
        (folder(off) / "contact.html.off").rename(folder(off) / "contact.html")
        assert off.get("/forms/contact").status == 200

    def test_of_two_files_the_one_in_use_counts(self, off):
        (folder(off) / "contact.html").write_text(SOUND)
        page = off.get(f"{HERE}/contact", "ada")
        assert "There is a file contact.html.off as well." in page.words
        assert "contact.html.off: it counts for nothing" in off.get("/administration", "ada").words
        answer = off.post(f"{HERE}/contact/switch", "ada", {"seen": seen(page), "to": "off"})
        assert (answer.status, "Take one of the two away first." in answer.words) == (409, True)
        assert off.get("/forms/contact").status == 200
