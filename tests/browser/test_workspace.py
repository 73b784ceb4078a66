"""What a learner does on the page, in a real Chromium, against the real server."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace, flat_parameters

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]


def _preset(client: httpx.Client, name: str) -> str:
    """A new session from a preset; gives its id."""
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == name)
    session: str = client.post("/api/sessions", json=spec).json()["id"]
    return session


def _expect_drawn(workspace: Workspace, client: httpx.Client) -> None:
    """Wait until the drawing shows the weights and gradients that the API gives."""
    for what, attribute in (("parameters", "data-weight"), ("gradients", "data-gradient")):
        workspace.expect_drawn(attribute, flat_parameters(client, workspace.id, what))


def test_epoch_changes_the_drawn_gradients_and_lengthens_the_curve(
    new_page: NewPage, client: httpx.Client
) -> None:
    workspace = Workspace(new_page())
    other = Workspace(new_page(), workspace.id)
    before = workspace.gradients()
    assert len(before) == 13
    expect(workspace.curve).to_have_accessible_name(re.compile("No epochs yet"))
    workspace.press("Epoch", "Epoch", "Epoch")
    for window in (workspace, other):  # the second window, which pressed nothing, sees the same
        window.expect_epoch(3)
        expect(window.curve).to_have_accessible_name(re.compile("over 3 epochs"))
        _expect_drawn(window, client)
    after = workspace.gradients()
    assert all(before[name] != after[name] for name in before)
    assert other.gradients() == after


def test_the_phases_of_a_batch_one_by_one(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.press("Forward")
    workspace.expect_phase("forward")
    expect(workspace.sentence).to_contain_text("Forward")
    expect(page.locator("#batch-loss")).to_have_text("0.2296")
    workspace.press("Backward")
    workspace.expect_phase("backward")
    expect(workspace.sentence).to_contain_text("steepest slope")
    expect(workspace.edge("2.kernel.0.0")).to_have_accessible_name(
        "V1, from H1 to Y1, weight 0.6000, gradient −0.0695"
    )
    expect(page.locator('[data-label="2.kernel.0.0"]')).to_contain_text("−0.0695")
    workspace.press("Update")
    workspace.expect_phase("ready")
    workspace.expect_epoch(1)
    expect(workspace.edge("2.kernel.0.0")).to_have_attribute(
        "data-weight", re.compile(r"^0\.60695")
    )


def test_a_phase_out_of_order_says_which_one_comes_first(page: Page) -> None:
    workspace = Workspace(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    expect(workspace.button("Update")).to_have_attribute("aria-disabled", "true")
    workspace.button("Update").click(force=True)
    expect(workspace.sentence).to_contain_text("begins with Forward")
    assert "POST" not in asked
    workspace.press("Forward")
    # Told last of all that a phase shows: a button pressed before it is answered as before.
    expect(workspace.sentence).to_contain_text("Backward finds out")
    expect(workspace.button("Update")).to_have_attribute("aria-disabled", "true")
    workspace.button("Update").click(force=True)
    expect(workspace.sentence).to_contain_text("press Backward next")


def test_keys_drive_the_session(page: Page) -> None:
    workspace = Workspace(page)
    page.keyboard.press("f")
    workspace.expect_phase("forward")
    page.keyboard.press("b")
    workspace.expect_phase("backward")
    page.keyboard.press("u")
    workspace.expect_epoch(1)
    page.keyboard.press("e")
    workspace.expect_epoch(2)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    workspace.expect_epoch(0)


@pytest.mark.parametrize("key", ["e", "n"])
def test_however_fast_a_key_is_pressed_each_press_counts(page: Page, key: str) -> None:
    workspace = Workspace(page)
    for _press in range(12):
        page.keyboard.press(key)
    workspace.expect_epoch(12)
    for _press in range(12):
        page.keyboard.press("Backspace")
    workspace.expect_epoch(8)  # an epoch is three phases
    workspace.expect_phase("ready")


def test_what_is_pressed_is_done_in_its_order_and_reset_does_away_with_the_rest(
    page: Page,
) -> None:
    workspace = Workspace(page)
    page.keyboard.press("e")
    workspace.expect_epoch(1)
    for key in ("e", "e", "e", "e", "Backspace"):
        page.keyboard.press(key)
    workspace.expect_epoch(4)
    workspace.expect_phase("backward")
    for key in "eeeeeer":
        page.keyboard.press(key)
    workspace.expect_epoch(0)
    workspace.press("Forward")
    workspace.expect_phase("forward")
    workspace.expect_epoch(0)
    for _press in range(6):
        page.keyboard.press("e")
    workspace.button("Play").click()
    expect(workspace.button("Pause")).to_be_visible()
    workspace.press("Pause")


def test_what_went_wrong_among_quick_presses_is_said(page: Page, complaints: Complaints) -> None:
    complaints.expect("ERR_FAILED")
    complaints.expect("Failed to fetch")
    workspace = Workspace(page)
    held: list[Route] = []
    page.route("**/epoch", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/epoch"):
        for _press in range(6):
            page.keyboard.press("e")
    held[0].abort()
    workspace.expect_epoch(5)
    expect(page.locator(".toast")).to_contain_text("The server did not answer.")
    workspace.press("Forward")
    expect(page.locator(".toast")).to_have_count(0)


def test_a_key_that_is_held_is_done_with_when_it_is_let_go(page: Page) -> None:
    workspace = Workspace(page)
    held: list[Route] = []
    page.route("**/epoch", lambda route: held.append(route))
    with page.expect_request("**/epoch"):
        for _repeat in range(8):
            page.keyboard.down("e")
    page.keyboard.up("e")
    held.pop().continue_()
    workspace.expect_epoch(1)
    workspace.press("Forward")
    workspace.expect_phase("forward")
    assert held == []


def test_the_tab_has_the_name_of_the_session(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page)
    expect(page).to_have_title(re.compile("^XOR.* · Backprop visualizer$"))
    client.patch(f"/api/sessions/{workspace.id}/spec", json={"name": "Mine <b>"})
    expect(page).to_have_title("Mine <b> · Backprop visualizer")


def test_a_weight_that_is_not_touched_in_its_editor_stays_as_it_is(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page)
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.locator('[data-label="1.kernel.0.1"]').dblclick()
    editor = page.locator(".network-editor input")
    editor.press("Enter")
    expect(editor).to_be_hidden()
    page.locator('[data-label="1.kernel.0.0"]').dblclick()
    editor.fill("0.75")
    editor.press("Enter")
    expect(workspace.edge("1.kernel.0.0")).to_have_attribute("data-weight", "0.75")
    assert asked.count("PATCH") == 1


def test_a_weight_is_edited_on_its_edge(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page)
    page.locator('[data-label="1.kernel.0.1"]').dblclick()
    editor = page.locator(".network-editor input")
    editor.fill("abc")
    editor.press("Enter")
    expect(page.locator(".network-editor-error")).to_be_visible()
    editor.fill("0.75")
    editor.press("Enter")
    expect(editor).to_be_hidden()
    expect(workspace.edge("1.kernel.0.1")).to_have_attribute("data-weight", "0.75")
    assert flat_parameters(client, workspace.id)["1.kernel.0.1"] == 0.75


def test_the_sign_of_a_long_weight_is_in_sight_where_it_is_edited(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page)
    values = {"1.kernel.0.1": -0.45958775, "1.kernel.0.0": -1.2345679e-10}
    client.patch(f"/api/sessions/{workspace.id}/parameters", json=values)
    for name, value in values.items():
        expect(workspace.edge(name)).to_have_attribute(
            "data-weight", re.compile(f"^{value:.4}"[:6])
        )
        page.locator(f'[data-label="{name}"]').dblclick()
        editor = page.locator(".network-editor input")
        expect(editor).to_have_value(f"{value:.9g}")
        assert editor.evaluate("(input) => [input.scrollLeft, input.selectionStart]") == [0, 0]
        assert editor.evaluate("(input) => input.scrollWidth <= input.clientWidth")
        editor.press("Escape")


def test_the_drawing_is_reached_and_edited_by_keyboard(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page)
    workspace.edge("2.kernel.1.0").focus()
    page.keyboard.press("Enter")
    expect(workspace.edge("2.kernel.1.0")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    page.locator(".network-editor input").fill("-1.5")
    page.keyboard.press("Enter")
    expect(workspace.edge("2.kernel.1.0")).to_have_attribute("data-weight", "-1.5")
    expect(workspace.edge("2.kernel.1.0")).to_be_focused()
    assert flat_parameters(client, workspace.id)["2.kernel.1.0"] == -1.5


def test_a_field_that_makes_no_sense_is_told_beside_it(
    page: Page, client: httpx.Client, complaints: Complaints
) -> None:
    complaints.expect("422")
    workspace = Workspace(page)
    before = client.get(f"/api/sessions/{workspace.id}").json()
    field = page.get_by_label("Learning rate", exact=True).first
    field.fill("-1")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("above 0"))
    assert client.get(f"/api/sessions/{workspace.id}").json() == before
    field.fill("0.5")
    field.press("Enter")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    state = client.get(f"/api/sessions/{workspace.id}").json()
    assert state["spec"]["optimizer"]["learning_rate"] == 0.5


def test_layers_units_and_activations_are_changed_in_the_panel(
    page: Page, client: httpx.Client
) -> None:
    workspace = Workspace(page)
    expect(page.locator("#network [data-node]")).to_have_count(6)
    page.get_by_role("button", name=re.compile("hidden layer", re.IGNORECASE)).click()
    expect(page.locator("#network [data-node]")).to_have_count(9)
    page.get_by_role("button", name=re.compile("more units|add a unit|more", re.IGNORECASE)).filter(
        visible=True
    ).first.click()
    expect(page.locator("#network [data-node]")).to_have_count(10)
    layers = client.get(f"/api/sessions/{workspace.id}").json()["spec"]["network"]["layers"]
    assert sum(layer["units"] for layer in layers) == 8


@pytest.mark.parametrize(
    "name",
    [
        "article_keras",
        "article_keras_adam",
        "article_2_2_2",
        "worked_2_2_2",
        "playground_circle",
        "playground_spiral",
        "sine",
        "iris",
    ],
)
def test_every_preset_is_drawn_and_trains(page: Page, client: httpx.Client, name: str) -> None:
    workspace = Workspace(page, _preset(client, name))
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    expect(workspace.curve).to_have_accessible_name(re.compile("over 1 epoch"))
    expect(page.locator("#output-bars")).to_be_visible()
    expect(page.locator("#output-plot")).to_be_visible(visible=name != "iris")  # four inputs


def test_a_preset_is_chosen_on_the_page(page: Page) -> None:
    workspace = Workspace(page)
    workspace.choose("Preset", "A sine curve")
    expect(page.get_by_role("heading", level=1)).to_have_text("A sine curve")
    expect(page.locator("#network [data-node]")).to_have_count(10)
    expect(page.locator("#output-plot svg").first).to_be_visible()


def test_play_runs_and_pauses(page: Page) -> None:
    workspace = Workspace(page)
    workspace.button("Play").click()
    expect(workspace.button("Pause")).to_be_visible()
    expect(page.locator("#epoch-count")).to_have_text(re.compile(r"^[3-9]"))
    workspace.button("Pause").click()
    expect(workspace.button("Play")).to_be_visible()


def test_a_step_far_too_large_explains_itself(page: Page, client: httpx.Client) -> None:
    spec = {
        "network": {"layers": [{"units": 3, "activation": "relu"}, {"units": 1}]},
        "data": {"source": "plane"},
        "optimizer": {"name": "sgd", "learning_rate": 1e6},
    }
    workspace = Workspace(page, client.post("/api/sessions", json=spec).json()["id"])
    workspace.press("Epoch")
    expect(workspace.sentence).to_contain_text("stopped")
    expect(workspace.sentence).to_contain_text("learning rate")
    assert "NaN" not in page.inner_text("body")


def test_the_example_in_focus_is_chosen(page: Page) -> None:
    workspace = Workspace(page)
    node = page.locator('[data-node="0.1"]')
    # It begins with the example that has no 0 in it, the last.
    expect(node).to_have_accessible_name(re.compile("I2, value 1"))
    workspace.button("Next example").click()
    expect(node).to_have_accessible_name(re.compile("I2, value 0"))


def test_the_edges_show_weights_gradients_or_updates(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page)
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    label = page.locator('[data-label="2.kernel.0.0"]')
    _expect_drawn(workspace, client)
    edge = workspace.edge("2.kernel.0.0")
    values = {
        "weights": flat_parameters(client, workspace.id)["2.kernel.0.0"],
        "gradients": flat_parameters(client, workspace.id, "gradients")["2.kernel.0.0"],
        "updates": float(edge.get_attribute("data-update") or "nan"),
    }
    assert len(set(values.values())) == 3
    for quantity, value in values.items():
        page.get_by_role("radio", name=quantity).check(force=True)
        figure = f"{value:.4f}".replace("-", "−")
        expect(label).to_contain_text(figure)
        expect(edge).to_have_accessible_name(re.compile(figure))


def test_a_large_network_is_drawn_and_its_edges_can_be_reached(
    page: Page, client: httpx.Client
) -> None:
    data = {"source": "inline", "inputs": [[0.1] * 64] * 2, "targets": [[1.0] + [0.0] * 9] * 2}
    spec = {
        "network": {
            "layers": [
                {"units": 32, "activation": "relu"},
                {"units": 10, "activation": "softmax"},
            ]
        },
        "data": data,
        "loss": "categorical_crossentropy",
    }
    workspace = Workspace(page, client.post("/api/sessions", json=spec).json()["id"])
    expect(page.locator("#network canvas").first).to_be_visible()
    workspace.press("Epoch")
    workspace.expect_epoch(1)


def test_without_javascript_the_buttons_work_as_forms(
    new_page: NewPage, client: httpx.Client
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("button", name="Epoch", exact=True).click()
    expect(page.locator("#epoch-count")).to_have_text("1")
    page.get_by_role("button", name="Forward", exact=True).click()
    expect(page.locator("#narration")).to_contain_text("Forward")
    session = page.url.rsplit("/", 1)[1]
    assert client.get(f"/api/sessions/{session}").json()["position"]["phase"] == "forward"
    field = page.get_by_label("Learning rate", exact=True).first
    field.fill("0.25")
    field.press("Enter")
    expect(field).to_have_value("0.25")
    state = client.get(f"/api/sessions/{session}").json()
    assert state["spec"]["optimizer"]["learning_rate"] == 0.25


def test_without_motion_the_end_state_is_there_at_once(
    new_page: NewPage, client: httpx.Client
) -> None:
    workspace = Workspace(new_page(reduced_motion="reduce"))
    workspace.press("Forward", "Backward", "Update")
    workspace.expect_epoch(1)
    _expect_drawn(workspace, client)


def test_the_visitor_finds_the_session_again_and_another_gets_another(new_page: NewPage) -> None:
    page = new_page()
    first = Workspace(page)
    first.press("Epoch")
    first.expect_epoch(1)
    page.goto("/sessions")
    again = Workspace(page)
    assert again.id == first.id
    again.expect_epoch(1)
    assert Workspace(new_page()).id != first.id


def test_the_list_of_sessions_opens_and_deletes(
    page: Page, client: httpx.Client, new_session: NewSession, complaints: Complaints
) -> None:
    session = new_session(name="Listed here")["id"]
    page.goto("/sessions")
    page.get_by_role("link", name=re.compile("Listed here")).first.click()
    expect(page).to_have_url(re.compile(session))
    page.goto("/sessions")
    row = page.get_by_role("listitem").filter(has_text="Listed here").first
    row.get_by_label("More for Listed here").click()
    row.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name=re.compile("Listed here"))).to_have_count(0)
    assert client.get(f"/api/sessions/{session}").status_code == 404


def test_a_server_that_goes_and_comes_back_is_told(
    browser: Any, start_server: Callable[..., AbstractContextManager[str]]
) -> None:
    with start_server() as address:
        context = browser.new_context(base_url=address)
        page = context.new_page()
        Workspace(page)
    # The server is gone; the page stays and says so.
    expect(page.locator("#connection")).not_to_have_attribute("data-state", "live", timeout=20_000)
    expect(page.locator("#network [data-node]").first).to_be_visible()
    context.close()


def test_the_api_docs_work_offline(page: Page) -> None:
    page.goto("/api/docs")
    expect(page.get_by_text("Make a session").first).to_be_visible()


def test_an_unknown_session_has_a_friendly_page(page: Page, complaints: Complaints) -> None:
    complaints.expect("404")
    page.goto("/sessions/not-there")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Workspace").click()
    expect(page.locator("#workspace")).to_be_visible()
