"""The customer's own page: opened by its key alone, it tells nothing of the operators, and obeys nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from helpdesk_lite import assemble
from tests.access.browser import Answer, Browser
from tests.mail_desk import MailDesk, letter
from tests.security.conftest import BOUNDARY, FIELDS, File, multipart, number_in, post, signed_in, upload
from tests.security.payloads import FILE_NAMES, HEADERS, MARKUP, TEMPLATES
from tests.security.test_cross_site import FOREIGN, NO_SIGN, snapshot
from tests.security.test_guessing import wrong_keys
from tests.security.test_markup import assert_guarded, assert_tame

VERBS = ("write", "close", "reopen")


@pytest.fixture
def number(browser: Browser) -> str:
    """A ticket with a file."""
    return number_in(upload(browser, File("stove.png")))


def path(house: Any, number: str, more: str = "") -> str:
    """The customer's link."""
    return f"/status/{number}?key={house.desk.key(number)}{more}"


def write(browser: Browser, number: str, text: str, *files: File, **changed: str) -> Answer:
    """Type, choose files, press Send."""
    fields = {"key": browser.house.desk.key(number), "seen": "1", "message": text, **changed}
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return browser.ask("POST", f"/status/{number}/write", multipart(fields, files), CONTENT_TYPE=kind)


def test_every_wrong_key_looks_like_an_unknown_number(house: Any, browser: Browser, number: str) -> None:
    before = snapshot(house)
    expected = browser.get("/status/3DB4-0000-0000").text  # no number at all
    assert "Jane" not in expected
    answers = []
    for key in wrong_keys(house, number):
        answers.append(browser.get(f"/status/{number}?key={key}"))
        answers.append(browser.get(f"/status/{number}/attachments/0/1/stove.png?key={key}"))
        answers.append(browser.get(f"/status/{number}/letters/0/text?key={key}"))
        answers += [browser.post(f"/status/{number}/{verb}", {"key": key, "message": "hush"}) for verb in VERBS]
        answers.append(write(browser, number, "hush", File("a.png"), key=key))
        answers.append(browser.post(path(house, number).replace("?", "/close?"), {"key": key}))  # in the query: no
    assert len({(answer.status, answer.text) for answer in answers}) == 1
    assert answers[0].status == 404 and "No ticket has this tracking number." in answers[0].text
    assert snapshot(house) == before


