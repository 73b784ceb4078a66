"""Names that somebody chose to do harm are drawn as they are, and do nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.workspace import Workspace

NewSession = Callable[..., dict[str, Any]]
HARM = "<img src=x onerror=\"document.title='harm'\">&amp"


def test_names_of_columns_and_classes_do_nothing(page: Page, new_session: NewSession) -> None:
    quoted = HARM.replace('"', '""')
    rows = [f'{row},{row % 4},"{"abc"[row % 3]}{quoted}"' for row in range(12)]
    table = "\n".join([f'"x{quoted}","y{quoted}","kind{quoted}"', *rows])
    session = new_session(
        name=HARM,
        network={
            "layers": [
                {"units": 3, "activation": "tanh"},
                {"units": 3, "activation": "softmax"},
            ]
        },
        data={"source": "csv", "text": table},
        loss="categorical_crossentropy",
    )["id"]
    workspace = Workspace(page, session)
    workspace.press("Epoch")
    workspace.expect_epoch(1)
    workspace.inspect("2.kernel.0.0")
    expect(page.get_by_role("heading", level=1)).to_have_text(HARM)
    expect(page.locator("img")).to_have_count(0)
    assert page.evaluate("document.querySelectorAll('[onerror]').length") == 0
    assert "harm'" in page.title()  # the name itself, not what it would do
    page.goto("/sessions")
    expect(page.get_by_text(HARM).first).to_be_visible()
    expect(page.locator("img")).to_have_count(0)
