"""The HTML of a letter, made fit to be shown in a sandboxed frame.

Guarantee: what comes back runs no script, sends no form, loads nothing from anywhere but the pictures the caller names,
covers nothing with its styles, and its links lead out without a word about where they stood. It takes seconds at the
very worst: what would take longer is not shown. The frame, its sandbox and its policy are the caller's (web/): this is
the inner of two walls.
"""

from __future__ import annotations

import re
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 1_000_000  # characters
MOST_TAGS = 10_000
_MOST_ATTRIBUTES = 500  # between two `>`
_MOST_ANGLES = 50  # attributes with a `>` in their value

# Elements in b, i and their like are opened anew in each paragraph behind them, until they are closed: 26 kB become
# 16 MB of HTML and 500 MB of memory (HTML, 13.2.4.3). Under names that HTML does not know they are as all others.
_FORMATTING = "b|big|code|em|font|i|s|small|strike|strong|tt|u"
_FORMATTING_TAG = re.compile(rf"<(/?)({_FORMATTING}|nobr)(?=[\s/>])", re.IGNORECASE)
_RENAMED_TAG = re.compile(rf"<(/?)x-({_FORMATTING})(?=[ >])")
_TAG = re.compile(r"<[a-zA-Z]")
_ANY_TAG = re.compile(r"</?[a-zA-Z]")
_EMBEDDED = re.compile(r"data:[a-z]+/[a-z0-9.+-]{1,50};base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_ANGLE_IN_VALUE = re.compile(r"""=\s*(?:"[^">]*|'[^'>]*)>""")
_SPACE = re.compile(r"[\s/]")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TAGS = _set(
    "a abbr address article aside bdi bdo blockquote br caption center cite col colgroup dd del dfn div dl dt "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr img ins kbd li main nav ol p pre q rp rt ruby samp "
    "section span sub sup table tbody td tfoot th thead tr ul var wbr "
    + " ".join(f"x-{tag}" for tag in _FORMATTING.split("|"))
)
_SILENT = _set("script style title template svg math iframe object noframes noembed audio video canvas")
_CELL = _set("valign width height colspan rowspan bgcolor nowrap")
_ATTRIBUTES = {
    "*": _set("dir lang title align style"),
    "a": _set("href"),
    "img": _set("src alt width height"),
    "table": _set("border cellpadding cellspacing width bgcolor"),
    "tr": _set("valign bgcolor"),
    "td": _CELL,
    "th": _CELL,
    "col": _set("span width"),
    "ol": _set("start type"),
    "x-font": _set("color face size"),
}
_STYLES = _set(
    "color background-color font font-family font-size font-style font-weight font-variant text-align text-decoration "
    "text-indent text-transform line-height letter-spacing white-space vertical-align direction list-style-type "
    "padding padding-left padding-right padding-top padding-bottom border border-left border-right border-top "
    "border-bottom border-color border-style border-width border-collapse border-spacing border-radius width max-width "
    "display"
)
_DANGEROUS_STYLE = re.compile(r"[\\@<>]|(?:url|image|set|element|expression|fade|var|attr|src)\s?\(", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)


def safe_html(html: str, pictures: Mapping[str, str]) -> str:
    """`html` with what is harmless of it; "" if it is too long or too intricate to be looked through.

    `pictures` tells for a Content-ID (without angle brackets) where the letter's own picture is served.
    """
    html = _EMBEDDED.sub("", html.encode("utf-8", "replace").decode())
    if len(html) > LONGEST or _is_intricate(html):
        return ""
    import nh3

    found = nh3.clean(
        _FORMATTING_TAG.sub(r"<\1x-\2", html),
        tags=set(_TAGS),
        clean_content_tags=set(_SILENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=partial(_attribute, pictures),
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto", "cid"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )
    return _RENAMED_TAG.sub(r"<\1\2", found)


def _attribute(pictures: Mapping[str, str], tag: str, name: str, value: str) -> str | None:
    """What stays of an attribute; None if it goes."""
    if name == "src":
        is_own = tag == "img" and value[:4].lower() == "cid:"
        return pictures.get(_unquoted(value[4:])) if is_own else None
    if name == "href":
        return value if _LINK.match(value) else None
    if name == "style":
        return ";".join(rule for rule in value.split(";") if not _DANGEROUS_STYLE.search(rule)) or None
    return value


def _unquoted(text: str) -> str:
    raw = _PERCENT.sub(lambda found: chr(int(found[1], 16)), text)
    return raw.encode("latin-1", "replace").decode("utf-8", "replace") if raw != text else text


def _is_intricate(html: str) -> bool:
    """Whether a parser may take more than seconds: for depth and for attributes of one tag it is quadratic.

    However the text is cut into tags, a tag's attributes stand between two `>`, but for those in attribute values.
    """
    if sum(1 for _ in _TAG.finditer(html)) > MOST_TAGS:
        return True
    in_values = {found.end() for found in _ANGLE_IN_VALUE.finditer(html)}
    if len(in_values) > _MOST_ANGLES:
        return True
    start = 0
    while start < len(html):
        end = html.find(">", start)
        end = len(html) if end < 0 else end
        tag = None if start in in_values else _ANY_TAG.search(html, start, end)
        begin = tag.start() if tag else start if start in in_values else end
        if sum(1 for _ in _SPACE.finditer(html, begin, end)) > _MOST_ATTRIBUTES:
            return True
        start = end + 1
    return False
