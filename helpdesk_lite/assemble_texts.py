"""The part of assemble that says which files of text administrators may write online: a line for each kind.

Guarantee: assemble's. It stands apart because other requests do not import it.
"""

from __future__ import annotations

from helpdesk_lite.errors import RulesMistaken
from helpdesk_lite.texts import Kind, Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.web.house import House


def texts(made: House) -> Texts:
    """What administrators write online."""
    kinds = (
        Kind(
            "rules.toml",
            made.root.inside("rules.toml"),
            lambda _, text: _rules(made, text),
            "/administration/rules",
            mode=0o600,
        ),
    )
    return Texts(made.desk, made.audit, made.root.inside("locks", "arranging.lock"), kinds)


def _rules(made: House, text: str) -> list[str]:
    """What is wrong with rules."""
    try:
        made.rules.check(text)
    except RulesMistaken as wrong:
        return wrong.mistakes
    return []
