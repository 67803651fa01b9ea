"""Style sheets, scripts, the icon, and what the desk has of its own: look.css and a logo.

Guarantee: a file asked for by its version may be kept by the browser for good; a logo is a picture and nothing else,
however it is opened; any other name is not found.
"""

from __future__ import annotations

from helpdesk_lite import assets, disk
from helpdesk_lite.web.http import POLICY, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request

# An SVG has styles of its own; opened by itself it may do nothing else (CSP level 3).
_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def file(request: Request, house: House, name: str) -> Response:
    """The file `name`, compressed for those who take it so."""
    if name in assets.TYPES:
        path, kind, version = assets.path(name), assets.TYPES[name], assets.versions(house.cache)[name]
    else:
        own = assets.look(house.root.templates)
        if name not in own:
            from helpdesk_lite.web.pages import problem

            return problem.page(request, house, 404)
        path, kind, version = own[name], assets.LOOK[name], assets.look_versions(house.cache, own)[name]
    is_versioned = request.query.get("v") == version
    cache = "public, max-age=31536000, immutable" if is_versioned else "public, max-age=300"
    policy = _PICTURE if kind.startswith("image/") else POLICY
    headers: tuple[tuple[str, str], ...] = (("Vary", "Accept-Encoding"),)
    is_text = kind not in ("image/png", "image/jpeg")
    if is_text and "gzip" in request.header("Accept-Encoding"):
        content = assets.compressed(house.cache, name, path)
        headers += (("Content-Encoding", "gzip"),)
    else:
        content = disk.read(path)
    return Response(200, content, type=kind, policy=policy, cache=cache, headers=headers)
