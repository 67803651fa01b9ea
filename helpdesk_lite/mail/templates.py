"""The words of a letter from the templates in templates/mail/, the desk's own before the program's.

Guarantee: what is put into an HTML template is escaped; a mistake in a template is said with its file and line, and
keeps back the one letter. It does not know what a letter is about (mail/written).
"""

from __future__ import annotations

from helpdesk_lite.errors import LetterRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from jinja2 import Environment


def templates_in(folders: Sequence[str]) -> Templates:
    """The templates in `folders`, compiled once in this process, and again whenever a file changes."""
    return _standing.setdefault(tuple(folders), Templates(folders))


class Templates:
    """The templates in `folders`; of two with the same name the first counts."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = list(folders)
        self._environments: dict[str, Environment] = {}

    def has(self, name: str) -> bool:
        """Whether there is a template mail/`name`."""
        import os

        return any(os.path.exists(os.path.join(folder, "mail", name)) for folder in self._folders)

    def words(self, name: str, language: str, values: dict[str, Any]) -> str:
        """What the template mail/`name` says. LetterRefused if it is missing or has a mistake."""
        from jinja2 import TemplateNotFound, TemplateSyntaxError

        try:
            return self._environment(language).get_template(f"mail/{name}").render(language=language, **values)
        except TemplateSyntaxError as wrong:
            raise LetterRefused(f"templates/{wrong.name} line {wrong.lineno}: {wrong.message}") from None
        except TemplateNotFound as missing:
            raise LetterRefused(f"templates/{missing.name} is missing") from None
        except OSError:
            raise  # the disk's fault, not the template's: the letter is tried again
        except Exception as wrong:  # a template can do anything, and so fail in any way
            raise LetterRefused(f"{_where(wrong, name)}: {type(wrong).__name__}: {wrong}") from None

    def _environment(self, language: str) -> Environment:
        if language not in self._environments:
            self._environments[language] = _environment(self._folders, language)
        return self._environments[language]


_standing: dict[tuple[str, ...], Templates] = {}


def _environment(folders: list[str], language: str) -> Environment:
    from jinja2 import Environment, FileSystemLoader

    from helpdesk_lite import templating

    def is_html(name: str | None) -> bool:
        return name is None or not name.endswith((".txt", ".subject"))

    made = templating.environment(Environment, FileSystemLoader(folders), language, autoescape=is_html)
    made.filters["lines"] = _lines
    return made


def _lines(text: str) -> str:
    """The text as HTML, with <br> for each line end and spaces kept where they line something up."""
    from markupsafe import Markup, escape

    lines = (str(escape(line)).replace("  ", "&nbsp; ") for line in str(text).split("\n"))
    return Markup("<br>\n").join(map(Markup, lines))


def _where(wrong: Exception, name: str) -> str:
    """The template and line where it happened: Jinja2 puts them into the traceback."""
    import traceback

    frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if "/mail/" in frame.filename]
    for frame in reversed(frames):
        if not frame.filename.endswith(".py"):
            return f"templates/mail/{frame.filename.rpartition('/')[2]} line {frame.lineno}"
    return f"templates/mail/{name}"
