"""A sentence that is kept in a file can be told in its reader's language."""

from __future__ import annotations

import json
import marshal

import pytest

from helpdesk_lite.words import i18n
from helpdesk_lite.words.i18n import Sentence

ITALIAN = i18n.translation("it")
GONE = Sentence("There is no operator %(name)s any more.", name="ines")
OVER = Sentence("It came to an address that does not count. %(why)s", why=Sentence("Its time is over."))
SEVERAL = i18n.joined([Sentence("no answer in time"), "550 5.1.1 <jane@example.com>: no such user"])


@pytest.mark.parametrize(
    ("sentence", "italian"),
    [
        (GONE, "L’operatore ines non c’è più."),
        (OVER, "È arrivata a un indirizzo che non vale. Il suo tempo è scaduto."),
        (SEVERAL, "nessuna risposta in tempo; 550 5.1.1 <jane@example.com>: no such user"),
    ],
)
def test_what_was_taken_apart_for_a_file_is_whole_again(sentence, italian):
    for form in (json, marshal):
        text, parts = form.loads(form.dumps((str(sentence), i18n.parts(sentence))))
        read = i18n.whole(text, parts)
        assert (read, i18n.told(read, ITALIAN)) == (sentence, italian)


def test_a_plain_text_has_no_parts_and_stays_as_it_is():
    assert i18n.parts("550 no") is None
    assert i18n.told(i18n.whole("550 no", None), ITALIAN) == "550 no"


@pytest.mark.parametrize(
    "parts",
    [
        {},
        "text",
        {"message": "There is no operator %(name)s any more.", "values": {}},
        {"message": "There is no operator %(name)s any more.", "values": {"name": "bob"}},
        {"message": "%(name)d", "values": {"name": "ines"}},
        {"message": 3, "values": []},
    ],
)
def test_parts_that_do_not_make_the_text_are_not_believed(parts):
    assert type(i18n.whole(str(GONE), parts)) is str


@pytest.mark.parametrize(("texts", "one"), [([], ""), ([GONE], GONE), (["550 no", "551 no"], "550 no; 551 no")])
def test_few_texts_are_joined_as_people_would(texts, one):
    assert i18n.joined(texts) == one
