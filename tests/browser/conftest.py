"""Fixtures for tests in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import chromium
from tests.browser.watching import Complaints

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium: that of BACKPROP_CHROMIUM, else the system's, else Playwright's own.

    It ends with the last of these tests: Playwright keeps an event loop running in this thread,
    which other tests could not have beside their own.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(ARGUMENTS), timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints(server: str) -> Iterator[Complaints]:
    """Fails the test at its end where a page complained; see Complaints.expect."""
    complaints = Complaints(server)
    yield complaints
    complaints.check()


@pytest.fixture
def new_page(
    browser: Browser, server: str, complaints: Complaints, new_session: object
) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context of its own: another visitor.

    new_session: its sessions end after the pages that show them.

    Takes the options of Playwright's new_context:
    `new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")`. Paths given to `goto`
    are the server's.
    """
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": server, "viewport": DESKTOP} | options)
        contexts.append(context)
        complaints.watch(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1440 x 900 that fails the test where it complains."""
    return new_page()


@pytest.fixture(scope="session")
def screenshots(root: Path) -> Path:
    """The folder for pictures to look at, `tests/browser/screenshots`, ignored by git."""
    folder = root / "tests" / "browser" / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
