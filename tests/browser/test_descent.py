"""Gradient descent in the inspector: the picture, the star that is dragged, and predictions."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.workspace import Workspace, flat_parameters

NewPage = Callable[..., Page]

V1 = "2.kernel.0.0"
OUTPUT_BIAS = "2.bias.0"

# Where the picture has come to rest: what is drawn in it, in its own coordinates.
PICTURE = """() => {
  const svg = document.querySelector("#descent-plot svg.descent");
  const number = (element, name) => Number(element.getAttribute(name));
  const window = svg.querySelector("clipPath rect");
  const [star] = svg.querySelectorAll(".star");
  const arrow = svg.querySelector(".next-step");
  const place = star.getAttribute("transform").match(/[-\\d.]+/g).map(Number);
  const box = (text) => {
    const { x, y, width, height } = text.getBBox();
    return { text: text.textContent, x, y, width, height };
  };
  const line = svg.querySelector(".landscape");
  const length = line.getTotalLength();
  const left = number(window, "x");
  const top = number(window, "y");
  return {
    left, top,
    right: left + number(window, "width"),
    bottom: top + number(window, "height"),
    low: Number(star.ariaValueMin), high: Number(star.ariaValueMax),
    value: Number(star.ariaValueNow), star: place,
    arrow: arrow.checkVisibility() ? arrow.getAttribute("d") : null,
    short: arrow.hasAttribute("data-short"),
    dots: [...svg.querySelectorAll(".trail-dot")].map((dot) => ({
      x: number(dot, "cx"), y: number(dot, "cy"), strength: number(dot, "opacity"),
    })),
    labels: [...svg.querySelectorAll(".slope-text, .step-text")].map(box),
    line: Array.from({ length: 400 }, (_, at) => line.getPointAtLength((at * length) / 399))
      .map(({ x, y }) => [x, y]),
  };
}"""


def _preset(client: httpx.Client, name: str, **changes: Any) -> str:
    """A new session from a preset; gives its id."""
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == name)
    session: str = client.post("/api/sessions", json=spec | changes).json()["id"]
    return session


def _rate(learning_rate: float) -> dict[str, Any]:
    return {"optimizer": {"name": "sgd", "learning_rate": learning_rate}}


def _choose(workspace: Workspace, parameter: str) -> None:
    workspace.edge(parameter).focus()
    workspace.page.keyboard.press("Enter")
    expect(workspace.inspector).to_have_attribute("data-chosen", "")


def _star(page: Page) -> Locator:
    return page.locator("#descent-plot").get_by_role("slider")


def _picture(page: Page, dots: int | None = None) -> dict[str, Any]:
    """The picture once its star stands where the weight is, and nothing in it moves any more."""
    if dots is not None:
        expect(page.locator("#descent-plot .trail-dot")).to_have_count(dots)
    page.wait_for_function(
        """() => {
          const svg = document.querySelector("#descent-plot svg.descent");
          const now = svg.outerHTML;
          const same = window.formerPicture?.svg === now;
          if (!same) window.formerPicture = { svg: now, since: performance.now() };
          return performance.now() - window.formerPicture.since > 250;
        }""",
        polling=50,
    )
    found: dict[str, Any] = page.evaluate(PICTURE)
    return found


def _epochs(workspace: Workspace, count: int) -> None:
    """Epochs one by one, each drawn before the next."""
    star = _star(workspace.page)
    for epoch in range(1, count + 1):
        before = star.get_attribute("aria-valuenow") or ""
        workspace.press("Epoch")
        workspace.expect_epoch(epoch)
        expect(star).not_to_have_attribute("aria-valuenow", before)


# The star


def _settled(page: Page, other_than: float) -> float:
    """Where V1's star comes to rest: at the weight that is drawn, which is another than before."""
    where = page.wait_for_function(
        """(before) => {
          const star = Number(document.querySelector("#descent-plot [role=slider]").ariaValueNow);
          const edge = document.querySelector('#network g[data-parameter="2.kernel.0.0"]');
          const rests = Math.abs(star - Number(edge.dataset.weight)) < 1e-5;
          return rests && Math.abs(star - before) > 1e-3 ? [star] : false;
        }""",
        arg=other_than,
    )
    (star,) = where.json_value()
    return float(star)


