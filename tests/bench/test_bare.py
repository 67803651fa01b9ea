"""The bare loop, beside which the desk's speed is judged, does to the disk what the desk does, and no more or less."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import require

DESK = """
import sys
from helpdesk_lite import assemble
from helpdesk_lite.root import Root
from tests import examples
house = assemble.house(Root(sys.argv[1]))
ines = house.operators.find("ines")
number = house.desk.submit(examples.contact_form(), examples.submission(), "192.0.2.1", "en")
print("submitted", flush=True)
house.desk.claim(number, ines)
"""
BARE = """
import sys
from pathlib import Path
from tests.bench.bare import Folder
folder = Folder(Path(sys.argv[1], "data"))
folder.submit("00000001")
print("submitted", flush=True)
folder.claim("00000001")
"""
CALLS = "flock,fsync,rename,link,unlink,write"
_PATHS = re.compile(r'["<][^"<>]*/data/([^"<>]*)[">]')


def test_the_bare_loop_does_what_the_desk_does(tmp_path: Path) -> None:
    (strace,) = require("strace")
    with servers.new_desk(acknowledge=False) as desk:
        (desk.root / "data" / "claimed" / "ines").mkdir()
        ours = traced(strace, DESK, desk.root, tmp_path / "log")
    bare = traced(strace, BARE, tmp_path, tmp_path / "log")

    assert bare == ours and "fsync pending" in ours


def traced(strace: str, script: str, root: Path, log: Path) -> list[str]:
    """What the script changes below data/, in order: each call with the folders it touches."""
    watched = [strace, "-f", "-qq", "-y", "-o", str(log), "-e", f"trace={CALLS}"]
    command = [*watched, sys.executable, "-B", "-c", script, str(root)]
    done = subprocess.run(command, cwd=servers.CHECKOUT, capture_output=True, text=True, timeout=60)
    if "ptrace" in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    found = []
    for line in log.read_text().splitlines():
        call = line.split(maxsplit=1)[1].partition("(")[0]
        paths = [_place(path) for path in _PATHS.findall(line)]
        if "submitted" in line or (paths and not paths[0].startswith("cache")):
            found.append(" ".join((call, *paths)))
    return found


def _place(path: str) -> str:
    """A path without what differs each time: a file's name, the folder of a submission's note or of a customer's."""
    folder, _, name = path.rpartition("/")
    if folder in ("", "outbox", "claimed"):
        return path
    return re.sub(r"(submissions|customers)/.*", r"\1", folder) + ("/hidden" if name.startswith(".") else "/file")
