"""Sign-ins cannot be stolen, fixed, forged or guessed, and nobody learns who has an account."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from helpdesk_lite.words.errors import OperatorMistaken
from tests.access.browser import Browser
from tests.examples import INES
from tests.security.conftest import FIELDS, PASSWORD, number_in, post, signed_in
from tests.security.payloads import LOOK_ALIKES


def cookies_of_others(house: Any, good: str) -> list[str]:
    """What is nearly a sign-in: changed, exchanged, of another purpose, or odd to parse."""
    from helpdesk_lite.web import stamps
    from helpdesk_lite.words import signing

    name, until, mark, proof = good.removeprefix("helpdesk=").split("~")
    found = [
        (name, until, mark, proof[:-1]),
        (name, until, mark, proof[:-1] + "!"),
        (name, until, mark, ""),
        (name, str(int(until) + 1), mark, proof),
        (name, "0" + until, mark, proof),
        (name, "-1", mark, proof),
        (name, "\xb2", mark, proof),  # a digit to str.isdigit, none to int
        (name, "9" * 400, mark, proof),
        (name, until, "", proof),
        (name, until, "../../secret", proof),
        (name, until, mark + "\x00", proof),
        ("ada", until, mark, proof),
        (name.upper(), until, mark, proof),
        (name + " ", until, mark, proof),
        ("../operators/ines", until, mark, proof),
        (name, until, mark, house.desk.key(name)),
        (name, until, mark, stamps.new(house, name).partition(".")[2]),
        (name, until, mark, signing.proof(b"", "signed in", name, until, mark, "")),
        (name, until, mark, proof, "more"),
        (name, until, mark),
        ("", "", "", ""),
    ]
    return ["helpdesk=" + "~".join(one) for one in found] + [
        "helpdesk",
        "=",
        "helpdesk=" + "~" * 5000,
        "helpdesk=\xff\x00",
    ]


@pytest.mark.parametrize("place", range(25))
def test_a_forged_cookie_is_nobodys(house: Any, ines: Browser, place: int) -> None:
    forged = cookies_of_others(house, ines.cookie)[place]
    for path in ("/queue", "/mine", "/outbox"):
        answer = Browser(house).get(path, HTTP_COOKIE=forged)
        assert answer.status == 303, (forged, answer.text)
    for name in ("ines", "nobody"):  # the answer does not tell which names there are
        assert Browser(house).get("/queue", HTTP_COOKIE=forged.replace("ines", name)).status == 303


def test_a_sign_in_is_new_each_time(house: Any) -> None:
    """Whatever cookie somebody was given before (fixation), and wherever they sign in."""
    browser = Browser(house)
    browser.cookie = "helpdesk=ines~9999999999~0000000000000000~fixed"
    browser.sign_in("ines", PASSWORD)
    first = browser.cookie
    browser.sign_in("ines", PASSWORD)
    assert "fixed" not in first and first != browser.cookie


def test_what_ends_a_sign_in_ends_it_for_a_thief_too(house: Any) -> None:
    elsewhere, here = signed_in(house, "ines"), signed_in(house, "ines")
    stolen = here.cookie
    here.post("/logout")
    assert Browser(house).get("/queue", HTTP_COOKIE=stolen).status == 303
    assert elsewhere.get("/queue").status == 200  # another sign-in is another one
    house.operators.change_password("ines", "another long password")
    assert elsewhere.get("/queue").status == 303
    house.operators.change_password("ines", PASSWORD)  # also when it becomes the old one again
    assert elsewhere.get("/queue").status == 303 and Browser(house).get("/queue", HTTP_COOKIE=stolen).status == 303


def test_a_removed_operator_of_the_same_name_again_is_somebody_else(house: Any, ines: Browser) -> None:
    house.operators.remove("ines")
    assert ines.get("/queue").status == 303
    house.operators.add(INES, PASSWORD)
    assert ines.get("/queue").status == 303


def test_the_cookie_goes_nowhere_it_need_not(house: Any) -> None:
    secure = Browser(house, **{"wsgi.url_scheme": "https"})
    answer = secure.post("/login", {"name": "ines", "password": PASSWORD}, HTTP_ORIGIN="https://help.example.org")
    parts = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def test_what_a_wrong_try_says_does_not_depend_on_the_name(house: Any) -> None:
    said = {}
    for name in ("ines", "ada", "carl", "zoe", "root", "admin"):
        answer = Browser(house, f"198.51.100.{len(said)}").sign_in(name, "wrong password")
        said[name] = (answer.status, answer.text.replace(name, "NAME"), sorted(answer.headers))
    assert len(set(map(str, said.values()))) == 1


def test_nor_does_the_work_it_causes(house: Any, monkeypatch: Any) -> None:
    """One hash of the same cost for anybody, also for a broken account, and for a password of any length."""
    import argon2

    costs = []
    real = argon2.PasswordHasher.verify
    monkeypatch.setattr(
        argon2.PasswordHasher,
        "verify",
        lambda self, known, typed: (costs.append(known[:30]), real(self, known, typed))[1],
    )
    with open(house.root.inside("operators", "broken.toml"), "w") as file:
        file.write("email = 7")
    for name in ("ines", "nobody", "broken", "../x", "", "x" * 100_000):
        for typed in ("wrong password", "", "x" * 100_000):
            house.limits.forget("sign-in-address", "192.0.2.1")
            house.limits.forget("sign-in-name", name)
            Browser(house).sign_in(name, typed)
    assert len(costs) == 18 and len(set(costs)) == 1


def test_many_tries_at_once_count_each(house: Any) -> None:
    """Side by side they used to pass the limit together: each was counted only after its hash."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: Browser(house, f"198.51.100.{n}").sign_in("ines", "wrong"), range(40)))
    tried = [answer.status for answer in answers].count(403)
    assert house.settings.sign_in_tries <= tried <= house.settings.sign_in_tries + 6
    assert {answer.status for answer in answers} == {403, 429}
    assert Browser(house, "203.0.113.1").sign_in("ada", PASSWORD).status == 303


def test_one_address_cannot_try_many_names(house: Any) -> None:
    browser = Browser(house)
    answers = [browser.sign_in(f"name{count}", "wrong").status for count in range(12)]
    assert answers == [403] * 10 + [429] * 2


def test_the_set_up_link_cannot_be_guessed_or_used_twice(tmp_path: Any) -> None:
    from helpdesk_lite import assemble
    from helpdesk_lite.commands.make import make_desk

    house = assemble.house(make_desk(str(tmp_path / "new")))
    key = house.setup.new_key()
    typed = {"name": "eve", "email": "eve@example.org", "password": PASSWORD, "again": PASSWORD}
    for wrong in ("", key[:-1], key + "0", key.upper() + "x", "0" * 32, "%00", key[::-1] + "x"):
        assert Browser(house).post("/setup", {**typed, "key": wrong}).status == 404
    assert Browser(house).post("/setup", {**typed, "key": key}).status == 303
    assert Browser(house).post("/setup", {**typed, "name": "mallory", "key": key}).status == 404
    assert house.operators.names() == ["eve"]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_no_account_looks_like_another(house: Any, name: str) -> None:
    with pytest.raises(OperatorMistaken):
        house.operators.add(INES._replace(name=name), PASSWORD)
    assert house.operators.find(name) is None
    house.sessions._settings = house.settings._replace(sign_in_by="remote_user")
    assert Browser(house, REMOTE_USER=name.encode().decode("latin-1")).get("/queue").status == 303


def test_only_the_web_server_vouches_for_somebody(house: Any) -> None:
    """What a visitor sends is HTTP_..., whatever they call it."""
    own = signed_in(house, "ines").cookie
    house.settings = house.sessions._settings = house.settings._replace(sign_in_by="remote_user")
    assert Browser(house, REMOTE_USER="ines").get("/queue").status == 200
    names = ("REMOTE_USER", "X_REMOTE_USER", "X_FORWARDED_USER", "AUTHORIZATION", "X_HTTP_REMOTE_USER", "REMOTE-USER")
    for lie in ({f"HTTP_{name}": "ines"} for name in names):
        assert Browser(house, **lie).get("/queue", HTTP_COOKIE="a=b").status == 303, lie
    assert Browser(house).sign_in("ines", PASSWORD).status == 403
    assert Browser(house).get("/queue", HTTP_COOKIE=own).status == 303


def test_an_account_file_of_such_a_name_is_nobodys_and_named(house: Any) -> None:
    import shutil

    for name in ("іnes", "Ines", "ines "):
        shutil.copy(house.root.inside("operators", "ines.toml"), house.root.inside("operators", f"{name}.toml"))
    assert len(house.operators.mistakes()) == 3
    assert [one.name for one in house.operators.everybody()] == ["ada", "bob", "ines"]


def test_secrets_are_never_kept_by_a_cache(house: Any, browser: Browser) -> None:
    number = number_in(post(browser, FIELDS))
    ada = signed_in(house, "ada")
    key = house.desk.key(number)
    answers = [browser.get(f"/{page}/{number}?key={key}") for page in ("sent", "status")]
    answers += [browser.get("/my-tickets"), browser.get("/my-tickets?link=x")]
    answers += [post(browser, FIELDS), browser.sign_in("ines", PASSWORD)]
    answers += [
        ada.get(path) for path in ("/queue", "/mine", "/outbox", f"/tickets/{number}", "/login", "/setup?key=x")
    ]
    answers += [ada.post(f"/tickets/{number}/claim"), ada.get(f"/tickets/{number}"), ada.post("/logout")]
    answers += [post(browser, {**FIELDS, "email": "no address"}), browser.get(f"/sent/{number}?key=x")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert browser.get("/forms/all?email=jane@example.com").headers["cache-control"].startswith("private")


def test_a_page_links_nowhere_with_a_key_but_to_the_ticket_itself(house: Any, browser: Browser) -> None:
    number = number_in(post(browser, FIELDS))
    key = house.desk.key(number)
    page = browser.get(f"/sent/{number}?key={key}").text
    assert page.count(key) == page.count(f'href="/status/{number}?key={key}"') == 1
    assert not re.findall(r"""(?:href|src|action)=["'](?:https?:)?//""", page)
