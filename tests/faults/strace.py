"""Real processes under Debian's strace: every system call that touches a desk, and what happens if one of them fails.

A fault is injected at one call: the process is killed on entering it (it is then not done), or it fails with an errno.
strace counts calls per name and process, so a step is "the third rename", and the courier that a CGI request leaves
behind counts anew.

Calls fail with --seccomp-bpf, which stops the process at the calls in question only. Signals are not injected with it
(strace 6.1): to be killed, the process is stopped at every call.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import require

CHANGES = ("write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat")
CHANGES = (
    *CHANGES,
    "mkdir",
    "mkdirat",
    "rmdir",
    "utimensat",
    "ftruncate",
    "flock",
    "chmod",
    "connect",
    "sendto",
    "copy_file_range",
)
READS = ("openat", "read", "pread64", "getdents64", "recvfrom", "mmap", "socket", "close")
READS = (*READS, "newfstatat", "statx", "access", "readlink", "fcntl")  # of lseek and ioctl the disk hears nothing
CALLS = (*CHANGES, *READS)
KILLED = "killed"
PATIENCE = 60.0  # seconds for one run
OPTIONS = ("-f", "-qq", "-s", "256")
QUICK = ("--seccomp-bpf",)
_LINE = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\((?P<rest>.*)")
_NAMES = (  # what differs from run to run, or makes no difference to what is done with the file
    (re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"), "NUMBER"),
    (re.compile(r"/[0-9A-Z]{4}(/[0-9A-Z]{4}-[0-9A-Z]{2})?(?=/| |$)"), "/SUBFOLDER"),
    (re.compile(r"\.\d+-[0-9a-f]+\.new"), ".HIDDEN"),
    (re.compile(r"\.[0-9a-f]{10}\b"), ".CHANCE"),
    (re.compile(r"\b([a-z]+-)?[0-9A-Za-z]{2}\.lock"), r"\1XX.lock"),
    (re.compile(r"\b[0-9a-f]{2}(/\.?[0-9a-f]{32})?(?=\.| |$)"), "XX"),
    (re.compile(r"\b[0-9a-f]{16}(?:[0-9a-f]{16})?\b"), "DIGEST"),
    (re.compile(r"spool/[\w#-]+"), "spool/FILE"),
    (re.compile(r"mail/[^/ ]+@[^/ ]+"), "mail/ADDRESS"),
    (re.compile(r"claimed/\w+"), "claimed/WHO"),
    (re.compile(r"operators/(\.?)\w+\."), r"operators/\1WHO."),
    (re.compile(r"NUMBER\.[a-z]+\.CHANCE"), "NUMBER.LETTER.CHANCE"),
    (re.compile(r"(forms|templates/\w+)/(\.?)[\w-]+\.(html|txt|css|svg|png|jpg)(\.off)?"), r"\2TEXT"),
    (re.compile(r"\d{4}-\d{2}\b(-\w+)?"), "MONTH"),
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

    @property
    def is_change(self) -> bool:
        """Whether it changes something, makes a file or answers."""
        return self.call in CHANGES or "(made)" in self.what


class Fault(NamedTuple):
    """What goes wrong at a call: the process is killed as it enters it, or it fails with this error (ENOSPC...).

    With `for_good` all further calls of its name fail too; `then` another fault follows: of another name, or of the
    same with the same error.
    """

    step: Step
    error: str = KILLED
    for_good: bool = False
    then: Fault | None = None

    def __str__(self) -> str:
        said = f"{self.error} {'from' if self.for_good else 'at'} {self.step}"
        return f"{said}, then {self.then}" if self.then else said

    @property
    def both(self) -> list[Fault]:
        """It and the one that follows."""
        return [self, *(self.then.both if self.then else ())]

    @property
    def options(self) -> list[str]:
        """What strace is told."""
        name = self.step.call
        counts = [fault.step.count for fault in self.both if fault.step.call == name]
        when = f"{counts[0]}..{counts[-1]}+{counts[-1] - counts[0]}" if len(counts) > 1 else f"{counts[0]}"
        how = "signal=KILL" if self.error == KILLED else f"error={self.error}"
        own = ["-e", f"inject={name}:{how}:when={when}{'+' if self.for_good else ''}"]
        return own + (self.then.options if self.then and self.then.step.call != name else [])


class Ended(NamedTuple):
    """How a run ended: status (negative: by that signal), what it said, and what strace saw of it."""

    status: int
    output: bytes
    errors: str
    log: str

    @property
    def was_killed(self) -> bool:
        """Whether it could say nothing any more."""
        return self.status == -9

    @property
    def was_hit(self) -> bool:
        """Whether a fault came to pass."""
        return self.was_killed or any("(INJECTED)" in line and "setsid(" not in line for line in self.log.splitlines())


class Process(NamedTuple):
    """What to run: a command, its environment and its standard input."""

    command: Sequence[str]
    environment: Mapping[str, str]
    given: bytes = b""


def run(process: Process, log: Path, *options: str) -> Ended:
    """Run it under strace with these options; the detached courier of a CGI request ends as it begins."""
    command = [program(), *OPTIONS, "-o", str(log), *options]
    environment = {**process.environment, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    with on_one_core():
        done = subprocess.run(
            [*command, "--", *process.command],
            input=process.given,
            capture_output=True,
            env=environment,
            timeout=PATIENCE,
        )
    return Ended(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), log.read_text(errors="replace"))


@contextlib.contextmanager
def on_one_core() -> Iterator[None]:
    """What is started in the block runs on one core: tracer and traced take turns, and wake each other faster there."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[os.getpid() % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def steps(process: Process, log: Path, folder: Path, calls: Sequence[str] = CALLS) -> tuple[Ended, list[Step]]:
    """Run it unharmed; its calls that touch `folder`, a socket or standard output, in order."""
    ended = run(process, log, *QUICK, "-yy", "-e", f"trace={','.join(CALLS)},setsid", *NO_COURIER)
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


