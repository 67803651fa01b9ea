"""A page as somebody sees it, and what must be true of every page: no barriers (axe), no sideways scrolling, light."""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


class Window(NamedTuple):
    """The size of a window in CSS pixels."""

    width: int
    height: int


TINY, PHONE, DESKTOP = Window(320, 560), Window(390, 780), Window(1200, 850)
HEAVIEST = 50_000  # bytes of a page with its style sheets and scripts
# Everything axe knows of WCAG 2.2 A and AA, and its own best practice.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# A frame of another origin (a preview) is a page of its own, which axe could not look into.
_RUN_AXE = "rules => axe.run(document, {runOnly: rules, iframes: false})"

_WEIGH = """() => {
  const page = performance.getEntriesByType("navigation");
  const parts = performance.getEntriesByType("resource")
    .filter((one) => ["link", "script"].includes(one.initiatorType));
  return [...page, ...parts].reduce((sum, one) => sum + one.encodedBodySize, 0);
}"""


class Seen:
    """A window of a browser. `page` is Playwright's."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.mistakes: list[str] = []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda wrong: self.mistakes.append(str(wrong)))
        page.on("console", lambda said: self._hear(said.text))

    def go(self, path: str) -> Seen:
        """Open a page of the desk."""
        self.page.goto(self.url + path)
        return self

    def find(self, selector: str) -> Locator:
        """What is on the page."""
        return self.page.locator(selector)

    def press(self, name: str) -> None:
        """Press the only button of this name, which leads to another page."""
        self.through(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        """Follow the first link of this name."""
        self.through(self.page.get_by_role("link", name=name).first)

    def through(self, door: Locator) -> None:
        """Click what leads to another page, and wait until that is here: a click alone returns before."""
        with self.page.expect_navigation():
            door.click()

    def enter(self) -> None:
        """Press Enter where that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    @property
    def path(self) -> str:
        """Where this is, below the desk's address."""
        return self.page.url.removeprefix(self.url)

    @property
    def heading(self) -> str:
        """The page's heading."""
        return self.find("h1").inner_text()

    @property
    def focus(self) -> str:
        """What has the focus: its id, else its label, else its name, else its text.

        A page that asks for it (`autofocus`) has it with the first frame that is drawn, so that is waited for.
        """
        drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        name = "at => at.id || at.ariaLabel || at.name || at.textContent.trim()"
        found: str = self.page.evaluate(f"{drawn}.then(() => ({name})(document.activeElement))")
        return found

    def tickets(self) -> list[str]:
        """The numbers of the rows."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('[data-ticket]')].map(row => row.dataset.ticket)"
        )
        return found

    def weight(self) -> int:
        """Bytes that came over the line for the page and all it needs, but pictures."""
        found: int = self.page.evaluate(_WEIGH)
        return found

    def barriers(self) -> list[str]:
        """What axe-core finds wrong: in light on a phone, in dark on a desktop."""
        found = []
        self.page.evaluate(_axe())
        for scheme, window in (("light", PHONE), ("dark", DESKTOP)):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size({"width": window.width, "height": window.height})
            for wrong in self.page.evaluate(_RUN_AXE, _RULES)["violations"]:
                found += [f"{scheme} {window.width}: {wrong['id']}: {_told(node)}" for node in wrong["nodes"]]
        self.page.emulate_media(color_scheme="light")
        return found

    def overhang(self, window: Window = TINY) -> int:
        """How many CSS pixels the page is wider than this window."""
        self.page.set_viewport_size({"width": window.width, "height": window.height})
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def had_no_mistakes(self) -> None:
        """Fail if a script failed, or if the browser refused something because of our own policy."""
        assert not self.mistakes, self.mistakes

    def _hear(self, said: str) -> None:
        if "Failed to load resource" not in said:  # a page that answers 404 or 422 is meant
            self.mistakes.append(said)


def _told(node: dict[str, Any]) -> str:
    return f"{node['target']} {' '.join(node['failureSummary'].split())}"


@functools.cache
def _axe() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
