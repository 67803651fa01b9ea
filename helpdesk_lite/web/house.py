"""What a page may use: the assembled desk, as the doors see it.

Guarantee: a part is put together when it is first asked for, so that a request pays only for what it uses. Which
concrete parts there are is told by assemble.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from helpdesk_lite.administration.accounts import Accounts
    from helpdesk_lite.administration.adjusting import Adjusting
    from helpdesk_lite.administration.arranging import Arranging
    from helpdesk_lite.administration.naming import Naming
    from helpdesk_lite.administration.stationery import Stationery
    from helpdesk_lite.administration.styling import Styling
    from helpdesk_lite.administration.texts import Texts
    from helpdesk_lite.cache import Cache
    from helpdesk_lite.departments import Departments
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.forms.folder import FormsFolder
    from helpdesk_lite.letters.intake import Intake
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.permission import Permission
    from helpdesk_lite.reception import Reception
    from helpdesk_lite.root import Root
    from helpdesk_lite.shelves.audit import Audit
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.shelves.drafts import Drafts
    from helpdesk_lite.shelves.limits import Limits
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.shelves.rules_file import RulesFile
    from helpdesk_lite.shelves.whose import Whose
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.tickets.handing_over import HandingOver
    from helpdesk_lite.tickets.handling import Handling
    from helpdesk_lite.tickets.lists import Lists
    from helpdesk_lite.tickets.ruling import Ruling
    from helpdesk_lite.web.render import Render
    from helpdesk_lite.web.session import Sessions
    from helpdesk_lite.web.setup import Setup
    from helpdesk_lite.words.settings import Settings


class House:
    """The parts of a running desk. `clock` tells the seconds UTC; `spool` is where uploads lie while they are read."""

    root: Root
    settings: Settings
    store: Store
    outbox: Outbox
    intake: Intake
    count_kept: Callable[[], int]
    categories: Categories
    departments: Departments
    reception: Reception
    rules: RulesFile
    ruling: Ruling
    desk: Desk
    permission: Permission
    audit: Audit
    handling: Handling
    handing_over: HandingOver
    accounts: Accounts
    arranging: Arranging
    adjusting: Adjusting
    naming: Naming
    texts: Texts
    styling: Styling
    stationery: Stationery
    lists: Lists
    forms: FormsFolder
    operators: Operators
    limits: Limits
    drafts: Drafts
    whose: Whose
    sessions: Sessions
    setup: Setup
    render: Render
    cache: Cache
    secret: bytes
    spool: str
    clock: Callable[[], float]

    def __init__(self, parts: Mapping[str, Callable[[House], Any]]) -> None:
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._parts:
            raise AttributeError(name)
        made = self._parts[name](self)
        setattr(self, name, made)
        return made
