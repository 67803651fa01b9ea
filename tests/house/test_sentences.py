"""What may be shown on a page can be said in its reader's language."""

from __future__ import annotations

import ast

from tests.house import source

# Errors whose text stands on pages. The command line speaks English.
SHOWN = ("HandlingRefused", "OperatorMistaken", "CategoryMistaken", "RulesMistaken", "TextMistaken")


def plain_texts(module: source.Module) -> list[str]:
    """Where an error that pages show is made of a text in English alone."""
    return [
        f"{module.name} line {text.lineno}: make it an i18n.Sentence"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN
        for argument in node.args
        for text in (argument.elts if isinstance(argument, ast.List) else [argument])
        if isinstance(text, ast.JoinedStr | ast.Constant)
    ]


def test_an_error_that_pages_show_is_a_sentence() -> None:
    modules = [module for module in source.modules() if not module.name.startswith("commands")]
    assert [found for module in modules for found in plain_texts(module)] == []
