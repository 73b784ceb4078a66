"""The inspector, as a person meets it who has read only the article."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.workspace import Workspace, flat_parameters
from tests.golden_figures import figures

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]


def _preset(client: httpx.Client, name: str, **changes: Any) -> str:
    """A new session from a preset; gives its id."""
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == name)
    session: str = client.post("/api/sessions", json=spec | changes).json()["id"]
    return session


def _number(text: str) -> float:
    return float(text.replace("−", "-"))


def _numbers(factors: Locator) -> list[float]:
    """The numbers below the formulas of cards, or other numbers of the page."""
    return [_number(text) for text in factors.all_inner_texts()]


def _rounded(*values: float) -> list[float]:
    return [pytest.approx(value, abs=0.5e-4) for value in values]


def test_a_reader_of_the_article_follows_v1_and_then_w1(page: Page, client: httpx.Client) -> None:
    golden = figures("article_2_2_2")
    forward, backward = golden["forward"], golden["backward"]
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    inspector = workspace.inspector
    invitation = "Choose an edge to see where its gradient comes from."
    expect(inspector).to_have_text(invitation, use_inner_text=True)

    # V1: dE/dV1 = dE/dY1 * dY1/dy1 * dy1/dV1
    workspace.inspect("2.kernel.0.0")
    expect(inspector.get_by_role("heading", name="Chain rule · V1")).to_be_visible()
    cards = inspector.locator("#chain-rule .equation .factor")
    expect(cards).to_have_count(4)
    slope = backward["dE_dy"][0] / backward["dE_dY"][0]
    factors = [backward["dE_dY"][0], slope, forward["H"][0]]
    numbers = _numbers(cards.locator(".factor-figure"))
    assert numbers == _rounded(backward["dE_dV"][0][0], *factors)
    assert numbers[1] * numbers[2] * numbers[3] == pytest.approx(numbers[0], abs=1e-4)
    names = [card.get_attribute("aria-label") or "" for card in cards.all()]
    assert [name.split(" = ")[0] for name in names] == ["∂E/∂V1", "∂E/∂Y1", "∂Y1/∂y1", "∂y1/∂V1"]
    for card in cards.all():
        expect(card.locator("math mfrac")).to_have_count(1)
    results = inspector.locator(".calculation .result")
    updated = golden["after_updates"]["1"]["V"][0][0]
    assert _numbers(results) == _rounded(
        backward["dE_dV"][0][0], updated - golden["V"][0][0], updated
    )
    expect(inspector).to_contain_text("Numeric check −0.0695")

    # W1: both ways from the loss to it, adding up
    workspace.inspect("1.kernel.0.0")
    expect(inspector.get_by_role("heading", name="Chain rule · W1")).to_be_visible()
    paths = inspector.locator(".paths > li")
    expect(paths).to_have_count(2)
    products = []
    for k, path in enumerate(paths.all()):
        found = _numbers(path.locator(".factor-figure"))
        dy = backward["dE_dy"][k] / backward["dE_dY"][k]
        assert found == _rounded(
            backward["dE_dY"][k], dy, golden["V"][0][k], 1.0, golden["input"][0]
        )
        product = _number(path.locator(".product").inner_text())
        assert product == pytest.approx(
            backward["dE_dy"][k] * golden["V"][0][k] * golden["input"][0], abs=0.5e-4
        )
        products.append(product)
    total = _number(inspector.locator(".equation.sum .factor-figure").inner_text())
    assert total == pytest.approx(backward["dE_dW"][0][0], abs=0.5e-4)
    assert sum(products) == pytest.approx(total, abs=1.1e-4)

    # And the update then does what was told.
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    expect(workspace.edge("1.kernel.0.0")).to_have_attribute(
        "data-weight", re.compile(r"^0\.30447")
    )


def test_a_factor_lights_its_place_and_the_place_its_factors(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect("1.kernel.0.0")
    halo = page.locator("#network .network-halo")
    expect(halo).to_be_hidden()
    weight = workspace.inspector.get_by_role("button", name="∂y1/∂H1")
    weight.hover()
    expect(halo).to_have_attribute("data-kind", "parameter")
    expect(halo).to_have_attribute(
        "d", workspace.edge("2.kernel.0.0").locator(".network-line").get_attribute("d") or ""
    )
    weight.focus()
    page.keyboard.press("ArrowRight")
    expect(halo).to_have_attribute("data-kind", "node")
    page.locator('[data-label="2.kernel.0.1"]').hover()
    expect(workspace.inspector.locator(".factor.lit")).to_have_count(1)
    expect(workspace.inspector.locator(".factor.lit")).to_have_accessible_name(
        re.compile("∂y2/∂H1")
    )


def test_everybody_who_follows_sees_the_same_choice(
    new_page: NewPage, client: httpx.Client
) -> None:
    first = Workspace(new_page(), _preset(client, "article_2_2_2"))
    second = Workspace(new_page(), first.id)
    first.inspect("2.kernel.1.1")
    for window in (first, second):
        expect(window.inspector.get_by_role("heading", name="Chain rule · V4")).to_be_visible()
        expect(window.edge("2.kernel.1.1")).to_have_attribute("aria-pressed", "true")
    late = Workspace(new_page(), first.id)
    expect(late.inspector.get_by_role("heading", name="Chain rule · V4")).to_be_visible()
    second.page.keyboard.press("Escape")
    for window in (first, second, late):
        expect(window.inspector.get_by_text("Choose an edge to see")).to_be_visible()
        expect(window.inspector.get_by_role("heading")).to_have_count(0)
        expect(window.edge("2.kernel.1.1")).to_have_attribute("aria-pressed", "false")


def test_an_edge_is_chosen_by_keyboard_and_by_a_label_in_the_sentence(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.edge("1.kernel.1.0").focus()
    page.keyboard.press("Enter")
    expect(workspace.inspector.get_by_role("heading", name="Chain rule · W3")).to_be_visible()
    workspace.press("Forward", "Backward")
    workspace.sentence.get_by_role("button", name="W4").click()
    expect(workspace.inspector.get_by_role("heading", name="Chain rule · W4")).to_be_visible()


def test_a_node_shows_the_gradient_of_its_bias(page: Page) -> None:
    workspace = Workspace(page)
    page.locator('[data-node="1.1"]').click()
    expect(workspace.inspector.get_by_role("heading", name="Chain rule · bH2")).to_be_visible()
    expect(workspace.inspector.get_by_role("button", name=re.compile("a bias is"))).to_be_visible()


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
    workspace.inspect("2.kernel.0.0")
    star = page.get_by_role("slider", name=re.compile("V1"))
    expect(star).to_have_attribute("aria-valuenow", "0.600000")
    expect(star).to_have_attribute("aria-valuetext", re.compile("slope −0.0695"))
    star.scroll_into_view_if_needed()
    box = star.locator("path").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    expect(workspace.edge("2.kernel.0.0")).not_to_have_attribute(
        "data-weight", "0.6000000238418579"
    )
    dragged = _settled(page, other_than=0.6)
    assert flat_parameters(client, workspace.id)["2.kernel.0.0"] == pytest.approx(dragged)
    assert dragged > 1

    star.focus()
    page.keyboard.press("ArrowLeft")
    assert _settled(page, other_than=dragged) < dragged


def test_the_descent_follows_each_step_and_keeps_a_trail(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect("2.kernel.0.0")
    star = page.get_by_role("slider", name=re.compile("V1"))
    expect(star).to_have_attribute("aria-valuenow", "0.600000")
    for epoch in range(1, 4):
        workspace.press("Epoch")
        workspace.expect_epoch(epoch)
        value = flat_parameters(client, workspace.id)["2.kernel.0.0"]
        expect(star).to_have_attribute("aria-valuenow", f"{value:.6f}")
    expect(page.locator("#descent-plot .trail-dot")).to_have_count(3)
    workspace.press("Reset")
    workspace.expect_epoch(0)
    expect(star).to_have_attribute("aria-valuenow", "0.600000")
    expect(page.locator("#descent-plot .trail-dot")).to_have_count(0)


def test_the_surface_over_two_weights_is_drawn_on_demand(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect("2.kernel.0.0")
    surface = page.get_by_role("img", name=re.compile("as contour lines"))
    expect(surface).to_be_hidden()
    page.get_by_text("Over two weights").click()
    expect(surface).to_have_accessible_name(re.compile("over V1 and V2 .* it is 0.2296"))
    expect(surface.locator(".contour-line")).to_have_count(12)
    page.get_by_label("and", exact=True).select_option(label="W4")
    expect(surface).to_have_accessible_name(re.compile("over V1 and W4 .* W4 0.4000"))


def test_forward_and_backward_layer_by_layer(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.button("layer by layer").click()
    output = page.locator('[data-node="2.0"] .network-value')
    hidden = page.locator('[data-node="1.0"] .network-value')
    workspace.press("Forward")
    expect(workspace.sentence).to_contain_text("layer 1 of 2")
    expect(workspace.sentence).to_contain_text("0.6 · 0.3 + 1 · 0.5 = 0.6800")
    expect(hidden).to_have_text(re.compile(r"^0\.68"))
    expect(output).to_have_text("")
    expect(page.locator("#phases [aria-current]")).to_have_text("Forward")
    workspace.expect_phase("ready")
    workspace.press("Forward")
    workspace.expect_phase("forward")
    expect(output).to_have_text(re.compile(r"^0\.58"))
    workspace.press("Backward")
    expect(workspace.sentence).to_contain_text("the output layer")
    expect(page.locator('[data-label="2.kernel.0.0"]')).to_contain_text("−0.0695")
    expect(page.locator('[data-label="1.kernel.0.0"]')).not_to_contain_text("0.0447")
    workspace.press("Backward")
    workspace.expect_phase("backward")
    expect(page.locator('[data-label="1.kernel.0.0"]')).to_contain_text("−0.0447")
    workspace.press("Update")
    workspace.expect_epoch(1)


def test_predict_then_reveal_keeps_a_tally(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.inspect("2.kernel.0.0")
    change = page.get_by_role("rowheader", name="new value")
    expect(change).to_be_visible()
    workspace.button("Predict first").click()
    expect(change).to_be_hidden()
    expect(workspace.inspector).to_contain_text("V1 is 0.6000.")
    workspace.button("up").click()
    expect(workspace.inspector).to_contain_text("You said up.")
    workspace.press("Epoch")
    expect(workspace.inspector).to_contain_text("Right: V1 rose by 0.0070, from 0.6000 to 0.6070.")
    expect(workspace.inspector).to_contain_text("1 of 1 right")
    workspace.button("down").click()
    workspace.press("Epoch")
    expect(workspace.inspector).to_contain_text("Not this time:")
    expect(workspace.inspector).to_contain_text("1 of 2 right")
    field = page.get_by_label("or to")
    field.fill("nothing")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(f"{flat_parameters(client, workspace.id)['2.kernel.0.0'] + 0.007:.4f}")
    field.press("Enter")
    workspace.press("Epoch")
    expect(workspace.inspector).to_contain_text("2 of 3 right")
    workspace.button("Predict first").click()
    expect(change).to_be_visible()


def test_each_example_has_its_bar_and_a_click_focuses_it(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page)
    workspace.inspect("2.bias.0")
    bars = page.get_by_role("slider", name=re.compile("each example adds"))
    expect(bars).to_have_attribute("aria-valuemax", "4")
    contributions = client.get(
        f"/api/sessions/{workspace.id}/parameters/2.bias.0/explanation"
    ).json()["examples"]
    ordered = sorted(contributions, key=lambda example: example["contribution"])
    bars.click(position={"x": 5, "y": 40})
    number = ordered[0]["index"] + 1
    expect(page.get_by_label("Example", exact=True)).to_have_value(str(number))
    expect(workspace.inspector).to_contain_text(f"for example {number} of 4")
    bars.focus()
    page.keyboard.press("End")
    expect(page.get_by_label("Example", exact=True)).to_have_value(str(ordered[-1]["index"] + 1))


def test_every_parameter_is_checked_at_once(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "playground_circle"))
    workspace.inspect("1.kernel.0.0")
    workspace.button("Check every parameter").click()
    said = workspace.inspector.get_by_text(re.compile("All 25 parameters agree to within"))
    expect(said).to_have_text(re.compile(r"within \de−(0?[7-9]|\d\d)"))


def test_a_deep_network_stays_readable_and_unfolds(page: Page, new_session: NewSession) -> None:
    layers = [{"units": 4, "activation": "tanh"}] * 5 + [{"units": 1, "activation": "tanh"}]
    session = new_session(network={"layers": layers})
    workspace = Workspace(page, session["id"])
    workspace.edge("1.kernel.0.0").focus()
    page.keyboard.press("Enter")
    inspector = workspace.inspector
    expect(inspector.locator(".equation .factor")).to_have_count(3)
    expect(inspector.locator(".recursion > li")).to_have_count(6)
    box = inspector.locator("#chain-rule").bounding_box()
    assert box is not None
    assert box["height"] < 480
    paths = inspector.locator("#all-paths")
    expect(paths.get_by_role("row")).to_have_count(0)
    paths.get_by_text("256 paths").click()
    expect(paths.get_by_role("row").nth(24)).to_be_visible()
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    expect(paths.get_by_role("row").nth(24)).to_be_visible()


def test_a_frozen_weight_says_so(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "worked_2_2_2"))
    workspace.inspect("2.bias.0")
    expect(workspace.inspector).to_contain_text("bY1 is frozen")


def test_diagnosis_is_quiet_on_a_healthy_network_and_marks_a_dead_unit(
    page: Page, new_session: NewSession
) -> None:
    workspace = Workspace(page)
    workspace.press("Epoch", "Epoch")
    workspace.expect_epoch(2)
    expect(page.locator(".finding")).to_have_count(0)
    expect(page.locator(".network-finding")).to_have_count(0)
    spec = {
        "layers": [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "linear"}],
        "weights": [
            {"kernel": [[1, -1], [1, -1]], "bias": [0, -1]},
            {"kernel": [[1], [1]], "bias": [0]},
        ],
    }
    Workspace(page, new_session(network=spec)["id"])
    expect(page.locator(".finding")).to_contain_text("H2 is dead")
    expect(page.locator(".network-finding")).to_have_count(1)


def test_while_playing_the_inspector_keeps_up_and_frames_are_not_slowed(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _preset(client, "playground_circle"))
    workspace.inspect("1.kernel.0.0")
    page.locator("#speed").select_option("30")
    workspace.button("Play").click()
    counted = page.evaluate(
        """() => new Promise((resolve) => {
          const counts = { frames: 0, panels: 0 };
          const stream = document.getElementById("stream");
          stream.addEventListener("state", () => { counts.frames += 1; });
          const seen = new Set();
          const timer = setInterval(() => {
            seen.add(document.querySelector("#chain-rule .factor-figure").textContent);
          }, 20);
          setTimeout(() => {
            clearInterval(timer);
            resolve({ ...counts, panels: seen.size });
          }, 3000);
        })"""
    )
    # Counted, not timed: a machine under load is slower, but never so much.
    assert counted["panels"] >= 4
    assert counted["frames"] >= 20
    workspace.button("Pause").click()


def test_without_javascript_edges_are_chosen_and_phases_go_by_layer(
    new_page: NewPage, client: httpx.Client
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"/sessions/{_preset(client, 'article_2_2_2')}")
    page.get_by_text("Parameters and gradients").first.click()
    page.get_by_role("button", name="V1", exact=True).click()
    expect(page.get_by_role("heading", name="Chain rule · V1")).to_be_visible()
    expect(page.get_by_role("rowheader", name="new value")).to_be_visible()
    page.get_by_role("button", name="layer by layer").click()
    page.get_by_role("button", name="Forward", exact=True).click()
    expect(page.locator("#narration")).to_contain_text("layer 1 of 2")
    page.get_by_role("button", name="Forward", exact=True).click()
    expect(page.locator("#workspace")).to_have_attribute("data-phase", "forward")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_the_inspector_is_accessible_and_fits(
    new_page: NewPage, client: httpx.Client, scheme: str, width: int
) -> None:
    page = new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    workspace = Workspace(page, _preset(client, "article_keras_adam"))
    workspace.edge("1.kernel.0.0").focus()
    page.keyboard.press("Enter")
    expect(workspace.inspector.locator(".factor")).to_have_count(6)
    page.get_by_text("Over two weights").click()
    expect(page.locator("#surface-plot .contour-line").first).to_be_visible()
    workspace.button("Predict first").click()
    expect(page.locator("#predict-question")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []
