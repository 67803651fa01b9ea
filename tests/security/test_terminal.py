"""What stands in files, forms and tickets is shown on a terminal and in logs; it never steers one."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from helpdesk_lite import cli
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import DeskError
from tests.access.browser import Browser
from tests.security.conftest import FIELDS, TEXTS, number_in, post
from tests.security.payloads import ESCAPES


def said(house: Any, capsys: Any, *arguments: str) -> str:
    """What a command prints, on both ways."""
    cli.main(["--root", house.root.path, *arguments])
    return "".join(capsys.readouterr())


def assert_still(text: str) -> None:
    assert all(character.isprintable() or character in "\n\t" for character in text), repr(text)


@pytest.mark.parametrize("payload", ESCAPES)
def test_in_a_ticket(house: Any, browser: Browser, capsys: Any, payload: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, payload)}))
    assert_still(said(house, capsys, "list"))
    shown = said(house, capsys, "show", number)
    assert_still(shown)
    assert not [line for line in shown.splitlines() if line.startswith("closed by")]
    for command in (("list", "--json"), ("show", number, "--json")):
        text = said(house, capsys, *command)
        assert_still(text.replace("\x7f", ""))
        json.loads(text)


@pytest.mark.parametrize("payload", ESCAPES)
def test_in_an_account(house: Any, capsys: Any, payload: str) -> None:
    account = Path(house.root.inside("operators", "ines.toml"))
    account.write_text(f'email = "ines@example.org"\ndeliver = {json.dumps("maildir:" + payload)}\n')
    os.utime(account, (time.time() - 60, time.time() - 60))
    assert_still(said(house, capsys, "operator", "list"))
    account.write_text(f"email = {json.dumps(payload)}\n")
    os.utime(account, (time.time() - 50, time.time() - 50))
    assert_still(said(house, capsys, "operator", "list"))
    assert_still(said(house, capsys, "verify"))


@pytest.mark.parametrize("payload", ESCAPES)
def test_in_a_form(house: Any, capsys: Any, payload: str) -> None:
    numbered = "".join(f"&#{ord(character)};" if ord(character) > 31 else character for character in payload)
    form = Path(house.forms.path) / "odd.html"
    form.write_text(
        f'<title>{numbered}</title><meta name="helpdesk-category" content="{numbered}">'
        f'<meta name="{numbered}"><label>{numbered}'
        f'<input name="a{numbered}" pattern="{numbered}[" value="{numbered}"></label>'
    )
    assert_still(said(house, capsys, "form", "check", "odd"))
    assert_still(said(house, capsys, "form", "check", payload))
    form.write_text("{{ '" + payload + "' | nothing }}")
    assert_still(said(house, capsys, "form", "check", "odd"))


@pytest.mark.parametrize("payload", ESCAPES)
def test_in_the_name_of_a_file(house: Any, capsys: Any, payload: str) -> None:
    for folder in ("pending", "claimed", "outbox/new", "operators", "moving"):
        (Path(house.root.inside(folder)) / f"{payload}.mbox").write_text("x")
    text = said(house, capsys, "verify")
    assert_still(text)
    assert "zqxkw" in text
    assert len(text.splitlines()) <= 15
    assert_still(said(house, capsys, "verify", "--repair"))


@pytest.mark.parametrize("payload", ESCAPES)
def test_in_an_argument_or_a_setting(house: Any, capsys: Any, payload: str) -> None:
    for command in (("show", payload), ("operator", "passwd", payload), ("operator", "remove", payload)):
        assert_still(said(house, capsys, *command))
    settings = Path(house.root.settings)
    settings.write_text(f"[desk]\nname = {json.dumps(payload)}\n{json.dumps(payload)} = 1\n")
    assert_still(said(house, capsys, "list"))


@pytest.mark.parametrize("payload", ESCAPES)
def test_in_the_log(house: Any, capsys: Any, payload: str) -> None:
    def broken(*_: Any) -> None:
        raise DeskError(payload)

    house.forms.titles = house.forms.page = broken
    raw = payload.encode().decode("latin-1")
    Browser(house).ask("GET", "/", HTTP_USER_AGENT=raw, REQUEST_METHOD="GET")
    Browser(house).ask("GET", "/", PATH_INFO=f"/forms/{raw}", QUERY_STRING=raw, HTTP_REFERER=raw)
    Browser(house).ask("GET", "/", PATH_INFO="/\xff" + raw)
    text = capsys.readouterr().err
    assert_still(text)
    assert len(text.splitlines()) == 3


def test_what_is_printable_stays_as_it_is() -> None:
    assert terminal.line("Größe: 日本 €") == "Größe: 日本 €"
    assert terminal.lines("one\ntwo\x1b") == "one\n    two\\x1b"
