"""The administrators' pages for categories: all of them, and one to change or take away.

Guarantee: a page that was loaded before somebody else changed the file changes nothing: it comes back with what was
typed, and what the file says now. Who may do it is decided elsewhere (arranging).
"""

from __future__ import annotations

from helpdesk_lite.shelves.categories import Category, listed
from helpdesk_lite.web import body, standing_words
from helpdesk_lite.web.http import quoted, see_other
from helpdesk_lite.web.pages.page import administrator, from_here, page, typed_level
from helpdesk_lite.words import i18n
from helpdesk_lite.words.errors import CategoryMistaken, FileChanged
from helpdesk_lite.words.i18n import told
from helpdesk_lite.words.standing import HIGHEST, USUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from helpdesk_lite.web.house import House
    from helpdesk_lite.web.http import Request, Response
    from helpdesk_lite.words.form import Posted
    from helpdesk_lite.words.i18n import Translation

HERE = "/administration/categories"
_MOST_MB = 1  # of what is typed


def overview(request: Request, house: House) -> Response:
    """All categories, and a form for one more. NotAllowed."""
    administrator(request, house)
    return _overview(request, house, Category(""))


def add(request: Request, house: House) -> Response:
    """Make a category; 422 with what is wrong. NotAllowed."""
    by = administrator(request, house)
    with body.posted(request, house.spool, _MOST_MB) as posted:
        typed = _typed(posted)
    try:
        house.arranging.add_category(typed, by)
    except CategoryMistaken as wrong:
        return _overview(request, house, typed, wrong.words)
    return see_other(request, HERE)


def one(request: Request, house: House, name: str) -> Response:
    """The form to change a category. NotAllowed; 404 if there is no such file."""
    administrator(request, house)
    if not house.categories.version(name):
        return _gone(request, house)
    try:
        return _one(request, house, house.categories.read(name) or Category(name))
    except CategoryMistaken as wrong:
        return _one(request, house, Category(name), wrong.words, 200)


def change(request: Request, house: House, name: str) -> Response:
    """Write the category as it was filled in; 422 with what is wrong, 409 if its file changed. NotAllowed."""
    by = administrator(request, house)
    with body.posted(request, house.spool, _MOST_MB) as posted:
        typed, seen = _typed(posted)._replace(name=name), dict(posted.pairs).get("seen", "")
    try:
        house.arranging.change_category(typed, by, seen)
    except CategoryMistaken as wrong:
        return _one(request, house, typed, wrong.words) if house.categories.version(name) else _gone(request, house)
    except FileChanged:
        return _changed(request, house, typed)
    return see_other(request, HERE)


def remove(request: Request, house: House, name: str) -> Response:
    """Take the category away; 409 if its file changed. NotAllowed."""
    by = administrator(request, house)
    seen = body.typed(request, house.spool).get("seen", "")
    try:
        house.arranging.remove_category(name, by, seen)
    except CategoryMistaken:
        return _gone(request, house)
    except FileChanged:
        return _changed(request, house, house.categories.find(name) or Category(name))
    return see_other(request, HERE)


def _typed(posted: Posted) -> Category:
    """The category as it was filled in."""
    said = {name: value.strip() for name, value in posted.pairs}
    several = {
        name: tuple(value for key, value in posted.pairs if key == name and value)
        for name in ("subscribers", "operators")
    }
    return Category(
        said.get("name", ""),
        said.get("title", ""),
        several["subscribers"],
        listed(said.get("addresses", "")),
        said.get("priority", ""),
        typed_level(said.get("level", "1")),
        several["operators"],
        said.get("templates", ""),
    )


def _overview(request: Request, house: House, typed: Category, problem: str = "") -> Response:
    said = i18n.translation(request.language)
    found = [_row(house, category, said) for category in house.categories.all()]
    shown = {row["name"] for row in found}
    mistaken = [name for name in house.categories.names() if name not in shown]
    found += [{"name": name, "words": name, "way": quoted(name), "marks": "", "facts": []} for name in mistaken]
    values = {
        "categories": sorted(found, key=lambda row: (str(row["words"]).casefold(), row["name"])),
        "mistakes": [from_here(house, mistake, said) for mistake in house.categories.mistakes()],
        **_form(house, typed, told(problem, said), said),
    }
    return page(request, house, "categories.html", values, 422 if problem else 200, here="administration")


def _one(request: Request, house: House, category: Category, problem: str = "", status: int = 422) -> Response:
    said = i18n.translation(request.language)
    problem = from_here(house, problem, said)
    wrong = [] if problem else [told(one, said) for one in house.categories.unknown(category)]
    now = house.categories.text(category.name) if problem and status == 200 else ""
    values = {**_form(house, category, problem, said), "unknown": wrong, "now": now, "category": category}
    return page(request, house, "category.html", values, status if problem else 200, here="administration")


def _changed(request: Request, house: House, typed: Category) -> Response:
    """The form as it was filled in, and below it what somebody else wrote meanwhile."""
    said = i18n.translation(request.language)
    problem = said.gettext("Somebody changed this category meanwhile, so nothing is saved yet.")
    now = house.categories.text(typed.name)
    values = {**_form(house, typed, problem, said), "unknown": [], "now": now, "category": typed}
    return page(request, house, "category.html", values, 409, here="administration")


def _gone(request: Request, house: House) -> Response:
    said = i18n.translation(request.language)
    values = {
        "heading": said.gettext("There is no such category"),
        "words": said.gettext("Perhaps somebody has just taken it away. Its tickets are where they were."),
        "way": request.base + HERE,
        "way_words": said.gettext("All categories"),
    }
    return page(request, house, "error.html", values, 404)


def _row(house: House, category: Category, said: Translation) -> dict[str, Any]:
    """A category in the list: who is mailed, and what is unusual."""
    readers = ", ".join(house.categories.readers(category))
    facts = [
        said.gettext(
            "mails %(readers)s",
        )
        % {"readers": readers}
        if readers
        else said.gettext("mails the broadcast address"),
        said.gettext("only %(names)s work on it") % {"names": ", ".join(category.operators)}
        if category.operators
        else "",
        f"templates/{category.templates}" if category.templates else "",
    ]
    if category.desk:
        facts = [said.gettext("kept by a desk of its own: %(folder)s") % {"folder": category.desk.strip()}]
    now = USUAL._replace(priority=category.priority, level=category.level)
    return {
        "name": category.name,
        "words": category.words,
        "way": quoted(category.name),
        "marks": standing_words.marks(now, 0, said),
        "facts": [fact for fact in facts if fact],
    }


def _form(house: House, category: Category, problem: str, said: Translation) -> dict[str, Any]:
    """What pages/category_fields.html needs."""
    known = house.operators.names()
    strangers = [name for name in (*category.subscribers, *category.operators) if name not in known]
    now = house.categories.find(category.name) if category.name else None
    return {
        "desk": now.desk.strip() if now else "",
        "typed": category,
        "problem": problem,
        "people": list(dict.fromkeys((*known, *strangers))),
        "addresses": "\n".join(category.addresses),
        "priorities": [(name, said.gettext(word)) for name, word in standing_words.PRIORITIES.items()],
        "levels": range(1, HIGHEST + 1),
        "seen": house.categories.version(category.name) if category.name else "",
    }
