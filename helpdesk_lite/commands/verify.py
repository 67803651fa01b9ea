"""`helpdesk-lite verify [--repair]`: is everything in data/ as promised?"""

from __future__ import annotations

import os

from helpdesk_lite import assemble, terminal
from helpdesk_lite.root import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.store.inspect import Finding


def verify(given: Namespace) -> int:
    """Print one line per finding, and with --repair what became of it; 1 if any is left."""
    root = find_root(given.root)
    verifier = assemble.verifier(assemble.house(root))
    left = 0
    for finding in list(verifier.findings()):
        is_mended = given.repair and verifier.mend(finding)
        left += not is_mended
        print(_line(finding, root.path) + (" (mended)" if is_mended else ""))
    if not left:
        print("Everything is as promised.")
    return 1 if left else 0


def _line(finding: Finding, root: str) -> str:
    path = os.path.relpath(finding.path, root) if os.path.isabs(finding.path) else finding.path
    return terminal.line(f"{path}: {finding.said}").encode("ascii", "backslashreplace").decode()
