"""What is wrong with a form's file."""

from __future__ import annotations

from helpdesk_lite.form import Mistake


def mistakes_in(
    name: str, path: str, template_paths: tuple[str, ...], desk_name: str, static: dict[str, str]
) -> list[Mistake]:
    """Every mistake."""
    return []
