"""The package as source text: its modules, what each imports, and its functions."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "helpdesk_lite"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One file of the package; `name` is dotted, without the package's own name."""

    name: str
    path: Path
    text: str
    tree: ast.Module


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every module of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        text = path.read_text(encoding="utf-8")
        found.append(Module(name.removesuffix("__init__").rstrip("."), path, text, ast.parse(text)))
    return tuple(found)


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """Every module that this one imports, wherever in the file, by dotted name with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def inner_imports(module: Module) -> Iterator[tuple[str, int]]:
    """The modules of the package that this one imports, without the package's own name."""
    known = {other.name for other in modules()}
    for name, line in imported(module):
        inner = name.removeprefix("helpdesk_lite.")
        if inner != name and inner in known and inner:
            yield inner, line


def functions(module: Module) -> Iterator[FunctionNode]:
    """Every function of the module, inner ones and methods too."""
    for node in ast.walk(module.tree):
        if isinstance(node, FunctionNode):
            yield node


def length(node: FunctionNode) -> int:
    """Lines from `def` to the end."""
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def public_nodes(module: Module) -> Iterator[tuple[str, FunctionNode | ast.ClassDef]]:
    """Public functions, classes and methods of public classes, with their dotted names."""

    def of(body: list[ast.stmt], before: str) -> Iterator[tuple[str, FunctionNode | ast.ClassDef]]:
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield before + node.name, node
                yield from of(node.body, f"{before}{node.name}.")
            elif isinstance(node, FunctionNode) and not node.name.startswith("_"):
                yield before + node.name, node

    return of(module.tree.body, f"{module.name}.")


def called(module: Module) -> Iterator[tuple[str, int]]:
    """Every dotted name that is called or passed on, as in `os.rename`, with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno
