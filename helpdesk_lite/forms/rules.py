"""The words in which a control's rules are kept: attributes under their own names, and four facts without one.

Guarantee: importing it costs nothing; whoever judges a submission needs no more of the page than this and the form.
"""

from __future__ import annotations

CHOICES = ("checkbox", "radio")
# What HTML says without an attribute of its own; a leading colon keeps these apart from attributes.
PLACEHOLDER = ":placeholder"  # a select whose empty value is its placeholder label option's
SILENT = ":silent"  # answered in a way that submits nothing: a disabled option or button is chosen from the start
READONLY = "readonly"  # barred from validation
TITLE = "title"  # kept with a pattern: it says in words what the pattern asks for


def whole_number(text: str) -> int | None:
    """HTML's rules for parsing non-negative integers (2.3.4.2)."""
    text = text.lstrip("\t\n\f\r ")
    negative, text = text.startswith("-"), text[text.startswith(("+", "-")) :]
    digits = ""
    for character in text:
        if not ("0" <= character <= "9"):
            break
        digits += character
    if not digits or len(digits) > 15:
        return None
    return None if negative and int(digits) else int(digits)
