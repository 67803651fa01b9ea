"""What administrators change, under faults: accounts, categories, rules; and take back. None is without its entry."""

from __future__ import annotations

import json
import os
from urllib.parse import urlencode

from helpdesk_lite.words import signing
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.faults.desks import PASSWORD, HarmedDesk, Look, Request, each_letter_once
from tests.faults.strace import Ended
from tests.faults.verb import INES, Verb, answered, done_once

ACCOUNT = Request("/administration/operators/ines", "ada", b"email=ines%40example.org&role=observer")


def _administered(desk: HarmedDesk, ended: Ended, look: Look) -> None:
    """The account is as it was or as it should be, there if there was an answer; no change is without its entry."""
    each_letter_once(look)

    def told() -> tuple[str, list[dict[str, object]]]:
        house = desk.house()
        assert house.operators.mistakes() == house.audit.mistakes() == []
        ines = house.operators.find("ines")
        assert ines and ines.password_hash
        return ines.role, [noted.after or {} for noted in house.audit.read() if noted.what == "changed"]

    role, entries = told()
    assert role == "observer" if answered(ended) == 303 else role in ("operator", "observer")
    assert role == "operator" or [entry["role"] for entry in entries] == ["observer"]
    answer = desk.ask(ACCOUNT)
    assert answer.status == 303, answer.text
    assert told()[0] == "observer"


RULES = '[[rule]]\nif.words = "nothing that anybody writes"\nthen.level = 2\n'
ARRANGED = {  # what an administrator saves, and where it lies then
    "rules.toml": Request(
        "/administration/rules", "ada", urlencode({"text": RULES, "seen": signing.digest_of([""])}).encode()
    ),
    "categories/bills.toml": Request("/administration/categories", "ada", b"name=bills&priority=low&level=1"),
}


def _arranged(file: str, again: int) -> Verb:
    """The file is whole if there was an answer, and never there without its entry in the log; it is made once."""
    name = file.partition(".")[0].partition("/")[0]

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        is_done = os.path.exists(desk.root.inside(*file.split("/")))
        assert is_done or answered(ended) != 303
        assert not is_done or desk.house().audit.read()
        assert desk.ask(ARRANGED[file]).status == (again if is_done else 303)
        house = desk.house()
        assert len(house.rules.all()) == 1 if name == "rules" else house.categories.read("bills")

    return Verb(name, "calm", lambda desk: desk.cgi(ARRANGED[file]), check)


BILLS = "/administration/categories/bills"
NEW_PASSWORD = "a short and noisy morning"


def _entries(desk: HarmedDesk, what: str, about: str) -> int:
    """How often the log tells of this."""
    house = desk.house()
    assert house.audit.mistakes() == house.operators.mistakes() == house.categories.mistakes() == []
    return sum((noted.what, noted.about) == (what, about) for noted in house.audit.read())


def _is_high(desk: HarmedDesk, _: Look) -> bool:
    bills = desk.house().categories.read("bills")
    assert bills and bills.priority in ("low", "high")
    assert bills.priority == "low" or _entries(desk, "changed", "categories/bills")
    return bills.priority == "high"


def _is_bills_gone(desk: HarmedDesk, _: Look) -> bool:
    is_gone = desk.house().categories.read("bills") is None
    assert not is_gone or _entries(desk, "removed", "categories/bills")
    return is_gone


def _undo(desk: HarmedDesk, _: str) -> Request:
    (noted,) = [one for one in desk.house().audit.read() if one.about == "rules.toml" and not one.undoes]
    return Request(f"/administration/log/{noted.name}/undo", "ada")


def _is_undone(desk: HarmedDesk, _: Look) -> bool:
    text = desk.house().texts.read("rules.toml").text
    assert text in ("", RULES)
    assert text or any(noted.undoes for noted in desk.house().audit.read())
    return not text


def _invited(name: str, path: str, body: bytes = b"") -> Verb:
    """Whoever is invited is so by one letter if there was an answer; it may be asked for again."""

    def check(desk: HarmedDesk, ended: Ended, look: Look) -> None:
        each_letter_once(look)
        assert len(look.asked_for) == 1 if answered(ended) == 303 else len(look.asked_for) <= 1
        is_there = desk.house().operators.find("olga") is not None
        assert is_there or answered(ended) != 303 or not body
        again = Request("/administration/operators/olga/invite", "ada") if is_there else Request(path, "ada", body)
        assert desk.ask(again).status == 303
        assert len(desk.look().asked_for) == len(look.asked_for) + 1

    return Verb(name, "calm", lambda desk: desk.cgi(Request(path, "ada", body)), check)


