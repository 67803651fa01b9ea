"""No message ends early on its way through SMTP: what is typed or attached never becomes a letter of its own."""

from __future__ import annotations

import email
import email.policy
import re
import socket
import threading
from typing import Any

import pytest

from helpdesk_lite import assemble
from tests.access.browser import Browser
from tests.mail import servers
from tests.security.conftest import FIELDS, File, number_in, signed_in, upload

SECOND = (
    "MAIL FROM:<zqxkw@evil.example>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nSubject: zqxkw\r\n\r\nzqxkw\r\n.\r\n"
)
ENDS = [
    "\r\n.\r\n",
    "\n.\n",
    "\r\n.\n",
    "\n.\r\n",
    "\r.\r",
    "\r.\r\n",
    "\n.\r",
    "\r\n.\r",
    "\r\n\x00.\r\n",
    "\r\n.\x00\r\n",
    "\r\r\n.\r\r\n",
    ".",
]


@pytest.mark.parametrize("end", ENDS)
def test_one_letter_stays_one(house: Any, browser: Browser, end: str) -> None:
    """In every text and as the content of files, to a server that is strict and one that takes any line end."""
    payload = f"Before{end}{SECOND}"
    postmaster = servers.Postmaster()
    with servers.smtp(postmaster) as port:
        house.settings = house.settings._replace(transport=f"smtp://127.0.0.1:{port}")
        texts = {**FIELDS, **dict.fromkeys(("name", "subject", "message", "more", "room"), payload)}
        files = [File(f"a{n}.txt", payload.encode(), kind) for n, kind in enumerate(("text/plain", "message/rfc822"))]
        number = number_in(upload(browser, *files, fields=texts))
        signed_in(house, "bob").post(f"/tickets/{number}/claim")
        tally = assemble.courier(house).run(all=True)
    assert (tally.sent, tally.waiting, tally.held) == (3, 0, 0)
    assert len(postmaster.inbox) == 3
    for received in postmaster.inbox:
        assert "evil" not in received.sender and "victim@example.net" not in received.recipients
        read = email.message_from_bytes(received.content, policy=email.policy.default)
        assert f"[{number}]" in str(read["Subject"])
    (forward,) = [one for one in postmaster.inbox if one.recipients == ["bob@example.org"]]
    read = email.message_from_bytes(forward.content, policy=email.policy.default)
    assert [part.get_payload(decode=True) for part in read.iter_attachments()] == [payload.encode()] * 2


def test_on_the_wire_every_line_ends_with_crlf(house: Any, browser: Browser) -> None:
    """Byte for byte as a server sees it: no bare CR or LF, and one end for each letter (RFC 5321, 2.3.8)."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []
    serving = threading.Thread(target=_listen, args=(listener, heard), daemon=True)
    serving.start()
    port = listener.getsockname()[1]
    house.settings = house.settings._replace(transport=f"smtp://127.0.0.1:{port}", acknowledge=False)
    payload = "".join(f"Before{end}{SECOND}" for end in ENDS)
    number_in(upload(browser, File("a.txt", payload.encode()), fields={**FIELDS, "message": payload, "more": payload}))
    assert assemble.courier(house).run(all=True).sent == 1
    serving.join(10)
    listener.close()
    (data,) = heard
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)
    assert data.count(b"\r\n.\r\n") == 1 and data.endswith(b"\r\n.\r\n")
    assert b"\x00" not in data


def _listen(listener: socket.socket, heard: list[bytes]) -> None:
    """A server for one session, which keeps what comes behind DATA."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as file:
        file.write(b"220 x\r\n")
        file.flush()
        while line := file.readline():
            if line[:4].upper() == b"DATA":
                file.write(b"354 go on\r\n")
                file.flush()
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += file.readline()
                heard.append(data)
            file.write(b"221 bye\r\n" if line[:4].upper() == b"QUIT" else b"250 x\r\n")
            file.flush()
