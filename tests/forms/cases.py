"""Controls and values that are worth asking a browser about."""

from __future__ import annotations

import re
from itertools import product

from tests.forms.browser import Case

# For each type: the attributes to try, and the values to try with each of them.
VALUES: dict[str, tuple[list[str], list[str]]] = {
    "date": (
        ["", "required", "min=2026-01-01", "max=2026-11-20", "min=2026-01-01 step=7", "step=7", "step=2.5", "step=any",
         "step=0.4", "step=-1", "value=2026-01-03 step=5", "min=x", "min=2027-01-01 max=2026-01-01", "step=abc",
         "step=1e1", "step='  3'", "step='3x'", "step=0", "step=ANY", "step=1.4999999999"],
        ["", "2026-11-21", "0001-01-01", "0000-01-01", "275760-09-13", "275760-09-14", "2026-02-29", "2024-02-29",
         "1900-02-29", "2026-1-1", "12026-01-01", "+2026-01-01", " 2026-01-01", "2026-11-21T00:00", "99999-12-31",
         "2026-13-01", "2026-00-10", "1969-12-31", "1970-01-01", "002026-01-01"],
    ),
    "month": (
        ["", "required", "min=2026-01", "max=2026-10", "step=3", "step=5 min=2026-02", "step=any", "step=1.6",
         "value=2026-02 step=3"],
        ["", "2026-11", "0001-01", "275760-09", "275760-10", "2026-1", "2026-13", "1970-01", "1969-12", "2026-11-01"],
    ),
    "week": (
        ["", "required", "min=2026-W01", "max=2026-W40", "step=2", "step=3", "step=2 min=2026-W46", "step=any",
         "value=2026-W02 step=4"],
        ["", "2026-W47", "2026-W53", "2020-W53", "2021-W53", "2015-W53", "0001-W01", "275760-W37", "275760-W38",
         "2026-W00", "2026-W1", "2026-w47", "1970-W01", "1969-W52"],
    ),
    "time": (
        ["", "required", "min=09:00", "max=17:00", "min=21:00 max=05:00", "min=21:00 max=05:00 step=any", "step=1",
         "step=0.5", "step=any", "step=900", "step=0.001", "step=0.0001", "step=7 min=00:00:03",
         "value=12:31 step=600", "step=86400", "step=90000", "min=09:00 max=17:00 step=1"],
        ["", "00:00", "23:59", "24:00", "12:30", "12:30:15", "12:30:15.5", "12:30:15.50", "12:30:15.123",
         "12:30:15.1234", "12:60", "1:00", "12:30:", "12:30:60", "12:30Z", "12:31", "22:00", "03:00"],
    ),
    "datetime-local": (
        ["", "required", "min=2026-11-21T10:00", "max=2026-11-21T09:59", "step=1", "step=3600", "step=any",
         "step=0.5 min=2026-11-21T10:00:00.25", "step=7 value=2026-11-21T10:00",
         "min=2027-01-01T00:00 max=2026-01-01T00:00"],
        ["", "2026-11-21T10:00", "2026-11-21 10:00", "2026-11-21T10:00:00", "2026-11-21T10:00:00.000",
         "2026-11-21T10:00:30", "2026-11-21T10:00:00.5", "2026-11-21t10:00", "2026-11-21", "2026-11-21T",
         "275760-09-13T00:00", "275760-09-13T00:01", "0001-01-01T00:00", "2026-11-21T10:00Z", "2026-11-21  10:00",
         "1969-12-31T23:59"],
    ),
    "number": (
        ["", "required", "min=1", "max=1", "min=-0.5", "step=0.1", "step=0.01", "step=any", "step=3", "step=3 min=1",
         "step=0.1 min=0.05", "value=0.5 step=2", "value=0.5 step=2 min=0", "min=abc", "max='5 '", "step=0", "step=-2",
         "step=1e-10", "min=10 max=1", "step=1e100", "step=.3", "step=7 max=20", "min=1e309",
         "step=0.000000000000000001", "min=9007199254740990 step=3", "step=1.5e0", "min=+1", "min=1."],
        ["", "0", "-0", "1", "-1", "1.5", ".5", "-.5", "5.", "+5", "1e3", "1E3", "1e+3", "1e-3", "1e", "abc", "0x10",
         "1,5", " 5", "5 ", "1e308", "1.8e308", "1e309", "-1e309", "1e-400", "0.1", "0.2", "0.3", "0.30000001",
         "0.3000000001", "0.00000001", "3.0000001", "9007199254740993", "9007199254740992.5",
         "123456789012345678901234567890", "0.1234567890123456789", "NaN", "Infinity", "--1", "１"],
    ),
    "range": (
        ["", "min=10", "max=5", "min=10 max=5", "step=7", "step=any", "min=0.5 step=0.1 max=1", "min=-5 max=-1",
         "value=200", "step=0.3"],
        ["", "0", "1", "-1", "1.5", ".5", "5.", "1e3", "abc", "99999", "0.30000001", "3.7", "50"],
    ),
    "email": (
        ["", "required", "multiple", "multiple required", "pattern='.+@b\\.c'", "multiple pattern='.+@b\\.c'",
         "readonly"],
        ["", "a@b", "a@b.c", "a@b..c", "a@-b.c", "a@b-.c", "a.@b.c", ".a@b.c", "a..b@c.d", "a b@c.d", " a@b.c ",
         "a@b.c\n", "a@b\n.c", "@b", "a@", "a", "a@b@c", "ü@b.c", "a@ü.de", "a@xn--tda.de", "a@" + "b" * 63 + ".c",
         "a@" + "b" * 64 + ".c", "a+b!#$%&'*/=?^_`{|}~-@c.d", "a(b)@c.d", '"a"@b.c', "a@[1.2.3.4]", "a@1.2", "a@b.c.",
         "a@b.c,d@e.f", "a@b.c, d@e.f ,", "a@b.c,,d@e.f", ",", ", ", "A@B.C", "a@b_c.d", "\u00a0a@b.c", "a@b.c\u2003",
         "x" * 300 + "@b.c", "a@" + ".".join(["b" * 60] * 6), "a\t@b.c", "\fa@b.c\v"],
    ),
    "url": (
        ["", "required", "pattern='https?://.*'"],
        ["", "http://a", "https://example.org/ü?x#y", "//a", "a", "/a", "mailto:x", "x:", "x:y", "http:", "http:a",
         "http://", "http:// a", "ht tp://a", "http://a b/", "http://[::1]", "http://[::1", "http://a:99999",
         "http://a:80", "  http://a  ", "http://a\n", "javascript:1", "http://ü.de", "http://xn--a",
         "http://1.2.3.4.5", "http://1.2.3", "http://256.1.1.1", "data:,x", "about:blank", "file:///x", "file:x",
         "http://a%00b", "file://#", "http://a%", "http:///a", "http:\\\\a", "HTTP://A", "1http://a", "a+b.c-d:e", "foo://",
         "foo://a b", "foo:// ", "foo:///", "http://user:pw@h", "http://@h", "http://h:", "https://", "ws://a",
         "blob:x", "http://a..b", "http://.", "http://a.", "http://-a", "http://a_b", "foo://a:99999", "foo://[1]",
         "http://\u00ad", "http://a\u200db", "http://０.com", "javascript://[", "http://xn--zn7c.com", "http://%41",
         "foo://%zz", "foo://ho^st", "tel:+1", "urn:isbn:1", "geo:1,2", "\u0001http://a"],
    ),
    "color": (
        ["", "required", "alpha", "colorspace=display-p3"],
        ["", "#000000", "#FFAA00", "#fff", "red", "#12345g", " #000000", "#00000080", "color(display-p3 1 0 0 / 0.5)"],
    ),
    **{
        kind: (
            ["", "required", "pattern=[a-z]+", "pattern='(['", "pattern=''", "pattern=a|b", "pattern='^a$'",
             "pattern='a)(b'", "pattern='[\\d--5]+'", "pattern='\\p{L}+'", "pattern='.'", "pattern='...'",
             "pattern='[(]'", "pattern='\\-'", "pattern='[\\p{Emoji}--\\d]*'", "readonly required"],
            ["", "a", "abc", "abcdef", "abcdefgh", " ", "😀😀😀", "a\nb", "a\r\nb", "12345", "é", "𝒳y"],
        )
        for kind in ("text", "bogus")
    },
    **{
        kind: (["", "required", "pattern=[a-z]+", "readonly required"], ["", "abc", " ", "a\nb", "a\r\nb", "12345"])
        for kind in ("search", "tel", "password", "TEXT")
    },
}  # fmt: skip

