"""The tags of an HTML text and where they stand, so that a page can be changed without being rewritten.

Guarantee: tags are found as the HTML standard's tokenizer finds them (13.2.5), in one pass over any text; an edited
text differs from the original only where it was edited. It builds no tree (tree) and never fails on bad markup.
"""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SPACE = "\t\n\f\r "
_NAME = re.compile(r"[a-zA-Z][^\t\n\f\r />]*")
_BETWEEN = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE = re.compile(r"(=?[^\t\n\f\r />=]*)")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
_COMMENT_END = re.compile(r"--!?>")
RAW = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"))
_NEVER_CLOSED = "area base br col embed hr img input link meta source track wbr"
VOID = frozenset(_NEVER_CLOSED.split())
_CLOSED_BY_OTHERS = "html head body p li dt dd option optgroup tr td th thead tbody tfoot colgroup caption rb rt rp rtc"
_ENDS_BY_ITSELF = frozenset(_CLOSED_BY_OTHERS.split())


class Attribute(NamedTuple):
    """One attribute as written: `start` to `end` in the text, its value still with character references."""

    name: str
    value: str
    start: int
    end: int


class Tag(NamedTuple):
    """A start tag, or an end tag when `closes`: from `start` to `end` in the text; `name` in lower case."""

    name: str
    start: int
    end: int
    closes: bool
    attributes: tuple[Attribute, ...]

    def get(self, name: str) -> str | None:
        """The value of the attribute `name` with references resolved; None if the tag lacks it."""
        for attribute in self.attributes:
            if attribute.name == name:
                return unescape(attribute.value)
        return None


class Edit(NamedTuple):
    """Replace what stands from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


def scan(text: str) -> list[Tag]:
    """Every tag of `text`, in order; nothing inside comments, scripts and other raw text counts as one."""
    tags: list[Tag] = []
    foreign = 0  # how many <svg> and <math> are open: in there, no element holds raw text
    at = text.find("<")
    while at >= 0:
        found = _tag_at(text, at)
        if found is None:
            at = text.find("<", _after_other(text, at))
            continue
        tags.append(found)
        at = found.end
        if found.name in ("svg", "math"):
            foreign = max(0, foreign + (-1 if found.closes else 1))
        elif not found.closes and found.name == "plaintext":
            break
        elif not found.closes and found.name in RAW and not foreign:
            at = _raw_end(text, at, found.name)
        at = text.find("<", at)
    return tags


def _tag_at(text: str, at: int) -> Tag | None:
    """The tag that begins with the < at `at`; None if it is none, or is never finished."""
    closes = text.startswith("</", at)
    named = _NAME.match(text, at + 1 + closes)
    if named is None:
        return None
    attributes: list[Attribute] = []
    here = named.end()
    while True:
        here = _BETWEEN.match(text, here).end()  # type: ignore[union-attr]
        if here >= len(text):
            return None
        if text[here] == ">":
            return Tag(named[0].lower(), at, here + 1, closes, tuple(attributes))
        attribute = _attribute_at(text, here)
        if attribute is None:
            return None
        attributes.append(attribute)
        here = attribute.end


def _attribute_at(text: str, at: int) -> Attribute | None:
    """The attribute that begins at `at`; None if its quotes are never closed."""
    named = _ATTRIBUTE.match(text, at)
    assert named is not None
    name, here = named[0].lower(), named.end()
    equals = _EQUALS.match(text, here)
    if equals is None:
        return Attribute(name, "", at, here)
    here = equals.end()
    quote = text[here : here + 1]
    if quote in ('"', "'") and quote:
        end = text.find(quote, here + 1)
        return None if end < 0 else Attribute(name, text[here + 1 : end], at, end + 1)
    value = _UNQUOTED.match(text, here)
    assert value is not None
    return Attribute(name, value[0], at, value.end())


def _after_other(text: str, at: int) -> int:
    """Where reading goes on after a < that begins no tag: behind a comment, or behind a mere character."""
    if text.startswith("<!--", at):
        for short in ("<!-->", "<!--->"):
            if text.startswith(short, at):
                return at + len(short)
        end = _COMMENT_END.search(text, at + 4)
        return end.end() if end else len(text)
    if text.startswith(("<!", "<?", "</"), at):
        if _NAME.match(text, at + 2) and text[at + 1] == "/":
            return len(text)  # an end tag that never ends swallows the rest
        end_at = text.find(">", at)
        return end_at + 1 if end_at >= 0 else len(text)
    return len(text) if _NAME.match(text, at + 1) else at + 1


def _raw_end(text: str, at: int, name: str) -> int:
    """Where the end tag of the raw text element `name` begins, whose content begins at `at`."""
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII).search(text, at)
    return end.start() if end else len(text)


def content_end(text: str, tag: Tag) -> int:
    """Where the text inside a raw element's start tag `tag` ends."""
    return _raw_end(text, tag.end, tag.name)


def depth(tags: Iterable[Tag]) -> int:
    """About how many elements lie in each other at the deepest place; those that end by themselves do not count."""
    here = deepest = 0
    for tag in tags:
        if tag.name not in VOID and tag.name not in _ENDS_BY_ITSELF:
            here = max(0, here + (-1 if tag.closes else 1))
            deepest = max(deepest, here)
    return deepest


def line_of(text: str, at: int) -> int:
    """The line, from 1, on which the character at `at` stands."""
    return text.count("\n", 0, at) + 1


def edited(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all edits made. Those that begin at one place keep their order; overlapping ones are not allowed."""
    pieces: list[str] = []
    here = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        assert edit.start >= here, "two edits overlap"
        pieces += (text[here : edit.start], edit.text)
        here = edit.end
    return "".join(pieces) + text[here:]


def changed_tag(text: str, tag: Tag, changes: Mapping[str, str | None]) -> str:
    """The start tag `tag` of `text` with attributes set to a value, or taken away where the value is None."""
    pieces: list[str] = []
    here = tag.start
    for attribute in tag.attributes:
        if attribute.name in changes:
            pieces.append(text[here : attribute.start].rstrip(_SPACE))
            here = attribute.end
    pieces.append(text[here : tag.end])
    whole = "".join(pieces)
    added = "".join(
        f" {name}" if value == "" else f' {name}="{value if isinstance(value, Written) else escape(value)}"'
        for name, value in changes.items()
        if value is not None
    )
    after_name = 1 + len(tag.name)
    return whole[:after_name] + added + whole[after_name:]


class Written(str):
    """Text that is HTML already and must not be escaped again."""

    __slots__ = ()


PLACE = "\ue000\ue001"  # begins what a page leaves open; typed text cannot hold it, as `escape` takes it apart


def escape(text: str) -> str:
    """`text` so that HTML shows it as typed, inside an element or inside quotes."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
        .replace("\ue000", "&#xE000;")
    )


def unescape(text: str) -> str:
    """`text` with its character references resolved."""
    if "&" not in text:
        return text
    import html

    return html.unescape(text)
