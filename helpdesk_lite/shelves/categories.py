"""What tickets are about, as the desk knows it: a file each in data/categories/, made by the desk, editable by hand.

Guarantee: a name is one safe, plain word; a file with mistakes is as good as none, and `mistakes` names it: no ticket
is lost or hidden by one. It does not say which ticket has which category (reception) or who may do what (desk).
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.shelves.operators import UNREADABLE, is_name, toml_in
from helpdesk_lite.words import signing
from helpdesk_lite.words.errors import CategoryMistaken
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import is_address
from helpdesk_lite.words.standing import HIGHEST, NORMAL, PRIORITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from helpdesk_lite.cache import Cache
    from helpdesk_lite.shelves.operators import Operators

LONGEST_TITLE = 100  # characters
UNKNOWN = "?\n"  # in place of a desk whose name cannot be read; no path, and not to be written


class Category(NamedTuple):
    """What a ticket can be about. `subscribers` are operators, mailed of its tickets as the `addresses` are.

    `priority` and `level` are a new ticket's. `operators` makes it a department: only they work on it; all, if
    there are none. `templates` is a folder in the desk's templates/ that wins over the others for its letters.
    `desk` is the folder of a desk of its own, which then keeps its tickets, seen from the folder of this one.
    """

    name: str
    title: str = ""
    subscribers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    priority: str = NORMAL
    level: int = 1
    operators: tuple[str, ...] = ()
    templates: str = ""
    desk: str = ""

    @property
    def words(self) -> str:
        """What people call it."""
        return self.title or self.name


class Categories:
    """The folder of categories. `template_paths` are those of the desk: the first is its own.

    `wrong_with` says what keeps a category's own desk from being used, one sentence each.
    """

    def __init__(
        self,
        folder: str,
        cache: Cache,
        operators: Operators,
        template_paths: tuple[str, ...],
        wrong_with: Callable[[Category], list[str]] = lambda _: [],
    ) -> None:
        self.folder = folder
        self._wrong_with = wrong_with
        self._cache = cache
        self._operators = operators
        self._template_paths = template_paths

    def names(self) -> list[str]:
        """The names of all files that are called as a category can be, sorted."""
        return [name for name in self._files() if is_name(name)]

    def find(self, name: str) -> Category | None:
        """The category of this name; None if there is no such file, or one with mistakes.

        If one with mistakes speaks of a desk, or may, nobody else is to have what goes there: the desk is UNKNOWN then.
        """
        try:
            return self.read(name)
        except CategoryMistaken:  # `mistakes` tells of it
            return Category(name, desk=UNKNOWN) if _may_name_a_desk(self.text(name)) else None

    def read(self, name: str) -> Category | None:
        """The category of this name; None if there is none. CategoryMistaken if its file has mistakes."""
        if not is_name(name) or not disk.is_there(self._path(name)):
            return None
        path = self._path(name)
        values = self._cache.get(f"category-{name}", [path], lambda: _read(path))
        return None if values is None else Category(name, **{key: _plain(value) for key, value in values.items()})

    def called(self, words: str) -> Category | None:
        """The category of this name or title, as forms may say either."""
        return self.find(words) or next((one for one in self.all() if one.title and one.title == words), None)

    def all(self) -> list[Category]:
        """All categories whose files are in order, by name."""
        return [one for one in map(self.find, self.names()) if one]

    def titles(self) -> dict[str, str]:
        """What people call each category, by its name."""
        return {one.name: one.words for one in self.all()}

    def readers(self, category: Category) -> tuple[str, ...]:
        """The mail addresses that hear of its tickets, each once; of a department's that names none, its operators'."""
        told = (*map(self._address, category.subscribers), *category.addresses)
        found = tuple(dict.fromkeys(filter(None, told)))
        return found or tuple(dict.fromkeys(filter(None, map(self._address, category.operators))))

    def templates(self, category: Category) -> tuple[str, ...]:
        """The folders of templates for its letters; the first wins."""
        own = os.path.join(self._template_paths[0], category.templates)
        return (own, *self._template_paths) if category.templates else self._template_paths

    def mistakes(self) -> list[str]:
        """What is wrong in the folder, one sentence each, with the file before it."""
        from helpdesk_lite.words.mistakes import in_file

        found: list[str] = []
        for name in self._files():
            try:
                category = self.read(name)
                if category is None:
                    said = Sentence("%(name)s is not a name for a category", name=repr(name))
                    found.append(in_file(self._path(name), said))
                else:
                    found += [in_file(self._path(name), said) for said in self.unknown(category)]
            except CategoryMistaken as wrong:
                found += wrong.mistakes
        return found

    def unknown(self, category: Category) -> list[str]:
        """What it names that there is not: operators, a folder of templates, a desk; one sentence each."""
        known = self._operators.names()
        found: list[str] = [
            Sentence("%(field)s has %(name)s: there is no such operator", field=field, name=repr(name))
            for field in ("subscribers", "operators")
            for name in getattr(category, field)
            if name not in known
        ]
        if category.templates and not disk.is_there(os.path.join(self.templates(category)[0], "mail")):
            text = N_("templates = '%(name)s': there is no folder templates/%(name)s/mail")
            found.append(Sentence(text, name=category.templates))
        return found + (self._wrong_with(category) if category.desk else [])

    def version(self, name: str) -> str:
        """What tells this version of the file from the next; "" if there is none."""
        if not is_name(name) or not disk.is_there(self._path(name)):
            return ""
        return signing.digest_of([self.text(name)])

    def text(self, name: str) -> str:
        """What the file says, word for word; "" if there is none, or it may not be read."""
        try:
            return disk.read(self._path(name)).decode("utf-8", "replace")
        except (FileNotFoundError, *UNREADABLE):
            return ""

    def add(self, category: Category) -> None:
        """Make the file. CategoryMistaken if anything about the category cannot be, or there is one of this name."""
        check(category)
        disk.make_folder(self.folder)
        try:
            disk.write_new(self._path(category.name), [written(category)])
        except FileExistsError:
            raise CategoryMistaken(Sentence("There is a category %(name)s already.", name=category.name)) from None

    def change(self, category: Category) -> None:
        """Write the file anew. CategoryMistaken if anything about the category cannot be, or there is none."""
        check(category)
        if not disk.is_there(self._path(category.name)):
            raise CategoryMistaken(Sentence("There is no category %(name)s.", name=category.name))
        disk.renew(self._path(category.name), [written(category)])

    def remove(self, name: str) -> None:
        """Take the file away; its tickets stay, and keep the name. CategoryMistaken if there is none."""
        if not is_name(name) or not disk.is_there(self._path(name)):
            raise CategoryMistaken(Sentence("There is no category %(name)s.", name=name))
        disk.withdraw(self._path(name))

    def _files(self) -> list[str]:
        return [name[:-5] for name in disk.names(self.folder) if name.endswith(".toml")]

    def _address(self, name: str) -> str:
        """The operator's; "" if there is no such one, or their file has mistakes."""
        operator = self._operators.sound(name)
        return operator.email if operator else ""

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, f"{name}.toml")


