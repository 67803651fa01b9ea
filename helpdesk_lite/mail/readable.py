"""HTML as readable plain text, for letters that bring nothing else.

Guarantee: any text gives an answer; what is not shown (scripts, styles, the head) is not in it.
It is text, not safe HTML: who puts it on a page escapes it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SILENT = frozenset(("script", "style", "head", "title", "template", "noscript"))
_BLOCK_TAGS = (
    "address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section table tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())


def text_of_html(html: str) -> str:
    """What a reader of `html` sees, a line for each block."""
    reader = _Reader()
    html = _finished(html)
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # html.parser on a malformed declaration, such as <![if x> cut short
        return re.sub(r"<[^<>]*>", " ", html)
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _finished(html: str) -> str:
    """`html` without comments and without a tag that never ends: html.parser looks for each end again and again,
    which takes quadratic time (CVE-2025-6069)."""
    pieces = []
    start = 0
    while (begin := html.find("<!--", start)) >= 0:
        pieces.append(html[start:begin])
        end = html.find("-->", begin + 4)
        start = end + 3 if end >= 0 else len(html)
    rest = "".join(pieces) + html[start:]
    last = rest.rfind(">") + 1
    return rest[:last] + rest[last:].partition("<")[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.found.append("\n\n" if tag == "p" else "\n")
        elif tag == "body":
            self._silent.clear()  # a head that was never closed ends here

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag in _BLOCKS:
            self.found.append("\n")
        elif tag in ("td", "th"):
            self.found.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(re.sub(r"\s+", " ", data))
