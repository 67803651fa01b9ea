"""Two desks on one machine: the first has a category, council, that the second alone keeps."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.mail.arrivals import Envelope
from tests.access.browser import Answer, Browser
from tests.examples import ADMIN, BOB, INES
from tests.servers import change_settings

FIRST, SECOND = "http://help.example.org/desk", "http://help.example.org/council"
CATEGORY = 'title = "Works council"\ndesk = "../council"\naddresses = ["council@example.org"]\n'
FORM = """\
<title>Ask</title>
<label>Email <input name="email" type="email" required></label>
<label>About <select name="category"><option value="">Else<option value="council">Council</select></label>
<label>Message <textarea name="message" required></textarea></label>
<label>Paper <input name="paper" type="file"></label>
"""


class TwoDesks:
    """The desks in folder/desk and folder/council, as this process sees them now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, url in (("desk", FIRST), ("council", SECOND)):
            root = make_desk(str(folder / name)).path
            address = f"{name}@example.org" if name == "council" else "helpdesk@example.org"
            change_settings(Path(root), url=url, address=address, broadcast=[f"{name}-all@example.org"])
            for form in Path(root, "forms").iterdir():
                form.unlink()
            for one in (INES, BOB, ADMIN):
                self.write(name, f"operators/{one.name}.toml", f'email = "{one.email}"\nrole = "{one.role}"\n')
        (folder / "desk" / "forms" / "ask.html").write_text(FORM)
        self.write("desk", "categories/council.toml", CATEGORY)

    @property
    def first(self) -> Any:
        """The first desk."""
        return assemble.house(make_desk(str(self.folder / "desk")))

    @property
    def second(self) -> Any:
        """The one that keeps what is about the council."""
        return assemble.house(make_desk(str(self.folder / "council")))

    def write(self, name: str, file: str, text: str) -> Path:
        """A file in one desk's data/."""
        path = self.folder / name / "data" / file
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text)
        os.chmod(path, 0o600)
        return path

    def asked(self, category: str = "council", message: str = "It burns.", **environ: str) -> Answer:
        """The first desk's answer to its form, filled in."""
        fields = {"email": "jane@example.com", "category": category, "message": message}
        return Browser(self.first, wsgi_errors="", **environ).post("/forms/ask", fields)

    def receive(self, raw: bytes, *recipients: str, door: str = "lmtp") -> Any:
        """What became of a letter at the first desk."""
        return self.first.intake.receive(io.BytesIO(raw), Envelope(door, "jane@example.com", recipients))

    def numbers(self, house: Any) -> list[str]:
        """All tickets of this desk."""
        return [number for state in ("pending", "claimed", "closed") for number in house.store.numbers(state)]

    def findings(self, house: Any) -> list[str]:
        """What `verify` says of it."""
        return [finding.said for finding in assemble.verifier(house).findings()]
