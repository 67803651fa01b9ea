"""`helpdesk-lite deliver`: send what is due."""

from __future__ import annotations

from helpdesk_lite import assemble
from helpdesk_lite.root import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def deliver(given: Namespace) -> int:
    """Send letters and say how many were sent, wait, and are held; 1 if some are held."""
    house = assemble.house(find_root(given.root))
    tally = assemble.courier(house).run(all=given.all)
    print(f"sent {tally.sent}, waiting {tally.waiting}, held {tally.held}")
    return 1 if tally.held else 0
