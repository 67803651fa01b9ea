"""A form comes in over the web: kept once, refused whole, never swallowed."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlencode

import pytest

from helpdesk_lite.mail import parse
from helpdesk_lite.shelves.limits import network_of
from helpdesk_lite.words.form import HONEYPOT_FIELD, STAMP_FIELD
from tests.access.browser import Browser
from tests.access.conftest import FIELDS

BOUNDARY = "----frontier"
URLENCODED = "application/x-www-form-urlencoded"


def multipart(fields: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None, end: bool = True) -> bytes:
    """A multipart/form-data body as browsers write it."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for name, (file_name, content) in (files or {}).items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: image/png'
        head += "\r\n\r\n"
        parts.append(head.encode() + content)
    body = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def send(browser, body, **environ):
    return browser.ask("POST", "/forms/ask", body, CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}", **environ)


def stored(house):
    return list(house.store.numbers("pending"))


def hidden(page: str, name: str) -> str:
    """The value of the page's hidden field."""
    tag = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'"{name}"' in tag)
    found = re.search(r'value="([^"]*)"', tag)
    return found[1] if found else ""


def test_a_submission_leads_to_its_number(browser, house):
    answer = browser.post("/forms/ask", FIELDS)
    assert answer.status == 303
    page = browser.get(answer.location)
    (number,) = stored(house)
    assert re.search(rf'id="tracking-number"[^>]*>{number}<', page.text)


def test_a_form_on_the_owners_own_site_posts_here(browser, house):
    assert browser.post("/forms/ask", FIELDS, HTTP_ORIGIN="https://www.example.org").status == 303
    assert len(stored(house)) == 1


def test_double_click_reload_and_back_make_one_ticket(browser, house):
    page = browser.get("/forms/ask").text
    first = browser.post("/forms/ask", {**FIELDS, STAMP_FIELD: hidden(page, STAMP_FIELD)})
    again = browser.post("/forms/ask", {**FIELDS, STAMP_FIELD: hidden(page, STAMP_FIELD)})
    later_page = browser.get("/forms/ask").text
    later = browser.post("/forms/ask", {**FIELDS, STAMP_FIELD: hidden(later_page, STAMP_FIELD)})
    assert first.location == again.location == later.location
    assert len(stored(house)) == 1


def test_a_refused_submission_comes_back_filled_in_and_is_not_kept(browser, house):
    answer = browser.post("/forms/ask", {**FIELDS, "email": "no address", "message": "<b>&"})
    assert answer.status == 422
    assert "no address" in answer.text
    assert "&lt;b>&amp;" in answer.text.replace("&gt;", ">")
    assert stored(house) == []
    assert house.outbox.waiting() == []
    assert browser.served == 0


def test_an_upload_is_kept_byte_for_byte(browser, house):
    content = bytes(range(256)) * 1000
    assert send(browser, multipart(FIELDS, {"picture": ("Bild mit ü.png", content)})).status == 303
    (number,) = stored(house)
    with house.store.open_message(number, house.store.read(number).entries[0].message_id) as message:
        (part,) = [part for part in parse.parts(message) if part.is_attachment]
        assert (part.name, part.type) == ("Bild mit ü.png", "image/png")
        assert hashlib.sha256(b"".join(parse.decoded(message, part))).digest() == hashlib.sha256(content).digest()


def test_nothing_of_an_upload_is_left_in_the_spool(browser, house, tmp_path):
    import os

    send(browser, multipart(FIELDS, {"picture": ("a.png", b"x")}))
    send(browser, multipart({**FIELDS, "email": ""}, {"picture": ("a.png", b"x")}))
    send(browser, multipart(FIELDS, {"picture": ("a.png", b"x")}, end=False))
    assert os.listdir(house.spool) == []


