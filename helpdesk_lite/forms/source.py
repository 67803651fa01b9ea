"""The text of a form's file, out of whatever bytes an editor saved.

Guarantee: any bytes give either a text, with lines ended by LF and no NUL, or `Unreadable` with line and reason.
It knows no HTML beyond the charset that a page declares.
"""

from __future__ import annotations

import codecs
import re

from helpdesk_lite.words.i18n import N_, Sentence

LARGEST = 2_000_000  # bytes; a page of more is no contact form
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([a-z0-9_-]+)", re.IGNORECASE)
# What a page that says it is Latin-1 means (Encoding Standard, 4.2)
_SINGLE_BYTE = dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "ascii"), "windows-1252")


class Unreadable(ValueError):
    """The bytes are no text we can be sure of: `line` from 1, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def decoded(data: bytes) -> str:
    """The text that `data` is: UTF-8, or what a byte order mark or a <meta charset> says. Unreadable if it is not."""
    if len(data) > LARGEST:
        raise Unreadable(1, Sentence("The file has more than %(mb)s MB; a form is smaller.", mb=LARGEST // 1_000_000))
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _normal(_strictly(data[len(mark) :], encoding))
    if data.count(b"\0") > len(data) // 4:
        raise Unreadable(1, Sentence("The file seems to be saved as UTF-16 without a mark. Please save it as UTF-8."))
    try:
        return _normal(data.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        return _normal(_as_declared(data, wrong.start))


def _as_declared(data: bytes, wrong_at: int) -> str:
    declared = _CHARSET.search(data[:1024])
    name = declared[1].decode("ascii").lower() if declared else ""
    if name and name not in ("utf-8", "utf8"):
        try:
            return data.decode(_SINGLE_BYTE.get(name, name), "replace")
        except LookupError:
            pass
    line = data.count(b"\n", 0, wrong_at) + 1
    raise Unreadable(line, Sentence("This line is not UTF-8. Please save the file as UTF-8 in your editor."))


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = data.decode(encoding, "replace")[: wrong.start].count("\n") + 1
        text = N_("The file begins as %(encoding)s but is not. Please save it as UTF-8.")
        raise Unreadable(line, Sentence(text, encoding=encoding.upper())) from None


def _normal(text: str) -> str:
    """Lines and NUL as an HTML parser takes them (13.2.3.5), so that positions and hashes are those of a browser."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be sent
