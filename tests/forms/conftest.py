"""Forms in a folder of their own, and headless Chromium to compare with."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import helpdesk_lite
from helpdesk_lite.cache import Cache
from helpdesk_lite.forms.folder import FormsFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
def chromium() -> Iterator[Window]:
    """A window of a headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    (program,) = require("chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    # A thread of its own: other tests have a browser too, and Playwright allows one in a thread.
    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(lambda: sync_api.sync_playwright().start()).result()
        browser = thread.submit(lambda: playwright.chromium.launch(executable_path=program, args=arguments)).result()
        yield Window(thread, thread.submit(browser.new_page).result())
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()
