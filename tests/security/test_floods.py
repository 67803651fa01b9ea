"""Posts made to use up memory, disk or time are refused within limits, and leave nothing behind."""

from __future__ import annotations

import os
import time
import tracemalloc
from typing import Any

import pytest

from helpdesk_lite.web import body
from tests.access.browser import Answer, Browser
from tests.security.conftest import (
    BOUNDARY,
    FIELDS,
    File,
    delivered,
    multipart,
    number_in,
    post,
    signed_in,
    stored,
    upload,
)

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
LINE = b"--" + BOUNDARY.encode() + b"\r\n"
END = b"--" + BOUNDARY.encode() + b"--\r\n"


def part(head: bytes, content: bytes = b"x") -> bytes:
    return LINE + head + b"\r\n\r\n" + content + b"\r\n"


def named(name: str, more: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"{more}'.encode()


def nested(depth: int) -> bytes:
    """Multiparts in multiparts, as a mail bomb has them."""
    head = b"Content-Type: multipart/mixed; boundary=x\r\n" + named("files", '; filename="a"')
    return part(head, b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * depth) + END


BOMBS = {
    "10,000 fields": (b"".join(part(named(f"f{count}")) for count in range(10_000)) + END, {400}),
    "10,000 empty files": (b"".join(part(named("files", '; filename="a"'), b"") for _ in range(10_000)) + END, {400}),
    "1,500 small files": (b"".join(part(named("files", f'; filename="{n}"')) for n in range(1500)) + END, {400}),
    "a part with 5,000 headers": (part(b"\r\n".join(b"X-%d: y" % n for n in range(5000))) + END, {400}),
    "a part with the same header 5,000 times": (part(b"\r\n".join([b"X: y"] * 5000)) + END, {400}),
    "a header of 2 MB": (part(b"X: " + b"y" * 2_000_000) + END, {400, 413}),
    "a header name of 2 MB": (part(b"X" * 2_000_000 + b": y") + END, {400, 413}),
    "a disposition of a million semicolons": (part(named("a", ';"' + ";" * 1_000_000)) + END, {400, 413}),
    "a name of 100 kB": (part(named("n" * 100_000)) + END, {400, 413}),
    "a text of 5 MB": (part(named("message"), b"x" * 5_000_000) + END, {413}),
    "5 MB before the first part": (b"x" * 5_000_000 + part(named("message")) + END, {400, 413}),
    "5 MB behind the last part": (multipart(FIELDS) + b"x" * 5_000_000, {303, 400, 413}),
    "5 MB of line ends": (b"\r\n" * 2_500_000, {400, 413}),
    "5 MB of hyphens": (b"-" * 5_000_000, {400, 413}),
    "5 MB that nearly end a part": (
        part(named("files", '; filename="a"'), (b"\r\n" + LINE[:-3]) * 200_000) + END,
        {303, 400},
    ),
    "multiparts 10,000 deep": (nested(10_000), {303}),
    "a part that never ends": (part(named("files", '; filename="a"'), b"x" * 100_000), {400}),
    "parts without names": (b"".join(part(b"X: y") for _ in range(1000)) + END, {303, 400, 422}),
    "nothing at all": (b"", {400}),
    "only an end": (END, {303, 400, 422}),
}


def sent(browser: Browser, body: bytes, kind: str = MULTIPART) -> Answer:
    return browser.ask("POST", "/forms/all", body, CONTENT_TYPE=kind)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_multipart_bomb(house: Any, browser: Browser, bomb: str) -> None:
    body, expected = BOMBS[bomb]
    began = time.process_time()
    answer = sent(browser, body)
    assert answer.status in expected, answer.text
    assert time.process_time() - began < 4
    assert len(stored(house)) == (answer.status == 303)
    assert os.listdir(house.spool) == []
    assert post(browser, {**FIELDS, "message": "The next one."}).status == 303


PAIRS = {
    "10,000 fields": "&".join(f"f{count}=x" for count in range(10_000)),
    "one field 10,000 times": "&".join(["name=x"] * 10_000),
    "a million ampersands": "&" * 1_000_000,
    "a million signs": "=" * 1_000_000,
    "half a million escapes": "%41" * 340_000,
    "half a million broken escapes": "%zz" * 340_000,
    "names that PHP would nest": "&".join(f"a{'[b]' * 200}=x" for _ in range(1000)),
    "names that collide in a simple hash": "&".join(
        "Ez" * (n % 9) + "FY" * (9 - n % 9) + f"{n}=x" for n in range(1999)
    ),
    "2 MB": "message=" + "x" * 2_000_000,
}


@pytest.mark.parametrize("bomb", PAIRS)
def test_an_urlencoded_bomb(house: Any, browser: Browser, bomb: str) -> None:
    began = time.process_time()
    answer = sent(browser, PAIRS[bomb].encode(), "application/x-www-form-urlencoded")
    assert answer.status in (303, 400, 413, 422), answer.text
    assert time.process_time() - began < 4
    assert len(stored(house)) == (answer.status == 303)


@pytest.mark.parametrize("path", ["/login", "/setup"])
@pytest.mark.parametrize("bomb", ["a text of 5 MB", "10,000 fields", "a header of 2 MB", "multiparts 10,000 deep"])
def test_nor_where_people_sign_in(browser: Browser, path: str, bomb: str) -> None:
    answer = browser.ask("POST", path, BOMBS[bomb][0], CONTENT_TYPE=MULTIPART, HTTP_ORIGIN="http://help.example.org")
    assert answer.status in (400, 403, 404, 413)
    assert os.listdir(browser.house.spool) == []


KINDS = [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 5000,
    'multipart/form-data; boundary="' + ";" * 100_000,
    "multipart/form-data; boundary=\xff\xfe",
    "multipart/mixed; boundary=x",
    "text/xml",
    "application/json",
    "application/x-www-form-urlencoded, multipart/form-data",
    "\x00",
    "a" * 100_000,
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_kind_of_body(house: Any, browser: Browser, kind: str) -> None:
    answer = sent(browser, multipart(FIELDS), kind)
    assert answer.status in (400, 413)
    assert stored(house) == [] and os.listdir(house.spool) == []


def test_a_large_upload_is_never_whole_in_memory(house: Any, browser: Browser) -> None:
    body = multipart(FIELDS, (File("large.bin", b"x" * 20_000_000),))
    tracemalloc.start()
    try:
        answer = sent(browser, body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status == 303
    assert peak < 28_000_000, peak  # the test's own copy of the body is 20 MB of it


def test_more_than_the_limit_is_refused_while_it_comes(house: Any, browser: Browser) -> None:
    """Also when the length that was said is smaller than what the parts add up to."""
    house.settings = house.settings._replace(upload_mb=1)
    assert upload(browser, File("large.bin", b"x" * 1_100_000)).status == 413
    assert upload(browser, *[File(f"{n}.bin", b"x" * 300_000) for n in range(4)]).status == 413
    assert sent(browser, b"x" * 3_000_000).status == 413
    assert stored(house) == [] and os.listdir(house.spool) == []


def test_every_file_that_is_kept_is_seen(house: Any, browser: Browser) -> None:
    """Of two thousand files in one submission the operator used to get the first thousand, and nobody was told."""
    assert upload(browser, *[File(f"{n}.txt", b"x") for n in range(body.MOST_UPLOADS + 1)]).status == 400
    assert stored(house) == [] and os.listdir(house.spool) == []
    number = number_in(upload(browser, *[File(f"{n}.txt", b"%d" % n) for n in range(body.MOST_UPLOADS)]))
    ines = signed_in(house, "ines")
    assert ines.get(f"/tickets/{number}").text.count(f'<a href="/tickets/{number}/attachments/') == body.MOST_UPLOADS
    assert ines.get(f"/tickets/{number}/attachments/{body.MOST_UPLOADS}/x").body == b"%d" % (body.MOST_UPLOADS - 1)
    ines.post(f"/tickets/{number}/claim")
    (forward,) = [found for found in delivered(house) if found.box == "ines-own"]
    assert len(list(forward.read.iter_attachments())) == body.MOST_UPLOADS
