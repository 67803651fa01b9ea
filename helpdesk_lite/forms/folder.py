"""The forms of a desk: a folder of HTML files, each a contact form from the moment it is there.

Guarantee: what is answered comes from the files as they are now; a file that cannot be used is a BrokenForm of its
own and takes nothing else down; no name leads out of the folder. On the way of a plain GET it reads one cached
value and imports next to nothing. It keeps no submissions.
"""

from __future__ import annotations

import os
from binascii import crc32
from errno import ELOOP, ENOENT, ENOTDIR
from stat import S_ISREG

from helpdesk_lite import assets, disk
from helpdesk_lite.words.errors import BrokenForm, FormOff, UnknownForm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from helpdesk_lite.cache import Cache
    from helpdesk_lite.forms.compose import Composer
    from helpdesk_lite.words.form import Form, Mistake, Posted, Problem

END = ".html"
OFF = ".off"  # behind it: the form is not in use
LONGEST_NAME = 100  # characters


class Page:
    """A form's page as it goes out, but for two facts of the request. `policy` is its Content-Security-Policy."""

    __slots__ = ("_pieces", "policy")

    def __init__(self, pieces: list[str], policy: str) -> None:
        self._pieces = pieces
        self.policy = policy

    def html(self, base: str, stamp: str) -> str:
        """The whole page. `base` is the entry script's address (SCRIPT_NAME), `stamp` the hidden time stamp's value."""
        values = {"B": _attribute(base), "S": _attribute(stamp)}
        pieces = self._pieces.copy()
        pieces[1::2] = [values[place[-1]] for place in pieces[1::2]]
        return "".join(pieces)


