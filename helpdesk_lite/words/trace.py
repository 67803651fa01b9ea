"""Our own facts in a ticket file: `X-Helpdesk-*` lines above a message's own bytes.

Guarantee: any text comes back exactly, each fact is one line that grep can see (raw UTF-8, RFC 6532), and no text can
make a line of its own. These lines never travel by mail.
"""

from __future__ import annotations

import re

PREFIX = "X-Helpdesk-"

# Control characters, Unicode line ends, lone surrogates, and spaces at either end, which readers trim.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^ | $")
_NOT_OURS = re.compile(r"\\(?![nrt]|u[0-9a-f]{4})")  # an escape that `written` does not write, if there is no pair of \
_NOT_IN_NAME = re.compile(rb"[^A-Za-z0-9._\[\]-]")


def written(name: str, value: str) -> bytes:
    """The line `X-Helpdesk-NAME: value`, with its line end."""
    text = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    if not text.isprintable() or text != text.strip(" "):
        text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return f"{PREFIX}{name}: {text}\n".encode()


def read(line: bytes) -> tuple[str, str] | None:
    """The (name, value) of a line as `written` made it; None if the line is not one of ours."""
    text = line.decode("utf-8", "replace").rstrip("\r\n")
    name, colon, value = text.partition(": ")
    if not colon or not name.startswith(PREFIX):
        return None
    return name[len(PREFIX) :], _unescaped(value)


def as_name(field: str) -> str:
    """A field's name as part of a header's name (RFC 5322, 3.6.8): other bytes of its UTF-8 as %XX."""
    return _NOT_IN_NAME.sub(lambda found: b"%%%02X" % found[0][0], field.encode("utf-8", "surrogatepass")).decode()


def from_name(name: str) -> str:
    """The field's name that `as_name` wrote."""
    if "%" not in name:
        return name
    raw = re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), name.encode())
    return raw.decode("utf-8", "surrogatepass")


def _unescaped(value: str) -> str:
    """The text that `written` escaped; what a hand wrote otherwise, as it stands. Many take no time."""
    if "\\" not in value or _NOT_OURS.search(value.replace("\\\\", "\n")):
        return value
    return value.encode("latin-1", "backslashreplace").decode("unicode_escape")  # what is written is a part of Python's
