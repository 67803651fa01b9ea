"""Categories that have a desk of their own: another folder, which alone keeps what is about them.

Guarantee: what goes there is kept there as by its own door (submit, intake), and nothing of it here; a desk that cannot
be used takes nothing, and whoever asked hears so. What was handed on goes no further, and two desks never hand to each
other, so nobody who holds a lock waits for one of the same desk. It makes no desk.
"""

from __future__ import annotations

import logging
import os
from typing import NamedTuple

from helpdesk_lite.shelves.categories import UNKNOWN
from helpdesk_lite.words.errors import DepartmentUnusable, DeskError, DeskUnusable
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.ticket import CUSTOMER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from helpdesk_lite.letters.correspondence import Post
    from helpdesk_lite.letters.intake import Outcome
    from helpdesk_lite.mail.arrivals import Envelope
    from helpdesk_lite.shelves.categories import Categories, Category
    from helpdesk_lite.words.form import Form, Submission
    from helpdesk_lite.words.ticket import Ticket

log = logging.getLogger("helpdesk_lite")


class Departments(NamedTuple):
    """The desks that the categories of the one in the folder `root` have. `open` puts the desk in a folder together."""

    root: str
    categories: Categories
    open: Callable[[str], Any]  # assemble.house

    def find(self, name: str) -> Any:
        """The desk of this category, which keeps whatever it is given itself. DepartmentUnusable."""
        category = self.categories.find(name)
        if category is None or not category.desk:
            raise DepartmentUnusable(Sentence("Category %(name)s has no desk of its own any more.", name=name))
        house = self._opened(category)
        house.reception = house.reception._replace(is_last=True)
        return house

    def submit(self, name: str, form: Form, submission: Submission, *sender: str) -> str:
        """Have the category's desk keep what was filled in, as `desk.submit`; where its customer is to go.

        Who hears of it is for that desk to say. DepartmentUnusable.
        """
        house = self.find(name)
        number = house.desk.submit(form._replace(category="", notify=()), submission, *sender)
        return f"{house.settings.url.rstrip('/')}/sent/{number}?key={house.desk.key(number)}"

    def handed(self, ticket: Ticket) -> tuple[Any, str] | None:
        """The desk that a ticket was handed over to, and its number there.

        None if it is here, or that category has no desk of its own any more. DepartmentUnusable.
        """
        name, number = ticket.handed_to
        category = self.categories.find(name) if name else None
        return (self.find(name), number) if category and category.desk else None

    def write(self, ticket: Ticket, post: Post) -> None:
        """Add what its customer typed on the old page to a ticket that was handed over. DepartmentUnusable."""
        handed = self.handed(ticket)
        if handed is None:
            raise DepartmentUnusable(
                Sentence("Category %(name)s has no desk of its own any more.", name=ticket.category)
            )
        handed[0].intake.correspondence.write(handed[1], post, CUSTOMER)

    def addressed(self, recipients: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The categories whose desks are to have a letter to these addresses, each with those that are its own."""
        found = {}
        for category in self._all():
            own = {address.lower() for address in category.addresses}
            if mine := tuple(one for one in recipients if own.intersection((one.lower(), _plain(one.lower())))):
                found[category.name] = mine
        return found

    def receive(self, name: str, chunks: Iterable[bytes], envelope: Envelope) -> Outcome:
        """Give the category's desk a letter, as `intake.receive`; what became of it there. DepartmentUnusable."""
        try:
            outcome: Outcome = self.find(name).intake.receive(chunks, envelope)
        except OSError as wrong:
            raise DepartmentUnusable(f"{name}: {wrong}") from wrong
        return outcome

    def houses(self) -> Iterator[Any]:
        """Those that can be used."""
        for category in self._all():
            try:
                yield self._opened(category)
            except DepartmentUnusable as wrong:
                log.warning("departments: cannot use category=%s said=%r", category.name, str(wrong)[:300])

    def wrong_with(self, category: Category) -> list[str]:
        """What keeps the category's desk from being used; nothing if it has none."""
        try:
            self._opened(category)
        except DepartmentUnusable as wrong:
            return [wrong.words]
        return []

    def _all(self) -> list[Category]:
        return [category for category in self.categories.all() if category.desk]

    def _opened(self, category: Category) -> Any:
        """The category's desk. DepartmentUnusable."""
        if category.desk == UNKNOWN:
            raise DepartmentUnusable(Sentence("its file has a mistake, and speaks of a desk"))
        path = _path(self.root, category)
        try:
            house = self._looked_at(path)
        except OSError as wrong:
            raise _unusable(category, f"{path}: {wrong.strerror}") from None
        except DeskError as wrong:
            raise _unusable(category, wrong.words) from None
        return house

    def _looked_at(self, path: str) -> Any:
        """The desk in this folder. DeskUnusable, or what `open` raises, if it is not one to which this one can hand."""
        if path == os.path.realpath(self.root):
            raise DeskUnusable(Sentence("that is this desk itself"))
        if not os.path.exists(os.path.join(path, "data", "secret")):
            raise DeskUnusable(Sentence("there is no desk in %(folder)s that this user can open", folder=path))
        house = self.open(path)
        if self._leads_back(house):
            raise DeskUnusable(Sentence("one of that desk's categories leads back here"))
        if not os.access(house.root.inside("pending"), os.W_OK | os.X_OK):
            raise DeskUnusable(Sentence("this user may not write to %(folder)s", folder=path))
        if not house.settings.url:
            raise DeskUnusable(Sentence("its settings have no [desk] url to which customers could be sent"))
        return house

    def _leads_back(self, house: Any) -> bool:
        """Whether some way from that desk, by whatever many others, ends here."""
        seen, left = {os.path.realpath(self.root)}, [house]
        while left:
            house = left.pop()
            for path in (_path(house.root.path, one) for one in house.categories.all() if one.desk):
                if path == os.path.realpath(self.root):
                    return True
                if path not in seen and os.path.exists(os.path.join(path, "data", "secret")):
                    seen.add(path)
                    left.append(self.open(path))
        return False


def _unusable(category: Category, what: str) -> DepartmentUnusable:
    return DepartmentUnusable(Sentence("desk = %(folder)s: %(what)s", folder=repr(category.desk), what=what))


def _path(root: str, category: Category) -> str:
    """The folder of the category's desk."""
    return os.path.realpath(os.path.join(root, category.desk))


def _plain(address: str) -> str:
    """The address to which this one belongs, if it is one below another (RFC 5233)."""
    local, at, domain = address.rpartition("@")
    return local.partition("+")[0] + at + domain
