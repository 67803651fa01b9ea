"""Text that was sent flowed (RFC 3676), its paragraphs whole again.

Guarantee: nothing is lost but the line breaks that the writer did not type; quotes keep their depth.
"""

from __future__ import annotations


def unwrapped(text: str, deletes_space: bool = False) -> str:
    """`text` (LF line ends) with its flowed lines joined. `deletes_space`: the parameter DelSp=yes was given."""
    found: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        plain = line.lstrip(">")
        quotes = len(line) - len(plain)
        plain = plain[1:] if plain[:1] == " " else plain  # stuffed, RFC 3676, 4.4
        if paragraph and (quotes != depth or plain == "-- "):
            found.append(_quoted(depth, "".join(paragraph)))  # ends without its fixed line, 4.5
            paragraph = []
        depth = quotes
        is_flowed = plain.endswith(" ") and plain != "-- "
        paragraph.append(plain[:-1] if is_flowed and deletes_space else plain)
        if not is_flowed:
            found.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
    if paragraph:
        found.append(_quoted(depth, "".join(paragraph)))
    return "\n".join(found)


def _quoted(depth: int, text: str) -> str:
    if not depth:
        return text
    return ">" * depth + (f" {text}" if text else "")
