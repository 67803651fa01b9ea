"""`helpdesk-lite customer export|erase ADDRESS`: what a customer may ask for by law, from the command line.

Guarantee: nothing is erased before somebody has said yes. The audit log tells of both, without the address.
"""

from __future__ import annotations

import os
import shutil
import sys

from helpdesk_lite import assemble, disk
from helpdesk_lite.customers.erasing import Erasing, mailboxes_of
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import DeskError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.web.house import House

_WHO = "command line"


def export(given: Namespace) -> int:
    """Write the customer's tickets into a new folder, or a new .zip; 1 if there are none."""
    from helpdesk_lite.customers.handing_out import HandingOut, into_folder
    from helpdesk_lite.customers.verbs import Customers

    house = assemble.house(find_root(given.root))
    numbers = _erasing(house).find(given.address).own
    if not numbers:
        return _none(given.address)
    if os.path.exists(given.goal):
        raise DeskError(f"{given.goal} is there already: name a new one.")
    house.audit.note(_WHO, "customer export", " ".join(numbers)[:2000])
    made = folder = disk.beside(os.path.abspath(given.goal))
    count = HandingOut(Customers(house.intake.correspondence)).hand_out(numbers, into_folder(folder))
    if given.goal.endswith(".zip"):
        made = shutil.make_archive(folder, "zip", folder)
        shutil.rmtree(folder)
    disk.move(made, given.goal)  # what is there under its name is all that there is
    print(terminal.line(f"{given.goal}: {_counted(len(numbers), 'ticket')}, {_counted(count, 'file')}."))
    return 0


def erase(given: Namespace) -> int:
    """Make the customer's tickets anonymous, for good; asks first."""
    house = assemble.house(find_root(given.root))
    erasing = _erasing(house)
    found = erasing.find(given.address)
    if not given.yes and not _is_sure(given.address, len(found.own)):
        print("Nothing was erased.")
        return 1
    house.audit.note(_WHO, "customer erase", " ".join(found.own)[:2000])
    erasing.erase(given.address, _WHO.replace(" ", "-"))
    kind, _, path = house.settings.transport.partition(":")
    if kind == "maildir":
        for mailbox in mailboxes_of(os.path.join(house.root.path, path), given.address):
            shutil.rmtree(mailbox, ignore_errors=True)
    print(terminal.line(f"{_counted(len(found.own), 'ticket')} made anonymous."))
    if found.elsewhere:
        print(terminal.line(f"The address is also named in tickets of others: {' '.join(found.elsewhere)}."))
    return 0


def _erasing(house: House) -> Erasing:
    return Erasing(house.desk, house.drafts, house.intake.arrivals)


def _none(address: str) -> int:
    print(terminal.line(f"helpdesk-lite: No ticket is from {address}."), file=sys.stderr)
    return 1


def _is_sure(address: str, count: int) -> bool:
    print(
        terminal.line(
            f"Of {_counted(count, 'ticket')} of {address} the customer, the words and the files go, for good."
        )
    )
    try:
        return input("Type yes to go on: ").strip() == "yes"
    except EOFError:
        return False


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
