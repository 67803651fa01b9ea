"""What operators type is text as well, markup in an answer, a note or a file's name; and nobody types for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.access.browser import ORIGIN, Answer, Browser
from tests.security.conftest import BOUNDARY, FIELDS, File, delivered, multipart, number_in, post, signed_in
from tests.security.payloads import FILE_NAMES, MARKUP
from tests.security.test_cross_site import FOREIGN, NO_SIGN, snapshot
from tests.security.test_markup import assert_guarded, assert_tame

VERBS = ("reply", "note", "draft")


@pytest.fixture
def number(house: Any, browser: Browser, ines: Browser) -> str:
    """A ticket that ines has."""
    found = number_in(post(browser, FIELDS))
    assert ines.post(f"/tickets/{found}/claim").status == 303
    return found


def write(browser: Browser, number: str, verb: str, text: str, *files: File, seen: str = "2", **more: str) -> Answer:
    """Press the button."""
    more = {"HTTP_ORIGIN": ORIGIN, "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}", **more}
    raw = multipart({"seen": seen, "text": text}, files, "file")
    return browser.ask("POST", f"/tickets/{number}/{verb}", raw, **more)


@pytest.mark.parametrize("payload", MARKUP)
def test_markup_is_text_wherever_it_comes_back(house: Any, ines: Browser, number: str, payload: str) -> None:
    answers = [write(ines, number, "reply", payload, seen="0")]  # an old page
    write(ines, number, "draft", payload)
    answers.append(ines.get(f"/tickets/{number}"))
    write(ines, number, "note", f"@bob {payload}")
    write(ines, number, "reply", payload)
    answers += [signed_in(house, name).get(f"/tickets/{number}") for name in ("ines", "ada")]
    ines.post(f"/tickets/{number}/release")
    answers += [write(ines, number, "reply", payload, seen="9"), ines.get(f"/tickets/{number}")]
    assert [answer.status for answer in answers] == [409, 200, 200, 200, 409, 200]
    for answer in answers:
        assert_tame(answer.text)
        assert_guarded(answer)
    for letter in delivered(house):
        for part in letter.read.walk():
            if part.get_content_type() == "text/html":
                assert_tame(part.get_content())


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_files_name_is_text_and_no_path(house: Any, ines: Browser, number: str, name: str) -> None:
    before = sorted(path for path in Path(house.root.path).parent.rglob("*") if "data" not in path.parts)
    for verb in ("reply", "note"):
        assert write(ines, number, verb, "See the file.", File(name)).status == 303
    answer = ines.get(f"/tickets/{number}")
    assert answer.status == 200
    assert_tame(answer.text)
    assert sorted(path for path in Path(house.root.path).parent.rglob("*") if "data" not in path.parts) == before
    assert list(Path(house.spool).iterdir()) == []
    delivered(house)


@pytest.mark.parametrize("text", ["\r\n.\r\nX: 1\r\n\r\n", "From x\n\nFrom: evil\n", "\x00\x1b[2J\x07", "--=_a--\r\n"])
def test_no_text_leaves_its_letter(house: Any, ines: Browser, number: str, text: str) -> None:
    """Neither as a header, nor as an entry of the ticket's file, nor as a part."""
    kinds = [entry.kind for entry in house.store.read(number).entries]
    write(ines, number, "reply", f"Before{text}X-Zqxkw: 1")
    assert [entry.kind for entry in house.store.read(number).entries] == [*kinds, "answer"]
    for letter in delivered(house):
        assert "X-Zqxkw" not in letter.read
        assert "evil" not in str(letter.read["From"])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("sign", FOREIGN + NO_SIGN)
def test_no_other_site_writes_for_an_operator(
    house: Any, ines: Browser, number: str, verb: str, sign: dict[str, str]
) -> None:
    before = snapshot(house)
    for query in ("", "?by=itself"):
        assert write(ines, number, verb + query, "Give them all a refund.", **sign).status == 403
    assert snapshot(house) == before


@pytest.mark.parametrize("verb", VERBS)
def test_looking_writes_nothing(house: Any, ines: Browser, number: str, verb: str) -> None:
    before = snapshot(house)
    for method in ("GET", "HEAD"):
        answer = ines.ask(method, f"/tickets/{number}/{verb}?text=Refund&seen=9&by=itself")
        assert answer.status == 405
    assert snapshot(house) == before


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_writes_unless_signed_in(house: Any, number: str, verb: str) -> None:
    before = snapshot(house)
    assert write(Browser(house), number, verb, "Refund.").location.startswith("/login")
    assert snapshot(house) == before


def unlogged(house: Any) -> dict[str, bytes]:
    """What lies on the desk, but for the audit log."""
    log = house.root.inside("log")
    return {path: content for path, content in snapshot(house).items() if not path.startswith(log)}


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_learns_who_asked_by_writing(house: Any, number: str, verb: str) -> None:
    """In a ticket of somebody else; nor does anything of it stay, but that it was refused."""
    bob = signed_in(house, "bob")
    before = unlogged(house)
    for seen in ("0", "99"):
        answer = write(bob, number, verb, "Hello.", File("plan.pdf"), seen=seen)
        assert answer.status in (403, 409)
        assert "jane" not in answer.text.lower()
    assert write(bob, number, verb, "", seen="0").status in (403, 409)
    assert unlogged(house) == before


def test_a_draft_is_for_its_operator_alone(house: Any, ines: Browser, number: str) -> None:
    write(ines, number, "draft", "A draft of ines's")
    assert "A draft of ines" in ines.get(f"/tickets/{number}").text
    assert "A draft of ines" not in signed_in(house, "ada").get(f"/tickets/{number}").text
