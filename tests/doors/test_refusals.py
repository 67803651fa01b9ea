"""What no door lets through: other sites' pages, paths and bytes that make no sense, addresses that are not ours."""

from __future__ import annotations

import pytest

from tests.doors.stories import submitted, typed
from tests.servers import Door

ODD_PATHS = [
    "/forms/a%2Fb",
    "/forms/%2e%2e%2f%2e%2e%2fdata%2fsecret",
    "/forms/..%2f..%2fdata%2fsettings",
    "/forms/%C3%BCber",
    "/forms/%FF%FE",
    "/forms/a%00b",
    "/forms/" + "x" * 3000,
    "/tickets/%F0%9F%94%A5",
    "/static/..%2f..%2fcli.py",
    "/%ff",
    "/forms/contact/more",
]


@pytest.mark.parametrize("path", ODD_PATHS)
def test_an_odd_path_is_calmly_refused(door: Door, path: str) -> None:
    answer = door.visitor().get(path)
    assert 400 <= answer.status < 500, answer
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize("path", ["/tickets/..", "/sent/%2e%2e?key=%2e", "/forms//contact", "/forms/../../data/secret"])
def test_a_path_that_servers_tidy_leads_to_nothing_else(door: Door, path: str) -> None:
    """Some web servers take out dots and double slashes first; then it is another page, and one for everybody."""
    answer = door.visitor().get(path)
    assert answer.status in (200, 301, 400, 403, 404), answer
    assert answer.headers["content-type"].startswith("text/")
    assert (door.desk.root / "data" / "secret").read_bytes() not in answer.body


def test_an_unknown_page_says_so(door: Door) -> None:
    answer = door.visitor().get("/nothing-here")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_wrong_method_hears_which_are_right(door: Door) -> None:
    put = door.visitor().ask("PUT", "/forms/contact", b"")
    assert put.status == 405
    assert {method.strip() for method in put.headers["allow"].split(",")} >= {"GET", "HEAD", "POST"}
    posted = door.visitor().post("/queue")
    assert posted.status == 405
    assert "POST" not in posted.headers["allow"]


@pytest.mark.parametrize(
    "sign", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_sites_page_cannot_claim(door: Door, sign: dict[str, str]) -> None:
    number = submitted(door)
    assert door.operator("ines").post(f"/tickets/{number}/claim", headers=sign).status == 403
    assert door.desk.show(number)["state"] == "pending"


def test_a_claim_says_where_it_comes_from(door: Door) -> None:
    number = submitted(door)
    ines = door.operator("ines")
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ines.ask("POST", f"/tickets/{number}/claim", b"", sent).status == 403
    assert door.desk.show(number)["state"] == "pending"


def test_another_sites_page_cannot_sign_somebody_in(door: Door) -> None:
    answer = door.visitor().post("/login", {"name": "ines", "password": "x"}, {"Origin": "https://evil.example"})
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_get_never_claims(door: Door) -> None:
    number = submitted(door)
    assert door.operator("ines").get(f"/tickets/{number}/claim").status == 405
    assert door.desk.show(number)["state"] == "pending"


def test_links_in_mail_do_not_come_from_the_browser(door: Door) -> None:
    visitor = door.visitor()
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "http://evil.example"}
    answer = visitor.post("/forms/contact", typed(), lies)
    if answer.status == 303:  # some servers refuse a name that is not theirs
        letters = door.desk.mail("operators@localhost", answer.number) + door.desk.mail(
            "jane@example.com", answer.number
        )
        assert letters
        assert not [path for path in letters if b"evil.example" in path.read_bytes()]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"%FF%FE=%00&name=%0d%0aBcc: x@y.example&email=a%0d%0ab@example.com"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(5000))),
        ("application/json", b'{"name": "Jane"}'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--y\r\nnonsense"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ncut sho'),
        ("\xff/\xfe; boundary=\x01", b"\x00" * 100),
    ],
)
def test_bytes_that_are_no_form_are_refused(door: Door, kind: str, body: bytes) -> None:
    before = door.desk.tickets()
    answer = door.visitor().ask("POST", "/forms/contact", body, {"Content-Type": kind})
    assert 400 <= answer.status < 500, answer
    assert b"Traceback" not in answer.body
    assert door.desk.tickets() == before


@pytest.mark.parametrize(
    "cookie", ["helpdesk=", "helpdesk=\xff\xfe", "helpdesk=a~b~c~d", "helpdesk=ines~99999999999~x~y", "=;=;;"]
)
def test_a_forged_cookie_is_nobody(door: Door, cookie: str) -> None:
    assert door.visitor().get("/queue", {"Cookie": cookie}).status in (303, 400)


def test_control_characters_do_not_reach_a_mail_header(door: Door) -> None:
    """A line break in a one-line field is taken out, as a browser does; what is left is one header."""
    number = submitted(door, subject="Fire\r\nBcc: victim@example.org", name="Jane\r\nX-Evil: 1")
    (path,) = door.desk.mail("operators@localhost", number)
    head = path.read_bytes().partition(b"\n\n")[0].lower()
    assert b"\nbcc:" not in head and b"\nx-evil:" not in head
