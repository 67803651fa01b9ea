"""A Postfix of our own on loopback, configured as docs/mail-in.md shows, which delivers to desks in every way it can.

Guarantee: it listens on a port that was free, keeps everything in a folder of its own, and is gone at the end. Only
root can start it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import servers
from tests.conftest import require
from tests.mail_desk import MailDesk

PAGE = servers.CHECKOUT / "docs" / "mail-in.md"
PROGRAM, ROOT, USER = "/opt/helpdesk-lite/bin/helpdesk-lite", "/srv/helpdesk", "www-data"

_MAIN = """
compatibility_level = 3.6
config_directory = {folder}/config
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.example.org
mydestination = example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_database =
forward_path = {folder}/$user.forward
bounce_queue_lifetime = 0
message_size_limit = 0
mailbox_size_limit = 0
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60  1 pickup
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
error     unix  - - n -   - error
retry     unix  - - n -   - error
proxymap  unix  - - n -   - proxymap
local     unix  - n n -   - local
lmtp      unix  - - n -   - lmtp
smtp      unix  - - n -   - discard
anvil     unix  - - n -   1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix(NamedTuple):
    """A running server: its port on 127.0.0.1 and its folder."""

    port: int
    folder: Path

    def send(self, raw: bytes, *recipients: str, sender: str = "jane@example.com") -> None:
        """Hand a letter over, which Postfix then delivers in its own time."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as server:
            server.sendmail(sender, recipients, raw)

    def log(self) -> str:
        """What it has logged so far."""
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""

    def status(self, recipient: str) -> str:
        """What the log says of the delivery to this recipient, so far."""
        found = re.findall(rf" to=<{re.escape(recipient)}>.* (dsn=.*)", self.log())
        return str(found[-1]) if found else ""


def shown(name: str, desk: MailDesk, program: Path, **more: str) -> str:
    """The first block of docs/mail-in.md with this name, for this desk and this program in place of the reader's."""
    found = re.search(rf"^```{re.escape(name)}\n(.*?)^```$", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert found, f"{PAGE.name} shows no ```{name}"
    text = (
        found[1].replace(PROGRAM, str(program)).replace(ROOT, desk.root.path).replace(USER, servers.web_user() or USER)
    )
    for before, after in more.items():
        text = text.replace(before.replace("_", "-"), after)
    return text


def installed(folder: Path) -> Path:
    """The program as a command that everybody may run."""
    path = folder / "helpdesk-lite"
    run = f'PYTHONPATH={servers.CHECKOUT} exec {sys.executable} -m helpdesk_lite.cli "$@"'
    path.write_text(f"#!/bin/sh\n{run}\n")
    path.chmod(0o755)
    return path


def give_to_web_user(folder: Path) -> None:
    """Let the folder and all in it be the web server's user's, as a desk is."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, servers.web_user())


@contextlib.contextmanager
def postfix(main: str, master: str, files: dict[str, str]) -> Iterator[Postfix]:
    """A server with these lines added to main.cf and master.cf (FOLDER stands for its folder), until the block ends.

    `files` are made there first, each the web server's user's; what ends in .aliases is made into a table.
    """
    program, setpriv = require("postfix", "setpriv")
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root only")
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    found = Postfix(servers.free_port(), folder)
    config = folder / "config"
    try:
        folder.chmod(0o755)
        for name in ("config", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        (config / "main.cf").write_text((_MAIN + main.replace("FOLDER", "{folder}")).format(folder=folder))
        (config / "master.cf").write_text(_MASTER.format(port=found.port) + master.replace("FOLDER", str(folder)))
        for name, text in files.items():
            _make(found, name, text)
        # What it starts as another user may still read Python, which can lie below root's own folder (servers.as_root).
        rights = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        begun = [setpriv, *rights, program, "-c", str(config), "start"]
        done = subprocess.run(begun, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr + found.log()
        yield found
    finally:
        subprocess.run([program, "-c", str(config), "abort"], capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _make(found: Postfix, name: str, text: str) -> None:
    path = found.folder / name
    path.write_text(text)
    shutil.chown(path, servers.web_user())
    if name.endswith(".aliases"):
        folder = path.with_suffix(".d")
        folder.mkdir()
        path = path.rename(folder / "aliases")
        shutil.chown(folder, servers.web_user())
        (program,) = require("postalias")
        subprocess.run([program, "-c", str(found.folder / "config"), f"hash:{path}"], check=True, timeout=60)
