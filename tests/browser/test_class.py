"""A class at work: one drives, others follow, late ones too, and one is handed the wheel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.accessible import expect_nothing_found
from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace, flat_parameters

NewSession = Callable[..., dict[str, Any]]
EDGE, OTHER = "1.kernel.0.0", "2.kernel.1.0"
COST = re.compile("^cost over 2 epochs: training 0")
NOTE = "You are watching. The one who drives moves everything here."


@dataclass
class Class:
    """The one who drives, and how others come to follow."""

    driver: Workspace
    watch_id: str
    open_page: Callable[..., Page]

    def follow(self, **options: Any) -> Workspace:
        """Another visitor with the watch link."""
        return Workspace(self.open_page(**options), self.watch_id)

    def share(self) -> None:
        """Open or close the driver's links and followers."""
        self.driver.page.get_by_role("button", name="Share").click()


@pytest.fixture
def school(new_page: Callable[..., Page], new_session: NewSession, client: httpx.Client) -> Class:
    session = new_session()["id"]
    driver = Workspace(new_page(), session)
    driver.page.get_by_role("button", name="Share").click()
    link = driver.page.get_by_role("textbox", name="Link to watch").input_value()
    driver.page.keyboard.press("Escape")
    return Class(driver, urlsplit(link).path.rpartition("/")[2], new_page)


def _explained(workspace: Workspace, label: str) -> None:
    expect(workspace.inspector.get_by_role("heading", name="Chain rule")).to_have_text(
        f"Chain rule · {label}"
    )


