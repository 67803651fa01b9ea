"""No input takes a time that grows with the square of its length: not in a field, a header, a name, or a pattern.

Times are of the processor, so that a busy machine does not matter. What is linear takes milliseconds here; the
quadratic ways that were found and mended took minutes.
"""

from __future__ import annotations

import ast
import functools
import importlib
import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.forms import answers, inputs, markup, patterns
from helpdesk_lite.mail import body, compose, headers, parse, parties, readable
from helpdesk_lite.web import http
from helpdesk_lite.words import i18n, letter, trace
from helpdesk_lite.words.form import Control
from tests.access.browser import Browser
from tests.house import source
from tests.security.conftest import FIELDS, post, signed_in

WORDS = (  # with _ for a space
    "a A 1 . , ; : @ @a a@ a. .a a- -a < > </ <a <a_ <!-- <! <? <![ & &# &#x =\"' \" ' \\ / // % %z %2 = =? ?= ?=_ "
    "=?utf-8?q? =?a?q? ( [ { {} {{ }} {% _ __ _a a_ >_ - -- --! + ++ * ** | || ^ $ ~ # ! 1e 0x url( @import helpdesk- "
    "data: http:// :// ü \u0301 😀 \u202e \ue000\ue001 \ue000\ue001B From_ \x00"
)
ENDS = [
    "\r",
    "\n",
    "\r\n",
    "\n ",
    ">\n",
    "\nFrom ",
    "\t",
    "\x0b",
    "\x85",
    "\xa0",
    "\u2028",
    " \n",
    "=\n",
    "\n.",
    "\n--",
]
REPEATED = [*WORDS.split(" "), *ENDS]
LENGTH = 20_000  # characters
SLOWEST = 0.5  # seconds of processor time


