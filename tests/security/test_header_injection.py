"""No text makes a header or ends one or the message: not in what is stored, in what is mailed, or in an answer."""

from __future__ import annotations

import email
import email.policy
import html
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from helpdesk_lite.web.http import Response
from helpdesk_lite.words.errors import BrokenForm
from tests.security.conftest import (
    FIELDS,
    TEXTS,
    File,
    delivered,
    message_of,
    number_in,
    post,
    signed_in,
    stored,
    upload,
)
from tests.security.payloads import ADDRESSES, FILE_NAMES, HEADERS

OURS = re.compile(
    rb"(?:Return-Path|Delivered-To|From|To|Reply-To|Subject|Date|Message-ID|In-Reply-To|References|X-Helpdesk-Ticket"
    rb"|Auto-Submitted|X-Auto-Response-Suppress|MIME-Version|Content-Type|Content-Transfer-Encoding):(?: .*)?"
)


def assert_sound(raw: bytes) -> None:
    """Only our own header fields, each once, and no byte in them that could end one."""
    head = raw.partition(b"\n\n")[0]
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", head), head
    lines = head.split(b"\n")
    names = [line.partition(b":")[0] for line in lines if line[:1] not in b" \t"]
    assert all(line[:1] in b" \t" or OURS.fullmatch(line) for line in lines), head
    assert len(names) == len(set(names)), names
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert not [defect for part in read.walk() for defect in part.defects], raw
    for name in ("To", "From", "Reply-To"):
        for address in read[name].addresses if read[name] else ():
            assert "zqxkw@evil" not in address.addr_spec
    assert read["Bcc"] is None and read["Cc"] is None and read["X-Zqxkw"] is None
    assert "\u2028" not in str(read["Subject"]) and "\u2029" not in str(read["Subject"])


@pytest.mark.parametrize("payload", HEADERS)
def test_a_text_stays_a_text(house: Any, browser: Any, payload: str) -> None:
    """In every field at once, as far as the desk keeps it; then in all the letters that it causes."""
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    assert_sound(message_of(house, number))
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    for found in delivered(house):
        assert_sound(found.raw)
    entries = house.store.read(number).entries
    assert [entry.kind for entry in entries] == ["inquiry", "claimed"]


@pytest.mark.parametrize("payload", HEADERS)
def test_nor_in_the_shape_for_other_servers(house: Any, browser: Any, payload: str) -> None:
    program, box = Path(house.root.path) / "sendmail", Path(house.root.inside("mail", "bob@example.org", "new"))
    program.write_text(f"#!/bin/sh\ncat > '{box}'/$$\n")
    program.chmod(0o700)
    box.mkdir(parents=True)
    house.settings = house.settings._replace(transport=f"sendmail:{program}", broadcast=(), acknowledge=False)
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    signed_in(house, "bob").post(f"/tickets/{number}/claim")
    letters = delivered(house)
    for found in letters:
        assert_sound(found.raw)
    (forward,) = letters
    assert [one.addr_spec for one in forward.read["From"].addresses] == [house.settings.address]
    assert [one.addr_spec for one in forward.read["Reply-To"].addresses] == ["jane@example.com"]


@pytest.mark.parametrize("payload", ADDRESSES)
def test_an_address_is_one_address_or_none(house: Any, browser: Any, payload: str) -> None:
    answer = post(browser, {**FIELDS, "email": payload})
    if answer.status == 422:
        assert stored(house) == []
        return
    number = number_in(answer)
    assert_sound(message_of(house, number))
    ines = signed_in(house, "ines")
    ines.post(f"/tickets/{number}/claim")
    for found in delivered(house):
        assert_sound(found.raw)
        assert "evil.example" not in found.box


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_file_name_stays_one(house: Any, browser: Any, name: str) -> None:
    answer = upload(browser, File(name))
    if answer.status == 400:
        assert stored(house) == []
        return
    number = number_in(answer)
    raw = message_of(house, number)
    assert_sound(raw)
    ines = signed_in(house, "ines")
    ines.post(f"/tickets/{number}/claim")
    letters = [raw, *(found.raw for found in delivered(house))]
    for letter in letters:
        assert_sound(letter)
        for part in email.message_from_bytes(letter, policy=email.policy.default).iter_attachments():
            shown = part.get_filename() or ""
            assert "/" not in shown and "\\" not in shown and shown.isprintable() and not shown.startswith(".")
            assert part.get_content_type() == "image/png"


@pytest.mark.parametrize(
    "kind", ["text/html\r\nX-Zqxkw: 1", "multipart/mixed; boundary=x", "message/rfc822", "a" * 5000]
)
def test_a_file_type_makes_no_part(house: Any, browser: Any, kind: str) -> None:
    answer = upload(browser, File("a.bin", b"--x\r\n\r\nFrom: zqxkw@evil.example", kind))
    if answer.status == 400:
        return
    raw = message_of(house, number_in(answer))
    assert_sound(raw)
    (part,) = email.message_from_bytes(raw, policy=email.policy.default).iter_attachments()
    assert part.get_content_maintype() not in ("multipart", "message")


