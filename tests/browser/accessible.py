"""What axe finds wrong with a page for those who see little, see other colours, or use no mouse."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

VIEWS = ((1440, "light"), (390, "dark"))


def expect_nothing_found(page: Page) -> None:
    """Every rule of axe holds, in light and dark and where there is little room."""
    found = []
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for violation in Axe().run(page).response["violations"]:
            places = [", ".join(node["target"]) for node in violation["nodes"]]
            reason = violation["nodes"][0]["failureSummary"]
            found.append(
                f"{width} {scheme}: {violation['id']} ({violation['impact']}) at {places}: {reason}"
            )
    assert not found, "\n".join(found)
