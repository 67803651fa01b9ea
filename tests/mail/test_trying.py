"""Templates of letters are tried before they are kept: what is wrong, where, and what is not."""

from __future__ import annotations

import os
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from helpdesk_lite.mail.samples import NUMBER, WRITTEN_BY_TEMPLATES, Sample
from helpdesk_lite.mail.templates import Templates
from helpdesk_lite.mail.trying import MEANINGS, Rehearsal, mistakes_of
from helpdesk_lite.mail.written import Written
from helpdesk_lite.words import letter, settings_table
from helpdesk_lite.words.i18n import LANGUAGES
from tests.examples import INES, NOON

OURS = str(Path(__file__).parents[2] / "templates")
SAMPLE = Sample(settings_table.read('[desk]\nname = "Acme Support"\naddress = "support@acme.example"\n'), INES, NOON)


@pytest.fixture(scope="module")
def ours() -> Rehearsal:
    """The program's own templates."""
    return Rehearsal(SAMPLE, [OURS])


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_sentences_are_in_lines_that_fit(ours, language):
    texts = [ours.letter(kind, language).text for kind in WRITTEN_BY_TEMPLATES]
    assert [line for text in texts for line in text.split("\n") if len(line) > 72 and "://" not in line] == []


def test_there_is_a_sample_of_every_letter_that_templates_write(ours):
    assert {*WRITTEN_BY_TEMPLATES, letter.SAMPLE} == set(letter.KINDS)
    for name in sorted(os.listdir(f"{OURS}/mail")):
        assert ours.users(name), name
        assert ours.mistakes(name) == []
        assert "desk" in ours.names(name)


def test_every_name_that_a_template_is_given_has_a_meaning(ours):
    ours.failures(list(WRITTEN_BY_TEMPLATES))
    assert set().union(*ours._templates.given.values()) == set(MEANINGS)


def test_a_subject_that_there_is_not_yet_has_its_names(ours):
    assert ours.names("notice.subject")[:4] == ["number", "url", "desk", "language"]
    assert "subject" in ours.names("answer.subject")
    assert not {"heading", "has_address"}.intersection(ours.names("forward.subject"))


def test_a_sample_is_the_letter_itself():
    written = SAMPLE.letter(letter.ACKNOWLEDGEMENT, Templates([OURS]), "it")
    assert f"[{NUMBER}]".encode() in b"".join(written.head)
    handed_up = SAMPLE._replace(is_bare=True).letter(letter.NOTICE, Templates([OURS]), "en")
    assert handed_up.text.startswith(f"A ticket is handed up to you: {NUMBER}\n\nNobody here knows this printer.")
    assert "Acme Support" in written.text and f"/status/{NUMBER}?key=" in written.html


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        ("notice.txt", "a\n{% if %}", "mail/notice.txt line 2: Jinja2 says: Expected an expression"),
        ("notice.txt", "a\n\n{{ customer }}", "mail/notice.txt line 3: there is no 'customer' in this letter"),
        ("acknowledgement.txt", "{{ subject }}", "line 1: there is no 'subject' in this letter"),
        ("frame.html", "{{ message }}", "mail/frame.html line 1: there is no 'message' in this letter"),
        ("notice.html", "{{ number | shout }}", "line 1: Jinja2 says: No filter named 'shout'"),
        (
            "fields.html",
            "\n{{ fields[0].label }}",
            "mail/fields.html line 2: Jinja2 says: UndefinedError",
        ),  # of none there is no first
        ("link.txt", "{% include 'mail/nothing.txt' %}", "templates/mail/nothing.txt is missing"),
        ("link.txt", "{% include '../data/secret' %}", "templates/../data/secret is missing"),
        ("told.txt", "{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("told.txt", "{{ note.format.__globals__ }}", "SecurityError"),
    ],
)
def test_what_cannot_be_written_is_told_with_its_line(name, text, mistake):
    (found,) = mistakes_of(SAMPLE, [OURS], name, text)[:1]
    assert mistake in found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notice.txt", "{% if customer is defined %}{{ customer }}{% endif %}{% set n = number %}{{ n }}"),
        ("answer.subject", "Re: {{ subject }}"),
        ("notice.subject", "{% if note %}Help: {% endif %}{{ subject }}"),
        (
            "resolved.html",
            "{% extends 'mail/frame.html' %}{% block words %}{{ number }}{% endblock %}",
        ),
        ("footer.txt", "whatever {{ anything }}"),  # no letter uses it yet
    ],
)
def test_what_can_be_written_is_right(name, text):
    assert mistakes_of(SAMPLE, [OURS], name, text) == []


