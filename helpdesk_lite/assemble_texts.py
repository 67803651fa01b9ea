"""The part of assemble that says which files of text administrators may write online: a line for each kind.

Guarantee: assemble's. It stands apart because other requests do not import it.
"""

from __future__ import annotations

import os

from helpdesk_lite.administration.texts import Kind, Texts
from helpdesk_lite.forms.folder import END
from helpdesk_lite.shelves import look
from helpdesk_lite.words.errors import RulesMistaken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helpdesk_lite.administration.stationery import Stationery
    from helpdesk_lite.administration.styling import Styling
    from helpdesk_lite.web.house import House


def texts(made: House) -> Texts:
    """What administrators write online."""
    return Texts(made.desk, made.audit, made.root.arranging_lock, _Kinds(made))


class _Kinds:
    """The table; a category's templates are in it from the moment that there is the category."""

    def __init__(self, made: House) -> None:
        self._made = made
        self._fixed = _fixed(made)

    def __iter__(self) -> Iterator[Kind]:
        yield from self._fixed
        yield from _letters(self._made.stationery)


def _fixed(made: House) -> tuple[Kind, ...]:
    """The kinds that every desk has."""
    forms = os.path.join(made.root.forms, f"*{END}")
    return (
        Kind(
            f"forms/*{END}",
            forms,
            lambda name, text: _form(made, name, text),
            "/administration/forms/*",
            may_be_mistaken=True,
            has_switch=True,
        ),
        Kind(
            "rules.toml",
            made.root.inside("rules.toml"),
            lambda _, text: _rules(made, text),
            "/administration/rules",
            mode=0o600,
        ),
        Kind(
            "templates/look/look.css",
            os.path.join(made.root.templates[0], "look", look.CSS),
            lambda _, text: look.mistakes(text),
            "/administration/look",
        ),
    )


def stationery(made: House) -> Stationery:
    """The templates of letters."""
    from helpdesk_lite.administration.stationery import Stationery

    known = made.settings, made.categories, made.root.templates, made.clock
    return Stationery(*known, made.cache, made.root.settings)


def _letters(known: Stationery) -> Iterator[Kind]:
    """A kind for each part of a letter that has a template, the desk's own and each category's."""
    from helpdesk_lite.mail.trying import HALVES

    def check(place: str, half: str) -> Callable[[str, str], list[str]]:
        return lambda word, text: known.check(place, f"{word}.{half}", text)

    for place in known.places():
        of = f"?of={place}" if place else ""
        for half in HALVES:
            yield Kind(
                os.path.join("templates", place, "mail", f"*.{half}"),
                os.path.join(known.folder(place), f"*.{half}"),
                check(place, half),
                f"/administration/letters/*.{half}{of}",
            )


def styling(made: House) -> Styling:
    """What administrators do about the logo."""
    from helpdesk_lite.administration.styling import Styling

    lock, kept = made.root.arranging_lock, made.root.inside("log", "logos")
    return Styling(made.desk, look.Logo(made.root.templates), made.audit, lock, kept)


def _form(made: House, name: str, text: str) -> list[str]:
    """What is wrong with a form; warnings are no mistakes."""
    from helpdesk_lite.forms.described import sentence

    return [sentence(one, name) for one in made.forms.check_text(name, text) if not one.is_warning]


def _rules(made: House, text: str) -> list[str]:
    """What is wrong with rules."""
    try:
        made.rules.check(text)
    except RulesMistaken as wrong:
        return wrong.mistakes
    return []
