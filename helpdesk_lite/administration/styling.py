"""What administrators do about the desk's logo: give it one, another one, or none; and undo.

Guarantee: nobody else can; no change is without its entry in the log, which is on disk first, and the logo that was
there is kept beside it; what somebody changed meanwhile is not overwritten unseen. A file that was put there by hand
is the logo. Colours are text, and so `texts`'.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.owner import may_write_in
from helpdesk_lite.shelves.audit import ADDED, CHANGED, REMOVED
from helpdesk_lite.shelves.look import logo_name, version_of
from helpdesk_lite.words.errors import FileChanged, FileReadOnly, TextMistaken
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.rights import ADMINISTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.audit import Audit, Noted
    from helpdesk_lite.shelves.look import Logo
    from helpdesk_lite.shelves.operators import Operator

LOGO = "templates/look/logo"


class Styling(NamedTuple):
    """The verbs. `lock` is the path of the lock under which they compare and write; in `kept` lie earlier logos."""

    desk: Desk
    logo: Logo
    audit: Audit
    lock: str
    kept: str

    def change(self, content: bytes, by: Operator, seen: str) -> None:
        """Have this picture be the logo; without a byte there is none. NotAllowed; TextMistaken; FileReadOnly;
        FileChanged if the logo is not of the version that was `seen`.
        """
        self.desk.demand(by, ADMINISTER, what=LOGO)
        name = logo_name(content) if content else ""
        with disk.locked(self.lock):
            now = self.logo.now()
            if seen != now[0]:
                raise FileChanged(LOGO)
            self._become(now, name, content, by)

    def undo(self, noted: Noted, by: Operator) -> None:
        """Have the logo that was there before this entry. NotAllowed; FileReadOnly; FileChanged if it is not as the
        entry left it; TextMistaken if that logo is not kept any more.
        """
        self.desk.demand(by, ADMINISTER, what=LOGO)
        with disk.locked(self.lock):
            now = self.logo.now()
            if _values(now[0]) != noted.after:
                raise FileChanged(LOGO)
            version = os.path.basename(str((noted.before or {}).get("kept", "")))
            try:
                content = disk.read(os.path.join(self.kept, version)) if version else b""
            except FileNotFoundError:
                raise TextMistaken([Sentence("The logo of that time is not kept any more.")]) from None
            self._become(now, "logo" + version[-4:] if version else "", content, by, noted.name)

    def _become(self, now: tuple[str, bytes], name: str, content: bytes, by: Operator, undoes: str = "") -> None:
        (before, earlier), after = now, version_of(name, content)
        if before == after:
            return
        if not may_write_in(self.logo.folder):
            raise FileReadOnly(LOGO)
        self._keep(before, earlier)
        self._keep(after, content)
        what = CHANGED if before and after else ADDED if after else REMOVED
        self.audit.note(by.name, what, LOGO, _values(before), _values(after), undoes)
        self.logo.write(name, content)

    def _keep(self, version: str, content: bytes) -> None:
        if version and not disk.is_there(os.path.join(self.kept, version)):
            disk.make_folder(self.kept)
            disk.write_new(os.path.join(self.kept, version), [content])


def _values(version: str) -> dict[str, Any] | None:
    """What the log says of a logo."""
    return {"kept": version} if version else None


def is_undoable(noted: Noted) -> bool:
    """Whether `Styling.undo` can take this entry back."""
    return noted.about == LOGO and noted.what in (ADDED, CHANGED, REMOVED)
