"""The web door: every path, method and odd byte gets a calm answer."""

from __future__ import annotations

import pytest

from tests.access.browser import Browser
from tests.access.conftest import FIELDS


@pytest.mark.parametrize("path", ["/", "/login", "/forms/ask", "/queue", "/nothing", "/static/style.css"])
def test_head_is_get_without_a_body(ines, path):
    got, head = ines.get(path), ines.ask("HEAD", path)
    assert (head.status, head.body) == (got.status, b"")


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing", "/forms/", "/forms/nothing", "/forms/../data/secret", "/forms/a/b", "/forms/con"),
        *("/tickets/2222-2222-2222", "/tickets/x", "/static/nothing", "/static/../web/http.py"),
        *("/sent/3D9P-64M6-EPWV?key=x", "//", "/\x00", "/é"),
    ],
)
def test_what_is_not_there_is_404(ines, path):
    answer = ines.get(path)
    assert answer.status == 404
    assert "traceback" not in answer.text.lower()


def test_a_number_in_an_address_is_read_as_it_is_typed(ines, number):
    for typed in (number.lower(), number.replace("-", ""), number.replace("-", " ")):
        assert f'action="/tickets/{number}/claim"' in ines.get(f"/tickets/{typed}").text
    assert ines.post(f"/tickets/{number.lower()}/claim").location == f"/tickets/{number}"


@pytest.mark.parametrize("environ", [{"PATH_INFO": "/\xff"}, {"SCRIPT_NAME": "/\xff"}])
def test_an_address_that_is_not_utf8_is_refused(browser, environ):
    assert browser.get("/", **environ).status == 400


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/queue", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("GET", "/logout", "POST"),
        ("PUT", "/forms/ask", "GET, HEAD, POST"),
        ("NONSENSE", "/login", "GET, HEAD, POST"),
    ],
)
def test_a_method_that_a_path_has_not_is_said_so(browser, method, path, allowed):
    answer = browser.ask(method, path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)


def test_getting_anything_changes_nothing(ines, number, house):
    def everything():
        return house.store.version(), [letter.name for letter in house.outbox.waiting()], house.store.read(number)

    before = everything()
    for verb in ("claim", "release", "close", "reopen"):
        assert ines.get(f"/tickets/{number}/{verb}").status == 405
    for path in ("/logout", "/outbox/x/drop", "/", "/queue", "/mine", "/outbox", f"/tickets/{number}", "/forms/ask"):
        ines.get(path)
    assert everything() == before
    assert ines.get("/queue").status == 200


@pytest.mark.parametrize("path", ["/", "/login", "/forms/ask", "/queue", "/mine", "/outbox", "/nothing"])
def test_every_page_keeps_scripts_frames_and_guesses_out(ines, path):
    headers = ines.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_about_tickets_are_not_kept(ines, browser, number, house):
    sent = f"/sent/{number}?key={house.desk.key(number)}"
    ines.post(f"/tickets/{number}/claim")
    for answer in (ines.get("/queue"), ines.get(f"/tickets/{number}"), ines.get("/mine"), browser.get(sent)):
        assert answer.headers["cache-control"] == "no-store"


def test_the_confirmation_needs_its_key(browser, number, house):
    assert browser.get(f"/sent/{number}?key={house.desk.key(number)}").status == 200
    for key in ("", "x", house.desk.key(number)[:-1], house.desk.key("3D9P-64M6-EPWV"), "%ff"):
        assert browser.get(f"/sent/{number}?key={key}").status == 404


def test_links_begin_with_the_address_of_the_script(house):
    browser = Browser(house, SCRIPT_NAME="/cgi-bin/helpdesk.cgi")
    answer = browser.post("/forms/ask", FIELDS)
    assert answer.location.startswith("/cgi-bin/helpdesk.cgi/sent/")
    assert 'href="/cgi-bin/helpdesk.cgi/forms/ask"' in browser.get("/").text


def test_a_host_header_does_not_get_into_letters(house):
    Browser(house, HTTP_HOST="evil.example").post("/forms/ask", FIELDS)
    assert all("evil" not in repr(letter) for letter in house.outbox.waiting())


def test_claiming_leads_to_the_ticket_and_wakes_the_courier(ines, number):
    answer = ines.post(f"/tickets/{number}/claim")
    assert (answer.status, answer.location) == (303, f"/tickets/{number}")
    assert ines.served >= 1


def test_the_loser_hears_who_was_faster(ines, ada, number):
    ines.post(f"/tickets/{number}/claim")
    answer = ada.post(f"/tickets/{number}/claim")
    assert answer.status == 409
    assert "ines" in answer.text
    assert "/queue" in answer.text


def test_release_close_and_reopen_by_the_holder(ines, ada, number, house):
    ines.post(f"/tickets/{number}/claim")
    assert ines.post(f"/tickets/{number}/close").status == 303
    assert house.store.place(number).state == "closed"
    assert ines.post(f"/tickets/{number}/reopen").status == 303
    assert ines.post(f"/tickets/{number}/release").status == 303
    assert house.store.place(number).state == "pending"


def test_a_ticket_that_somebody_else_has_stays_theirs(ines, ada, number, house):
    ada.post(f"/tickets/{number}/claim")
    assert ines.get(f"/tickets/{number}").status == 403
    assert ines.post(f"/tickets/{number}/release").status == 403
    assert ines.post(f"/tickets/{number}/close").status == 403
    assert house.store.place(number) == ("claimed", "ada")


def test_a_broken_page_is_a_calm_one_with_one_line_in_the_log(browser, house, capsys):
    def broken(*_):
        raise RuntimeError("password=hunter2 went wrong")

    house.forms.titles = broken
    answer = browser.get("/")
    assert answer.status == 500
    assert "Traceback" not in answer.text
    assert "hunter2" not in answer.text
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("web: failed method=GET path='/' error=RuntimeError")


def test_a_full_disk_is_503_and_nothing_is_kept(browser, house, monkeypatch):
    import errno

    from helpdesk_lite import disk

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "write_beside", full)
    assert browser.post("/forms/ask", FIELDS).status == 503
    monkeypatch.undo()
    assert list(house.store.numbers("pending")) == []
    assert browser.post("/forms/ask", FIELDS).status == 303


@pytest.mark.parametrize("cookie", ["", ";;;", "=", "helpdesk", "\xff\x00", "a" * 10_000, "helpdesk=~1~2~3~4~5"])
def test_any_cookie_is_nobodys(browser, cookie):
    browser.cookie = cookie
    assert browser.get("/queue").status == 303
    assert browser.get("/").status == 200


@pytest.mark.parametrize(
    ("path", "environ"),
    [
        ("/forms/ask", {"CONTENT_TYPE": "multipart/form-data; boundary=x"}),
        ("/forms/ask", {"CONTENT_LENGTH": "much"}),
        ("/forms/ask", {"CONTENT_LENGTH": str(1 << 40)}),
        ("/forms/ask", {"SCRIPT_NAME": "/\xff"}),
    ],
)
def test_bytes_that_make_no_sense_leave_one_line_in_the_log(browser, capsys, path, environ):
    assert browser.ask("POST", path, b"nonsense", **environ).status in (400, 413)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("web: refused method=POST path='/forms/ask' error=")
