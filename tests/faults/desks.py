"""A desk to be harmed: prepared once, put back as it was before each harm, and looked over after it.

`sound` is what must hold whatever happened: no half file in sight, one `verify --repair` and nothing is left to say,
each ticket in one place, and of each letter that a ticket names exactly one in the outbox or in a mailbox.
"""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from helpdesk_lite import assemble, assets, disk
from helpdesk_lite.mail.outbox import FOLDERS
from helpdesk_lite.root import Root
from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.store import inspect
from helpdesk_lite.words.rights import ADMINISTRATOR, OBSERVER, OPERATOR
from helpdesk_lite.words.ticket import Place, Ticket
from tests.access.browser import Answer, Browser
from tests.bench.whole import COMMON
from tests.faults.strace import Process, Step
from tests.mail.servers import Postmaster
from tests.servers import CHECKOUT

PASSWORD = "a long and quiet afternoon"
TICKETS = ("pending", "claimed", "closed", "moving")
STATE = (
    *TICKETS,
    "duties",
    "handing",
    "log",
    "marks",
    "drafts",
    "customers",
    "intake",
    "outbox",
    "mail",
    "submissions",
    "locks",
    "limits",
    "ended",
    "spool",
)
ENVIRONMENT = {**COMMON, "PYTHONPATH": str(CHECKOUT)}
NOTES = ("cache/next-letter", "cache/tidied", "turns")
FILES = tuple(f"data/{name}.toml" for name in ("rules", "categories/bills", "categories/council"))
FILES = (*FILES, "forms/ask.html", "forms/ask.html.off", "forms/call.html", "templates/mail/notice.txt")
FILES = (*FILES, *(f"templates/look/{name}" for name in assets.LOOK))
SECOND = "council"  # the folder of a desk that a category has for itself
ASKED_FOR = re.compile(r"\.(link|invitation)\.")  # Message-IDs of letters that no ticket names
ROUND = """import sys
from helpdesk_lite import assemble, root
try:
    assemble.work(assemble.house(root.Root(sys.argv[1])))
except OSError:
    sys.exit(75)
"""
FORM = """<title>Ask us</title>
<p><label>Your name <input name="name" required></label></p>
<p><label>Email <input name="email" type="email" required></label></p>
<p><label>Message <textarea name="message" required></textarea></label></p>
<p><label>Picture <input name="picture" type="file"></label></p>
"""
BODY = (
    b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nJane Doe\r\n'
    b'--B\r\nContent-Disposition: form-data; name="email"\r\n\r\njane@example.com\r\n'
    b'--B\r\nContent-Disposition: form-data; name="message"\r\n\r\nIt burns.\r\nFrom here I can see it.\r\n'
    b'--B\r\nContent-Disposition: form-data; name="picture"; filename="fire.png"\r\nContent-Type: image/png\r\n\r\n'
    + bytes(range(256)) * 300
    + b"\r\n--B--\r\n"
)


class Request(NamedTuple):
    """What a browser posts. `who` is signed in; nobody if empty."""

    path: str
    who: str = ""
    body: bytes = b""
    type: str = "application/x-www-form-urlencoded"


SUBMISSION = Request("/forms/ask", "", BODY, "multipart/form-data; boundary=B")


class Look(NamedTuple):
    """What lies on the desk: tickets by number, and how many there are of each letter about one, by Message-ID."""

    tickets: dict[str, Ticket]
    queued: Counter[str]
    delivered: Counter[str]
    accounts: tuple[Operator, ...] = ()
    elsewhere: object = None
    categories: tuple[Category, ...] = ()
    rules: str = ""
    asked_for: tuple[str, ...] = ()  # letters that are not about a ticket: invitations, links
    settings: str = ""
    aside: tuple[str, ...] = ()  # drafts, letters that are held, letters that were kept aside
    written: Mapping[str, bytes] = MappingProxyType({})  # what lies in forms/ and templates/

    @property
    def named(self) -> Counter[str]:
        """The letters that the tickets' entries name."""
        entries = (entry for ticket in self.tickets.values() for entry in ticket.entries)
        return Counter(letter for entry in entries for letter in entry.letters)

    @property
    def said(self) -> dict[str, object]:
        """Where each ticket is, and how many entries it has; each account and category; the rules; the other desk."""
        tickets = {number: (ticket.place, len(ticket.entries)) for number, ticket in self.tickets.items()}
        arranged = {"categories": self.categories, "rules": self.rules, "settings": self.settings}
        arranged["else"] = self.asked_for, self.aside, self.written
        arranged["elsewhere"] = self.elsewhere
        return {**tickets, **{operator.name: operator for operator in self.accounts}, **arranged}

    @property
    def places(self) -> dict[str, Place]:
        """Where each ticket is."""
        return {number: ticket.place for number, ticket in self.tickets.items()}


