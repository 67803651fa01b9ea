"""What waits for an operator: counts, each a way to the tickets it counts.

Guarantee: it costs the same however many tickets there are (lists): it is told from what is remembered, and reads none.
"""

from __future__ import annotations

from helpdesk_lite.tickets import lists
from helpdesk_lite.web.pages.lists import address
from helpdesk_lite.web.pages.page import page, signed_in
from helpdesk_lite.words import i18n
from helpdesk_lite.words.rights import CLAIM, LOG, OPERATOR
from helpdesk_lite.words.standing import RESOLVED, WAITING
from helpdesk_lite.words.ticket import PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.tickets.lists import Counts
    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.i18n import Translation

    Tile = tuple[str, str, int, str]  # its name, words, count, and the way to what it counts


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
        *_overdue(house, operator, counts, said),
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


def _overdue(house: House, operator: Operator, counts: Counts, said: Translation) -> Iterator[Tile]:
    """The operator's own tickets that are overdue; then, where there are any, those that they may claim, and for who
    looks after others' tickets, all that there are besides."""
    own = address(due=lists.OVERDUE, holder=operator.name)
    new = counts.overdue_new if house.desk.may(operator, CLAIM) else 0
    yield "overdue", said.gettext("Overdue, mine"), counts.overdue, own
    if new:
        pending = address(state=PENDING, is_for_me=True, due=lists.OVERDUE)
        yield "late", said.gettext("Overdue and pending"), new, pending
    in_all = house.lists.count_overdue(operator) if operator.role != OPERATOR else 0
    if in_all > counts.overdue + new:
        yield "late", said.gettext("Overdue in all"), in_all, address(due=lists.OVERDUE)
