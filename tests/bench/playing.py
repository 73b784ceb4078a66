"""Steps of one session while two hundred others play, unwatched and watched."""

from __future__ import annotations

import time
from contextlib import ExitStack
from statistics import median

from tests.bench.connection import Connection
from tests.bench.jobs import JOBS
from tests.bench.processes import HOST, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR
from tests.bench.streams import streams
from tests.bench.turns import percentile

SESSIONS = 200
EPOCHS_PER_SECOND = 5
BOUND = 100.0
PAUSE_SECONDS = 0.02
"""From a reply to the next request."""

SETTLING_SECONDS = 2.0

W2 = JOBS[1]


def measure(quick: bool) -> list[Row]:
    """All but one in a hundred step requests are answered within this time."""
    return [_row(3 if quick else 20, watched=watched) for watched in (False, True)]


def _row(seconds: float, *, watched: bool) -> Row:
    with ExitStack() as stack:
        # Play without an end stops when nobody watches, but not as soon as this ends.
        server = stack.enter_context(visualizer(settings={"BACKPROP_PATIENCE": "600"}))
        connection = stack.enter_context(Connection(HOST, server.port))
        followers = stack.enter_context(streams(server))
        own = connection.request("POST", "/api/sessions", XOR).json()["id"]
        step = connection.prepare("POST", f"/api/sessions/{own}/step", {})
        sessions = [
            connection.request("POST", "/api/sessions", W2.spec()).json()["id"]
            for _session in range(SESSIONS)
        ]

        def epochs() -> list[tuple[int, float]]:
            """Of each session, and when that was."""
            return [(_epoch(connection, name), time.perf_counter()) for name in sessions]

        for name in sessions:
            if watched:
                followers.open(f"/sessions/{name}/events")
            play = {"epochs_per_second": EPOCHS_PER_SECOND}
            connection.request("POST", f"/api/sessions/{name}/play", play)
        followers.for_a_while(SETTLING_SECONDS)
        taken: list[float] = []
        before, begun = epochs(), time.perf_counter()
        followers.forget()
        while time.perf_counter() < begun + seconds:
            followers.for_a_while(PAUSE_SECONDS)
            asked = time.perf_counter()
            reply = connection.exchange(step)
            taken.append(time.perf_counter() - asked)
            assert reply.status == 200, reply
        passed = time.perf_counter() - begun
        paces = [
            (later - earlier) / (then - now)
            for (earlier, now), (later, then) in zip(before, epochs(), strict=True)
        ]
        frames = [text.count(b"event: state") / passed for text in followers.received.values()]
    seen = f", {min(frames):.1f} to {max(frames):.1f} frames a second each" if watched else ""
    return Row(
        f"step request while {SESSIONS} sessions play, {'a page each' if watched else 'unwatched'}",
        f"p99 {1000 * percentile(taken, 99):.0f} ms",
        f"p50 {1000 * median(taken):.1f} ms; they play {median(paces):.1f} epochs a second{seen}",
        value=1000 * percentile(taken, 99),
        bound=BOUND,
        unit="ms",
    )


def _epoch(connection: Connection, session: str) -> int:
    state = connection.request("GET", f"/api/sessions/{session}").json()
    epoch: int = state["position"]["epoch"]
    return epoch