class HarmedDesk:
    """A desk in `folder` with a pending ticket, one that ines has, and one that she closed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "desk"
        self.log = folder / "trace"  # of the last process that was harmed
        self._kept = folder / "kept"
        command = [sys.executable, "-m", "helpdesk_lite.cli", "--root", str(self.folder), "init", str(self.folder)]
        subprocess.run(command, check=True, capture_output=True)
        self.root = Root(str(self.folder))
        self.postmaster: Postmaster | None = None  # where the desk's letters go, if not into Maildirs
        self.invitation = ""  # the key of the one that gus has
        self.traces: dict[str, list[Step]] = {}  # of each verb, unharmed, as far as it was looked at
        form = self.folder / "forms" / "ask.html"
        for example in form.parent.glob("*.html"):
            example.unlink()  # they name categories that this desk has not
        form.write_text(FORM)
        self._accounts: dict[Path, tuple[bytes, tuple[int, int]]] = {}
        self.change_settings("submissions_per_hour = 30", "submissions_per_hour = 0")
        self.change_settings('url = ""', 'url = "http://127.0.0.1"')
        self.change_settings("erase_after_days = 0", "erase_after_days = 300")
        for name, role in (("ines", OPERATOR), ("ada", ADMINISTRATOR), ("gus", OBSERVER)):
            assemble.house(self.root).operators.add(Operator(name, f"{name}@example.org", role), PASSWORD)
        assemble.house(self.root).categories.add(Category("water", addresses=("plumbers@example.org",)))
        for path in (
            form,
            *Path(self.root.inside("categories")).iterdir(),
            *Path(self.root.data).iterdir(),
            *Path(self.root.inside("operators")).iterdir(),
        ):
            self.age(path, 60)  # what is made of a file that changed just now is not kept in the cache
        for path in (*Path(self.root.inside("operators")).iterdir(), Path(self.root.settings)):
            self._remember(path)
        self.cookies = {who: self.sign_in(who) for who in ("ines", "ada")}
        self.pending, self.claimed, self.closed = (self._asked(subject) for subject in "abc")
        for number, verbs in ((self.claimed, ["claim"]), (self.closed, ["claim", "close"])):
            for verb in verbs:
                assert self.ask(Request(f"/tickets/{number}/{verb}", "ines")).status == 303
        assemble.work(self.house())
        for request in (SUBMISSION, Request(f"/tickets/{self.pending}/claim", "ines")):  # fills the cache
            subprocess.run(**self._arguments(self.cgi(request)), check=True, capture_output=True)
        self._wait_for_couriers()
        for number in set(self.look().tickets) - {self.pending, self.claimed, self.closed}:
            Path(self.root.inside("pending", f"{number}.mbox")).unlink()
        self.house().desk.release(self.pending, Operator("ines", "ines@example.org"))
        self.clear_mail()
        self.keep("calm")

    @property
    def second(self) -> HarmedDesk | None:
        """The desk that a category has for itself, if there is one now."""
        if not (self.folder / SECOND).is_dir():
            return None
        other = copy.copy(self)
        other.folder = self.folder / SECOND
        other.root = Root(str(other.folder))
        return other

    def house(self) -> Any:
        """The desk as this process sees it now."""
        return assemble.house(self.root)

    def ask(self, request: Request) -> Answer:
        """Let this process answer a request; nothing is sent behind it."""
        browser = Browser(self.house(), "127.0.0.1", HTTP_HOST="127.0.0.1")
        browser.cookie = self.cookies.get(request.who, "") if request.who else ""
        origin = {"CONTENT_TYPE": request.type, "HTTP_ORIGIN": "http://127.0.0.1"}
        return browser.ask("POST", request.path, request.body, **origin)

    def cgi(self, request: Request) -> Process:
        """The same request as a process of its own, as a web server would start it."""
        path, _, query = request.path.partition("?")
        environment = {
            **ENVIRONMENT,
            "SCRIPT_NAME": "",
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": request.type,
            "CONTENT_LENGTH": str(len(request.body)),
        }
        if request.who:
            environment["HTTP_COOKIE"] = self.cookies[request.who]
        return Process([str(self.folder / "cgi-bin" / "helpdesk.cgi")], environment, request.body)

    def command(self, *arguments: str) -> Process:
        """A command of the desk as a process of its own."""
        said = [sys.executable, "-m", "helpdesk_lite.cli", "--root", str(self.folder), *arguments]
        return Process(said, ENVIRONMENT)

    def round(self) -> Process:
        """What a server does behind its answers."""
        return Process([sys.executable, "-c", ROUND, str(self.folder)], ENVIRONMENT)

    def sign_in(self, who: str) -> str:
        """The cookie of a new sign-in."""
        browser = Browser(self.house(), "127.0.0.1", HTTP_HOST="127.0.0.1")
        answer = browser.post("/login", {"name": who, "password": PASSWORD}, HTTP_ORIGIN="http://127.0.0.1")
        assert answer.status == 303, answer.text
        return browser.cookie

    def keep(self, name: str) -> None:
        """Remember the desk as it is now."""
        shutil.rmtree(self._kept / name, ignore_errors=True)
        for part in STATE:
            if os.path.isdir(source := self.root.inside(part)):
                shutil.copytree(source, self._kept / name / part)
        for file in FILES:
            if (source := self.folder / file).is_file():
                (self._kept / name / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, self._kept / name / file)
        if self.second:
            shutil.copytree(self.second.root.data, self._kept / name / SECOND)

    def put_back(self, name: str) -> None:
        """Make the desk what it was when it was kept under this name; what is derived stays."""
        _put_back_state(self._kept / name, self.root)
        for note in NOTES:
            Path(self.root.inside(*note.split("/"))).unlink(missing_ok=True)
        self._put_back_files(self._kept / name)
        if self.second and (self._kept / name / SECOND).is_dir():
            _put_back_state(self._kept / name / SECOND, self.second.root)
        for path in (*Path(self.root.inside("cache")).glob(".*.new"), *self.unfinished_beside()):
            path.unlink()
        self._put_back_accounts()
        house = self.house()
        if not house.outbox.waiting() and not house.outbox.staged_numbers():
            assemble.work(house)  # leaves the note that nothing is due

    def _put_back_files(self, kept: Path) -> None:
        """Those that have changed: what was made of the others stays, and a form is made at once: all find the same."""
        is_drawn = True
        for file in FILES:
            source, goal = kept / file, self.folder / file
            is_there, is_kept = goal.is_file(), source.is_file()
            if is_there == is_kept and not (is_kept and goal.read_bytes() != source.read_bytes()):
                continue
            is_drawn = is_drawn and file.startswith("data/")
            goal.unlink(missing_ok=True)
            if is_kept:
                goal.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, goal)
        for folder in ("templates/mail", "templates/look", "templates"):
            disk.remove_empty(str(self.folder / folder))
        if not is_drawn:
            Browser(self.house(), "127.0.0.1", HTTP_HOST="127.0.0.1").get("/forms/ask")

    def _put_back_accounts(self) -> None:
        """And the settings; only what has changed: what was made of the others stays, and of these is made at once."""
        for path in set(Path(self.root.inside("operators")).iterdir()) - set(self._accounts):
            path.unlink()
        texts = self._accounts.items()
        changed = [path for path, (text, _) in texts if not path.exists() or path.read_bytes() != text]
        for path in changed:
            text, times = self._accounts[path]
            path.write_bytes(text)
            path.chmod(0o600)
            os.utime(path, ns=times)
        if changed:
            self.house().operators.everybody()

    def unfinished_beside(self) -> list[Path]:
        """The hidden files whose writing was cut short, but for those in data/."""
        return [path for folder in (self.root.forms, self.root.templates[0]) for path in Path(folder).rglob(".*.new")]

    def change_settings(self, old: str, new: str) -> None:
        """Replace a line of settings.toml, as if a minute ago."""
        path = Path(self.root.settings)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        self.age(path, 60 + len(new))
        self._remember(path)

    def _remember(self, path: Path) -> None:
        """Have `put_back` put this file back as it is now."""
        self._accounts[path] = path.read_bytes(), (path.stat().st_atime_ns, path.stat().st_mtime_ns)

    def clear_mail(self) -> None:
        """Throw all letters away, wherever they are, and the tickets' memory of them."""
        shutil.rmtree(self.root.inside("mail"), ignore_errors=True)
        for path in Path(self.root.inside("outbox")).glob("**/*.json"):
            path.unlink()
        for path in Path(self.root.data).glob("*/**/*.mbox"):
            text = re.sub(rb"(?m)^X-Helpdesk-Letters: .*$", b"X-Helpdesk-Letters: ", path.read_bytes())
            path.write_bytes(text)

    def age(self, path: Path, seconds: float) -> None:
        """Let the file have been changed so many seconds ago."""
        then = time.time() - seconds
        os.utime(path, (then, then))

    def look(self) -> Look:
        """What lies on the desk now."""
        house = self.house()
        tickets = {}
        for found in inspect.tickets(self.root.data):
            if isinstance(found, inspect.Lying):
                assert found.number not in tickets, f"{found.number} is in two places"
                tickets[found.number] = house.store.read(found.number)
        letters = {letter.name: letter for folder in FOLDERS for letter in house.outbox._read(folder)}
        ids = sorted(letter.message_id for letter in letters.values())
        asked_for = tuple(filter(ASKED_FOR.search, ids))
        queued = Counter(ids) - Counter(asked_for)
        accounts, categories = tuple(house.operators.everybody()), tuple(house.categories.all())
        elsewhere = self.second.look().said if self.second else None
        arranged = accounts, elsewhere, categories, house.texts.read("rules.toml").text, asked_for
        arranged = *arranged, house.adjusting.file.text(), tuple(sorted(self._aside()))
        arranged = *arranged, dict(self._written())
        return Look(tickets, queued, Counter(self._delivered()), *arranged)

    def _aside(self) -> Iterator[str]:
        for folder in ("data/drafts", "data/outbox/held", "data/intake/kept", "data/intake/ignored"):
            for path in (self.folder / folder).rglob("[!.]*.[tje]*"):
                yield str(path.relative_to(self.folder))

    def _written(self) -> Iterator[tuple[str, bytes]]:
        for folder in ("forms", "templates"):
            for path in (self.folder / folder).rglob("[!.]*.*"):
                yield str(path.relative_to(self.folder)), path.read_bytes()

    def _delivered(self) -> Iterator[str]:
        arrived = [path.read_bytes() for path in Path(self.root.inside("mail")).glob("*/new/*")]
        arrived += [received.content for received in self.postmaster.inbox] if self.postmaster else []
        for letter in arrived:
            found = re.search(rb"(?mi)^(?:Resent-)?Message-ID:\s*(<[^>]+>)", letter)
            assert found, letter
            yield found[1].decode()

    def _arguments(self, process: Process) -> dict[str, Any]:
        return {"args": process.command, "env": process.environment, "input": process.given}

    def _asked(self, message: str) -> str:
        body = SUBMISSION.body.replace(b"It burns.", message.encode())
        answer = self.ask(SUBMISSION._replace(body=body))
        assert answer.status == 303, answer.text
        return re.findall(r"/sent/([^?]+)", answer.location)[0]

    def _wait_for_couriers(self) -> None:
        """Return when what the CGI requests left behind is done: it notes when the next letter is due, last of all."""
        until = time.monotonic() + 30
        while self.house().outbox.waiting() or self.house().outbox.staged_numbers():
            assert time.monotonic() < until
            time.sleep(0.05)
        with disk.locked(self.root.inside("locks", "courier.lock")):
            time.sleep(0.3)