LENGTHS = [
    f"<input name=x type={kind} {rules}>"
    for kind, rules in product(("text", "tel"), ("minlength=3", "minlength=-1", "minlength='+2'", "minlength=x"))
] + [
    "<input name=x minlength=2 maxlength=4>",
    "<input name=x maxlength=0>",
    "<input name=x maxlength=' 2x'>",
    "<input name=x minlength=5 required>",
    "<input name=x minlength=5 value=ab>",
    "<input name=x type=email minlength=9>",
    "<input name=x type=url minlength=14>",
    "<input name=x type=search minlength=3>",
    "<input name=x type=password minlength=3>",
    "<textarea name=x minlength=4></textarea>",
    "<textarea name=x minlength=4 required></textarea>",
    "<textarea name=x maxlength=3></textarea>",
]
TYPED = ["a", "abc", "abcde", "😀", "😀😀", "a\nb", "a\nb\nc", "é", "12", "a@b.c", "http://a"]

STRUCTURES = """
<select name=x required><option value="">Choose<option>a</select>
<select name=x required><option value="">Choose<option selected>a</select>
<select name=x required><option value="" disabled selected>Choose<option>a</select>
<select name=x required><option value="b" disabled selected>Choose<option>a</select>
<select name=x required><option value="" disabled>Choose<option>a</select>
<select name=x required></select>
<select name=x required><option></select>
<select name=x required><optgroup label=g><option value="">x</optgroup><option>a</select>
<select name=x required><option>a<option value="" selected>b</select>
<select name=x required size=3><option value="" selected>x<option>a</select>
<select name=x required size=3><option value="">x<option>a</select>
<select name=x required size=0><option value="">x<option>a</select>
<select name=x required size=1><option value="">x<option>a</select>
<select name=x required size=-4><option value="">x<option>a</select>
<select name=x required multiple><option value="">x<option>a</select>
<select name=x required multiple><option value="" selected>x<option>a</select>
<select name=x required multiple size=1><option value="" selected>x<option>a</select>
<select name=x required multiple><option value="q" selected disabled>x<option>a</select>
<select name=x multiple><option selected>x<option selected>a<option>b<option selected>b</select>
<select name=x required><optgroup disabled label=g><option selected>b</optgroup><option>a</select>
<select name=x required><optgroup disabled label=g><option>b</optgroup><option>a</select>
<select name=x required disabled><option value="">x</select>
<select name=x required><hr><option value="">x</select>
<select name=x required><option value="">x<option value="" selected>y</select>
<select name=x required><option value="">x<option value="">y</select>
<select name=x required><option label="L" value="">x<option selected>   a   b\\tc  </select>
<select name=x required><option selected>a<option selected>b</select>
<select name=x required><div><option value="">x</div></select>
<select name=x><option disabled>a<option disabled>b</select>
<select name=x required><option disabled>a<option disabled>b</select>
<select name=x required><option disabled value="">a<option disabled>b</select>
<select name=x required size=2><option disabled value="">a<option disabled>b</select>
<input type=radio name=x value=1 required><input type=radio name=x value=2>
<input type=radio name=x value=1 required><input type=radio name=x value=2 checked>
<input type=radio name=x value=1 required disabled><input type=radio name=x value=2>
<input type=radio name=x value=1 checked disabled><input type=radio name=x value=2 required>
<input type=radio name=x value=1 checked><input type=radio name=x value=1 checked>
<input type=radio name=X value=1 required><input type=radio name=x value=2 checked>
<input type=radio name=x checked required>
<input type=radio name=x checked required value="">
<input type=radio name=x readonly required>
<fieldset disabled><input type=radio name=x value=1 required></fieldset><input type=radio name=x value=2>
<datalist id=d><input type=radio name=x value=1 required></datalist><input type=radio name=x value=2>
<input type=checkbox name=x required>
<input type=checkbox name=x required checked>
<input type=checkbox name=x required checked value="">
<input type=checkbox name=x required readonly>
<input type=checkbox name=x value=a checked><input type=checkbox name=x value=b required>
<input type=checkbox name=x value=a checked required><input type=checkbox name=x value=a required>
<input type=checkbox name=x value=a checked><input type=checkbox name=x value=a checked>
<input type=hidden name=x value=0><input type=checkbox name=x value=1>
<input type=hidden name=x value=0><input type=checkbox name=x value=1 checked>
<input type=hidden name=x required>
<input type=file name=x required>
<input type=file name=x>
<fieldset disabled><input name=x required></fieldset>
<fieldset disabled><legend><input name=x required></legend></fieldset>
<fieldset disabled><legend>a</legend><legend><input name=x required></legend></fieldset>
<fieldset disabled><p>z<legend><input name=x required></legend></fieldset>
<fieldset disabled><div><legend><input name=x required></legend></div></fieldset>
<fieldset disabled><legend><fieldset disabled><input name=x required></fieldset></legend></fieldset>
<fieldset disabled><legend><fieldset><legend><input name=x required></legend></fieldset></legend></fieldset>
<fieldset disabled><fieldset><legend><input name=x required></legend></fieldset></fieldset>
<fieldset disabled><legend><b><input name=x required></b></legend></fieldset>
<datalist><input name=x required></datalist>
<datalist><option><input name=x required></datalist>
<input name=x list=l><datalist id=l><option value=a></datalist>
<input name=x required value=" ">
<input name=x required value="">
<textarea name=x required>&#10;</textarea>
<textarea name=x required>&#10;
</textarea>
<textarea name=x maxlength=1>abc</textarea>
<input name=x maxlength=1 value=abc>
<input name=x minlength=9 value=abc>
<input name=x type=email value=abc>
<input name=x type=email value=" a@b.c ">
<input name=x type=number value=abc required>
<input name=x type=number value=5 max=3>
<input name=x type=date value=2026-02-30 required>
<input name=x type=range value=500>
<input name=x type=range required>
<input name=x type=color required>
<input name=x type=color value=red>
<input name=x type=color alpha value=red>
<input name=x type=color alpha value="#ff000080">
<input name=x type=color colorspace=display-p3 value=red>
<input name=x type=color colorspace=display-p3 alpha value="color(display-p3 1 0 0 / 0.5)">
<input name=x type=color value="#ABCDEF">
<input name=x readonly required>
<select name=x readonly required><option value=""></select>
<input type=submit name=x required>
<button name=x required>a</button>
<input type=button name=x required>
<input type=reset name=x required>
<input type=image name=x required>
<output name=x>a</output>
<object name=x></object>
<input name=x required form="">
<input name=x required hidden>
<template><input name=x required></template>
<svg><foreignObject><input name=x required></foreignObject></svg>
<table><input name=x required></table>
<table><tr><input type=hidden name=x value=1></table>
<select><input name=x required></select>
<select name=y><option>a<textarea name=x required></textarea></select>
<button><input name=x required></button>
<label><input name=x required value=a><input name=x required></label>
<input name=x value=a><input name=x type=email value=b>
<input name=x dirname=x.dir value=a>
<input name=x type=tel value="a\\nb" pattern=ab>
<input name=_charset_ type=hidden><input name=x value=a>
<input name=x type=url value="  " required>
<input name=x type=email value="  " required>
<input name=x type=email multiple value=" , " required>
<input name=x type=search value="  " required>
<input name=x type=password value="a" pattern=b>
<input name=x type=number value=1.0000001 step=1>
<keygen name=x required>
<isindex name=x>
<noscript><input name=x required></noscript>
<math><mtext><input name=x required></mtext></math>
<input name="isindex" value=q><input name=x value=a>
<textarea name=x required readonly></textarea>
<input name=x type="date\\t" value=abc>
<input name=x type=" date" value=abc>
<input name=x type=DATETIME value=abc>
<input name=x type=time value=12:00 min=13:00 readonly>
<input name=x type=range min=5 max=1>
<input name=x type=range min=0 max=1 step=0.1 value=0.35>
<input name=x type=range min=0.05 max=1 step=0.1 value=0.35>
<input name=x type=range min=-1 max=10 step=4 value=9.9>
<input name=x type=week value=2026-W60 min=x>
""".strip().splitlines()

