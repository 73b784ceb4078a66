"""The picture in README, taken of the page as it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

EPOCHS = 12


def test_the_default_session_after_a_few_epochs(
    new_page: Callable[..., Page], screenshots: Path, root: Path, request: pytest.FixtureRequest
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto("/")
    for epoch in range(1, EPOCHS + 1):
        page.get_by_role("button", name="Epoch", exact=True).click()
        expect(page.locator("body")).to_contain_text(
            re.compile(rf"epoch\s*{epoch}\b", re.IGNORECASE)
        )
    page.get_by_role("button", name="Forward", exact=True).click()
    page.get_by_role("button", name="Backward", exact=True).click()
    expect(page.get_by_role("button", name="Update", exact=True)).to_be_enabled()
    picture = screenshots / "workspace.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000
    if request.config.getoption("--readme-picture"):
        shutil.copyfile(picture, root / "static" / "images" / "workspace.png")
