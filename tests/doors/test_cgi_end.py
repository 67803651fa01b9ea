"""What becomes of a CGI script when the web server has all it wants: the letters go out all the same."""

from __future__ import annotations

import os
import subprocess
import urllib.parse
from collections.abc import Iterator

import pytest

from tests import servers
from tests.bench.whole import COMMON
from tests.doors.stories import typed
from tests.servers import Desk


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A desk that this test is the web server of."""
    with servers.new_desk() as made:
        yield made


def submit(desk: Desk, **more: str) -> subprocess.Popen[bytes]:
    """A script that has been given a submission to read."""
    body = urllib.parse.urlencode(typed()).encode()
    request = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/helpdesk",
        "PATH_INFO": "/forms/contact",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        **more,
    }
    script = subprocess.Popen(
        [desk.root / "cgi-bin" / "helpdesk.cgi"],
        env={**COMMON, **request},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert script.stdin
    script.stdin.write(body)
    script.stdin.flush()
    return script


def test_a_script_ended_with_its_answer_still_sends_its_letters(desk: Desk) -> None:
    """lighttpd ends a script with SIGTERM when it has all that Content-Length says."""
    for _ in range(8):
        with submit(desk) as script:
            assert script.stdout
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += os.read(script.stdout.fileno(), 65536)
            script.terminate()
            script.wait()
        number = answer.decode().partition("/sent/")[2].partition("?")[0]
        assert desk.mail("operators@localhost", number)


def test_a_script_needs_no_end_of_input(desk: Desk) -> None:
    """A server may leave standard input open behind the body: CONTENT_LENGTH says where it ends (RFC 3875, 4.2)."""
    with submit(desk) as script:
        assert script.stdout
        assert script.stdout.read().startswith(b"Status: 303")
        assert script.wait(10) == 0


def test_a_script_ends_calmly_when_the_browser_is_gone(desk: Desk) -> None:
    with submit(desk) as script:
        assert script.stdout and script.stderr
        script.stdout.close()
        assert script.wait(10) == 0
        assert script.stderr.read() == b""


def test_the_proxy_header_is_not_a_setting(desk: Desk) -> None:
    """A client's `Proxy:` header becomes HTTP_PROXY, which programs take for a setting (CVE-2016-5385)."""
    with submit(desk, HTTP_PROXY="http://evil.example:3128") as script:
        assert script.stdout
        assert script.stdout.read().startswith(b"Status: 303")
