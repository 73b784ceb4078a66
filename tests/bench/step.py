"""A step request, one XOR epoch on 2-3-1, beside a bare FastAPI server's reply of the same size."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.bench.connection import Connection
from tests.bench.processes import HOST, echo, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR
from tests.bench.turns import Figures, percentile, take_turns

BOUND = 2.0
BODY = {"unit": "epoch", "count": 1}


def measure(quick: bool) -> list[Row]:
    """Half of the requests, and all but one in a hundred, are answered within these times."""
    rounds, requests = (5, 100) if quick else (21, 300)
    with visualizer() as server, Connection(HOST, server.port) as connection:
        session = connection.request("POST", "/api/sessions", XOR).json()["id"]
        path = f"/api/sessions/{session}/step"
        reply = connection.request("POST", path, BODY)
        with echo(reply.body) as bare, Connection(HOST, bare.port) as other:
            sides = [
                _turn("here", connection, path, requests),
                _turn("bare", other, f"/sessions/{session}/step", requests),
            ]
            figures = take_turns(sides, rounds)
    size = len(reply.body)
    return [
        Row(
            f"step request of one epoch, {name}",
            _milliseconds(figures[f"here {name}"]),
            f"bare FastAPI, {size} bytes too, {_milliseconds(figures[f'bare {name}'])}",
            ratio=figures[f"here {name}"] / figures[f"bare {name}"],
            bound=BOUND if name == "p50" else None,
        )
        for name in ("p50", "p99")
    ]


def _turn(side: str, connection: Connection, path: str, count: int) -> Callable[[], Figures]:
    request = connection.prepare("POST", path, BODY)

    def measure() -> Figures:
        taken = []
        for _request in range(count):
            begun = time.perf_counter()
            reply = connection.exchange(request)
            taken.append(time.perf_counter() - begun)
            assert reply.status == 200, reply
        return {f"{side} p50": percentile(taken, 50), f"{side} p99": percentile(taken, 99)}

    return measure


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.2f} ms"
