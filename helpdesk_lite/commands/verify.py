"""`helpdesk-lite verify [--repair]`: is everything in data/ as promised?"""

from __future__ import annotations

import os

from helpdesk_lite import assemble, owner
from helpdesk_lite.root import find_root
from helpdesk_lite.words import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from helpdesk_lite.root import Root


def verify(given: Namespace) -> int:
    """Print one line per finding, and with --repair what became of it; 1 if any is left.

    Files of another owner come first, each mended at once: the desk could not even be opened with them.
    """
    root = find_root(given.root)
    left = 0
    for path, said in owner.strangers(root.data):
        is_mended = given.repair and owner.give(path, root.data)
        left += _tell(path, said, root, is_mended)
    try:
        verifier = assemble.verifier(assemble.house(root))
        for finding in list(verifier.findings()):
            left += _tell(finding.path, finding.said, root, given.repair and verifier.mend(finding))
    except PermissionError as wrong:
        left += _tell(wrong.filename or root.data, f"it cannot be opened: {wrong.strerror}", root, False)
    if not left:
        print("Everything is as promised.")
    return 1 if left else 0


def _tell(path: str, said: str, root: Root, is_mended: bool) -> int:
    """Print the finding; how many it leaves to do."""
    shown = os.path.relpath(path, root.path) if os.path.isabs(path) else path
    line = terminal.line(f"{shown}: {said}").encode("ascii", "backslashreplace").decode()
    print(line + (" (mended)" if is_mended else ""))
    return int(not is_mended)
