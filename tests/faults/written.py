"""What administrators write online, under faults: forms, letters' templates, colours, a logo; and undo.

The file is what it was or what it should be, whole; no change is without its entry in the log, which can be undone.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from helpdesk_lite.shelves.look import Colours, with_colours
from tests.faults.desks import FORM, HarmedDesk, Look, Request
from tests.faults.strace import Ended
from tests.faults.verb import Verb, done_once
from tests.shelves.test_look import PNG, SVG

Files = dict[str, bytes]  # by path, below the desk's folder
LOGO = "templates/look/logo"


class Text(NamedTuple):
    """A file that is written online, by its name in the log, and the page that does it, with what is typed there."""

    name: str
    page: str
    typed: dict[str, str]

    def request(self, desk: HarmedDesk, more: str = "", **typed: str) -> Request:
        """Post it from a page that shows the desk as it is now."""
        house = desk.house()
        seen = house.styling.logo.version() if self.name == LOGO else house.texts.read(self.name).version
        body = urlencode({**self.typed, **typed, "seen": seen})
        return Request(f"/administration/{self.page}{more}", "ada", body.encode())


OLD_FORM, NEW_FORM = {"forms/ask.html": FORM.encode()}, {"forms/ask.html": FORM.replace("Ask us", "Tell us").encode()}
CALL = {"forms/call.html": FORM.encode()}
TEMPLATE = {"templates/mail/notice.txt": b"{{ subject }}\n"}
COLOURS = Colours("#0b4f6b", "#7fd0ee")
CSS = {"templates/look/look.css": with_colours("", COLOURS).encode()}
PICTURES = {f"{LOGO}.svg": SVG}, {f"{LOGO}.png": PNG}


def _text(files: Files, page: str, **typed: str) -> Text:
    ((name, content),) = files.items()
    return Text(name, page, typed or {"text": content.decode()})


ASK, OTHER = _text(NEW_FORM, "forms/ask"), _text(CALL, "forms/call")
NOTICE, LOOK = _text(TEMPLATE, "letters/notice.txt"), _text(CSS, "look", **COLOURS._asdict())
VECTOR, PIXELS = (
    Text(LOGO, "look/logo", {"carried": b2a_base64(content).decode()}) for one in PICTURES for content in one.values()
)


def _written(
    name: str,
    kept: str,
    text: Text,
    before: Files,
    after: Files,
    request: Callable[[HarmedDesk], Request] | None = None,
    again: int = 303,
) -> Verb:
    """The files are as before or after, after if there was an answer; done again it is done, and it can be undone."""

    def is_done(desk: HarmedDesk, look: Look) -> bool:
        stem = text.name.removesuffix(".html")
        files = {path: content for path, content in look.written.items() if path.startswith(f"{stem}.") or path == stem}
        if text.name == LOGO:
            files = dict(sorted(files.items(), reverse=True)[:1])  # the one that counts: .svg, .png, .jpg
        assert files in (before, after), files
        assert files == before or _entries(desk, text) > (kept == "written")
        return files == after

    wanted = request or text.request
    once = done_once(name, kept, lambda desk, _: wanted(desk), is_done, again, "ada")

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        once.check(desk, ended, look)
        assert desk.ask(_undo(desk, text)).status == 303
        assert not is_done(desk, desk.look())

    return once._replace(check=check)


def _entries(desk: HarmedDesk, text: Text) -> int:
    """How often the log tells of the file."""
    audit = desk.house().audit
    assert audit.mistakes() == []
    return len(audit.about(text.name)[0])


def _undo(desk: HarmedDesk, text: Text) -> Request:
    """Undo what was done to it last."""
    (noted, *_), _ = desk.house().audit.about(text.name)
    return Request(f"/administration/log/{noted.name}/undo", "ada")


def _undo_first(desk: HarmedDesk) -> Request:
    """Undo the logo that the desk was given when it was made."""
    *_, noted = desk.house().audit.about(LOGO)[0]
    return Request(f"/administration/log/{noted.name}/undo", "ada")


def leave_written(desk: HarmedDesk) -> None:
    """A desk with a letter's template, colours and a logo of its own, which an administrator has made on the web."""
    desk.put_back("calm")
    for text in (NOTICE, LOOK, PIXELS):
        assert desk.ask(text.request(desk)).status == 303, text
    for path in desk.look().written:
        desk.age(desk.folder / path, 60)
    desk.keep("written")


VECTOR_ONLY, PIXELS_ONLY = PICTURES
WRITTEN = (
    _written("form", "calm", ASK, OLD_FORM, NEW_FORM),
    _written("new-form", "calm", OTHER, {}, CALL),
    _written("no-form", "calm", ASK, OLD_FORM, {}, lambda desk: ASK.request(desk, "/remove"), 404),
    _written(
        "form-off",
        "calm",
        ASK,
        OLD_FORM,
        {"forms/ask.html.off": FORM.encode()},
        lambda desk: ASK.request(desk, "/switch", to="off"),
    ),
    _written("letter", "calm", NOTICE, {}, TEMPLATE),
    _written("no-letter", "written", NOTICE, TEMPLATE, {}, lambda desk: NOTICE.request(desk, then="remove")),
    _written("colours", "calm", LOOK, {}, CSS),
    _written("no-colours", "written", LOOK, CSS, {}, lambda desk: LOOK.request(desk, then="usual")),
    _written("logo", "calm", VECTOR, {}, VECTOR_ONLY),
    _written("other-logo", "written", VECTOR, PIXELS_ONLY, VECTOR_ONLY),
    _written("no-logo", "written", VECTOR, PIXELS_ONLY, {}, lambda desk: VECTOR.request(desk, then="remove")),
    _written("undo-logo", "written", VECTOR, PIXELS_ONLY, {}, _undo_first, 409),
)
