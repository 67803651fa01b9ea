"""Letters through a real program that stands in for sendmail."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from helpdesk_lite.mail.transport.contract import LATER, REFUSED, SENT, Outcome, Parcel, TransportDown
from helpdesk_lite.mail.transport.sendmail import SendmailTransport

JANE = "jane@example.com"
DESK = "desk@example.org"


def program(folder: Path, script: str) -> Path:
    """An executable shell script."""
    path = folder / "sendmail"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def sent(path: Path, sender: str = DESK, recipients: tuple[str, ...] = (JANE,), patience: float = 10) -> Outcome:
    """What became of a small message for the first of its recipients."""
    with tempfile.SpooledTemporaryFile(1 << 18) as file, SendmailTransport(str(path), patience) as transport:
        file.write(b"Subject: hello\n\nHello\n.\nthere\n")
        outcomes = transport.send(sender, recipients, Parcel("1", file, 30, False))  # type: ignore[arg-type]
    assert list(outcomes) == list(recipients)
    return outcomes[recipients[0]]


def test_the_program_gets_envelope_and_message(tmp_path: Path) -> None:
    path = program(tmp_path, f'for word in "$@"; do echo "$word"; done > {tmp_path}/words; cat > {tmp_path}/message')

    assert sent(path, recipients=(JANE, "-oQ/tmp@example.org", "info@straße.example")) == (SENT, "")
    words = (tmp_path / "words").read_text().split("\n")
    assert words[:-1] == ["-oi", "-f", DESK, "--", JANE, "-oQ/tmp@example.org", "info@xn--strae-oqa.example"]
    assert (tmp_path / "message").read_bytes() == b"Subject: hello\n\nHello\n.\nthere\n"


def test_an_empty_sender_is_written_so(tmp_path: Path) -> None:
    sent(program(tmp_path, f'echo "$3" > {tmp_path}/sender'), sender="")

    assert (tmp_path / "sender").read_text() == "<>\n"


@pytest.mark.parametrize(
    ("status", "kind"), [(0, SENT), (75, LATER), (71, LATER), (78, LATER), (67, REFUSED), (64, REFUSED), (1, REFUSED)]
)
def test_the_exit_status_decides(status: int, kind: str, tmp_path: Path) -> None:
    outcome = sent(program(tmp_path, f"cat > /dev/null; echo 'user unknown' >&2; exit {status}"))

    assert outcome.kind == kind
    assert kind == SENT or outcome.reason == f"{tmp_path}/sendmail: exit status {status}: user unknown"


def test_a_program_that_reads_nothing_still_decides(tmp_path: Path) -> None:
    assert sent(program(tmp_path, "exit 0")).kind == SENT
    assert sent(program(tmp_path, "exit 69")).kind == LATER


def test_a_program_that_is_killed_means_later(tmp_path: Path) -> None:
    assert sent(program(tmp_path, "kill -9 $$")).kind == LATER


def test_a_program_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    outcome = sent(program(tmp_path, "exec sleep 30"), patience=0.2)

    assert outcome.kind == LATER and "longer than" in outcome.reason


def test_no_program_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(TransportDown, match="No such file"):
        sent(tmp_path / "none")
