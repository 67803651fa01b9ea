"""What administrators do with the desk's settings online: change them, and undo that.

Guarantee: nobody else can; no change is without its entry in the log, which is on disk first and tells each setting
before and after; what somebody changed meanwhile, on the web or in settings.toml itself, is not overwritten unseen.
What whoever runs the host sets is neither changed here nor told to the log (settings_file).
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.shelves.audit import CHANGED
from helpdesk_lite.shelves.settings_file import NAME, ONLINE
from helpdesk_lite.words.errors import FileChanged
from helpdesk_lite.words.rights import ADMINISTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.audit import Audit, Noted
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.shelves.settings_file import SettingsFile
    from helpdesk_lite.words.settings_table import Value


class Adjusting(NamedTuple):
    """The verbs. `lock` is the path of the lock under which they compare and write. Settings go by `section.name`."""

    desk: Desk
    file: SettingsFile
    audit: Audit
    lock: str

    def values(self) -> dict[str, Value]:
        """Each setting that can be changed online, as it is now. SettingsMistaken if the file has mistakes."""
        written = self.file.written()
        return {key: written.get(key, setting.default) for key, setting in ONLINE.items()}

    def change(self, wanted: Mapping[str, Value], seen: Mapping[str, Value], by: Operator) -> None:
        """Have the settings be as wanted, in what differs from what was seen; the rest of the file stays as it is.

        NotAllowed; SettingsMistaken; FileReadOnly; FileChanged if one that was to change is not as it was seen.
        """
        self.desk.demand(by, ADMINISTER, what=NAME)
        with disk.locked(self.lock):
            now = self.values()
            mine = {key: value for key, value in wanted.items() if value != seen.get(key)}
            if any(now.get(key) not in (seen.get(key), value) for key, value in mine.items()):
                raise FileChanged(NAME)
            self._write({key: value for key, value in mine.items() if value != now[key]}, by)

    def undo(self, noted: Noted, by: Operator) -> None:
        """Have the settings as before this entry. NotAllowed; SettingsMistaken; FileReadOnly.

        FileChanged if one of them is not as that entry left it.
        """
        self.desk.demand(by, ADMINISTER, what=NAME)
        with disk.locked(self.lock):
            before, after = noted.before or {}, noted.after or {}
            keys = dict.fromkeys((*before, *after))
            now = self.file.written()
            if any(now.get(key) != after.get(key) for key in keys):
                raise FileChanged(NAME)
            self._write({key: before.get(key) for key in keys}, by, noted.name)

    def _write(self, changes: Mapping[str, Value | None], by: Operator, undoes: str = "") -> None:
        """Note the change, then make it. Nothing happens if there is none."""
        if not changes:
            return
        self.file.changed(changes)
        self.file.demand_writable()
        written = self.file.written()
        before = {key: written[key] for key in changes if key in written}
        after = {key: value for key, value in changes.items() if value is not None}
        self.audit.note(by.name, CHANGED, NAME, before, after, undoes)
        self.file.change(changes)


def is_undoable(noted: Noted) -> bool:
    """Whether `undo` can take this entry back."""
    return noted.about == NAME and noted.what == CHANGED
