"""What reading a letter costs: steps that grow with its length only, and little memory, whatever was intended."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_lite.mail import incoming, parse

MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
HTML = b"Content-Type: text/html\n\n"
FLOWED = b"Content-Type: text/plain; format=flowed\n\n"
SERVERS = b"Return-Path: <>\n\nHi. This is the qmail-send program\n\n"
REPORT = b"Content-Type: message/delivery-status\n\n"
ATTRIBUTION = b"On 1 Jan 2026 10:00, J <a@b.example> wrote:\n"
# What is repeated, and what stands before.
HOSTILE: dict[str, tuple[bytes, bytes]] = {
    "From fields": (b"", b"From: a@b.example\n"),
    "addresses": (b"From: ", b"a@b.example, "),
    "quotes": (b"From: ", b'"\\'),
    "comments": (b"From: ", b"("),
    "angles": (b"From: ", b'<"a'),
    "names": (b"From: ", b"a "),
    "addresses without commas": (b"From: ", b"a@b "),
    "groups": (b"From: ", b":;"),
    "references": (b"References: ", b"<a@b> "),
    "references that never end": (b"References: ", b"<a"),
    "encoded words": (b"Subject: ", b"=?utf-8?q?a?= "),
    "half encoded words": (b"Subject: ", b"=?a?q?"),
    "parameters": (b"Content-Type: text/plain", b"; a*0*=b"),
    "marks of programs": (b"", b"Precedence: x\n"),
    "results": (b"Authentication-Results: a; ", b"dkim=pass header.d=x;"),
    "continued lines": (b"Subject:", b"\n a"),
    "parts": (MIXED, b"--b\n\nx\n"),
    "multiparts": (b"", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
    "HTML parts": (MIXED, b"--b\nContent-Type: text/html\n\n<p>x\n"),
    "almost delimiters": (MIXED + b"--b\n\n", b"\n--b x"),
    "quotes in the text": (b"\n", b"> a\nb:\n"),
    "attributions": (b"\nx\n", ATTRIBUTION),
    "attributions apart": (b"\nx\n", ATTRIBUTION + b"\n\n"),
    "originals": (b"\n", b"-----Original Message-----\n> a\n"),
    "originals apart": (b"\n", b"-----Original Message-----\n\n\n"),
    "heads": (b"\n", b"From: a\nSent: b\n"),
    "signatures": (b"\n", b"-- \n> a\n"),
    "worn signatures": (b"\n", b"--\n"),
    "advertisements": (b"\n", b"Sent from my x\n"),
    "blank lines": (b"\n", b"\n"),
    "flowed lines": (FLOWED, b"a \n"),
    "open elements": (HTML, b"<div>"),
    "open quotes": (HTML, b"<blockquote class=quote>a"),
    "links": (HTML, b"<a href=http://x>a"),
    "silent elements": (HTML, b"<template></head>"),
    "cells": (HTML, b"<td>a"),
    "addresses in a server's words": (SERVERS, b"<a@b.example>:\n"),
    "failures": (REPORT, b"Action: failed\nFinal-Recipient: rfc822; a@b.example\n\n"),
}


def steps(work: Callable[[], object]) -> int:
    """How many functions are called while it works."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def repeated(what: str, times: int) -> io.BytesIO:
    before, piece = HOSTILE[what]
    return io.BytesIO(before + piece * times)


@pytest.mark.parametrize("what", HOSTILE)
def test_twice_as_much_takes_twice_as_many_steps(what: str) -> None:
    incoming.read(repeated(what, 10))  # what is loaded once is loaded
    once, twice = (steps(lambda times=times: incoming.read(repeated(what, times))) for times in (400, 800))  # type: ignore[misc]

    assert twice < 2.5 * once


@pytest.mark.parametrize("what", HOSTILE)
def test_lists_and_lines_are_bounded(what: str) -> None:
    found = incoming.read(repeated(what, 20_000))

    assert len(found.senders) <= 1000
    assert len(found.references) <= 200
    assert len(found.attachments) <= parse.MOST_PARTS
    assert len(found.failures) <= 1000
    assert len(found.authentication) <= 200
    assert len(found.subject) <= incoming.LONGEST_SUBJECT
    assert len(found.text) <= incoming.LONGEST_TEXT
    assert "\n" not in found.subject + found.auto


def test_a_letter_of_50_mb_is_never_whole_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.eml"
    with path.open("wb") as file:
        file.write(b"From: a@b.example\n" + MIXED + b"--b\n\nHello\n--b\nContent-Type: image/png\n")
        file.write(b"Content-Transfer-Encoding: base64\n\n")
        for _ in range(700):
            file.write((b"A" * 76 + b"\n") * 1000)
        file.write(b"--b--\n")

    with path.open("rb") as file:
        tracemalloc.start()
        found = incoming.read(file)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert found.size > 50_000_000
    assert found.text == "Hello"
    assert peak < 3_000_000


def test_a_head_of_a_megabyte_hides_nothing_below_it() -> None:
    raw = b"X-Long: " + b"a" * 1_000_000 + b"\nX-Folded: " + b"b\n " * 300_000 + b"\nFrom: a@b.example\n\nHello\n"

    found = incoming.read(io.BytesIO(raw))

    assert [one.address for one in found.senders] == ["a@b.example"]
    assert found.text == "Hello\n"


def test_reading_loads_little() -> None:
    """A mail server starts a process for each letter: the email package would be 25 ms, selectolax 18."""
    letter = r"From: a@b.example\nDate: 1 Jan 26 10:00\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b--\n"
    code = f"from helpdesk_lite.mail import incoming; import io, sys; incoming.read(io.BytesIO(b'{letter}'))"
    code += "; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    dear = {"email", "selectolax", "nh3", "json", "logging", "html.parser", "mimetypes", "asyncio", "dns", "argparse"}
    assert dear.isdisjoint(done.stdout.split())