def test_the_key_is_looked_at_before_the_ticket(house: Any, browser: Browser, number: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(type(house.store), "read", lambda *_: pytest.fail("read without the key"))
    monkeypatch.setattr(type(house.store), "open_message", lambda *_: pytest.fail("opened without the key"))
    monkeypatch.setattr(type(house.limits), "note", lambda *_: pytest.fail("counted without the key"))
    assert browser.get(f"/status/{number}?key=wrong").status == 404
    assert browser.get(f"/status/{number}/attachments/0/1/x?key=wrong").status == 404
    for verb in VERBS:
        assert browser.post(f"/status/{number}/{verb}", {"key": "wrong", "message": "x"}).status == 404


def test_the_key_to_a_ticket_that_is_not_there(house: Any, browser: Browser) -> None:
    from helpdesk_lite.words import tracking

    number = tracking.new_number(house.clock(), 5)
    assert browser.get(path(house, number)).status == 404
    for verb in VERBS:
        assert browser.post(f"/status/{number}/{verb}", {"key": house.desk.key(number), "message": "x"}).status == 404


def test_a_key_opens_no_other_ticket(house: Any, browser: Browser, number: str) -> None:
    other = number_in(post(browser, {**FIELDS, "message": "hush"}))
    key = house.desk.key(number)
    for more in ("", "/attachments/0/1/x", "/letters/0/text"):
        assert browser.get(f"/status/{other}{more}?key={key}").status == 404
    assert "hush" not in browser.get(path(house, number)).text


@pytest.mark.parametrize("payload", MARKUP + TEMPLATES)
def test_what_is_written_is_shown_as_written(house: Any, browser: Browser, number: str, payload: str) -> None:
    assert write(browser, number, payload, seen=payload).status == 303
    answers = [browser.get(path(house, number, "&sent=1"))]
    house.settings = house.settings._replace(submissions_per_hour=1)
    write(browser, number, payload)
    answers.append(write(browser, number, payload))
    ines = signed_in(house, "ines")
    ines.post(f"/tickets/{number}/claim")
    answers.append(ines.get(f"/tickets/{number}"))
    assert [answer.status for answer in answers] == [200, 429, 200]
    for answer in answers:
        assert_tame(answer.text)
        assert_guarded(answer)
    assert "9191" not in answers[0].text and "1337" not in answers[0].text


@pytest.mark.parametrize("payload", HEADERS)
def test_what_is_written_stays_in_its_letter(house: Any, browser: Browser, number: str, payload: str) -> None:
    assert write(browser, number, payload).status == 303
    ticket = house.store.read(number)
    assert [entry.kind for entry in ticket.entries] == ["inquiry", "letter"]
    with house.store.open_message(number, ticket.entries[1].message_id) as file:
        head = file.read().partition(b"\n\n")[0]
    assert b"Bcc" not in head and b"X-Zqxkw" not in head
    assert list(assemble.verifier(house).findings()) == []


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_file_name_is_only_a_name(house: Any, browser: Browser, number: str, name: str) -> None:
    answer = write(browser, number, "See.", File(name))
    if answer.status == 400:
        assert len(house.store.read(number).entries) == 1
        return
    page = browser.get(path(house, number))
    assert_tame(page.text)
    (address,) = re.findall(r'href="([^"]*/attachments/1/[^"]*)"', page.text)
    saved = browser.get(address.replace("%25", "%") if "%25" not in name else address)
    assert saved.status == 200 and saved.body == b"content"
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert "\n" not in saved.headers["content-disposition"]


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/javascript"])
def test_no_file_runs(house: Any, browser: Browser, number: str, kind: str) -> None:
    write(browser, number, "See.", File("a.html", b"<script>zqxkw()</script>", kind))
    answer = browser.get(f"/status/{number}/attachments/1/1/a.html?key={house.desk.key(number)}")
    if answer.status == 404:  # its place among the parts is its own
        answer = browser.get(f"/status/{number}/attachments/1/2/a.html?key={house.desk.key(number)}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def told_apart(house: Any, number: str) -> None:
    """Everything that a customer may not see happens to their ticket."""
    mail = MailDesk.of(house)
    mail.answer("ines", number, "claim")
    file = '--b\nContent-Disposition: attachment; filename="hushed.txt"\n\nhushed file\n--b--'
    note = f"--b\n\nnote The hushed word.\n{file}"
    mail.answer("ines", number, note, Content_Type='multipart/mixed; boundary="b"', MIME_Version="1.0")
    to = mail.address("ticket", number)
    mail.receive(letter("eve@example.net", to, "A hushed neighbour"))
    mail.receive(letter("jane@example.com", to, "hushed, away", Auto_Submitted="auto-replied"))
    own = mail.address("operator", number, "ines")
    raw = letter("Hushed Ines <ines@example.org>", own, "At noon.", "hushed subject", Cc="bob@example.org")
    mail.receive(raw)
    mail.answer("bob", number, "A hushed answer that came too late")
    kinds = mail.kinds(number)
    assert {"note", "automatic", "answer"} <= set(kinds) and kinds.count("note") == 2, kinds


@pytest.mark.parametrize("state", ["claimed", "closed", "pending"])
def test_it_tells_nothing_of_what_operators_know(house: Any, browser: Browser, number: str, state: str) -> None:
    told_apart(house, number)
    if state == "closed":
        signed_in(house, "ines").post(f"/tickets/{number}/close")
    elif state == "pending":
        signed_in(house, "ines").post(f"/tickets/{number}/release")
    shown = [browser.get(path(house, number)), signed_in(house, "ines").get(path(house, number))]
    places = range(len(house.store.read(number).entries) + 2)
    key = house.desk.key(number)
    shown += [
        browser.get(f"/status/{number}/attachments/{at}/{part}/x?key={key}") for at in places for part in range(5)
    ]
    shown += [browser.get(f"/status/{number}/letters/{at}/text?key={key}") for at in places]
    assert "At noon." in shown[0].text
    for answer in shown:
        assert answer.status in (200, 404)
        for word in ("hushed", "example.org", "example.net", "jane@", "outbox", "/tickets/", "/queue"):
            assert word not in answer.text.lower(), word


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(house: Any, browser: Browser, number: str, method: str) -> None:
    write(browser, number, "See.", File("a.png"))
    key = house.desk.key(number)
    before = snapshot(house)
    paths = [f"/status/{number}{more}?key={key}" for more in ("", *(f"/{verb}" for verb in VERBS))]
    paths += [f"/status/{number}/attachments/0/1/x?key={key}", path(house, number, "&sent=1")]
    for one in paths:
        for more in ("", "&message=x&seen=1", "&_method=POST"):
            for said in ({}, {"HTTP_SEC_PURPOSE": "prefetch"}, {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"}):
                for reader in (browser, signed_in(house, "ada")):
                    assert reader.ask(method, one + more, **said).status in (200, 404, 405)
    assert snapshot(house) == before


@pytest.mark.parametrize("sign", FOREIGN)
@pytest.mark.parametrize("who", ["", "ines"])
def test_no_other_site_acts_for_a_customer(house: Any, number: str, sign: dict[str, str], who: str) -> None:
    browser = signed_in(house, who) if who else Browser(house)
    before = snapshot(house)
    for verb in VERBS:
        fields = {"key": house.desk.key(number), "seen": "1", "message": "x"}
        assert browser.post(f"/status/{number}/{verb}", fields, **sign).status == 403
    assert snapshot(house) == before


@pytest.mark.parametrize("sign", NO_SIGN)
def test_an_old_browser_that_says_nothing_may(house: Any, browser: Browser, number: str, sign: dict[str, str]) -> None:
    fields = {"key": house.desk.key(number), "message": "x"}
    assert browser.post(f"/status/{number}/write", fields, **sign).status == 303


def test_no_page_frames_it(house: Any, browser: Browser, number: str) -> None:
    assert "frame-ancestors 'none'" in browser.get(path(house, number)).headers["content-security-policy"]


def test_its_key_is_in_its_own_links_only(
    house: Any, browser: Browser, number: str, capfd: Any, monkeypatch: Any
) -> None:
    """And in no log, whatever goes wrong."""
    write(browser, number, "See https://elsewhere.example/ and this.", File("a.png"))
    key = house.desk.key(number)
    page = browser.get(path(house, number))
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
    assert all(one.startswith(f"/status/{number}/") for one in addresses if key in one)
    assert not [one for one in addresses if "//" in one]
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"

    def broken(*_: Any) -> None:
        raise RuntimeError("this went wrong")

    monkeypatch.setattr(type(house.store), "read", broken)
    assert browser.get(path(house, number)).status == 500
    assert write(browser, number, "hush").status == 500
    said = "".join(capfd.readouterr())
    assert "web: failed" in said and key not in said and "hush" not in said
