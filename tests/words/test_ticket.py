"""Who belongs to a ticket's conversation."""

from __future__ import annotations

from helpdesk_lite.words.ticket import ANSWER, BOUNCE, INQUIRY, LETTER, NOTE, QUEUE, Entry, Ticket
from tests import examples

JANE, CARL, DORA, EVE = (f"{name}@example.com" for name in ("jane", "carl", "dora", "eve"))


def ticket(*entries: Entry) -> Ticket:
    """Jane's ticket."""
    return Ticket(examples.inquiry(examples.number()), QUEUE, examples.NOON, entries)


def entry(kind: str, sender: str = "", *people: str) -> Entry:
    """A letter in it."""
    return examples.entry("x", kind)._replace(sender=sender, people=people)


def test_the_customer_is_known_and_whom_they_have_in_copy() -> None:
    assert ticket(entry(INQUIRY)).known() == (JANE,)
    assert ticket(entry(INQUIRY, "Jane <JANE@work.example>", CARL)).known() == (JANE, "JANE@work.example", CARL)


def test_who_is_known_brings_others_in() -> None:
    assert ticket(entry(INQUIRY, JANE, CARL), entry(LETTER, f"C <{CARL}>", DORA)).known() == (JANE, CARL, DORA)
    assert ticket(entry(INQUIRY), entry(ANSWER, "ines@example.org", DORA)).known() == (JANE, DORA)


def test_a_stranger_a_note_and_a_machine_bring_nobody_in() -> None:
    strangers = (entry(LETTER, EVE, DORA), entry(LETTER, EVE), entry(NOTE, "ines@x", DORA), entry(BOUNCE, "x@y", DORA))

    assert ticket(entry(INQUIRY), *strangers).known() == (JANE,)


def test_what_came_before_a_letter_counts_for_it() -> None:
    found = ticket(entry(INQUIRY), entry(LETTER, JANE, CARL))

    assert found.known(until=found.entries[1].message_id) == (JANE,)
