"""A desk in a folder of its own, asked without a server in between: these tests are about what the pages say."""

from __future__ import annotations

import os
import time

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from tests.access.browser import Browser
from tests.examples import ADMIN, INES

PASSWORD = "a long password"
FIELDS = {"name": "Jane Doe", "email": "jane@example.com", "subject": "The printer is on fire", "message": "It burns."}
FORM = """<title>Contact us</title>
<p><label>Your name <input name="name" required></label></p>
<p><label>Email <input name="email" type="email" required></label></p>
<p><label>Subject <input name="subject" required></label></p>
<p><label>Message <textarea name="message" required></textarea></label></p>
<p><label>Picture <input name="picture" type="file"></label></p>
"""


@pytest.fixture(scope="session")
def accounts(tmp_path_factory):
    """Account files made once: hashing a password takes its time."""
    house = assemble.house(make_desk(str(tmp_path_factory.mktemp("accounts"))))
    for operator in (INES, ADMIN):
        house.operators.add(operator, PASSWORD)
    return house.operators.folder


@pytest.fixture
def house(tmp_path, accounts):
    root = make_desk(str(tmp_path / "desk"))
    with open(os.path.join(root.forms, "ask.html"), "w") as file:
        file.write(FORM)
    before = time.time() - 60
    os.utime(os.path.join(root.forms, "ask.html"), (before, before))
    for name in os.listdir(accounts):
        with open(os.path.join(accounts, name)) as source, open(root.inside("operators", name), "w") as target:
            target.write(source.read())
    return assemble.house(root)


@pytest.fixture
def browser(house):
    return Browser(house)


@pytest.fixture
def ines(house):
    browser = Browser(house, "192.0.2.7")
    assert browser.sign_in("ines", PASSWORD).status == 303
    return browser


@pytest.fixture
def ada(house):
    browser = Browser(house, "192.0.2.8")
    assert browser.sign_in("ada", PASSWORD).status == 303
    return browser


@pytest.fixture
def number(browser):
    """A ticket that Jane has just submitted."""
    answer = browser.post("/forms/ask", FIELDS)
    assert answer.status == 303
    return answer.location.split("/")[2].partition("?")[0]
