"""No page says anything that could not be said in another language.

Each text of the desk is put into a language of its own here, so what is left to read is what people and servers wrote.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from helpdesk_lite import assemble
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.web.app import OPERATORS, ROUTES
from helpdesk_lite.words import i18n
from tests import mail_desk

OF_OURS = re.compile(r"%\(\w+\)s|<[^>]*>|&\w+;|[A-Za-z]")
NOT_OURS = ("Help Desk", "It burns. From here I can see it.", "The printer is on fire", "Contact us", "Jane Doe")
QUOTED = ("ж: Expected an expression, got 'end of statement block'",)  # behind our own words


class Elsewhere:
    """A language without a letter of the Latin alphabet."""

    def gettext(self, message):
        return OF_OURS.sub(lambda found: found[0] if len(found[0]) > 1 else "ж", message)

    def ngettext(self, singular, plural, n):
        return self.gettext(singular if n == 1 else plural)


def english(page):
    """What on the page has two words in a row that could be English; code and what is to be edited are not read."""
    plain = re.sub(r"<(script|style|textarea|code|pre|iframe)\b.*?</\1>", " ", page, flags=re.DOTALL)
    said = [*re.findall(r'\s(?:title|aria-label|placeholder|alt)="([^"]*)"', plain), *re.split(r"<[^>]*>", plain)]
    for text in (" ".join(html.unescape(one).split()) for one in said):
        left = text
        for known in (*NOT_OURS, *QUOTED):
            left = left.replace(known, "")
        if re.search(r"[A-Za-z]{2,},? [a-z]{2,}", left):
            yield text


def disorder(desk):
    """Something in each place where something can be wrong; a ticket that is with ines, and one that nobody has."""
    data = Path(desk.house.root.data)
    (data / "categories").mkdir()
    for path, text in {
        "categories/broken.toml": "level = \n",
        "categories/gone.toml": 'desk = "../nowhere"\noperators = ["zoe"]\ntemplates = "none"\n',
        "operators/carl.toml": "deliver = 'mail'\n",
        "../forms/broken.html": "{% if %}",
        "../forms/empty.html": "<p></p>",
        "../templates/mail/told.txt": "{{ note }}\n{% if %}\n",
        "rules.toml": '[[rule]]\nif.form = "zz"\nthen.category = "none"\n',
    }.items():
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).write_text(text)
    number, other = desk.ticket(files={"a.png": b"x"}), desk.ticket()
    desk.house.desk.claim(number, desk.operator("ines"))
    desk.house.handling.resolve(number, desk.operator("ines"), "ok", False)
    for kind, operator in (("forward", "zoe"), ("told", "bob")):
        letter = desk.house.desk.letter(kind, desk.house.store.read(number).inquiry, operator=operator)
        desk.house.outbox.stage([letter])
        desk.house.outbox.publish([letter])
    assemble.courier(desk.house).run()
    mail = mail_desk.MailDesk.of(desk.house)
    for raw in (
        mail_desk.letter("", "", "ok"),
        mail_desk.letter("ines@example.org", mail.address("ticket", other), "ok"),
        mail_desk.letter("x@example.org", mail.address("claim", other), "ok"),
        mail_desk.letter("x@example.org", "helpdesk+zz@localhost", "ok"),
    ):
        assert desk.house.intake.receive([raw], Envelope("test")).kind == "kept"
    desk.get("/administration/log", "ines")
    desk.post(f"/tickets/{number}/close", "bob")
    return number, other


def test_every_text_can_be_said_in_another_language(desk, monkeypatch):
    monkeypatch.setitem(i18n._known, "it", Elsewhere())
    for name in ("ada", "ines"):
        desk.house.operators.write(desk.operator(name)._replace(language="it"))
    number, other = disorder(desk)
    pages = [route.path for route in ROUTES if route.method == "GET" and route.whose == OPERATORS]
    pages = [path for path in pages if "{" not in path] + [
        f"/tickets/{number}",
        f"/tickets/{other}",
        "/administration/operators/carl",
        "/administration/categories/gone",
        "/administration/categories/broken",
        "/administration/forms/broken",
        "/administration/letters/told.txt",
        "/administration/letters/notice.html",
        "/tickets/nowhere",
    ]
    found = {text: path for path in pages for text in english(desk.get(path, "ada").text)}
    found.update(
        {text: path for path in ("/queue", f"/tickets/{number}") for text in english(desk.get(path, "ines").text)}
    )
    assert found == {}
