"""People with a browser: headless Chromium in front of a desk that `helpdesk-lite serve` runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.root import Root
from helpdesk_lite.web.house import House
from helpdesk_lite.web.http import Request
from tests import examples, servers
from tests.browser.seen import DESKTOP, Seen, Window


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


class Office(NamedTuple):
    """A desk that is served at `url`, and its parts: what a test puts into the folder is there for the browsers."""

    url: str
    house: House
    desk: servers.Desk

    def ticket(
        self,
        subject: str = "The printer is on fire",
        attachments: int = 0,
        form: str = "Contact us",
        minutes: int = 5,
    ) -> str:
        """The number of a ticket from Jane Doe that came `minutes` ago."""
        at = self.house.clock() - 60 * minutes
        number = examples.number(at)
        inquiry = examples.inquiry(number, subject)
        head = inquiry.head._replace(received_at=int(at), attachments=attachments, title=form)
        with self.house.store.locked(number):
            entry = examples.entry(number, at=head.received_at)
            self.house.store.add(inquiry._replace(head=head), entry, lambda: [examples.MESSAGE])
        return number

    def clear(self) -> None:
        """Close every pending and claimed ticket, and forget what was counted and what waits to be sent."""
        ada = self.house.operators.find("ada")
        assert ada
        for number in list(self.house.store.numbers("pending")):
            self.house.desk.claim(number, ada)
        for number in list(self.house.store.numbers("claimed")):
            self.house.desk.close(number, ada)
        for letter in [*self.house.outbox.waiting(), *self.house.outbox.held()]:
            self.house.outbox.drop(letter.name)
        kept = (self.desk.root / "data" / "intake" / "kept").glob("*")
        for path in (*(self.desk.root / "data" / "limits").glob("*"), *kept):
            path.unlink()


@contextlib.contextmanager
def opened(desk: servers.Desk) -> Iterator[Office]:
    """The desk, served."""
    with servers.serve(desk) as url:
        yield Office(url, assemble.house(Root(str(desk.root)), url), desk)


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """One desk for all tests with a browser; each makes the tickets it needs."""
    with servers.new_desk() as desk, opened(desk) as found:
        yield found


@pytest.fixture
def quiet(office: Office) -> Office:
    """The desk with nothing left to do."""
    office.clear()
    return office


@pytest.fixture
def browse(chromium, office: Office) -> Iterator[Callable[..., Seen]]:
    """Opens windows: `browse("ines", PHONE)` is signed in as ines. At the end no page may have had a mistake."""
    with contextlib.ExitStack() as open_windows:

        def browse(who: str = "", window: Window = DESKTOP, at: Office = office, **options: object) -> Seen:
            options = {"reduced_motion": "reduce", **options}  # colours are then what they are, and not on their way
            context = chromium.new_context(viewport=window._asdict(), **options)  # type: ignore[attr-defined]
            open_windows.callback(context.close)
            if who:
                operator = at.house.operators.find(who)
                cookie = at.house.sessions.cookie(Request({}), operator).partition(";")[0]
                name, _, value = cookie.partition("=")
                context.add_cookies([{"name": name, "value": value, "url": at.url}])
            seen = Seen(context.new_page(), at.url)
            open_windows.callback(seen.had_no_mistakes)
            return seen

        yield browse
