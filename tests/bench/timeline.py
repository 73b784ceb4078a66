"""Going back in a run of 10,000 epochs, as it was trained, after it left memory and after another
branch; what others wait for a long way back; and what a run of 1,000,000 holds and how it is drawn.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
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
LONG = 100_000
OTHERS_EPOCHS = 200
IDLE = "1"
"""Seconds after which an idle session leaves memory here, so that nobody waits for a minute."""

NUMPY = {"BACKPROP_ENGINE": "numpy"}


def measure(quick: bool) -> list[Row]:
    """All of it, on the engine that a session takes, and the jumps on NumPy too."""
    rows = []
    for name, settings in (("compiled engine", {}), ("NumPy engine", NUMPY)):
        rows += [
            _jump(name, settings, "", lambda _server, _session: None, quick),
            _jump(name, settings, ", once it came back into memory", _leave, quick),
            _jump(name, settings, ", after another branch", _branch_and_return, quick),
        ]
    return [*rows, _others(quick), *_million(100_000 if quick else 1_000_000)]


def _leave(_server: Server, _session: str) -> None:
    """Be idle until the session has left memory."""
    time.sleep(2 * float(IDLE) + 1)


def _branch_and_return(server: Server, session: str) -> None:
    server.call("POST", f"/api/sessions/{session}/branches", {"name": "other"})
    server.call("POST", f"/api/sessions/{session}/branches/Run%201/checkout")


def _trained(server: Server, epochs: int) -> str:
    with Connection(HOST, server.port) as connection:
        session: str = connection.request("POST", "/api/sessions", XOR).json()["id"]
        for _request in range(epochs // AT_ONCE):
            step = {"unit": "epoch", "count": AT_ONCE}
            reply = connection.request("POST", f"/api/sessions/{session}/step", step)
            assert reply.status == 200, reply
    return session


def _jump(
    name: str,
    settings: dict[str, str],
    when: str,
    prepare: Callable[[Server, str], None],
    quick: bool,
) -> Row:
    draw, taken = random.Random(0), []
    with visualizer(settings={**settings, "BACKPROP_IDLE": IDLE}) as server:
        session = _trained(server, AT_ONCE)
        prepare(server, session)
        with Connection(HOST, server.port) as connection:
            connection.request("GET", f"/api/sessions/{session}")
            for _jump in range(20 if quick else 100):
                where = {"epoch": draw.randrange(AT_ONCE)}
                rewind = connection.prepare("POST", f"/api/sessions/{session}/rewind", where)
                begun = time.perf_counter()
                reply = connection.exchange(rewind)
                taken.append(1000 * (time.perf_counter() - begun))
                assert reply.status == 200, reply
    return Row(
        f"jump to any of {AT_ONCE:,} epochs, 2-3-1, {name}{when}, slowest of {len(taken)}",
        f"{max(taken):.1f} ms",
        f"median {median(taken):.1f} ms",
        value=max(taken),
        bound=JUMP_BOUND,
        unit="ms",
    )


def _others(quick: bool) -> Row:
    """What the steps of another session take beside jumps in one that has come back."""
    epochs = LONG // 4 if quick else LONG
    draw, taken = random.Random(0), []
    with visualizer(settings={**NUMPY, "BACKPROP_IDLE": IDLE}) as server:
        session, other = _trained(server, epochs), _trained(server, 0)
        _leave(server, session)
        ended = threading.Event()

        def step() -> None:
            with Connection(HOST, server.port) as connection:
                request = connection.prepare(
                    "POST", f"/api/sessions/{other}/step", {"count": OTHERS_EPOCHS}
                )
                while not ended.is_set():
                    begun = time.perf_counter()
                    assert connection.exchange(request).status == 200
                    taken.append(1000 * (time.perf_counter() - begun))

        stepping = threading.Thread(target=step)
        stepping.start()
        begun = time.perf_counter()
        for _jump in range(10):
            where = {"epoch": draw.randrange(epochs)}
            server.call("POST", f"/api/sessions/{session}/rewind", where)
        jumps = 100 * (time.perf_counter() - begun)
        ended.set()
        stepping.join()
    return Row(
        f"a step of {OTHERS_EPOCHS} epochs beside jumps in a session of {epochs:,} that came back, "
        "NumPy engine, slowest",
        f"{max(taken):.1f} ms",
        f"median {median(taken):.1f} ms, a jump {jumps:.0f} ms",
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
