"""The most memory that a CGI request has, and that `serve` has after very many requests and for a large upload."""

from __future__ import annotations

import itertools
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from helpdesk_lite import assemble
from helpdesk_lite.root import Root
from tests import servers
from tests.bench import hosts, load
from tests.bench.desks import ROWS, TYPED, settle
from tests.bench.table import ITSELF, Part, Progress, Row, at_most
from tests.bench.whole import COMMON, URLENCODED, Done, Script
from tests.visitor import File, Visitor

UPLOAD = random.Random(1).randbytes(25 << 20)
FORM = """<title>With a file</title><label>Name <input name="name"></label>
<label>Email <input name="email" type="email"></label> <label>Message <textarea name="message"></textarea></label>
<label>File <input name="file" type="file"></label>"""
FIELDS = {"name": "Jane Doe", "email": "jane@example.com", "message": "See the file."}
BLOCK = 5_000  # requests between two looks at the memory
LAUNCHER = Path(__file__).with_name("launcher.py")
CGI_MOST, SERVE_MOST, UPLOAD_MOST = (at_most(megabytes, ITSELF) for megabytes in (40, 80, 5))


def measure(kept: ExitStack, requests: int) -> Part:
    """The part of the table about memory."""
    rows = [Row(f"CGI: {kind}", peak, "MB", bounds=(CGI_MOST,)) for kind, peak in _of_cgi(kept)]
    rows += _of_serve(kept, requests)
    return Part("memory", rows, ["The most that a whole process has, interpreter and shared libraries included."])


def _of_cgi(kept: ExitStack) -> Iterator[tuple[str, float]]:
    """Each kind of request with its peak in MB; and what sends the letters of the upload."""
    desk = kept.enter_context(_desk_with_files())
    script = Script(str(desk.root / "cgi-bin" / "helpdesk.cgi"), "/helpdesk")
    for count in range(ROWS):
        script.post({**TYPED, "message": f"{count}"}, "/forms/contact")
    settle(desk)
    with _launcher() as launcher:
        yield "form", launcher.ask(script, "GET", "/forms/contact")
        yield "submit", launcher.ask(script, "POST", "/forms/contact", urlencode(TYPED).encode())
        ordinary = launcher.number
        yield "upload of 25 MB", launcher.ask(script, "POST", "/forms/file", *_multipart())
        first = launcher.number
        launcher.ask(script, "POST", "/forms/file", *_multipart("once more"))
        second = launcher.number
        settle(desk)
        yield "sign-in page", launcher.ask(script, "GET", "/login")
        signing_in = urlencode({"name": "ines", "password": servers.PASSWORD}).encode()
        yield "sign-in", launcher.ask(script, "POST", "/login", signing_in)
        script.cookie = launcher.done.cookie
        yield "queue", launcher.ask(script, "GET", "/queue")
        yield "claim", launcher.ask(script, "POST", f"/tickets/{ordinary}/claim")
        yield "claim of a ticket with 25 MB", launcher.ask(script, "POST", f"/tickets/{first}/claim")
        settle(desk)
        house = assemble.house(Root(str(desk.root)))
        ines = house.operators.find("ines")
        assert ines
        house.desk.claim(second, ines)
        deliver = [sys.executable, "-m", "helpdesk_lite.cli", "--root", str(desk.root), "deliver", "--all"]
        yield "`deliver`, a forward with 25 MB", launcher.peak(deliver, {**COMMON, "PYTHONPATH": str(servers.CHECKOUT)})


