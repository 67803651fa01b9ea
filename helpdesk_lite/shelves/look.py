"""How the desk looks: its colours, in templates/look/look.css, and its logo beside it; both may be edited by hand.

Guarantee: a colour without a mistake here can be read on every ground that the pages have (WCAG 2.2, 1.4.3); a logo is
a picture, not a program. Lines of look.css that somebody else wrote stay. It serves nothing (web/pages/static).
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import NamedTuple

from helpdesk_lite import assets, disk
from helpdesk_lite.words import signing
from helpdesk_lite.words.errors import MayBeKept, TextMistaken
from helpdesk_lite.words.i18n import N_, Sentence

LEAST = 4.5  # to one: what text needs against its ground
LARGEST_LOGO = 100_000  # bytes: every page loads it
CSS = "look.css"


class Scheme(NamedTuple):
    """One of the two ways a page can be: what style.css says of it, and where a colour goes to be easier to read."""

    values: dict[str, str]
    towards: str

    @property
    def usual(self) -> str:
        """The program's own colour of links and buttons."""
        return self.values["accent"]

    @property
    def beside(self) -> list[str]:
        """The grounds on which links stand, and the text that stands on buttons."""
        return [self.values[name] for name in ("bg", "surface", "accent-bg", "note-bg", "accent-text")]


class Colours(NamedTuple):
    """The colour of links and buttons where pages are light, and where they are dark: #rrggbb."""

    light: str
    dark: str


