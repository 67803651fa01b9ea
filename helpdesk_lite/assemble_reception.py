"""The part of assemble that says how tickets begin: categories, their own desks, rules; and the page to arrange them.

Guarantee: assemble's. It stands apart because requests on desks that use none of it do not import it.
"""

from __future__ import annotations

from helpdesk_lite import disk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.administration.adjusting import Adjusting
    from helpdesk_lite.administration.arranging import Arranging
    from helpdesk_lite.administration.naming import Naming
    from helpdesk_lite.departments import Departments
    from helpdesk_lite.shelves.categories import Categories, Category
    from helpdesk_lite.shelves.rules_file import RulesFile
    from helpdesk_lite.tickets.handing_over import HandingOver
    from helpdesk_lite.tickets.ruling import Ruling
    from helpdesk_lite.web.house import House


def categories(made: House) -> Categories:
    """What tickets can be about."""
    from helpdesk_lite.shelves.categories import Categories

    def wrong_with(category: Category) -> list[str]:
        return made.departments.wrong_with(category)

    known = made.root.inside("categories"), made.cache, made.operators, made.root.templates
    return Categories(*known, wrong_with)


def departments(made: House) -> Departments:
    """The desks of their own that categories have."""
    from helpdesk_lite import assemble
    from helpdesk_lite.departments import Departments
    from helpdesk_lite.root import Root

    return Departments(made.root.path, made.categories, lambda path: assemble.house(Root(path)))


def with_departments(made: House) -> list[House]:
    """This desk, and those of its categories' own that can be used; without categories nothing is looked for."""
    return [made, *(made.departments.houses() if disk.names(made.root.inside("categories")) else ())]


def handing_over(made: House) -> HandingOver:
    """What brings a ticket to a category's own desk."""
    from helpdesk_lite.tickets.handing_over import HandingOver

    return HandingOver(made.desk, made.departments, made.root.inside("handing"))


def rules(made: House) -> RulesFile:
    """The file of rules."""
    from helpdesk_lite.shelves.rules_file import RulesFile

    def is_pattern(text: str) -> bool:
        from helpdesk_lite.forms import patterns

        return patterns.matches([(text, "")]) != [patterns.UNREADABLE]

    return RulesFile(made.root.inside("rules.toml"), made.cache, is_pattern)


def ruling(made: House) -> Ruling:
    """What does by rule what an operator does by hand."""
    from helpdesk_lite.shelves.duties import Duties
    from helpdesk_lite.tickets.ruling import Ruling

    inside = made.root.inside
    duties = Duties(inside("duties"), inside("turns"), inside("locks", "turns.lock"))
    return Ruling(made.desk, made.operators, made.categories, made.rules, duties)


def arranging(made: House) -> Arranging:
    """What administrators do on their pages."""
    from helpdesk_lite.administration.arranging import Arranging

    return Arranging(made.desk, made.categories, made.audit, made.root.arranging_lock)


def naming(made: House) -> Naming:
    """What finds names that lead nowhere."""
    from helpdesk_lite.administration.naming import Naming

    return Naming(made.categories, made.forms, made.store, made.operators, made.ruling, made.stationery)


def adjusting(made: House) -> Adjusting:
    """What administrators do with the settings."""
    from helpdesk_lite.administration.adjusting import Adjusting
    from helpdesk_lite.shelves.settings_file import SettingsFile

    file = SettingsFile(made.root.settings)
    return Adjusting(made.desk, file, made.audit, made.root.arranging_lock)
