"""The languages of the desk: English in the code, others in locale/ (gettext, domain `helpdesk_lite`).

Guarantee: any language asked for gives an answer, English if there is no better; English costs no import.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Protocol

    class Translation(Protocol):
        """What says a text in one language."""

        def gettext(self, message: str) -> str:
            """`message` in this language."""

        def ngettext(self, singular: str, plural: str, n: int) -> str:
            """The form of the text that goes with `n`."""


DOMAIN = "helpdesk_lite"
LANGUAGES = {"en": "English", "it": "Italiano"}
_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")
_known: dict[str, Translation] = {}


class English:
    """The language the texts are written in."""

    def gettext(self, message: str) -> str:
        """The text itself."""
        return message

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """`singular` for one, `plural` for any other number."""
        return singular if n == 1 else plural


class Sentence(str):
    """A text in English that `told` can say in another language: the message, and what fills its places.

    It is raised and handed on like any text, by what knows no reader, as Sentence("%(who)s is away.", who=name).
    A value may be a Sentence in its turn.
    """

    message: str
    values: dict[str, object]

    def __new__(cls, message: str, **values: object) -> Sentence:
        self = super().__new__(cls, message % values if values else message)
        self.message, self.values = message, values
        return self


def told(text: str, said: Translation) -> str:
    """A text as it is said there: in its language if it is a Sentence, else as it is."""
    if not isinstance(text, Sentence):
        return text
    message = said.gettext(text.message)
    values = {name: told(one, said) if isinstance(one, str) else one for name, one in text.values.items()}
    return message % values if values else message


def joined(texts: Iterable[str], between: str = "; ") -> str:
    """Several texts as one, each of which `told` says in its turn; "" if there are none."""
    several = {f"text{place}": text for place, text in enumerate(texts)}
    if len(several) < 2:
        return several.get("text0", "")
    message = between.join(f"%({name})s" for name in several)
    return Sentence(message, **several)


def parts(text: str) -> dict[str, Any] | None:
    """What a Sentence is made of, for a file that keeps its English text besides; None of any other text."""
    if not isinstance(text, Sentence):
        return None
    values = {name: (isinstance(one, str) and parts(one)) or one for name, one in text.values.items()}
    return {"message": text.message, "values": values}


def whole(text: str, made_of: object) -> str:
    """The Sentence that was taken apart by `parts`; the text alone if that is not what it says."""
    try:
        found = _assembled(made_of)
    except (AttributeError, KeyError, TypeError, ValueError):
        return text
    return found if found == text else text


def _assembled(made_of: Any) -> Sentence:
    message, values = made_of["message"], made_of["values"].items()
    return Sentence(message, **{name: _assembled(one) if isinstance(one, dict) else one for name, one in values})


def N_(message: str) -> str:
    """Mark a text for translation where it is not shown yet."""
    return message


def translation(language: str) -> Translation:
    """What says texts in `language` (a key of `LANGUAGES`; English for any other)."""
    if language not in _known:
        if language in LANGUAGES and language != "en":
            import gettext

            _known[language] = gettext.translation(DOMAIN, _FOLDER, [language], fallback=True)
        else:
            _known[language] = English()
    return _known[language]


def catalogue_path(language: str) -> str:
    """The file that holds the texts of `language`; English has none."""
    return os.path.join(_FOLDER, language, "LC_MESSAGES", f"{DOMAIN}.mo")


def preferred(accept_language: str, otherwise: str = "en") -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4)."""
    best, best_weight = otherwise, 0.0
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.strip().lower().partition("-")[0]
        try:
            value = float(weight or 1)
        except ValueError:
            continue
        if language in LANGUAGES and best_weight < value <= 1:
            best, best_weight = language, value
    return best
