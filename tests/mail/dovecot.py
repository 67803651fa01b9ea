"""A real Dovecot of our own on loopback, as an IMAP and LMTP server: whoever signs in with PASSWORD has a mailbox.

Guarantee: it listens on ports that were free, keeps everything in a folder of its own, and is gone at the end with
all it began. Any user name will do, such as ines@example.org; a mailbox is made by whoever looks into it first. Started
by root it keeps mail as `nobody` (it never does as root), else as who started it.
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import require
from tests.mail import servers

PASSWORD = "correct-horse-1"
_PATIENCE = 10.0  # seconds until it answers

# FOLDER/run holds its sockets, whose paths must be short.
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
{identity}
mail_fsync = never
first_valid_uid = 1
auth_mechanisms = plain login
auth_failure_delay = 0 secs
ssl = {ssl}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  {chroot}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""
_ACCOUNTS_2_3 = """
protocols = imap lmtp
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
"""
_ACCOUNTS_2_4 = """
protocols {{
  imap = yes
  lmtp = yes
}}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
namespace inbox {{
  inbox = yes
}}
passdb static {{
  password = {password}
}}
userdb static {{
  allow_all_users = yes
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/mail/%{{user}}
  }}
}}
"""
_OURS = "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}"


class Dovecot(NamedTuple):
    """A running server: its ports on 127.0.0.1 (`imaps` speaks TLS if it has a certificate), and its folder."""

    imap: int
    imaps: int
    lmtp: int
    folder: Path

    def signed_in(self, user: str) -> imaplib.IMAP4:
        """A session of this user's, to be used in a `with` block."""
        session = imaplib.IMAP4("127.0.0.1", self.imap, timeout=_PATIENCE)
        session.login(user, PASSWORD)
        return session

    def letters(self, user: str, mailbox: str = "INBOX") -> list[bytes]:
        """The letters in a mailbox, byte for byte (with CRLF line ends); looking at them changes nothing."""
        with self.signed_in(user) as session:
            if session.select(mailbox, readonly=True)[0] != "OK":
                return []
            numbers = session.search(None, "ALL")[1][0].split()
            found = [session.fetch(number.decode(), "(BODY.PEEK[])")[1][0] for number in numbers]
        return [one[1] for one in found if isinstance(one, tuple)]

    def put(self, user: str, letter: bytes, mailbox: str = "INBOX") -> None:
        """Put a letter (with CRLF line ends) into a mailbox, which is made if need be; it is not seen yet."""
        with self.signed_in(user) as session:
            session.create(mailbox)
            assert session.append(mailbox, "", "", letter)[0] == "OK"

    def deliver(self, user: str, letter: bytes) -> None:
        """Have a letter come in over LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp, timeout=_PATIENCE) as session:
            session.sendmail("somebody@example.com", [user], letter)

    def log(self) -> str:
        """What it has logged."""
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""


@contextlib.contextmanager
def dovecot(certificate: Path | None = None) -> Iterator[Dovecot]:
    """A server until the block ends. With a `certificate` (see `servers.make_certificate`) it also speaks TLS."""
    (program,) = require("dovecot")
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    running = None
    try:
        found = Dovecot(servers.free_port(), servers.free_port(), servers.free_port(), folder)
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        (folder / "dovecot.conf").write_text(_config(found, certificate, version))
        running = subprocess.Popen([program, "-F", "-c", str(folder / "dovecot.conf")])
        _wait(found, running)
        yield found
    finally:
        if running is not None:
            running.terminate()
            running.wait(_PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _config(found: Dovecot, certificate: Path | None, version: str) -> str:
    """2.3 (Debian 12, Ubuntu 24.04) and 2.4 (Debian 13) each have words of their own."""
    is_old = version.startswith("2.3.")
    is_root = os.getuid() == 0
    keeper = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.getuid())
    (found.folder / "mail").mkdir()
    found.folder.chmod(0o755)
    os.chown(found.folder / "mail", keeper.pw_uid, keeper.pw_gid)
    cert, key = ("ssl_cert = <", "ssl_key = <") if is_old else ("ssl_server_cert_file = ", "ssl_server_key_file = ")
    tls = "no" if certificate is None else f"yes\n{cert}{certificate}\n{key}{certificate}"
    first = "" if is_old else "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
    return first + (_CONFIG + (_ACCOUNTS_2_3 if is_old else _ACCOUNTS_2_4)).format(
        folder=found.folder,
        identity="" if is_root else _OURS.format(user=keeper.pw_name, group=grp.getgrgid(keeper.pw_gid).gr_name),
        chroot="" if is_root else "chroot =",
        ssl=tls,
        password=PASSWORD,
        uid=keeper.pw_uid,
        gid=keeper.pw_gid,
        imap=found.imap,
        imaps=found.imaps,
        lmtp=found.lmtp,
    )


def _wait(found: Dovecot, running: subprocess.Popen[bytes]) -> None:
    """Return once it lets people in."""
    until = time.monotonic() + _PATIENCE
    while running.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError, imaplib.IMAP4.error), found.signed_in("somebody"):
            return
        time.sleep(0.05)
    raise AssertionError(f"Dovecot does not answer:\n{found.log()}")


def tls_client(certificate: Path) -> ssl.SSLContext:
    """What a client that trusts this certificate speaks TLS with."""
    return ssl.create_default_context(cafile=str(certificate))