def test_a_file_name_is_only_a_name(browser, house):
    send(browser, multipart(FIELDS, {"picture": ("..\\..\\C:/etc/passwd", b"x")}))
    (number,) = stored(house)
    with house.store.open_message(number, house.store.read(number).entries[0].message_id) as message:
        assert [part.name for part in parse.parts(message) if part.is_attachment] == ["passwd"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        multipart(FIELDS)[:40],
        multipart(FIELDS, end=False),
        multipart({f"f{index}": "" for index in range(2500)}),
        b"--" + BOUNDARY.encode() + b"\r\n" + b"X: y\r\n" * 50 + b"\r\n\r\n--" + BOUNDARY.encode() + b"--\r\n",
    ],
    ids=["empty", "nonsense", "cut in a header", "cut at the end", "too many fields", "too many headers"],
)
def test_a_broken_body_is_refused_calmly(browser, house, body):
    assert send(browser, body).status in (400, 422)
    assert stored(house) == []


@pytest.mark.parametrize("length", ["x", "-1", "1e3", "9" * 30, " 5", "٣"])
def test_a_length_that_is_none_is_refused(browser, house, length):
    answer = browser.ask("POST", "/forms/ask", b"name=x", CONTENT_TYPE=URLENCODED, CONTENT_LENGTH=length)
    assert answer.status in (400, 413)


def test_too_large_a_body_is_refused_before_it_is_read(browser, house):
    class Unread:
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = browser.ask(
        "POST",
        "/forms/ask",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        CONTENT_LENGTH=str(30 << 20),
        **{"wsgi.input": Unread()},
    )
    assert answer.status == 413
    assert "25 MB" in answer.text


def test_another_kind_of_data_is_refused(browser):
    answer = browser.ask("POST", "/forms/ask", b"{}", CONTENT_TYPE="application/json")
    assert answer.status in (400, 415)


@pytest.mark.parametrize("name", list(FIELDS))
@pytest.mark.parametrize("bytes_", [b"%00", b"%ff%fe", b"a%0d%0aBcc:+x%40y.org", b"%E2%80%A8", b"%ed%a0%80", b"%"])
def test_any_bytes_in_any_field_are_kept_or_refused(browser, house, name, bytes_):
    others = {key: value for key, value in FIELDS.items() if key != name}
    body = urlencode(others).encode() + b"&" + name.encode() + b"=" + bytes_
    answer = browser.ask("POST", "/forms/ask", body, CONTENT_TYPE=URLENCODED)
    assert answer.status in (303, 422)
    assert len(stored(house)) == (answer.status == 303)
    for number in stored(house):
        message_id = house.store.read(number).entries[0].message_id
        with house.store.open_message(number, message_id) as message:
            head = message.read().partition(b"\n\n")[0]
        assert b"\nBcc" not in head
        assert b"\x00" not in head


def test_a_robot_that_fills_the_hidden_field_is_stopped_and_counted(browser, house):
    answer = browser.post("/forms/ask", {**FIELDS, HONEYPOT_FIELD: "http://spam.example"})
    assert answer.status == 422
    assert stored(house) == []
    assert house.limits.stopped("honeypot") == 1


def test_a_person_taken_for_a_robot_gets_through_with_one_more_press(browser, house):
    page = browser.post("/forms/ask", {**FIELDS, HONEYPOT_FIELD: "filled in by the browser"}).text
    again = {**FIELDS, HONEYPOT_FIELD: "filled in by the browser", STAMP_FIELD: hidden(page, STAMP_FIELD)}
    assert browser.post("/forms/ask", again).status == 303


@pytest.mark.parametrize("stamp", ["f0.x", "nonsense", "f69200000.AAAAAAAAAAAAAAAAAAAAAA", "\x00"])
def test_a_forged_stamp_is_stopped_and_the_next_press_helps(browser, house, stamp):
    answer = browser.post("/forms/ask", {**FIELDS, STAMP_FIELD: stamp})
    assert answer.status == 422
    assert house.limits.stopped("stamp") == 1
    assert browser.post("/forms/ask", {**FIELDS, STAMP_FIELD: hidden(answer.text, STAMP_FIELD)}).status == 303


def test_a_stamp_for_one_form_is_none_for_another(browser, house):
    page = browser.get("/forms/ask").text
    with open(house.forms.path + "/other.html", "w") as file:
        file.write("<input name=what>")
    assert browser.post("/forms/other", {"what": "x", STAMP_FIELD: hidden(page, STAMP_FIELD)}).status == 422


