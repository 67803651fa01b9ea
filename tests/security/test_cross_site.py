"""What another site, a link scanner, a frame or a lying header can make the desk or its letters do: nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.access.browser import ORIGIN, Browser
from tests.security.conftest import FIELDS, PASSWORD, delivered, number_in, post, signed_in
from tests.security.payloads import AWAY

FOREIGN = [
    {"HTTP_ORIGIN": "https://evil.example"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ORIGIN": ORIGIN + ".evil.example"},
    {"HTTP_ORIGIN": "http://evil.example/help.example.org"},
    {"HTTP_ORIGIN": "http://help.example.org:8080"},
    {"HTTP_ORIGIN": "http://help.example.org@evil.example"},
    {"HTTP_ORIGIN": f"{ORIGIN}, https://evil.example"},
    {"HTTP_ORIGIN": "://help.example.org.evil.example"},
    {"HTTP_ORIGIN": ORIGIN, "HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_ORIGIN": ORIGIN, "HTTP_SEC_FETCH_SITE": "same-site"},
    {"HTTP_ORIGIN": ORIGIN, "HTTP_SEC_FETCH_SITE": "nonsense"},
    {"HTTP_ORIGIN": "", "HTTP_SEC_FETCH_SITE": "none"},
]
NO_SIGN = [{"HTTP_ORIGIN": ""}, {"HTTP_ORIGIN": "", "HTTP_REFERER": ORIGIN + "/queue"}]


def snapshot(house: Any) -> dict[str, bytes]:
    """Every file in data/ but what is derived."""
    files = [path for path in Path(house.root.data).rglob("*") if path.is_file() and path.parent.name != "cache"]
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize("sign", FOREIGN + NO_SIGN)
def test_no_other_site_acts_for_an_operator(house: Any, browser: Browser, sign: dict[str, str]) -> None:
    number = number_in(post(browser, FIELDS))
    ada = signed_in(house, "ada")
    letter = house.outbox.waiting()[0].name
    before = snapshot(house)
    for verb in ("claim", "release", "close", "reopen"):
        assert ada.post(f"/tickets/{number}/{verb}", **sign).status == 403
    for path in (f"/outbox/{letter}/retry", f"/outbox/{letter}/drop", "/logout", "/login"):
        assert ada.post(path, {"name": "ines", "password": PASSWORD}, **sign).status == 403
    assert snapshot(house) == before
    assert ada.get("/queue").status == 200


@pytest.mark.parametrize("sign", FOREIGN)
def test_no_other_site_signs_somebody_in(browser: Browser, sign: dict[str, str]) -> None:
    answer = browser.post("/login", {"name": "ines", "password": PASSWORD}, **sign)
    assert answer.status == 403 and "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(house: Any, browser: Browser, method: str) -> None:
    """Scanners, prefetchers and previews ask for every address they see, also for those of the buttons."""
    number = number_in(post(browser, FIELDS))
    ada = signed_in(house, "ada")
    letter = house.outbox.waiting()[0].name
    key, link = house.desk.key(number), house.setup.new_key()
    before = snapshot(house)
    paths = [
        "/",
        "/forms/all",
        "/forms/all?name=x&email=y",
        "/login",
        "/logout",
        "/queue",
        "/mine",
        "/outbox",
        "/setup",
    ]
    paths += [f"/tickets/{number}{verb}" for verb in ("", "/claim", "/release", "/close", "/reopen")]
    paths += [f"/outbox/{letter}/drop", f"/outbox/{letter}/retry", f"/sent/{number}?key={key}", f"/setup?key={link}"]
    for path in paths:
        for said in ({}, {"HTTP_SEC_PURPOSE": "prefetch"}, {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"}):
            for query in ("", "&_method=POST" if "?" in path else "?_method=POST"):
                assert ada.ask(method, path + query, **said).status in (200, 303, 404, 405)
    assert snapshot(house) == before


def test_no_page_can_be_framed_by_others(house: Any, browser: Browser) -> None:
    number = number_in(post(browser, FIELDS))
    ada = signed_in(house, "ada")
    paths = ["/", "/login", "/queue", "/mine", "/outbox", f"/tickets/{number}", "/nothing", f"/tickets/{number}/claim"]
    for path in paths:
        assert "frame-ancestors 'none'" in ada.get(path).headers["content-security-policy"], path
    assert "frame-ancestors 'self'" in ada.get("/forms/all").headers["content-security-policy"]


LIES = [
    "evil.example",
    "evil.example:80",
    "help.example.org@evil.example",
    "evil.example/?",
    "x\r\nX-Zqxkw: 1",
    "<b>",
    "[::1]",
    "",
]


@pytest.mark.parametrize("lie", LIES)
def test_no_host_header_gets_into_a_letter_or_a_page(house: Any, lie: str) -> None:
    said = {"HTTP_HOST": lie, "HTTP_X_FORWARDED_HOST": lie, "HTTP_FORWARDED": f"host={lie}", "HTTP_X_ORIGINAL_URL": lie}
    liar = Browser(house, SERVER_NAME=lie, **said)
    answer = liar.post("/forms/all", FIELDS)
    number = number_in(answer)
    assert answer.location.startswith("/sent/")
    for path in ("/", "/login", "/forms/all", "/queue", "/nothing", "/setup"):
        assert "evil" not in liar.get(path).text
        assert "evil" not in str(liar.get(path).headers)
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    for found in delivered(house):
        assert b"evil" not in found.raw
        assert "http://help.example.org/" in found.texts[0]


@pytest.mark.parametrize("away", AWAY)
def test_nobody_is_sent_away(house: Any, browser: Browser, away: str) -> None:
    """After signing in one is on this desk, on a page that exists and does nothing by itself."""
    from urllib.parse import urljoin, urlsplit

    from helpdesk_lite.web.http import quoted

    tries = [browser.post("/login", {"name": "ines", "password": PASSWORD, "next": away})]
    tries.append(browser.get(f"/login?next={quoted(away)}"))  # signed in already
    tries.append(Browser(house).get(f"/queue?next={quoted(away)}"))
    tries.append(browser.post("/logout", {"next": away}))
    for answer in tries:
        assert answer.status == 303
        target = urlsplit(urljoin("http://help.example.org/login", answer.location.replace("\\", "/")))
        assert (target.scheme, target.netloc) == ("http", "help.example.org"), answer.location
        assert answer.location.startswith(("/queue", "/login", "/tickets/"))


WRITTEN = {"/cgi-bin/helpdesk.cgi": "/cgi-bin/helpdesk.cgi", "/a desk": "/a%20desk", "/ü/~a+b%": "/%C3%BC/~a+b%25"}


@pytest.mark.parametrize("base", WRITTEN)
def test_nor_below_another_address(house: Any, base: str) -> None:
    """Which is written as browsers write it: they would not send a cookie for /a desk to /a%20desk."""
    browser = Browser(house, SCRIPT_NAME=base.encode().decode("latin-1"))
    for away in AWAY:
        answer = browser.post("/login", {"name": "ines", "password": PASSWORD, "next": away})
        assert answer.location.startswith(f"{WRITTEN[base]}/")
        assert f"; Path={WRITTEN[base]};" in answer.headers["set-cookie"]


BASES = ["//evil.example", "///evil.example/x", "/\\evil.example", "\\\\evil.example", "//evil.example/", "/", "//"]


@pytest.mark.parametrize("base", BASES)
def test_no_base_is_another_host(house: Any, base: str) -> None:
    """Some servers hand on the script's address with as many slashes as the request had."""
    browser = Browser(house, SCRIPT_NAME=base)
    number = number_in_location(browser.post("/forms/all", FIELDS).location)
    answers = [browser.get(path) for path in ("/", "/forms/all", "/login", "/nothing", f"/sent/{number}", "/queue")]
    answers += [browser.post("/logout"), browser.post("/login", {"name": "ines", "password": PASSWORD})]
    answers += [browser.get("/queue"), browser.get("/login"), browser.post(f"/tickets/{number}/claim")]
    for answer in answers:
        where = answer.headers.get("location", "/")
        addresses = re.findall(r"""(?:href|src|action|data-[a-z]+)=["']([^"']*)""", answer.text)
        assert not [address for address in (where, *addresses) if re.match(r"[/\\]{2}", address)], answer.text
    assert "Path=//" not in str(answers[7].headers)