SETTINGS = {  # what the owner of a form writes, or had written for them; X is the payload
    "title": "<title>X</title>",
    "helpdesk-title": '<meta name="helpdesk-title" content="X">',
    "helpdesk-category": '<meta name="helpdesk-category" content="X">',
    "helpdesk-subject": '<meta name="helpdesk-subject" content="X">',
    "helpdesk-notify": '<meta name="helpdesk-notify" content="X">',
    "helpdesk-confirmation": '<meta name="helpdesk-confirmation" content="X">',
    "a name": '<input name="X">',
    "a label": '<label>X <input name="zz"></label>',
    "a label beside": '<input name="zz" aria-label="X">',
    "a placeholder": '<input name="zz" placeholder="X">',
    "a legend": '<fieldset><legend>X</legend><input type="radio" name="zz" value="x"></fieldset>',
    "a choice": '<select name="zz"><option value="X">x</option></select>',
    "a choice's words": '<select name="zz"><option>X</option></select>',
    "a hidden value": '<input type="hidden" name="zz" value="X">',
    "a default": '<input name="zz" value="X">',
}
INTO_SETTINGS = [
    "a&#13;&#10;Bcc: zqxkw@evil.example",
    "a\nBcc: zqxkw@evil.example",
    "a&#x2028;X-Zqxkw: 1",
    "a&#x2029;X-Zqxkw: 1",
    "a&#133;X-Zqxkw: 1",
    "a&#0;&#11;&#12;X-Zqxkw: 1",
    "=?utf-8?q?a=0D=0ABcc:_zqxkw@evil.example?=",
    "a\u202eX-Zqxkw: 1&#x7f;",
]


@pytest.mark.parametrize("payload", INTO_SETTINGS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_form_setting_stays_one(house: Any, browser: Any, setting: str, payload: str) -> None:
    path = Path(house.forms.path) / "odd.html"
    path.write_text(f'{SETTINGS[setting].replace("X", payload)}<input name="message"><input type="email" name="email">')
    os.utime(path, (time.time() - 60, time.time() - 60))
    try:
        form = house.forms.form("odd")
    except BrokenForm:
        assert browser.get("/forms/odd").status == 500
        return
    values = {field.name: "x" for field in form.fields if field.name not in ("message", "email")}
    if setting in ("a choice", "a choice's words", "a hidden value", "a default"):
        values = {"zz": html.unescape(payload)}
        if setting == "a choice's words":
            values = {"zz": " ".join(re.split("[\t\n\f\r ]+", values["zz"]))}
    answer = post(browser, {**values, "message": "x", "email": "jane@example.com"}, "odd")
    if answer.status == 422:  # what Python and a browser make of these numbers differs, so it is not one of the choices
        assert setting.startswith("a choice") and ("&#0;" in payload or "&#x7f;" in payload)
        return
    number = number_in(answer)
    assert_sound(message_of(house, number))
    page = browser.get(answer.location)
    assert page.status == 200 and "x-zqxkw" not in page.headers and "bcc" not in page.headers
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    for found in delivered(house):  # whom a form notifies is its owner's to say
        assert_sound(found.raw.replace(b"zqxkw@evil", b"x@evil") if setting == "helpdesk-notify" else found.raw)
    assert [entry.kind for entry in house.store.read(number).entries] == ["inquiry", "claimed"]


@pytest.mark.parametrize("payload", [*HEADERS, *FILE_NAMES])
def test_no_answer_splits(house: Any, browser: Any, payload: str) -> None:
    """Names and values of what came in, wherever an answer's header takes them up."""
    from tests.security.conftest import urlencoded

    query = urlencoded({"next": payload, "after": payload, "v": payload, "name": payload}).decode()
    answers = [browser.get(f"{path}?{query}") for path in ("/login", "/forms/all", "/static/style.css", "/queue", "/x")]
    answers.append(browser.post("/login", {"name": "ines", "password": "x", "next": payload.encode(errors="replace")}))
    for answer in answers:
        for name, value in answer.headers.items():
            assert re.fullmatch(r"[\x20-\x7e\xa0-\xff]*", value), (name, value)
        assert "x-zqxkw" not in answer.headers and "bcc" not in answer.headers


@pytest.mark.parametrize("payload", HEADERS)
def test_nor_would_one_that_quotes_nothing(payload: str) -> None:
    """Whatever a page puts into a header: it is the last place where it could be stopped."""
    answer = Response(303, headers=(("Location", f"/{payload}"), ("Set-Cookie", payload)))
    for _, value in answer.safe_headers():
        assert re.fullmatch(r"[\x20-\x7e\xa0-\xff]*", value), value
        value.encode("latin-1")