def test_of_two_broken_templates_each_can_be_mended(tmp_path):
    (tmp_path / "mail").mkdir()
    for name in ("notice.html", "frame.html"):
        (tmp_path / "mail" / name).write_text("{% if %}")
    folders = [str(tmp_path), OURS]
    for name in ("notice.html", "frame.html"):
        assert "line 1" in Rehearsal(SAMPLE, folders).mistakes(name)[0]
        right = (Path(OURS) / "mail" / name).read_text()
        assert mistakes_of(SAMPLE, folders, name, right) == []


def test_a_categorys_own_template_is_named_by_its_folder(tmp_path):
    (tmp_path / "workshop" / "mail").mkdir(parents=True)
    (tmp_path / "workshop" / "mail" / "told.txt").write_text("{{ nothing.at_all }}")
    folders = [str(tmp_path / "workshop"), str(tmp_path), OURS]
    assert Rehearsal(SAMPLE, folders).mistakes("told.txt") == [
        "templates/workshop/mail/told.txt line 1: there is no 'nothing' in this letter"
    ]


def test_a_template_that_comes_or_goes_counts_for_the_next_letter_of_a_process_that_stays(tmp_path):
    templates = Templates([str(tmp_path), OURS])
    usual = templates.words("invitation.txt", "en", {"who": "Ada", "desk": "Acme", "name": "ines", "url": ""})
    own = tmp_path / "mail" / "invitation.txt"
    own.parent.mkdir()
    own.write_text("Welcome, {{ name }}!")
    values = {"who": "Ada", "desk": "Acme", "name": "ines", "url": ""}
    assert templates.words("invitation.txt", "en", values) == "Welcome, ines!"
    own.unlink()
    assert templates.words("invitation.txt", "en", values) == usual


LOGO = b"\x89PNG\r\n\x1a\n" + bytes(300)


def with_logo(folder: Path, name: str, content: bytes = LOGO) -> Written:
    """An acknowledgement of a desk that has this logo."""
    (folder / "look").mkdir(exist_ok=True)
    (folder / "look" / name).write_bytes(content)
    return Rehearsal(SAMPLE, [str(folder), OURS]).letter("acknowledgement", "en")


def test_a_logo_travels_with_the_letter_beside_its_text(tmp_path):
    found = message_from_bytes(b"".join(with_logo(tmp_path, "logo.png").chunks()), policy=default)
    text, related = found.iter_parts()
    page, picture = related.iter_parts()
    assert [one.get_content_type() for one in (found, related)] == ["multipart/alternative", "multipart/related"]
    assert related.get_param("type") == "text/html" and "cid:" not in text.get_content()
    assert f'src="cid:{picture["Content-ID"][1:-1]}" alt="Acme Support"' in page.get_content()
    assert picture.get_content() == LOGO and picture.get_content_disposition() == "inline"


def test_a_letter_is_as_without_one_where_the_logo_is_not_for_mail_or_the_frame_shows_none(tmp_path):
    plain = b"".join(Rehearsal(SAMPLE, [OURS]).letter("acknowledgement", "en").chunks())
    for name, content in (("logo.svg", b"<svg/>"), ("logo.jpg", bytes(30_001))):
        assert b"".join(with_logo(tmp_path, name, content).chunks()) == plain
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "frame.html").write_text("{% block words %}{% endblock %}")
    assert with_logo(tmp_path, "logo.png").pictures == ()
