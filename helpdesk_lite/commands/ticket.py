"""`helpdesk-lite list` and `show`: tickets for people and scripts."""

from __future__ import annotations

import json
import sys

from helpdesk_lite import assemble
from helpdesk_lite.commands import files
from helpdesk_lite.mail import parse
from helpdesk_lite.mail.reading import reading
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal, times
from helpdesk_lite.words.errors import UnknownNumber
from helpdesk_lite.words.standing import NORMAL
from helpdesk_lite.words.ticket import CLOSED
from helpdesk_lite.words.tracking import read_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any, BinaryIO

    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.words.ticket import Ticket


def list_tickets(given: Namespace) -> int:
    """List the tickets in one state, in order of arrival; as JSON, whole ones in a list."""
    store = assemble.house(find_root(given.root)).store
    separator = "[\n"
    for number in store.numbers(given.state or "pending"):
        try:
            ticket = store.read(number)
        except UnknownNumber:
            continue  # it was thrown away between the two looks
        if given.json:
            sys.stdout.write(separator + json.dumps(as_json(store, ticket), ensure_ascii=True))
            separator = ",\n"
        else:
            head = ticket.inquiry.head
            holder, subject = terminal.line(ticket.place.holder or "-"), terminal.line(head.subject)
            marks = ", ".join(_marks(ticket))
            print(f"{number}  {times.iso(head.received_at)}  {holder:12}  {f'({marks})  ' if marks else ''}{subject}")
    if given.json:
        print("[]" if separator == "[\n" else "\n]")
    return 0


def show(given: Namespace) -> int:
    """Show one ticket."""
    store = assemble.house(find_root(given.root)).store
    ticket = store.read(read_number(given.number) or given.number)
    if given.json:
        print(json.dumps(as_json(store, ticket), indent=2, ensure_ascii=True))
    else:
        _show(ticket)
    return 0


def as_json(store: Store, ticket: Ticket) -> dict[str, Any]:
    """The ticket in the shape that scripts rely on."""
    inquiry = ticket.inquiry
    return {
        "number": ticket.number,
        "state": ticket.place.state,
        "progress": ticket.progress or None,
        "away": ticket.standing.away or None,
        "merged_into": ticket.merged_into or None,
        "holder": ticket.place.holder or None,
        "done_by": ticket.done_by or None,
        **_standing(ticket),
        "channel": ticket.channel,
        "form": inquiry.head.form,
        "received_at": times.iso(inquiry.head.received_at),
        "customer": {"name": inquiry.customer.name, "email": inquiry.customer.email},
        "subject": inquiry.head.subject,
        "fields": {field.name: list(field.values) for field in inquiry.fields},
        "entries": _entries(store, ticket),
        "attachments": _attachments(store, ticket),
    }


def _standing(ticket: Ticket) -> dict[str, Any]:
    now = ticket.standing
    return {
        "level": now.level,
        "priority": now.priority,
        "type": now.type,
        "category": ticket.category,
        "due_at": times.iso(now.due_at) if now.due_at else None,
        "wakes_at": times.iso(now.wakes_at) if now.wakes_at else None,
    }


def _marks(ticket: Ticket) -> list[str]:
    """What is not usual about the ticket, in words."""
    now = ticket.standing
    told = {
        ticket.progress: ticket.progress,
        now.away: now.away,
        f"part of {ticket.merged_into}": ticket.merged_into,
        now.priority: now.priority != NORMAL,
        f"level {now.level}": now.level > 1,
        f"due {times.moment(now.due_at)}": now.due_at,
        f"not before {times.moment(now.wakes_at)}": now.wakes_at,
    }
    return [terminal.line(word) for word, counts in told.items() if counts]


def _entries(store: Store, ticket: Ticket) -> list[dict[str, Any]]:
    """What happened; an entry that is a letter has its sender, people, subject, text and attachments, too."""
    letters = [entry.message_id for entry in ticket.entries if entry.sender]
    told = dict(zip(letters, map(_letter, store.messages(ticket.number, letters)), strict=True))
    found = []
    for entry in ticket.entries:
        about: dict[str, Any] = {
            "kind": entry.kind,
            "by": entry.by,
            "at": times.iso(entry.at),
            "message_id": entry.message_id,
            "letters": list(entry.letters),
            "text": entry.text,
        }
        if letter := told.get(entry.message_id):
            text = letter.pop("text")
            about["text"] = entry.text or text
            about |= {"sender": entry.sender, "people": list(entry.people), **letter}
        found.append(about)
    return found


def _letter(message: BinaryIO) -> dict[str, Any]:
    said = reading(message)
    return {"subject": said.subject, "text": said.text, "attachments": files.described(message, said.files)}


def _attachments(store: Store, ticket: Ticket) -> list[dict[str, Any]]:
    with store.open_message(ticket.number, ticket.entries[0].message_id) as message:
        return files.described(message, (part for part in parse.parts(message) if part.is_attachment))


def _show(ticket: Ticket) -> None:
    inquiry = ticket.inquiry
    who = ticket.done_by if ticket.place.state == CLOSED else ticket.place.holder
    doer = f" by {who}" if who else ""
    _say(f"{ticket.number}: {inquiry.head.subject}")
    _say(f"{ticket.place.state}{doer} since {times.iso(ticket.since)}; form {inquiry.head.form}")
    if marks := _marks(ticket):
        _say(", ".join(marks))
    if ticket.category:
        _say(f"Category {ticket.category}")
    _say(f"From {inquiry.customer.name} <{inquiry.customer.email}>")
    print()
    for field in inquiry.fields:
        for value in field.values:
            print(f"{terminal.line(field.label)}: {terminal.lines(value)}")
    print()
    for entry in ticket.entries:
        _say(f"{times.iso(entry.at)}  {entry.kind} by {entry.by}")


def _say(text: str) -> None:
    print(terminal.line(text))
