"""Play with an end: given beside the speed, shown on its way, and remembered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace
from tests.conftest import XOR
from tests.killing import served

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]
SIZES = {"wide": (1440, 900), "middle": (1024, 768), "narrow": (390, 844)}


def _bar(page: Page) -> Locator:
    return page.get_by_role("progressbar", name="On the way to the end of play")


def _open(page: Page) -> None:
    if page.locator("#more-steps").is_visible() and not page.locator("#until").is_visible():
        page.locator("#more-steps").click()
    page.locator("#until summary").click()


@pytest.mark.parametrize("size", SIZES)
def test_an_end_is_given_and_reached(
    new_page: NewPage, new_session: NewSession, client: httpx.Client, size: str
) -> None:
    width, height = SIZES[size]
    page = new_page(viewport={"width": width, "height": height})
    workspace = Workspace(page, new_session()["id"])
    _open(page)
    page.locator("#speed").select_option("30")
    page.get_by_label("until epoch").fill("75")
    page.get_by_label("until epoch").press("Enter")  # plays
    expect(_bar(page)).to_be_visible()
    expect(page.locator("#progress")).to_contain_text(re.compile(r"\d+ s left"))
    expect(page.locator("#until")).not_to_have_attribute("open", "")
    workspace.expect_epoch(75, seconds=30)
    expect(page.get_by_text("Stopped at epoch 75, as asked.")).to_be_visible()
    expect(page.locator("#until-said")).to_have_text("no end")
    expect(page.locator("#until-epoch")).to_have_value("")
    expect(_bar(page)).to_have_count(0)
    expect(workspace.button("Play")).to_be_visible()
    assert client.get(f"/api/sessions/{workspace.id}").json()["position"]["epoch"] == 75
    scrolls = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not scrolls


def test_the_bar_fills_and_nothing_moves_when_it_comes(page: Page, new_session: NewSession) -> None:
    Workspace(page, new_session()["id"])
    before = page.locator("#network").bounding_box()
    _open(page)
    page.get_by_label("until epoch").fill("1000")
    page.locator("#speed").select_option("30")
    page.keyboard.press("Escape")
    page.locator("#play-form button").click()
    expect(_bar(page)).to_be_visible()
    assert page.locator("#network").bounding_box() == before
    page.wait_for_function("() => document.querySelector('#progress progress').value >= 0.02")
    page.locator("body").press("Space")
    expect(_bar(page)).to_have_count(0)


def test_the_end_is_remembered_and_may_change_on_the_way(
    page: Page, new_session: NewSession, client: httpx.Client
) -> None:
    workspace = Workspace(page, new_session()["id"])
    address = f"/api/sessions/{workspace.id}"
    _open(page)
    page.get_by_label("until epoch").fill("100000")
    page.get_by_label("until cost below").fill("0,00001")
    page.keyboard.press("Escape")
    expect(page.locator("#until summary")).to_be_focused()
    expect(page.locator("#until summary")).to_have_text("until 100000 or < 0,00001")
    workspace.press("Play")
    until = {"epoch": 100_000, "loss_below": 0.00001}
    assert client.get(address).json()["playing"]["until"] == until
    with page.expect_response(lambda reply: reply.url.endswith("/play")):
        page.locator("#speed").select_option("full")
    assert client.get(address).json()["playing"]["until"] == until
    workspace.press("Pause")
    workspace.press("Play")
    assert client.get(address).json()["playing"]["until"] == until
    _open(page)
    page.get_by_label("until cost below").fill("")
    with page.expect_response(lambda reply: reply.url.endswith("/play")):
        page.get_by_label("until cost below").press("Tab")
    assert client.get(address).json()["playing"]["until"] == {"epoch": 100_000, "loss_below": None}
    workspace.press("Pause")


def test_an_end_that_somebody_else_gave_is_shown(
    page: Page, new_session: NewSession, client: httpx.Client
) -> None:
    workspace = Workspace(page, new_session()["id"])
    address = f"/api/sessions/{workspace.id}"
    how = {"epochs_per_second": 5, "until": {"epoch": 777}}
    client.post(f"{address}/play", json=how)
    expect(page.locator("#until-said")).to_have_text("until epoch 777")
    expect(page.locator("#until-epoch")).to_have_value("777")
    expect(page.locator("#progress")).to_contain_text("to epoch 777")
    client.post(f"{address}/pause")
    expect(_bar(page)).to_have_count(0)


def test_an_end_that_is_passed_is_refused_in_words(
    page: Page, new_session: NewSession, complaints: Complaints
) -> None:
    complaints.expect("422")
    workspace = Workspace(page, new_session()["id"])
    workspace.press("Epoch", "Epoch")
    _open(page)
    page.get_by_label("until epoch").fill("2")
    page.get_by_label("until epoch").press("Enter")
    field = page.get_by_label("until epoch")
    for _press in range(2):
        expect(page.get_by_text("still to come")).to_be_visible()
        expect(workspace.button("Play")).to_be_visible()
        expect(field).to_be_focused()
        expect(field).to_have_value("2")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".toast")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()
        workspace.press("Play")
    expect(field).to_be_focused()
    page.keyboard.type("100000")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("still to come")).to_have_count(0)
    field.press("Enter")
    expect(page.locator("#progress")).to_contain_text("to epoch 100,000")
    workspace.press("Pause")


def test_after_an_end_was_reached_play_plays_on(
    page: Page, new_session: NewSession, client: httpx.Client
) -> None:
    workspace = Workspace(page, new_session()["id"])
    _open(page)
    page.locator("#speed").select_option("full")
    for end in ("3", "6"):  # so soon that the page may see nothing but the end
        page.get_by_label("until epoch").fill(end)
        page.get_by_label("until epoch").press("Enter")
        expect(page.get_by_text(f"Stopped at epoch {end}, as asked.")).to_be_visible()
        expect(page.locator("#until-said")).to_have_text("no end")
        page.locator("#until summary").click()
    page.keyboard.press("Escape")
    workspace.press("Play")
    assert client.get(f"/api/sessions/{workspace.id}").json()["playing"]["until"] is None
    workspace.press("Pause")


def test_without_scripts_it_is_a_plain_form(
    new_page: NewPage, new_session: NewSession, client: httpx.Client
) -> None:
    page = new_page(java_script_enabled=False)
    session = new_session()["id"]
    page.goto(f"/sessions/{session}")
    page.locator("#until summary").click()
    page.get_by_label("until epoch").fill("60000")
    page.get_by_label("until epoch").press("Enter")
    expect(page.locator("#progress")).to_contain_text("to epoch 60,000")
    expect(_bar(page)).to_be_visible()
    expect(page.locator("#until-epoch")).to_have_value("60000")
    client.post(f"/api/sessions/{session}/pause")


@pytest.mark.parametrize("who", ["driver", "follower"])
def test_on_a_phone_why_play_ended_stays_within_the_margins(
    browser: Browser, tmp_path: Path, who: str
) -> None:
    database = tmp_path / "sessions.sqlite3"
    with served(database) as server, httpx.Client(base_url=server.address, trust_env=False) as kept:
        api = f"/api/sessions/{kept.post('/api/sessions', json=XOR).json()['id']}"
        kept.post(f"{api}/step", json={"count": 10_000}).raise_for_status()
        kept.post(f"{api}/play", json={"until": {"epoch": 1_000_000}}).raise_for_status()
        follow = kept.get(f"{api}/following").json()["watch_id"]
        server.kill()
    with served(database) as server:
        page = browser.new_page(base_url=server.address, viewport={"width": 390, "height": 844})
        Workspace(page, api.rpartition("/")[2] if who == "driver" else follow)
        said = page.get_by_text("since the server was started again")
        expect(said).to_be_visible()
        inside = said.evaluate(
            """(said) => {
              const place = said.getBoundingClientRect();
              const counts = document.querySelector(".counts").getBoundingClientRect();
              const bar = document.getElementById("transport").getBoundingClientRect();
              const width = place.left >= 16 && place.right <= innerWidth - 16;
              return width && place.top >= counts.bottom && place.bottom <= bar.bottom;
            }"""
        )
        page.close()
        assert inside
