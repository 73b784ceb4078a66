"""The inspector, as a person meets it who has read only the article."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.workspace import Workspace
from tests.golden_figures import figures
from tests.shown_figures import comes_to, number, rounds_to, unit_of

INVITATION = "Choose an edge or a node to see where its gradient comes from."

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]


def _preset(client: httpx.Client, name: str, **changes: Any) -> str:
    """A new session from a preset; gives its id."""
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == name)
    session: str = client.post("/api/sessions", json=spec | changes).json()["id"]
    return session


def _texts(figures: Locator) -> list[str]:
    """The numbers below the formulas of cards, or other numbers of the page, as they are shown."""
    return [text.strip().removeprefix("= ") for text in figures.all_inner_texts()]


def _is_shown(texts: list[str], *values: float) -> None:
    """Every value stands there, right to the last digit that is shown, and with four at least
    unless fewer are all of it.
    """
    assert len(texts) == len(values)
    for text, value in zip(texts, values, strict=True):
        assert number(text) == pytest.approx(value, rel=0, abs=unit_of(text) * 0.500001), text
        exact = number(text) == pytest.approx(value, rel=1e-13)
        assert exact or unit_of(text) <= max(1e-4, abs(value) * 1.001e-3), text


def _expect_sum(equation: Locator, total: str) -> None:
    """The numbers of a sum, as they are shown, come to the total that is shown."""
    texts = _texts(equation.locator(".product"))
    signs = [sign for sign in _texts(equation.locator(":scope > .times")) if sign != "="]
    told = [number(text) for text in texts]
    added = told[0] + sum(
        -value if sign == "−" else value for sign, value in zip(signs, told[1:], strict=True)
    )
    assert rounds_to(added, total)


def test_a_reader_of_the_article_follows_v1_and_then_w1(page: Page, client: httpx.Client) -> None:
    golden = figures("article_2_2_2")
    forward, backward = golden["forward"], golden["backward"]
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    inspector = workspace.inspector
    expect(inspector).to_have_text(INVITATION, use_inner_text=True)

    # V1: dE/dV1 = dE/dY1 * dY1/dy1 * dy1/dV1
    workspace.inspect("2.kernel.0.0")
    expect(inspector.get_by_role("heading", name="Chain rule · V1")).to_be_visible()
    cards = inspector.locator("#chain-rule .equation .factor")
    expect(cards).to_have_count(4)
    slope = backward["dE_dy"][0] / backward["dE_dY"][0]
    factors = [backward["dE_dY"][0], slope, forward["H"][0]]
    texts = _texts(cards.locator(".factor-figure"))
    _is_shown(texts, backward["dE_dV"][0][0], *factors)
    assert rounds_to(math.prod(map(number, texts[1:])), texts[0])
    slopes = inspector.locator(".slopes > li")
    expect(slopes).to_have_count(2)
    for line, figure in zip(slopes.all(), texts[1:3], strict=True):
        *_formula, calculation, result = re.split(" ?= ?", line.inner_text())
        assert result.strip() == figure
        assert comes_to(calculation.strip(), figure)
    names = [card.get_attribute("aria-label") or "" for card in cards.all()]
    assert [name.split(" = ")[0] for name in names] == ["∂E/∂V1", "∂E/∂Y1", "∂Y1/∂y1", "∂y1/∂V1"]
    for card in cards.all():
        expect(card.locator("math mfrac")).to_have_count(1)
    results = inspector.locator(".calculation .result")
    updated = golden["after_updates"]["1"]["V"][0][0]
    change = updated - golden["V"][0][0]
    told = [text.removeprefix("+") for text in _texts(results)]
    _is_shown(told, backward["dE_dV"][0][0], change, updated)
    expect(inspector).to_contain_text("Numeric check −0.0695")

    # W1: both ways from the loss to it, adding up
    workspace.inspect("1.kernel.0.0")
    expect(inspector.get_by_role("heading", name="Chain rule · W1")).to_be_visible()
    paths = inspector.locator(".paths > li")
    expect(paths).to_have_count(2)
    for k, path in enumerate(paths.all()):
        dy = backward["dE_dy"][k] / backward["dE_dY"][k]
        factors = [backward["dE_dY"][k], dy, golden["V"][0][k], 1.0, golden["input"][0]]
        texts = _texts(path.locator(".factor-figure"))
        _is_shown(texts, *factors)
        (product,) = _texts(path.locator(".product"))
        assert number(product) == pytest.approx(
            backward["dE_dy"][k] * golden["V"][0][k] * golden["input"][0],
            rel=0,
            abs=unit_of(product) * 0.500001,
        )
        assert rounds_to(math.prod(map(number, texts)), product)
    equation = inspector.locator(".equation.sum")
    (total,) = _texts(equation.locator(".factor-figure"))
    _is_shown([total], backward["dE_dW"][0][0])
    _expect_sum(equation, total)

    # And the update then does what was told.
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    expect(workspace.edge("1.kernel.0.0")).to_have_attribute(
        "data-weight", re.compile(r"^0\.30447")
    )


def test_small_numbers_add_up_on_the_page(page: Page, client: httpx.Client) -> None:
    golden = figures("worked_2_2_2")
    workspace = Workspace(page, _preset(client, "worked_2_2_2"))
    workspace.inspect("1.kernel.0.0")
    equation = workspace.inspector.locator(".equation.sum")
    expect(equation.locator(".factor-figure")).to_have_count(1)
    (total,) = _texts(equation.locator(".factor-figure"))
    _is_shown([total], golden["backward"]["dE_dW"][0][0])
    _expect_sum(equation, total)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_reader_of_the_article_follows_h1(page: Page, client: httpx.Client, by: str) -> None:
    golden = figures("article_2_2_2")
    forward, backward = golden["forward"], golden["backward"]
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    inspector, node = workspace.inspector, workspace.node("1.0")
    if by == "mouse":
        node.click()
    else:
        workspace.edge("1.kernel.0.0").focus()
        page.keyboard.press("ArrowRight")
        expect(node).to_be_focused()
        page.keyboard.press("Enter")
    expect(inspector.get_by_role("heading", name="Chain rule · H1")).to_be_visible()
    expect(node).to_have_attribute("aria-pressed", "true")
    expect(workspace.sentence).to_contain_text("H1 is 0.6800, its delta −0.07458")

    # Its value: h1 = I1 W1 + I2 W3, H1 = h1
    sums = inspector.locator(".on-paper > p")
    expect(sums.nth(0)).to_contain_text("= 0.6 · 0.3 + 1 · 0.5 = 0.1800 + 0.5000")
    _is_shown(_texts(sums.locator(".product")), forward["h_pre"][0], forward["H"][0])

    # Its delta: both ways from the loss to h1
    paths = inspector.locator(".paths > li")
    expect(paths).to_have_count(2)
    for k, path in enumerate(paths.all()):
        dy = backward["dE_dy"][k] / backward["dE_dY"][k]
        factors = [backward["dE_dY"][k], dy, golden["V"][0][k], 1.0]
        _is_shown(_texts(path.locator(".factor-figure")), *factors)
    equation = inspector.locator(".equation.sum")
    (total,) = _texts(equation.locator(".factor-figure"))
    _is_shown([total], backward["dE_dh"][0])
    _expect_sum(equation, total)

    # And the gradients of the weights that lead into it, which choose them.
    lines = inspector.locator(".incoming > li")
    gradients = [backward["dE_dW"][source][0] for source in (0, 1)]
    _is_shown(_texts(lines.locator(".product")), *gradients)
    expect(inspector.get_by_text("From gradient to update")).to_be_hidden()
    expect(page.locator("#descent-plot")).to_be_hidden()
    lines.nth(1).get_by_role("button").click()
    expect(inspector.get_by_role("heading", name="Chain rule · W3")).to_be_visible()
    expect(page.locator("#descent-plot")).to_be_visible()
    expect(node).to_have_attribute("aria-pressed", "false")


def test_a_unit_stays_chosen_and_follows_the_steps(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    node, inspector = workspace.node("2.0"), workspace.inspector
    node.click()
    expect(inspector.get_by_role("heading", name="Chain rule · Y1")).to_be_visible()
    before = _texts(inspector.locator(".equation .factor-figure"))
    node.click()  # once more does nothing
    node.press("Enter")
    expect(node).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".network-editor")).to_be_hidden()
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    expect(inspector.locator(".equation .factor-figure").first).not_to_have_text(before[0])
    node.press("Escape")
    expect(inspector.get_by_text(INVITATION)).to_be_visible()
    expect(node).to_have_attribute("aria-pressed", "false")


def test_inputs_are_no_buttons_and_a_press_leaves_the_choice(page: Page) -> None:
    workspace = Workspace(page)
    workspace.node("1.0").click()
    heading = workspace.inspector.get_by_role("heading", name="Chain rule · H1")
    expect(heading).to_be_visible()
    entrance = workspace.node("0.0")
    expect(entrance).to_have_attribute("role", "img")
    expect(entrance).not_to_have_attribute("aria-pressed", re.compile(".*"))
    drawing = page.locator("#network svg")
    entrance.hover()
    expect(entrance).to_have_attribute("data-pointed", "")
    expect(drawing).not_to_have_class(re.compile("network-on-item"))
    workspace.node("1.1").hover()
    expect(drawing).to_have_class(re.compile("network-on-item"))
    entrance.click()
    entrance.press("Enter")
    expect(heading).to_be_visible()


def test_the_bias_of_a_unit_is_reached_from_it_and_edited(page: Page) -> None:
    workspace = Workspace(page)
    workspace.node("1.1").click()
    workspace.inspector.get_by_role("button", name="bH2").click()
    heading = workspace.inspector.get_by_role("heading", name="Chain rule · bH2")
    expect(heading).to_be_visible()
    workspace.node("1.1").click()
    expect(heading).to_be_hidden()
    workspace.node("1.1").press("ArrowLeft")
    expect(workspace.edge("1.bias.1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("New value for bH2").fill("0.25")
    page.keyboard.press("Enter")
    expect(workspace.edge("1.bias.1")).to_have_attribute("data-weight", "0.25")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_editor_of_a_chosen_edge_leaves_the_sentence_in_sight(
    new_page: NewPage, client: httpx.Client, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    for parameter in ("1.kernel.0.0", "2.kernel.0.0", "1.kernel.0.1"):
        workspace.edge(parameter).focus()
        page.keyboard.press("Enter")
        expect(workspace.edge(parameter)).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Enter")
        editor = page.locator(".network-editor")
        expect(editor).to_be_visible()
        sentence, field = workspace.sentence.bounding_box(), editor.bounding_box()
        assert sentence is not None
        assert field is not None
        assert field["y"] >= sentence["y"] + sentence["height"]
        page.keyboard.press("Escape")
        expect(editor).to_be_hidden()


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
        expect(window.inspector.get_by_text(INVITATION)).to_be_visible()
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
    said = workspace.inspector.get_by_text(re.compile("gradients of all 25 parameters agree"))
    expect(said).to_have_text(re.compile(r"to ([6-9]|1\d) digits or more"))


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
    _nothing_is_out_of_view(paths.locator(".table-scroll"))
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    expect(paths.get_by_role("row").nth(24)).to_be_visible()


def _nothing_is_out_of_view(scroller: Locator) -> None:
    """No column of a table has to be scrolled to sideways."""
    assert scroller.evaluate("(box) => box.scrollWidth <= box.clientWidth")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_deltas_of_a_deep_network_can_be_read(
    new_page: NewPage, new_session: NewSession, width: int
) -> None:
    layers = [{"units": 4, "activation": "tanh"}] * 5 + [{"units": 1, "activation": "tanh"}]
    session = new_session(network={"layers": layers})
    page = new_page(viewport={"width": width, "height": 900})
    workspace = Workspace(page, session["id"])
    workspace.edge("1.kernel.0.0").focus()
    page.keyboard.press("Enter")
    row = workspace.inspector.locator("#deltas-4 .delta-rows > li").first
    workspace.inspector.locator("#deltas-4 summary").click()
    expect(row).to_be_visible()
    # The number that comes out has a place of its own, beside the calculation.
    sum_of, result = row.locator(".sum-of").bounding_box(), row.locator(".product").bounding_box()
    assert sum_of is not None
    assert result is not None
    assert result["x"] >= sum_of["x"] + sum_of["width"]
    for term in row.locator(".together").all():
        box = term.bounding_box()
        assert box is not None
        assert box["height"] < 24  # on one line
    workspace.inspector.locator("#all-paths summary").click()
    scroller = workspace.inspector.locator("#all-paths .table-scroll")
    expect(scroller).to_be_visible()
    _nothing_is_out_of_view(scroller)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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


def test_while_playing_the_inspector_keeps_up_and_frames_do_not_wait_for_it(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page, _preset(client, "playground_circle"))
    workspace.inspect("1.kernel.0.0")
    page.locator("#speed").select_option("30")
    workspace.button("Play").click()
    page.evaluate(
        """() => {
          globalThis.seen = { frames: 0, explained: new Set() };
          document.getElementById("stream").addEventListener("state", () => {
            seen.frames += 1;
          });
          const figure = () => document.querySelector("#chain-rule .factor-figure")?.textContent;
          seen.explained.add(figure());
          new MutationObserver(() => figure() && seen.explained.add(figure())).observe(
            document.getElementById("inspector"),
            { childList: true, characterData: true, subtree: true },
          );
        }"""
    )
    page.wait_for_function("() => seen.explained.size >= 8")
    counted = page.evaluate("() => ({ frames: seen.frames, explained: seen.explained.size })")
    assert counted["frames"] > counted["explained"]
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_the_panel_of_a_unit_is_accessible_and_fits(
    new_page: NewPage, new_session: NewSession, scheme: str, width: int
) -> None:
    layers = [{"units": 4, "activation": "tanh"}] * 4 + [{"units": 1, "activation": "tanh"}]
    page = new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    workspace = Workspace(page, new_session(network={"layers": layers})["id"])
    workspace.node("2.1").focus()
    page.keyboard.press("Enter")
    expect(workspace.inspector.get_by_role("heading", name="Chain rule · H2,2")).to_be_visible()
    for details in workspace.inspector.locator("#chain-rule summary").all():
        details.click()
    expect(workspace.inspector.locator("#all-paths .table-scroll")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []


def test_without_javascript_a_unit_is_explained_and_chooses_its_weights(
    new_page: NewPage, client: httpx.Client
) -> None:
    session = _preset(client, "article_2_2_2")
    client.post(f"/api/sessions/{session}/choose", json={"unit": "1.unit.0"})
    page = new_page(java_script_enabled=False)
    page.goto(f"/sessions/{session}")
    expect(page.get_by_role("heading", name="Chain rule · H1")).to_be_visible()
    expect(page.get_by_text("From gradient to update")).to_be_hidden()
    page.locator("#chain-rule").get_by_role("button", name="W3").click()
    expect(page.get_by_role("heading", name="Chain rule · W3")).to_be_visible()
    expect(page.get_by_text("From gradient to update").first).to_be_visible()
