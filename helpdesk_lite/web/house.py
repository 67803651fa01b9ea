"""What a page may use: the assembled desk, as the doors see it.

It is put together in one place (assemble) and does nothing itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.cache import Cache
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.limits import Limits
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.operators import Operators
    from helpdesk_lite.root import Root
    from helpdesk_lite.settings import Settings
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.web.render import Render
    from helpdesk_lite.web.session import Sessions
    from helpdesk_lite.web.setup import Setup


class House:
    """The parts of a running desk. `clock` tells the seconds UTC; `spool` is where uploads lie while they are read."""

    root: Root
    settings: Settings
    store: Store
    outbox: Outbox
    desk: Desk
    forms: FormsFolder
    operators: Operators
    limits: Limits
    sessions: Sessions
    setup: Setup
    render: Render
    cache: Cache
    secret: bytes
    spool: str
    clock: Callable[[], float]