def _show(page: Page, shown: bool) -> None:
    """Another tab comes before a page, or goes."""
    page.evaluate(
        """(shown) => {
          Object.defineProperty(document, "hidden", {value: !shown, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        shown,
    )


def test_followers_move_with_the_one_who_drives_and_late_ones_too(
    school: Class, client: httpx.Client
) -> None:
    driver, follower = school.driver, school.follow()
    expect(follower.page.get_by_text(NOTE)).to_be_visible()
    driver.inspect(EDGE)
    driver.press("Epoch", "Epoch", "Forward", "Backward")
    late = school.follow(viewport={"width": 390, "height": 844}, color_scheme="dark")
    gradients = flat_parameters(client, driver.id, "gradients?over=batch")
    for workspace in (driver, follower, late):
        workspace.expect_epoch(2)
        workspace.expect_phase("backward")
        workspace.expect_drawn("data-gradient", gradients)
        expect(workspace.edge(EDGE)).to_have_attribute("aria-pressed", "true")
        _explained(workspace, "W1")
        expect(workspace.page.locator("#cost-curve")).to_have_attribute("aria-label", COST)
    told = [
        workspace.inspector.locator("#chain-rule").inner_text() for workspace in (driver, follower)
    ]
    assert told[0] == told[1]


def test_one_who_watches_has_nothing_to_act_with(school: Class) -> None:
    driver, follower = school.driver, school.follow()
    driver.inspect(EDGE)
    page = follower.page
    _explained(follower, "W1")
    for name in (
        "Reset",
        "Forward",
        "Backward",
        "Update",
        "Batch",
        "Epoch",
        "Play",
        "Rename",
        "Share",
    ):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(page.locator(".panels :is(button, input, select, textarea)")).to_have_count(0)
    expect(page.locator(".panels")).to_contain_text("Mean squared error")
    before = follower.weights()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    follower.edge(EDGE).focus()
    for key in ("Enter", "e", "f", "r", "n", "[", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".network-editor")).to_be_hidden()
    star = page.locator("#descent-plot .star")
    expect(star).to_have_attribute("role", "img")
    star.drag_to(page.locator("#descent-plot"), target_position={"x": 20, "y": 60}, force=True)
    assert not [request for request in requests if not request.startswith("GET")]
    assert follower.weights() == before


def test_one_who_watches_looks_at_another_edge_and_comes_back(school: Class) -> None:
    driver, follower, beside = school.driver, school.follow(), school.follow()
    driver.inspect(EDGE)
    _explained(follower, "W1")
    follower.inspect(OTHER)
    _explained(follower, "V2")
    expect(follower.page.get_by_text("Looking at V2 by yourself.")).to_be_visible()
    expect(follower.page.get_by_text(NOTE)).to_be_hidden()
    before = follower.inspector.locator("#chain-rule").inner_text()
    driver.press("Epoch")
    follower.expect_epoch(1)
    expect(follower.inspector.locator("#chain-rule")).not_to_have_text(before, use_inner_text=True)
    _explained(follower, "V2")
    _explained(beside, "W1")
    _explained(driver, "W1")
    # A page that is not seen gives up its stream; the next one looks where the page did.
    _show(follower.page, False)
    expect(driver.page.locator("#connection")).to_have_text("1 person follows")
    driver.inspect("2.bias.0")
    driver.press("Epoch")
    _show(follower.page, True)
    follower.expect_epoch(2)
    _explained(follower, "V2")
    follower.page.get_by_role("link", name="Back to the class").click()
    _explained(follower, "bY1")
    expect(follower.page.get_by_text(NOTE)).to_be_visible()


def test_a_follower_is_handed_the_wheel_and_it_is_taken_back(school: Class) -> None:
    driver, follower = school.driver, school.follow()
    page = follower.page
    page.get_by_role("button", name="Ask to drive").click()
    page.get_by_label("Your name").fill("Mina <b>")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have asked to drive.")).to_be_visible()
    expect(driver.page.get_by_role("button", name="Share")).to_contain_text("1 asks to drive")
    expect(driver.page.locator("#toasts")).to_contain_text("Mina <b> asks to drive")
    driver.page.get_by_role("button", name="Answer").click()
    expect(driver.page.locator(".toast")).to_have_count(0)
    expect(driver.page.locator("#followers")).to_contain_text("1 person follows")
    driver.page.get_by_role("button", name="Let drive: Mina <b>").click()
    expect(page.get_by_text("You drive as a guest.")).to_be_visible()
    guest = Workspace(page, page.url.rpartition("/")[2])
    assert guest.id not in (driver.id, school.watch_id)
    assert driver.id not in page.content()
    guest.press("Epoch")
    driver.expect_epoch(1)
    driver.page.get_by_role("button", name="Take back: Mina <b>").click()
    expect(page).to_have_url(
        f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}/sessions/{school.watch_id}"
    )
    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Driving was taken back.")
    follower.wait_until_drawn()


def test_an_ask_goes_when_its_page_is_closed_or_it_is_withdrawn(school: Class) -> None:
    driver, follower = school.driver, school.follow()
    page = follower.page
    share = driver.page.get_by_role("button", name="Share")
    for end in ("withdraw", "close"):
        page.get_by_role("button", name="Ask to drive").click()
        page.get_by_label("Your name").fill("Mina")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(share).to_contain_text("1 asks to drive")
        if end == "withdraw":
            page.get_by_role("button", name="Never mind").click()
        else:
            page.close()
        expect(share).to_have_text("Share")


@pytest.mark.parametrize("width", [1024, 390])
def test_the_rows_of_followers_and_guests_keep_their_places(
    school: Class, client: httpx.Client, width: int
) -> None:
    """Also while play with an end tells how long it takes, and when one has asked to drive."""
    client.post(f"/api/sessions/{school.driver.id}/step", json={"count": 2000})
    client.post(
        f"/api/sessions/{school.driver.id}/play",
        json={"epochs_per_second": 2, "until": {"epoch": 40_000}},
    )
    follower = school.follow(viewport={"width": width, "height": 844})
    page, bar = follower.page, follower.page.locator("#transport")

    def box(locator: Locator) -> FloatRect:
        found = locator.bounding_box()
        assert found is not None
        return found

    left = page.locator("#progress-said").get_by_text("left")
    expect(left).to_be_visible()
    cost, ask, height = box(page.locator("#cost-count")), box(page.locator("#ask-button")), box(bar)
    assert box(left)["y"] >= cost["y"] + cost["height"] - 4  # room under the figures
    assert abs(ask["x"] - box(page.locator(".counts"))["x"]) > 16
    page.get_by_role("button", name="Ask to drive").click()
    page.get_by_label("Your name").fill("Tom")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have asked to drive.")).to_be_visible()
    assert box(bar)["height"] == height["height"]
    school.share()
    school.driver.page.get_by_role("button", name="Let drive: Tom").click()
    expect(page.get_by_text("You drive as a guest.")).to_be_visible()
    title, theme = box(page.locator("h1")), box(page.locator("#theme"))
    if width == 1024:
        assert theme["y"] < title["y"] + title["height"]
    for button in page.locator(".steps .command button:visible").all():
        words = button.locator("span")
        if words.is_visible():
            assert box(words)["width"] <= box(button)["width"] - 2, words.inner_text()
    client.post(f"/api/sessions/{school.driver.id}/pause")


def test_escape_closes_what_is_shared_and_keeps_what_is_chosen(school: Class) -> None:
    driver = school.driver
    page, panel = driver.page, driver.page.get_by_role("dialog", name="Share this session")
    driver.inspect(EDGE)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url))
    school.share()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="Share")).to_be_focused()
    expect(driver.edge(EDGE)).to_have_attribute("aria-pressed", "true")
    assert not [address for address in posted if address.endswith("/choose")]
    page.keyboard.press("Escape")
    expect(driver.edge(EDGE)).to_have_attribute("aria-pressed", "false")


def test_that_it_did_not_answer_is_said_until_it_answers_again(
    school: Class, complaints: Complaints
) -> None:
    complaints.expect("ERR_FAILED")
    complaints.expect("Failed to fetch")
    page = school.driver.page
    toast = page.locator(".toast")
    page.route("**/epoch", lambda route: route.abort())
    school.driver.button("Epoch").click()
    expect(toast).to_contain_text("The server did not answer.")
    page.unroute_all()
    toast.hover()  # so that it does not go by itself
    _show(page, False)
    _show(page, True)
    expect(toast).to_have_count(0)


def test_the_links_are_copied_without_a_permission(school: Class) -> None:
    page = school.driver.page
    school.share()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    copy = page.get_by_role("button", name="Copy: Link to watch")
    copy.click()
    expect(copy).to_have_text("Copied")
    link = page.get_by_role("textbox", name="Link to watch")
    selected = link.evaluate("(field) => field.selectionEnd - field.selectionStart")
    assert selected == len(link.input_value())


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_how_it_looks(school: Class, screenshots: Path, width: int, scheme: str) -> None:
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    follower = school.follow(**options)
    follower.inspect(OTHER)
    owner = Workspace(school.open_page(**options), school.driver.id)
    owner.page.get_by_role("button", name="Share").click()
    for name, page in (("follower", follower.page), ("share", owner.page)):
        page.screenshot(path=screenshots / f"class-{name}-{width}-{scheme}.png")
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0
    dialog = owner.page.get_by_role("dialog", name="Share this session").bounding_box()
    assert dialog is not None
    assert dialog["x"] >= 0
    assert dialog["x"] + dialog["width"] <= width


def test_axe_finds_nothing_on_either_page(school: Class) -> None:
    follower = school.follow(reduced_motion="reduce")
    page = follower.page
    follower.inspect(OTHER)
    expect_nothing_found(page)
    page.get_by_role("button", name="Ask to drive").click()
    page.get_by_label("Your name").fill("Mina")
    expect_nothing_found(page)
    page.keyboard.press("Enter")
    school.driver.page.emulate_media(reduced_motion="reduce")
    school.share()
    expect(school.driver.page.get_by_role("button", name="Let drive: Mina")).to_be_visible()
    expect_nothing_found(school.driver.page)
