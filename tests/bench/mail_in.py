"""`python -m tests.bench.mail_in`: what a letter costs, by pipe as a whole process, and over LMTP from several sides.

Every letter is a new ticket of its own, flushed to disk as always, and answered only then; what the desk writes in turn
is sent meanwhile. The pipe takes turns with an empty Python, because a machine's own speed wanders.
"""

from __future__ import annotations

import argparse
import re
import smtplib
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import BinaryIO

from tests.bench.desks import Floor
from tests.bench.whole import COMMON, run
from tests.mail_desk import DESK, MailDesk, letter
from tests.mail_in.conftest import COMMAND, serving

SENDERS = 20  # sessions at once: as many as Postfix has by default (default_destination_concurrency_limit)
LARGE = 49_500_000  # bytes of the letter that memory is measured with
_count = iter(range(10**9))


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.mail_in", description=__doc__)
    asked.add_argument("--letters", type=int, default=1000, help="over LMTP (default: %(default)s)")
    asked.add_argument("--rounds", type=int, default=40, help="of the pipe (default: %(default)s)")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        desk = MailDesk(Path(place) / "desk", "[limits]\nsubmissions_per_hour = 0\n")
        pipe, floor = by_pipe(desk, given.rounds)
        print(f"receive, whole process: {pipe * 1000:.0f} ms, {pipe / floor:.1f} times an empty Python")
        rate, peak = over_lmtp(desk, given.letters)
        print(
            f"lmtp: {rate:.0f} letters of 10 kB a second from {SENDERS} sessions; a letter of 50 MB peaks at {peak} MB"
        )


def by_pipe(desk: MailDesk, rounds: int) -> tuple[float, float]:
    """The median seconds of `receive` and of an empty Python."""
    command = [str(Path(sys.executable).with_name("helpdesk-lite")), "--root", desk.root.path, "receive"]
    command = command if Path(command[0]).exists() else [*COMMAND, *command[1:]]
    taken: list[float] = []
    floor: list[float] = []
    for _ in range(rounds):
        floor.append(Floor().run().seconds)
        taken.append(run(command, COMMON, ten_kb()).seconds)
        time.sleep(0.2)  # for what it leaves behind
    return statistics.median(taken), statistics.median(floor)


def over_lmtp(desk: MailDesk, letters: int) -> tuple[float, int]:
    """Letters a second, and the most memory (MB) that the process ever had, also with a large letter."""
    with serving(desk, "lmtp", "--bind", "127.0.0.1:0") as (address, process):
        port = int(address.rpartition(":")[2])
        written = [[_data(ten_kb()) for _ in range(letters // SENDERS)] for _ in range(SENDERS)]
        begun = time.perf_counter()
        senders = [threading.Thread(target=_send, args=(port, mine)) for mine in written]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        rate = letters // SENDERS * SENDERS / (time.perf_counter() - begun)
        with smtplib.LMTP("127.0.0.1", port) as server:
            server.sendmail("jane@example.com", [DESK], ten_kb() + (b"x" * 76 + b"\r\n") * (LARGE // 78))
        status = Path(f"/proc/{process.pid}/status").read_text()
    peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return rate, int(peak[1]) // 1000 if peak else 0


def _send(port: int, letters: list[bytes]) -> None:
    """Hand the letters over as a mail server does: written beforehand, commands together (RFC 2920).

    smtplib would take half of what a core can do, and it is not what is to be measured.
    """
    with socket.create_connection(("127.0.0.1", port)) as server, server.makefile("rb") as said:
        _hear(said, b"220")
        server.sendall(b"LHLO localhost\r\n")
        _hear(said, b"250")
        for letter in letters:
            server.sendall(f"MAIL FROM:<jane@example.com>\r\nRCPT TO:<{DESK}>\r\nDATA\r\n".encode())
            for code in (b"250", b"250", b"354"):
                _hear(said, code)
            server.sendall(letter)
            _hear(said, b"250")


def _hear(said: BinaryIO, code: bytes) -> None:
    """The server's answer, of one line or several."""
    line = said.readline()
    while line[3:4] == b"-":
        line = said.readline()
    assert line.startswith(code), line


def _data(letter: bytes) -> bytes:
    """The letter as it travels (RFC 5321, 4.5.2)."""
    return letter.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def ten_kb() -> bytes:
    """A letter like no other."""
    return letter(f"jane{next(_count)}@example.com", DESK, f"{time.time_ns()}\n" + ("x" * 76 + "\n") * 127)


if __name__ == "__main__":
    main()
