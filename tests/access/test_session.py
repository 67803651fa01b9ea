"""Signing in and out, and requests that another site made a browser send."""

from __future__ import annotations

import re

import pytest

from helpdesk_lite.web.app import OPERATORS, ROUTES
from tests.access.browser import ORIGIN, Browser
from tests.access.conftest import PASSWORD


def test_an_operator_signs_in_and_sees_the_queue(browser):
    answer = browser.sign_in("ines", PASSWORD)
    assert (answer.status, answer.location) == (303, "/queue")
    assert browser.get("/queue").status == 200


def test_without_signing_in_the_queue_leads_to_the_sign_in_page(browser):
    answer = browser.get("/queue")
    assert (answer.status, answer.location) == (303, "/login?next=%2Fqueue")


def test_after_signing_in_one_is_on_whichever_page_one_wanted(browser, number):
    for path in (one.path for one in ROUTES if (one.method, one.whose) == ("GET", OPERATORS)):
        wanted = re.sub("{.*?}", "x", path.replace("{number}", number))
        asked = browser.get(wanted).location
        assert f'name="next" value="{wanted}"' in browser.get(asked).text
    page = browser.post("/login", {"name": "ines", "password": PASSWORD, "next": f"/tickets/{number}"})
    assert page.location == f"/tickets/{number}"


@pytest.mark.parametrize("away", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\r\nX: y"])
def test_nobody_is_sent_to_another_site(browser, away):
    page = browser.post("/login", {"name": "ines", "password": PASSWORD, "next": away})
    assert (page.status, page.location) == (303, "/queue")


@pytest.mark.parametrize("name", ["ines", "nobody", "", "../ines", "x" * 5000, "in\x00es"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(browser, name):
    expected = Browser(browser.house).sign_in("ada", "wrong password").text
    answer = browser.sign_in(name, "wrong password")
    assert answer.status == 403
    assert answer.text.replace(f'value="{name}"', "") == expected.replace('value="ada"', "") or len(name) != 4
    assert "set-cookie" not in answer.headers


def test_a_password_for_nobody_takes_as_long_as_a_wrong_one(house):
    """The same hash is computed for both: counted, not timed."""
    import argon2

    calls = []
    real = argon2.PasswordHasher.verify

    def counted(self, *given):
        calls.append(given)
        return real(self, *given)

    argon2.PasswordHasher.verify = counted
    try:
        for name in ("ines", "nobody"):
            Browser(house).sign_in(name, "wrong password")
    finally:
        argon2.PasswordHasher.verify = real
    assert [given[0].split("$")[3] for given in calls] == ["m=19456,t=2,p=1"] * 2


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser):
    cookie = browser.sign_in("ines", PASSWORD).headers["set-cookie"]
    assert "; HttpOnly; SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_goes_over_https_only(house):
    browser = Browser(house, **{"wsgi.url_scheme": "https"})
    assert (
        browser.post("/login", {"name": "ines", "password": PASSWORD}, HTTP_ORIGIN="https://help.example.org")
        .headers["set-cookie"]
        .endswith("; Secure")
    )


def test_a_forged_cookie_is_nobodys(ines):
    good = ines.cookie
    for forged in (
        good[:-1] + "x",
        good.replace("ines", "ada"),
        "helpdesk=ines~9999999999~0~",
        "helpdesk=~~~",
        "helpdesk=",
    ):
        ines.cookie = forged
        assert ines.get("/queue").status == 303


def test_signing_out_ends_it_also_for_a_stolen_cookie(ines):
    stolen = ines.cookie
    assert ines.post("/logout").status == 303
    ines.cookie = stolen
    assert ines.get("/queue").status == 303


def test_a_changed_password_signs_out_everywhere(ines, house):
    house.operators.change_password("ines", "another long password")
    assert ines.get("/queue").status == 303


def test_a_removed_operator_is_signed_out(ines, house):
    house.operators.remove("ines")
    assert ines.get("/queue").status == 303


def test_a_sign_in_ends_after_a_while(ines, house):
    now = house.clock()
    later = Browser(house)
    later.cookie = ines.cookie
    house.sessions._clock = lambda: now + 12 * 3600 + 1
    assert later.get("/queue").status == 303


def test_after_many_wrong_passwords_it_slows_down(house):
    now = house.clock()
    house.sessions._clock = house.limits._clock = lambda: now
    browser = Browser(house)
    for _ in range(10):
        assert browser.sign_in("ines", "wrong password").status == 403
    answer = browser.sign_in("ines", PASSWORD)
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_the_right_password_after_a_few_wrong_ones_counts_from_zero_again(house):
    browser = Browser(house)
    for _ in range(3):
        for _ in range(5):
            browser.sign_in("ines", "wrong password")
        assert browser.sign_in("ines", PASSWORD).status == 303


@pytest.mark.parametrize(
    "said",
    [
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": ""},
        {"HTTP_ORIGIN": ORIGIN, "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_ORIGIN": ORIGIN, "HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "http://help.example.org.evil.example"},
    ],
)
def test_another_site_cannot_claim_for_an_operator(ines, house, number, said):
    assert ines.post(f"/tickets/{number}/claim", **said).status == 403
    assert house.store.place(number).state == "pending"


@pytest.mark.parametrize("said", [{"HTTP_ORIGIN": ORIGIN}, {"HTTP_ORIGIN": "", "HTTP_SEC_FETCH_SITE": "same-origin"}])
def test_our_own_page_can(ines, number, said):
    assert ines.post(f"/tickets/{number}/claim", **said).status == 303


def test_another_site_cannot_sign_somebody_in(browser):
    answer = browser.post("/login", {"name": "ines", "password": PASSWORD}, HTTP_ORIGIN="https://evil.example")
    assert answer.status == 403
    assert browser.cookie == ""


def test_the_web_server_can_vouch_for_an_operator(house):
    house.sessions._settings = house.settings._replace(sign_in_by="remote_user")
    assert Browser(house, REMOTE_USER="ines").get("/queue").status == 200
    assert Browser(house, REMOTE_USER="nobody").get("/queue").status == 303
    assert Browser(house, HTTP_REMOTE_USER="ines").get("/queue").status == 303
