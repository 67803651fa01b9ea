"""`helpdesk-lite category list|add|edit|remove`: what tickets can be about, from the command line."""

from __future__ import annotations

import sys

from helpdesk_lite import assemble
from helpdesk_lite.root import find_root
from helpdesk_lite.shelves.categories import Category, listed
from helpdesk_lite.shelves.operators import COMMAND_LINE
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import CategoryMistaken
from helpdesk_lite.words.standing import NORMAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

    from helpdesk_lite.shelves.categories import Categories

_LISTS = ("subscribers", "addresses", "operators")


def add(given: Namespace) -> int:
    """Make a category."""
    house = assemble.house(find_root(given.root))
    category = _with_given(Category(given.name), given)
    house.arranging.add_category(category, COMMAND_LINE)
    return _told(house.categories, category, f"There is a category {category.name} now.")


def edit(given: Namespace) -> int:
    """Change what is given of a category; all else stays."""
    house = assemble.house(find_root(given.root))
    before = house.categories.read(given.name)
    if before is None:
        raise CategoryMistaken(f"There is no category {given.name}.")
    category = _with_given(before, given)
    house.arranging.change_category(category, COMMAND_LINE)
    return _told(house.categories, category, f"The category {category.name} has changed.")


def remove(given: Namespace) -> int:
    """Take a category away."""
    assemble.house(find_root(given.root)).arranging.remove_category(given.name, COMMAND_LINE)
    print(f"There is no category {given.name} any more. Its tickets are where they were, and keep the name.")
    return 0


def list_categories(given: Namespace) -> int:
    """List categories: name, title, who is mailed, and what is unusual; then mistakes in their files."""
    categories = assemble.house(find_root(given.root)).categories
    for category in categories.all():
        readers = ", ".join(categories.readers(category)) or "the broadcast address"
        facts = (category.name, category.title, readers, *unusual(category))
        print("\t".join(map(terminal.line, facts)))
    mistakes = categories.mistakes()
    for mistake in mistakes:
        print(f"helpdesk-lite: {terminal.line(mistake)}", file=sys.stderr)
    return 1 if mistakes else 0


def unusual(category: Category) -> list[str]:
    """What is not usual about a category, in words."""
    told = {
        f"priority {category.priority}": category.priority != NORMAL,
        f"level {category.level}": category.level > 1,
        f"only {', '.join(category.operators)}": category.operators,
        f"templates/{category.templates}": category.templates,
        f"desk {category.desk}": category.desk,
    }
    return [word for word, counts in told.items() if counts]


def _with_given(category: Category, given: Namespace) -> Category:
    """The category with what was given on the command line."""
    told: dict[str, Any] = {}
    for name in Category._fields[1:]:
        value = getattr(given, name)
        if value is not None:
            told[name] = listed(value) if name in _LISTS else value
    return category._replace(**told)


def _told(categories: Categories, category: Category, said: str) -> int:
    print(said)
    for wrong in categories.unknown(category):
        print(f"helpdesk-lite: {terminal.line(wrong)}", file=sys.stderr)
    return 0
