"""Explanations over HTTP: the chain rule beside a bare reply of the same size, the cost around."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.bench.connection import Connection
from tests.bench.jobs import JOBS
from tests.bench.processes import HOST, echo, visualizer
from tests.bench.report import Row
from tests.bench.specs import large
from tests.bench.turns import Figures, percentile, take_turns

SMALL, DEEP = JOBS[1], JOBS[2]
NAME = "1.kernel.0.0"
OTHER = "2.kernel.0.0"
TIMES_A_BARE_REPLY = 3.0
FRAMES_A_SECOND, EXPLANATIONS_A_SECOND = 20.0, 4.0
"""At least so many while it plays."""


def measure(quick: bool) -> list[Row]:
    """Half of the requests are answered within these times, but for the rows on play."""
    rounds, requests = (5, 50) if quick else (21, 100)
    with visualizer() as server, Connection(HOST, server.port) as connection:
        session = _session(connection, SMALL.spec())
        path = f"{session}/parameters/{NAME}/explanation"
        reply = connection.request("GET", path)
        with echo(reply.body) as bare, Connection(HOST, bare.port) as other:
            step = other.prepare("POST", "/sessions/any/step", {})
            sides = [
                _turn("here", connection, connection.prepare("GET", path), requests),
                _turn("bare", other, step, requests),
            ]
            figures = take_turns(sides, rounds)
        rows = [
            Row(
                "explanation of a weight, 2-4-2-1, 250 examples",
                f"{figures['here']:.2f} ms",
                f"bare FastAPI, {len(reply.body)} bytes too, {figures['bare']:.2f} ms",
                ratio=figures["here"] / figures["bare"],
                bound=TIMES_A_BARE_REPLY,
            )
        ]
        wide = _session(connection, large(1000))
        deep = _session(connection, DEEP.spec())
        for what, path, bound in (
            (
                "explanation of a weight, 64-32-10, 1,000 examples",
                f"{wide}/parameters/{NAME}/explanation",
                60.0,
            ),
            (
                "cost-curve, 101 points, 2-8x6-1, 250 examples",
                f"{deep}/parameters/{NAME}/cost-curve",
                30.0,
            ),
            (
                "cost-surface, 41 x 41 points, 2-8x6-1, 250 examples",
                f"{deep}/cost-surface?x={NAME}&y={OTHER}",
                400.0,
            ),
            ("gradient-check of 2-8x6-1, 250 examples", f"{deep}/gradient-check", None),
        ):
            request = connection.prepare("GET", path)
            side = _turn("here", connection, request, 3 if quick else 11)
            figure = take_turns([side], 1 if quick else 3)["here"]
            rows.append(Row(what, f"{figure:.1f} ms", value=figure, bound=bound, unit="ms"))
        return rows + _play(server.port, session, connection, seconds=2.0 if quick else 5.0)


def _session(connection: Connection, spec: dict[str, Any]) -> str:
    identifier = connection.request("POST", "/api/sessions", spec).json()["id"]
    return f"/api/sessions/{identifier}"


def _turn(side: str, connection: Connection, request: bytes, count: int) -> Callable[[], Figures]:
    def measure() -> Figures:
        taken = []
        for _request in range(count):
            begun = time.perf_counter()
            reply = connection.exchange(request)
            taken.append(time.perf_counter() - begun)
            assert reply.status == 200, reply
        return {side: 1000 * percentile(taken, 50)}

    return measure


def _play(port: int, session: str, connection: Connection, seconds: float) -> list[Row]:
    """Frames and explanations a second that come down while it plays as fast as it can."""
    connection.request("POST", f"{session}/choose", {"parameter": NAME})
    counts = {"state": 0, "explanation": 0}
    with Connection(HOST, port) as stream:
        events = stream.events(f"{session.removeprefix('/api')}/events")
        next(events)
        connection.request("POST", f"{session}/play", {"epochs_per_second": None})
        begun = time.perf_counter()
        for name, _event in events:
            if name in counts:
                counts[name] += 1
            if time.perf_counter() - begun > seconds:
                break
        taken = time.perf_counter() - begun
    with Connection(HOST, port) as fresh:  # an idle one has been closed by now
        fresh.request("POST", f"{session}/pause")
    frames, explanations = counts["state"] / taken, counts["explanation"] / taken
    return [
        Row(
            "between frames of 2-4-2-1 in play, with the inspector",
            f"{1000 / frames:.0f} ms",
            f"{frames:.1f} a second",
            value=1000 / frames,
            bound=1000 / FRAMES_A_SECOND,
            unit="ms",
        ),
        Row(
            "between its explanations",
            f"{1000 / explanations:.0f} ms",
            f"{explanations:.1f} a second",
            value=1000 / explanations,
            bound=1000 / EXPLANATIONS_A_SECOND,
            unit="ms",
        ),
    ]
