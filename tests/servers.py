"""Real desks behind real servers on free loopback ports: `serve`, gunicorn, lighttpd, Apache httpd, nginx, wsgiref.

The web servers' configuration is what docs/install.md shows, with the folders and ports put in; so what it tells an
administrator is what the tests run.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import require
from tests.visitor import Visitor

CHECKOUT = Path(__file__).resolve().parents[1]
INSTALL = CHECKOUT / "docs" / "install.md"
PATIENCE = 30.0  # seconds until a server must answer
PASSWORD = "a long and quiet afternoon"
PEOPLE = ("ada", "ines", "bob")  # operators of a desk for tests; ada is the administrator


class Desk(NamedTuple):
    """A desk in a folder, and the system's user who owns it."""

    root: Path
    user: str | None

    def run(self, *arguments: str, given: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `helpdesk-lite` on this desk as its own user."""
        command = [sys.executable, "-m", "helpdesk_lite.cli", "--root", str(self.root), *arguments]
        done = subprocess.run(
            as_user(self.user, command), input=given, capture_output=True, text=True, cwd=self.root, timeout=120
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def has_letters(self) -> bool:
        """Whether letters are still to be sent, or are being sent."""
        outbox = self.root / "data" / "outbox"
        return any(path for name in ("new", "sending") for path in (outbox / name).iterdir())

    def deliver(self, wait: float = 60.0) -> None:
        """Return when every letter is sent, whoever sends them: a courier that finds another at work goes away."""
        until = time.monotonic() + wait
        while self.has_letters():
            assert time.monotonic() < until, "the letters are not sent"
            self.run("deliver", "--all")

    def show(self, number: str) -> dict[str, Any]:
        """The ticket as `show NUMBER --json` tells it."""
        shown: dict[str, Any] = json.loads(self.run("show", number, "--json").stdout)
        return shown

    def tickets(self) -> int:
        """How many ticket files there are, wherever."""
        return len(list((self.root / "data").glob("*/**/*.mbox")))

    def mail(self, address: str, number: str, wait: float = 30.0) -> list[Path]:
        """The letters about this ticket in the Maildir of `address`, as soon as there is one."""
        folder = self.root / "data" / "mail" / address / "new"
        until = time.monotonic() + wait
        while True:
            found = [path for path in folder.glob("*") if f"X-Helpdesk-Ticket: {number}".encode() in path.read_bytes()]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.05)


class Door(NamedTuple):
    """A desk with a server in front of it; `url` is the address of the entry script."""

    name: str
    url: str
    desk: Desk

    def visitor(self) -> Visitor:
        """A browser that has not been here yet."""
        return Visitor(self.url)

    def operator(self, name: str) -> Visitor:
        """A browser in which this operator has signed in."""
        visitor = Visitor(self.url)
        answer = visitor.sign_in(name, PASSWORD)
        assert answer.status == 303, answer
        return visitor


@contextlib.contextmanager
def new_desk(*, as_web_user: bool = False, people: Sequence[str] = PEOPLE, **settings: object) -> Iterator[Desk]:
    """A desk made by `init`, with these operators, in a folder that the web server's user can reach.

    `settings` replace lines of data/settings.toml, by name; there is no limit on submissions unless one is set.
    """
    user = web_user() if as_web_user else None
    with tempfile.TemporaryDirectory(prefix="helpdesk-test-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        root = Path(folder) / "desk"
        root.mkdir()
        if user:
            shutil.chown(root, user)
        desk = Desk(root, user)
        desk.run("init")
        change_settings(root, **{"submissions_per_hour": 0, **settings})
        for name in people:
            rights = ["--admin"] if name == "ada" else []
            address = f"{name}@example.org"
            desk.run("operator", "add", name, "--email", address, "--password-stdin", *rights, given=PASSWORD + "\n")
        yield desk


def change_settings(root: Path, **settings: object) -> None:
    """Replace lines of settings.toml, by the setting's name."""
    path = root / "data" / "settings.toml"
    text = path.read_text()
    for name, value in settings.items():
        line = f"{name} = {json.dumps(value)}"
        text, count = re.subn(rf"^{name} = .*$", lambda _, line=line: line, text, flags=re.MULTILINE)  # type: ignore[misc]
        assert count == 1, name
    path.write_text(text)


class Serving(NamedTuple):
    """A running `helpdesk-lite serve`: its process, the file that holds what it says, its address."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str


@contextlib.contextmanager
def serving(desk: Desk, *, bind: str = "127.0.0.1:0", workers: int = 1) -> Iterator[Serving]:
    """`helpdesk-lite serve`."""
    options = ["--bind", bind, "--workers", str(workers)]
    command = [sys.executable, "-m", "helpdesk_lite.cli", "--root", str(desk.root), "serve", *options]
    with started(desk, command) as (process, log):
        said = wait_for(process, log, lambda: re.search(r"Customers write at\s+(\S+)/", log.read_text()))
        yield Serving(process, log, said[1])


@contextlib.contextmanager
def serve(desk: Desk, *, bind: str = "127.0.0.1:0", workers: int = 1) -> Iterator[str]:
    """`helpdesk-lite serve`: its address."""
    with serving(desk, bind=bind, workers=workers) as running:
        yield running.url


@contextlib.contextmanager
def gunicorn(desk: Desk, *, workers: int = 2) -> Iterator[str]:
    """gunicorn with `helpdesk_lite.wsgi:application`: its address."""
    pytest.importorskip("gunicorn")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", str(workers), "--threads", "4"]
    with started(desk, [*command, "helpdesk_lite.wsgi:application"]) as (process, log):
        wait_for(process, log, lambda: answers(port))
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def validated(desk: Desk) -> Iterator[str]:
    """wsgiref's server with its validator around the application (PEP 3333): its address. Any complaint fails."""
    port = free_port()
    with started(desk, [sys.executable, "-m", "tests.doors.validated", str(port)]) as (process, log):
        wait_for(process, log, lambda: answers(port))
        yield f"http://127.0.0.1:{port}"
        complaints = log.read_text()
    assert "AssertionError" not in complaints and "Warning" not in complaints, complaints


@contextlib.contextmanager
def lighttpd(desk: Desk) -> Iterator[str]:
    """lighttpd with the entry script as CGI, configured as docs/install.md shows: the script's address."""
    (program,) = require("lighttpd")
    port = free_port()
    config = f"""
server.document-root = "{desk.root}/cgi-bin"
server.bind = "127.0.0.1"
server.port = {port}
server.upload-dirs = ( "{desk.root.parent}" )
{snippet("lighttpd", {"/srv/helpdesk": str(desk.root)})}
"""
    path = configured(desk, "lighttpd.conf", config)
    with started(desk, [program, "-D", "-f", str(path)]) as (process, log):
        wait_for(process, log, lambda: answers(port))
        yield f"http://127.0.0.1:{port}/helpdesk"


@contextlib.contextmanager
def apache(desk: Desk, shown: str = "apache", accounts: str = "") -> Iterator[str]:
    """Apache httpd with the entry script as CGI, configured as docs/install.md shows: the script's address.

    `shown` is the snippet's name there; `accounts` the password file that it may name.
    """
    program = shutil.which("httpd", path=_EVERYWHERE) or require("apache2")[0]
    port = free_port()
    path = configured(desk, "httpd.conf", apache_config(desk, port, shown, accounts))
    with started(desk, [program, "-D", "FOREGROUND", "-f", str(path)]) as (process, log):
        wait_for(process, log, lambda: answers(port))
        yield f"http://127.0.0.1:{port}/helpdesk"


def apache_config(desk: Desk, port: int, shown: str, accounts: str) -> str:
    """The smallest configuration around the snippet that docs/install.md shows."""
    folders = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2", "/usr/lib/httpd/modules")
    modules = next((folder for folder in folders if os.path.isdir(folder)), folders[0])
    names = "mpm_event authz_core authz_user authn_core authn_file auth_basic alias cgid unixd"
    loading = "\n".join(
        f"LoadModule {name}_module {modules}/mod_{name}.so"
        for name in names.split()
        if os.path.exists(f"{modules}/mod_{name}.so")
    )
    place = desk.root.parent
    return f"""
ServerRoot "{place}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{place}/httpd.pid"
DefaultRuntimeDir "{place}"
{loading}
ScriptSock "{place}/cgid.sock"
ErrorLog "{place}/httpd.log"
{snippet(shown, {"/srv/helpdesk": str(desk.root)}).replace("/etc/apache2/helpdesk.htpasswd", accounts)}
"""


@contextlib.contextmanager
def nginx(desk: Desk) -> Iterator[str]:
    """nginx in front of `serve` with two workers, configured as docs/install.md shows: nginx's address."""
    (program,) = require("nginx")
    port = free_port()
    place = desk.root.parent
    with serve(desk, workers=2) as inner:
        server = snippet(
            "nginx",
            {
                "listen 443 ssl;": f"listen 127.0.0.1:{port};",
                "http://127.0.0.1:8080": inner,
                "support.example.org": "127.0.0.1",
            },
        )
        server = re.sub(r"^\s*ssl_certificate.*$", "", server, flags=re.MULTILINE)
        paths = "".join(
            f"{name}_temp_path {place}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = f"""
daemon off;
pid {place}/nginx.pid;
error_log stderr;
events {{}}
http {{
access_log off;
{paths}
{server}
}}
"""
        path = configured(desk, "nginx.conf", config)
        with started(desk, [program, "-c", str(path), "-e", "stderr", "-p", str(place)]) as (process, log):
            wait_for(process, log, lambda: answers(port))
            yield f"http://127.0.0.1:{port}"


SERVERS: dict[str, Callable[[Desk], contextlib.AbstractContextManager[str]]] = {
    "serve": serve,
    "gunicorn": gunicorn,
    "lighttpd": lighttpd,
    "apache": apache,
    "nginx": nginx,
    "validator": validated,
}


@contextlib.contextmanager
def door(name: str, people: Sequence[str] = PEOPLE, **settings: object) -> Iterator[Door]:
    """A new desk behind this server."""
    if name == "nginx":
        settings = {"proxy": "127.0.0.1", **settings}
    as_web_user = name in ("lighttpd", "apache", "nginx")
    with new_desk(as_web_user=as_web_user, people=people, **settings) as desk, SERVERS[name](desk) as url:
        yield Door(name, url, desk)


def snippet(language: str, replaced: dict[str, str]) -> str:
    """The first block of docs/install.md in this language, with what stands for the reader's own put in."""
    found = re.search(rf"^```{language}\n(.*?)^```$", INSTALL.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert found, f"docs/install.md shows no ```{language}"
    text = found[1]
    for shown, real in replaced.items():
        assert shown in text, f"docs/install.md: ```{language} does not say {shown}"
        text = text.replace(shown, real)
    return text


def configured(desk: Desk, name: str, text: str) -> Path:
    """A configuration file beside the desk, in a folder that the server's user may write to."""
    place = desk.root.parent
    if desk.user:
        shutil.chown(place, desk.user)
    path = place / name
    path.write_text(text)
    return path


@contextlib.contextmanager
def started(desk: Desk, command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A server running as the desk's user until the block ends, and the file that holds what it says."""
    number, name = tempfile.mkstemp(".said", f"{Path(command[0]).name}-", desk.root.parent)
    log = Path(name)
    environment = {**os.environ, "HELPDESK_ROOT": str(desk.root), "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    with open(number, "wb") as said:
        process = subprocess.Popen(
            as_user(desk.user, command),
            cwd=desk.root,
            env=environment,
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield process, log
    finally:
        process.terminate()
        try:
            process.wait(timeout=35)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def wait_for(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], Any]) -> Any:
    """What `ready` gives as soon as it is true; fails when the server ends first or takes too long."""
    until = time.monotonic() + PATIENCE
    while not (found := ready()):
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"it does not answer (exit {process.poll()}):\n{log.read_text()}")
        time.sleep(0.02)
    return found


def answers(port: int) -> bool:
    """Whether something speaks HTTP there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port on loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def web_user() -> str | None:
    """The user as whom a web server started by root runs; None where we are not root and it is just us."""
    if os.geteuid() != 0:
        return None
    for name in ("www-data", "apache", "http", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


def as_user(user: str | None, command: list[str]) -> list[str]:
    """The command as run by `user`: web servers refuse to run CGI as root, and a desk belongs to one user."""
    if user is None:
        return command
    (setpriv,) = require("setpriv")
    group = str(pwd.getpwnam(user).pw_gid)
    rights = [] if _can_reach_python(user) else ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups", *rights, *command]


def as_root(command: list[str]) -> list[str]:
    """The command as run by root, which goes on as another user: it may still read Python, as with `as_user`."""
    if _can_reach_python(web_user() or ""):
        return command
    return [*require("setpriv"), "--securebits=+no_setuid_fixup", *command]


@functools.cache
def _can_reach_python(user: str) -> bool:
    """Whether the user can run this interpreter: a checkout or Python below root's own folder is closed to others."""
    group = str(pwd.getpwnam(user).pw_gid)
    (setpriv,) = require("setpriv")
    told = ["/bin/sh", "-c", '"$0" -c "import jinja2"', sys.executable]  # by a shell, as a web server would run it
    command = [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups", *told]
    return subprocess.run(command, capture_output=True, cwd="/").returncode == 0


_EVERYWHERE = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"
