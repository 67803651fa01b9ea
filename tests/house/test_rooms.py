"""Every room is small enough to see at a glance, and says what it is for."""

from __future__ import annotations

import ast

import pytest

from tests.house import source

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 30


def test_modules_are_short() -> None:
    long = {found.name: found.text.count("\n") for found in source.modules()}
    assert {name: lines for name, lines in long.items() if lines >= LONGEST_MODULE} == {}


def test_no_function_is_long() -> None:
    long = {
        f"{module.name}.{node.name}": source.length(node)
        for module in source.modules()
        for node in source.functions(module)
        if source.length(node) >= LONGEST_FUNCTION
    }
    assert long == {}


def test_nine_functions_in_ten_are_short() -> None:
    lengths = [source.length(node) for module in source.modules() for node in source.functions(module)]
    short = sum(length < USUAL_FUNCTION for length in lengths)
    assert short >= 0.9 * len(lengths), f"{short} of {len(lengths)}"


def test_package_files_are_empty() -> None:
    """An `__init__.py` with something in it is a price that every CGI request pays."""
    full = [found.path.name for found in source.modules() if found.path.name == "__init__.py" and found.text.strip()]
    assert not full


@pytest.mark.parametrize(
    "module", [found for found in source.modules() if found.text.strip()], ids=lambda found: found.name
)
def test_a_room_says_what_it_is_for(module: source.Module) -> None:
    """A module has a docstring; so has every public class and function, but for methods that a base class explains."""
    assert ast.get_docstring(module.tree), module.name
    silent = [
        name
        for name, node in source.public_nodes(module)
        if not ast.get_docstring(node) and not _overrides(module, name) and not _is_stub(node)
    ]
    assert not silent


@pytest.mark.parametrize(
    "module", [found for found in source.modules() if found.text.strip()], ids=lambda found: found.name
)
def test_public_functions_are_annotated(module: source.Module) -> None:
    bare = [
        name
        for name, node in source.public_nodes(module)
        if isinstance(node, source.FunctionNode) and (node.returns is None or _bare_arguments(node))
    ]
    assert not bare


def _bare_arguments(node: source.FunctionNode) -> list[str]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [one.arg for one in arguments if one.annotation is None and one.arg not in ("self", "cls")]


def _overrides(module: source.Module, name: str) -> bool:
    """Whether the method belongs to a class with a base, which says what the method is for."""
    inside = name.removeprefix(f"{module.name}.").split(".")
    if len(inside) < 2:
        return False
    classes = {node.name: node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}
    return any(
        ast.unparse(base).rpartition(".")[2] not in ("NamedTuple", "Protocol") for base in classes[inside[-2]].bases
    )


def _is_stub(node: ast.AST) -> bool:
    """Whether it is one of several `@overload` signatures of one function."""
    return any(ast.unparse(one) == "overload" for one in getattr(node, "decorator_list", []))
