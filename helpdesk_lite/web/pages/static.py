"""Style sheets, scripts and the icon.

Guarantee: a file asked for by its version may be kept by the browser for good; any other name is not found.
"""

from __future__ import annotations

from helpdesk_lite import assets, disk
from helpdesk_lite.web.http import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request


def file(request: Request, house: House, name: str) -> Response:
    """The file `name`, compressed for those who take it so."""
    if name not in assets.TYPES:
        from helpdesk_lite.web.pages import problem

        return problem.page(request, house, 404)
    version = assets.versions(house.cache)[name]
    is_versioned = request.query.get("v") == version
    cache = "public, max-age=31536000, immutable" if is_versioned else "public, max-age=300"
    headers: tuple[tuple[str, str], ...] = (("Vary", "Accept-Encoding"),)
    if "gzip" in request.header("Accept-Encoding"):
        content = assets.compressed(house.cache, name)
        headers += (("Content-Encoding", "gzip"),)
    else:
        content = disk.read(assets.path(name))
    return Response(200, content, type=assets.TYPES[name], cache=cache, headers=headers)
