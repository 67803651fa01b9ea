"""HTML of letters as operators may see it: nothing runs, nothing loads, nothing leads astray; it still reads well."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from helpdesk_lite.mail.sanitise import MOST_TAGS, safe_html
from tests.security import payloads

OWN = {"logo@example.com": "/tickets/1/attachments/2/logo.png"}
# Ways past sanitisers that parse, write, and are parsed again (mutation XSS), and other classics.
MUTATIONS = [
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=zqx()&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=zqx()>'>",
    "<svg><p><style><g title='</style><img src onerror=zqx()>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=zqx()>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=zqx()></style></annotation-xml></math>",
    "<noscript><p title='</noscript><img src=x onerror=zqx()>'>",
    "<svg><![CDATA[><img src=x onerror=zqx()>]]></svg>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src onerror=zqx()>'>",
    "<table><td><svg><style><td title='</style><img src onerror=zqx()>'>",
    "<xmp><p title='</xmp><img src=x onerror=zqx()>'>",
    "<noembed><img title='</noembed><img src onerror=zqx()>'></noembed>",
    "<iframe><img title='</iframe><img src onerror=zqx()>'></iframe>",
    "<textarea><img title='</textarea><img src onerror=zqx()>'></textarea>",
    "<title><img title='</title><img src onerror=zqx()>'></title>",
    "<plaintext><img src onerror=zqx()>",
    "<!--><img src onerror=zqx()>-->",
    "<!--!><img src onerror=zqx()>--!>",
    "<!-- --!><img src onerror=zqx()>-->",
    "<?xml ?><img src onerror=zqx()>",
    "<![if !vml]><img src onerror=zqx()><![endif]>",
    "<x-b><script>zqx()</script></x-b>",
    "<x-script>zqx()</x-script><x-b onclick=zqx()>",
    "<b/onclick=zqx()//>",
    "<b\nonclick=zqx()\n>",
    "<img src=x:x onerror=zqx() alt='<x-b'>",
    "<a title='<x-script>zqx()</x-script>'>x</a>",
    '<a href="java\tscript:zqx()">x</a>',
    '<a href="&#106;avascript:zqx()">x</a>',
    '<a href="\x01javascript:zqx()">x</a>',
    '<a href="vbscript:zqx()">x</a><a href="file:///etc/passwd">x</a><a href="cid:logo@example.com">x</a>',
    '<a href="//evil.example">x</a><a href="/logout">x</a><a href="#top" id=top name=top>x</a>',
    '<a href="https:evil.example" target=_top rel=opener ping=//evil.example download>x</a>',
    "<area href=javascript:zqx() shape=default><map name=x>",
    "<link rel=stylesheet href=//evil.example><style>@import '//evil.example'</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example>",
    "<form action=//evil.example><input name=a><button formaction=//evil.example>x</button></form>",
    "<img src=//evil.example/1.gif srcset='//evil.example 2x' lowsrc=//evil.example dynsrc=//evil.example>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+'><img src=CID:none><img src='cid:https://evil.example/'>",
    "<video poster=//evil.example><source src=//evil.example></video><audio src=//evil.example autoplay>",
    "<table background=//evil.example><td background=//evil.example>x</table><body background=//evil.example>",
    "<input type=image src=//evil.example><object data=//evil.example><embed src=//evil.example>",
    "<div style='background:url(//evil.example)'>x</div>",
    "<div style='background-color:u\\72l(//evil.example);list-style-image:url(//evil.example)'>x</div>",
    "<div style='background-color:red;background:image-set(\"//evil.example\" 1x);border-image:url(//evil.example)'>x",
    "<div style='color:expression(zqx());-moz-binding:url(//evil.example);behavior:url(//evil.example)'>x",
    '<div style="font-family:\'x;background-color:url(//evil.example)">x',
    "<div style='font-family:\"}body{background:url(//evil.example)}\"'>x",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999'>x",
    "<div style='margin:-999px;transform:scale(99);float:left;opacity:0;content:\"x\"'>x",
]
ATTACKS = [*payloads.MARKUP, *MUTATIONS]
TAGS = """
    html head body a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del
    dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main nav ol p
    pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr
    -text
"""
NAMES = """
    href rel target src alt width height dir lang title align style valign colspan rowspan bgcolor nowrap border
    cellpadding cellspacing span start type color face size