def written(category: Category) -> bytes:
    """The category's file: what is not usual of it, and always its title."""
    import json

    usual = Category(category.name)
    lines = [
        f"{field} = {json.dumps(value, ensure_ascii=False)}"
        for field, value in zip(Category._fields[1:], category[1:], strict=True)
        if field == "title" or value != getattr(usual, field)
    ]
    return ("\n".join(lines) + "\n").encode()


def check(category: Category) -> None:
    """CategoryMistaken unless there can be such a category; whether what it names exists is `Categories.unknown`'s."""
    if mistakes := list(_mistakes_of(category)):
        raise CategoryMistaken(*mistakes)


def _mistakes_of(category: Category) -> Iterator[str]:
    from helpdesk_lite.words.mistakes import no_address, not_from, not_one_of

    if not is_name(category.name):
        yield Sentence("A category's name is one plain word of a to z, 0 to 9, dots, - and _, such as repairs.")
    if len(category.title) > LONGEST_TITLE or not category.title.isprintable():
        yield Sentence("A title is one line of up to %(num)s characters.", num=LONGEST_TITLE)
    if category.priority not in PRIORITIES:
        yield not_one_of("priority", category.priority, PRIORITIES)
    if not 1 <= category.level <= HIGHEST:
        yield not_from("level", category.level, HIGHEST)
    if category.templates and not is_name(category.templates):
        yield Sentence("%(name)s is not the name of a folder in templates/.", name=repr(category.templates))
    if not category.desk.isprintable():
        yield Sentence("desk must be the path of a folder; where it cannot be read, mend the file by hand.")
    for name in (*category.subscribers, *category.operators):
        if not is_name(name):
            yield Sentence("%(name)s is not an operator's name.", name=repr(name))
    for address in category.addresses:
        if not is_address(address):
            yield no_address(address)


_SHAPE = {"title": str, "priority": str, "level": int, "templates": str, "desk": str}
_LISTS = ("subscribers", "addresses", "operators")


def _read(path: str) -> dict[str, Any] | None:
    """The fields in the file; None if there is no file. CategoryMistaken."""
    from helpdesk_lite.words.mistakes import in_file, not_as_in

    values = toml_in(path, CategoryMistaken)
    if values is None:
        return None
    wrong = [field for field, value in values.items() if not _is_as_must_be(field, value)]
    found: list[str] = [not_as_in(field, values.pop(field), (*_SHAPE, *_LISTS)) for field in wrong]
    name = os.path.basename(path)[:-5]
    found += _mistakes_of(Category(name, **{key: _plain(value) for key, value in values.items()}))
    if found:
        raise CategoryMistaken(*(in_file(path, one) for one in found))
    return values


def _is_as_must_be(field: str, value: object) -> bool:
    return _is_list(value) if field in _LISTS else type(value) is _SHAPE.get(field)


def _may_name_a_desk(text: str) -> bool:
    return not text or any(line.lstrip().startswith("desk") for line in text.splitlines())


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def listed(text: str) -> tuple[str, ...]:
    """The words of a list as people type one: with spaces, commas or semicolons between them; each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
