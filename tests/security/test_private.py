"""What is in data/ is for the desk's own user only, and secrets are in no log, no error and no page: also under CGI."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.web.app import App
from tests.access.browser import Answer, Browser
from tests.examples import INES
from tests.security.conftest import FIELDS, PASSWORD, number_in, post, signed_in
from tests.servers import CHECKOUT

SCRIPT = CHECKOUT / "cgi-bin" / "helpdesk.cgi"


def cgi(root: str, method: str, path: str, body: bytes = b"", **environ: str) -> tuple[bytes, bytes]:
    """One request as a web server hands it to the script, with the loosest umask: its output and its words."""
    query = path.partition("?")[2]
    given = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "/helpdesk",
        "PATH_INFO": path.partition("?")[0],
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "help.example.org",
        "HTTP_HOST": "help.example.org",
        "HTTP_ORIGIN": "http://help.example.org",
        "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HELPDESK_ROOT": root,
        "PATH": os.environ["PATH"],
        **environ,
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], input=body, env=given, capture_output=True, timeout=30, umask=0o000
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.fixture
def story(house: Any) -> tuple[Any, list[bytes], str]:
    """A ticket's whole way under CGI: submitted, looked at, claimed, mailed, released. With all that was said."""
    root = house.root.path
    sent, said = cgi(root, "POST", "/forms/all", urlencode(FIELDS).encode())
    number = sent.partition(b"/sent/")[2].partition(b"?")[0].decode()
    told = [said]
    answer, said = cgi(root, "POST", "/login", urlencode({"name": "ines", "password": PASSWORD}).encode())
    cookie = answer.partition(b"Set-Cookie: ")[2].partition(b";")[0].decode()
    told.append(said)
    for method, path in (("GET", "/queue"), ("POST", f"/tickets/{number}/claim"), ("GET", f"/tickets/{number}")):
        told.append(cgi(root, method, path, HTTP_COOKIE=cookie)[1])
    told.append(cgi(root, "POST", f"/tickets/{number}/release", HTTP_COOKIE=cookie)[1])
    assemble.courier(house).run(all=True)
    assert house.store.place(number).state == "pending"
    return house, told, cookie


def test_every_file_and_folder_is_private(story: tuple[Any, list[bytes], str]) -> None:
    house, _, _ = story
    data = Path(house.root.data)
    files = 0
    for path in [data, *data.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), (path, oct(mode))
        assert not path.is_symlink()
        files += 1
    assert files > 40


