"""The numbers and names in the cost curve can be read, whatever is drawn there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]

CROSSED = """([label, line]) => {
  const path = document.querySelector(line);
  const box = document.querySelector(label).getBBox();
  let crossed = 0;
  for (let at = 0; at <= path.getTotalLength(); at += 0.5) {
    const { x, y } = path.getPointAtLength(at);
    const [left, top] = [box.x + 1, box.y + 2];
    if (x > left && x < box.x + box.width - 1 && y > top && y < box.y + box.height - 3) {
      crossed += 1;
    }
  }
  return crossed;
}"""


def _open(new_page: NewPage, session: str, **options: Any) -> Workspace:
    return Workspace(new_page(reduced_motion="reduce", **options), session)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("epochs", [9000, 100_000])
def test_the_numbers_of_epochs_stand_apart(
    new_page: NewPage, client: httpx.Client, new_session: NewSession, width: int, epochs: int
) -> None:
    session = new_session(data={"source": "inline", "inputs": [[0, 1]], "targets": [[1]]})["id"]
    for _part in range(epochs // 5000):
        client.post(f"/api/sessions/{session}/step", json={"count": 5000})
    client.post(f"/api/sessions/{session}/step", json={"count": epochs % 5000 or 1})
    workspace = _open(new_page, session, viewport={"width": width, "height": 844})
    numbers = workspace.page.locator("#scrubber text.epoch")
    expect(numbers.last).to_be_visible()
    boxes = numbers.evaluate_all(
        "(texts) => texts.map((text) => text.getBoundingClientRect()).map(({left, right}) => "
        "[left, right])"
    )
    assert len(boxes) > 2
    assert all(after[0] - before[1] >= 8 for before, after in pairwise(boxes))
    assert boxes[-1][1] <= width


@pytest.mark.parametrize("to", [3, -3])
def test_no_line_goes_through_the_present_cost_after_an_edit(
    new_page: NewPage, client: httpx.Client, new_session: NewSession, to: float
) -> None:
    """Up and down: a first edit makes the cost higher, then one makes it lower again."""
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 40})
    bias = client.get(f"/api/sessions/{session}/parameters").json()["layers"][1]["bias"][0]
    client.patch(f"/api/sessions/{session}/parameters", json={"2.bias.0": to})
    workspace = _open(new_page, session)
    label, line = "#cost-curve .end-label", "#cost-curve .curve.train:not(.ahead)"
    assert workspace.page.evaluate(CROSSED, [label, line]) == 0
    client.post(f"/api/sessions/{session}/step", json={"count": 1})
    client.patch(f"/api/sessions/{session}/parameters", json={"2.bias.0": bias})
    expect(workspace.sentence).to_contain_text("set by hand")
    assert workspace.page.evaluate(CROSSED, [label, line]) == 0


def test_no_name_of_a_branch_lies_on_its_own_curve(
    new_page: NewPage, client: httpx.Client, new_session: NewSession
) -> None:
    session = new_session(optimizer={"name": "adam", "learning_rate": 0.05})["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 60})
    client.post(f"/api/sessions/{session}/rewind", json={"epoch": 1})
    client.patch(f"/api/sessions/{session}/parameters", json={"2.bias.0": -1.5})
    client.post(f"/api/sessions/{session}/step", json={"count": 100})
    workspace = _open(new_page, session)
    expect(workspace.page.locator("#cost-plot .ghost-name")).to_have_text("Run 1")
    ghost = "#cost-plot path.ghost"
    assert workspace.page.evaluate(CROSSED, ["#cost-plot .ghost-name", ghost]) == 0


def test_a_frame_round_the_curve_is_for_the_keyboard(
    new_page: NewPage, client: httpx.Client, new_session: NewSession
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 20})
    workspace = _open(new_page, session)
    curve = workspace.page.locator("#cost-curve")
    with workspace.page.expect_response("**/rewind"):
        curve.click(position={"x": 150, "y": 60})
    expect(curve).to_be_focused()
    expect(curve).to_have_css("outline-style", "none")
    workspace.page.keyboard.press("Tab")
    workspace.page.keyboard.press("Shift+Tab")
    expect(curve).to_be_focused()
    expect(curve).to_have_css("outline-style", "solid")
