"""What a finger presses is large enough for one; the layout for a mouse stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace

LEAST = 24
SIZES = """(fields) => fields
  .filter((field) => field.checkVisibility())
  .map((field) => {
    // A hidden checkbox is pressed by the label round it.
    const box = (field.matches(".chip") ? field.closest("label") : field).getBoundingClientRect();
    return [field.id || field.name || field.textContent, box.width, box.height];
  })"""


@pytest.mark.parametrize("width", [390, 1024])
def test_fields_switches_and_names_are_large_enough_for_a_finger(
    new_page: Callable[..., Page], new_session: Callable[..., dict[str, Any]], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True)
    Workspace(page, new_session()["id"])
    for more in page.locator("details.more").all():
        more.evaluate("(details) => { details.open = true; }")
    row = page.locator("#parameter-table tbody tr")
    expect(row.first).to_be_visible()
    pressed = (
        "#parameter-table :is(button, input)",
        ".panels :is(input[type=checkbox], input[type=range], select, summary)",
        ".panels button:not(.without-script)",
        "#scrubber input",
        ".segmented label",
    )
    sizes = page.locator(", ".join(pressed)).evaluate_all(SIZES)
    assert len(sizes) > 30
    small = [size for size in sizes if size[2] < LEAST or (size[1] < LEAST and size[0] != "epoch")]
    assert small == []
    assert all(box["height"] >= 32 for box in [row.first.bounding_box()] if box)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0


def test_the_layout_for_a_mouse_is_as_close_as_ever(
    page: Page, new_session: Callable[..., dict[str, Any]]
) -> None:
    Workspace(page, new_session()["id"])
    page.locator("#parameters-more summary").click()
    box = page.locator("#parameter-table tbody input").first.bounding_box()
    assert box is not None
    assert box["height"] < LEAST
