"""The workspace at every width and in light and dark: pictures to look at, and what holds in all.

Nothing reaches beyond the page, no text of the drawing covers another, nothing jumps.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]

SIZES = ((1440, 900), (1024, 768), (390, 844))
NARROWEST = 360
SCHEMES = ("light", "dark")

DEEP = {
    "name": "Six layers of eight",
    "network": {
        "layers": [
            *[{"units": 8, "activation": "tanh"}] * 6,
            {"units": 1, "activation": "sigmoid"},
        ]
    },
    "data": {"source": "circle"},
    "batch_size": 10,
}

TEXTS = """() => {
  const box = (element, name) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { name, left, top, right, bottom };
  };
  const shown = (element) => element.checkVisibility({ opacityProperty: true });
  const pills = [...document.querySelectorAll("#network .network-label")]
    .filter(shown)
    .map((label) => box(label.querySelector(".network-pill"), `label ${label.dataset.label}`));
  const texts = [...document.querySelectorAll("#network svg text")]
    .filter((text) => shown(text) && !text.closest(".network-label") && text.textContent.trim())
    .map((text) => {
      const found = box(text, `${text.getAttribute("class")} ${text.textContent}`);
      // The box of a text holds the whole line; its figures and capitals are lower.
      const spare = (found.bottom - found.top) * 0.22;
      return { ...found, top: found.top + spare, bottom: found.bottom - spare };
    });
  return [...pills, ...texts];
}"""


def _preset(client: httpx.Client, name: str) -> dict[str, Any]:
    presets = client.get("/api/presets").json()
    spec: dict[str, Any] = next(one["spec"] for one in presets if one["name"] == name)
    return spec


def _trained(client: httpx.Client, session: str, epochs: int, *phases: str) -> None:
    client.post(f"/api/sessions/{session}/step", json={"count": epochs})
    for phase in phases:
        assert client.post(f"/api/sessions/{session}/{phase}").status_code == 200


def _resize(page: Page, width: int, height: int) -> None:
    """Give the page another size, and two frames' time to be laid out in it."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _expect_no_overflow(page: Page) -> None:
    """The page cannot be pushed sideways; if it can, what reaches beyond it is named."""
    wide = page.evaluate(
        """() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          if (scrollWidth <= clientWidth) return [];
          const beyond = [...document.querySelectorAll("body *")].filter(
            (element) => element.getBoundingClientRect().right > clientWidth + 0.5);
          return [`${scrollWidth} > ${clientWidth}`, ...beyond.map((element) =>
            `${element.tagName} #${element.id} .${element.getAttribute("class")}`)].slice(0, 12);
        }"""
    )
    assert not wide, f"at {page.viewport_size}: {wide}"


def _expect_network_in_view(page: Page) -> None:
    """The drawing is there, with all its nodes on the page."""
    size = page.viewport_size
    assert size is not None
    box = page.locator("#network").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["width"] >= 0.3 * size["width"]
    if size["width"] >= 1024:  # without scrolling
        assert box["y"] + 100 <= size["height"]
    outside = page.locator("#network [data-node]").evaluate_all(
        """(nodes) => nodes.filter((node) => {
          const { left, right } = node.getBoundingClientRect();
          return left < 0 || right > document.documentElement.clientWidth;
        }).map((node) => node.dataset.node)"""
    )
    assert not outside, f"at {size}: {outside}"


@pytest.mark.parametrize("name", ["default", "circle", "deep", "iris"])
def test_pictures_at_every_size(
    new_page: NewPage,
    client: httpx.Client,
    new_session: NewSession,
    screenshots: Path,
    name: str,
) -> None:
    preset, epochs, phases = {
        "default": ("article_keras", 12, ("forward", "backward")),
        "circle": ("playground_circle", 40, ()),
        "deep": ("", 5, ("forward", "backward")),
        "iris": ("iris", 20, ()),
    }[name]
    session = new_session(**(_preset(client, preset) if preset else DEEP))["id"]
    _trained(client, session, epochs, *phases)
    page = Workspace(new_page(reduced_motion="reduce"), session).page
    for width, height in SIZES:
        _resize(page, width, height)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture = screenshots / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=picture, full_page=width < 1024)
            assert picture.stat().st_size > 20_000
        _expect_no_overflow(page)
        _expect_network_in_view(page)
    _resize(page, NARROWEST, 740)
    _expect_no_overflow(page)
    _expect_network_in_view(page)


def _drawn_texts(page: Page) -> list[dict[str, Any]]:
    """Where the texts of the drawing are, once they have come to rest."""
    page.wait_for_function(
        f"""() => {{
          const now = JSON.stringify(({TEXTS})());
          const rests = now === window.lastTexts;
          window.lastTexts = now;
          return rests;
        }}""",
        polling=50,
    )
    found: list[dict[str, Any]] = page.evaluate(TEXTS)
    return found


def _expect_nothing_covered(page: Page, when: str) -> None:
    covered = []
    for one, other in combinations(_drawn_texts(page), 2):
        wide = min(one["right"], other["right"]) - max(one["left"], other["left"])
        high = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
        if wide > 0.5 and high > 0.5:
            covered.append(f"{one['name']} and {other['name']} by {wide:.1f} x {high:.1f}")
    assert not covered, f"{when}, at {page.viewport_size}: {covered}"


@pytest.mark.parametrize("preset", ["article_2_2_2", "worked_2_2_2", "article_keras"])
def test_no_text_of_the_drawing_covers_another(
    new_page: NewPage, client: httpx.Client, new_session: NewSession, preset: str
) -> None:
    workspace = Workspace(
        new_page(reduced_motion="reduce"), new_session(**_preset(client, preset))["id"]
    )
    page = workspace.page
    for step, phase in ((None, "ready"), ("Forward", "forward"), ("Backward", "backward")):
        if step:
            workspace.press(step)
        workspace.expect_phase(phase)
        for width in (1440, 1024, 768, 560, 390, NARROWEST):
            _resize(page, width, 844)
            for quantity in ("weights", "gradients"):
                page.get_by_role("radio", name=quantity).check(force=True)
                _expect_nothing_covered(page, f"{phase}, {quantity}")
        _resize(page, 1440, 900)


@pytest.mark.parametrize("preset", ["article_keras", "article_2_2_2", "playground_circle"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_nothing_jumps(
    new_page: NewPage,
    client: httpx.Client,
    new_session: NewSession,
    preset: str,
    width: int,
    height: int,
) -> None:
    page = new_page(reduced_motion="reduce", viewport={"width": width, "height": height})
    workspace = Workspace(page, new_session(**_preset(client, preset))["id"])

    def top() -> float:
        """Of the drawing, from the top of the page."""
        found: float = page.locator("#network svg").first.evaluate(
            "(drawing) => drawing.getBoundingClientRect().top + scrollY"
        )
        return found

    tops = {"at first": top()}
    for step, said in (
        ("Forward", "Forward:"),
        ("Backward", "Backward:"),
        ("Update", "Update:"),
        ("Epoch", "Epoch "),
    ):
        workspace.press(step)
        expect(workspace.sentence).to_contain_text(said)
        tops[step] = top()
    assert max(tops.values()) - min(tops.values()) < 1, tops
