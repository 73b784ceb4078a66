"""Memory that a thousand idle sessions take that are kept in the database, and what coming back
takes.
"""

from __future__ import annotations

import time

from tests.bench.connection import Connection
from tests.bench.processes import HOST, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR
from tests.bench.turns import percentile

BOUND = 30.0
UNIT = 1024 * 1024
SESSIONS = 1000
EPOCHS = 1_000_000
AT_ONCE = 10_000
IDLE = "1"
"""Seconds after which an idle session leaves memory here, so that nobody waits for a minute."""


def measure(quick: bool) -> list[Row]:
    """What the server's process grows by, and how long a session takes to come back."""
    with (
        visualizer(settings={"BACKPROP_IDLE": IDLE}) as server,
        Connection(HOST, server.port) as connection,
    ):

        def make() -> str:
            name: str = connection.request("POST", "/api/sessions", XOR).json()["id"]
            return name

        def step(session: str, count: int) -> None:
            connection.request("POST", f"/api/sessions/{session}/step", {"count": count})

        def use(session: str) -> None:
            step(session, 10)
            connection.request("GET", f"/sessions/{session}")

        def seconds_to_come_back(session: str) -> float:
            begun = time.perf_counter()
            connection.request("GET", f"/api/sessions/{session}")
            return time.perf_counter() - begun

        use(make())  # what the first session brings for all that follow is not theirs
        time.sleep(2 * float(IDLE) + 1)
        before = server.memory()
        sessions = [make() for _session in range(SESSIONS)]
        for session in sessions:
            use(session)
        time.sleep(2 * float(IDLE) + 1)
        grown = (server.memory() - before) / UNIT
        back = [seconds_to_come_back(session) for session in sessions[: 20 if quick else 200]]
        long = make()
        for _steps in range((EPOCHS // 10 if quick else EPOCHS) // AT_ONCE):
            step(long, AT_ONCE)
        time.sleep(2 * float(IDLE) + 1)
        long_back = seconds_to_come_back(long)
        epochs = connection.request("GET", f"/api/sessions/{long}").json()["position"]["epoch"]
    return [
        Row(
            f"memory of {SESSIONS:,} idle sessions that are kept",
            f"{grown:.1f} MB",
            "over the empty server, after each trained 10 epochs and showed its page",
            value=grown,
            bound=BOUND,
            unit="MB",
        ),
        Row(
            "a session of 10 epochs comes back",
            f"{1000 * percentile(back, 50):.1f} ms",
            f"p99 {1000 * percentile(back, 99):.1f} ms",
        ),
        Row(f"a session of {epochs:,} epochs comes back", f"{1000 * long_back:.0f} ms"),
    ]
