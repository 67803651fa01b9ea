"""Takes the pictures in docs/pictures/ anew: `python -m tests.browser.pictures`.

They show a desk that `serve` runs, with made-up tickets, as Chromium draws it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import servers
from tests.browser.conftest import Office, opened
from tests.conftest import CHROMIUM

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WINDOW = {"width": 920, "height": 640}
QUEUE = (
    ("Contact us", "The invoice for October is missing", 190, 0),
    ("Request a repair", "Washing machine stops in the middle of a cycle", 95, 2),
    ("Contact us", "Are you open on the 24th of December?", 41, 0),
    ("Request a repair", "Coffee grinder hums but does not turn", 12, 1),
    ("Join the Riverside Rowing Club", "Starting with my daughter, 11", 3, 0),
)


def fill(office: Office) -> None:
    """Put tickets into the queue that arrived some minutes ago."""
    for form, subject, minutes, attachments in QUEUE:
        office.ticket(subject, attachments, form=form, minutes=minutes)


def take() -> None:
    """Take all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with servers.new_desk(name="Riverside Repairs") as desk, opened(desk) as office, sync_playwright() as started:
        fill(office)
        browser = started.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=WINDOW, device_scale_factor=1.5, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(f"{office.url}/login")
        page.fill("#name", "ines")
        page.fill("#password", servers.PASSWORD)
        page.click("main button")
        page.locator("[data-ticket]").first.wait_for()
        page.screenshot(path=PICTURES / "queue.png")
        browser.close()


if __name__ == "__main__":
    take()
    sys.exit(0)
