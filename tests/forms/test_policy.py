"""What a page's Content-Security-Policy lets it load and run."""

from __future__ import annotations

import pytest

from helpdesk_lite.forms.markup import scan
from helpdesk_lite.forms.policy import policy_of


def policy(html: str) -> dict[str, list[str]]:
    """The sources by directive."""
    parts = (part.split(" ") for part in policy_of(html, scan(html)).split("; "))
    return {name: sources for name, *sources in parts}


def test_a_plain_page_gets_what_lies_on_this_site_only() -> None:
    assert policy("<p>") == {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
        **{f"{kind}-src": ["'self'"] for kind in ("style", "img", "font", "script", "connect", "media", "manifest")},
    }


def test_an_inline_script_is_allowed_by_its_hash() -> None:
    assert policy("<script>alert(1)</script>")["script-src"] == [
        "'self'",
        "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
    ]


def test_a_style_attribute_is_allowed_by_its_hash() -> None:
    sources = policy('<p style="color:red">')["style-src"]
    assert sources[1] == "'unsafe-hashes'"
    assert sources[2].startswith("'sha256-")


@pytest.mark.parametrize(
    ("html", "directive", "source"),
    [
        ('<link rel=stylesheet href="https://cdn.example/x.css?y">', "style-src", "https://cdn.example"),
        ('<script src="//cdn.example:8443/x.js"></script>', "script-src", "cdn.example:8443"),
        ('<img src="https://img.example/a.png">', "img-src", "https://img.example"),
        ('<img srcset="https://one.example/a 1x, https://two.example/b 2x">', "img-src", "https://two.example"),
        ('<img src="data:image/png;base64,xx">', "img-src", "data:"),
        ('<iframe src="https://maps.example/x"></iframe>', "frame-src", "https://maps.example"),
        ("<style>p{background:url('https://bg.example/x')}</style>", "img-src", "https://bg.example"),
        ('<style>@import "https://css.example/x";</style>', "style-src", "https://css.example"),
    ],
)
def test_another_site_is_allowed_where_the_page_names_it(html: str, directive: str, source: str) -> None:
    assert source in policy(html)[directive]


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick='x()'>",
        '<script src="https://a.example;script-src *"></script>',
        "<!-- <script src=https://a.example></script> -->",
        '<script src="data:text/javascript,1"></script>',
        "<a href=javascript:x()>",
    ],
)
def test_nothing_else_is_allowed(html: str) -> None:
    assert policy(html)["script-src"] == ["'self'"]


@pytest.mark.parametrize("html", ["<p style=x onclick=y>", "<script>eval('1')</script>"])
def test_nothing_unsafe_is_ever_allowed(html: str) -> None:
    said = policy_of(html, scan(html))
    assert "unsafe-inline" not in said
    assert "unsafe-eval" not in said
