"""Text from elsewhere as a terminal or a log may show it.

Guarantee: what comes back cannot steer a terminal, begin a line of its own, or turn the reading direction; every
character that could is shown by its number. It is not meant to be read back.
"""

from __future__ import annotations


def line(text: str) -> str:
    """`text` on one line."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _number(character) for character in text)


def lines(text: str, indent: str = "    ") -> str:
    """`text` on as many lines as it has; those after the first are indented, so that none looks like one of ours."""
    return f"\n{indent}".join(map(line, text.split("\n")))


def _number(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
