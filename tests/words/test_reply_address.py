"""The addresses that answers come back to: nobody makes one up, and mail servers may change their case."""

from __future__ import annotations

import pytest

from helpdesk_lite.words import reply_address, settings_table
from helpdesk_lite.words.letter import LONGEST_LOCAL, is_address
from helpdesk_lite.words.reply_address import CLAIM, OPERATOR, TICKET, Tag
from tests import examples

SECRET = b"s" * 32
PLUS = settings_table.read('[desk]\naddress = "support@example.org"')
CATCH_ALL = settings_table.read(
    '[desk]\naddress = "support@example.org"\n[mail]\nticket_addresses = "t.*@in.example.org"'
)
NUMBER = examples.number()
DAY = 86_400


def made(purpose, settings=PLUS, secret=SECRET, who="ines"):
    return reply_address.made(settings, secret, purpose, NUMBER, examples.NOON, who)


def read(address, settings=PLUS, secret=SECRET, after=0, who="ines"):
    return reply_address.read(address, settings, secret, examples.NOON + after, who)


@pytest.mark.parametrize("settings", [PLUS, CATCH_ALL])
@pytest.mark.parametrize("purpose", [CLAIM, OPERATOR, TICKET])
def test_an_address_of_ours_says_what_it_is_for(purpose, settings):
    address = made(purpose, settings)
    assert is_address(address)
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL
    assert read(address, settings) == Tag(purpose, NUMBER)


@pytest.mark.parametrize("purpose", [CLAIM, OPERATOR, TICKET])
@pytest.mark.parametrize("changed", [str.upper, str.lower, str.title])
def test_capitals_do_not_matter(purpose, changed):
    assert read(changed(made(purpose))) == Tag(purpose, NUMBER)


def test_the_number_can_be_read_in_it():
    assert made(TICKET).startswith(f"support+{NUMBER.lower()}-")
    assert made(CLAIM).startswith(f"support+claim-{NUMBER.lower()}-")
    assert made(TICKET, CATCH_ALL).startswith(f"t.{NUMBER.lower()}-")


@pytest.mark.parametrize("purpose", [CLAIM, OPERATOR, TICKET])
def test_it_counts_for_a_time(purpose):
    days = reply_address.VALID_FOR[purpose]
    assert read(made(purpose), after=(days - 1) * DAY).wrong == ""
    assert read(made(purpose), after=(days + 2) * DAY).wrong == "Its time is over."


@pytest.mark.parametrize("purpose", [CLAIM, OPERATOR, TICKET])
def test_one_of_another_desk_does_not_count(purpose):
    assert read(made(purpose, secret=b"t" * 32)).wrong
    elsewhere = settings_table.read(
        '[desk]\naddress = "sales@example.org"\n[mail]\nticket_addresses = "t.*@in.example.org"'
    )
    assert read(made(purpose, CATCH_ALL), elsewhere).wrong


def test_an_operators_counts_for_nobody_else():
    assert read(made(OPERATOR), who="bob").wrong
    assert read(made(OPERATOR), who="").wrong
    assert read(made(TICKET), who="bob").wrong == ""


def test_a_customers_cannot_be_made_into_an_operators():
    assert read(made(TICKET).replace("-t", "-o", 1)).wrong
    assert read(made(TICKET).replace("+", "+claim-", 1).replace("-t", "-", 1)).wrong


def test_every_changed_character_is_noticed():
    address = made(CLAIM)
    start, end = len("support+claim-"), address.index("@")
    for at in range(start, end):
        other = "3" if address[at] != "3" else "4"
        assert read(address[:at] + other + address[at + 1 :]).wrong


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "x",
        "claim-",
        NUMBER,
        f"{NUMBER}-\u00e9",
        f"{NUMBER}-t",
        f"{NUMBER}-T234",
        f"claim-{NUMBER}",
        f"claim-{NUMBER}-2",
    ],
)
def test_an_odd_one_does_not_count(odd):
    found = read(f"support+{odd}@example.org")
    assert found is None or found.wrong


def test_the_desks_own_address_says_nothing_more():
    assert read("Support@EXAMPLE.org") == Tag("")


@pytest.mark.parametrize("stranger", ["", "@", "jane@example.com", "support@example.com", "xsupport+1@example.org"])
def test_a_strangers_address_is_none_of_ours(stranger):
    assert read(stranger) is None


@pytest.mark.parametrize("local", ["info", "ines", "3d9p", NUMBER.lower()])
def test_who_has_another_address_in_the_desks_domain_is_a_stranger(local):
    settings = settings_table.read('[desk]\naddress = "desk@example.org"\n[mail]\nticket_addresses = "*@example.org"')
    assert read(f"{local}@example.org", settings) is None
    assert read(f"desk+{local}@example.org", settings) == Tag("", "", "It names no ticket.")
