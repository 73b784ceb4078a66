"""Going back in a run of 10,000 epochs, and what one of 1,000,000 holds and how it is drawn."""

from __future__ import annotations

import random
import time
from statistics import median

from tests.bench.browser import new_page, open_workspace, running_browser
from tests.bench.connection import Connection
from tests.bench.drawing import ENOUGH, POLLING, WATCH
from tests.bench.processes import HOST, Server, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR
from tests.bench.turns import percentile

JUMP_BOUND = 150.0
MEMORY_BOUND = 50.0
SCRIPT_BOUND = 4.0
UNIT = 1024 * 1024
AT_ONCE = 10_000


def measure(quick: bool) -> list[Row]:
    """Both, on the engine that a session takes, and the jump on NumPy too."""
    return [
        _jump("compiled engine", {}, quick),
        _jump("NumPy engine", {"BACKPROP_ENGINE": "numpy"}, quick),
        *_million(100_000 if quick else 1_000_000),
    ]


def _trained(server: Server, epochs: int) -> str:
    with Connection(HOST, server.port) as connection:
        session: str = connection.request("POST", "/api/sessions", XOR).json()["id"]
        for _request in range(epochs // AT_ONCE):
            step = {"unit": "epoch", "count": AT_ONCE}
            reply = connection.request("POST", f"/api/sessions/{session}/step", step)
            assert reply.status == 200, reply
    return session


def _jump(name: str, settings: dict[str, str], quick: bool) -> Row:
    draw, taken = random.Random(0), []
    with visualizer(settings=settings) as server:
        session = _trained(server, AT_ONCE)
        with Connection(HOST, server.port) as connection:
            for _jump in range(20 if quick else 100):
                where = {"epoch": draw.randrange(AT_ONCE)}
                rewind = connection.prepare("POST", f"/api/sessions/{session}/rewind", where)
                begun = time.perf_counter()
                reply = connection.exchange(rewind)
                taken.append(1000 * (time.perf_counter() - begun))
                assert reply.status == 200, reply
    return Row(
        f"jump to any of {AT_ONCE:,} epochs, 2-3-1, {name}, slowest of {len(taken)}",
        f"{max(taken):.1f} ms",
        f"median {median(taken):.1f} ms",
        value=max(taken),
        bound=JUMP_BOUND,
        unit="ms",
    )


def _million(epochs: int) -> list[Row]:
    with visualizer() as server, running_browser() as browser, new_page(browser) as page:
        _trained(server, AT_ONCE)  # what the first session brings for all is not this one's
        before = server.memory()
        session = _trained(server, epochs - AT_ONCE)
        held = (server.memory() - before) / UNIT
        open_workspace(page, f"{server.address}/sessions/{session}")
        page.evaluate(WATCH)
        server.call("POST", f"/api/sessions/{session}/play", {"epochs_per_second": 30})
        page.wait_for_function(ENOUGH, arg=200, polling=POLLING, timeout=60_000)
        whole = page.evaluate("window.watched.page")
        server.call("POST", f"/api/sessions/{session}/pause")
    return [
        Row(
            f"memory of a run of {epochs:,} epochs, 2-3-1",
            f"{held:.1f} MB",
            value=held,
            bound=MEMORY_BOUND,
            unit="MB",
        ),
        Row(
            f"script time of the whole page per frame, playing after {epochs:,} epochs",
            f"{median(whole):.1f} ms",
            f"95 % within {percentile(whole, 95):.1f} ms",
            value=median(whole),
            bound=SCRIPT_BOUND,
            unit="ms",
        ),
    ]
