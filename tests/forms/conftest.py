"""Forms in a folder of their own, and headless Chromium to compare with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import helpdesk_lite
from helpdesk_lite.cache import Cache
from helpdesk_lite.forms.folder import FormsFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

TEMPLATES = os.path.join(os.path.dirname(helpdesk_lite.__file__), "share", "templates")


@pytest.fixture
def forms(tmp_path: Path) -> Callable[..., FormsFolder]:
    """Makes a folder of forms: forms(contact="<input name=a>") has the form `contact`."""

    def make(**files: str | bytes) -> FormsFolder:
        folder = tmp_path / "forms"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / f"{name}.html").write_bytes(data)
        return FormsFolder(
            str(folder), (str(tmp_path / "templates"), TEMPLATES), Cache(str(tmp_path / "cache")), "Acme"
        )

    return make


@pytest.fixture(scope="session")
def page(chromium: Browser) -> Iterator[Page]:
    """A page of the tests' one Chromium."""
    opened = chromium.new_page()
    yield opened
    opened.close()
