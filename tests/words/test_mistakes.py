"""Sentences that are raised in English and shown in the reader's language."""

from __future__ import annotations

import tomllib

import pytest

from helpdesk_lite.words import i18n, mistakes
from helpdesk_lite.words.errors import OperatorMistaken
from helpdesk_lite.words.i18n import Sentence, told

ENGLISH, ITALIAN = i18n.translation("en"), i18n.translation("it")


def no_toml(text: str) -> str:
    with pytest.raises(tomllib.TOMLDecodeError) as wrong:
        tomllib.loads(text)
    assert str(wrong.value) == mistakes.no_toml(wrong.value)
    return told(mistakes.no_toml(wrong.value), ITALIAN)


def test_a_sentence_is_a_text_in_english():
    sentence = Sentence("There is no operator %(name)s.", name="zoe")
    assert sentence == "There is no operator zoe."
    assert told(sentence, ENGLISH) == sentence


def test_a_sentence_can_be_said_in_another_language():
    assert told(Sentence("There is no operator %(name)s.", name="zoe"), ITALIAN) == "Non c’è nessun operatore zoe."


def test_so_can_one_within_another():
    said = mistakes.in_file("data/rules.toml", Sentence("it does nothing: then is missing"))
    assert said == "data/rules.toml: it does nothing: then is missing"
    assert told(said, ITALIAN) == "data/rules.toml: non fa nulla: manca then"


def test_any_other_text_stays_as_it_is():
    assert told("Bonjour 100 %(x)s", ITALIAN) == "Bonjour 100 %(x)s"


def test_what_somebody_typed_is_no_place_to_fill():
    assert told(Sentence("There is no operator %(name)s.", name="100 %(name)s"), ITALIAN).endswith("100 %(name)s.")


def test_an_error_keeps_its_sentence():
    sentence = Sentence("There is no operator %(name)s.", name="zoe")
    wrong = OperatorMistaken(sentence)
    assert wrong.words is sentence
    assert str(wrong) == "There is no operator zoe."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = \n", "Questo valore non ha senso in TOML (riga 1, colonna 5)"),
        ("a = 'x", "Un testo non è chiuso dagli apici (alla fine del testo)"),
        ('a = "x\n', "Un testo non è chiuso dalle virgolette (riga 1, colonna 7)"),
        ("\na 1", "Manca '=' dopo un nome (riga 2, colonna 3)"),
        ("a = [1", "Un elenco non è chiuso (alla fine del testo)"),
        ('a = "\\x"', "Un '\\' in un testo va raddoppiato (riga 1, colonna 8)"),
        ("a = 1\na = 2\nb = 3", "Un valore è indicato due volte (riga 2, colonna 6)"),
    ],
)
def test_what_python_says_of_toml_is_translated(text, said):
    assert no_toml(text) == said


def test_what_nobody_translated_is_still_told():
    assert mistakes.no_toml(tomllib.TOMLDecodeError("Something new")) == "Something new"
    assert "UTF-8" in mistakes.no_toml(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"))
