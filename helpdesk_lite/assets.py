"""What the desk's own pages are made of: style sheets, scripts, the icon, and the files a page changes with.

Guarantee: an address names the very bytes it stands for, so browsers may keep them for good, and a new version of the
program, or of the desk's own look, has new addresses. It serves nothing (web/pages/static does).
"""

from __future__ import annotations

import os
from binascii import crc32

from helpdesk_lite import disk
from helpdesk_lite.words import i18n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.cache import Cache

TYPES = {
    "simple.css": "text/css; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "drafts.js": "text/javascript; charset=utf-8",
    "queue.js": "text/javascript; charset=utf-8",
    "times.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
LOOK = {  # what a desk may have of its own in templates/look/; of several logos the first counts
    "look.css": "text/css; charset=utf-8",
    "logo.svg": "image/svg+xml",
    "logo.png": "image/png",
    "logo.jpg": "image/jpeg",
}
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "web", "static")


def path(name: str) -> str:
    """Where the file lies; `name` is a key of `TYPES`."""
    return os.path.join(_FOLDER, name)


def look(template_paths: tuple[str, ...]) -> dict[str, str]:
    """Where the files of the desk's own look lie, by name, in the order of `LOOK`; it costs nothing to have none."""
    folder = os.path.join(template_paths[0], "look")
    there = disk.names(folder)
    found = {name: os.path.join(folder, name) for name in LOOK if name in there} if there else {}
    return {name: path for name, path in found.items() if os.access(path, os.R_OK)}


def page_sources(template_paths: tuple[str, ...], language: str) -> list[str]:
    """Every file that may change what a page made of the templates says: these, ours, and the language's texts."""
    found = [*_paths(), *look(template_paths).values()]
    for folder in template_paths:
        pages = os.path.join(folder, "pages")
        found += [os.path.join(pages, name) for name in disk.names(pages)]
    return [*found, i18n.catalogue_path(language)]


def versions(cache: Cache) -> dict[str, str]:
    """For each file, eight characters that change when its bytes do."""
    found: dict[str, str] = cache.get("static", _paths(), _versions)
    return found


def compressed(cache: Cache, name: str, path: str) -> bytes:
    """The bytes of the file at `path`, which is called this, in the gzip format (RFC 1952)."""
    found: bytes = cache.get(f"static-{name}", [path], lambda: _compressed(disk.read(path)))
    return found


def addresses(cache: Cache, base: str, template_paths: tuple[str, ...]) -> dict[str, str]:
    """Each file's address below `base`, with its version: `static["style.css"]` in the templates.

    Of the desk's own look `look.css` and `logo`, if there are any.
    """
    found = versions(cache)
    own = look(template_paths)
    if own:
        found = {**found, **look_versions(cache, own)}
    told = {name: f"{base}/static/{name}?v={version}" for name, version in found.items()}
    logo = next((name for name in own if name != "look.css"), "")
    return {**told, "logo": told[logo]} if logo else told


def look_versions(cache: Cache, own: dict[str, str]) -> dict[str, str]:
    """The same as `versions` for the files of the desk's own look."""
    found: dict[str, str] = cache.get(
        "look", own.values(), lambda: {name: f"{crc32(disk.read(path)):08x}" for name, path in own.items()}
    )
    return found


def _versions() -> dict[str, str]:
    return {name: f"{crc32(disk.read(path(name))):08x}" for name in TYPES}


def _compressed(content: bytes) -> bytes:
    import gzip

    return gzip.compress(content, mtime=0)


def _paths() -> list[str]:
    return [path(name) for name in TYPES]
