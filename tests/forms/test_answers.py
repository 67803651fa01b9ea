"""Who asked, what about, and what never gets into a subject."""

from __future__ import annotations

import pytest

from helpdesk_lite.forms import answers
from helpdesk_lite.forms.schema import Reading
from helpdesk_lite.forms.verdict import judge
from helpdesk_lite.words.form import Posted

CONTACT = (
    "<input name=name><input name=email type=email><input name=phone type=tel>"
    "<input name=subject><input name=order><textarea name=message></textarea>"
)


def asked(html: str, **pairs: str) -> tuple[tuple[str, str], str, str]:
    """Customer, subject and message field of a submission."""
    form = Reading("test", f"<title>Our form</title><form method=post>{html}</form>").form
    submission = judge(form, Posted(tuple(pairs.items())))
    return answers.customer_of(submission), answers.subject_of(form, submission), answers.message_field_of(form)


def test_the_customer_is_who_the_form_names() -> None:
    assert asked(CONTACT, name="Jane Doe", email="jane@example.org")[0] == ("Jane Doe", "jane@example.org")


def test_without_a_field_email_the_first_address_counts() -> None:
    html = "<input name=x type=email><input name=y type=email>"
    assert asked(html, x="a@b.c", y="d@e.f")[0] == ("", "a@b.c")


def test_a_field_email_of_any_type_counts_if_it_holds_an_address() -> None:
    assert asked("<input name=email>", email="jürgen@müller.example")[0][1] == "jürgen@müller.example"
    assert asked("<input name=email>", email="ask my wife")[0][1] == ""


def test_a_form_needs_no_customer() -> None:
    assert asked("<input name=a>", a="1") == (("", ""), "Our form", "")


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("Order {order}: {subject}", "Order KB1: It broke"),
        ("{ order }", "KB1"),
        ("About {email} {phone} {name}", "About"),
        ("{nothing}", "Our form"),
        ("{", "{"),
    ],
)
def test_a_subject_line_is_filled_in_without_contact_fields(line: str, subject: str) -> None:
    html = f'<meta name=helpdesk-subject content="{line}">{CONTACT}'
    assert asked(html, name="Jane", email="a@b.c", phone="1", subject="It broke", order="KB1")[1] == subject


@pytest.mark.parametrize("text", ["a\x00b", "a\u2028b", "a\x85b", "a \t b", "a\x7fb"])
def test_a_subject_is_one_line_without_control_characters(text: str) -> None:
    assert asked(CONTACT, subject=text)[1] == "a b"


def test_the_message_is_the_field_message_else_the_first_textarea() -> None:
    assert asked(CONTACT)[2] == "message"
    assert asked("<input name=a><textarea name=b></textarea>")[2] == "b"