def test_the_star_is_dragged_and_the_weight_follows(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect(V1)
    star = page.get_by_role("slider", name=re.compile("V1"))
    expect(star).to_have_attribute("aria-valuenow", "0.600000")
    expect(star).to_have_attribute("aria-valuetext", re.compile("slope −0.06951"))
    star.scroll_into_view_if_needed()
    box = star.locator("path").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    page.mouse.move(x + 40, y, steps=4)
    held = star.get_attribute("aria-valuenow")
    assert held is not None
    page.mouse.up()
    dragged = float(held)
    assert dragged > 1
    workspace.expect_drawn("data-weight", {V1: dragged})
    expect(star).to_have_attribute("aria-valuenow", held)
    assert flat_parameters(client, workspace.id)[V1] == pytest.approx(dragged)

    star.focus()
    page.keyboard.press("ArrowLeft")
    assert _settled(page, other_than=dragged) < dragged


def test_the_axes_stand_still_while_the_star_is_dragged(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect(V1)
    first = _picture(page)
    star = _star(page)
    star.scroll_into_view_if_needed()
    box = star.locator("path").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 400, y, steps=6)
    assert star.get_attribute("aria-valuemax") == f"{first['high']:.4g}".replace("3", "3.000")
    assert _picture(page)["star"][0] == pytest.approx(first["right"], abs=1)
    page.mouse.up()
    _settled(page, other_than=0.6)


# The picture


def test_the_descent_follows_each_step_and_keeps_a_trail(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect(V1)
    star = page.get_by_role("slider", name=re.compile("V1"))
    expect(star).to_have_attribute("aria-valuenow", "0.600000")
    for epoch in range(1, 4):
        workspace.press("Epoch")
        workspace.expect_epoch(epoch)
        value = flat_parameters(client, workspace.id)[V1]
        expect(star).to_have_attribute("aria-valuenow", f"{value:.6f}")
    expect(page.locator("#descent-plot .trail-dot")).to_have_count(3)
    workspace.press("Reset")
    workspace.expect_epoch(0)
    expect(star).to_have_attribute("aria-valuenow", "0.600000")
    expect(page.locator("#descent-plot .trail-dot")).to_have_count(0)


@pytest.mark.parametrize("view", ["Valley", "Close-up"])
def test_the_arrow_is_as_long_as_the_step(page: Page, client: httpx.Client, view: str) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2", **_rate(4)))
    workspace.inspect(V1)
    workspace.inspector.get_by_text(view, exact=True).click()
    picture = _picture(page)
    curve = client.get(f"/api/sessions/{workspace.id}/parameters/{V1}/cost-curve").json()
    scale = (picture["right"] - picture["left"]) / (picture["high"] - picture["low"])
    change = curve["next_value"] - curve["value"]
    drawn = re.match(r"M([\d.]+),([\d.]+)L([\d.]+),", picture["arrow"])
    assert drawn
    start, level, end = map(float, drawn.groups())
    assert [start, level] == pytest.approx(picture["star"], abs=0.01)
    assert end - start == pytest.approx(change * scale, rel=0.01)
    next_label = next(box["text"] for box in picture["labels"] if "next" in box["text"])
    assert next_label == f"next {curve['next_value']:.4f}+{change:.4f}"


def test_a_step_too_short_for_the_valley_is_seen_close_up(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect(V1)
    valley = _picture(page)
    assert valley["short"]
    assert valley["high"] - valley["low"] > 3
    expect(workspace.inspector).to_contain_text("Close-up shows it.")

    # By keyboard, and remembered.
    page.get_by_role("radio", name="Valley").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Close-up")).to_be_checked()
    close = _picture(page)
    assert not close["short"]
    assert close["high"] - close["low"] < 0.1
    arrow = re.match(r"M([\d.]+),[\d.]+L([\d.]+),", close["arrow"])
    assert arrow
    assert float(arrow[2]) - float(arrow[1]) > 0.08 * (close["right"] - close["left"])
    expect(workspace.inspector).not_to_contain_text("Close-up shows it.")

    page.reload()
    workspace.wait_until_drawn()
    expect(page.get_by_role("radio", name="Close-up")).to_be_checked()
    assert _picture(page)["high"] - _picture(page)["low"] < 0.1


def _shares(picture: dict[str, Any]) -> list[float]:
    """Where the trail's dots and then the star stand, from the left of the view to its right."""
    width = picture["right"] - picture["left"]
    places = [dot["x"] for dot in picture["dots"]] + [picture["star"][0]]
    return [(x - picture["left"]) / width for x in places]


def test_a_rate_too_small_creeps(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_keras", **_rate(0.01)))
    _choose(workspace, OUTPUT_BIAS)
    _epochs(workspace, 6)
    shares = _shares(_picture(page, dots=6))
    assert max(shares) - min(shares) < 0.01
    workspace.inspector.get_by_text("Close-up", exact=True).click()
    close = _picture(page)
    shares = [share for share in _shares(close) if 0 <= share <= 1]
    assert len(shares) >= 5
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] > 0.3


def test_a_right_rate_walks_down_into_the_valley(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_keras", **_rate(1)))
    _choose(workspace, OUTPUT_BIAS)
    _epochs(workspace, 6)
    picture = _picture(page, dots=6)
    shares = _shares(picture)
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] > 0.08
    heights = [dot["y"] for dot in picture["dots"]]
    assert heights == sorted(heights)
    strengths = [dot["strength"] for dot in picture["dots"]]
    assert strengths == sorted(strengths)
    assert strengths[-1] == 1


def test_a_rate_too_large_bounces_from_wall_to_wall(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_keras", **_rate(20)))
    _choose(workspace, OUTPUT_BIAS)
    ranges = []
    for epochs in range(1, 7):
        workspace.press("Epoch")
        workspace.expect_epoch(epochs)
        picture = _picture(page, dots=epochs)
        ranges.append((picture["low"], picture["high"]))
    shares = _shares(picture)
    steps = [after - before for before, after in pairwise(shares)]
    assert all(one * other < 0 for one, other in pairwise(steps))
    assert min(map(abs, steps)) > 0.2
    assert all(0 <= share <= 1 for share in shares)
    # The view widens to hold the walls and then stands still.
    assert len(set(ranges)) <= 3
    assert len(set(ranges[-3:])) == 1
    # The arrow leads over the valley to the other wall.
    assert not picture["short"]


def test_the_valley_is_seen_from_however_far_up_its_wall(page: Page, client: httpx.Client) -> None:
    session = _preset(client, "sine", batch_size=1000, **_rate(1))
    client.post(f"/api/sessions/{session}/step", json={"unit": "epoch", "count": 5})
    workspace = Workspace(page, session)
    _choose(workspace, OUTPUT_BIAS)
    picture = _picture(page)
    assert picture["value"] < -300
    heights = [y for _, y in picture["line"]]
    lowest = heights.index(max(heights))
    # It falls to the bottom and rises behind it.
    assert 40 < lowest < 360
    assert min(heights[:lowest]) < max(heights) - 60
    assert min(heights[lowest:]) < max(heights) - 60


def test_the_picture_names_the_rate_from_which_on_steps_bounce(
    page: Page, client: httpx.Client
) -> None:
    said = page.locator("#descent-rate")
    workspace = Workspace(page, _preset(client, "article_keras"))
    _choose(workspace, OUTPUT_BIAS)
    expect(said).to_contain_text("steps jump over this valley and cannot come to rest in it")
    found = re.search(r"above about ([\d.]+),", said.inner_text())
    assert found
    rate = float(found[1])
    assert 10 < rate < 20
    # With a rate well above it the steps do bounce, and it says so.
    workspace = Workspace(page, _preset(client, "article_keras", **_rate(1.5 * rate)))
    _choose(workspace, OUTPUT_BIAS)
    expect(said).to_contain_text(f"is above {found[1]}: steps jump over this valley")
    _epochs(workspace, 4)
    steps = [after - before for before, after in pairwise(_shares(_picture(page, dots=4)))]
    assert all(one * other < 0 for one, other in pairwise(steps))
    # While a step is to be predicted, nothing is said of how far it goes.
    workspace.button("Predict first").click()
    expect(said).to_be_empty()

    # A target at the bound of a sigmoid has no valley, and no rate is too large.
    workspace = Workspace(page, _preset(client, "article_2_2_2", **_rate(40)))
    workspace.inspect(V1)
    expect(said).to_contain_text("Along V1 there is no bottom to jump over")
    # The step of other optimizers than plain descent is another.
    workspace = Workspace(page, _preset(client, "article_keras_adam"))
    _choose(workspace, OUTPUT_BIAS)
    _picture(page)
    expect(said).to_be_empty()


def _overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


@pytest.mark.parametrize(
    ("width", "preset", "parameter", "rate"),
    [
        (1440, "article_2_2_2", V1, 0.1),
        (1440, "article_keras", OUTPUT_BIAS, 20),
        (1440, "sine", "1.kernel.0.0", 0.3),
        (390, "article_keras", "1.kernel.0.0", 0.01),
        (390, "playground_circle", "1.kernel.0.0", 0.03),
    ],
)
def test_labels_keep_off_the_curve_each_other_and_the_frame(
    new_page: NewPage, client: httpx.Client, width: int, preset: str, parameter: str, rate: float
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    workspace = Workspace(page, _preset(client, preset, **_rate(rate)))
    _choose(workspace, parameter)
    for view in ("Valley", "Close-up"):
        workspace.inspector.get_by_text(view, exact=True).click()
        for _ in range(2):
            assert client.post(f"/api/sessions/{workspace.id}/step").status_code == 200
            picture = _picture(page)
            labels = picture["labels"]
            assert len(labels) == 2, labels
            assert not _overlap(*labels)
            for label in labels:
                assert picture["left"] <= label["x"]
                assert label["x"] + label["width"] <= picture["right"] + 1
                assert picture["top"] <= label["y"] + 2
                assert label["y"] + label["height"] <= picture["bottom"] + 2
                for x, y in picture["line"]:
                    inside = label["x"] < x < label["x"] + label["width"]
                    assert not (inside and label["y"] < y < label["y"] + label["height"]), label


NOT_NUMBERS = """() => [...document.querySelectorAll("#inspector svg, #inspector svg *")]
  .flatMap((element) => [...element.attributes])
  .filter(({ value }) => /NaN|Infinity|undefined/.test(value))
  .map(({ name, value }) => `${name}: ${value}`)"""


def _set(client: httpx.Client, workspace: Workspace, parameter: str, value: float) -> None:
    address = f"/api/sessions/{workspace.id}/parameters"
    assert client.patch(address, json={parameter: value}).status_code == 200


@pytest.mark.parametrize("view", ["Valley", "Close-up"])
@pytest.mark.parametrize(
    ("preset", "parameter"), [("article_2_2_2", V1), ("article_keras", OUTPUT_BIAS)]
)
def test_no_curve_is_drawn_around_a_weight_too_large_for_one(
    page: Page, client: httpx.Client, preset: str, parameter: str, view: str
) -> None:
    workspace = Workspace(page, _preset(client, preset, **_rate(0.1)))
    _choose(workspace, parameter)
    workspace.inspector.get_by_text(view, exact=True).click()
    page.get_by_text("Over two weights").click()
    picture, star = page.locator("#descent-plot svg.descent"), _star(page)
    said = page.locator("#descent-said")
    expect(picture).to_be_visible()
    before = star.get_attribute("aria-valuenow") or ""
    for value in (1e150, 1e200, 1e308, -1e300):
        _set(client, workspace, parameter, value)
        expect(said).to_have_text(re.compile("is so large that no curve can be drawn around it"))
        expect(picture).to_be_hidden()
        expect(page.locator("#descent-rate")).to_be_empty()
        assert page.evaluate(NOT_NUMBERS) == []
        _set(client, workspace, parameter, 0.25)
        expect(star).to_have_attribute("aria-valuenow", "0.250000")
        expect(picture).to_be_visible()
        expect(said).not_to_contain_text("no curve")
    _set(client, workspace, parameter, 1e200)
    expect(picture).to_be_hidden()
    page.reload()
    workspace.wait_until_drawn()
    expect(said).to_contain_text("no curve can be drawn")
    workspace.press("Reset")
    expect(star).to_have_attribute("aria-valuenow", before)
    expect(picture).to_be_visible()
    assert page.evaluate(NOT_NUMBERS) == []


@pytest.mark.parametrize("view", ["Valley", "Close-up"])
@pytest.mark.parametrize(
    ("preset", "parameter"), [("article_2_2_2", V1), ("article_keras", OUTPUT_BIAS)]
)
def test_a_curve_is_drawn_around_a_large_weight(
    page: Page, client: httpx.Client, preset: str, parameter: str, view: str
) -> None:
    workspace = Workspace(page, _preset(client, preset))
    _choose(workspace, parameter)
    workspace.inspector.get_by_text(view, exact=True).click()
    page.get_by_text("Over two weights").click()
    for value, told in (
        (1e16, "1.00000e+16"),
        (0.25, "0.250000"),
        (-1e17, "-1.00000e+17"),
        (1e30, "1.00000e+30"),
        (0.25, "0.250000"),
    ):
        _set(client, workspace, parameter, value)
        expect(_star(page)).to_have_attribute("aria-valuenow", told)
        picture = _picture(page)
        assert picture["low"] <= value <= picture["high"]
        assert page.evaluate(NOT_NUMBERS) == []


def test_a_curve_is_drawn_where_cost_and_step_are_enormous(
    page: Page, client: httpx.Client
) -> None:
    layer = {"units": 1, "activation": "linear", "use_bias": False}
    spec = {
        "network": {"layers": [layer, layer], "weights": [{"kernel": [[1]]}, {"kernel": [[1]]}]},
        "data": {"source": "inline", "inputs": [[1]], "targets": [[0]]},
    }
    reply = client.post("/api/sessions", json=spec)
    assert reply.status_code == 201, reply.text
    workspace = Workspace(page, reply.json()["id"])
    _choose(workspace, V1)
    page.get_by_text("Over two weights").click()
    for large, cost in ((1e30, "1.0e60"), (1e100, "1.0e200"), (1e140, "1.0e280")):
        _set(client, workspace, "1.kernel.0.0", large)
        for view in ("Valley", "Close-up"):
            workspace.inspector.get_by_text(view, exact=True).click()
            told = re.compile(f"cost {re.escape(cost)},")
            expect(_star(page)).to_have_attribute("aria-valuetext", told)
            picture = _picture(page)
            assert picture["low"] <= picture["value"] <= picture["high"]
            assert page.evaluate(NOT_NUMBERS) == []


def test_the_picture_says_whose_cost_it_is(page: Page, client: httpx.Client) -> None:
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == "playground_circle")
    for layer in spec["network"]["layers"]:
        layer["l2"] = 0.01
    workspace = Workspace(page, client.post("/api/sessions", json=spec).json()["id"])
    _choose(workspace, "1.kernel.0.0")
    plot = page.locator("#descent-plot")
    expect(plot).to_contain_text("cost over all 250 examples, with penalty")
    workspace.press("Epoch", "Forward", "Backward")
    workspace.expect_phase("backward")
    expect(plot).to_contain_text("cost of this batch of 10, with penalty")
    workspace.inspector.get_by_text("Close-up", exact=True).click()
    expect(workspace.inspector).to_contain_text("Their costs were of other examples.")
    curve = client.get(f"/api/sessions/{workspace.id}/parameters/1.kernel.0.0/cost-curve").json()
    assert curve["over"] == "batch"
    said = page.locator("#descent-penalty").inner_text().replace("−", "-")
    found = re.fullmatch(r"slope (\S+) = gradient (\S+) ([+-]) penalty (\S+)", said)
    assert found
    slope, gradient, penalty = float(found[1]), float(found[2]), float(found[3] + found[4])
    assert slope == pytest.approx(curve["slope"], abs=0.5e-4)
    assert slope == pytest.approx(gradient + penalty, abs=1.6e-4)
    expect(plot.locator(".slope-text")).to_have_text(f"slope {found[1]}".replace("-", "−"))


def test_the_surface_over_two_weights_is_drawn_on_demand(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect(V1)
    surface = page.get_by_role("img", name=re.compile("as contour lines"))
    expect(surface).to_be_hidden()
    page.get_by_text("Over two weights").click()
    expect(surface).to_have_accessible_name(re.compile("over V1 and V2 .* it is 0.2296"))
    expect(surface.locator(".contour-line")).to_have_count(12)
    page.get_by_label("and", exact=True).select_option(label="W4")
    expect(surface).to_have_accessible_name(re.compile("over V1 and W4 .* W4 0.4000"))
    workspace.press("Epoch")
    expect(surface.locator(".trail-dot")).to_have_count(1)


# Predict, then reveal


def test_predict_then_reveal_keeps_a_tally(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    inspector = workspace.inspector
    workspace.inspect(V1)
    new_value = page.get_by_role("rowheader", name="new value")
    expect(new_value).to_be_visible()
    workspace.button("Predict first").click()
    expect(new_value).to_be_hidden()
    expect(inspector).to_contain_text("V1 is 0.6000.")
    workspace.button("up").click()
    expect(inspector).to_contain_text("You said up.")
    expect(new_value).to_be_visible()
    workspace.press("Epoch")
    expect(inspector).to_contain_text("Right: V1 rose by 0.00695, from 0.60000 to 0.60695.")
    expect(inspector).to_contain_text("1 of 1 right")
    expect(new_value).to_be_hidden()
    workspace.button("down").click()
    workspace.press("Epoch")
    expect(inspector).to_contain_text("Not this time:")
    expect(inspector).to_contain_text("1 of 2 right")
    field = page.get_by_label("or to")
    field.fill("abc")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#predict-error")).to_have_text("Type a number, such as 0.5 or −1.25.")
    field.fill(f"{flat_parameters(client, workspace.id)[V1] + 0.007:.4f}")
    expect(page.locator("#predict-error")).to_have_text("")
    field.press("Enter")
    workspace.press("Epoch")
    expect(inspector).to_contain_text("2 of 3 right")
    workspace.button("Predict first").click()
    expect(new_value).to_be_visible()


VISIBLE_TEXT = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement } = walker.currentNode;
    const seen = { visibilityProperty: true, opacityProperty: true };
    if (parentElement.checkVisibility(seen)) texts.push(walker.currentNode.data);
  }
  const named = "#network [data-parameter], #inspector [aria-label]";
  for (const element of document.querySelectorAll(named))
    if (element.checkVisibility({ visibilityProperty: true })) texts.push(element.ariaLabel);
  return texts.join("\\n");
}"""


def test_nothing_in_sight_gives_the_answer_away(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    # W4 has the steepest slope: the sentence under the phase bar names it.
    workspace.inspect("1.kernel.1.1")
    page.locator("#parameters summary").first.click()
    workspace.press("Forward", "Backward")
    workspace.expect_phase("backward")
    sentence = page.locator("#narration .say")
    expect(sentence).to_contain_text("W4")
    gradient, change, new_value = "0.1234", "−0.0123", "0.3877"
    shown = page.evaluate(VISIBLE_TEXT)
    assert all(number in shown for number in (gradient, change, new_value))
    edge = workspace.edge("1.kernel.1.1")
    expect(edge).to_have_attribute("data-sign", "1")

    workspace.button("Predict first").click()
    for part in (sentence, page.locator("#update-steps table"), page.locator("#numeric-check p")):
        expect(part).to_be_hidden()
    expect(edge).to_have_attribute("data-sign", "0")
    picture = page.locator("#descent-plot")
    for mark in (".tangent", ".next-step", ".landing", ".slope-text", ".step-text"):
        expect(picture.locator(mark)).to_be_hidden()
    expect(_star(page)).not_to_have_attribute("aria-valuetext", re.compile("slope|next"))
    page.wait_for_function("(number) => !(" + VISIBLE_TEXT + ")().includes(number)", arg=gradient)
    shown = page.evaluate(VISIBLE_TEXT)
    assert not any(number in shown for number in (gradient, change, new_value))
    # The factors stay, to be multiplied.
    expect(workspace.inspector.locator(".paths .factor").first).to_be_visible()

    workspace.button("down").click()
    expect(sentence).to_be_visible()
    expect(edge).to_have_attribute("data-sign", "1")
    expect(picture.locator(".tangent")).to_be_visible()
    workspace.press("Update")
    expect(workspace.inspector).to_contain_text("Right: W4 fell by 0.0123, from 0.4000 to 0.3877.")
    expect(picture.locator(".tangent")).to_be_hidden()


def test_a_frozen_parameter_says_why_there_is_nothing_to_predict(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _preset(client, "worked_2_2_2"))
    _choose(workspace, OUTPUT_BIAS)
    workspace.button("Predict first").click()
    expect(page.locator("#predict-question")).to_contain_text("bY1 is frozen: no update moves it")
    expect(page.locator("#predict-answers")).to_be_hidden()
    expect(page.locator("#numeric-check p")).to_be_visible()
    expect(page.locator("#descent-plot .next-step")).to_be_hidden()


def test_a_change_is_told_however_small(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2", **_rate(1e-4)))
    workspace.inspect(V1)
    workspace.button("Predict first").click()
    workspace.button("up").click()
    workspace.press("Epoch")
    said = page.locator("#predict-verdict")
    expect(said).to_have_text("Right: V1 rose by 6.951e−6.")
    client.patch(f"/api/sessions/{workspace.id}/spec", json=_rate(1e-9))
    workspace.button("no change").click()
    workspace.press("Epoch")
    expect(said).to_have_text(re.compile(r"^Not this time: V1 rose by 6\.\d+e−11\.$"))
