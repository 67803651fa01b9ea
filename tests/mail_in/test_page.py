"""docs/mail-in.md: what no mail server of these tests has read is at least understood by the program."""

from __future__ import annotations

import configparser
import re
import shlex

import pytest

from helpdesk_lite import cli
from helpdesk_lite.doors import lmtp, pipe
from tests.mail_in.postfix import PAGE, PROGRAM


@pytest.mark.parametrize("line", [line for line in PAGE.read_text().splitlines() if PROGRAM in line])
def test_every_command_is_one(line: str) -> None:
    words = shlex.split(line.partition(PROGRAM)[2].partition(">")[0].replace('"', ""))
    assert cli.parser().parse_args(words).run in ("receive:receive", "lmtp:lmtp", "fetch:fetch")


def test_the_service_is_one() -> None:
    found = re.search(r"^```ini\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    unit = configparser.ConfigParser(interpolation=None)
    unit.read_string(found[1])
    assert unit["Service"]["ExecStart"].endswith("lmtp --bind 127.0.0.1:2424")


def test_the_table_of_outcomes_is_what_the_doors_say() -> None:
    rows = re.findall(r"^\| (\w+) \| .* \| (\d+) \| (\d{3})", PAGE.read_text(), re.MULTILINE)
    assert {name: int(status) for name, status, _ in rows} == pipe.STATUS
    assert {name: code for name, _, code in rows} == {kind: said[:3] for kind, said in lmtp.ANSWERS.items()}
