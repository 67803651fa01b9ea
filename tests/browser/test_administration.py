"""An administrator looks after operators: invites one, changes another, reads the log and undoes it."""

from __future__ import annotations

from pathlib import Path

from tests import servers
from tests.browser.seen import PHONE
from tests.browser.test_every_page import check


def test_an_administrators_day(browse, quiet):
    ada = browse("ada").go("/administration")
    check(ada)
    ada.go("/administration").follow("Operators")
    check(ada)
    ada.find("summary").click()
    ada.find("#name").fill("olga")
    ada.find("#email").fill("olga@example.org")
    ada.page.get_by_label("Observer").check()
    check(ada)
    ada.press("Add and invite")
    assert "on its way to olga" in ada.find(".notice").inner_text()
    check(ada)
    key = quiet.house.accounts.key(quiet.house.operators.find("olga"))

    olga = browse().go(f"/invitation?key={key}")
    check(olga)
    olga.find("#password").fill(servers.PASSWORD)
    olga.find("#again").fill(servers.PASSWORD)
    olga.press("Keep it and sign in")
    assert olga.path == "/queue"
    check(olga.go("/administration"))
    check(browse().go(f"/invitation?key={key}"))

    ada.follow("olga")
    check(ada)
    ada.find("#absent").fill("2031-01-01")
    ada.press("Save")
    assert "absent until 2031-01-01" in ada.find(".letters").inner_text()
    check(ada.go("/administration/log"))
    assert "olga was refused" in ada.find("#main").inner_text()
    ada.through(ada.find("li:has-text('absent_until') button").first)
    check(ada)
    assert "absent" not in ada.go("/administration/operators").find(".letters").inner_text()
    quiet.house.operators.remove("olga")


def test_settings_are_changed_and_a_mistake_is_told(browse, quiet):
    path = Path(quiet.house.root.settings)
    before = path.read_bytes()
    try:
        ada = browse("ada", PHONE).go("/administration/settings")
        check(ada)
        ada.find("#desk-name").fill("")
        ada.find("#limits-upload_mb").fill("much")
        ada.press("Save")
        check(ada)
        assert ada.page.evaluate("document.activeElement.className") == "problem summary"
        ada.find("#desk-name").fill("Acme")
        ada.find("#limits-upload_mb").fill("20")
        path.write_bytes(before.replace(b'name = "Help Desk"', b'name = "Bcme"'))
        ada.press("Save")
        check(ada)
        assert 'The file says now: "Bcme"' in ada.find("#desk-name-theirs").inner_text()
        ada.press("Save")
        assert "It is saved." in ada.find(".notice").inner_text()
        check(ada)
        assert b'name = "Acme"' in path.read_bytes()
    finally:
        path.write_bytes(before)
