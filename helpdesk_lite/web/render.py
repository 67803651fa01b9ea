"""Pages from templates: written in full by Jinja2, or from a frame that Jinja2 wrote once and that has holes to fill.

Guarantee: every value is escaped; a file in the first of `template_paths` wins over one in the next; a frame is
never older than any template, style sheet or catalogue, and a template that looks at a hole (`{% if hole %}`) is
never framed but written in full each time. Filling a frame imports nothing. It knows no page.
"""

from __future__ import annotations

from binascii import crc32

from helpdesk_lite import assets
from helpdesk_lite.cache import stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from jinja2 import Environment

    from helpdesk_lite.cache import Cache

    Frame = list[str]  # text, hole, text, hole, ..., text

_EDGE = "\x00"  # around a hole's name; HTML has no such character


class Html(str):
    """Text that is HTML already and must not be escaped again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


class Render:
    """Writes pages from the templates in the folders `template_paths`; frames and bytecode are kept in `cache`."""

    def __init__(self, template_paths: tuple[str, ...], cache: Cache) -> None:
        self._template_paths = template_paths
        self._cache = cache
        self._environments: dict[str, tuple[object, Environment]] = {}

    def full(self, template: str, language: str, base: str, values: dict[str, Any]) -> str:
        """`template` with `values`, in `language`, its links below `base`. jinja2.TemplateError if it has mistakes."""
        static = assets.addresses(self._cache, base, self._template_paths)
        page = self._environment(language).get_template(template)
        return page.render(language=language, base=base, static=static, **values)

    def framed(self, template: str, language: str, base: str, shape: dict[str, Any], holes: dict[str, Any]) -> str:
        """What `full` would write with `shape` and `holes` together, faster.

        `shape` are the few values that a template may look at; a frame is kept for each combination that occurs.
        `holes` are text, or Html, or mappings of such; a template may only print them.
        """
        return self.each(template, language, base, shape, [holes])

    def each(
        self, template: str, language: str, base: str, shape: dict[str, Any], rows: Sequence[dict[str, Any]]
    ) -> Html:
        """`framed` for each of `rows` (all of the same shape), joined."""
        if not rows:
            return Html()
        names = sorted(_flat(rows[0]))
        mark = crc32(repr((names, sorted(shape.items()))).encode())
        kind = f"{template.replace('/', '-')}-{language}-{mark:08x}"
        sources = assets.page_sources(self._template_paths, language)
        frame = self._cache.get(kind, sources, lambda: self._frame(template, language, shape, names))
        if frame is None:
            return Html("".join(self.full(template, language, base, {**shape, **holes}) for holes in rows))
        return Html("".join(_filled(frame, {"base": base, **_flat(holes)}) for holes in rows))

    def _frame(self, template: str, language: str, shape: dict[str, Any], names: list[str]) -> Frame | None:
        from helpdesk_lite.web.holes import Hole, LookedAt, nested

        hole = Hole("base", _EDGE)
        found = assets.addresses(self._cache, hole.__html__(), self._template_paths)
        static = {name: Html(address) for name, address in found.items()}
        values = {"language": language, "base": hole, "static": static, **shape, **nested(names, _EDGE)}
        try:
            frame = self._environment(language).get_template(template).render(**values).split(_EDGE)
        except LookedAt:
            return None
        is_whole = len(frame) % 2 == 1 and {"base", *names}.issuperset(frame[1::2])
        return frame if is_whole else None

    def _environment(self, language: str) -> Environment:
        """Made anew when a template comes, goes or changes: Jinja2 does not see one that comes in front of another."""
        stamps = [stamp(path) for path in assets.page_sources(self._template_paths, language)]
        known = self._environments.get(language)
        if known is None or known[0] != stamps:
            known = (stamps, _environment(self._template_paths, language, self._cache.folder))
            self._environments[language] = known
        return known[1]


def escaped(text: str) -> str:
    """`text` as it must stand in HTML text or a quoted attribute."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;").replace(_EDGE, "\N{REPLACEMENT CHARACTER}")


def _filled(frame: Frame, holes: dict[str, str]) -> str:
    pieces = frame.copy()
    for place in range(1, len(pieces), 2):
        value = holes[pieces[place]]
        pieces[place] = value if isinstance(value, Html) else escaped(value)
    return "".join(pieces)


def _flat(holes: dict[str, Any]) -> dict[str, str]:
    """The holes by dotted name: {"operator": {"name": x}} as {"operator.name": x}."""
    found: dict[str, str] = {}
    for name, value in holes.items():
        if isinstance(value, dict):
            found.update({f"{name}.{inner}": text for inner, text in value.items()})
        else:
            found[name] = value
    return found


def _environment(template_paths: tuple[str, ...], language: str, folder: str) -> Environment:
    from jinja2 import Environment, FileSystemLoader

    from helpdesk_lite import templating
    from helpdesk_lite.web.bytecode import KeptBytecode

    return templating.environment(
        Environment, FileSystemLoader(template_paths), language, bytecode_cache=KeptBytecode(folder)
    )
