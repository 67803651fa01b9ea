"""Real processes under Debian's strace: every system call that touches a desk, and what happens if one of them fails.

A fault is injected at one call: the process is killed on entering it (it is then not done), or it fails with an errno.
strace counts calls per name and process, so a step is "the third rename", and the courier that a CGI request leaves
behind counts anew.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import require

CHANGES = ("write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat")
CHANGES = (*CHANGES, "mkdir", "mkdirat", "ftruncate", "flock", "chmod", "connect", "sendto", "copy_file_range")
READS = ("openat", "read", "pread64", "getdents64", "recvfrom", "mmap", "socket", "close")
CALLS = (*CHANGES, *READS)
PATIENCE = 60.0  # seconds for one run
OPTIONS = ("-f", "-qq", "-s", "256")  # not --seccomp-bpf: signals are not injected with it (strace 6.1)
_LINE = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\((?P<rest>.*)")
_NAMES = (
    (re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"), "NUMBER"),
    (re.compile(r"\.\d+-[0-9a-f]+\.new"), ".HIDDEN"),
    (re.compile(r"\.[0-9a-f]{10}\b"), ".CHANCE"),
    (re.compile(r"\b[0-9A-Z]{2}\.lock"), "XX.lock"),
    (re.compile(r"submission-[0-9a-f]{2}\.lock"), "submission-XX.lock"),
    (re.compile(r"submissions/[0-9a-f]{2}(/\.?[0-9a-f]{32})?"), "submissions/XX"),
    (re.compile(r"spool/[\w#-]+"), "spool/FILE"),
    (re.compile(r"mail/[^/ ]+@[^/ ]+"), "mail/ADDRESS"),
    (re.compile(r"acknowledgement|notice|forward"), "LETTER"),
    (re.compile(r"\d{4}-\d{2}/"), "MONTH/"),
    (re.compile(r"\b\d{6,}\b"), "N"),
)


class Step(NamedTuple):
    """One system call: its name, the how manieth of that name in its process, what it touches, and the whole line."""

    call: str
    count: int
    what: str
    line: str

    def __str__(self) -> str:
        return f"{self.call} {self.count} on {self.what}"


class Ended(NamedTuple):
    """How a run ended: status (negative: by that signal), what it said, and what strace saw of it."""

    status: int
    output: bytes
    errors: str
    log: str

    @property
    def was_hit(self) -> bool:
        """Whether the fault came to pass."""
        return self.status == -9 or "(INJECTED)" in self.log


class Process(NamedTuple):
    """What to run: a command, its environment and its standard input."""

    command: Sequence[str]
    environment: Mapping[str, str]
    given: bytes = b""


def run(process: Process, log: Path, *options: str) -> Ended:
    """Run it under strace with these options; the detached courier of a CGI request is killed as it begins."""
    command = [_strace(), *OPTIONS, "-o", str(log), *options]
    environment = {**process.environment, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, "--", *process.command], input=process.given, capture_output=True, env=environment, timeout=PATIENCE
    )
    return Ended(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), log.read_text(errors="replace"))


def steps(process: Process, log: Path, folder: Path, calls: Sequence[str] = CALLS) -> tuple[Ended, list[Step]]:
    """Run it unharmed; its calls that touch `folder`, a socket or standard output, in order."""
    ended = run(process, log, "-yy", "-e", f"trace={','.join(CALLS)},setsid", *NO_COURIER)
    return ended, [step for step in told(ended.log, folder) if step.call in calls]


def told(log: str, folder: Path) -> list[Step]:
    """The steps in a trace (made with -yy). Of two threads' third renames, a fault hits the one that comes first."""
    found: dict[tuple[str, int], Step] = {}  # `what` is empty where that one has nothing to do with the desk
    counts: Counter[tuple[str, str]] = Counter()
    for line in log.splitlines():
        if (parts := _LINE.match(line)) is None:
            continue
        counts[parts["pid"], parts["call"]] += 1
        count = counts[parts["pid"], parts["call"]]
        what = _touched(parts["call"], parts["rest"], str(folder))
        found.setdefault((parts["call"], count), Step(parts["call"], count, what, line))
    return [step for step in found.values() if step.what]


def killed(process: Process, log: Path, step: Step) -> Ended:
    """Run it until it enters this call, and kill it there."""
    fault = f"inject={step.call}:signal=KILL:when={step.count}"
    return run(process, log, "-e", f"trace={step.call},setsid", "-e", fault, *NO_COURIER)


def failed(process: Process, log: Path, step: Step, error: str, *, for_good: bool = False) -> Ended:
    """Run it with this call failing; with `for_good` all further calls of this name fail too."""
    fault = f"inject={step.call}:error={error}:when={step.count}{'+' if for_good else ''}"
    return run(process, log, "-e", f"trace={step.call},setsid", "-e", fault, *NO_COURIER)


# What a CGI request leaves behind begins with setsid(2). It is not what is tried, and would be at work while we look.
NO_COURIER = ("-e", "inject=setsid:signal=KILL:when=1")


def _touched(call: str, rest: str, folder: str) -> str:
    """What of the desk, or which socket or pipe, a call touches; "" if nothing of that."""
    if call in ("write", "close", "read") and re.match(r"[012]<", rest):
        return f"standard {['input', 'output', 'errors'][int(rest[0])]}" if call == "write" else ""
    if call in ("connect", "sendto", "recvfrom", "write", "read") and re.match(r"\d+<TCP", rest):
        return "a socket"
    paths = re.findall(re.escape(folder) + r"/([^\"<>]+)", rest)
    if not paths or paths[0].startswith("cgi-bin"):
        return ""
    name = " to ".join(dict.fromkeys(paths))
    for pattern, meaning in _NAMES:
        name = pattern.sub(meaning, name)
    return name + (" (made)" if "O_CREAT" in rest else "")


@functools.cache
def _strace() -> str:
    """strace, if it can be used here: a container may forbid ptrace(2)."""
    (program,) = require("strace")
    tried = subprocess.run([program, *OPTIONS, "-e", "trace=setsid", "-o", os.devnull, sys.executable, "-c", ""])
    if tried.returncode:
        reason = "strace may not trace here"
        pytest.fail(reason) if os.environ.get("HELPDESK_REQUIRE_ALL") == "1" else pytest.skip(reason)
    return program
