"""Bytes of an event that draws one instant of a session, as it comes down the real stream."""

from __future__ import annotations

from typing import Any

from tests.bench.connection import Connection
from tests.bench.processes import HOST, Server, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR, large

BOUND = 64.0
UNIT = 1024


def measure(quick: bool) -> list[Row]:
    """The ``state`` event after an epoch, and the panels' HTML that a page gets beside it."""
    rows = []
    with visualizer() as server:
        for name, spec in (("2-3-1", XOR), ("64-32-10", large())):
            sizes = _sizes(server, spec)
            rows.append(
                Row(
                    f"event frame of {name}",
                    f"{sizes['state'] / UNIT:.1f} KB",
                    f"panels' HTML for a page {sizes['panels'] / UNIT:.1f} KB",
                    value=sizes["state"] / UNIT,
                    bound=BOUND,
                    unit="KB",
                )
            )
    return rows


def _sizes(server: Server, spec: dict[str, Any]) -> dict[str, int]:
    session = server.call("POST", "/api/sessions", spec)["id"]
    server.call("POST", f"/api/sessions/{session}/step", {})
    sizes = {}
    with Connection(HOST, server.port) as connection:
        for name, event in connection.events(f"/sessions/{session}/events"):
            if name == "state":
                sizes["state"] = len(event)
            elif name == "" and b"#narration" in event:  # another tells who follows
                sizes["panels"] = len(event)
            if len(sizes) == 2:
                break
    return sizes