def repeated(piece: str, length: int = LENGTH) -> str:
    piece = piece.replace("_", " ")
    return (piece * (length // len(piece) + 1))[:length]


def seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def control(kind: str, **rules: str) -> Control:
    return Control(kind, 0, rules)


def complaint(kind: str, **rules: str) -> Callable[[str], object]:
    asked = control(kind, **rules)
    return lambda text: inputs.complaint_about(asked, inputs.sanitised(asked, text))


class _Named:
    name = "Help Desk"


PARTIES = parties.Parties(_Named, b"")  # type: ignore[arg-type]
READERS: dict[str, Callable[[str], object]] = {
    "a Subject": lambda text: headers.text("Subject", text),
    "a display name": lambda text: headers.mailboxes("From", [(text, "a@b.example")]),
    "a display name via us": lambda text: PARTIES._via(text, i18n.translation("en")),
    "a file name": lambda text: headers.parametered("C", "a", [("f", headers.file_name(text))]),
    "a file name in ASCII": lambda text: headers.ascii_name(headers.file_name(text)),
    "a media type": headers.media_type,
    "an address": letter.is_address,
    "an address's domain": lambda text: letter.is_address("a@" + text),
    "Message-IDs": lambda text: headers.ids("References", [f"<{text}>"]),
    "a text part": lambda text: list(compose.words("text/plain", text)),
    "a field in a mail": lambda text: body.field_lines("label", [text]),
    "encoded words": parse.decoded_words,
    "a message": lambda text: parse.parts(io.BytesIO(text.encode("utf-8", "replace"))),
    "a multipart": lambda text: parse.parts(
        io.BytesIO(b'Content-Type: multipart/mixed; boundary="-"\n\n' + text.encode())
    ),
    "a header of a message": lambda text: parse.parts(io.BytesIO(b"Content-Type: a/b; x=" + text.encode() + b"\n\n")),
    "HTML as text": readable.text_of_html,
    "a trace line": lambda text: trace.read(trace.written("x", text)),
    "a pair of a query": lambda text: http.urlencoded_pairs(text.encode()),
    "Accept-Language": i18n.preferred,
    "the tags of a page": markup.scan,
    "one line": answers._one_line,
    "a list of addresses": complaint("email", multiple=""),
    "a web address": lambda text: complaint("url")("https://" + text),
    "a path of a web address": lambda text: complaint("url")("https://a.example/" + text),
    **{
        f"a field of type {kind}": complaint(kind, min="1", step="7")
        for kind in (*inputs.SCALED, "email", "color", "text")
    },
}


@pytest.mark.parametrize("what", READERS)
def test_reading(what: str) -> None:
    read = READERS[what]
    slow = {piece: took for piece in REPEATED if (took := seconds(lambda piece=piece: read(repeated(piece)))) > SLOWEST}
    assert not slow


def our_patterns() -> dict[str, Callable[[Any], object]]:
    """Every regular expression of the package, as it is used: compiled ones by where they are, others by their line."""
    found: dict[str, Callable[[Any], object]] = {}
    for module in source.modules():
        if not module.name or module.name == "wsgi":
            continue
        loaded = importlib.import_module(f"helpdesk_lite.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                uses = set(re.findall(rf"\b{name}\.([a-z]+)\(", module.text))
                is_anchored = uses <= {"match", "fullmatch"}
                found[f"{module.name}.{name}"] = value.fullmatch if is_anchored else functools.partial(_replaced, value)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "re.sub",
                "re.split",
                "re.findall",
                "re.search",
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
                    pattern = re.compile(first.value)
                    found[f"{module.name} line {node.lineno}"] = functools.partial(_replaced, pattern)
    return found


def _replaced(pattern: re.Pattern[Any], text: Any) -> object:
    return pattern.sub(type(text)(), text)


OURS = our_patterns()
# These are asked about texts of bounded length only, as the code beside them says.
SHORT = {"forms.patterns._PLAIN": 1000, "web.pages.outbox": 500}


@pytest.mark.parametrize("where", OURS)
def test_every_regular_expression_of_ours(where: str) -> None:
    read = OURS[where]
    length = next((most for name, most in SHORT.items() if where.startswith(name)), LENGTH)
    slow = {}
    for piece in REPEATED:
        for begin in ("", "=?a?q?", "url("):
            text: Any = begin + repeated(piece, length)
            try:
                took = seconds(lambda text=text: read(text))  # type: ignore[misc]
            except TypeError:
                took = seconds(lambda text=text: read(text.encode()))  # type: ignore[misc]
            if took > SLOWEST:
                slow[begin + piece] = took
    assert not slow


@pytest.mark.parametrize("field", ["name", "email", "message"])
def test_a_megabyte_in_one_field(house: Any, browser: Browser, field: str) -> None:
    """Kept and mailed, or refused: within seconds, whatever it repeats."""
    for piece in ("a", "ü", "=?", "<", ">From_"):
        spent = seconds(lambda piece=piece: post(browser, {**FIELDS, field: repeated(piece, 200_000)}))  # type: ignore[misc]
        assert spent < 4, (field, piece, spent)
    ines = signed_in(house, "ines")
    for number in list(house.store.numbers("pending"))[-2:]:
        assert seconds(lambda number=number: ines.get(f"/tickets/{number}")) < 3  # type: ignore[misc]
        ines.post(f"/tickets/{number}/claim")
    assert seconds(lambda: assemble.courier(house).run(all=True)) < 12


HEADERS = [
    *("HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_IF_NONE_MATCH", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_HOST"),
    *("HTTP_ACCEPT_ENCODING", "HTTP_X_FORWARDED_FOR", "QUERY_STRING", "PATH_INFO", "CONTENT_TYPE", "REMOTE_ADDR"),
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_long_header(house: Any, ines: Browser, header: str) -> None:
    """As long as servers let them be: 64 kB."""
    house.settings = house.settings._replace(proxy="192.0.2.7")
    for piece in ("a", ",", ";", "=", "~", "%", '"', "a@", "&", ";q=", "/", "%zz"):
        said = ("/" if header == "PATH_INFO" else "") + repeated(piece, 64_000).encode("utf-8").decode("latin-1")
        for method, path in (("GET", "/queue"), ("POST", "/forms/all"), ("GET", "/forms/all")):
            spent = seconds(lambda said=said, method=method, path=path: ines.ask(method, path, **{header: said}))  # type: ignore[misc]
            assert spent < SLOWEST, (header, piece, method, path, spent)


HOSTILE = [
    ("(a+)+", "a" * 40 + "!"),
    ("(a|a)*b", "a" * 40),
    ("(.*)*x", "y" * 40),
    ("(?:[a-z]+)*[0-9]", "a" * 60),
    ("(x+x+)+y", "x" * 40),
    (r"^(\w+\s?)*$", "a " * 30 + "!"),
    (".*.*.*.*x", "y" * 1000),
    ("a{0,99999}a{0,99999}b", "a" * 5000),
    ("((a{1,99}){1,99}){1,99}", "a" * 5000),
    ("(" * 3000 + ")" * 3000, "x"),
    ("[" * 5000, "x"),
    ("(?<=(a+)+)b", "a" * 40),
    ("\\p{L}*" * 50, "ü" * 2000),
]


@pytest.mark.parametrize(("pattern", "text"), HOSTILE)
def test_a_hostile_pattern_is_stopped(pattern: str, text: str) -> None:
    began = time.monotonic()
    (verdict,) = patterns.matches([(pattern, text)])
    assert verdict in (patterns.FITS, patterns.FAILS, patterns.UNREADABLE, patterns.TOO_SLOW)
    assert time.monotonic() - began < 4
