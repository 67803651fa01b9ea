"""The part of assemble that says how tickets begin: categories and rules, and the page on which they are arranged.

Guarantee: assemble's. It stands apart because requests on desks that use none of it do not import it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.arranging import Arranging
    from helpdesk_lite.categories import Categories
    from helpdesk_lite.rules_file import RulesFile
    from helpdesk_lite.ruling import Ruling
    from helpdesk_lite.web.house import House


def categories(made: House) -> Categories:
    """What tickets can be about."""
    from helpdesk_lite.categories import Categories

    return Categories(made.root.inside("categories"), made.cache, made.operators, made.root.templates)


def rules(made: House) -> RulesFile:
    """The file of rules."""
    from helpdesk_lite.rules_file import RulesFile

    def is_pattern(text: str) -> bool:
        from helpdesk_lite.forms import patterns

        return patterns.matches([(text, "")]) != [patterns.UNREADABLE]

    return RulesFile(made.root.inside("rules.toml"), made.cache, is_pattern)


def ruling(made: House) -> Ruling:
    """What does by rule what an operator does by hand."""
    from helpdesk_lite.duties import Duties
    from helpdesk_lite.ruling import Ruling

    inside = made.root.inside
    duties = Duties(inside("duties"), inside("turns"), inside("locks", "turns.lock"))
    return Ruling(made.desk, made.operators, made.categories, made.rules, duties)


def arranging(made: House) -> Arranging:
    """What administrators do on their pages."""
    from helpdesk_lite.arranging import Arranging

    return Arranging(made.desk, made.categories, made.audit, made.root.inside("locks", "arranging.lock"))
