"""Letters that are signed by the real programs (gpg, openssl), and those programs' word on what arrived."""

from __future__ import annotations

import contextlib
import email
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import require
from tests.mail import servers

# What is signed: trailing blanks, lone dots, "From ", an attachment; in 7 bits, as RFC 1847 asks.
WORDS = (
    b'Content-Type: multipart/mixed; boundary="inner"\r\n\r\n--inner\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"It burns, Gr=C3=BC=C3=9Fe.  =20\r\n.\r\n..\r\nFrom here I see it.\r\n>From there, too.\r\n\t\r\n\r\n--inner\r\n"
    b'Content-Type: image/png; name="fire.png"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="fire.png"\r\n\r\niVBORw0KGgo=\r\n--inner--\r\n'
)


class Seals(NamedTuple):
    """Jane's keys, in a folder."""

    folder: Path
    gpg: str
    openssl: str
    certificate: Path

    def pgp(self, words: bytes = WORDS) -> bytes:
        """The content of a letter signed with PGP/MIME (RFC 3156): header fields about it, and body."""
        made = self._gpg("--armor", "--detach-sign", "--digest-algo", "SHA256", said=words)
        signature = made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return (
            b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=pgp-sha256;\r\n"
            b'\tprotocol="application/pgp-signature"; boundary="outer"\r\n\r\n'
            b"This is signed.\r\n--outer\r\n" + words + b"\r\n--outer\r\n"
            b'Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n' + signature + b"\r\n--outer--\r\n"
        )

    def smime(self, words: bytes = WORDS) -> bytes:
        """The same, signed with S/MIME in a part of its own (RFC 8551, 3.5.3)."""
        return self._smime(words)

    def opaque(self, words: bytes = WORDS) -> bytes:
        """The same, signed with S/MIME, and the words within the signature (RFC 8551, 3.5.2)."""
        return self._smime(words, "-nodetach")

    def is_good(self, letter: bytes) -> bool:
        """What gpg or openssl says of the signature on a letter that arrived."""
        if b"application/pgp-signature" not in letter:
            path = self.folder / "arrived"
            path.write_bytes(letter)
            command = [self.openssl, "cms", "-verify", "-in", str(path), "-CAfile", str(self.certificate)]
            return not subprocess.run([*command, "-purpose", "any"], capture_output=True, check=False).returncode
        lines = letter.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        found = re.search(rb"\r\n--outer\r\n(.*)\r\n--outer\r\n", lines, re.DOTALL)
        assert found
        signature = [part for part in email.message_from_bytes(letter).walk() if "pgp" in part.get_content_type()]
        detached = self.folder / "signature"
        detached.write_text(str(signature[0].get_payload()))
        with contextlib.suppress(subprocess.CalledProcessError):
            self._gpg("--verify", str(detached), "-", said=found[1])
            return True
        return False

    def _smime(self, words: bytes, *how: str) -> bytes:
        key = ("-signer", str(self.certificate), "-inkey", str(self.certificate), "-md", "sha256")
        command = [self.openssl, "cms", "-sign", *key, *how]
        made = subprocess.run(command, input=words, capture_output=True, check=True).stdout
        return made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _gpg(self, *arguments: str, said: bytes = b"") -> bytes:
        home = ("--homedir", str(self.folder), "--batch", "--quiet", "--yes", "--passphrase", "")
        return subprocess.run([self.gpg, *home, *arguments], input=said, capture_output=True, check=True).stdout


@contextlib.contextmanager
def seals() -> Iterator[Seals]:
    """New keys for Jane, until the block ends."""
    gpg, openssl, gpgconf = require("gpg", "openssl", "gpgconf")
    folder = Path(tempfile.mkdtemp(prefix="gpg-"))  # its agent's socket needs a short path
    try:
        made = Seals(folder, gpg, openssl, servers.make_certificate(folder))
        made._gpg("--quick-generate-key", "jane@example.com", "ed25519", "sign", "never")
        yield made
    finally:
        subprocess.run([gpgconf, "--homedir", str(folder), "--kill", "all"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


SIGNED: dict[str, Callable[[Seals], bytes]] = {"pgp": Seals.pgp, "smime": Seals.smime, "opaque": Seals.opaque}
