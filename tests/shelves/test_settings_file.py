"""settings.toml changed online: in place, and nothing else in it."""

from __future__ import annotations

import os

import pytest

from helpdesk_lite.shelves.settings_file import ONLINE, SettingsFile
from helpdesk_lite.words import settings_table
from helpdesk_lite.words.errors import FileReadOnly, SettingsMistaken

TEXT = """\
# Ours since 2019.
[limits]
upload_mb = 10   # enough for a photograph

# Who we are.
[desk]
name = "Acme"
broadcast = [
  "ann@example.org",  # at the counter
  "bob@example.org",
]

# How mail goes.
[mail]
transport = "smtp://me:secret@mail.example.org"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(TEXT)
    return SettingsFile(str(path))


def changed(file: SettingsFile, old: str, new: str) -> None:
    """The file is as before, but for this."""
    assert TEXT.count(old) == 1
    assert file.text() == TEXT.replace(old, new)


def test_a_value_changes_where_it_stands_and_its_comment_stays(file):
    file.change({"limits.upload_mb": 12})
    changed(file, "upload_mb = 10   # enough", "upload_mb = 12   # enough")


def test_what_was_not_there_comes_below_the_last_of_its_section(file):
    file.change({"desk.language": "it", "desk.show_operator": False})
    changed(file, "]\n\n# How", ']\nlanguage = "it"\nshow_operator = false\n\n# How')


def test_a_section_that_was_not_there_comes_last(file):
    file.change({"sign_in.stay_hours": 8})
    assert file.text() == TEXT + "\n[sign_in]\nstay_hours = 8\n"


def test_a_list_changes_line_by_line(file):
    file.change({"desk.broadcast": ["ann@example.org", "cem@example.org"]})
    changed(file, '"bob@example.org"', '"cem@example.org"')


def test_a_list_can_change_its_order(file):
    file.change({"desk.broadcast": ["bob@example.org", "ann@example.org"]})
    assert file.written()["desk.broadcast"] == ["bob@example.org", "ann@example.org"]


def test_a_setting_can_be_taken_out(file):
    file.change({"desk.name": None})
    changed(file, 'name = "Acme"\n', "")


def test_a_text_may_say_anything_that_a_setting_may(file):
    file.change({"desk.name": 'Büro "Ä" \\ # 1'})
    assert file.written()["desk.name"] == 'Büro "Ä" \\ # 1'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[desk]\r\nname = "A"\r\n', '[desk]\r\nname = "B"\r\nlanguage = "it"\r\n'),
        ('[desk]\nname = "A"', '[desk]\nname = "B"\nlanguage = "it"\n'),
        ('desk.name = "A"\n', 'desk.name = "B"\ndesk.language = "it"\n'),
        ("", '[desk]\nname = "B"\nlanguage = "it"\n'),
    ],
)
def test_it_may_be_written_otherwise(file, text, expected):
    with open(file.path, "w", newline="") as raw:
        raw.write(text)
    file.change({"desk.name": "B", "desk.language": "it"})
    with open(file.path, newline="") as raw:
        assert raw.read() == expected


def test_the_file_of_a_new_desk_can_be_changed_in_every_setting(file):
    with open(file.path, "w") as raw:
        raw.write(settings_table.default_text())
    others = {bool: False, int: 3, list: ["a@example.org"]}
    texts = {"desk.url": "https://x.example", "desk.address": "b@x.example", "mail.ticket_addresses": "*@x.example"}
    wanted = {
        key: one.choices[-1] if one.choices else others.get(type(one.default), texts.get(key, "delete"))
        for key, one in ONLINE.items()
    }
    file.change(wanted)
    assert file.written() == wanted
    told = {one.setting.key: one for one in settings_table.told(file.text())}
    assert all(told[key].value == value for key, value in wanted.items())
    assert all(one.is_usual for key, one in told.items() if key not in wanted)


@pytest.mark.parametrize(
    "changes",
    [
        {"limits.upload_mb": 0},
        {"limits.upload_mb": "much"},
        {"desk.broadcast": ["nobody"]},
        {"mail.answers": "never"},
        {"mail.transport": "sendmail:/bin/sh"},
        {"sign_in.by": "remote_user"},
        {"fetch.token_command": "id"},
        {"desk.colour": "red"},
    ],
)
def test_what_cannot_be_changes_nothing(file, changes):
    with pytest.raises(SettingsMistaken):
        file.change({"desk.name": "B", **changes})
    assert file.text() == TEXT


def test_what_can_run_a_program_or_holds_a_password_is_not_told(file):
    assert "secret" not in str(file.written())
    assert {"mail.transport", "fetch.mailbox", "fetch.token_command", "sign_in.by", "desk.proxy"}.isdisjoint(ONLINE)


def test_its_rights_stay(file):
    os.chmod(file.path, 0o640)
    file.change({"desk.name": "B"})
    assert os.stat(file.path).st_mode & 0o777 == 0o640


def test_a_link_stays_one(file, tmp_path):
    link = tmp_path / "link.toml"
    link.symlink_to(file.path)
    SettingsFile(str(link)).change({"desk.name": "B"})
    assert link.is_symlink()
    changed(file, '"Acme"', '"B"')


def test_a_file_of_somebody_elses_is_left_to_them(file, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(FileReadOnly):
        file.change({"desk.name": "B"})
    assert file.text() == TEXT