def test_also_while_it_works(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is private from its first moment, whatever the umask: nobody can open it early."""
    from helpdesk_lite import disk

    opened: list[int] = []
    real = os.open

    def watched(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        descriptor = real(path, flags, mode, **more)
        if flags & os.O_CREAT:
            opened.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(disk.os, "open", watched)
    old = os.umask(0)
    try:
        number = number_in(post(Browser(house), FIELDS))
        signed_in(house, "ines").post(f"/tickets/{number}/claim")
        Browser(house).sign_in("ines", "wrong password")
        signed_in(house, "ines").post("/logout")
        assemble.courier(house).run(all=True)
    finally:
        os.umask(old)
    assert len(opened) > 10 and set(opened) == {0o600}


def test_no_log_holds_a_secret_or_an_address(story: tuple[Any, list[bytes], str]) -> None:
    _, told, cookie = story
    said = b"".join(told)
    for secret in (PASSWORD, FIELDS["email"], FIELDS["message"], FIELDS["name"], cookie.partition("=")[2]):
        assert secret.encode() not in said


def test_nor_does_what_goes_wrong(house: Any, capfd: Any, monkeypatch: Any) -> None:
    """A desk whose parts fail one after the other, and requests full of secrets."""
    number = number_in(post(Browser(house), FIELDS))
    ines = signed_in(house, "ines")
    key = house.desk.key(number)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("this went wrong")

    answers = []
    for part in (type(house.store), type(house.outbox), type(house.forms), type(house.operators), type(house.limits)):
        for name in [one for one in vars(part) if not one.startswith("_")]:
            with monkeypatch.context() as patch:
                patch.setattr(part, name, broken)
                answers.append(post(Browser(house), {**FIELDS, "message": f"hush {name}"}))
                answers.append(Browser(house, "192.0.2.77").get(f"/sent/{number}?key={key}"))
                answers.append(ines.get(f"/tickets/{number}"))
                if part is type(house.limits):
                    answers.append(Browser(house, "192.0.2.78").sign_in("bob", PASSWORD))
    said = "".join(capfd.readouterr())
    failed = [answer for answer in answers if answer.status >= 500]
    assert len(failed) > 10
    assert said.count("web: failed") >= len(failed) and said.count("\n") < 3 * len(failed)
    for secret in (PASSWORD, FIELDS["email"], key, "hush", "argon2", ines.cookie.partition("=")[2]):
        assert secret not in said, secret
        assert not any(secret in answer.text for answer in failed), secret
    for answer in failed:
        assert not any(
            word in answer.text for word in ("Traceback", "RuntimeError", "went wrong", ".py", house.root.path)
        )


def test_nor_does_a_desk_that_can_draw_no_page(house: Any, monkeypatch: Any) -> None:
    """Or that cannot be opened at all: the few plain words are always the same."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("hush: /srv/helpdesk/data/secret")

    for part in ("full", "framed", "each"):
        monkeypatch.setattr(type(house.render), part, broken)
    answers = [Browser(house).get(path) for path in ("/", "/login", "/nothing", "/sent/x")]
    told: list[Any] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.errors": sys.stderr}
    body = b"".join(App(broken, broken)(environ, lambda *given: told.append(given)))
    answers.append(Answer(*told[0], body))
    for answer in answers:
        assert answer.status in (404, 500)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text.count("\n") == 1 and not any(
            word in answer.text for word in ("hush", "Error", "/srv", ".py")
        )


@pytest.mark.parametrize(
    "length",
    ["-1", "+5", "5, 5", "0x5", "1e3", "5 ", " 5", "5\n", "", "٥", "9" * 15, "9" * 30, "5;5", "NaN", "5.0", "05"],
)
def test_an_odd_length_smuggles_nothing(house: Any, length: str) -> None:
    """What is behind the length that the server said is not this request's, and no other request either."""
    body = urlencode(FIELDS).encode()[:5] + b"POST /forms/all HTTP/1.1\r\nHost: x\r\n\r\n" + urlencode(FIELDS).encode()
    answer, _ = cgi(house.root.path, "POST", "/forms/all", body, CONTENT_LENGTH=length)
    status = int(answer.split(b" ", 2)[1])
    assert status in (400, 413) if length not in ("", "05", "5") else status in (303, 400, 422), answer
    assert answer.count(b"Status:") == 1
    assert len(list(house.store.numbers("pending"))) == (status == 303)


@pytest.mark.parametrize(
    "name", ["HTTP_PROXY", "HTTP_PYTHONPATH", "HTTP_HELPDESK_ROOT", "HTTP_REMOTE_USER", "HTTP_PATH"]
)
def test_no_header_becomes_a_setting(house: Any, name: str) -> None:
    answer, _ = cgi(house.root.path, "GET", "/queue", **{name: "http://evil.example:3128/ines"})
    assert answer.startswith(b"Status: 303") and b"evil" not in answer


def test_a_proxy_header_is_gone_before_anything_could_use_it() -> None:
    """CVE-2016-5385: the standard library, and all that is built on it, takes HTTP_PROXY for its proxy."""
    code = (
        "import os, sys, urllib.request; sys.argv=['x']; from helpdesk_lite.doors import cgi\n"
        "cgi.run(lambda environ, start: (start('200 OK', []), [repr((os.environ.get('HTTP_PROXY'), "
        "urllib.request.getproxies().get('http'))).encode()])[1])"
    )
    environ = {"REQUEST_METHOD": "GET", "HTTP_PROXY": "http://evil.example", "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", code], env=environ, cwd=CHECKOUT, capture_output=True, timeout=30)
    assert done.stdout.endswith(b"(None, None)"), done


def test_a_new_desk_is_private_from_the_start(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        root = make_desk(str(tmp_path / "new"))
        assemble.house(root).operators.add(INES, PASSWORD)
    finally:
        os.umask(old)
    data = Path(root.data)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [data, *data.rglob("*")]} == {0}