def number_in_location(location: str) -> str:
    return location.rpartition("/")[2].partition("?")[0]


def test_a_page_without_tls_does_not_act_on_a_desk_that_has_it(house: Any, browser: Browser) -> None:
    """Whoever sits on the way can write any http: page, of our own name too. Older browsers send the Origin only."""
    number = number_in(post(browser, FIELDS))
    house.settings = house.settings._replace(url="https://help.example.org")
    ines = signed_in(house, "ines")
    assert ines.post(f"/tickets/{number}/claim", HTTP_ORIGIN="http://help.example.org").status == 403
    assert Browser(house).sign_in("ines", PASSWORD).status == 403  # this browser says http:
    assert ines.post(f"/tickets/{number}/claim", HTTP_ORIGIN="https://help.example.org").status == 303


def test_what_a_letter_links_to_does_nothing_by_itself(house: Any, browser: Browser) -> None:
    """Mail scanners open every address in a letter, some with the reader's own cookie."""
    number = number_in(post(browser, FIELDS))
    ada = signed_in(house, "ada")
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    links = {
        link for found in delivered(house) for text in found.texts for link in re.findall(r"https?://[^\s\"<>]+", text)
    }
    assert {link.partition("?")[0] for link in links} == {
        f"http://help.example.org/{kind}/{number}" for kind in ("tickets", "status")
    }
    before = snapshot(house)
    for link in links:
        for reader in (ada, Browser(house)):
            for method in ("GET", "HEAD"):
                assert reader.ask(method, link.removeprefix("http://help.example.org")).status in (200, 303)
    assert snapshot(house) == before
