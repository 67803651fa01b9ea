"""The tree a browser would build from an HTML text, each element still knowing its tag in that text.

Guarantee: the tree is the HTML standard's (parsed by lexbor), whatever the markup; `owner` is the form owner of
4.10.18.3, also where a table or a stray end tag has torn a form apart. It changes nothing and knows no rules of
forms.
"""

from __future__ import annotations

from helpdesk_lite.forms.markup import Edit, Tag, depth, edited, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "data-helpdesk-tag"  # tells which tag of the text an element came from; never leaves this module
# The parser copies these elements and compares their attributes, so they cannot carry a mark (13.2.4.3).
_COPIED = "a b big code em font i nobr s small strike strong tt u"
_FORMATTING = frozenset(_COPIED.split())
# The elements of SVG and MathML that hold HTML (13.2.4.2), as they are called in this tree.
_INTEGRATION = frozenset(
    [f"svg:{name}" for name in ("foreignobject", "foreignObject", "desc", "title")]
    + [f"math:{name}" for name in ("mi", "mo", "mn", "ms", "mtext", "annotation-xml")]
)
DEEPEST = 1000  # browsers stop at 512; a parser's time grows with the square


class TooDeep(ValueError):
    """The text nests elements deeper than any browser shows."""


class Element:
    """An element of the tree; SVG's have names like "svg:path".

    `tag` is None if the parser made it up or copies it (<b>, ...); `order` counts from 0.
    """

    __slots__ = ("attributes", "children", "name", "order", "parent", "tag", "tag_index")

    def __init__(self, name: str, attributes: dict[str, str], parent: Element | None, order: int) -> None:
        self.name = name
        self.attributes = attributes
        self.parent = parent
        self.order = order
        self.children: list[Element | str] = []
        self.tag: Tag | None = None
        self.tag_index = -1

    @property
    def is_foreign(self) -> bool:
        """Whether it is SVG's or MathML's."""
        return self.name.partition(":")[0] in ("svg", "math")

    def has(self, name: str) -> bool:
        """Whether the attribute is there at all."""
        return name in self.attributes

    def get(self, name: str) -> str:
        """The attribute's value, empty if it is missing."""
        return self.attributes.get(name, "")

    def ancestors(self) -> Iterator[Element]:
        """The elements this one lies in, the nearest first."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent

    def inside(self, *names: str) -> Element | None:
        """The nearest ancestor of one of these names, if any."""
        return next((element for element in self.ancestors() if element.name in names), None)

    def elements(self) -> Iterator[Element]:
        """This element and all in it, in tree order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += [child for child in reversed(element.children) if isinstance(child, Element)]

    def text(self, without: frozenset[str] = frozenset(("script", "style"))) -> str:
        """All text in it but that of elements named in `without`, white space collapsed (ASCII only, as HTML does)."""
        pieces: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            here = waiting.pop()
            if isinstance(here, str):
                pieces.append(here)
            elif here.name not in without or here is self:
                waiting += reversed(here.children)
        return collapsed("".join(pieces))

    def own_text(self) -> str:
        """Its direct text, exactly as it is."""
        return "".join(child for child in self.children if isinstance(child, str))


def collapsed(text: str) -> str:
    """`text` with each run of ASCII white space made one space, and none at its ends."""
    for space in "\t\n\f\r":
        text = text.replace(space, " ")
    return " ".join(part for part in text.split(" ") if part)


class Tree:
    """A parsed text: `elements` in tree order, `tags` in text order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tags = scan(text)
        if depth(self.tags) > DEEPEST:
            raise TooDeep
        self.elements = _parsed(text, self.tags)
        self._by_tag = {found.tag_index: found for found in self.elements if found.tag_index >= 0}
        self.ids: dict[str, Element] = {}
        for element in self.elements:
            if element.get("id"):
                self.ids.setdefault(element.get("id"), element)
        self._left_open = self._forms_left_open()
        self._owned: dict[int, list[Element]] | None = None

    def named(self, *names: str) -> list[Element]:
        """All elements of these names, in tree order."""
        return [element for element in self.elements if element.name in names]

    def owned(self, form: Element) -> list[Element]:
        """The inputs, selects, textareas and buttons of a form, in tree order."""
        if self._owned is None:
            self._owned = {}
            for control in self.named("input", "select", "textarea", "button"):
                owner = self.owner(control)
                if owner is not None:
                    self._owned.setdefault(owner.order, []).append(control)
        return self._owned.get(form.order, [])

    def owner(self, control: Element) -> Element | None:
        """The form whose control this is."""
        if control.has("form"):
            found = self.ids.get(control.get("form"))
            return found if found is not None and found.name == "form" else None
        return self._left_open.get(control.order) or control.inside("form")

    def _forms_left_open(self) -> dict[int, Element]:
        """For each control, by its order, the form that the parser had open then (the form element pointer)."""
        pointed: dict[int, Element] = {}
        pointer: Element | None = None
        templates = 0
        for index, tag in enumerate(self.tags):
            if tag.name == "template":
                templates = max(0, templates + (-1 if tag.closes else 1))
            elif templates:
                continue
            elif tag.name == "form" and tag.closes:
                pointer = None
            elif (element := self._by_tag.get(index)) is not None:
                if element.name == "form":
                    pointer = element
                elif pointer is not None:
                    pointed[element.order] = pointer
        return pointed


def _parsed(text: str, tags: list[Tag]) -> list[Element]:
    from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

    marked = edited(text, _marks(tags))
    elements: list[Element] = []
    by_node: dict[int, Element] = {}
    # With events, each <option> makes the parser look through all those before it (for <selectedcontent>).
    root = LexborHTMLParser(marked, options=LexborDocumentOptions.WO_EVENTS).root
    if root is None:  # not even the parser's own <html>: nothing to read
        return elements
    for node in root.traverse(include_text=True):
        above = by_node.get(node.parent.mem_id) if node.parent is not None else None
        if node.is_text_node:
            if above is not None:
                above.children.append(node.text_content or "")
        elif node.is_element_node and node.tag:
            attributes = {name: value or "" for name, value in node.attributes.items()}
            element = Element(node.tag, attributes, above, len(elements))
            _take_mark(element, tags)
            if above is not None and above.is_foreign and above.name not in _INTEGRATION:
                element.name = f"{above.name.partition(':')[0]}:{element.name}"  # not HTML's element of that name
            by_node[node.mem_id] = element
            elements.append(element)
            if above is not None:
                above.children.append(element)
    return elements


def _marks(tags: list[Tag]) -> Iterator[Edit]:
    for index, tag in enumerate(tags):
        if not tag.closes and tag.name not in _FORMATTING:
            at = tag.start + 1 + len(tag.name)
            yield Edit(at, at, f' {_MARK}="{index}"')


def _take_mark(element: Element, tags: list[Tag]) -> None:
    mark = element.attributes.pop(_MARK, "")
    if mark.isdecimal() and int(mark) < len(tags) and tags[int(mark)].name == element.name.lower():
        element.tag_index = int(mark)
        element.tag = tags[element.tag_index]
