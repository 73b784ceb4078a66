"""Bytes that a browser without a cache receives for the workspace and all that it loads."""

from __future__ import annotations

from typing import Any

from tests.bench.browser import new_page, open_workspace, running_browser
from tests.bench.processes import visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR

BOUND = 500.0
UNIT = 1024


def measure(quick: bool) -> list[Row]:
    """Encoded bytes, headers included; the event stream, which never ends, is left out."""
    sizes: list[float] = []

    def received(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    with visualizer() as server, running_browser() as browser, new_page(browser) as page:
        session = server.call("POST", "/api/sessions", XOR)["id"]
        network = page.context.new_cdp_session(page)
        network.on("Network.loadingFinished", received)
        network.send("Network.enable")
        open_workspace(page, f"{server.address}/sessions/{session}")
        page.wait_for_load_state("load")
    weight = sum(sizes) / UNIT
    return [
        Row(
            "page weight, compressed",
            f"{weight:.0f} KB",
            f"{len(sizes)} files",
            value=weight,
            bound=BOUND,
            unit="KB",
        )
    ]