def _of_serve(kept: ExitStack, requests: int) -> Iterator[Row]:
    """After the first requests and after all of them; and what an upload adds to the most that it had."""
    desk = kept.enter_context(_desk_with_files())
    with hosts.serving(desk, 1) as (url, process):
        signed_in = Visitor(url)
        assert signed_in.sign_in("ines", servers.PASSWORD).status == 303
        wire = load.Wire(url, "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items()))
        blocks, numbers, first = max(2, requests // BLOCK), list[str](), 0.0
        for turn in Progress("memory of serve", blocks).over(blocks):
            done = load.run(wire.address, load.shared(_mix(wire, turn, numbers)), status=None)
            numbers = done.numbers
            first = first or _now(process.pid, "VmRSS")
        settle(desk)
        after = f"{blocks * BLOCK:,}"
        yield Row(f"`serve` after {BLOCK:,} requests", first, "MB", bounds=(SERVE_MOST,))
        yield Row(f"`serve` after {after} requests", _now(process.pid, "VmRSS"), "MB", first, bounds=(SERVE_MOST,))
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak counts from here (proc(5))
        before = _now(process.pid, "VmRSS")
        number = Visitor(url).upload("/forms/file", FIELDS, [("file", File("a.bin", "x/y", UPLOAD))]).number
        assert signed_in.post(f"/tickets/{number}/claim").status == 303
        settle(desk)
        added = _now(process.pid, "VmHWM") - before
        yield Row("`serve`: what an upload of 25 MB and its forward add", added, "MB", bounds=(UPLOAD_MOST,))


def _mix(wire: load.Wire, turn: int, numbers: list[str]) -> list[bytes]:
    """What people do at a desk, shuffled: mostly looking, one in ten sends something, and it is claimed later."""
    submissions = [wire.post("/forms/contact", {**TYPED, "message": f"{turn}-{count}"}) for count in range(BLOCK // 10)]
    claims = [wire.post(f"/tickets/{number}/claim") for number in numbers]
    pages = ["/forms/contact"] * 10 + ["/", "/login", "/queue", "/mine", "/nothing-here", "/forms/contact?name=Jane"]
    looks = itertools.islice(itertools.cycle(map(wire.get, pages)), BLOCK - len(submissions) - len(claims))
    mixed = [*submissions, *claims, *looks]
    random.Random(turn).shuffle(mixed)
    return mixed


@contextmanager
def _desk_with_files() -> Iterator[servers.Desk]:
    """A new desk with one more form, which takes files."""
    with servers.new_desk() as desk:
        (desk.root / "forms" / "file.html").write_text(FORM)
        yield desk


def _multipart(message: str = FIELDS["message"]) -> tuple[bytes, str]:
    """The body of the upload, and its type."""
    boundary = "----bench"
    fields = {**FIELDS, "message": message}
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()
    ]
    parts.append(b'Content-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + UPLOAD + b"\r\n")
    opened = f"--{boundary}\r\n".encode()
    return b"".join(
        opened + part for part in parts
    ) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _now(process: int, what: str) -> float:
    """A process's memory now (VmRSS) or at most (VmHWM), in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition(f"{what}:")[2].split()[0]) * 1024 / 1e6


class _Launcher:
    """Asks tests/bench/launcher.py, and keeps what the last process answered."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._given, self._said = folder / "given", folder / "said"
        self.done = Done(0.0, b"", "")

    def ask(self, script: Script, method: str, path: str, body: bytes = b"", kind: str = URLENCODED) -> float:
        """The peak of one request in MB. AssertionError unless it is answered with 200 or 303."""
        peak = self.peak(*script.call(method, path, "", len(body), kind), body)
        assert self.done.status in (200, 303), self.done.output
        return peak

    def peak(self, command: list[str], environment: dict[str, str], body: bytes = b"") -> float:
        """The peak of one process in MB."""
        self._given.write_bytes(body)
        wanted = {"command": command, "environment": environment, "given": str(self._given), "said": str(self._said)}
        assert self._process.stdin and self._process.stdout
        print(json.dumps(wanted), file=self._process.stdin, flush=True)
        found = json.loads(self._process.stdout.readline())
        self.done = Done(0.0, self._said.read_bytes(), "")
        assert found["status"] == 0, self.done.output
        return float(found["kilobytes"]) * 1024 / 1e6

    @property
    def number(self) -> str:
        """The ticket that the last request made."""
        found = re.search(rb"/sent/([^?]+)", self.done.output)
        assert found, self.done.output
        return found[1].decode()


@contextmanager
def _launcher() -> Iterator[_Launcher]:
    command = [sys.executable, "-I", "-S", str(LAUNCHER)]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with process:
            yield _Launcher(process, Path(folder))
            assert process.stdin
            process.stdin.close()
