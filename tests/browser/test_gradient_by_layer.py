"""The gradient by layer: a chart of its size over time, and the marks of what it tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace

NewPage = Callable[..., Page]

BOX = """(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return { left, right, top, bottom };
}"""


def _deep(client: httpx.Client, layers: int = 7) -> str:
    """A deep network of sigmoid units; gives its id."""
    hidden = [{"units": 4, "activation": "sigmoid"}] * (layers - 1)
    spec = {
        "network": {"layers": [*hidden, {"units": 1, "activation": "sigmoid"}]},
        "data": {"source": "xor"},
    }
    session: str = client.post("/api/sessions", json=spec).json()["id"]
    return session


def _meet(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        one["left"] < other["right"]
        and other["left"] < one["right"]
        and one["top"] < other["bottom"]
        and other["top"] < one["bottom"]
    )


def test_the_gradient_by_layer_is_drawn_over_time(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _deep(client))
    chart = page.locator("#layers-chart")
    expect(chart).to_be_hidden()
    page.get_by_text("Gradient by layer").click()
    expect(chart.locator(".layer-line")).to_have_count(7)
    for epoch in (1, 2):
        workspace.press("Epoch")
        workspace.expect_epoch(epoch)
        expect(chart).to_have_accessible_name(re.compile(f"from epoch 0 to {epoch}\\."))
    told = client.get(f"/api/sessions/{workspace.id}/diagnosis").json()
    assert told["gradient_norms_over_time"]["epochs"] == [0, 1, 2]
    assert told["gradient_norms_over_time"]["norms"][-1] == told["gradient_norms"]
    # The nearer to the input, the smaller: each line lies below that of the layer behind it.
    ends: list[float] = chart.locator(".layer-line").evaluate_all(
        "lines => lines.map((line) => line.getPointAtLength(line.getTotalLength()).y)"
    )
    assert ends == sorted(ends, reverse=True)
    labels = chart.locator(".name")
    expect(labels).to_have_text([f"layer {layer}" for layer in range(1, 8)])
    boxes = labels.evaluate_all(f"labels => labels.map({BOX})")
    frame: Any = chart.evaluate(BOX)
    for at, box in enumerate(boxes):
        assert frame["left"] <= box["left"]
        assert box["right"] <= frame["right"]
        assert abs(box["top"] - boxes[at - 1]["top"]) > 10 or at == 0
    workspace.press("Reset")
    expect(chart).to_have_accessible_name(re.compile("from epoch 0 to 0\\."))


def test_a_gap_in_what_was_measured_is_not_drawn_as_the_course(
    page: Page, client: httpx.Client
) -> None:
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == "iris")
    workspace = Workspace(page, client.post("/api/sessions", json=spec).json()["id"])
    page.get_by_text("Gradient by layer").click()
    chart = page.locator("#layers-chart")
    lines, gaps = chart.locator(".layer-line"), chart.locator(".layer-gap")
    layers = len(spec["network"]["layers"])
    told = "Dashed: not measured in between."

    # One by one, all is known.
    for epoch in (1, 2):
        workspace.press("Epoch")
        workspace.expect_epoch(epoch)
        expect(chart).to_have_accessible_name(re.compile(f"from epoch 0 to {epoch}\\."))
    expect(lines).to_have_count(layers)
    expect(gaps).to_have_count(0)
    expect(page.locator("#layers-plot")).not_to_contain_text("Dashed")

    step = {"unit": "epoch", "count": 50}
    assert client.post(f"/api/sessions/{workspace.id}/step", json=step).status_code == 200
    expect(chart).to_have_accessible_name(re.compile(f"from epoch 0 to 52\\. .*{told}"))
    expect(gaps).to_have_count(layers)
    # A dot at either end of the gap.
    expect(chart.locator(".layer-dot")).to_have_count(2 * layers)
    expect(page.locator("#layers-plot")).to_contain_text(told)
    # Nearly all of the way is dashed.
    length = "(paths) => paths.map((path) => path.getTotalLength())"
    for known, gap in zip(lines.evaluate_all(length), gaps.evaluate_all(length), strict=True):
        assert known < 0.1 * gap

    page.reload()
    page.get_by_text("Gradient by layer").click()
    expect(gaps).to_have_count(layers)
    workspace.press("Reset")
    expect(gaps).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_marks_of_layers_lie_on_no_figures_and_no_edge_runs_through_an_outputs_name(
    new_page: NewPage, client: httpx.Client, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 1000}, reduced_motion="reduce")
    Workspace(page, _deep(client))
    marks = page.locator(".network-finding")
    expect(marks).to_have_count(2)
    expect(page.locator(".finding")).to_have_count(1)
    texts = page.locator("#network .network-label, .network-caption, .network-name, .network-value")
    figures = texts.evaluate_all(f"texts => texts.map({BOX})")
    for mark in marks.locator("circle").evaluate_all(f"marks => marks.map({BOX})"):
        assert not any(_meet(mark, figure) for figure in figures)
    name = page.locator('[data-node="7.0"] .network-name')
    if name.count() == 0:
        return
    crossing = name.evaluate(
        """(name) => {
          const { left, right, top, bottom } = name.getBoundingClientRect();
          return [...document.querySelectorAll('#network [data-parameter^="7.kernel"] path')]
            .filter((path) => {
              const place = path.getScreenCTM();
              const length = path.getTotalLength();
              return Array.from({ length: 200 }, (_, at) => path
                .getPointAtLength((at * length) / 199).matrixTransform(place))
                .some(({ x, y }) => x > left && x < right && y > top && y < bottom);
            }).length;
        }"""
    )
    assert crossing == 0
