"""What axe finds wrong for those who see little, see other colours, or use no mouse: nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessible import expect_nothing_found
from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]


def _spec(client: httpx.Client, preset: str) -> dict[str, Any]:
    presets = client.get("/api/presets").json()
    spec: dict[str, Any] = next(one["spec"] for one in presets if one["name"] == preset)
    return spec


@pytest.mark.parametrize(
    "preset", ["article_keras", "article_2_2_2", "playground_circle", "sine", "iris"]
)
def test_the_workspace(
    new_page: NewPage, client: httpx.Client, new_session: NewSession, preset: str
) -> None:
    session = new_session(**_spec(client, preset))["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 5})
    client.post(f"/api/sessions/{session}/forward")
    client.post(f"/api/sessions/{session}/backward")
    workspace = Workspace(new_page(reduced_motion="reduce"), session)
    expect(workspace.curve).to_have_accessible_name(re.compile("over 5 epochs"))
    expect_nothing_found(workspace.page)


def test_the_workspace_with_a_chosen_edge_and_a_wrong_field(
    new_page: NewPage, new_session: NewSession, complaints: Complaints
) -> None:
    complaints.expect("422")
    workspace = Workspace(new_page(reduced_motion="reduce"), new_session()["id"])
    workspace.inspect("2.kernel.0.0")
    field = workspace.page.get_by_label("Learning rate", exact=True).first
    field.fill("-1")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect_nothing_found(workspace.page)


def test_the_list_of_keys(new_page: NewPage, new_session: NewSession) -> None:
    page = Workspace(new_page(reduced_motion="reduce"), new_session()["id"]).page
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_nothing_found(page)


def test_the_list_of_sessions(new_page: NewPage, new_session: NewSession) -> None:
    new_session(name="Heard by a screen reader")
    page = new_page(reduced_motion="reduce")
    page.goto("/sessions")
    expect(page.get_by_text("Heard by a screen reader")).to_be_visible()
    expect_nothing_found(page)


def test_the_error_page(new_page: NewPage, complaints: Complaints) -> None:
    complaints.expect("404")
    page = new_page(reduced_motion="reduce")
    page.goto("/sessions/not-there")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect_nothing_found(page)
