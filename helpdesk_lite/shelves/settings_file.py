"""settings.toml as administrators change it online: in place, with its comments, its order and whatever else is in it.

Guarantee: nothing but the settings that were to change changes, and the whole new text is sound before it is written. A
setting that whoever runs the host sets (settings_table.Setting.hosts) is neither told nor changed. It asks nobody's
leave (adjusting).
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.owner import may_write, may_write_in
from helpdesk_lite.words import settings_table
from helpdesk_lite.words.errors import FileReadOnly, SettingsMistaken
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.settings_table import TABLE, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from helpdesk_lite.words.settings_table import Value

NAME = "settings.toml"
ONLINE: dict[str, Setting] = {setting.key: setting for setting in TABLE if not setting.hosts}


class SettingsFile(NamedTuple):
    """The file at `path`."""

    path: str

    def text(self) -> str:
        """What it says, word for word."""
        return disk.read(self.path).decode("utf-8-sig", "replace")

    def written(self) -> dict[str, Value]:
        """The settings that are written in it, by `section.name`. SettingsMistaken if it has mistakes."""
        import tomllib

        text = self.text()
        settings_table.check(text, NAME)
        found = tomllib.loads(text)
        return {
            key: found[one.section][one.name] for key, one in ONLINE.items() if one.name in found.get(one.section, {})
        }

    def change(self, changes: Mapping[str, Value | None]) -> None:
        """Have it say these values; None takes a setting out. SettingsMistaken with every mistake; FileReadOnly."""
        text = self.changed(changes)
        self.demand_writable()
        path = os.path.realpath(self.path)
        disk.renew(path, [text.encode()], os.stat(path).st_mode & 0o777)

    def changed(self, changes: Mapping[str, Value | None]) -> str:
        """The text that `change` would write. SettingsMistaken."""
        import tomllib

        from tomlkit.exceptions import TOMLKitError

        text = self.text()
        wanted = tomllib.loads(text)
        for key, value in changes.items():
            if key not in ONLINE:
                raise SettingsMistaken([Sentence("%(name)s is not to be set online.", name=key)])
            section, name = ONLINE[key].section, ONLINE[key].name
            wanted.setdefault(section, {})[name] = value
            if value is None:
                del wanted[section][name]
        try:
            made = _rewritten(text, changes)
            is_right = tomllib.loads(made) == wanted
        except (TOMLKitError, tomllib.TOMLDecodeError):
            is_right = False
        if not is_right:
            raise SettingsMistaken([Sentence("The file is written in a way that has to be changed by hand.")])
        settings_table.check(made, NAME)
        return made

    def demand_writable(self) -> None:
        """FileReadOnly unless the user that runs the desk may write the file, and it stays theirs."""
        path = os.path.realpath(self.path)
        is_own = os.stat(path).st_uid == os.geteuid()
        if not (is_own and may_write(path) and may_write_in(os.path.dirname(path))):
            raise FileReadOnly(NAME)


def _rewritten(text: str, changes: Mapping[str, Value | None]) -> str:
    """The text with these values, as tomlkit writes them."""
    import tomlkit

    ends_in_return = "\r\n" in text
    document: Any = tomlkit.parse(text.replace("\r\n", "\n"))
    for key, value in changes.items():
        section, name = ONLINE[key].section, ONLINE[key].name
        if section not in document and value is not None:
            document[section] = tomlkit.table()
        if value is None:
            document.get(section, {}).pop(name, None)
        elif name not in document[section]:
            _add(document[section], name, value)
        elif isinstance(value, list):
            _have(document[section], name, value)
        else:
            document[section][name] = value
    made: str = tomlkit.dumps(document)
    return made.replace("\n", "\r\n") if ends_in_return else made


def _add(section: Any, name: str, value: Value) -> None:
    """A new line below the last one of its section, above the comments that begin the next."""
    from tomlkit.items import Table

    body = section.value.body if isinstance(section, Table) else []
    last = max((place for place, (key, _) in enumerate(body) if key is not None), default=-1)
    rest = body[last + 1 :]
    del body[last + 1 :]
    section[name] = value
    body.extend(rest)


def _have(section: Any, name: str, wanted: list[str]) -> None:
    """Change a list item by item, so that what stays keeps its line and its comment."""
    there = section[name]
    for item in [str(one) for one in there if one not in wanted]:
        there.remove(item)
    for item in wanted:
        if item not in there:
            there.append(item)
    if list(there) != wanted:
        section[name] = wanted
