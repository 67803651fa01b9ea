"""What the house has agreed not to do, so that each promise has one place where it is kept."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import require
from tests.house import source

DISK_VERBS = {
    f"os.{verb}"
    for verb in ("fsync", "fdatasync", "rename", "renames", "replace", "link", "symlink", "sync", "posix_fallocate")
} | {"shutil.move", "fcntl.flock", "fcntl.lockf"}
NAMES_TO_AVOID = re.compile(r"(Manager|Helper|Utils?|Handler|Misc|Common)$")


def test_only_the_disk_calls_fsync_rename_link_and_flock() -> None:
    """Durability is decided in one module; anything else asks it (disk.py)."""
    elsewhere = [
        f"{module.name} line {line}: {name}"
        for module in source.modules()
        if module.name != "disk"
        for name, line in source.called(module)
        if name in DISK_VERBS
    ]
    assert not elsewhere


def test_nothing_uses_what_python_took_away() -> None:
    """`cgi` and its neighbours are gone since 3.13 (PEP 594)."""
    gone = {"cgi", "cgitb", "crypt", "imghdr", "mailcap", "telnetlib", "uu", "pipes", "smtpd", "asyncore", "asynchat"}
    users = [
        f"{module.name} line {line}: {name}"
        for module in source.modules()
        for name, line in source.imported(module)
        if name in gone
    ]
    assert not users


def test_classes_are_called_what_they_are() -> None:
    vague = [
        name
        for module in source.modules()
        for name, _ in source.public_nodes(module)
        if NAMES_TO_AVOID.search(name.rpartition(".")[2])
    ]
    assert not vague


def committed_files() -> list[Path]:
    """Every text file that git keeps."""
    (git,) = require("git")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=source.CHECKOUT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    paths = (source.CHECKOUT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000]]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """What is committed works anywhere: no home folder, and not the folder that this very checkout lies in."""
    places = [r"/home/[a-z]", r"/root/", r"/Users/[A-Za-z]"]
    if len(source.CHECKOUT.parts) > 2 and source.CHECKOUT.parent not in map(Path, ("/tmp", "/srv", "/opt", "/var/tmp")):
        places.append(re.escape(f"{source.CHECKOUT.parent}/"))
    pattern = re.compile("|".join(f"(?<![\\w.]){place}" for place in places))
    found = [
        f"{path.relative_to(source.CHECKOUT)}:{number}: {line.strip()[:100]}"
        for path in committed_files()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found
