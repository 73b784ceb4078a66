"""One event to three hundred followers, beside a bare FastAPI loop that sends as many bytes."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from tests.bench.connection import Connection
from tests.bench.processes import HOST, Server, bare_stream, visualizer
from tests.bench.report import Row
from tests.bench.specs import XOR
from tests.bench.streams import END, Streams, streams
from tests.bench.turns import Figures, take_turns

FOLLOWERS = 300
BOUND = 2.0
REST_SECONDS = 0.05
"""Between two events: a session tells no more than thirty a second."""


def measure(quick: bool) -> list[Row]:
    """From a step's request to the moment when the last one has its event: scripts, and pages.

    They follow by the watch link, as a class does.
    """
    rounds = 5 if quick else 31
    return [
        _row("scripts", "/api", b"event: state", rounds),
        _row("pages", "", b"data: <hx-partial", rounds),
    ]


def _row(who: str, prefix: str, mark: bytes, rounds: int) -> Row:
    with ExitStack() as stack:
        server = stack.enter_context(visualizer())
        control = stack.enter_context(Connection(HOST, server.port))
        session = control.request("POST", "/api/sessions", XOR).json()["id"]

        def followed(server: Server, path: str, mark: bytes) -> Streams:
            read = stack.enter_context(streams(server))
            read.open(path, FOLLOWERS)
            read.until(lambda text: mark in text and text.endswith(END))
            return read

        following = control.request("GET", f"/api/sessions/{session}/following").json()
        here = followed(server, f"{prefix}/sessions/{following['watch_id']}/events", mark)
        step = control.prepare("POST", f"/api/sessions/{session}/step", {})
        turn = _turn("here", here, control, step, mark)
        turn()
        size = min(map(len, here.received.values()))
        bare = stack.enter_context(bare_stream(size))
        other = stack.enter_context(Connection(HOST, bare.port))
        beside = followed(bare, "/events", b"event: state")
        tell = other.prepare("POST", "/tell", {})
        figures = take_turns([turn, _turn("bare", beside, other, tell, b"event: state")], rounds)
    return Row(
        f"one event to {FOLLOWERS} {who}, the last one reached",
        f"{1000 * figures['here']:.0f} ms",
        f"bare FastAPI stream, {size / 1024:.1f} KB too, {1000 * figures['bare']:.0f} ms",
        ratio=figures["here"] / figures["bare"],
        bound=BOUND,
    )


def _turn(
    side: str, read: Streams, control: Connection, request: bytes, mark: bytes
) -> Callable[[], Figures]:
    def measure() -> Figures:
        read.for_a_while(REST_SECONDS)
        read.forget()
        begun = time.perf_counter()
        control.send(request)
        reached = read.until(lambda text: mark in text and text.endswith(END))
        reply = control.receive()
        assert reply.status == 200, reply
        return {side: reached - begun}

    return measure
