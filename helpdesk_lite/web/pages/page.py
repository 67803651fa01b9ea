"""One way to answer with a page: what every template may rely on, put beside the values of this one.

Guarantee: a page has the desk's name, the reader's language, and the bar of the operator who is signed in.
"""

from __future__ import annotations

from contextlib import suppress

from helpdesk_lite.web.http import POLICY, Response, see_other
from helpdesk_lite.words.errors import DeskError, FileChanged, FileReadOnly, Mistaken
from helpdesk_lite.words.i18n import told
from helpdesk_lite.words.rights import ADMINISTER, SHOW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request
    from helpdesk_lite.words.i18n import Translation

NOT_SAVED = (FileChanged, FileReadOnly, Mistaken)


def signed_in(request: Request) -> Operator:
    """The operator who asks, on a page that web/app lets nobody else see."""
    assert request.operator is not None
    return request.operator


def administrator(request: Request, house: House) -> Operator:
    """The operator who asks, if they may administer the desk. NotAllowed, which stands in the audit log."""
    operator = signed_in(request)
    house.desk.demand(operator, ADMINISTER, what=request.path)
    return operator


def from_here(house: House, what: str, said: Translation) -> str:
    """What is wrong with a file, in the reader's language, its path from the desk's folder on."""
    return told(what, said).replace(f"{house.root.path}/", "")


def on_to(request: Request, house: House, number: str, otherwise: str) -> Response:
    """On to the ticket, if who asks may see it now, else to that page.

    What was asked for is done: that the disk fails only now changes nothing about it.
    """
    with suppress(OSError, DeskError):
        if house.desk.may(signed_in(request), SHOW, house.store.read(number)):
            otherwise = f"/tickets/{number}"
    return see_other(request, otherwise)


def typed_level(said: str) -> int:
    """The level that was filled in; 0, which is none, for what is no small number."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0


def read_only(wrong: FileReadOnly, said: Translation) -> str:
    """That the desk may not write this file, and what to do about it."""
    words = said.gettext(
        "The desk may not write %(name)s, so nothing is saved. Change the file by hand, by FTP for example, or let the "
        "user that runs the desk write into its folder."
    )
    return words % {"name": wrong.name}


def not_saved(wrong: DeskError, changed: str, said: Translation) -> tuple[list[str], int]:
    """Why a file is NOT_SAVED, in sentences, and the status: 422 for mistakes, else 409.

    `changed` is what to say if somebody changed it meanwhile.
    """
    if isinstance(wrong, Mistaken):
        return [told(one, said) for one in wrong.mistakes], 422
    return [read_only(wrong, said) if isinstance(wrong, FileReadOnly) else changed], 409


def page(
    request: Request,
    house: House,
    template: str,
    values: dict[str, Any],
    status: int = 200,
    here: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    policy: str = POLICY,
) -> Response:
    """The page that templates/pages/`template` makes of `values`. `here` is the link of the bar that this page is."""
    is_admin = request.operator is not None and request.operator.is_admin
    everywhere = {
        "desk_name": house.settings.name,
        "operator": request.operator,
        "here": here,
        "is_admin": is_admin,
    }
    html = house.render.full(f"pages/{template}", request.language, request.base, {**everywhere, **values})
    return Response(status, html, policy=policy, headers=headers)


def framed_page(
    request: Request,
    house: House,
    template: str,
    shape: dict[str, Any],
    holes: dict[str, Any],
    here: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The same page from its frame (render.Render.framed): for pages that are asked for all day long."""
    shape = {"here": here, **shape}
    holes = {"desk_name": house.settings.name, **holes}
    if request.operator is not None:
        holes["operator"] = {"name": request.operator.name}
        shape["is_admin"] = request.operator.is_admin
    else:
        shape["operator"] = None
    html = house.render.framed(f"pages/{template}", request.language, request.base, shape, holes)
    return Response(200, html, headers=headers)