def _remove(desk: HarmedDesk, _: str) -> Request:
    return Request("/administration/operators/gus/remove", "ada")


def _is_removed(desk: HarmedDesk, look: Look) -> bool:
    is_gone = all(one.name != "gus" for one in look.accounts)
    assert not is_gone or _entries(desk, "removed", "operators/gus")
    return is_gone


def _accept(desk: HarmedDesk, _: str) -> Request:
    body = {"key": desk.invitation, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    return Request("/invitation", "", urlencode(body).encode())


def _is_accepted(desk: HarmedDesk, _: Look) -> bool:
    house = desk.house()
    gus = house.operators.find("gus")
    is_new, is_old = (house.operators.is_password(gus, one) for one in (NEW_PASSWORD, PASSWORD))
    assert is_new != is_old
    assert is_old or _entries(desk, "password of", "operators/gus")
    return is_new


def _leaves(verb: str, body: bytes, kind: str, after: Place) -> Verb:
    """Both tickets that ines had have gone if there was an answer; each has, with its entry and letters, or has not."""

    def is_done(desk: HarmedDesk, look: Look) -> bool:
        hers = [look.tickets[number] for number in (desk.pending, desk.claimed)]
        for ticket in hers:
            assert (ticket.place, ticket.entries[-1].kind) in ((INES, "claimed"), (after, kind))
        gone = [ticket for ticket in hers if ticket.place == after]
        assert len(look.queued) == sum(len(ticket.entries[-1].letters) for ticket in gone)
        return gone == hers

    request = Request(f"/administration/operators/ines/{verb}", "ada", body)
    return done_once(verb, "busy", lambda *_: request, is_done, who="ada")


def _settings(desk: HarmedDesk, _: str) -> Request:
    """The page of settings as it is, but for a name."""
    seen = desk.house().adjusting.values()
    shown = {key: "\n".join(value) if isinstance(value, list) else value for key, value in seen.items()}
    typed = {key: value for key, value in shown.items() if value is not False} | {"desk.name": "Acme"}
    return Request("/administration/settings", "ada", urlencode({**typed, "seen": json.dumps(seen)}).encode())


def _is_named(desk: HarmedDesk, _: Look) -> bool:
    name = desk.house().adjusting.values()["desk.name"]
    assert name in ("Help Desk", "Acme")
    assert name == "Help Desk" or _entries(desk, "changed", "settings.toml")
    return name == "Acme"


def leave_arranged(desk: HarmedDesk) -> None:
    """A desk where ines has two tickets; another with a category and rules, made by an administrator on the web."""
    desk.put_back("calm")
    assert desk.ask(Request(f"/tickets/{desk.pending}/claim", "ines")).status == 303
    desk.clear_mail()
    desk.keep("busy")
    desk.put_back("calm")
    for request in ARRANGED.values():
        assert desk.ask(request).status == 303
    for file in ARRANGED:
        desk.age(desk.folder / "data" / file, 60)
    desk.keep("arranged")
    desk.invitation = desk.house().accounts.key(desk.house().operators.find("gus"))


ADMINISTERED = (
    _arranged("rules.toml", again=409),
    _arranged("categories/bills.toml", again=422),
    Verb("account", "calm", lambda desk: desk.cgi(ACCOUNT), _administered),
    done_once("category", "arranged", lambda *_: Request(BILLS, "ada", b"priority=high"), _is_high, who="ada"),
    done_once("no-category", "arranged", lambda *_: Request(f"{BILLS}/remove", "ada"), _is_bills_gone, 404, "ada"),
    done_once("settings", "arranged", _settings, _is_named, who="ada"),
    done_once("undo", "arranged", _undo, _is_undone, 409, "ada"),
    _leaves("hand-on", b"to=ada", "reassigned", Place(CLAIMED, "ada")),
    _leaves("put-back", b"", "released", QUEUE),
    _invited("invite", "/administration/operators/gus/invite"),
    _invited("new-operator", "/administration/operators", b"name=olga&email=olga%40example.org"),
    done_once("no-operator", "calm", _remove, _is_removed, 404, "ada"),
    done_once("accept", "calm", _accept, _is_accepted, 404, "ada"),
)
