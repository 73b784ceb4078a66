"""What would mislead somebody who learns from the page: jumps, stale numbers, false numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace

NewPage = Callable[..., Page]
NewSession = Callable[..., dict[str, Any]]


def _preset(client: httpx.Client, name: str, **changes: Any) -> str:
    """A new session from a preset with changes; gives its id."""
    presets = client.get("/api/presets").json()
    spec = next(preset["spec"] for preset in presets if preset["name"] == name)
    session: str = client.post("/api/sessions", json=spec | changes).json()["id"]
    return session


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_jumps_while_stepping(new_page: NewPage, client: httpx.Client, width: int) -> None:
    viewport = {"width": width, "height": 900}
    page = new_page(viewport=viewport, reduced_motion="reduce")
    workspace = Workspace(page, _preset(client, "article_keras"))

    def top() -> float:
        box = page.locator("#network").bounding_box()
        assert box is not None
        return box["y"]

    before = top()
    for name in ("Forward", "Backward", "Update", "Epoch", "Epoch", "Forward"):
        said = workspace.sentence.inner_text()
        workspace.press(name)
        expect(workspace.sentence).not_to_have_text(said)
        assert top() == before


@pytest.mark.parametrize("width", [1440, 390])
def test_the_room_for_the_formulas_of_a_layer_goes_with_them(
    new_page: NewPage, client: httpx.Client, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    driver = Workspace(new_page(viewport=viewport), _preset(client, "article_2_2_2"))
    follower = Workspace(new_page(viewport=viewport), driver.id)

    def tops() -> list[float]:
        boxes = [page.locator("#network").bounding_box() for page in (driver.page, follower.page)]
        return [box["y"] for box in boxes if box is not None]

    before = tops()
    driver.page.evaluate("document.getElementById('by-layer').click()")  # behind "More" on a phone
    for number in (1, 2):
        driver.press("Forward")
        for workspace in (driver, follower):
            expect(workspace.sentence).to_contain_text(f"layer {number} of 2")
    apart = tops()
    assert min(apart) > max(before)
    driver.press("Epoch")
    for workspace in (driver, follower):
        workspace.expect_epoch(1)
        expect(workspace.page.locator(".layer-formula ul")).to_have_count(0)
    assert tops() == before
    driver.press("Forward")  # the room of the tallest
    for workspace in (driver, follower):
        expect(workspace.sentence).to_contain_text("layer 1 of 2")
    assert tops() == apart


def test_an_answer_brings_the_stream_back_at_once(
    page: Page, new_session: NewSession, complaints: Complaints
) -> None:
    complaints.expect("ERR_FAILED")
    complaints.expect("Failed to fetch")
    page.clock.install()
    workspace = Workspace(page, new_session()["id"])
    connection = page.locator("#connection")
    workspace.press("Play")
    expect(workspace.button("Pause")).to_be_visible()
    page.route("**/events*", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: "/events" in request.url):
        page.evaluate(
            """for (const hidden of [true, false]) {
              Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    expect(connection).to_have_attribute("data-state", "lost")
    expect(workspace.button("Pause")).to_be_hidden()
    page.clock.pause_at(page.evaluate("Date.now() + 10"))  # no other try comes by itself
    expect(connection).to_have_attribute("data-state", "lost")
    page.unroute_all(behavior="wait")
    workspace.press("Play")
    expect(connection).to_have_attribute("data-state", "live")
    page.clock.resume()
    workspace.press("Pause")


def test_printed_figures_change_once(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    page.evaluate(
        """() => {
          const label = document.querySelector('[data-label="2.kernel.0.0"] .network-label-value');
          globalThis.seen = new Set([label.textContent]);
          const look = () => {
            const now = document.querySelector(
              '[data-label="2.kernel.0.0"] .network-label-value').textContent;
            globalThis.seen.add(now);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    gradient = client.get(f"/api/sessions/{workspace.id}/gradients?over=train").json()
    figure = f"{gradient['layers'][1]['kernel'][0][0]:.4f}".replace("-", "−")
    page.wait_for_function("(figure) => globalThis.seen.has(figure)", arg=figure)
    assert len(page.evaluate("[...globalThis.seen]")) == 2


def test_the_curve_ends_at_the_present_cost_within_an_epoch(
    new_page: NewPage, client: httpx.Client
) -> None:
    page = new_page(reduced_motion="reduce")
    workspace = Workspace(page, _preset(client, "playground_circle"))
    label = page.locator("#cost-curve .end-label")
    for _batch in range(3):
        workspace.press("Batch")
        cost = client.get(f"/api/sessions/{workspace.id}").json()["metrics"]["train"]["loss"]
        expect(label).to_have_text(f"{cost:.4f}")
    workspace.expect_epoch(0)


def test_enter_in_a_field_is_sent_once(page: Page) -> None:
    workspace = Workspace(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    field = page.get_by_label("Learning rate", exact=True).first
    field.fill("0.3")
    field.press("Enter")
    expect(workspace.sentence).to_contain_text("Changed")
    example = page.get_by_label("Example", exact=True)
    example.fill("3")
    example.press("Enter")
    expect(workspace.sentence).to_contain_text("Example 3")
    assert sent.count("POST") == 2


def test_what_was_refused_goes_when_another_window_changes_it(
    page: Page, client: httpx.Client, complaints: Complaints
) -> None:
    complaints.expect("422")
    workspace = Workspace(page)
    field = page.get_by_label("Learning rate", exact=True).first
    field.fill("-1")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    optimizer = {"name": "sgd", "learning_rate": 0.25}
    client.patch(f"/api/sessions/{workspace.id}/spec", json={"optimizer": optimizer})
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("0.25")


def test_a_message_goes_with_the_next_command_that_succeeds(
    page: Page, complaints: Complaints
) -> None:
    complaints.expect("422")
    workspace = Workspace(page)
    example = page.get_by_label("Example", exact=True)
    example.fill("99")
    example.press("Enter")
    messages = page.get_by_role("region", name="Messages")
    expect(messages).to_contain_text("1 to 4")
    workspace.press("Epoch")
    expect(messages).to_be_empty()


def test_the_parameter_that_the_sentence_names_stands_out(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page, _preset(client, "article_2_2_2"))
    workspace.press("Forward", "Backward")
    expect(workspace.edge("1.kernel.1.1")).to_have_attribute("data-mentioned", "")
    expect(page.locator("[data-mentioned]")).to_have_count(1)


def test_a_session_that_has_ended_offers_a_new_one(
    page: Page, client: httpx.Client, complaints: Complaints
) -> None:
    complaints.expect("404")  # the stream looks whether it is there again
    workspace = Workspace(page)
    with page.expect_response(lambda reply: reply.status == 404):
        client.delete(f"/api/sessions/{workspace.id}")
    expect(page.locator("#ended")).to_contain_text("deleted")
    expect(page.locator("#transport")).to_have_attribute("inert", "")
    page.get_by_role("link", name="New session").click()
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")


def test_a_session_that_is_brought_back_goes_on_in_the_pages_that_show_it(
    new_page: NewPage, client: httpx.Client, complaints: Complaints
) -> None:
    complaints.expect("404")
    driver = Workspace(new_page())
    driver.press("Epoch", "Epoch")
    follower = Workspace(new_page(), driver.id)
    driver.expect_epoch(2)
    client.post(f"/sessions/{driver.id}/delete")
    for workspace in (driver, follower):
        expect(workspace.page.locator("#ended")).to_contain_text("deleted")
        expect(workspace.page.locator("#connection")).to_have_text("Ended")
        expect(workspace.page.locator("#narration")).to_be_hidden()
    with driver.page.expect_response(lambda reply: reply.status == 404):
        pass  # it looks in vain first
    client.post(f"/sessions/{driver.id}/bring-back")
    for workspace in (driver, follower):  # they look again and again, each time after longer
        connection = workspace.page.locator("#connection")
        expect(connection).to_have_attribute("data-state", "live", timeout=60_000)
        expect(workspace.page.locator("#ended")).to_be_hidden()
        expect(workspace.page.locator("#narration")).to_be_visible()
        expect(workspace.page.locator("[inert]")).to_have_count(0)
    follower.press("Epoch")
    for workspace in (driver, follower):
        workspace.expect_epoch(3)


def test_the_name_is_edited_where_it_stands(page: Page, client: httpx.Client) -> None:
    workspace = Workspace(page)
    workspace.button("Rename").click()
    field = page.get_by_label("Name of the session")
    field.fill("Monday's class")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday's class")
    assert client.get(f"/api/sessions/{workspace.id}").json()["name"] == "Monday's class"


def test_a_file_is_refused_in_plain_words_and_then_taken(
    page: Page, complaints: Complaints
) -> None:
    complaints.expect("422")
    workspace = Workspace(page)
    page.get_by_text("Your own data").click()
    file = page.locator("#csv-file")
    error = page.locator("#csv-error")
    file.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\x00\xff"})
    workspace.button("Use this data").click()
    expect(error).to_contain_text("not text")
    table = b"a,b,c\n1,2,3\n4,5\n"
    file.set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": table})
    expect(page.locator("#csv-file-name")).to_have_text("b.csv")
    workspace.button("Use this data").click()
    expect(error).to_contain_text("Line 3 has 2 values, the first line has 3.")
    table = b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n1,1,2\n"
    file.set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": table})
    workspace.button("Use this data").click()
    expect(page.locator("#upload-more")).not_to_have_attribute("open", "")
    expect(page.locator("#session-subtitle")).to_contain_text("2–3–1")


def test_tables_are_open_without_scripts(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    expect(page.locator("#parameter-table tbody tr").first).to_be_visible()
    learning_rate = page.get_by_label("Learning rate", exact=True).first.bounding_box()
    apply = page.locator("#training-form .apply").bounding_box()
    assert learning_rate is not None
    assert apply is not None
    assert apply["y"] > learning_rate["y"]


def test_a_phone_reaches_the_api_and_the_keys(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    workspace = Workspace(page)
    workspace.button("More steps").click()
    expect(page.locator("#transport").get_by_role("link", name="API")).to_be_visible()
    page.locator("#transport").get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_drawing_grows_with_the_text(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1780, "height": 900})
    Workspace(page)
    before = page.locator('[data-node="0.0"]').bounding_box()
    assert before is not None
    page.evaluate("document.documentElement.style.fontSize = '20px'")
    page.wait_for_function(
        "(least) => document.querySelector('[data-node=\"0.0\"]')"
        ".getBoundingClientRect().height > least",
        arg=1.1 * before["height"],
    )


def test_numbers_beyond_float32_are_said_to_be_larger(page: Page, client: httpx.Client) -> None:
    spec = {
        "network": {"layers": [{"units": 2, "activation": "linear"}, {"units": 1}]},
        "data": {"source": "sine"},
    }
    session = client.post("/api/sessions", json=spec).json()["id"]
    values = {"1.kernel.0.0": 1e60, "2.kernel.0.0": 1e60}
    assert client.patch(f"/api/sessions/{session}/parameters", json=values).status_code == 200
    workspace = Workspace(page, session)
    page.get_by_role("radio", name="weights").check(force=True)
    label = page.locator('[data-label="1.kernel.0.0"] .network-label-value')
    expect(label).to_have_text("> 3.4e38")
    expect(page.locator("#output-plot")).to_contain_text("off this plot")
    assert workspace.edge("1.kernel.0.0").is_visible()


def test_the_api_docs_are_dark_in_the_dark(new_page: NewPage) -> None:
    page = new_page(color_scheme="dark")
    page.goto("/api/docs")
    expect(page.locator("html")).to_have_class(re.compile("dark-mode"))
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).not_to_have_class(re.compile("dark-mode"))


def test_a_label_that_is_pointed_at_stays_in_the_page(page: Page, new_session: NewSession) -> None:
    """It comes to the front; were it taken out for that, a quick press on it would be lost."""
    workspace = Workspace(page, new_session()["id"])
    label = page.locator('[data-label="1.kernel.0.0"]')
    label.evaluate(
        """(label) => {
          window.taken = 0;
          new MutationObserver((changes) => {
            for (const { removedNodes } of changes)
              if ([...removedNodes].includes(label)) window.taken += 1;
          }).observe(label.parentNode, { childList: true });
        }"""
    )
    assert label.evaluate("(label) => label.nextSibling !== null")
    label.hover()
    page.wait_for_function(
        """() => !document.querySelector('[data-label="1.kernel.0.0"]').nextSibling"""
    )
    assert page.evaluate("window.taken") == 0
    workspace.inspect("1.kernel.0.0")
