"""Bytes of a letter as text, whatever charset they claim or forget to claim.

Guarantee: any bytes under any claim give a text that can be written as UTF-8 again, in time that grows with their
length. It guesses no language: what is neither as claimed nor UTF-8 is read as Windows-1252, the usual truth.
"""

from __future__ import annotations

import binascii
import codecs
import re

_NAME = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,39}\Z", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t\r\n]+(?==\?)")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ASCII = bytes(range(128))
# Python knows these, but no mail means them; decoding idna and punycode takes quadratic time (CVE-2022-45061).
_NO_CHARSET = frozenset(("idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined", "palmos"))
# What the name says, and the larger set that is meant by it (as the WHATWG's Encoding Standard has it).
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "",
    "utf-8": "",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
_UNKNOWN_TO_PYTHON = {
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-windows-949": "cp949",
    "windows-874": "cp874",
}


def text(raw: bytes, charset: str = "") -> str:
    """The bytes as text: in `charset`, else UTF-8, else Windows-1252; what none can read is marked with U+FFFD."""
    name = _codec(charset.strip().lower())
    if name:
        try:
            return _SURROGATE.sub("\ufffd", raw.decode(name, "replace"))
        except (LookupError, ValueError, AssertionError):
            pass  # no text encoding, or one that gives up
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    read = raw.decode("utf-8", "replace")
    if 2 * read.count("\ufffd") <= len(raw.translate(None, _ASCII)):
        return read  # UTF-8 with a blemish, such as a character cut in two
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def decoded_words(text_: str) -> str:
    """A header's text with its encoded words read (RFC 2047), also such as cut a character in two."""
    found, last, raw, charset = "", 0, b"", ""
    text_ = _BETWEEN_WORDS.sub("", text_)
    for word in _WORD.finditer(text_):
        if word.start() > last or word[1].lower() != charset:
            found += text(raw, charset) + text_[last : word.start()]
            raw = b""
        raw, charset, last = raw + _word_bytes(word[2], word[3]), word[1].lower(), word.end()
    return found + text(raw, charset) + text_[last:]


def _codec(charset: str) -> str:
    """The name by which Python decodes what `charset` means; "" for UTF-8, which is tried anyway, and for nonsense."""
    charset = _UNKNOWN_TO_PYTHON.get(charset, charset)
    if not _NAME.match(charset):
        return ""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSET else _MEANT.get(name, name)


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    letters = raw.partition(b"=")[0].translate(None, _NOT_BASE64)
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]  # one letter over is six bits of nothing
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
