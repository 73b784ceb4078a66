"""Memory that a hundred idle XOR sessions hold."""

from __future__ import annotations

from tests.bench.connection import Connection
from tests.bench.processes import HOST, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR

BOUND = 20.0
UNIT = 1024 * 1024
SESSIONS = 100


def measure(quick: bool) -> list[Row]:
    """What the server's process grows by while they are made, trained an epoch, and shown."""
    with visualizer() as server, Connection(HOST, server.port) as connection:

        def make() -> str:
            name: str = connection.request("POST", "/api/sessions", XOR).json()["id"]
            return name

        def use(session: str) -> None:
            connection.request("POST", f"/api/sessions/{session}/step", {})
            connection.request("GET", f"/sessions/{session}")

        # What the first session brings for all that follow is not theirs.
        use(make())
        before = server.memory()
        sessions = [make() for _session in range(SESSIONS)]
        made = (server.memory() - before) / UNIT
        for session in sessions:
            use(session)
        used = (server.memory() - before) / UNIT
    return [
        Row(
            f"memory of {SESSIONS} idle XOR sessions",
            f"{used:.1f} MB",
            f"{made:.1f} MB before each trained an epoch and showed its page",
            value=used,
            bound=BOUND,
            unit="MB",
        )
    ]
