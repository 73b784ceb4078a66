"""What the diagnosis says over the drawing: one note, and the others folded up under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace


def test_notes_beyond_the_first_are_folded_and_stay_as_they_were_left(
    new_page: Callable[..., Page],
    client: httpx.Client,
    new_session: Callable[..., dict[str, Any]],
) -> None:
    layers = [{"units": 3, "activation": "sigmoid"}] * 3 + [{"units": 1, "activation": "sigmoid"}]
    session = new_session(network={"layers": layers})["id"]
    stuck = {f"{layer}.bias.0": 300 for layer in (1, 2, 3)}
    client.patch(f"/api/sessions/{session}/parameters", json=stuck)
    page = new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    Workspace(page, session)
    notes = page.locator(".finding")
    count = notes.count()
    assert count >= 3
    expect(notes.first).to_be_visible()
    expect(notes.last).to_be_hidden()
    expect(page.locator(".network-finding")).not_to_have_count(0)
    marks = page.locator(".network-finding").count()
    more = page.get_by_text(f"and {count - 1} more")
    more.click()
    expect(notes.last).to_be_visible()
    client.patch(f"/api/sessions/{session}/parameters", json={"1.bias.1": 300})
    expect(notes.filter(has_text="H1,1 and H1,2")).to_have_count(1)
    expect(notes.last).to_be_visible()
    more.click()
    expect(notes.last).to_be_hidden()
    client.patch(f"/api/sessions/{session}/parameters", json={"1.bias.1": 0})
    expect(notes.filter(has_text="H1,1 and H1,2")).to_have_count(0)
    expect(notes.last).to_be_hidden()
    expect(page.locator(".network-finding")).to_have_count(marks)
