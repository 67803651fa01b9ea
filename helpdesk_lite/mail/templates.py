"""The words of a letter from the templates in templates/mail/, the desk's own before the program's.

Guarantee: what is put into an HTML template is escaped; a mistake in a template is said with its file and line, and
keeps back the one letter; a template runs in Jinja2's sandbox, so who may write one is not master of the machine. It
does not know what a letter is about (mail/written).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import product
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.mail.compose import Attachment
from helpdesk_lite.words import signing
from helpdesk_lite.words.errors import LetterRefused
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from jinja2 import Environment
    from jinja2.nodes import Template as Node


LOGOS = {"logo.png": "image/png", "logo.jpg": "image/jpeg"}  # hardly any mail program shows an SVG
LARGEST_LOGO = 30_000  # bytes: each letter carries it
WIDTH = 72  # characters in a line of a text that is wrapped: quoted once or twice, it fits still


def templates_in(folders: Sequence[str]) -> Templates:
    """The templates in `folders`, compiled once in this process, and again whenever a file changes."""
    return _standing.setdefault(tuple(folders), Templates(folders))


def mistake(place: str, line: int, words: str) -> Sentence:
    """What is wrong with a template, in the words of Jinja2, which knows no language but English."""
    if not line:
        return Sentence("%(place)s: Jinja2 says: %(words)s", place=place, words=words)
    return Sentence("%(place)s line %(line)s: Jinja2 says: %(words)s", place=place, line=line, words=words)


class Read(NamedTuple):
    """A template: its text, what people call its file, what Jinja2 makes of it, and the names that every one knows."""

    text: str
    place: str
    tree: Node
    common: frozenset[str]


class Templates:
    """The templates in `folders`; of two with the same name the first counts. `typed` ones count before all."""

    def __init__(self, folders: Sequence[str], typed: Mapping[str, str] | None = None) -> None:
        self._folders = list(folders)
        self._typed = dict(typed or {})
        self._there: list[list[str]] = []
        self._environments: dict[str, Environment] = {}

    def has(self, name: str) -> bool:
        """Whether there is a template mail/`name`."""
        return name in self._typed or any(
            os.path.exists(os.path.join(folder, "mail", name)) for folder in self._folders
        )

    def logo(self) -> Attachment | None:
        """The logo in look/, to be shown by its `content_id` (RFC 2392); None if there is none for letters."""
        for folder, (name, kind) in product(self._folders, LOGOS.items()):
            path = os.path.join(folder, "look", name)
            if os.path.isfile(path) and os.path.getsize(path) <= LARGEST_LOGO:
                content = disk.read(path)
                digest = signing.digest()
                digest.update(content)
                return Attachment(name, kind, [content], f"logo@{digest.hexdigest()}", is_inline=True)
        return None

    def words(self, name: str, language: str, values: dict[str, Any]) -> str:
        """What the template mail/`name` says. LetterRefused if it is missing or has a mistake."""
        with self._telling(name):
            return self._environment(language).get_template(f"mail/{name}").render(language=language, **values)
        raise AssertionError

    def read(self, name: str, language: str = "en") -> Read:
        """The template mail/`name` as Jinja2 understands it, without any values. LetterRefused as above."""
        environment = self._environment(language)
        with self._telling(name):
            assert environment.loader
            text, path, _ = environment.loader.get_source(environment, f"mail/{name}")
            tree = environment.parse(text, f"mail/{name}", path)
            return Read(text, self._place(path or "", f"mail/{name}"), tree, frozenset(environment.globals))
        raise AssertionError

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        """What goes wrong in a template is a LetterRefused that says where."""
        from jinja2 import TemplateNotFound, TemplateSyntaxError

        try:
            yield
        except TemplateSyntaxError as wrong:
            said = self._place(wrong.filename or "", wrong.name or f"mail/{name}")
            raise LetterRefused(mistake(said, wrong.lineno, wrong.message or "")) from None
        except TemplateNotFound as missing:
            raise LetterRefused(Sentence("templates/%(name)s is missing", name=missing.name)) from None
        except OSError:
            raise  # the disk's fault, not the template's: the letter is tried again
        except Exception as wrong:  # a template can do anything, and so fail in any way
            raise LetterRefused(mistake(*self._where(wrong, name), f"{type(wrong).__name__}: {wrong}")) from None

    def _environment(self, language: str) -> Environment:
        """Made anew when a template comes or goes: Jinja2 does not see one that comes in front of another."""
        there = [disk.names(os.path.join(folder, "mail")) for folder in self._folders]
        if there != self._there:
            self._there, self._environments = there, {}
        if language not in self._environments:
            self._environments[language] = _environment(self._folders, self._typed, language)
        return self._environments[language]

    def _where(self, wrong: Exception, name: str) -> tuple[str, int]:
        """The template and line where it happened: Jinja2 puts them into the traceback. Line 0: nobody knows."""
        import traceback

        for frame in reversed(traceback.extract_tb(wrong.__traceback__)):
            if "/mail/" in frame.filename and not frame.filename.endswith(".py"):
                return self._place(frame.filename, f"mail/{name}"), frame.lineno or 0
        return f"templates/mail/{name}", 0

    def _place(self, path: str, name: str) -> str:
        """What people call the file at `path`: a category's own lies in a folder below templates/."""
        found = [path.removeprefix(folder + os.sep) for folder in self._folders if path.startswith(folder + os.sep)]
        return f"templates/{max(found, key=len, default=name)}"


_standing: dict[tuple[str, ...], Templates] = {}


def _environment(folders: list[str], typed: Mapping[str, str], language: str) -> Environment:
    from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader
    from jinja2.sandbox import SandboxedEnvironment

    from helpdesk_lite import templating

    def is_html(name: str | None) -> bool:
        return name is None or not name.endswith((".txt", ".subject"))

    def found(name: str) -> tuple[str, str, None] | None:
        text = typed.get(name.removeprefix("mail/"))
        return None if text is None else (text, os.path.join(folders[0], name), None)

    files = FileSystemLoader(folders, "utf-8-sig")
    loader = ChoiceLoader([FunctionLoader(found), files]) if typed else files
    made = templating.environment(SandboxedEnvironment, loader, language, autoescape=is_html)
    made.filters["lines"] = _lines
    made.filters["wrapped"] = _wrapped
    return made


def _wrapped(text: str) -> str:
    """The text in lines that any mail program shows whole (RFC 5322, 2.1.1: 78 characters); no word is cut."""
    import textwrap

    lines = str(text).split("\n")
    return "\n".join(textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in lines)


def _lines(text: str) -> str:
    """The text as HTML, with <br> for each line end and spaces kept where they line something up."""
    from markupsafe import Markup, escape

    lines = (str(escape(line)).replace("  ", "&nbsp; ") for line in str(text).split("\n"))
    return Markup("<br>\n").join(map(Markup, lines))
