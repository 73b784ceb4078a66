"""The list of sessions in a real browser: what it shows, and its buttons, scripts or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.watching import Complaints
from tests.conftest import XOR

SIZES = [(1440, 900), (390, 844)]


@pytest.fixture(scope="module")
def kept_server(start_server: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """A server of its own, so that no other test's sessions are in the list."""
    with start_server() as address:
        yield address


@pytest.fixture
def sessions(kept_server: str) -> Iterator[dict[str, str]]:
    """Three sessions, by their names; the last of them stands in its past."""
    made: dict[str, str] = {}
    with httpx.Client(base_url=kept_server, trust_env=False, timeout=30) as client:
        for name, epochs in (("Fresh", 0), ("Trained", 200), ("Wound back", 300)):
            spec = XOR | {"name": name, "optimizer": {"name": "adam", "learning_rate": 0.1}}
            made[name] = client.post("/api/sessions", json=spec).json()["id"]
            if epochs:
                client.post(f"/api/sessions/{made[name]}/step", json={"count": epochs})
        client.post(f"/api/sessions/{made['Wound back']}/rewind", json={"epoch": 100})
        yield made
        for session in re.findall(r'<a href="(/sessions/[^"]+)"', client.get("/sessions").text):
            assert client.delete(f"/api{session}").status_code == 204


@pytest.fixture
def open_list(
    kept_server: str, new_page: Callable[..., Page], complaints: Complaints
) -> Callable[..., Page]:
    """Opens the list as somebody sees it; takes the options of Playwright's new_context."""
    complaints._host = kept_server.removeprefix("http://")

    def make(**options: Any) -> Page:
        page = new_page(base_url=kept_server, **options)
        page.goto("/sessions")
        return page

    return make


def _line(page: Page, name: str) -> Locator:
    more = page.get_by_label(f"More for {name}", exact=True)
    return page.get_by_role("listitem").filter(has=more)


def _names(page: Page) -> Locator:
    return page.locator(".kept strong")


def test_it_lists_what_stands_where(
    sessions: dict[str, str], open_list: Callable[..., Page]
) -> None:
    page = open_list()
    expect(_names(page)).to_have_text(["Wound back", "Trained", "Fresh"])
    line = _line(page, "Wound back")
    expect(line).to_contain_text("100")
    expect(line).to_contain_text("just now")
    expect(line.locator(".ahead")).to_have_count(1)
    expect(_line(page, "Trained").locator(".ahead")).to_have_count(0)
    picture = _line(page, "Trained").get_by_role("img")
    expect(picture).to_have_attribute("aria-label", re.compile(r"Cost from 0\.\d+ to .* in 200 ep"))
    box = picture.locator("path").bounding_box()
    assert box is not None
    assert box["width"] > 60
    assert box["height"] > 15
    _line(page, "Trained").get_by_role("link").click()
    expect(page).to_have_url(re.compile(sessions["Trained"]))


@pytest.mark.parametrize("scripts", [True, False])
def test_rename_copy_delete_and_bring_back(
    sessions: dict[str, str], open_list: Callable[..., Page], scripts: bool
) -> None:
    page = open_list(java_script_enabled=scripts)
    line = _line(page, "Trained")
    line.get_by_label("More for Trained").click()
    line.get_by_label("Name").fill("Learnt")
    line.get_by_role("button", name="Rename").click()
    expect(_names(page).first).to_have_text("Learnt")
    line = _line(page, "Learnt")
    line.get_by_label("More for Learnt").click()
    line.get_by_role("button", name="Copy").click()
    expect(_names(page)).to_have_text(["Learnt (copy) yours", "Learnt", "Wound back", "Fresh"])
    line = _line(page, "Learnt (copy)")
    line.get_by_label("More for Learnt (copy)").click()
    line.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("“Learnt (copy)” was deleted.")
    expect(_names(page)).to_have_text(["Learnt", "Wound back", "Fresh"])
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("status")).to_have_count(0)
    expect(_names(page).filter(has_text="Learnt (copy)")).to_be_visible()
    line = _line(page, "Learnt (copy)")
    line.get_by_label("More for Learnt (copy)").click()
    line.get_by_role("button", name="Delete").click()
    expect(_names(page)).to_have_text(["Learnt", "Wound back", "Fresh"])


def test_by_keyboard(sessions: dict[str, str], open_list: Callable[..., Page]) -> None:
    page = open_list()
    more = _line(page, "Fresh").get_by_label("More for Fresh")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(_line(page, "Fresh").get_by_label("Name")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(_line(page, "By keyboard")).to_be_visible()


def test_only_one_line_is_open_at_a_time(
    sessions: dict[str, str], open_list: Callable[..., Page]
) -> None:
    page = open_list()
    page.get_by_label("More for Fresh").click()
    page.get_by_label("More for Trained").click()
    expect(_line(page, "Trained").get_by_role("button", name="Delete")).to_be_visible()
    expect(_line(page, "Fresh").get_by_role("button", name="Delete")).to_be_hidden()


def test_an_empty_list_says_how_to_begin(open_list: Callable[..., Page]) -> None:
    page = open_list()
    expect(page.get_by_text("None yet. Start one from a preset below.")).to_be_visible()
    page.get_by_role("button", name=re.compile("A sine curve")).click()
    expect(page.locator("#session-name")).to_have_text("A sine curve")
    page.goto("/sessions")
    _line(page, "A sine curve").get_by_label("More for A sine curve").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_another_machine_lists_what_its_browser_made(
    kept_server: str, sessions: dict[str, str], open_list: Callable[..., Page], scripts: bool
) -> None:
    link = httpx.get(f"{kept_server}/api/sessions/{sessions['Trained']}/link", trust_env=False)
    address = link.json()["link"]
    page = open_list(
        java_script_enabled=scripts, extra_http_headers={"X-Forwarded-For": "203.0.113.7"}
    )
    expect(page.get_by_text("None yet. Start one from a preset below.")).to_be_visible()
    page.goto(address)
    if not scripts:
        page.get_by_label("From a link").fill(address)
        page.get_by_role("button", name="Open link").click()
    page.wait_for_url(re.compile(r"/sessions/[\w-]{22}$"))
    page.goto("/sessions")
    expect(_names(page)).to_have_text(["Trained yours"])
    page.get_by_role("button", name=re.compile("A sine curve")).click()
    page.get_by_role("link", name="Sessions").click()
    expect(_names(page)).to_have_text(["A sine curve yours", "Trained yours"])
    line = _line(page, "A sine curve")
    line.get_by_label("More for A sine curve").click()
    line.get_by_role("button", name="Delete").click()
    expect(_names(page)).to_have_text(["Trained yours"])
    page.get_by_role("link", name="Workspace").click()
    expect(page.locator("#epoch-count")).to_have_text("200")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_and_can_be_read_by_all(
    sessions: dict[str, str],
    open_list: Callable[..., Page],
    screenshots: Path,
    width: int,
    height: int,
    scheme: str,
) -> None:
    page = open_list(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.get_by_label("More for Trained").click()
    page.screenshot(path=screenshots / f"sessions-{width}-{scheme}.png")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for target in page.locator(".kept summary, .kept button:visible, .kept a").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
