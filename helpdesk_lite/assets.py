"""The style sheets, scripts and icon of the desk's own pages, and the addresses that let browsers keep them for good.

Guarantee: an address names the very bytes it stands for, so a new version of the program has new addresses.
It serves nothing (web/pages/static does).
"""

from __future__ import annotations

import os
from binascii import crc32

from helpdesk_lite import disk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.cache import Cache

TYPES = {
    "simple.css": "text/css; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "queue.js": "text/javascript; charset=utf-8",
    "times.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "web", "static")


def path(name: str) -> str:
    """Where the file lies; `name` is a key of `TYPES`."""
    return os.path.join(_FOLDER, name)


def paths() -> list[str]:
    """All the files: what a page made with `addresses` depends on."""
    return [path(name) for name in TYPES]


def version_of(content: bytes) -> str:
    """Eight characters that change when the file's bytes do."""
    return f"{crc32(content):08x}"


def addresses(cache: Cache, base: str) -> dict[str, str]:
    """Each file's address below `base`, with its version: `static["style.css"]` in the templates."""
    versions = cache.get("static", paths(), lambda: {name: version_of(disk.read(path(name))) for name in TYPES})
    return {name: f"{base}/static/{name}?v={found}" for name, found in versions.items()}
