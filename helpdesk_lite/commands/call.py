"""`helpdesk-lite call`: what a customer said elsewhere becomes a ticket; the text comes on standard input.

Guarantee: the desk's own rules, as on the page that logs a call. It asks for no password (commands/verbs).
"""

from __future__ import annotations

import sys

from helpdesk_lite import assemble
from helpdesk_lite.commands.verbs import leave_to_send
from helpdesk_lite.root import find_root
from helpdesk_lite.tickets.calls import Call, Calls
from helpdesk_lite.words.errors import OperatorMistaken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def log(given: Namespace) -> int:
    """Make the ticket; print its number."""
    house = assemble.house(find_root(given.root))
    operator = house.operators.find(given.operator)
    if operator is None:
        raise OperatorMistaken(f"There is no operator {given.operator}.")
    call = Call(
        channel=given.channel,
        subject=" ".join(given.subject.split()),
        text="" if sys.stdin.isatty() else sys.stdin.read(),
        name=given.name,
        email=given.email,
        type=given.type,
        category=given.category,
        takes=not given.to_queue,
        acknowledges=given.acknowledge,
        page=f"{house.clock():.3f}",
    )
    number = Calls(house.desk).log(call, operator)
    leave_to_send(house)
    print(number)
    return 0
