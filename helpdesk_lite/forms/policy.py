"""The Content-Security-Policy of one page: only what its author wrote into it may load and run.

Guarantee: never `unsafe-inline` and never `unsafe-eval`; inline styles and scripts are allowed by their hash, other
sites by exact origin, only where the page names them (CSP Level 3). Event handler attributes stay blocked (`form
check` says so).
"""

from __future__ import annotations

import re

from helpdesk_lite.forms.markup import Tag, content_end, unescape
from helpdesk_lite.forms.tree import collapsed

_ORIGIN = re.compile(r"(https?:)?//([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(?=[/?#]|$)", re.IGNORECASE)
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", re.IGNORECASE)
# element and attribute, and which directives its address needs
_LOADS = {
    ("script", "src"): ("script-src",),
    ("img", "src"): ("img-src",),
    ("img", "srcset"): ("img-src",),
    ("source", "srcset"): ("img-src",),
    ("source", "src"): ("media-src",),
    ("input", "src"): ("img-src",),
    ("video", "poster"): ("img-src",),
    ("video", "src"): ("media-src",),
    ("audio", "src"): ("media-src",),
    ("track", "src"): ("media-src",),
    ("iframe", "src"): ("frame-src",),
}
_LINKS = {
    "stylesheet": ("style-src",),
    "icon": ("img-src",),
    "apple-touch-icon": ("img-src",),
    "manifest": ("manifest-src",),
    "preload": ("font-src", "img-src", "style-src"),
    "modulepreload": ("script-src",),
}
_FIXED = {"default-src": ["'none'"], "base-uri": ["'none'"], "form-action": ["'self'"], "frame-ancestors": ["'self'"]}
_OWN = ("style-src", "img-src", "font-src", "script-src", "connect-src", "media-src", "manifest-src")


def policy_of(text: str, tags: list[Tag]) -> str:
    """The policy for the page `text`, whose tags are `tags`."""
    allowed: dict[str, list[str]] = {directive: ["'self'"] for directive in _OWN}
    for tag in tags:
        if tag.closes:
            continue
        if tag.name in ("style", "script") and (tag.name == "style" or tag.get("src") is None):
            content = text[tag.end : content_end(text, tag)]
            _allow(allowed, f"{tag.name}-src", _hash(content))
            if tag.name == "style":
                _allow_css(allowed, content)
        style = tag.get("style")
        if style:
            _allow(allowed, "style-src", "'unsafe-hashes'")
            _allow(allowed, "style-src", _hash(style))
            _allow_css(allowed, style)
        for source, directives in _loads_of(tag):
            for directive in directives:
                _allow(allowed, directive, source)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in {**_FIXED, **allowed}.items())


def _loads_of(tag: Tag) -> list[tuple[str, tuple[str, ...]]]:
    """The origins that the tag loads from, each with the directives it needs."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for (name, attribute), directives in _LOADS.items():
        if name == tag.name and (value := tag.get(attribute)):
            addresses = value.split(",") if attribute == "srcset" else [value]
            found += [(origin, directives) for address in addresses if (origin := origin_of(address))]
    if tag.name == "link" and (origin := origin_of(tag.get("href") or "")):
        kinds = collapsed(tag.get("rel") or "").lower().split(" ")
        found += [(origin, _LINKS[kind]) for kind in kinds if kind in _LINKS]
    return found


def origin_of(address: str) -> str:
    """Scheme, host and port of an address on another site, or `data:`; empty for one on this site."""
    address = address.strip("\t\n\f\r ")
    if address[:5].lower() == "data:":
        return "data:"
    found = _ORIGIN.match(address)
    return found[0].removeprefix("//") if found else ""


def _allow(allowed: dict[str, list[str]], directive: str, source: str) -> None:
    sources = allowed.setdefault(directive, [])
    if source not in sources and not (source == "data:" and directive not in ("img-src", "font-src", "media-src")):
        sources.append(source)


def _allow_css(allowed: dict[str, list[str]], css: str) -> None:
    for url, imported in _CSS_URL.findall(css):
        if origin := origin_of(unescape(url or imported)):
            for directive in ("style-src",) if imported else ("img-src", "font-src", "style-src"):
                _allow(allowed, directive, origin)


def _hash(content: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