_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
# The lines that colours are kept in. By hand a colour can be changed there; what else stands in the file is left alone.
_LINES = re.compile(
    r":root\s*\{\s*--accent:\s*(#[0-9a-fA-F]{6})\s*;[^{}]*\}\s*"
    r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{\s*:root\s*\{\s*--accent:\s*(#[0-9a-fA-F]{6})\s*;[^{}]*\}\s*\}\n?"
)


@cache
def schemes() -> tuple[Scheme, Scheme]:
    """Light and dark, as the program's own style sheet has them."""
    found = re.findall(r":root \{(.*?)\}", disk.read(assets.path("style.css")).decode(), re.DOTALL)
    light, dark = (dict(re.findall(r"(?<![a-z-])--([a-z-]+): (#[0-9a-f]{3,6});", block)) for block in found[:2])
    return Scheme(_long(light), "#000000"), Scheme(_long({**light, **dark}), "#ffffff")


def usual() -> Colours:
    """The program's own."""
    return Colours(*(scheme.usual for scheme in schemes()))


class Logo:
    """The desk's logo; `template_paths` are the folders of templates, of which the desk's own is the first."""

    def __init__(self, template_paths: tuple[str, ...]) -> None:
        self._template_paths = template_paths
        self.folder = os.path.join(template_paths[0], "look")

    def name(self) -> str:
        """The name of the file that counts; "" if there is none."""
        return next((name for name in assets.look(self._template_paths) if name != CSS), "")

    def now(self) -> tuple[str, bytes]:
        """The version, and the picture, as one look finds them; nothing if there is none."""
        name = self.name()
        content = disk.read(os.path.join(self.folder, name)) if name else b""
        return version_of(name, content), content

    def content(self) -> bytes:
        """The picture; nothing if there is none."""
        return self.now()[1]

    def version(self) -> str:
        """What tells this logo from the next; "" if there is none."""
        return self.now()[0]

    def write(self, name: str, content: bytes) -> None:
        """Have this be the logo, and no other; "" for none. `name` is a key of assets.LOOK.

        MayBeKept if it perhaps is, and perhaps is not, or not after a power cut.
        """
        there = disk.names(self.folder)
        others = [other for other in assets.LOOK if other in there and other not in (CSS, name)]
        if name:
            disk.make_folder(self.folder, 0o755)
            disk.renew(os.path.join(self.folder, name), [content], 0o644)
        try:
            for other in reversed(others):  # the one that counts goes last: none of those behind it ever does
                disk.withdraw(os.path.join(self.folder, other))
        except OSError as wrong:
            if not name:
                raise
            raise MayBeKept(self.folder) from wrong


def version_of(name: str, content: bytes) -> str:
    """What tells a logo from the next: a digest, and how its name ends."""
    digest = signing.digest()
    digest.update(content)
    return digest.hexdigest() + name[-4:] if name else ""


def read_colours(css: str) -> Colours | None:
    """The colours that the desk's lines of a style sheet have; None if it has no such lines."""
    found = _LINES.search(css)
    return Colours(found[1].lower(), found[2].lower()) if found else None


def with_colours(css: str, colours: Colours | None) -> str:
    """The style sheet with lines for these colours in the place of those it has, or before all else; None: without."""
    lines = "" if colours is None else _lines(colours)
    if _LINES.search(css):
        return _LINES.sub(lambda _: lines, css, count=1)
    return lines + css


def mistakes(css: str) -> list[str]:
    """What is wrong with the colours in a style sheet, if it has any where they are kept; one sentence each."""
    colours = read_colours(css)
    return [] if colours is None else unreadable(colours)


def is_colour(text: str) -> bool:
    """Whether it is #rrggbb, as browsers say it."""
    return bool(_COLOUR.fullmatch(text))


def unreadable(colours: Colours) -> list[str]:
    """Why text cannot be read that has these colours or stands on them; one sentence each."""
    found: list[str] = []
    on_page = (
        N_("%(colour)s on light pages has a contrast of %(ratio)s to 1, and needs 4.5: %(better)s has it."),
        N_("%(colour)s on dark pages has a contrast of %(ratio)s to 1, and needs 4.5: %(better)s has it."),
    )
    for text, colour, scheme in zip(on_page, colours, schemes(), strict=True):
        if not is_colour(colour):
            found.append(Sentence("%(given)s is not a colour such as #0b6b5d.", given=repr(colour[:20])))
        elif contrast(colour, scheme) < LEAST:
            ratio, better = shown(contrast(colour, scheme)), nearest(colour, scheme)
            found.append(Sentence(text, colour=colour, ratio=ratio, better=better))
    return found


def contrast(colour: str, scheme: Scheme) -> float:
    """The least contrast that text has which is in this colour, or on it, to one (WCAG 2.2, relative luminance)."""
    return min(_ratio(colour, other) for other in scheme.beside)


def nearest(colour: str, scheme: Scheme) -> str:
    """The same colour, as much darker or lighter as it must be to be read."""
    for step in range(101):
        found = _mixed(colour, scheme.towards, step / 100)
        if contrast(found, scheme) >= LEAST:
            return found
    return scheme.usual


def shown(ratio: float) -> str:
    """The figure as people say it, never rounded up to one that would do."""
    return f"{int(ratio * 10) / 10:.1f}"


def style_of(colour: str, scheme: Scheme) -> str:
    """The declarations that give links and buttons this colour, and a stronger one under the pointer."""
    return f"--accent: {colour}; --accent-hover: {_mixed(colour, scheme.towards, 0.3)};"


def logo_name(content: bytes) -> str:
    """What a file of the logo is called that holds these bytes. TextMistaken if they are no picture that is taken."""
    if len(content) > LARGEST_LOGO:
        text = N_("The logo has %(size)s kB. It may have %(most)s kB at most.")
        raise TextMistaken([Sentence(text, size=len(content) // 1000, most=LARGEST_LOGO // 1000)])
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "logo.png"
    if content.startswith(b"\xff\xd8\xff"):
        return "logo.jpg"
    _check_svg(content)
    return "logo.svg"


def _lines(colours: Colours) -> str:
    light, dark = map(style_of, colours, schemes())
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"


def _check_svg(content: bytes) -> None:
    """TextMistaken unless it is an SVG picture (SVG 2) without entities of its own and without scripts."""
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
    elements: list[str] = []

    def refuse(*_: object) -> None:
        raise TextMistaken([Sentence("The logo is an SVG with entities of its own. Please save it as a plain SVG.")])

    parser.StartElementHandler = lambda name, _: elements.append(name)
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        elements = []
    if elements[:1] != ["http://www.w3.org/2000/svg svg"]:
        raise TextMistaken([Sentence("The logo must be a picture of one of these kinds: SVG, PNG, JPEG.")])
    if "http://www.w3.org/2000/svg script" in elements:
        raise TextMistaken([Sentence("The logo is an SVG with a script in it. Please save it without.")])


def _long(values: dict[str, str]) -> dict[str, str]:
    """Colours such as #fff in six digits."""
    return {name: "#" + "".join(one * 2 for one in it[1:]) if len(it) == 4 else it for name, it in values.items()}


def _ratio(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)
