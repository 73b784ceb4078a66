"""The first steps of a session on a server that has only just started.

Whether there is machine code yet or not, a step must not wait for it; nor while it is loaded beside
steps that never end.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from app.session.attention import LATEST_SECONDS
from tests.bench.connection import Connection
from tests.bench.processes import HOST, visualizer
from tests.bench.report import NotMeasured, Row
from tests.bench.specs import XOR
from tests.bench.turns import percentile
from tests.server import COMMAND, running_server

BOUND = 1.3
STEPS = 100
PAUSE = 0.01
"""Seconds between the steps that follow, so that they are spread over a second."""

LOOK_EVERY = 5
"""Steps between two looks whether the engine is ready."""


ALONE = "NumPy alone"
PRESENT, ABSENT = "machine code present", "machine code absent"


def measure(quick: bool) -> list[Row]:
    """Medians of several starts, each a new process, asked as soon as it says it is ready."""
    if not COMMAND.exists():
        raise NotMeasured(f"{COMMAND.name} is not installed beside this Python")
    with visualizer():  # leaves machine code
        pass
    first: dict[str, list[float]] = {}
    slowest: dict[str, list[float]] = {}
    loading: list[float] = []
    for _start in range(3 if quick else 9):
        for name in (ALONE, PRESENT, ABSENT):
            with tempfile.TemporaryDirectory() as folder:
                variables = {
                    ALONE: {"BACKPROP_ENGINE": "numpy"},
                    PRESENT: {},
                    ABSENT: {"BACKPROP_MACHINE_CODE": folder},
                }[name]
                begin, steps, beside = _started(variables, Path(folder), name == PRESENT)
            first.setdefault(name, []).append(begin)
            slowest.setdefault(name, []).append(percentile(steps, 95))
            if beside:
                loading.append(percentile(beside, 95))
    alone = median(slowest[ALONE])
    return [
        Row(
            f"{what}, {name}",
            f"{1000 * median(taken[name]):.1f} ms",
            f"{ALONE} {1000 * median(taken[ALONE]):.1f} ms",
            ratio=median(taken[name]) / median(taken[ALONE]),
            bound=bound,
        )
        for what, taken, bound in (
            ("session made and first step, right after the start", first, BOUND),
            ("95 % of the steps of the next second", slowest, BOUND),
        )
        for name in (PRESENT, ABSENT)
    ] + [
        Row(
            "95 % of the steps while machine code is loaded",
            f"{1000 * median(loading):.1f} ms",
            f"{ALONE} {1000 * alone:.1f} ms",
            ratio=median(loading) / alone,
            bound=BOUND,
        )
    ]


def _started(
    variables: Mapping[str, str], folder: Path, until_ready: bool
) -> tuple[float, list[float], list[float]]:
    """Seconds that making a session and its first step take together, and each step after.

    until_ready: go on until the engine is, and give the steps of the time before that too.
    """
    log = folder / "server.log"
    with running_server(environment=variables, log=log) as address:
        started = begun = time.perf_counter()
        with Connection(HOST, int(address.rsplit(":", 1)[1])) as connection:
            session = connection.request("POST", "/api/sessions", XOR).json()["id"]
            step = connection.prepare("POST", f"/api/sessions/{session}/step", {"unit": "epoch"})
            connection.exchange(step)
            first = time.perf_counter() - begun
            steps: list[float] = []
            loading: list[float] = []
            while len(steps) < STEPS or (until_ready and _is_warming(connection)):
                for _step in range(LOOK_EVERY):
                    time.sleep(PAUSE)
                    begun = time.perf_counter()
                    reply = connection.exchange(step)
                    steps.append(time.perf_counter() - begun)
                    assert reply.status == 200, reply
                if begun - started > LATEST_SECONDS:
                    loading += steps[-LOOK_EVERY:]
    return first, steps[:STEPS], loading


def _is_warming(connection: Connection) -> bool:
    engines = connection.request("GET", "/api/catalog").json()["engines"]
    return any(engine["state"] == "warming" for engine in engines)
