"""What is typed is never a template: not to Jinja2, not to gettext, not to the holes in our own cached pages."""

from __future__ import annotations

import html
from typing import Any

import pytest

from helpdesk_lite.web.http import quoted
from tests.access.browser import Browser
from tests.security.conftest import FIELDS, TEXTS, delivered, number_in, post, signed_in, urlencoded
from tests.security.payloads import TEMPLATES

COMPUTED = ("1337", "uid=", "<module", "__globals__&#39;:", "zqxkwzqxkwzqxkw")  # 7*191, id(1), a loop that ran


def shown(payload: str) -> str:
    """The end of the payload, which comes through whatever is taken out before it."""
    return payload.replace("\x00", "").split("\ue001")[-1].splitlines()[-1].split("}")[-1][-3:]


def assert_as_typed(text: str, payload: str) -> None:
    for done in COMPUTED:
        assert done not in text
    read = html.unescape(text)
    assert shown(payload) in read
    if payload.isprintable() and "\ue000" not in payload:
        assert payload in read


@pytest.mark.parametrize("payload", TEMPLATES)
def test_on_every_page(house: Any, browser: Browser, payload: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    ines, ada = signed_in(house, "ines"), signed_in(house, "ada")
    texts = [ines.get("/queue").text, ines.get(f"/tickets/{number}").text]
    ines.post(f"/tickets/{number}/claim")
    texts += [ines.get("/mine").text, ines.get(f"/tickets/{number}").text, ada.get("/outbox").text]
    for text in texts:
        assert_as_typed(text, payload)
        assert "ines" in text or "ada" in text  # the bar is still who is signed in


@pytest.mark.parametrize("payload", TEMPLATES)
def test_in_a_form_that_comes_back(browser: Browser, payload: str) -> None:
    """With the stamp and the address of the script where they belong, and nowhere else."""
    fields = {**FIELDS, **dict.fromkeys(TEXTS, payload), "email": "no address"}
    query = urlencoded({"name": payload, "message": payload}).decode()
    for answer in (post(browser, fields), browser.get(f"/forms/all?{query}")):
        assert_as_typed(answer.text, payload)
        if payload.startswith("\ue000"):
            assert answer.text.count("&#xE000;" + payload[1:]) >= 2
        assert answer.text.count('name="helpdesk-stamp"') == 1
        assert answer.text.count('action="/forms/all"') == 1
        assert 'value="/' not in answer.text.replace('value="/passwd', "")
        assert "\ue000" not in answer.text and "\x00" not in answer.text.replace(payload, "")


@pytest.mark.parametrize("payload", TEMPLATES)
def test_in_signing_in(browser: Browser, payload: str) -> None:
    typed = payload.encode("utf-8", "replace").decode()
    texts = [
        browser.post("/login", {"name": typed, "password": "x"}).text,
        browser.get(f"/login?next={quoted(typed)}").text,
    ]
    assert_as_typed(texts[0], payload)
    assert all(done not in text for text in texts for done in COMPUTED)


@pytest.mark.parametrize("payload", TEMPLATES)
def test_in_letters(house: Any, browser: Browser, payload: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    for found in delivered(house):
        if found.box != "jane@example.com":
            for text in found.texts:
                assert_as_typed(text, payload)
        subject = str(found.read["Subject"])
        assert "1337" not in subject and "{email}" not in subject.replace(payload, "")
    (acknowledgement,) = [found for found in delivered(house) if found.box == "jane@example.com"]
    assert not any("zqxkw" in text for text in acknowledgement.texts)


@pytest.mark.parametrize("payload", TEMPLATES)
def test_in_a_subject_line_that_a_form_makes(house: Any, browser: Browser, payload: str) -> None:
    """The places of `helpdesk-subject` are filled once: an answer that looks like a place stays an answer."""
    import os
    import time
    from pathlib import Path

    path = Path(house.forms.path) / "line.html"
    path.write_text(
        '<meta name="helpdesk-subject" content="About {what}"><input name="what"><input name="email" type=email>'
    )
    os.utime(path, (time.time() - 60, time.time() - 60))
    number = number_in(post(browser, {"what": payload, "email": "jane@example.com"}, "line"))
    subject = house.store.read(number).inquiry.head.subject
    assert subject.startswith("About")
    assert "1337" not in subject and "jane" not in subject
    if "{email}{message}" in payload:
        assert subject == f"About {payload}"
