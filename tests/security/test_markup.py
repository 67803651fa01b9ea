"""What is typed is shown as typed: no markup of a customer's becomes part of a page or of an HTML letter."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from helpdesk_lite.words.form import HONEYPOT_FIELD
from tests.access.browser import Answer, Browser
from tests.security.conftest import FIELDS, TEXTS, File, delivered, number_in, post, signed_in, stored, upload
from tests.security.payloads import FILE_NAMES, MARK, MARKUP

ACTIVE = {"iframe", "object", "embed", "base", "applet", "math", "frame", "style", "mglyph", "img", "svg"}


class Reader(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def assert_tame(html: str, allowed: tuple[str, ...] = ()) -> None:
    """Nothing runs, nothing loads from elsewhere, and what was typed is in texts and plain values only."""
    for tag, attributes in Reader(html).tags:
        assert tag not in ACTIVE or tag in allowed or is_preview(tag, attributes), (tag, attributes)
        assert MARK not in tag
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, attributes)
            assert MARK not in name, (tag, attributes)
            address = value.strip().lower()
            if name in ("href", "src", "action", "formaction"):
                assert not address.startswith(("javascript:", "data:", "vbscript:")), (tag, attributes)
                assert not (MARK in address and "//" in address.partition("?")[0].partition(":")[2]), (tag, attributes)
        if tag == "script":
            assert attributes.get("src", "").startswith("/static/"), attributes
        if tag == "meta":
            assert MARK not in attributes.get("content", "")


def is_preview(tag: str, attributes: dict[str, str]) -> bool:
    """Whether it is the page's own picture of a ticket's file: from the desk itself, and with nothing else to it."""
    ours = re.fullmatch(r"/tickets/[2-9A-Z-]{14}/attachments/[0-9]+(/[0-9]+)?/[^/?#]*", attributes.get("src", ""))
    return tag == "img" and ours is not None and set(attributes) == {"src", "alt", "loading", "decoding"}


def assert_guarded(answer: Answer) -> None:
    """And if something got through all the same, the policy would not let it run."""
    policy = answer.headers["content-security-policy"]
    scripts = [one for one in policy.split(";") if one.strip().startswith(("script-src", "default-src"))]
    assert scripts and all("unsafe" not in one and "*" not in one and "data:" not in one for one in scripts), policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("payload", MARKUP)
def test_in_every_field_on_every_page(house: Any, browser: Browser, payload: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    ines, ada = signed_in(house, "ines"), signed_in(house, "ada")
    answers = [browser.get(f"/sent/{number}?key={house.desk.key(number)}")]
    answers += [ines.get("/queue"), ines.get(f"/tickets/{number}")]
    ines.post(f"/tickets/{number}/claim")
    answers += [ines.get("/mine"), ines.get(f"/tickets/{number}"), ada.get(f"/tickets/{number}")]
    answers += [ada.post(f"/tickets/{number}/claim"), ada.get("/outbox")]
    for answer in answers:
        assert answer.status in (200, 409)
        assert_tame(answer.text)
        assert_guarded(answer)


@pytest.mark.parametrize("payload", MARKUP)
def test_in_a_page_that_comes_back(browser: Browser, payload: str) -> None:
    """Refused, taken for a robot's, or filled in beforehand by a link."""
    from tests.security.conftest import urlencoded

    fields = {**FIELDS, **dict.fromkeys(TEXTS, payload), "email": "no address " + payload}
    query = urlencoded(fields).decode()
    answers = [post(browser, fields), browser.get(f"/forms/all?{query}")]
    answers.append(post(browser, {**fields, "email": "", HONEYPOT_FIELD: payload}))
    for answer, status in zip(answers, (422, 200, 422), strict=True):
        assert answer.status == status
        assert_tame(answer.text, ("style",))
        assert answer.text.count("<style") == answer.text.count("</style>") == 1
        assert_guarded(answer)


@pytest.mark.parametrize("payload", MARKUP)
def test_in_a_name_an_address_or_a_path(browser: Browser, payload: str) -> None:
    from helpdesk_lite.web.http import quoted

    typed = payload.encode("utf-8", "replace").decode()
    setup = {"key": browser.house.setup.new_key(), "name": typed, "email": typed, "password": typed, "again": "x"}
    answers = [browser.post("/login", {"name": typed, "password": typed, "next": typed}), browser.post("/setup", setup)]
    answers += [browser.get(f"/login?next={quoted(typed)}"), browser.get(f"/forms/{quoted(typed)}")]
    answers += [browser.get("/" + typed), browser.get(f"/sent/{typed}?key={quoted(typed)}")]
    for answer in answers:
        assert_tame(answer.text)
        assert_guarded(answer)


