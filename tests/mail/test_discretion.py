"""What a letter's words may tell those who have not claimed the ticket."""

from __future__ import annotations

import pytest

from helpdesk_lite.mail.discretion import discreet, public, tells_who, without, without_any
from helpdesk_lite.words.ticket import QUEUE, Ticket
from tests import examples

JANE = "jane@example.com"


def told(text: str) -> str:
    """The text as those read it who have not claimed."""
    return discreet(text, [JANE], "(address)")


def test_what_was_asked_stays():
    assert told("It burns.\n\nFrom here I can see it.") == "It burns.\n\nFrom here I can see it."


@pytest.mark.parametrize("signature", ["-- \nJane Doe\n+39 055 123", "--\nJane Doe", "Sent from my iPhone"])
def test_a_signature_does_not(signature):
    assert told(f"It burns.\n\n{signature}\n") == "It burns."


def test_nor_does_what_is_quoted_which_has_a_signature_too():
    said = told("It burns again.\n\nOn 21 Nov 2026, Jane Doe wrote:\n> It burns.\n> -- \n> Jane, +39 055 123\n")
    assert said == "It burns again."


@pytest.mark.parametrize("written", [JANE, "JANE@Example.COM", f"<{JANE}>", f"mailto:{JANE}", f"{JANE}."])
def test_an_address_is_a_word(written):
    said = told(f"Write to {written} please")
    assert "jane" not in said.lower()
    assert "(address)" in said
    assert said.endswith(" please")


@pytest.mark.parametrize(
    "other", ["mary.jane@example.com", "jane@example.community", "jane@example.com.au", "x+" + JANE]
)
def test_another_address_stays(other):
    assert told(f"Write to {other} please") == f"Write to {other} please"


def test_an_address_at_the_end_of_a_sentence_is_none_that_goes_on():
    assert told(f"I am {JANE}. Thanks") == "I am (address). Thanks"


def test_a_word_is_not_a_pattern():
    assert without("a+b@example.com", ["a+b@example.com"], r"\1") == r"\1"
    assert without("aab@example.com", ["a+b@example.com"], "-") == "aab@example.com"


def test_no_address_hides_nothing():
    assert without("It burns.", ["", ""], "(address)") == "It burns."


def test_what_a_server_says_may_name_anybody():
    said = without_any("550 5.1.1 <j.doe@internal.example>: no such mailbox", "(address)")
    assert said == "550 5.1.1 <(address)>: no such mailbox"


@pytest.mark.parametrize("endless", ["@" * 500_000, "a" * 500_000, "a@" * 250_000, "a." * 250_000])
def test_a_word_without_end_takes_no_time(endless):
    assert without_any(endless, "-") in (endless, "-")
    assert discreet(endless, [JANE], "-")


def ticket(sender: str, message: str, *people: str) -> Ticket:
    """A ticket that began with a form or (with a sender) with a letter."""
    number = examples.number()
    inquiry = examples.inquiry(number, f"From {JANE}")
    fields = tuple(field._replace(values=(message,)) if field.name == "message" else field for field in inquiry.fields)
    entry = examples.entry(number)._replace(sender=sender, people=people)
    return Ticket(inquiry._replace(fields=fields), QUEUE, 0, (entry,))


SAID = f"It burns. Write to {JANE}, or jane@home.example, or boss@example.net.\n-- \nJane"


def test_a_ticket_that_began_with_a_letter_is_told_without_addresses_and_signature():
    said = public(ticket("Jane <jane@home.example>", SAID, "boss@example.net"), "(address)").inquiry
    assert said.head.subject == "From (address)"
    assert said.fields[-1].values == ("It burns. Write to (address), or (address), or (address).",)


def test_one_that_began_with_a_form_keeps_its_dashes():
    said = public(ticket("", SAID), "-").inquiry
    assert said.fields[-1].values == (SAID.replace(JANE, "-"),)
    assert said.customer.email == said.fields[1].values[0] == JANE


@pytest.mark.parametrize(
    ("media_type", "tells"),
    [
        ("text/vcard", True),
        ("text/x-vcard", True),
        ("message/rfc822", True),
        ("application/pgp-keys", True),
        ("application/pkcs7-signature", True),
        ("image/png", False),
        ("application/pdf", False),
    ],
)
def test_a_file_may_tell_who_it_is_from(media_type, tells):
    assert tells_who(media_type) is tells
