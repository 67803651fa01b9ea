"""What goes wrong is said in the reader's language, on whichever page it shows."""

from __future__ import annotations

import html
import os
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.mail.arrivals import Envelope
from tests import mail_desk


@pytest.fixture
def italian(desk):
    """A desk whose operators read Italian."""
    for name in ("ada", "ines"):
        desk.house.operators.write(desk.operator(name)._replace(language="it"))
    return desk


def test_a_name_that_no_operator_can_have(italian):
    page = italian.post("/administration/operators", "ada", {"name": "Élise", "email": "elise@example.org"})
    assert page.status == 422
    assert "Il nome di un operatore è una sola parola semplice" in page.words


def test_a_mailbox_that_is_none_is_a_sentence_within_a_sentence(italian):
    page = italian.post("/administration/operators/ines", "ada", {"email": "i@example.org", "deliver": "post"})
    assert "deliver = &#39;post&#39;: deve cominciare con uno di questi: maildir:, lmtp:" in page.text


def test_a_category_with_an_address_that_is_none(italian):
    page = italian.post(
        "/administration/categories", "ada", {"name": "billing", "priority": "low", "addresses": "nobody"}
    )
    assert page.status == 422
    assert "&#39;nobody&#39; non è un indirizzo di posta." in page.text


def test_files_with_mistakes(italian):
    data = Path(italian.house.root.data)
    (data / "categories").mkdir()
    (data / "categories" / "billing.toml").write_text("level = \n")
    (data / "operators" / "bob.toml").write_text("deliver = 'mail'\n")
    words = italian.get("/administration", "ada").words
    assert "data/categories/billing.toml: Questo valore non ha senso in TOML (riga 1, colonna 9)" in words
    assert "data/operators/bob.toml: manca email." in words


def test_rules_with_mistakes(italian):
    page = italian.post("/administration/rules", "ada", {"text": "[[rule]]\nif.frm = 'x'\nthen.level = 10"})
    assert "regola 1: if.frm: non c’è questa condizione; ci sono form" in page.text
    assert "regola 1: then.level = 10: deve essere da 1 a 9" in page.text


def test_what_a_ticket_refuses(italian):
    number = italian.ticket()
    italian.post(f"/tickets/{number}/claim", "ines")
    page = italian.post(f"/tickets/{number}/escalate", "ines", {"note": " "})
    assert page.status == 422
    assert "Dica in una nota" in page.words


def test_forms_with_mistakes(italian):
    folder = Path(italian.house.forms.path)
    (folder / "empty.html").write_text("<p>Nothing to fill in</p>")
    (folder / "short.html").write_text('<form><input name="room" minlength="3" maxlength="2"></form>')
    for path in folder.iterdir():
        os.utime(path, (0, 0))  # what was made from a file that has just changed is not kept
    for _ in range(2):  # the second time from the cache
        page = html.unescape(italian.get("/administration/forms/empty", "ada").text)
        assert "Il modulo non ha campi con un nome" in page
        page = html.unescape(italian.get("/administration/forms/short", "ada").text)
        assert "Riga 1: room: minlength è maggiore di maxlength" in page
        assert "room non ha un’etichetta (label)" in page


def test_why_a_letter_was_kept_aside(italian):
    assert italian.house.intake.receive([mail_desk.letter("", "", "Hello?")], Envelope("test")).kind == "kept"
    assert "In From non è indicato nessuno" in italian.get("/intake", "ada").words


def test_why_a_letter_is_held(italian):
    desk = italian.house.desk
    letter = desk.letter("forward", italian.house.store.read(italian.ticket()).inquiry, operator="zoe")
    desk.outbox.stage([letter])
    desk.outbox.publish([letter])
    assemble.courier(italian.house).run()
    assert "L’operatore zoe non c’è più." in italian.get("/outbox", "ada").words


def test_what_somebody_was_refused(italian):
    assert italian.get("/administration/log", "ines").status == 403
    words = italian.get("/administration/log", "ada").words
    assert "A ines è stato rifiutato: amministrare /administration/log" in words
