"""The HTML of a letter as a page of its own: nothing in it runs, loads, sends, or looks like the desk's own pages.

Guarantee: the page's policy allows one style sheet, whose hash it names, and pictures that are in the page itself; no
address is asked for anything. The letter's `style` attributes become rules of that sheet, so that the policy needs no
`unsafe-inline`. What of the HTML is harmless is decided in mail/sanitise; the policy holds where that fails.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite.web.render import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.mail.parse import Part
    from helpdesk_lite.words.i18n import Translation

MOST_PICTURES = 8_000_000  # bytes of pictures in one page
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# A letter's own links open in windows of their own, which are not in the sandbox.
_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'sha256-{}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LOOK = (
    ":root{color-scheme:light;background:#fff;color:#1c2421;font:1rem/1.5 system-ui,sans-serif}body{margin:0}"
    "body>header{padding:1rem 1.25rem;background:#f1f4f0;border-bottom:1px solid #dde2dd}"
    "body>header>*{margin:0;overflow-wrap:anywhere}body>header h1{font-size:1.2rem}"
    "main{padding:1.25rem;overflow-x:auto;overflow-wrap:anywhere}main img{max-width:100%;height:auto}"
    "main :is(pre,blockquote){white-space:pre-wrap}main blockquote{margin:0 0 0 .5rem;padding-left:.75rem;"
    "border-left:2px solid #dde2dd}"
)
_EDGE = "\x00"  # around a picture's number; sanitised HTML has no such character
_ELEMENT = re.compile(r'<([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")+)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
# Declarations that cannot end their rule: no braces, no comments, quotes and parentheses in pairs.
_DECLARATIONS = re.compile(
    r"""(?:[\w\s#%.,:;!+-]|'[\w\s.,-]*+'|"[\w\s.,-]*+"|\([\w\s#%.,+-]*+\))*+""",
)


class Frame(NamedTuple):
    """What stands around the letter: a title, the way back to the ticket, and in which language that is said."""

    title: str
    back: str
    language: str
    said: Translation


class Page:
    """The page, in pieces, and the `policy` under which it is sent. `close` closes the letter's file."""

    def __init__(self, policy: str, head: str, body: str, file: BinaryIO, shown: list[Part]) -> None:
        self.policy = policy
        self._head, self._body = head, body
        self._file, self._shown = file, shown

    def __iter__(self) -> Iterator[bytes]:
        left = MOST_PICTURES
        yield self._head.encode("utf-8", "replace")
        for place, said in enumerate(self._body.split(_EDGE)):
            if place % 2 == 0:
                yield said.encode("utf-8", "replace")
            elif (part := self._shown[int(said)]).size <= left:
                left -= part.size
                yield f"data:{part.type};base64,".encode()
                yield from _as_base64(self._file, part)
        yield b"</main></body></html>"

    def close(self) -> None:
        """Nobody wants more of it."""
        self._file.close()


def page(file: BinaryIO, parts: list[Part], html: str, frame: Frame) -> Page:
    """The page for the letter in `file` with these `parts` and this `html`. The file is read while the page is."""
    from helpdesk_lite.mail.sanitise import safe_html

    shown = [part for part in parts if part.content_id and part.type in _PICTURES]
    holes = {part.content_id: f"{_EDGE}{number}{_EDGE}" for number, part in enumerate(shown)}
    body, rules = styled(safe_html(html.replace(_EDGE, ""), holes))
    said = frame.said
    words = said.gettext("Nothing in it is fetched from elsewhere.")
    if not body.strip():
        words = said.gettext(
            "There is nothing in its HTML that could be shown safely. The text is on the ticket's page."
        )
    sheet = _LOOK + rules
    head = (
        f'<!doctype html><html lang="{escaped(frame.language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escaped(frame.title)}</title>'
        f"<style>{sheet}</style></head><body><header><h1>{escaped(frame.title)}</h1><p>{escaped(words)} "
        f'<a href="{escaped(frame.back)}">{escaped(said.gettext("Back to the ticket"))}</a></p></header><main>'
    )
    return Page(_POLICY.format(_digest(sheet)), head, body, file, shown)


def styled(html: str) -> tuple[str, str]:
    """`html` as mail/sanitise writes it, with a class in place of each `style`, and the rules of these classes."""
    classes: dict[str, str] = {}
    body = _ELEMENT.sub(lambda found: f"<{found[1]}{_ATTRIBUTE.sub(_classed(classes), found[2])}>", html)
    return body, "".join(f"main .{name}{{{style}}}" for style, name in classes.items())


def _classed(classes: dict[str, str]) -> Callable[[re.Match[str]], str]:
    from html import unescape

    def classed(found: re.Match[str]) -> str:
        if found[1] != "style":
            return found[0]
        style = " ".join(unescape(found[2]).split())
        if not style or not _DECLARATIONS.fullmatch(style):
            return ""
        return f' class="{classes.setdefault(style, f"s{len(classes)}")}"'

    return classed


def _digest(sheet: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return b64encode(sha256(sheet.encode()).digest()).decode()


def _as_base64(file: BinaryIO, part: Part) -> Iterator[bytes]:
    from binascii import b2a_base64

    from helpdesk_lite.mail import parse

    left = b""
    for piece in parse.decoded(file, part):
        left += piece
        whole = len(left) - len(left) % 3
        yield b2a_base64(left[:whole], newline=False)
        left = left[whole:]
    yield b2a_base64(left, newline=False)
