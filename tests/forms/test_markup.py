"""Tags are found where they stand; edits touch nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_lite.forms.markup import Edit, changed_tag, edited, escape, scan, unescape

HTML = st.text("<>/!-=\"' abscript\n&;x", max_size=60)


def names(html: str) -> list[str]:
    """The tags, closing ones with a slash."""
    return ["/" * tag.closes + tag.name for tag in scan(html)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a><b></b>", ["a", "b", "/b"]),
        ("a < b <1> <!doctype x> <?pi?>", []),
        ("<!-- <a> --><b><!--><c><!---><d>", ["b", "c", "d"]),
        ("<!-- <a> --!><b>", ["b"]),
        ("<script>'<a></b>'</script ><c>", ["script", "/script", "c"]),
        ("<textarea><a></TEXTAREA><b>", ["textarea", "/textarea", "b"]),
        ("<svg><title><a></title></svg>", ["svg", "title", "a", "/title", "/svg"]),
        ("<a title=\"<b>\"><c title='>'>", ["a", "c"]),
        ('<a title="<b>', []),
        ("<a", []),
        ("<plaintext><a>", ["plaintext"]),
        ("</ a><b>", ["b"]),
        ("</><b>", ["b"]),
    ],
)
def test_tags_are_what_a_browser_takes_for_tags(html: str, expected: list[str]) -> None:
    assert names(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a x=1 Y='2' z=\"3\">", {"x": "1", "y": "2", "z": "3"}),
        ("<a x = 1 y>", {"x": "1", "y": ""}),
        ("<a x=1/>", {"x": "1/"}),
        ("<a/x/>", {"x": ""}),
        ("<a =x=1>", {"=x": "1"}),
        ("<a x=>", {"x": ""}),
        ("<a x='&amp;&quot;'>", {"x": '&"'}),
    ],
)
def test_attributes_are_what_a_browser_takes_for_attributes(html: str, expected: dict[str, str]) -> None:
    (tag,) = scan(html)
    assert {attribute.name: tag.get(attribute.name) for attribute in tag.attributes} == expected


@given(HTML)
def test_every_tag_stands_where_it_says(html: str) -> None:
    for tag in scan(html):
        assert html[tag.start] == "<"
        assert html[tag.end - 1] == ">"
        assert html[tag.start + 1 + tag.closes :].lower().startswith(tag.name)


@given(HTML)
def test_a_changed_tag_has_the_changes_and_all_else(html: str) -> None:
    for tag in scan(html):
        if not tag.closes:
            (changed,) = scan(changed_tag(html, tag, {"new": "<\"'&>", "x": None}))[:1]
            before = [(one.name, one.value) for one in tag.attributes if one.name not in ("x", "new")]
            after = [(one.name, one.value) for one in changed.attributes]
            assert changed.get("new") == "<\"'&>"
            assert after[1:] == before


def test_edits_are_made_at_once() -> None:
    assert edited("abcdef", [Edit(4, 5, "E"), Edit(0, 0, "1"), Edit(0, 0, "2"), Edit(1, 3, "")]) == "12adEf"


@given(st.text())
def test_what_is_escaped_reads_as_before(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not set(escape(text)) & set("<>\"'\ue000")
