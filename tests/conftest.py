"""What every test may use: a desk in a folder of its own, and real components or an honest skip."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

REQUIRE_ALL = os.environ.get("HELPDESK_REQUIRE_ALL") == "1"

hypothesis.settings.register_profile("calm", deadline=None)  # how fast a machine is, is no matter of right
hypothesis.settings.load_profile("calm")


def require(*programs: str) -> list[str]:
    """The paths of these programs; the test skips if one is missing, or fails where everything must be there."""
    found = []
    for program in programs:
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")
        if path is None:
            reason = f"{program} is not installed"
            pytest.fail(reason) if REQUIRE_ALL else pytest.skip(reason)
        found.append(path)
    return found


# The shell is the same engine without a browser's windows around it: a page in it costs a fifth.
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((name for name in _BROWSERS if shutil.which(name)), _BROWSERS[0])


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """A template's text is compiled once for all desks of this process, each of which would begin anew."""
    import jinja2

    compile_ = jinja2.Environment.compile
    known: dict[object, Any] = {}

    def compiled(self: jinja2.Environment, source: str, *where: Any, **more: Any) -> Any:
        key = (type(self), self.autoescape, *sorted(self.extensions), source, *where, *more.items())
        if key not in known:
            known[key] = compile_(self, source, *where, **more)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compiled)
        yield


ONE_DESK = tuple(f"tests/faults/test_{name}.py" for name in ("failing_disk", "killed", "power"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Side by side, a file runs in one process; those that harm one desk do so together: it is looked over once."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByDesk(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return "tests/faults" if file in ONE_DESK else file

    return ByDesk(config, log)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Headless Chromium, as the system has it: one for all, since playwright runs once in a process."""
    api = importlib.import_module("playwright.sync_api") if REQUIRE_ALL else pytest.importorskip("playwright.sync_api")
    (program,) = require(CHROMIUM)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