@pytest.mark.parametrize("payload", MARKUP)
def test_in_letters(house: Any, browser: Browser, payload: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    letters = delivered(house)
    assert len(letters) == 3
    for found in letters:
        for part in found.read.walk():
            if part.get_content_type() == "text/html":
                assert_tame(part.get_content())
                assert not [tag for tag, _ in Reader(part.get_content()).tags if tag in ("script", "form", "link")]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_in_a_file_name(house: Any, browser: Browser, name: str) -> None:
    answer = upload(browser, File(name))
    if answer.status == 400:
        assert stored(house) == []
        return
    number = number_in(answer)
    ines = signed_in(house, "ines")
    page = ines.get(f"/tickets/{number}")
    assert_tame(page.text)
    (link,) = [found for tag, found in Reader(page.text).tags if tag == "a" and "download" in found]
    got = ines.get(_unquoted(link["href"]))
    assert (got.status, got.body) == (200, b"content")
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    refused = upload(browser, File(name), fields={**FIELDS, "email": "no address"})
    assert refused.status == 422
    assert_tame(refused.text, ("style",))


def _unquoted(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)


ACTIVE_FILES = [
    File("page.html", b"<script>zqxkw()</script>", "text/html"),
    File("page.xhtml", b"<script xmlns='http://www.w3.org/1999/xhtml'>zqxkw()</script>", "application/xhtml+xml"),
    File("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='zqxkw()'/>", "image/svg+xml"),
    File("feed.xml", b"<?xml-stylesheet href='x'?><a/>", "text/xml"),
    File("code.js", b"zqxkw()", "text/javascript"),
    File("look.css", b"*{background:url(//zqxkw.example)}", "text/css"),
    File("page.mht", b"<script>zqxkw()</script>", "multipart/related"),
    File("letter.eml", b"Content-Type: text/html\n\n<script>zqxkw()</script>", "message/rfc822"),
    File("sheet.pdf", b"%PDF-1.7 /JS (zqxkw())", "application/pdf"),
    File("picture.png", b"<html><script>zqxkw()</script>", "image/png"),
    File("note.txt", b"<script>zqxkw()</script>", "text/plain"),
    File("odd.bin", b"<script>zqxkw()</script>", "text/html; charset=utf-7"),
    File("odd2.bin", b"+ADw-script+AD4-zqxkw()", "TEXT/HTML"),
    File("flash.swf", b"FWS", "application/x-shockwave-flash"),
    File("app.hta", b"<script>zqxkw()</script>", "application/hta"),
]


@pytest.mark.parametrize("file", ACTIVE_FILES, ids=lambda file: file.name)
def test_an_upload_never_opens_inside_the_desk(house: Any, browser: Browser, file: File) -> None:
    number = number_in(upload(browser, file))
    ines = signed_in(house, "ines")
    got = ines.get(f"/tickets/{number}/attachments/1/{file.name}")
    assert (got.status, got.body) == (200, file.content)
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox")
    assert got.headers["cache-control"] == "no-store"
    harmless = ("application/octet-stream", "image/png", "application/pdf", "text/plain")
    assert got.headers["content-type"].partition(";")[0] in harmless


@pytest.mark.parametrize("file", ACTIVE_FILES, ids=lambda file: file.name)
def test_nor_inside_a_letter(house: Any, browser: Browser, file: File) -> None:
    """It goes to the operator as a file to save: no part that a mail program would show as the message."""
    number = number_in(upload(browser, file))
    for name in ("ines", "bob"):
        signed_in(house, name).post(f"/tickets/{number}/claim")
        signed_in(house, name).post(f"/tickets/{number}/release")
    letters = delivered(house)
    assert len(letters) == 4
    for found in letters:
        shown = [part for part in found.read.walk() if part.get_content_disposition() != "attachment"]
        kinds = [part.get_content_type() for part in shown if not part.is_multipart()]
        assert kinds == ["text/plain", "text/html"]
        assert not any(file.content in part.get_payload(decode=True) for part in shown if not part.is_multipart())
        attached = [part.get_payload(decode=True) for part in found.read.iter_attachments()]
        assert attached == ([file.content] if found.box in ("ines-own", "bob@example.org") else [])


def test_an_upload_that_nobody_reads_to_its_end_is_closed(house: Any, browser: Browser, monkeypatch: Any) -> None:
    """HEAD, a browser that goes away at once, one that goes away later: no open file is left behind."""
    from helpdesk_lite.web.app import App

    number = number_in(upload(browser, File("a.bin", b"x" * 500_000)))
    ines = signed_in(house, "ines")
    opened: list[Any] = []
    real = type(house.store).open_message
    monkeypatch.setattr(type(house.store), "open_message", lambda *given: (opened.append(real(*given)), opened[-1])[1])
    for method, pieces in (("HEAD", 0), ("GET", 0), ("GET", 1)):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/tickets/{number}/attachments/1/a",
            "HTTP_COOKIE": ines.cookie,
        }
        answer = App(lambda: house, lambda *_: None)(environ, lambda *_: None)
        read = iter(answer)
        assert len([next(read) for _ in range(pieces)]) == pieces
        assert method == "GET" or list(read) == []
        answer.close()
    assert len(opened) == 3 and all(file.closed for file in opened)