def test_too_many_from_one_address_wait_and_lose_nothing(house):
    browser = Browser(house)
    for index in range(30):
        assert browser.post("/forms/ask", {**FIELDS, "message": f"Number {index}"}).status == 303
    answer = browser.post("/forms/ask", {**FIELDS, "message": "The last straw"})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3601
    assert "The last straw" in answer.text
    assert len(stored(house)) == 30
    assert house.limits.stopped("flood") == 1
    assert Browser(house, "192.0.2.99").post("/forms/ask", FIELDS).status == 303


def test_a_household_with_ipv6_counts_as_one(house):
    house.settings = house.settings._replace(submissions_per_hour=1)
    assert Browser(house, "2001:db8::1").post("/forms/ask", FIELDS).status == 303
    assert Browser(house, "2001:db8::2").post("/forms/ask", {**FIELDS, "message": "Other"}).status == 429
    assert Browser(house, "2001:db8:0:1::1").post("/forms/ask", {**FIELDS, "message": "Other"}).status == 303


SAME = {
    "192.0.2.1": ("192.0.2.1:4711", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:80", "::FFFF:c000:201"),
    "2001:db8::1": ("[2001:db8::1]:4711", "[2001:db8::2]", "2001:db8:0:0:9::1%eth0"),
}


@pytest.mark.parametrize("address", SAME)
def test_one_host_is_one_however_its_address_is_written(house, address):
    """A port must not make every connection a stranger, nor a server of both kinds one host of all IPv4."""
    assert {network_of(other) for other in SAME[address]} == {network_of(address)}
    assert network_of("::ffff:192.0.2.2") != network_of("::ffff:192.0.2.1")
    for odd in (":", "::", "a:b", "[", "[:", "1.2:3:4", "-", "192.0.2.1:", "x" * 9000 + ":"):
        assert isinstance(network_of(odd), str)


def test_behind_a_proxy_the_customers_own_address_counts(house):
    house.settings = house.settings._replace(submissions_per_hour=1, proxy="127.0.0.1")
    first = Browser(house, "127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1, 192.0.2.1")
    other = Browser(house, "127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.2")
    assert first.post("/forms/ask", FIELDS).status == 303
    assert first.post("/forms/ask", {**FIELDS, "message": "Other"}).status == 429
    assert other.post("/forms/ask", {**FIELDS, "message": "Other"}).status == 303


def test_a_forwarded_address_from_elsewhere_is_not_believed(house):
    house.settings = house.settings._replace(submissions_per_hour=1)
    for index, status in ((1, 303), (2, 429)):
        browser = Browser(house, HTTP_X_FORWARDED_FOR=f"192.0.2.{index}")
        assert browser.post("/forms/ask", {**FIELDS, "message": f"Number {index}"}).status == status


@pytest.mark.parametrize("is_multipart", [False, True])
def test_an_old_page_in_latin_1_keeps_its_accents(browser, house, is_multipart):
    if is_multipart:
        answer = send(browser, multipart(FIELDS).replace(b"It burns.", b"Gr\xfc\xdfe \x80"))
    else:
        body = urlencode(FIELDS).replace("It+burns.", "Gr%FC%DFe+%80").encode()
        answer = browser.ask("POST", "/forms/ask", body, CONTENT_TYPE=URLENCODED)
    assert answer.status == 303
    (number,) = stored(house)
    assert house.store.read(number).inquiry.fields[-2].values == ("Grüße €",)


def test_a_percent_sign_that_begins_nothing_is_one(browser, house):
    body = urlencode(FIELDS).replace("It+burns.", "50%++off+%+5+%zz+%4").encode()
    assert browser.ask("POST", "/forms/ask", body, CONTENT_TYPE=URLENCODED).status == 303
    (number,) = stored(house)
    assert house.store.read(number).inquiry.fields[-2].values == ("50%  off % 5 %zz %4",)


def test_a_pattern_that_cannot_be_read_is_ignored_and_noted(browser, house, capsys):
    with open(house.forms.path + "/odd.html", "w") as file:
        file.write('<input name="what" pattern="[">')
    assert browser.post("/forms/odd", {"what": "x"}).status == 303
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "forms: pattern ignored field='what' reason='unreadable' form=odd"
