"""A real Chromium with the workspace of a session open in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.bench.report import NotMeasured

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DRAWN = "#network .network-nodes > *"
"""What the page has in it once the network has been drawn."""


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium: that of BACKPROP_CHROMIUM, else the system's, else Playwright's own."""
    try:
        program = chromium.find()
    except chromium.NoChromium as problem:
        raise NotMeasured(str(problem)) from None
    with sync_playwright() as playwright:
        browser_type = playwright.chromium
        if program is None and not os.path.exists(browser_type.executable_path):
            raise NotMeasured(chromium.ADVICE)
        browser = browser_type.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own, with nothing in its cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def open_workspace(page: Page, address: str) -> None:
    """Go to a session's page and wait until its network is drawn."""
    page.goto(address)
    page.wait_for_selector(DRAWN, state="attached")
