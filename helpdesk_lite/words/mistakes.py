"""What is wrong with what somebody wrote, in sentences that more than one file of the desk needs.

Guarantee: each is an i18n.Sentence, so that pages say it in their reader's language. It finds no mistakes itself.
"""

from __future__ import annotations

from helpdesk_lite.words.i18n import N_, Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_TOML = (  # what Python says most often of a text that is no TOML
    N_("Cannot overwrite a value"),
    N_("Expected ']' at the end of a table declaration"),
    N_("Expected ']]' at the end of an array declaration"),
    N_('Expected "\'"'),
    N_("Expected '=' after a key in a key/value pair"),
    N_("Expected newline or end of document after a statement"),
    N_("Illegal character '\\n'"),
    N_("Invalid initial character for a key part"),
    N_("Invalid statement"),
    N_("Invalid value"),
    N_("Unclosed array"),
    N_("Unclosed inline table"),
    N_("Unescaped '\\' in a string"),
    N_("Unterminated string"),
)


def in_file(path: str, what: str) -> Sentence:
    """What is wrong, with the file it is in."""
    return Sentence("%(where)s: %(what)s", where=path, what=what)


def no_toml(wrong: ValueError) -> str:
    """Why a text is no TOML, or no text at all."""
    if isinstance(wrong, UnicodeError):
        return Sentence("it is not UTF-8: %(what)s", what=str(wrong))
    import re

    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(wrong), re.DOTALL)
    if not found:
        return str(wrong)
    what = Sentence(found[1]) if found[1] in _TOML else found[1]
    if found[2]:
        text = N_("%(what)s (at line %(line)s, column %(column)s)")
        return Sentence(text, what=what, line=found[2], column=found[3])
    return Sentence("%(what)s (at end of document)", what=what)


def no_address(given: str) -> Sentence:
    """It is to be a mail address."""
    return Sentence("%(given)s is not a mail address.", given=repr(given[:80]))


def not_one_of(field: str, given: object, allowed: Iterable[str]) -> Sentence:
    """It is to be one of these words."""
    text = N_("%(field)s = %(given)s: it must be one of %(allowed)s.")
    return Sentence(text, field=field, given=repr(given), allowed=", ".join(allowed))


def not_from(field: str, given: object, highest: int) -> Sentence:
    """It is to be a number from 1 on."""
    return Sentence(
        "%(field)s = %(given)s: it must be from 1 to %(highest)s.", field=field, given=repr(given), highest=highest
    )


def not_as_in(field: str, given: object, known: Iterable[str]) -> Sentence:
    """A file says what there is not, or a text where there must be a list."""
    text = N_("%(field)s = %(given)s is not one of %(known)s as they must be.")
    return Sentence(text, field=field, given=repr(given), known=", ".join(known))
