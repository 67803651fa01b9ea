"""Letters as mail programs, mail servers and accidents write them, each with what `intake parse` says of it.

A letter is `letters/NAME.eml`; `NAME.json` beside it has what matters about it.
"""

from __future__ import annotations

import email
import io
import json
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from helpdesk_lite.commands import intake
from helpdesk_lite.mail import incoming, parse

LETTERS = sorted((Path(__file__).parent / "letters").glob("*.eml"))
# Where we differ from Python's email package, and why.
DIFFERENT = {
    "punycode-is-no-charset": "it believes so",
    "iphone-reply": "it stumbles over a byte order mark",
    "outlook-reply": "it believes the name of the charset",
    "says-gb2312-is-gbk": "it gives up",
    "says-latin-1-is-windows": "it believes the name",
    "says-utf-8-is-latin-1": "it gives up",
    "utf-7-with-half-a-character": "it makes half a character",
}


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    if message.get_content_maintype() == "multipart":
        return [leaf for part in message.iter_parts() for leaf in _leaves(part)]  # type: ignore[arg-type]
    return [message]


def _plain(path: Path) -> str:
    """Its only plain part, if that is to be read as it stands; "" if not."""
    found = [
        part
        for part in _leaves(email.message_from_bytes(path.read_bytes(), policy=policy.default))
        if part.get_content_type() == "text/plain"
        and not part.get_filename()
        and "flowed" not in str(part["content-type"])
    ]
    return "" if len(found) != 1 or path.stem in DIFFERENT else found[0].get_content().strip()


def said_of(path: Path) -> dict[str, Any]:
    """What scripts are told of the letter."""
    file = io.BytesIO(path.read_bytes())
    said = intake.as_json(incoming.read(file), file)
    assert json.loads(json.dumps(said)) == said
    return said


def among(said: Any, expected: Any) -> Any:
    """As much of `said` as is `expected`."""
    if isinstance(expected, dict):
        return {name: among(said[name], expected[name]) for name in expected}
    if isinstance(expected, list) and len(said) == len(expected):
        return [among(*pair) for pair in zip(said, expected, strict=True)]
    return said


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_it_says(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))

    assert among(said_of(path), expected) == expected


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_its_files_are_what_the_email_package_finds(path: Path) -> None:
    """A second opinion on where each part begins and ends, and on its name."""
    file = io.BytesIO(path.read_bytes())
    found = incoming.read(file)
    theirs = [
        part
        for part in _leaves(email.message_from_bytes(path.read_bytes(), policy=policy.default))
        if part.get_filename()
    ]

    ours = [part for part in found.attachments if not part.name.startswith("part-")]
    assert [part.name for part in ours] == [part.get_filename() for part in theirs]
    for part, other in zip(ours, theirs, strict=True):
        if part.type != "message/rfc822":
            assert b"".join(parse.decoded(file, part)) == other.get_payload(decode=True)


@pytest.mark.parametrize("path", [path for path in LETTERS if _plain(path)], ids=lambda path: path.stem)
def test_its_plain_text_is_what_the_email_package_finds(path: Path) -> None:
    theirs = _plain(path).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")

    assert said_of(path)["text"].strip() == theirs
