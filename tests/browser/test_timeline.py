"""Going back and forth on the page: the way under the curve, steps back, branches and ghosts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessible import expect_nothing_found
from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace, flat_parameters

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]
Step = Callable[..., None]


class TimeMachine(Workspace):
    """A workspace whose time one goes through."""

    @property
    def scrubber(self) -> Locator:
        """The slider under the curve."""
        return self.page.get_by_role("slider", name="Epoch", exact=True)

    @property
    def branches(self) -> Locator:
        """The list of branches."""
        return self.page.get_by_role("list", name="Branches")

    @property
    def ghosts(self) -> Locator:
        """The curves of other branches that are drawn."""
        return self.page.locator("#cost-plot path.ghost")

    def expect_place(self, epoch: int, last: int) -> None:
        """Wait for the page to stand at an epoch of so many."""
        self.expect_epoch(epoch)
        expect(self.scrubber).to_have_attribute(
            "aria-valuetext", re.compile(rf"^epoch {epoch:,} of {last:,}, ")
        )

    def numbers(self) -> dict[str, Any]:
        """All that the page shows of the present moment."""
        return {
            "epoch": self.page.locator("#epoch-count").inner_text(),
            "cost": self.page.locator("#cost-count").inner_text(),
            "end of the curve": self.page.locator("#cost-curve .end-label").text_content(),
            "weights": self.weights(),
            "gradients": self.gradients(),
        }

    def x_of(self, epoch: float) -> float:
        """Where an epoch is on the screen, by the numbers under the curve."""
        places: list[tuple[float, float]] = self.page.locator("#scrubber text.epoch").evaluate_all(
            """(labels) => labels.map((label) => {
              const box = label.getBoundingClientRect();
              const first = label.textContent === "0"; // begins where its epoch is
              return [Number(label.textContent), first ? box.left : box.left + box.width / 2];
            })"""
        )
        (one, left), (other, right) = places[0], places[-1]
        return left + (epoch - one) / (other - one) * (right - left)


@pytest.fixture
def machine(
    new_page: NewPage, client: httpx.Client, new_session: NewSession
) -> Callable[..., TimeMachine]:
    """Opens a session that has trained for some epochs."""

    def open_it(epochs: int = 0, **options: Any) -> TimeMachine:
        session = new_session(batch_size=2, optimizer={"name": "sgd", "learning_rate": 2})["id"]
        if epochs:
            client.post(f"/api/sessions/{session}/step", json={"count": epochs})
        return TimeMachine(new_page(reduced_motion="reduce", **options), session)

    return open_it


Machine = Callable[..., TimeMachine]


def test_an_earlier_epoch_has_the_numbers_that_were_seen_then(
    machine: Machine, client: httpx.Client
) -> None:
    workspace = machine()
    seen = []
    for epoch in range(6):
        workspace.expect_place(epoch, epoch)
        weights = flat_parameters(client, workspace.id)
        workspace.expect_drawn("data-weight", weights)
        seen.append(workspace.numbers())
        workspace.press("Epoch")
    workspace.expect_place(6, 6)
    workspace.scrubber.focus()
    for key, epoch in (
        ("ArrowLeft", 5),
        ("ArrowLeft", 4),
        ("Home", 0),
        ("ArrowRight", 1),
        ("PageUp", 2),
    ):
        workspace.page.keyboard.press(key)
        workspace.expect_place(epoch, 6)
        workspace.expect_drawn("data-weight", seen[epoch]["weights"])
        assert workspace.numbers() == seen[epoch]


def test_dragging_asks_for_the_newest_place_only(machine: Machine) -> None:
    workspace = machine(100)
    page, box = workspace.page, workspace.scrubber.bounding_box()
    assert box
    under_way: set[Any] = set()
    most = [0]
    asked: list[str] = []

    def begin(request: Any) -> None:
        if request.url.endswith("/rewind"):
            under_way.add(request)
            most[0] = max(most[0], len(under_way))
            asked.append(request.post_data)

    page.on("request", begin)
    page.on("response", lambda response: under_way.discard(response.request))
    y = box["y"] + box["height"] / 2
    page.mouse.move(workspace.x_of(100), y)
    page.mouse.down()
    page.mouse.move(workspace.x_of(30), y, steps=60)
    workspace.expect_place(30, 100)
    page.mouse.move(workspace.x_of(42), y, steps=20)
    page.mouse.up()
    workspace.expect_place(42, 100)
    expect(page.locator("#timeline")).to_contain_text("epoch 42 of 100")
    assert most == [1]
    assert asked[-1] == '{"epoch":42}'


def test_a_press_on_the_curve_goes_to_the_epoch_that_is_read(machine: Machine) -> None:
    workspace = machine(20)
    curve = workspace.page.locator("#cost-curve").bounding_box()
    assert curve
    workspace.page.mouse.move(workspace.x_of(7), curve["y"] + 60)
    expect(workspace.page.locator("#cost-plot .readout")).to_contain_text("epoch 7,")
    workspace.page.mouse.down()
    workspace.page.mouse.up()
    workspace.expect_place(7, 20)
    workspace.page.locator("#cost-curve").focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "Enter"):
        workspace.page.keyboard.press(key)
    workspace.expect_place(2, 20)


def test_the_curve_is_dimmed_after_the_present_moment(machine: Machine) -> None:
    workspace = machine(20)
    full = workspace.page.locator("#cost-curve .curve.train:not(.ahead)")
    ahead = workspace.page.locator("#cost-curve .curve.train.ahead")
    whole = full.get_attribute("d")
    assert whole
    recorded = whole.rpartition("L")[0]  # the last is the present point, on the end of the line
    expect(ahead).not_to_have_attribute("d", re.compile("."))
    workspace.scrubber.focus()
    workspace.page.keyboard.press("Home")
    workspace.page.keyboard.press("PageUp")
    workspace.expect_place(2, 20)
    expect(ahead).to_have_attribute("d", recorded)
    expect(full).not_to_have_attribute("d", whole)
    expect(workspace.curve).to_have_accessible_name(re.compile("goes on to epoch 20"))
    workspace.button("Now").click()
    workspace.expect_place(20, 20)
    expect(full).to_have_attribute("d", whole)
    expect(ahead).not_to_have_attribute("d", re.compile("."))
    expect(workspace.button("Now")).to_have_count(0)


def test_training_on_in_the_past_goes_along_and_the_note_says_so(machine: Machine) -> None:
    workspace = machine(3)
    page = workspace.page
    workspace.scrubber.focus()
    page.keyboard.press("Home")
    workspace.expect_place(0, 3)
    note = "Training from here goes along what was recorded; a change begins a branch."
    expect(page.get_by_text(note)).to_be_visible()
    for epoch in (1, 2, 3):
        workspace.press("Epoch")
        workspace.expect_place(epoch, 3)
    expect(page.get_by_text(note)).to_have_count(0)
    workspace.press("Epoch")
    workspace.expect_place(4, 4)
    expect(workspace.branches).to_have_count(0)


def test_steps_back_by_phase_batch_and_epoch(machine: Machine) -> None:
    workspace = machine()
    page = workspace.page
    workspace.press("Forward", "Backward")
    workspace.expect_phase("backward")
    workspace.press("Step back")
    workspace.expect_phase("forward")
    page.keyboard.press("Backspace")
    workspace.expect_phase("ready")
    expect(workspace.button("Step back")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Backspace")
    expect(workspace.sentence).to_contain_text("This is where training begins")
    workspace.press("Epoch", "Epoch", "Batch")
    workspace.expect_epoch(2)
    page.keyboard.press("Shift+N")
    expect(workspace.sentence).to_contain_text("Back where epoch 2 ended")
    page.keyboard.press("Shift+E")
    expect(workspace.sentence).to_contain_text("Back where epoch 1 ended")
    page.locator("#back-more summary").click()
    workspace.button("A batch back Shift N").click()
    expect(workspace.sentence).to_contain_text("Back in epoch 1, after batch 1 of 2")
    expect(workspace.button("An epoch back Shift E")).to_be_hidden()


def test_an_edit_in_the_past_shows_the_branch_and_the_old_run_as_a_ghost(
    machine: Machine, client: httpx.Client
) -> None:
    workspace = machine(12)
    page = workspace.page
    cost = client.get(f"/api/sessions/{workspace.id}").json()["metrics"]["train"]["loss"]
    workspace.scrubber.focus()
    page.keyboard.press("Home")
    workspace.expect_place(0, 12)
    workspace.inspect("2.kernel.0.0")
    page.keyboard.press("Enter")
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    expect(workspace.sentence).to_contain_text("Run 2 goes on from here; Run 1 stays as it was.")
    expect(workspace.ghosts).to_have_count(1)
    expect(workspace.ghosts).to_have_attribute("data-branch", "Run 1")
    expect(page.locator("#cost-plot .ghost-name")).to_have_text("Run 1")
    expect(page.locator("#scrubber .mark.edit")).to_have_count(1)
    workspace.press("Epoch")
    workspace.expect_place(1, 1)
    rows = workspace.branches.get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("12 epochs")
    expect(rows.nth(0)).to_contain_text(f"{cost:.4f}")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    workspace.button("Run 1").click()
    workspace.expect_place(12, 12)
    expect(page.locator("#cost-count")).to_have_text(f"{cost:.4f}")
    expect(workspace.ghosts).to_have_attribute("data-branch", "Run 2")


def test_branches_are_compared_named_and_deleted(machine: Machine) -> None:
    workspace = machine(5)
    page = workspace.page
    workspace.button("Branch").click()
    compare = workspace.button("Compare Run 1")
    expect(compare).to_have_attribute("aria-pressed", "true")
    compare.click()
    expect(compare).to_have_attribute("aria-pressed", "false")
    expect(workspace.ghosts).to_have_count(0)
    compare.click()
    expect(workspace.ghosts).to_have_count(1)
    page.get_by_label("More on Run 1").click()
    name = page.get_by_label("Name of the branch").first
    name.fill("the first")
    name.press("Enter")
    expect(workspace.button("the first")).to_be_visible()
    expect(page.locator("#cost-plot .ghost-name")).to_have_text("the first")
    expect(name).to_be_hidden()
    more = page.get_by_label("More on the first")
    more.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Delete …").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It cannot be brought back.")).to_be_visible()
    expect(workspace.button("the first")).to_be_visible()
    page.keyboard.press("Escape")
    more.click()
    expect(page.get_by_text("It cannot be brought back.")).to_be_hidden()
    page.get_by_text("Delete …").click()
    workspace.button("Delete the first").click()
    expect(workspace.branches).to_have_count(0)
    expect(workspace.ghosts).to_have_count(0)


def test_a_branch_is_deleted_in_two_steps_without_scripts(
    new_page: NewPage, client: httpx.Client, new_session: NewSession
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 3})
    client.post(f"/api/sessions/{session}/branches", json={})
    page = new_page(java_script_enabled=False)
    page.goto(f"/sessions/{session}")
    page.get_by_label("More on Run 1").click()
    delete = page.get_by_role("button", name="Delete Run 1")
    expect(delete).to_be_hidden()
    page.get_by_text("Delete …").click()
    delete.click()
    expect(page.get_by_role("list", name="Branches")).to_have_count(0)


def test_a_refused_name_stays_where_it_was_typed(machine: Machine, complaints: Complaints) -> None:
    complaints.expect("4\\d\\d")
    workspace = machine(2)
    page = workspace.page
    workspace.button("Branch").click()
    page.get_by_label("More on Run 1").click()
    name = page.get_by_label("Name of the branch").first
    name.fill("Run 2")
    for _ in range(2):
        with page.expect_response("**/branches/rename"):
            page.get_by_role("button", name="Rename", exact=True).last.click()
        expect(name).to_be_focused()
    expect(page.locator(".toast")).to_have_count(1)
    name.fill("other")
    name.press("Enter")
    expect(workspace.button("other")).to_be_visible()
    expect(name).to_be_hidden()
    expect(page.locator(".toast")).to_have_count(0)


def test_the_menu_of_a_branch_begins_with_its_name(machine: Machine) -> None:
    workspace = machine(2)
    page = workspace.page
    workspace.button("Branch").click()
    more = page.get_by_label("More on Run 1")
    more.click()
    name = page.get_by_label("Name of the branch").first
    expect(name).to_be_focused()
    rename = page.get_by_role("button", name="Rename", exact=True).last
    rename.click()
    expect(name).to_be_focused()
    page.keyboard.type("re")  # over the selected text; neither Reset nor Epoch
    expect(name).to_have_value("re")
    name.press("Enter")
    expect(workspace.button("re")).to_be_visible()
    expect(name).to_be_hidden()
    expect(page.get_by_label("More on re")).to_be_focused()
    workspace.expect_epoch(2)


def test_blank_names_are_refused_in_words(machine: Machine, complaints: Complaints) -> None:
    complaints.expect("422")
    workspace = machine(2)
    page = workspace.page
    workspace.button("Branch").click()
    page.get_by_label("More on Run 1").click()
    name = page.get_by_label("Name of the branch").first
    name.fill("   ")
    name.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Give a name of 1 to 100 characters")
    expect(name).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#rename").click()
    session = page.get_by_label("Name of the session")
    session.fill("   ")
    session.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("more than spaces")
    expect(session).to_be_focused()


def test_a_branch_that_cannot_be_compared_says_why(machine: Machine, client: httpx.Client) -> None:
    workspace = machine(2)
    workspace.press("Branch")
    client.patch(f"/api/sessions/{workspace.id}/spec", json={"loss": "binary_crossentropy"})
    row = workspace.branches.get_by_role("listitem").filter(has_text="Run 1")
    expect(row.get_by_text("its cost means something else")).to_be_attached()
    expect(row.get_by_title("its cost means something else")).to_have_text(re.compile("≠"))


def test_no_curve_comes_where_a_branch_was_deleted(machine: Machine) -> None:
    workspace = machine(3)
    page = workspace.page
    workspace.button("Branch").click()
    workspace.press("Epoch")
    workspace.button("Branch").click()
    expect(workspace.ghosts).to_have_attribute("data-branch", "Run 2")
    page.get_by_label("More on Run 2").click()
    page.locator(".branch-more[open]").get_by_text("Delete …").click()
    workspace.button("Delete Run 2").click()
    expect(workspace.sentence).to_contain_text("A branch was deleted; Run 3 stays as it was.")
    expect(workspace.branches.get_by_role("listitem")).to_have_count(2)
    expect(workspace.ghosts).to_have_count(0)
    workspace.button("Run 1").click()
    expect(workspace.ghosts).to_have_attribute("data-branch", "Run 3")


def test_the_legend_has_the_signs_that_are_on_the_way(
    machine: Machine, client: httpx.Client
) -> None:
    workspace = machine(3)
    address = f"/api/sessions/{workspace.id}"
    signs = [
        workspace.page.get_by_text(text) for text in ("weights set by hand", "settings changed")
    ]
    for sign in signs:
        expect(sign).to_be_hidden()
    client.patch(f"{address}/spec", json={"optimizer": {"learning_rate": 0.5}})
    client.post(f"{address}/step", json={})
    expect(signs[1]).to_be_visible()
    expect(signs[0]).to_be_hidden()
    client.patch(f"{address}/parameters", json={"2.bias.0": 1})
    client.post(f"{address}/step", json={})
    expect(signs[0]).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_menu_of_a_branch_stays_in_the_window(machine: Machine, width: int) -> None:
    workspace = machine(2, viewport={"width": width, "height": 800})
    page = workspace.page
    workspace.button("Branch").click()
    more = page.get_by_label("More on Run 1")
    more.evaluate("(button) => button.scrollIntoView({ block: 'end' })")
    more.click()
    page.get_by_text("Delete …").click()
    page.wait_for_function(
        """() => {
          const menu = document.querySelector(".branch-more[open] > div").getBoundingClientRect();
          return menu.top >= 0 && menu.bottom <= innerHeight && menu.left >= 0;
        }"""
    )


def test_those_who_watch_see_where_one_stands_and_move_nothing(
    machine: Machine, new_page: NewPage, client: httpx.Client
) -> None:
    workspace = machine(8)
    watch = client.get(f"/api/sessions/{workspace.id}/following").json()["watch_id"]
    page = new_page(reduced_motion="reduce")
    TimeMachine(page, watch)
    workspace.scrubber.focus()
    workspace.page.keyboard.press("ArrowLeft")
    expect(page.locator("#timeline")).to_contain_text("epoch 7 of 8")
    expect(page.get_by_role("slider", name="Epoch", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Now")).to_have_count(0)
    page.locator("#cost-curve").click(position={"x": 120, "y": 60})
    workspace.press("Epoch")
    expect(page.locator("#timeline")).to_contain_text("8 epochs")
    assert client.get(f"/api/sessions/{workspace.id}").json()["position"]["epoch"] == 8


def test_without_scripts_one_goes_to_an_epoch_by_a_form(
    new_page: NewPage, client: httpx.Client, new_session: NewSession
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 9})
    page = new_page(java_script_enabled=False)
    page.goto(f"/sessions/{session}")
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    slider.fill("4")
    page.get_by_role("button", name="Go there").click()
    expect(page.locator("#narration")).to_contain_text("Back where epoch 4 ended")
    expect(page.locator("#timeline")).to_contain_text("epoch 4 of 9")
    page.get_by_role("button", name="Step back").click()
    expect(page.locator("#narration")).to_contain_text("Back in epoch 4")
    page.get_by_role("button", name="Now").click()
    expect(page.locator("#narration")).to_contain_text("At the end of Run 1")


def test_axe_finds_nothing_wrong_in_the_past_with_branches_and_popups_open(
    machine: Machine, client: httpx.Client, new_page: NewPage
) -> None:
    workspace = machine(20)
    address = f"/api/sessions/{workspace.id}"
    client.post(f"{address}/rewind", json={"epoch": 5})
    client.patch(f"{address}/parameters", json={"2.bias.0": 1})
    client.post(f"{address}/step", json={"count": 4})
    client.post(f"{address}/rewind", json={"epoch": 7})
    page = workspace.page
    workspace.expect_place(7, 9)
    expect(workspace.ghosts).to_have_count(1)
    expect_nothing_found(page)
    page.get_by_label("More on Run 1").click()
    expect(page.get_by_label("Name of the branch").first).to_be_visible()
    expect_nothing_found(page)
    watch = client.get(f"{address}/following").json()["watch_id"]
    watching = TimeMachine(new_page(reduced_motion="reduce"), watch)
    expect(watching.ghosts).to_have_count(1)
    expect_nothing_found(watching.page)


def test_popups_go_with_escape_and_with_a_press_elsewhere(machine: Machine) -> None:
    workspace = machine(2)
    page, popup = workspace.page, workspace.page.locator("#back-more form")
    workspace.inspect("2.kernel.0.0")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.mouse.click(700, 880)):
        page.locator("#back-more summary").click()
        expect(popup).to_be_visible()
        leave()
        expect(popup).to_be_hidden()
    expect(workspace.inspector).to_have_attribute("data-chosen", "")


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_way_lies_along_the_axis(machine: Machine, width: int) -> None:
    workspace = machine(40, viewport={"width": width, "height": 900})
    workspace.scrubber.focus()
    workspace.page.keyboard.press("Home")
    for _press in range(5):
        workspace.page.keyboard.press("PageUp")
    workspace.expect_place(20, 40)
    thumb = workspace.page.locator("#scrubber .thumb").bounding_box()
    dot = workspace.page.locator("#cost-curve .end.train").bounding_box()
    assert thumb
    assert dot
    middle = thumb["x"] + thumb["width"] / 2
    assert middle == pytest.approx(workspace.x_of(20), abs=1.5)
    assert dot["x"] + dot["width"] / 2 == pytest.approx(middle, abs=0.5)


def test_a_very_long_run_keeps_its_spike_and_is_drawn_in_time(
    machine: Machine, client: httpx.Client
) -> None:
    workspace = machine()
    for _part in range(3):
        client.post(f"/api/sessions/{workspace.id}/step", json={"count": 9000})
    client.patch(f"/api/sessions/{workspace.id}/parameters", json={"2.bias.0": 9})
    client.post(f"/api/sessions/{workspace.id}/step", json={"count": 9000})
    workspace.expect_place(36_000, 36_000)
    workspace.page.reload()
    workspace.wait_until_drawn()
    workspace.expect_place(36_000, 36_000)
    heights = workspace.page.locator("#cost-curve .curve.train:not(.ahead)").evaluate(
        "(path) => path.getAttribute('d').match(/[\\d.]+,[\\d.]+/g)"
        ".map((point) => point.split(',').map(Number))"
    )
    assert len(heights) < 2000
    highest = min(heights, key=lambda point: point[1])
    right = max(x for x, _y in heights)
    left = min(x for x, _y in heights)
    assert (highest[0] - left) / (right - left) == pytest.approx(0.75, abs=0.02)
