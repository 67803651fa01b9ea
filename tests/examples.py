"""Tickets, letters and people that tests tell their stories with."""

from __future__ import annotations

import itertools

from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.words import letter, tracking
from helpdesk_lite.words.form import Control, Field, FieldValue, Form, Submission
from helpdesk_lite.words.rights import ADMINISTRATOR
from helpdesk_lite.words.ticket import Customer, Entry, Head, Inquiry

NOON = 1_795_262_400  # 2026-11-21T12:00:00Z
INES = Operator("ines", "ines@example.org")
BOB = Operator("bob", "bob@example.org")
ADMIN = Operator("ada", "ada@example.org", ADMINISTRATOR)

_counter = itertools.count()


def number(at: float = NOON) -> str:
    """A number that no other test has."""
    return tracking.new_number(at, next(_counter))


def inquiry(number: str, subject: str = "The printer is on fire", submission: str = "") -> Inquiry:
    """What Jane Doe wrote with the contact form."""
    head = Head(number, NOON, "contact", "Contact us", subject, submission=submission)
    fields = (
        FieldValue("name", "Your name", ("Jane Doe",), True),
        FieldValue("email", "Email", ("jane@example.com",), True),
        FieldValue("room", "Room", ("12 b",)),
        FieldValue("message", "Message", ("It burns.\nFrom here I can see it.",)),
    )
    return Inquiry(head, Customer("Jane Doe", "jane@example.com"), fields, "message")


def entry(number: str, kind: str = "inquiry", by: str = "customer", at: int = NOON, text: str = "") -> Entry:
    """Something that happened to the ticket."""
    return Entry(kind, by, at, letter.message_id(number, kind, next(_counter), "localhost"), (), text)


MESSAGE = b"From: Jane Doe <jane@example.com>\nSubject: fire\n\nIt burns.\nFrom here I can see it.\n>From there too.\n"


def contact_form() -> Form:
    """The short form: name, email, subject, message."""
    kinds = {"name": "text", "email": "email", "subject": "text", "message": "textarea"}
    fields = tuple(
        Field(name, name.title(), (Control(kind, index, {}),), name in ("name", "email"))
        for index, (name, kind) in enumerate(kinds.items())
    )
    return Form("contact", "Contact us", fields)


def submission(message: str = "It burns.", email: str = "jane@example.com") -> Submission:
    """The short form filled in."""
    return Submission(
        (
            FieldValue("name", "Name", ("Jane Doe",), True),
            FieldValue("email", "Email", (email,) if email else (), True),
            FieldValue("subject", "Subject", ("The printer is on fire",)),
            FieldValue("message", "Message", (message,)),
        ),
        (),
    )
