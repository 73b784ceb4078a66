"""Where the focus is after a branch was deleted: among the branches, as long as there are some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace


def _delete(page: Page, name: str, by: str) -> None:
    """Delete a branch from its menu, by "mouse" or "keyboard"."""
    more = page.get_by_label(f"More on {name}")
    menu = page.locator(".branch-more[open]")
    if by == "mouse":
        more.click()
        menu.get_by_text("Delete …").click()
        menu.get_by_role("button", name=f"Delete {name}").click()
    else:
        more.press("Enter")
        menu.get_by_text("Delete …").press("Enter")
        menu.get_by_role("button", name=f"Delete {name}").press("Enter")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_focus_goes_to_the_next_branch_and_last_to_the_button_of_a_new_one(
    new_page: Callable[..., Page],
    client: httpx.Client,
    new_session: Callable[..., dict[str, Any]],
    by: str,
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 2})
    for _branch in range(3):
        client.post(f"/api/sessions/{session}/branches", json={})
    client.post(f"/api/sessions/{session}/branches/Run 2/checkout", json={})
    page = new_page(reduced_motion="reduce")
    Workspace(page, session)
    branches = page.get_by_role("list", name="Branches").get_by_role("listitem")
    expect(branches).to_have_count(4)
    for name, left, then in (("Run 1", 3, "Run 2"), ("Run 4", 2, "Run 3")):
        _delete(page, name, by)
        expect(branches).to_have_count(left)
        expect(page.get_by_label(f"More on {then}")).to_be_focused()
        expect(page.locator(".branch-more[open]")).to_have_count(0)
    _delete(page, "Run 3", by)
    expect(branches).to_have_count(0)
    expect(page.get_by_role("button", name="Branch", exact=True)).to_be_focused()
