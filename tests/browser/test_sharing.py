"""Sending a session and opening what was sent, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]

VIEWS = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"))


@pytest.fixture
def sent(client: httpx.Client, new_session: NewSession) -> str:
    """A trained session's id."""
    session: str = new_session(optimizer={"name": "sgd", "learning_rate": 1.0})["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 40})
    return session


def _link(client: httpx.Client, session: str) -> str:
    link: str = client.get(f"/api/sessions/{session}/link").json()["link"]
    return link


def _expect_same(client: httpx.Client, page: Page, session: str) -> None:
    """The page has gone on to a session of its own, with the same numbers."""
    page.wait_for_url(re.compile(r"/sessions/[\w-]{22}$"))
    again = page.url.rpartition("/")[2]
    assert again != session
    for part in ("parameters", "history"):
        one, other = (client.get(f"/api/sessions/{i}/{part}").json() for i in (session, again))
        assert one == other
    expect(page.locator("#epoch-count")).to_have_text("40")
    expect(page.locator("#narration")).to_contain_text("At the end of Run 1, after 40 epochs")


def test_a_link_opens_at_once(client: httpx.Client, page: Page, sent: str) -> None:
    page.goto("/sessions")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(_link(client, sent))
    _expect_same(client, page, sent)
    assert not any("bpv1" in address.partition("#")[0] for address in asked)
    page.go_back()
    page.wait_for_url("**/sessions")  # not once more through what opens the link


def test_the_link_is_copied_and_is_that_of_now(
    client: httpx.Client, new_page: NewPage, sent: str
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    workspace = Workspace(page, sent)
    workspace.button("Share").click()
    page.get_by_role("link", name="Copy link").click()
    expect(page.locator("#carrying")).to_have_text(re.compile(r"^Copied, [\d,]+ characters\."))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == _link(client, sent)
    client.post(f"/api/sessions/{sent}/step")
    page.get_by_role("link", name="Copy link").click()
    page.wait_for_function(
        "async (old) => (await navigator.clipboard.readText()) !== old", arg=copied
    )
    assert page.evaluate("navigator.clipboard.readText()") == _link(client, sent)


def test_a_download_is_opened_by_choosing_it(
    client: httpx.Client, new_page: NewPage, sent: str, tmp_path: Path
) -> None:
    watch = client.get(f"/api/sessions/{sent}/following").json()["watch_id"]
    watcher = new_page()
    watching = Workspace(watcher, watch)
    watching.button("Take a copy").click()
    with watcher.expect_download() as downloading:
        watcher.get_by_role("link", name="Download").click()
    assert downloading.value.suggested_filename == "XOR.backprop.json"
    downloading.value.save_as(tmp_path / "mine.json")
    watcher.goto("/open")
    watcher.get_by_label("From a file").set_input_files(tmp_path / "mine.json")
    _expect_same(client, watcher, sent)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_pasted_link_is_opened_with_and_without_scripts(
    client: httpx.Client, new_page: NewPage, sent: str, scripts: bool, tmp_path: Path
) -> None:
    page = new_page(java_script_enabled=scripts)
    page.goto("/open")
    page.get_by_label("From a link").fill(f"Look: {_link(client, sent)}")
    page.get_by_role("button", name="Open link").click()
    page.wait_for_url(re.compile(r"/sessions/[\w-]{22}$"))
    if scripts:
        _expect_same(client, page, sent)
        return
    expect(page.locator("#epoch-count")).to_have_text("40")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("link", name="Copy link").click()
    assert "/open#bpv1." in page.get_by_label("Link that carries this run").input_value()
    file = tmp_path / "mine.json"
    file.write_text(client.get(f"/api/sessions/{sent}/file").text, encoding="utf-8")
    page.goto("/open")
    page.get_by_label("From a file").set_input_files(file)
    page.get_by_role("button", name="Open file").click()
    page.wait_for_url(re.compile(r"/sessions/[\w-]{22}$"))
    expect(page.locator("#epoch-count")).to_have_text("40")


def test_a_damaged_link_is_refused_and_the_page_takes_another(
    client: httpx.Client, page: Page, sent: str, complaints: Complaints
) -> None:
    complaints.expect("422")
    link = _link(client, sent)
    page.goto(link[:-9])
    expect(page.get_by_role("alert")).to_have_text(re.compile("cut short or altered on the way"))
    expect(page.locator("#opening")).to_be_empty()
    page.get_by_label("From a link").fill(link[:-9])
    page.get_by_role("button", name="Open link").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("cut short or altered on the way"))
    expect(page.get_by_label("From a link")).to_have_value(link[:-9])
    page.goto(link)
    _expect_same(client, page, sent)


def test_a_hostile_link_is_shown_as_text(page: Page, complaints: Complaints) -> None:
    complaints.expect("422")
    page.goto("/open#<img src=x onerror=alert(1)>")
    expect(page.get_by_role("alert")).to_have_text(re.compile("no link that carries a session"))
    assert page.locator("main img").count() == 0


def test_a_file_that_is_too_large_is_not_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    large.write_bytes(b"{" + b" " * 9_000_000)
    page.goto("/open")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.get_by_label("From a file").set_input_files(large)
    expect(page.get_by_role("alert")).to_have_text("This file is too large: no session is.")
    assert "POST" not in asked


def test_a_session_too_large_for_a_link_says_so(
    new_page: NewPage, new_session: NewSession, complaints: Complaints
) -> None:
    complaints.expect("409")
    kernel = [[(i * 7919 % 65536) / 65536 for i in range(k * 300, k * 300 + 300)] for k in range(2)]
    wide = [[((i + 1) ** 3 * 7919 % 1000003) / 1000003] for i in range(300)]
    middle = [
        [(((i + j * 300) ** 2 * 104729) % 1000003) / 1000003 - 0.5 for i in range(300)]
        for j in range(60)
    ]
    layers = [
        {"units": 60, "activation": "tanh"},
        {"units": 300, "activation": "tanh"},
        {"units": 1, "activation": "sigmoid"},
    ]
    weights = [
        {"kernel": [row[:60] for row in kernel], "bias": [0] * 60},
        {"kernel": middle, "bias": [0] * 300},
        {"kernel": wide, "bias": [0]},
    ]
    session = new_session(network={"layers": layers, "weights": weights})["id"]
    page = new_page()
    workspace = Workspace(page, session)
    workspace.button("Share").click()
    page.get_by_role("link", name="Copy link").click()
    expect(page.locator("#carrying")).to_have_text(re.compile("too large for a link"))
    expect(page.locator("#carrying-link")).to_be_hidden()


def test_the_pages_are_for_everybody_and_stay_within_their_width(
    new_page: NewPage, client: httpx.Client, sent: str, screenshots: Path
) -> None:
    page = new_page(reduced_motion="reduce")
    for name, address in (("open", "/open"), ("link", f"/sessions/{sent}/link")):
        page.goto(address)
        for width, scheme in VIEWS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=screenshots / f"{name}-{width}-{scheme}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert Axe().run(page).response["violations"] == []
    workspace = Workspace(page, sent)
    workspace.button("Share").click()
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=screenshots / f"send-{width}-{scheme}.png")
        assert Axe().run(page).response["violations"] == []
