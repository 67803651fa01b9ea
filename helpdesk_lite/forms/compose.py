"""The whole page of a form, out of its file: plain HTML as it is, templates rendered, fragments put into the
house's page.

Guarantee: a file is a template only if it holds {{ or {%; templates see desk_name, language and _ (and the house's
own names) and run in Jinja2's sandbox, escaping everything. What goes wrong is a `Mistaken` with file and line. It
reads no fields.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite.forms.markup import PLACE, Edit, Tag, content_end, edited, scan, unescape
from helpdesk_lite.forms.schema import PREFIX, title_of
from helpdesk_lite.forms.tree import Tree
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from jinja2 import Environment, Template

BASE = PLACE + "B"  # stands in a page for the address of the entry script (SCRIPT_NAME)
STAMP = PLACE + "S"  # stands for the signed time stamp
HOUSE_PAGE = "pages/form.html"
_NO_FRAGMENT = {"fragment": "", "metas": "", "has_form": False, "has_heading": False, "has_button": False}


class Mistaken(Exception):
    """A template cannot be rendered: `path` and `line` (0: unknown) of what is wrong."""

    def __init__(self, path: str, line: int, text: str) -> None:
        super().__init__(text)
        self.path = path
        self.line = line
        self.text = text


class Composed(NamedTuple):
    """A whole page. The author's own text is in it from `own_start` to `own_end`, unless a template made it (-1)."""

    text: str
    own_start: int
    own_end: int
    is_ours: bool  # it stands in the house's frame, and so has its style sheets


class Composer:
    """Makes pages for one language. `template_paths`: folders with pages/ in them, the first wins."""

    def __init__(self, template_paths: tuple[str, ...], language: str, desk_name: str, static: dict[str, str]) -> None:
        self._paths = template_paths
        self._language = language
        self._values = {"desk_name": desk_name, "language": language, "base": BASE, "static": static}
        self._environment: Environment | None = None

    def composed(self, path: str, text: str) -> Composed:
        """The whole page that the file `path` with this `text` is. Raises Mistaken."""
        name = os.path.basename(path).removesuffix(".off").removesuffix(".html")
        is_template = "{{" in text or "{%" in text
        body = self._rendered(path, _Text(path, text), title_of_form=name, **_NO_FRAGMENT) if is_template else text
        if is_whole(body):
            return Composed(body, -1 if is_template else 0, len(body), _is_ours(body))
        return self._wrapped(name, body, is_template)

    def _wrapped(self, name: str, fragment: str, is_template: bool) -> Composed:
        """The fragment in the house's page, with a <form> and a button if it has none."""
        tags = scan(fragment)
        body, title, metas = _without_head(fragment, tags)
        starts = {tag.name for tag in tags if not tag.closes}
        page = self._rendered(
            HOUSE_PAGE,
            None,
            fragment=PLACE + "F",
            metas=PLACE + "M",
            title_of_form=title or title_of(Tree(fragment)) or name,
            has_form="form" in starts,
            has_heading="h1" in starts,
            has_button=_has_button(tags),
        )
        page = page.replace(PLACE + "M", metas, 1)
        start = page.find(PLACE + "F")
        page = page.replace(PLACE + "F", body, 1)
        return Composed(page, -1 if is_template else start, start + len(body), True)

    def _rendered(self, path: str, own: _Text | None, **values: Any) -> str:
        """What a template makes of `values`: the author's `own`, or the house's at `path`. Raises Mistaken."""
        import jinja2

        environment = self._environment = self._environment or _environment(self._paths, self._language)
        try:
            template = own.template(environment) if own else environment.get_template(path)
            return template.render(self._values, **values)
        except jinja2.TemplateSyntaxError as wrong:
            raise Mistaken(wrong.filename or path, wrong.lineno, _said(wrong)) from None
        except Exception as wrong:  # a template can do anything, and whatever it does is its author's to mend
            raise Mistaken(*_where(wrong, path), _said(wrong)) from None


class _Text(NamedTuple):
    """A file's text as a template that knows its file, so that mistakes have their line."""

    path: str
    text: str

    def template(self, environment: Environment) -> Template:
        code = environment.compile(self.text, os.path.basename(self.path), self.path)
        return environment.template_class.from_code(environment, code, environment.make_globals(None))


def _environment(template_paths: tuple[str, ...], language: str) -> Environment:
    from jinja2 import FileSystemLoader, PrefixLoader
    from jinja2.sandbox import SandboxedEnvironment

    from helpdesk_lite import templating

    loader = PrefixLoader({"pages": FileSystemLoader([os.path.join(path, "pages") for path in template_paths])})
    return templating.environment(SandboxedEnvironment, loader, language)


def is_whole(text: str) -> bool:
    """Whether this is a page rather than a fragment of one."""
    start = text.lstrip("\ufeff\t\n\f\r ")[:9].lower()
    return start == "<!doctype" or any(tag.name in ("html", "head", "body") for tag in scan(text))


def _is_ours(text: str) -> bool:
    return f"{BASE}/static/" in text


def _has_button(tags: list[Tag]) -> bool:
    return any(
        (tag.name == "button" and (tag.get("type") or "submit").lower() == "submit")
        or (tag.name == "input" and (tag.get("type") or "").lower() in ("submit", "image"))
        for tag in tags
        if not tag.closes
    )


def _without_head(fragment: str, tags: list[Tag]) -> tuple[str, str, str]:
    """The fragment without what belongs into a page's head, its lines where they were; the title; the settings."""
    title, metas = "", ""
    edits: list[Edit] = []
    for index, tag in enumerate(tags):
        if tag.name == "meta" and (tag.get("name") or "").lower().startswith(PREFIX):
            metas += fragment[tag.start : tag.end]
            edits.append(Edit(tag.start, tag.end, _same_lines(fragment[tag.start : tag.end])))
        elif tag.name == "title" and not tag.closes and not _inside_svg(tags[:index]):
            end = content_end(fragment, tag)
            title = title or " ".join(unescape(fragment[tag.end : end]).split())
            close = next((one.end for one in tags[index + 1 :] if one.name == "title" and one.closes), end)
            edits.append(Edit(tag.start, close, _same_lines(fragment[tag.start : close])))
    return edited(fragment, edits), title, metas


def _inside_svg(tags: list[Tag]) -> bool:
    return sum(-1 if tag.closes else 1 for tag in tags if tag.name == "svg") > 0


def _same_lines(text: str) -> str:
    return "\n" * text.count("\n")


def _where(wrong: BaseException, path: str) -> tuple[str, int]:
    """File and line of the template that was at work: Jinja2 writes them into the traceback."""
    found, at = (path, 0), wrong.__traceback__
    while at is not None:
        name = at.tb_frame.f_code.co_filename
        if name == path or name.endswith(".html"):
            found = (name, at.tb_lineno)
        at = at.tb_next
    return found


def _said(wrong: Exception) -> str:
    import jinja2

    if isinstance(wrong, jinja2.TemplateNotFound):
        return Sentence("There is no template %(name)s.", name=wrong.name)
    message = getattr(wrong, "message", None) or str(wrong)
    words = " ".join(str(message).split())[:300] or type(wrong).__name__
    return Sentence("Jinja2 says: %(words)s", words=words)
