"""A whole fit in one request: a thousand epochs of XOR on 2-3-1."""

from __future__ import annotations

import time
from statistics import median

from tests.bench.connection import Connection
from tests.bench.processes import HOST, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR
from tests.bench.turns import percentile

BOUND = 25.0
EPOCHS = 1000


def measure(quick: bool) -> list[Row]:
    """The median of requests to as many new sessions."""
    taken = []
    with visualizer() as server, Connection(HOST, server.port) as connection:
        for _fit in range(10 if quick else 50):
            session = connection.request("POST", "/api/sessions", XOR).json()["id"]
            path = f"/api/sessions/{session}"
            step = connection.prepare("POST", f"{path}/step", {"unit": "epoch", "count": EPOCHS})
            begun = time.perf_counter()
            reply = connection.exchange(step)
            taken.append(1000 * (time.perf_counter() - begun))
            assert reply.status == 200, reply
            connection.request("DELETE", path)
    size = len(reply.body) / 1024
    return [
        Row(
            f"fit over the API: {EPOCHS:,} epochs of XOR, 2-3-1, in one request",
            f"{median(taken):.1f} ms",
            f"95 % within {percentile(taken, 95):.1f} ms; {size:.0f} KB of history",
            value=median(taken),
            bound=BOUND,
            unit="ms",
        )
    ]
