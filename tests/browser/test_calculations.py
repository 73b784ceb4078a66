"""Calculations on the page: from gradient to update, and layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.session.presets import PRESETS
from tests.browser.workspace import Workspace
from tests.shown_figures import comes_to

NewPage = Callable[..., Page]


def _session(client: httpx.Client, preset: str, **changes: Any) -> str:
    spec = PRESETS[preset].spec.model_dump(mode="json") | changes
    reply = client.post("/api/sessions", json=spec)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("optimizer", ["adamw", "nadam", "rmsprop"])
def test_the_update_is_followed_from_what_the_page_shows(
    new_page: NewPage, client: httpx.Client, width: int, optimizer: str
) -> None:
    session = _session(client, "article_2_2_2", optimizer={"name": optimizer, "clipnorm": 0.05})
    client.post(f"/api/sessions/{session}/step", json={"count": 3})
    page = new_page(viewport={"width": width, "height": 900})
    workspace = Workspace(page, session)
    workspace.edge("2.kernel.0.0").focus()
    page.keyboard.press("Enter")
    table = workspace.inspector.get_by_role("table", name="How the update of V1 comes about")
    rows = table.get_by_role("row")
    expect(rows.last.get_by_role("rowheader")).to_have_text("new value")
    for row in rows.all():
        figure = row.locator(".result").inner_text().removeprefix("+")
        calculation = row.locator(".numbers")
        if calculation.count():
            assert comes_to(calculation.inner_text(), figure)
    cut = table.evaluate(
        """(table) => [...table.querySelectorAll("th, .work, .result, .formula")].filter(
          (cell) => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0
        ).map((cell) => cell.textContent)"""
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawing_stays_where_it_is_from_layer_to_layer(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _session(client, "playground_circle"))
    workspace.button("layer by layer").click()
    workspace.press("Forward")
    formula = page.locator(".layer-formula")
    expect(formula).to_contain_text("for example 1")
    formula.get_by_text("All 4 units of this layer").click()
    expect(formula.get_by_role("listitem")).to_have_count(4)
    formula.get_by_text("All 4 units of this layer").click()
    expect(formula.get_by_role("listitem")).to_have_count(1)
    network = page.locator("#network")
    box = network.bounding_box()
    assert box is not None
    for phase in ("Forward", "Forward", "Backward", "Backward", "Backward"):
        workspace.press(phase)
        expect(workspace.sentence).to_contain_text(f"{phase}, ")
        now = network.bounding_box()
        assert now is not None
        assert now["y"] == pytest.approx(box["y"], abs=1)


def test_unfolded_units_stay_unfolded(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _session(client, "iris"))
    workspace.button("layer by layer").click()
    workspace.press("Forward")
    formula = page.locator(".layer-formula")
    formula.get_by_text("All 8 units of this layer").click()
    expect(formula.get_by_role("listitem")).to_have_count(8)
    workspace.press("Forward")
    expect(formula).to_contain_text("All 3 units of this layer")
    expect(formula.get_by_role("listitem")).to_have_count(4)  # with the loss behind them


def test_what_is_pressed_out_of_turn_says_how_far_forward_is(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _session(client, "article_2_2_2"))
    workspace.button("layer by layer").click()
    workspace.press("Forward")
    expect(page.locator("#workspace")).to_have_attribute("data-done", "1")
    page.keyboard.press("b")
    expect(page.get_by_text("Forward has done 1 of 2 layers")).to_be_visible()