# Without negated classes that may hold strings and && before a bracket, which regress takes and browsers refuse.
PATTERN_PIECES = [
    'a', 'b', 'A', '0', '9', '_', ' ', '-', '/', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\b', '\\B', '\\f',
    '\\n', '\\r', '\\t', '\\v', '\\0', '\\1', '\\2', '\\3', '\\c', '\\x', '\\u', '\\k', '\\p', '\\P', '\\q', '\\-',
    '\\/', '\\^', '\\$', '\\\\', '\\.', '\\*', '\\+', '\\?', '\\(', '\\)', '\\[', '\\]', '\\{', '\\}', '\\|', '\\&',
    '\\!', '\\#', '\\%', '\\,', '\\:', '\\;', '\\<', '\\=', '\\>', '\\@', '\\`', '\\~', '\\"', "\\'", '\\ ', '\\a',
    '\\z', '\\Z', '\\_', '\\Q', '\\cA', '\\x41', '\\x4', '\\u0041', '\\u{1F600}', '\\u{110000}', '\\u{', '\\p{L}',
    '\\p{Lu}', '\\P{L}', '\\p{Script=Greek}', '\\p{RGI_Emoji}', '\\p{Nope}', '\\p{ASCII}', '\\pL', '\\k<n>',
    '(?<n>a)', '(?<n>', '(?:', '(', '(?=', '(?!', '(?<=', '(?<!', '(?i:', '(?-i:', '(?', '[', '[^', ']', ')', '{',
    '}', '{2}', '{1,3}', '{3,1}', '{,3}', '{2,}', '*', '+', '?', '*?', '+?', '??', '|', '.', '^', '$', '--', '&&',
    'a-z', 'z-a', '[a-z]', '[^a-z]', '[a-z&&[aeiou]]', '[\\w--\\d]', '[\\q{ab|c}]', '[\\d-x]', '[a-\\d]', '[]',
    '[^]', '[(]', '[|]', '[a||b]', '[&]', '[a-]', '[-a]', '[/]', '[{]', '[!!]', '[a!!]', '[\\-]', '[\\b]', '[\\B]',
    '[^\\p{RGI_Emoji}]', '[[a]b]', '[a&&b--c]', '[a--b--c]', '😀', 'é', 'ſ', 'K', '(?<𝒜>.)', '\\08', '\\8', '\\01',
]  # fmt: skip
PATTERN_TEXTS = [
    '', 'a', 'b', 'ab', 'abc', 'A', '5', 'aa', 'a-b', '-', '😀', 'é', 'x y', '_', '/', 'ABC', 'k', 's',
]  # fmt: skip


def of_kind(kind: str) -> list[Case]:
    """A case for each value of this type with each of its attributes."""
    attributes, values = VALUES[kind]
    return [Case(f"<input name=x type={kind} {rules}>", value) for rules, value in product(attributes, values)]


def kind_of(html: str) -> str:
    """The type of the control, or its element's name."""
    found = re.search(r"type=([a-z-]+)", html)
    return found[1] if found else html[1:].partition(" ")[0]