def _put_back_state(kept: Path, root: Root) -> None:
    for part in STATE:
        shutil.rmtree(root.inside(part), ignore_errors=True)
        if (kept / part).is_dir():
            shutil.copytree(kept / part, root.inside(part))


def nothing_half_done(desk: HarmedDesk) -> None:
    """Every file that shows itself under a name of its own is whole, before anybody has mended anything.

    A ticket's entries may contradict its folder only while its next version, or its last, waits in moving/.
    """
    for found in inspect.tickets(desk.root.data):
        if isinstance(found, inspect.Lying):
            wrong = inspect.ticket(found)
            is_moving = os.path.exists(desk.root.inside("moving", f"{found.number}.mbox"))
            assert wrong is None or (wrong.mend == inspect.MISPLACED and is_moving), wrong
    damaged = [path for path in desk.house().outbox.damaged() if not disk.is_unfinished(os.path.basename(path))]
    assert damaged == []
    assert desk.house().store.pending() is not None
    house = desk.house()
    waiting = [*house.outbox.waiting(), *house.outbox.staged_numbers()]
    assert not waiting or assemble.is_due(house), "nobody would send the letters that were left"


def in_one_place(desk: HarmedDesk) -> None:
    """No reader sees a ticket twice, or one less than there were, before anybody has mended anything."""
    lying = Counter(found.number for found in inspect.tickets(desk.root.data) if isinstance(found, inspect.Lying))
    assert max(lying.values()) == 1, lying
    assert {desk.pending, desk.claimed, desk.closed} <= set(lying), lying


def sound(desk: HarmedDesk) -> Look:
    """What lies on the desk after `verify --repair`, which finds everything as promised when it looks again."""
    nothing_half_done(desk)
    for path in (*Path(desk.root.data).rglob(".*.new"), *desk.unfinished_beside()):
        desk.age(path, 7200)
    verifier = assemble.verifier(desk.house())
    for finding in list(verifier.findings()):
        verifier.mend(finding)
    assert list(verifier.findings()) == []
    assert [*Path(desk.root.data).rglob(".*.new"), *desk.unfinished_beside()] == []
    look = desk.look()
    assert set(look.queued) | set(look.delivered) == set(look.named), "letters and tickets do not agree"
    assert max(look.queued.values(), default=1) == 1, look.queued
    return look


def each_letter_once(look: Look) -> None:
    """No letter is anywhere twice."""
    assert look.queued + look.delivered == look.named
