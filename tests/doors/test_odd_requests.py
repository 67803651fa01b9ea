"""What no browser sends, to every server in front of the desk: each answers calmly, gives nothing away, and goes on."""

from __future__ import annotations

import re
import socket

import pytest

from tests.doors.stories import submitted, typed
from tests.servers import Door
from tests.visitor import File

PATHS = [
    b"/forms/contact%00",
    b"/forms/contact%00.html",
    b"/forms/..%2f..%2fdata%2fsecret",
    b"/forms/..%252f..%252fdata%252fsecret",
    b"/forms/..%5c..%5cdata%5csettings.toml",
    b"/static/..%2f..%2f..%2fdata%2fsettings.toml",
    b"/static/../../../data/settings.toml",
    b"/../data/settings.toml",
    b"/../../data/settings.toml",
    b"/%2e%2e/data/settings.toml",
    b"/..;/data/settings.toml",
    b"/data/settings.toml",
    b"/helpdesk.cgi",
    b"/forms%2fcontact%2f..%2f..%2fqueue",
    b"/forms/contact%2f",
    b"/forms/CONTACT",
    b"/forms/contact.html",
    b"/forms/contact%20",
    b"/forms/contact::$DATA",
    b"/forms/%",
    b"/forms/%zz",
    b"/forms/%u002e",
    b"/forms/%ff",
    b"/forms/%c0%ae%c0%ae",
    b"/forms/\xff",
    b"/forms/\xe2\x80\xae",
    b"/%0d%0aX-Zqxkw:%201",
    b"/forms/x%0d%0a%0d%0a<script>zqxkw()</script>",
    b"/login?next=%0d%0aX-Zqxkw:%201",
    b"/login?next=/queue%0d%0aX-Zqxkw:%201",
    b"/%3Cscript%3Ezqxkw()%3C/script%3E",
    b"/?-s",
    b"/?-c+print(1)",
    b"/?%2D%2Droot+/etc",
    b"/forms/contact?" + b"name=a&" * 9000,
    b"/" + b"a" * 60_000,
    b"/" + b"a/" * 3000,
    b"/tickets/..%2f..%2fdata%2fsecret/claim",
    b"/queue?after=%00",
    b"/setup?key=%00",
]
BARE = [
    b"*",
    b"",
    b"http://evil.example/queue",
    b"//evil.example/queue",
    b"/\\evil.example/queue",
    b"queue",
    b"?",
    b"\x00",
]
METHODS = [
    b"TRACE",
    b"OPTIONS",
    b"PROPFIND",
    b"PUT",
    b"DELETE",
    b"PATCH",
    b"CONNECT",
    b"get",
    b"GE\x00T",
    b"A" * 5000,
    b"",
]
HEADERS = [
    b"Cookie: " + b"helpdesk=x; " * 4000,
    b"Cookie: helpdesk=" + b"~" * 60_000,
    b"Cookie: helpdesk=ines~9999999999~../../secret~x",
    b"Cookie: \xff\xfe=\x01",
    b"Cookie: a=b\r\nCookie: helpdesk=x",
    b"\r\n".join(b"X-%d: y" % count for count in range(2000)),
    b"X-Forwarded-For: 127.0.0.1, ::1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nX-Real-IP: ::1",
    b"X-Forwarded-Prefix: //evil.example\r\nX-Script-Name: //evil.example\r\nScript-Name: //evil.example",
    b"X-Original-URL: /queue\r\nX-Rewrite-URL: /queue\r\nX-HTTP-Method-Override: POST",
    b"Remote-User: ines\r\nREMOTE_USER: ines\r\nX-Remote-User: ines\r\nAuthorization: Basic aW5lczp4",
    b"Proxy: http://evil.example:3128",
    b"Range: bytes=0-0,0-0,0-0,0-0\r\nIf-Range: x",
    b"Range: bytes=-99999999999999999999",
    b"Expect: nonsense",
    b"Accept-Language: " + b"it;q=0.1," * 3000,
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
]


def said(door: Door, first: bytes, headers: bytes = b"") -> bytes:
    """All that comes back to a request that begins so."""
    visitor = door.visitor()
    with socket.create_connection((visitor.host, visitor.port), timeout=30) as connection:
        try:
            connection.sendall(first + b"\r\nHost: help.example.org\r\nConnection: close\r\n" + headers + b"\r\n\r\n")
        except OSError:
            return b""
        found = b""
        while True:
            try:
                piece = connection.recv(65536)
            except OSError:
                return found
            if not piece:
                return found
            found += piece