"""


def harm_in(html: str) -> list[str]:
    """What in `html`, as a browser reads it, should not be there."""
    found = []
    for node in LexborHTMLParser(html).root.traverse(include_text=True):
        if node.tag not in TAGS.split():
            found.append(node.tag)
        for name, value in node.attributes.items() if node.tag != "-text" else ():
            value = value or ""
            if name not in NAMES.split():
                found.append(f"{name} of {node.tag}")
            if name == "src" and value not in OWN.values():
                found.append(value)
            if name == "href" and not re.match(r"(https?://|mailto:)", value, re.IGNORECASE):
                found.append(value)
            if name == "style" and re.search(r"url|\(//|position|\\|expression|@|margin|float|z-index", value):
                found.append(value)
        if node.tag == "a" and set((node.attributes.get("rel") or "").split()) != {
            "noopener",
            "noreferrer",
            "nofollow",
        }:
            found.append("rel")
        if node.tag == "a" and node.attributes.get("target") != "_blank":
            found.append("target")
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_harmful_is_left(attack: str) -> None:
    for html in (attack, f"<p>{attack}</p>", f"<table><tr><td>{attack}", f"<b><a href=https://a.example>{attack}"):
        safe = safe_html(html, OWN)

        assert not harm_in(safe)
        assert safe_html(safe, {where: where for where in OWN.values()}).count("<") <= safe.count("<")


@given(
    st.lists(
        st.sampled_from([*ATTACKS, *"<>\"'/= ", "<b>", "</b>", "<x-b>", "-->", "<table>", "<td>", "<svg>", "</svg>"])
    )
)
def test_attacks_in_company_do_no_harm(pieces: list[str]) -> None:
    assert not harm_in(safe_html("".join(pieces), OWN))


@given(st.text())
def test_any_text_gives_html(text: str) -> None:
    assert not harm_in(safe_html(text, {}))


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>Grüße, <b>Jane</b> &amp; <i>co</i></p>", "<p>Grüße, <b>Jane</b> &amp; <i>co</i></p>"),
        ("<B>b</B><STRONG>s</STRONG><font color=red>f</font>", '<b>b</b><strong>s</strong><font color="red">f</font>'),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        (
            '<a href="https://example.com/?a=1&amp;b=2">x</a>',
            '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>',
        ),
        ('<img src="cid:logo%40example.com" alt=Logo>', '<img src="/tickets/1/attachments/2/logo.png" alt="Logo">'),
        ("<p style='color:red;position:fixed;background:url(a)'>x</p>", '<p style="color:red">x</p>'),
        ("<table><tr><td colspan=2>x</table>", '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'),
        ("<style>p{}</style><script>x</script><p>x", "<p>x</p>"),
        ("<form><label>Name <input></label><button>Go</button></form>", "Name Go"),
    ],
)
def test_what_is_harmless_stays(html: str, safe: str) -> None:
    def words(text: str) -> list[str]:
        return sorted(re.findall(r"[^\s<>]+", text))

    assert words(safe_html(html, OWN)) == words(safe)


def test_a_letter_of_outlook_is_not_too_intricate() -> None:
    style = "<style><!-- " + "p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt;}\n" * 400 + " --></style>"
    inline = '<img src="data:image/png;base64,' + "iVBOR/w0K+" * 50_000 + '">'
    rows = (
        "<p class=MsoNormal><span lang=EN-US style='font-size:11.0pt;color:#1F497D'>Hello<o:p></o:p></span></p>" * 3000
    )

    assert safe_html(f"<html><head>{style}</head><body>{inline}{rows}</body></html>", {}).count("Hello") == 3000


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * (MOST_TAGS + 1),
        "<a " + " ".join(f"a{number}" for number in range(20_000)) + ">",
        "<a" + "".join(f"/a{number}" for number in range(20_000)) + ">",
        "<a " + " ".join(f"a{number}='>'" for number in range(20_000)) + ">",
        '<a x=">' + " ".join(f"a{number}" for number in range(20_000)) + '">',
        "</a " + " ".join(f"a{number}" for number in range(20_000)) + ">",
        "x" * 2_000_000,
    ],
)
def test_what_would_take_minutes_is_not_shown(html: str) -> None:
    assert safe_html(html, {}) == ""


def test_elements_that_are_opened_anew_in_each_paragraph_do_not_multiply() -> None:
    """1500 open <b> and 1500 paragraphs, 26 kB, made 16 MB."""
    for tag in ("b", "font", "NOBR", "a", "code"):
        html = "<p>" + "".join(f"<{tag} x={number}>" for number in range(1500)) + "</p>" + "<p>a</p>" * 1500
        assert len(safe_html(html, {})) < 10 * len(html)
