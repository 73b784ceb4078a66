"""How the state of the connection is said where there is room for a dot only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.watching import Complaints
from tests.browser.workspace import Workspace


def test_on_a_phone_the_dot_has_a_name_and_words_come_where_the_connection_is_lost(
    new_page: Callable[..., Page],
    new_session: Callable[..., dict[str, Any]],
    complaints: Complaints,
) -> None:
    complaints.expect("Failed to fetch|ERR_")
    page = new_page(viewport={"width": 390, "height": 844})
    Workspace(page, new_session()["id"])
    connection = page.locator("#connection")
    expect(connection).to_have_attribute("title", "Live")
    box = connection.bounding_box()
    assert box is not None
    assert box["width"] < 12
    page.route("**/events*", lambda route: route.abort())
    page.reload()
    expect(connection).to_have_attribute("data-state", "lost")
    expect(connection).to_have_text("The server does not answer. Trying again …")
    box = connection.bounding_box()
    assert box is not None
    assert box["width"] > 200
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