class FormsFolder:
    """The forms in the folder `forms_path`, in pages from `template_paths` (the first wins)."""

    def __init__(self, forms_path: str, template_paths: tuple[str, ...], cache: Cache, desk_name: str) -> None:
        self.path = forms_path
        self._template_paths = template_paths
        self._cache = cache
        self._desk_name = desk_name

    def names(self) -> list[str]:
        """The names of all forms, broken ones too, in order."""
        files = [name.removesuffix(END) for name in disk.names(self.path) if name.endswith(END)]
        return [name for name in files if self._path(name)]

    def switched_off(self) -> list[str]:
        """The names of the forms that have a file NAME.html.off, in order; some may be in use all the same."""
        files = [name.removesuffix(OFF).removesuffix(END) for name in disk.names(self.path) if name.endswith(END + OFF)]
        return [name for name in files if self._off(name)]

    def all_names(self) -> list[str]:
        """The names of all forms, those that are switched off too, in order."""
        return sorted({*self.names(), *self.switched_off()})

    def misnamed(self) -> list[str]:
        """The HTML files in the folder that are no forms, because of what they are called or where they lead."""
        known = {name + END for name in self.names()}
        files = [name for name in disk.names(self.path) if name.lower().endswith((".html", ".htm"))]
        return [name for name in files if name not in known]

    def form(self, name: str, language: str = "en") -> Form:
        """What the form asks. Raises UnknownForm, or BrokenForm with its mistakes."""
        from helpdesk_lite.forms.flat import form_of

        return form_of(self._made(name, language)["form"])

    def page(self, name: str, language: str = "en", *, prefill: Sequence[tuple[str, str]] = ()) -> Page:
        """The form to fill in, with the fields named in `prefill` filled in. Raises UnknownForm, BrokenForm."""
        made = self._made(name, language)
        fields = {field[0] for field in made["form"][2]}
        pairs = tuple(pair for pair in prefill if pair[0] in fields)
        if not pairs:  # also for an address with nothing but what a mailing or a search engine hung on to it
            return Page(made["pieces"], made["policy"])
        from helpdesk_lite.forms import page
        from helpdesk_lite.forms.schema import Reading

        making = page.Making(Reading(name, made["text"]), language)
        page.prefill(making, pairs)
        return Page(*making.done())

    def refused(
        self, name: str, language: str, posted: Posted, problems: Sequence[Problem], notices: Sequence[str] = ()
    ) -> Page:
        """The form as it was filled in, with what is wrong; `notices` are whole sentences in the reader's language."""
        from helpdesk_lite.forms.page import Making
        from helpdesk_lite.forms.refusal import put_back
        from helpdesk_lite.forms.schema import Reading

        made = self._made(name, language)
        making = Making(Reading(name, made["text"]), language)
        put_back(making, posted, problems, notices, made["is_ours"])
        return Page(*making.done())

    def titles(self, language: str = "en") -> list[tuple[str, str, str]]:
        """Name, title and category of each form that works, in the order of the titles."""
        names = self.names()
        sources = [self.path, *(self._path(name) for name in names)]
        # The name has a dot, which no form's has.
        found = self._kept("titles.all", sources, language, lambda: self._titles(names, language))
        return [(name, title, category) for name, title, category in found]

    def broken(self, language: str = "en") -> list[str]:
        """The names of the forms that do not work as they are now."""
        working = {name for name, _, _ in self.titles(language)}
        return [name for name in self.names() if name not in working]

    def check(self, name: str) -> list[Mistake]:
        """Everything wrong with the form's file, in the order of its lines; warnings too. Raises UnknownForm."""
        from helpdesk_lite.forms.check import mistakes_in
        from helpdesk_lite.words.form import Mistake

        path = self._path(name) or self._off(name)
        if not path:
            raise UnknownForm(name)

        def make() -> list[tuple[Any, ...]]:
            return [mistake.packed() for mistake in mistakes_in(name, path, self._composer("en"))]

        return [Mistake.unpacked(kept) for kept in self._kept(f"check.{name}", [path], "en", make)]

    def check_text(self, name: str, text: str) -> list[Mistake]:
        """Everything that would be wrong if the form's file said this."""
        from helpdesk_lite.forms.check import mistakes_in

        return mistakes_in(name, os.path.join(self.path, name + END), self._composer("en"), text.encode())

    def tried(self, name: str, text: str, language: str = "en") -> tuple[Form, Page]:
        """The form, and its page, as it would be if its file said this. Nothing is kept. Raises BrokenForm."""
        from helpdesk_lite.forms.flat import form_of
        from helpdesk_lite.forms.make import made_of

        path = os.path.join(self.path, name + END)
        made = _working(name, made_of(name, path, self._composer(language), language, text.encode()))
        return form_of(made["form"]), Page(made["pieces"], made["policy"])

    def _titles(self, names: list[str], language: str) -> list[list[str]]:
        found = []
        for name in names:
            try:
                form = self._made(name, language)["form"]
            except (BrokenForm, UnknownForm):
                continue
            found.append([name, form[1], form[3]])
        return sorted(found, key=lambda one: (one[1].casefold(), one[0]))

    def _made(self, name: str, language: str) -> dict[str, Any]:
        """The form's cached value: `form`, `pieces`, `policy`, `text`, `is_ours`; or raises BrokenForm."""
        path = self._known(name)
        return _working(name, self._kept(name, [path], language, lambda: self._make(name, path, language)))

    def _make(self, name: str, path: str, language: str) -> dict[str, Any]:
        from helpdesk_lite.forms.make import made_of

        return made_of(name, path, self._composer(language), language)

    def _composer(self, language: str) -> Composer:
        from helpdesk_lite.forms.compose import BASE, Composer

        static = assets.addresses(self._cache, BASE, self._template_paths)
        return Composer(self._template_paths, language, self._desk_name, static)

    def _kept(self, name: str, sources: Sequence[str], language: str, make: Callable[[], Any]) -> Any:
        """What `make` makes out of `sources` and the templates, kept under this name as long as they stay the same."""
        # Becoming readable changes no time that a stamp has, so it changes the list of sources.
        locked = [f"{path}/unreadable" for path in sources if not os.access(path, os.R_OK)]
        sources = [*sources, *locked, *assets.page_sources(self._template_paths, language)]
        called = crc32(self._desk_name.encode("utf-8", "replace"))
        return self._cache.get(f"form-{name}-{language}-{called:08x}", sources, make)

    def _known(self, name: str) -> str:
        path = self._path(name)
        if not path:
            raise FormOff(name) if self._off(name) else UnknownForm(name)
        return path

    def _off(self, name: str) -> str:
        """The path of the form's file if it is switched off."""
        return self._path(name, END + OFF)

    def _path(self, name: str, end: str = END) -> str:
        """The path of the form's file; empty if there is no such file in the folder."""
        if not is_name(name):
            return ""
        path = os.path.join(self.path, name + end)
        if os.path.islink(path) and not os.path.realpath(path).startswith(os.path.realpath(self.path) + os.sep):
            return ""
        return path if _is_file(path) else ""


def _working(name: str, made: dict[str, Any]) -> dict[str, Any]:
    """What was made of a form. BrokenForm if that was only mistakes."""
    if "mistakes" in made:
        from helpdesk_lite.words.form import Mistake

        raise BrokenForm(name, [Mistake.unpacked(kept) for kept in made["mistakes"]])
    return made


def is_name(name: str) -> bool:
    """Whether a form can be called this: letters of any script, digits, hyphens and underscores."""
    return name.replace("-", "").replace("_", "").isalnum() and len(name) <= LONGEST_NAME


def _is_file(path: str) -> bool:
    """Whether it is a file, or leads to one. OSError if that cannot be told: the form may be there."""
    try:
        return S_ISREG(os.stat(path).st_mode)
    except OSError as wrong:
        if wrong.errno in (ENOENT, ENOTDIR, ELOOP):
            return False
        raise


def _attribute(text: str) -> str:
    """`text` as it may stand in a quoted attribute (markup.escape, without its imports)."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")
