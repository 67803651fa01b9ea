"""The desk put together: settings seen at once, letters when they are due, old things tidied away."""

from __future__ import annotations

import os
import time

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.settings_file import SettingsFile
from helpdesk_lite.words.errors import DeskError
from tests.examples import contact_form, submission


@pytest.fixture
def root(tmp_path):
    return make_desk(str(tmp_path / "desk"))


def submit(house, message="It burns."):
    return house.desk.submit(contact_form(), submission(message), "192.0.2.1", "en")


def test_a_changed_setting_is_seen_at_once(root):
    current = assemble.standing_house(root)
    assert current() is current()
    with open(root.settings, "w") as file:
        file.write('[desk]\nname = "Acme Support"\n')
    assert current().settings.name == "Acme Support"


def test_a_file_that_an_editor_of_windows_saved_says_the_same(root):
    """With a byte order mark, and \\r\\n at the ends of lines."""
    written = {
        "settings.toml": '[desk]\r\nname = "Äcme"\r\n',
        "operators/ines.toml": 'email = "ines@example.org"\r\n',
        "categories/printers.toml": 'addresses = ["printers@example.org"]\r\n',
        "rules.toml": '[[rule]]\r\nname = "Fire"\r\nif.words = ["fire"]\r\nthen.level = 2\r\n',
    }
    for name, text in written.items():
        path = root.inside(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"\xef\xbb\xbf" + text.encode())
    house = assemble.house(root)
    assert house.settings.name == "Äcme"
    assert SettingsFile(root.settings).written() == {"desk.name": "Äcme"}
    assert house.operators.mistakes() == house.categories.mistakes() == house.rules.mistakes() == []


def test_a_wrong_setting_keeps_the_desk_from_half_working(root):
    current = assemble.standing_house(root)
    with open(root.settings, "w") as file:
        file.write("[desk]\nname = 7\n")
    with pytest.raises(DeskError, match=":2: "):
        current()


def test_the_servers_own_address_fills_in_for_an_empty_one(root):
    assert assemble.house(root, "http://127.0.0.1:8080").settings.url == "http://127.0.0.1:8080"
    with open(root.settings, "w") as file:
        file.write('[desk]\nurl = "https://help.example.org"\n')
    assert assemble.house(root, "http://127.0.0.1:8080").settings.url == "https://help.example.org"


def test_letters_are_due_until_they_are_sent(root):
    house = assemble.house(root)
    assert not assemble.is_due(house)
    submit(house)
    assert assemble.is_due(house)
    assemble.work(house)
    assert not assemble.is_due(house)


def test_a_letter_that_waits_is_due_when_its_time_has_come(root):
    house = assemble.house(root)
    house.settings = house.settings._replace(transport="smtp://127.0.0.1:1")
    submit(house)
    assemble.work(house)
    assert house.outbox.counts() == (2, 0)
    assert not assemble.is_due(house)
    now = house.clock()
    house.clock = lambda: now + 61
    assert assemble.is_due(house)


def test_what_has_had_its_time_is_tidied_away(root):
    house = assemble.house(root)
    submit(house)
    house.limits.note("submission", "192.0.2.1")
    with open(os.path.join(house.spool, "left"), "w"):
        pass
    long_ago = time.time() - 3 * 86_400
    for folder in ("limits", "spool", "submissions"):
        for place, _, names in os.walk(root.inside(folder)):
            for name in names:
                os.utime(os.path.join(place, name), (long_ago, long_ago))
    assemble.work(house)
    assert os.listdir(house.spool) == []
    assert os.listdir(root.inside("limits")) == []
    assert not any(names for _, _, names in os.walk(root.inside("submissions")))
    assert house.store.count_pending(10) == 1
