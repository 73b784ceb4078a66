"""The workspace page as a person meets it: what it shows, by the names it gives things."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect


class Workspace:
    """A session's page, opened."""

    def __init__(self, page: Page, session: str | None = None) -> None:
        self.page = page
        page.goto(f"/sessions/{session}" if session else "/")
        self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        """Wait for the first frame of the stream."""
        expect(self.page.locator("#network [data-node]").first).to_be_visible()
        expect(self.page.locator("#connection")).to_have_attribute("data-state", "live")

    @property
    def id(self) -> str:
        """The session's id."""
        return self.page.url.rsplit("/", 1)[1]

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, *names: str) -> None:
        """Press buttons one after another, each when the one before has been answered."""
        for name in names:
            with self.page.expect_response(lambda reply: reply.request.method == "POST"):
                self.button(name).click()

    def expect_phase(self, phase: str) -> None:
        """Wait for the page to stand in a phase: ready, forward or backward."""
        expect(self.page.locator("#workspace")).to_have_attribute("data-phase", phase)

    def expect_epoch(self, epoch: int, seconds: float = 5) -> None:
        """Wait for the counter to say ``epoch``."""
        counter = self.page.locator("#epoch-count")
        expect(counter).to_have_text(f"{epoch:,}", timeout=1000 * seconds)

    def edge(self, parameter: str) -> Locator:
        """An edge or bias of the drawing."""
        return self.page.locator(f'#network g[data-parameter="{parameter}"]')

    def node(self, place: str) -> Locator:
        """A node of the drawing: `1.0` is the first unit of layer 1, layer 0 are the inputs."""
        return self.page.locator(f'#network g[data-node="{place}"]')

    @property
    def inspector(self) -> Locator:
        """What is shown of the chosen edge or node."""
        return self.page.get_by_role("region", name="Inspector")

    def inspect(self, parameter: str) -> None:
        """Click an edge's label and wait for the inspector to show it."""
        self.page.locator(f'[data-label="{parameter}"]').click()
        expect(self.edge(parameter)).to_have_attribute("aria-pressed", "true")
        expect(self.inspector).to_have_attribute("data-chosen", "")

    def gradients(self) -> dict[str, float]:
        """Every gradient in the drawing, by parameter."""
        return self._drawn("data-gradient")

    def weights(self) -> dict[str, float]:
        """Every weight in the drawing, by parameter."""
        return self._drawn("data-weight")

    def expect_drawn(self, attribute: str, values: dict[str, float]) -> None:
        """Wait until every parameter's mark has its value, to the precision of float32."""
        self.page.wait_for_function(
            """([attribute, values]) => Object.entries(values).every(([name, value]) => {
              const mark = document.querySelector(`#network g[data-parameter="${name}"]`);
              const drawn = Number(mark?.getAttribute(attribute) ?? NaN);
              return Math.abs(drawn - value) <= 1e-6 * Math.abs(value) + 1e-9;
            })""",
            arg=[attribute, values],
        )

    def _drawn(self, attribute: str) -> dict[str, float]:
        found: dict[str, str] = self.page.locator("#network g[data-parameter]").evaluate_all(
            "(marks, name) => Object.fromEntries(marks.map("
            "(mark) => [mark.dataset.parameter, mark.getAttribute(name)]))",
            attribute,
        )
        return {name: float(value) for name, value in found.items()}

    def choose(self, field: str, option: str) -> None:
        """Choose an option of a select by its label."""
        self.page.get_by_label(field, exact=True).select_option(label=option)

    @property
    def sentence(self) -> Locator:
        """What just happened, in words."""
        return self.page.locator("#narration")

    @property
    def curve(self) -> Locator:
        """The cost curve."""
        return self.page.get_by_role("img", name=re.compile("cost", re.IGNORECASE))


def flat_parameters(client: httpx.Client, session: str, what: str = "parameters") -> dict[str, Any]:
    """Parameters or gradients of a session by name, as the API gives them."""
    layers = client.get(f"/api/sessions/{session}/{what}").json()["layers"]
    named: dict[str, Any] = {}
    for number, layer in enumerate(layers, 1):
        for source, row in enumerate(layer["kernel"]):
            for target, value in enumerate(row):
                named[f"{number}.kernel.{source}.{target}"] = value
        for unit, value in enumerate(layer["bias"] or []):
            named[f"{number}.bias.{unit}"] = value
    return named
