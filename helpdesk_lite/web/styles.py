"""Pages that have a style of their own beside our style sheets: each one allowed by its hash (CSP level 3, 8.2).

Guarantee: no other style counts, and nothing else than styles is allowed that the usual policy does not.
"""

from __future__ import annotations

from helpdesk_lite.web.http import POLICY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def policy(sheets: Iterable[str], attributes: Iterable[str] = ()) -> str:
    """The policy of a page with these <style> elements, and these `style` attributes."""
    hashes = dict.fromkeys(map(_hash, sheets))
    inline = dict.fromkeys(map(_hash, attributes))
    sources = [*hashes, *(["'unsafe-hashes'"] if inline else []), *inline]
    return POLICY.replace("style-src 'self'", " ".join(["style-src 'self'", *sources]))


def inside(html: str) -> tuple[list[str], list[str]]:
    """The contents of the <style> elements in a page, and of its `style` attributes."""
    from helpdesk_lite.forms.markup import content_end, scan

    tags = [tag for tag in scan(html) if not tag.closes]
    sheets = [html[tag.end : content_end(html, tag)] for tag in tags if tag.name == "style"]
    return sheets, [style for tag in tags if (style := tag.get("style"))]


def _hash(text: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
