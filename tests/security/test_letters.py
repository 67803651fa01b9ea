"""What a letter brings is shown, never obeyed: its fields, text, HTML, files and their names."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.access.browser import Answer
from tests.mail_desk import DESK, MailDesk
from tests.security.conftest import signed_in
from tests.security.payloads import FILE_NAMES, MARK, MARKUP, TEMPLATES
from tests.security.test_markup import ACTIVE_FILES, Reader, assert_guarded, assert_tame

_count = itertools.count(1)


@pytest.fixture
def mail(tmp_path: Path) -> MailDesk:
    """A desk that letters come to; ada is an administrator."""
    made = MailDesk(tmp_path)
    Path(made.root.inside("operators", "ada.toml")).write_text('email = "ada@example.org"\nadmin = true\n')
    return made


def encoded(text: str) -> str:
    """A header's text as an encoded word, so that any of it comes through."""
    return f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="


def hostile(payload: str, to: str, sender: str = "jane@example.com") -> bytes:
    """A letter with the payload in every place."""
    word = encoded(payload)
    one_line = " ".join(payload.splitlines())
    written = f"""\
From: {word} <{sender}>
To: {to}
Cc: {word} <zqxkw@evil.example>
Subject: {word}
Message-ID: <{next(_count)}.zqxkw@example.com>
X-Raw: {one_line}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=utf-8

{payload}

> {payload}
{"--"}\x20
{payload}
--c
Content-Type: text/html; charset=utf-8

<p title='{payload}' style='{payload}'>{payload}</p>
<a href='{payload}'>a</a><img src='{payload}'><img src='cid:{payload}'>
--c--
--b
Content-Type: image/svg+xml
Content-ID: <zqxkw@x>
Content-Disposition: attachment; filename*=utf-8''{_percent(payload)}

<svg onload='zqxkw()'/>
--b--
"""
    return written.encode("utf-8", "replace")


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def assert_harmless(answer: Answer) -> None:
    """A page that holds a letter's HTML: nothing in it runs or loads, and its policy would not let it."""
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox ") and "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    found = Reader(answer.text).tags
    assert [tag for tag, _ in found].count("style") == 1
    for tag, attributes in found:
        assert tag not in {"script", "iframe", "object", "embed", "base", "form", "svg", "math", "link", "input"}
        assert tag != "meta" or "http-equiv" not in attributes
        assert not [name for name in attributes if name.startswith("on") or name in ("srcset", "background", "style")]
        assert attributes.get("src", "data:image/").startswith("data:image/")
        assert attributes.get("href", "/tickets/").startswith(("/tickets/", "http://", "https://", "mailto:"))
    sheet = answer.text.partition("<style>")[2].partition("</style>")[0]
    assert not [word for word in ("url(", "@import", "expression", "position", "<") if word in sheet.lower()]


@pytest.mark.parametrize("payload", [*MARKUP, *TEMPLATES])
def test_in_every_place_of_a_letter(mail: MailDesk, payload: str) -> None:
    house: Any = mail.house
    number = mail.receive(hostile(payload, DESK)).number
    ines, ada = signed_in(house, "ines"), signed_in(house, "ada")
    answers = [ines.get("/queue"), ines.get(f"/tickets/{number}"), ada.get(f"/tickets/{number}")]
    mail.receive(hostile(payload, mail.address("claim", number), "ines@example.org"))
    for sender in ("jane@example.com", "mallory@example.net"):
        mail.receive(hostile(payload, mail.address("ticket", number), sender))
    assert mail.kinds(number) == ["inquiry", "claimed", "answer", "letter", "letter"]
    answers += [ines.get(f"/tickets/{number}"), ines.get("/mine"), ada.get(f"/tickets/{number}"), ada.get("/outbox")]
    for answer in answers:
        assert answer.status == 200
        assert_tame(answer.text)
        assert_guarded(answer)
    for place in (0, 2, 3, 4):
        answer = ines.get(f"/tickets/{number}/letters/{place}")
        assert answer.status == 200
        assert_harmless(answer)
    house.desk.release(number, house.operators.find("ines"))
    answer = signed_in(house, "bob").get(f"/tickets/{number}")
    assert_tame(answer.text)
    assert "jane@example.com" not in answer.text and "mallory@" not in answer.text


