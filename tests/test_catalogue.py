"""Every text is there in every language, and says what the English one says."""

from __future__ import annotations

import re

import pytest

from helpdesk_lite.words import i18n

pytest.importorskip("babel")

from tests import catalogue

PLACE = re.compile(r"%\(\w+\)s|%s|%%")


@pytest.fixture(scope="module")
def template():
    return catalogue.extracted()


@pytest.fixture(params=catalogue.translated())
def kept(request):
    return catalogue.read(request.param)


def texts(catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


def test_no_text_is_missing_and_none_is_left_over(template, kept):
    assert texts(kept) == texts(template)


def test_every_text_is_translated(kept):
    assert catalogue.unfinished(kept) == []


def test_the_places_to_fill_are_the_same(kept):
    wrong = [
        (message.id, form)
        for message in kept
        if message.id
        for form in _forms(message.string)
        if places(form) not in [places(original) for original in _forms(message.id)]
    ]
    assert not wrong


def test_the_compiled_catalogue_is_that_of_the_text_file(kept):
    assert catalogue.path(str(kept.locale), "mo").read_bytes() == catalogue.compiled(kept)


def test_a_text_can_be_said_in_every_language():
    for language in i18n.LANGUAGES:
        assert i18n.translation(language).gettext("Queue")
    assert i18n.translation("it").ngettext("%(num)s hour", "%(num)s hours", 2) == "%(num)s ore"


def places(text) -> list[str]:
    return sorted(PLACE.findall(text))


def _forms(text):
    return [text] if isinstance(text, str) else list(text)
