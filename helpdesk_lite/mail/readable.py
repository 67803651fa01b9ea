"""HTML as readable plain text, for letters that bring nothing else.

Guarantee: any text gives an answer, in a time that grows with its length; what is not shown (scripts, styles, the head)
is not in it; what mail programs mark as quoted has `>` before each line. It is text, not safe HTML: who puts it on a
page escapes it. (It only cuts the text into tags: building the tree could make gigabytes of little, mail/sanitise.)
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SILENT = frozenset(("script", "style", "head", "title", "template", "noscript"))
_BLOCK_TAGS = (
    "address article aside blockquote center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section table tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_APART = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "figure"))  # by a blank line
_DEEPEST_QUOTE = 20
_DEEPEST_SILENCE = 100
_LONGEST_LINK = 300
_WHITE = re.compile(r"[ \t\r\n\f]+")


def text_of_html(html: str) -> str:
    """What a reader of `html` sees, a line for each block; links with where they lead."""
    reader = _Reader()
    html = _finished(html)
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # html.parser on a malformed declaration, such as <![if x> cut short
        return re.sub(r"<[^<>]*>", " ", html)
    return reader.text()


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
        self._lines: list[str] = []
        self._line: list[str] = []  # the pieces of the line that is open
        self._silent: list[str] = []
        self._quotes: list[bool] = []  # for each open blockquote, whether it is a quote
        self._depth = 0
        self._is_apart = False  # the next line stands apart from the last
        self._in_pre = False
        self._link = ""
        self._linked = 0  # pieces of the line before the open link

    def text(self) -> str:
        """What was read, without blank lines around it."""
        self._end_line()
        return re.sub("\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            if len(self._silent) < _DEEPEST_SILENCE:
                self._silent.append(tag)
        elif tag == "br":
            self._break_line()
        elif tag in _BLOCKS:
            self._block(tag)
            if tag == "blockquote":
                self._begin_quote(dict(attrs))
            elif tag == "li":
                self._line.append("- ")
        elif tag in ("td", "th"):
            self._line.append(" ")
        elif tag == "body":
            self._silent.clear()  # a head that was never closed ends here
        elif tag == "a":
            self._end_link()
            self._link, self._linked = (dict(attrs).get("href") or "").strip(), len(self._line)
        self._in_pre = self._in_pre or tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag in _BLOCKS:
            self._block(tag)
            if tag == "blockquote" and self._quotes:
                self._depth -= self._quotes.pop()
        elif tag == "a":
            self._end_link()
        self._in_pre = self._in_pre and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_pre:
            first, *more = data.replace("\r\n", "\n").split("\n")
            self._line.append(first)
            for line in more:
                self._break_line()
                self._line.append(line)
        else:
            self._line.append(_WHITE.sub(" ", data))

    def _begin_quote(self, attributes: dict[str, str | None]) -> None:
        """Writers indent with <blockquote> too: it quotes if the mail program says so, or within another quote."""
        said = f"{attributes.get('class') or ''} {attributes.get('type') or ''} {attributes.get('id') or ''}".lower()
        is_quote = "quote" in said or "cite" in said or "cite" in attributes or self._depth > 0
        self._quotes.append(is_quote)
        self._depth += is_quote

    def _end_link(self) -> None:
        link, self._link = self._link, ""
        if not link.lower().startswith(("http://", "https://", "mailto:")) or len(link) > _LONGEST_LINK:
            return
        said = "".join(self._line[self._linked :]).strip()
        plain = re.sub(r"^(?:https?://|mailto:)(?:www\.)?", "", link, flags=re.IGNORECASE).rstrip("/")
        if said and plain.lower() not in said.lower():
            self._line.append(f" <{link}>")

    def _block(self, tag: str) -> None:
        """A block begins or ends here."""
        self._end_line()
        self._is_apart = self._is_apart or tag in _APART

    def _end_line(self) -> None:
        """Put the open line away, if there is something on it."""
        if "".join(self._line).strip():
            self._break_line()
        self._line, self._linked = [], 0

    def _break_line(self) -> None:
        text = "".join(self._line)
        text = text.rstrip() if self._in_pre else " ".join(text.split())
        mark = ">" * min(self._depth, _DEEPEST_QUOTE)
        if self._is_apart and self._lines and self._lines[-1].strip(">"):
            self._lines.append(mark if self._lines[-1].startswith(">") else "")
        self._is_apart = False
        self._lines.append(f"{mark} {text}" if mark and text else mark or text)
        self._line, self._linked = [], 0