def harmed(process: Process, log: Path, fault: Fault, calls: Sequence[str] = ()) -> Ended:
    """Run it with this fault; its log has the calls that fail, and `calls`."""
    names = ",".join(dict.fromkeys([*(one.step.call for one in fault.both), *calls]))
    quick = () if KILLED in (one.error for one in fault.both) else QUICK
    return run(process, log, *quick, "-yy", "-e", f"trace={names},setsid", *fault.options, *NO_COURIER)


# What a CGI request leaves behind begins with setsid(2). It is not what is tried, and would be at work while we look.
NO_COURIER = ("-e", "inject=setsid:error=EPERM")


def _touched(call: str, rest: str, folder: str) -> str:
    """What of the desk, or which socket or pipe, a call touches; "" if nothing of that."""
    if call in ("write", "close", "read") and re.match(r"[012]<", rest):
        return f"standard {['input', 'output', 'errors'][int(rest[0])]}" if call == "write" else ""
    if call in ("connect", "sendto", "recvfrom", "write", "read") and re.match(r"\d+<TCP", rest):
        return "a socket"
    named = rest.partition(', "')[0] if call == "write" else rest  # what is written may name a path, too
    paths = re.findall(re.escape(folder) + r"(?:/([^\"<>]+)|(?=[\">]))", named)
    if not paths or paths[0].startswith("cgi-bin"):
        return ""
    name = " to ".join(dict.fromkeys(path or "." for path in paths))
    for pattern, meaning in _NAMES:
        name = pattern.sub(meaning, name)
    return name + (" (made)" if "O_CREAT" in rest else "")


@functools.cache
def program() -> str:
    """strace, if it can be used here: a container may forbid ptrace(2)."""
    (found,) = require("strace")
    tried = subprocess.run([found, *OPTIONS, "-e", "trace=setsid", "-o", os.devnull, sys.executable, "-c", ""])
    if tried.returncode:
        reason = "strace may not trace here"
        pytest.fail(reason) if os.environ.get("HELPDESK_REQUIRE_ALL") == "1" else pytest.skip(reason)
    return found