@pytest.mark.parametrize("name", FILE_NAMES)
def test_in_a_files_name(mail: MailDesk, name: str) -> None:
    house: Any = mail.house
    number = mail.receive(hostile(name, DESK)).number
    ines = signed_in(house, "ines")
    page = ines.get(f"/tickets/{number}")
    assert_tame(page.text)
    (link,) = [found for tag, found in Reader(page.text).tags if tag == "a" and "download" in found]
    got = ines.get(unquote(link["href"]))
    assert got.status == 200 and b"onload" in got.body
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    assert got.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("file", ACTIVE_FILES, ids=lambda file: file.name)
def test_a_letters_file_never_opens_inside_the_desk(mail: MailDesk, file: Any) -> None:
    house: Any = mail.house
    number = mail.open()
    mail.answer("ines", number, "claim")
    content = base64.b64encode(file.content).decode()
    raw = (
        f"From: Jane Doe <jane@example.com>\nTo: {mail.address('ticket', number)}\nSubject: Fire\n"
        "Message-ID: <1@x.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\n\nSee this.\n--b\n"
        f'Content-Type: {file.type}; name="{file.name}"\nContent-Transfer-Encoding: base64\n\n{content}\n--b--\n'
    )
    mail.receive(raw.encode())
    got = signed_in(house, "ines").get(f"/tickets/{number}/attachments/3/1/{file.name}")
    assert (got.status, got.body) == (200, file.content)
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox")
    harmless = ("application/octet-stream", "image/png", "application/pdf", "text/plain")
    assert got.headers["content-type"].partition(";")[0] in harmless


STYLES = [
    "color:red}body{display:none",
    "color:red;}</style><script>zqxkw()</script>",
    "background:url(//zqxkw.example)",
    "background-color:red;background-image:\\75rl(//zqxkw.example)",
    "color:red/*",
    "font-family:'",
    "font-family:\"}@import '//zqxkw.example';",
    "width:calc(1px",
    "color:re\\d",
    "position:fixed;top:0;color:red",
]


@pytest.mark.parametrize("style", STYLES)
def test_no_style_gets_out_of_its_rule(style: str) -> None:
    import html

    from helpdesk_lite.mail.sanitise import safe_html
    from helpdesk_lite.web.letter_html import styled

    written = f'<p style="{html.escape(style)}">zqxkw</p><p style="color: green">after</p>'
    body, sheet = styled(safe_html(written, {}))
    assert "style=" not in body
    assert sheet.count("{") == sheet.count("}") == body.count("class=")
    assert sheet.endswith(("{color: green}", "{color:green}"))
    for word in ("url", "import", "position", "/*", "<", "\\", MARK):
        assert word not in sheet


def test_words_that_look_like_a_style_stay_words() -> None:
    from helpdesk_lite.web.letter_html import styled

    said = '<p title="a style=" lang="en">write style="color: red" here</p>'
    assert styled(said) == (said, "")


def test_many_pictures_do_not_make_an_endless_page(mail: MailDesk) -> None:
    house: Any = mail.house
    picture = base64.b64encode(b"x" * 300_000).decode()
    raw = (
        "From: Jane Doe <jane@example.com>\nTo: helpdesk@localhost\nSubject: Fire\nMIME-Version: 1.0\n"
        "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        + "<img src='cid:p@x'>" * 1000
        + f"\n--b\nContent-Type: image/png\nContent-ID: <p@x>\nContent-Transfer-Encoding: base64\n\n{picture}\n--b--\n"
    )
    number = mail.receive(raw.encode()).number
    mail.answer("ines", number, "claim")
    answer = signed_in(house, "ines").get(f"/tickets/{number}/letters/0")
    assert answer.status == 200
    assert 1_000_000 < len(answer.body) < 12_000_000
