"""The part of assemble that says which files of text administrators may write online: a line for each kind.

Guarantee: assemble's. It stands apart because other requests do not import it.
"""

from __future__ import annotations

import os

from helpdesk_lite import look
from helpdesk_lite.errors import RulesMistaken
from helpdesk_lite.forms.folder import END
from helpdesk_lite.texts import Kind, Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.styling import Styling
    from helpdesk_lite.web.house import House


def texts(made: House) -> Texts:
    """What administrators write online."""
    forms = os.path.join(made.root.forms, f"*{END}")
    kinds = (
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
    return Texts(made.desk, made.audit, made.root.inside("locks", "arranging.lock"), kinds)


def styling(made: House) -> Styling:
    """What administrators do about the logo."""
    from helpdesk_lite.styling import Styling

    lock, kept = made.root.inside("locks", "arranging.lock"), made.root.inside("log", "logos")
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