def assert_calm(door: Door, answer: bytes, what: bytes) -> None:
    """Nothing failed, nothing of data/ or the program came, no header was made, nobody is sent elsewhere."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert not re.match(rb"HTTP/1\.[01] 5(?!01|05)", answer), (what, answer[:300])
    assert (door.desk.root / "data" / "secret").read_bytes() not in answer
    for secret in (b"[limits]", b"$argon2", b"Traceback", b"/usr/bin/env", str(door.desk.root).encode()):
        assert secret not in answer, (what, secret)
    lines = head.lower().split(b"\r\n")
    assert not [line for line in lines if line.startswith(b"x-zqxkw")], (what, head)
    assert b"<script>zqxkw" not in body, what
    for line in lines:
        if line.startswith(b"location:"):
            assert re.match(rb"location: (?:http://[^/]*)?/(?![/\\])", line) and b"evil" not in line, (what, line)
    assert not re.search(rb"""(?:href|src|action)=["']?(?:https?:)?[/\\]{2}""", body.replace(b"http://www.w3.org", b""))


def test_an_odd_address(door: Door) -> None:
    base = door.visitor().base.encode()
    for path in PATHS:
        assert_calm(door, said(door, b"GET " + base + path + b" HTTP/1.1"), path[:99])
    if door.name != "validator":  # which complains about them itself; it is for tests only
        for path in [*BARE, b"/" + base + b"/queue", b"/x/../" + base + b"/login", base + b"//" + b"queue"]:
            assert_calm(door, said(door, b"GET " + path + b" HTTP/1.1"), path)
    assert door.visitor().get("/forms/contact").status == 200


def test_an_odd_method(door: Door) -> None:
    base, before = door.visitor().base.encode(), door.desk.tickets()
    for method in METHODS if door.name != "validator" else METHODS[:2]:
        for path in (b"/forms/contact", b"/queue", b"/static/style.css"):
            assert_calm(door, said(door, method + b" " + base + path + b" HTTP/1.1"), method[:99])
    for line in (b"GET " + base + b"/", b"GET " + base + b"/ HTTP/9.9", b"GET  / HTTP/1.1", b"\x16\x03\x01\x02\x00"):
        assert_calm(door, said(door, line), line)
    assert door.desk.tickets() == before
    assert door.visitor().get("/forms/contact").status == 200


@pytest.mark.parametrize("path", [b"/queue", b"/forms/contact"])
def test_an_odd_header(door: Door, path: bytes) -> None:
    base = door.visitor().base.encode()
    for header in HEADERS:
        answer = said(door, b"GET " + base + path + b" HTTP/1.1", header)
        assert_calm(door, answer, header[:99])
        assert b"evil" not in answer
        if path == b"/queue":  # nobody is signed in by it
            assert not answer.startswith(b"HTTP/1.1 200"), header[:99]
    assert door.visitor().get("/forms/contact").status == 200


def test_head_and_a_range_of_an_upload(door: Door) -> None:
    """HEAD gives the headers of GET and no byte more; a part that is asked for is the right part, or everything."""
    content = bytes(range(256)) * 400
    fields = {"name": "Jane", "email": "jane@example.com", "message": "See the file."}
    sent = door.visitor().upload("/forms/upload", fields, [("picture", File("a.png", "image/png", content))])
    ines = door.operator("ines")
    ines.post(f"/tickets/{sent.number}/claim")
    path = f"/tickets/{sent.number}/attachments/1/a.png"
    whole, head = ines.get(path), ines.ask("HEAD", path)
    assert (whole.status, whole.body) == (200, content)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-disposition", "content-security-policy", "x-content-type-options"):
        assert head.headers[name] == whole.headers[name]
    for wanted in (
        "bytes=10-19",
        "bytes=-5",
        "bytes=0-0,5-6",
        "bytes=999999-",
        "bytes=9-1",
        "lines=1-2",
        "bytes=" + "0-," * 1000,
    ):
        answer = ines.get(path, {"Range": wanted})
        assert answer.status in (200, 206, 400, 416, 431), (wanted, answer.status)
        if answer.status == 200:
            assert answer.body == content
        elif answer.status == 206 and "multipart" not in answer.headers["content-type"]:
            start = int(answer.headers["content-range"].split()[1].partition("-")[0])
            assert answer.body == content[start : start + len(answer.body)]
        if answer.status in (200, 206):
            assert answer.headers["content-disposition"].startswith("attachment")
    assert door.visitor().get(path, {"Range": "bytes=0-9"}).status == 303


def test_a_visitor_does_not_choose_who_they_are(door: Door) -> None:
    """No header but a cookie of ours makes an operator."""
    number = submitted(door)
    lies = {"Remote-User": "ada", "X-Forwarded-User": "ada", "X-Remote-User": "ada", "Authorization": "Basic YWRhOng="}
    answer = door.visitor().post(f"/tickets/{number}/claim", headers=lies)
    assert answer.status == 303 and answer.location.endswith("/login")
    assert door.desk.show(number)["state"] == "pending"
    assert door.visitor().post("/forms/contact", typed(), {"X-Forwarded-For": "\x01" * 99 + "é"}).status in (303, 400)
