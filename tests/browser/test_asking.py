"""That somebody asks to drive, and who drives, as the page says it outside the Share panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.workspace import Workspace


@pytest.fixture
def owner(
    new_page: Callable[..., Page], new_session: Callable[..., dict[str, Any]], request: Any
) -> Page:
    """The page of one whose time can be moved on."""
    page = new_page(viewport={"width": getattr(request, "param", 1440), "height": 844})
    page.clock.install()
    Workspace(page, new_session()["id"])
    return page


@pytest.fixture
def follow(owner: Page, new_page: Callable[..., Page]) -> Callable[[str], Page]:
    """Opens a follower's page, and asks to drive by a name."""
    link = owner.get_by_label("Link to watch", exact=True).get_attribute("value")
    assert link

    def ask(name: str) -> Page:
        page = new_page()
        Workspace(page, urlsplit(link).path.rpartition("/")[2])
        page.get_by_role("button", name="Ask to drive").click()
        page.get_by_label("Your name").fill(name)
        page.keyboard.press("Enter")
        expect(page.get_by_text("You have asked to drive.")).to_be_visible()
        return page

    return ask


Follow = Callable[[str], Page]


def _toast(owner: Page) -> Locator:
    return owner.locator(".toast")


def test_an_ask_is_said_until_it_is_withdrawn(owner: Page, follow: Follow) -> None:
    page = follow("Ann")
    toast = _toast(owner)
    expect(toast).to_contain_text("Ann asks to drive.")
    owner.clock.fast_forward(60_000)
    with owner.expect_response("**/epoch"):
        owner.get_by_role("button", name="Epoch", exact=True).click()
    expect(owner.locator("#epoch-count")).to_have_text("1")
    expect(toast).to_contain_text("Ann asks to drive.")
    page.get_by_role("button", name="Never mind").click()
    expect(toast).to_have_count(0)


def test_of_several_who_ask_the_newest_is_said_and_how_many_more(
    owner: Page, follow: Follow
) -> None:
    follow("Ann")
    ben = follow("Ben")
    toast = _toast(owner)
    expect(toast).to_have_count(1)
    expect(toast).to_contain_text("Ben asks to drive, and 1 more.")
    ben.get_by_role("button", name="Never mind").click()
    expect(toast).to_contain_text("Ann asks to drive.")
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)
    follow("Cleo")
    expect(toast).to_contain_text("Cleo asks to drive, and 1 more.")


def test_an_ask_is_said_again_where_the_panel_was_closed_without_an_answer(
    owner: Page, follow: Follow
) -> None:
    follow("Ann")
    toast = _toast(owner)
    toast.get_by_role("button", name="Answer").click()
    expect(owner.get_by_role("dialog", name="Share this session")).to_be_visible()
    expect(toast).to_have_count(0)
    owner.keyboard.press("Escape")
    expect(toast).to_contain_text("Ann asks to drive.")


def test_the_focus_stays_in_the_panel_when_an_ask_is_answered(owner: Page, follow: Follow) -> None:
    follow("Ann")
    _toast(owner).get_by_role("button", name="Answer").click()
    expect(owner.get_by_role("button", name="Let drive: Ann")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("button", name="Take back: Ann")).to_be_focused()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("button", name="Copy: Link to watch")).to_be_focused()


def test_the_words_of_an_ask_stand_in_line_with_its_button(owner: Page, follow: Follow) -> None:
    follow("Ann")
    bottoms = _toast(owner).evaluate(
        """(toast) => [toast, toast.querySelector("button")].map((element) => {
          const range = document.createRange();
          range.selectNodeContents(element.firstChild);
          return range.getBoundingClientRect().bottom;
        })"""
    )
    assert bottoms[0] == pytest.approx(bottoms[1], abs=1)


@pytest.mark.parametrize("owner", [1440, 390], indirect=True)
def test_who_drives_is_said_on_the_button_that_leads_to_taking_it_back(
    owner: Page, follow: Follow
) -> None:
    share = owner.get_by_role("button", name="Share")
    guests = []
    for name in ("Ann of the fourth row by the window", "Ben"):
        guest = follow(name)
        guests.append(guest)
        _toast(owner).get_by_role("button", name="Answer").click()
        owner.get_by_role("button", name=f"Let drive: {name}").click()
        expect(_toast(owner)).to_have_count(0)
        expect(guest.get_by_text("You drive as a guest.")).to_be_visible()
        expect(guest.locator("#connection")).to_have_attribute("data-state", "live")
        owner.keyboard.press("Escape")
        expect(share).to_contain_text(
            "2 guests drive" if name == "Ben" else "Ann of the fo… drives"
        )
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert owner.evaluate(overflow) == 0
        box = share.bounding_box()
        assert box is not None
        assert box["height"] < 48
    share.click()
    for name in ("Ann of the fourth row by the window", "Ben"):
        owner.get_by_role("button", name=f"Take back: {name}").click()
    expect(share).to_have_text("Share")
    for guest in guests:
        expect(guest.get_by_text("You are watching.")).to_be_visible()
        expect(guest.locator("#connection")).to_have_attribute("data-state", "live")
