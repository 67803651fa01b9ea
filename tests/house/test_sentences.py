"""What may be shown on a page can be said in its reader's language."""

from __future__ import annotations

import ast
import re

from tests.house import source

# Errors whose text stands on pages. The command line speaks English.
SHOWN = (
    "HandlingRefused",
    "OperatorMistaken",
    "CategoryMistaken",
    "RulesMistaken",
    "TextMistaken",
    "NotAllowed",
    "LetterRefused",
    "TransportDown",
    "Outcome",  # why a letter was kept aside, or is held
)


def plain_texts(module: source.Module) -> list[str]:
    """Where an error that pages show is made of a text in English alone."""
    return [
        f"{module.name} line {text.lineno}: make it an i18n.Sentence"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN
        for argument in (*node.args, *(given.value for given in node.keywords))
        for text in (argument.elts if isinstance(argument, ast.List) else [argument])
        if is_a_text_of_ours(text)
    ]


def is_a_text_of_ours(node: ast.AST) -> bool:
    """Whether these are words: not a word such as "later", nor what only puts a path before the system's words."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and re.search("[a-z]", str(part.value)) for part in node.values)
    return isinstance(node, ast.Constant) and " " in str(node.value)


def test_an_error_that_pages_show_is_a_sentence() -> None:
    modules = [module for module in source.modules() if not module.name.startswith("commands")]
    assert [found for module in modules for found in plain_texts(module)] == []
