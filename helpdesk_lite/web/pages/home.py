"""What waits for an operator: counts, each a way to the tickets it counts.

Guarantee: it costs the same however many tickets there are (lists): it is told from what is remembered, and reads none.
"""

from __future__ import annotations

from helpdesk_lite.tickets import lists
from helpdesk_lite.web.pages.lists import address
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.rights import CLAIM, LOG
from helpdesk_lite.words.standing import RESOLVED, WAITING
from helpdesk_lite.words.ticket import PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response


def show(request: Request, house: House) -> Response:
    """What waits for whoever is signed in."""
    operator, said = signed_in(request), i18n.translation(request.language)
    counts = house.lists.counts(operator)
    mine = {"holder": operator.name}
    titles = house.categories.titles()
    held = house.outbox.counts()[1]
    kept = house.count_kept()
    tiles = [
        ("new", said.gettext("New for me"), counts.new, address(state=PENDING, is_for_me=True)),
        ("overdue", said.gettext("Overdue"), counts.overdue, address(due=lists.OVERDUE, **mine)),
        ("mine", said.gettext("I am at work on"), counts.mine, address(state=lists.PROGRESS, **mine)),
        ("waiting", said.gettext("Waiting for the customer"), counts.waiting, address(state=WAITING, **mine)),
        ("resolved", said.gettext("Resolved"), counts.resolved, address(state=RESOLVED, **mine)),
        ("held", said.gettext("Letters that could not be sent"), held, "/outbox"),
        ("kept", said.gettext("Letters kept aside"), kept, "/intake"),
    ]
    pending = [
        (
            titles.get(name, name) or said.gettext("No category"),
            count,
            address(state=PENDING, category=name or lists.NO_CATEGORY),
        )
        for name, count in counts.pending.items()
    ]
    may_claim = house.desk.may(operator, CLAIM)
    shown = [tile for tile in tiles if (tile[2] or tile[0] not in ("held", "kept")) and (may_claim or tile[0] != "new")]
    values = {"tiles": shown, "pending": pending, "may_log": house.desk.may(operator, LOG)}
    return page(request, house, "home.html", values, here="home")
