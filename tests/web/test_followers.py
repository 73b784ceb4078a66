"""Those who follow: how many may, the slow among them, and what they hear at the end."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing
from typing import Any

import httpx
import pytest

from app.web.event_routes import MOST_BY_A_LINK
from tests.conftest import XOR
from tests.web.test_events import Reader

StartServer = Callable[..., AbstractContextManager[str]]
MOST = 3
BOUND = 20.0
"""Seconds within which all that a stream is read for has come, however busy the machine."""

WIDE = XOR | {
    "network": {
        "layers": [
            {"units": 200, "activation": "tanh"},
            {"units": 200, "activation": "tanh"},
            {"units": 1, "activation": "sigmoid"},
        ]
    }
}
"""A network whose frames, of half a megabyte, soon fill what lies between server and reader."""


@pytest.fixture(scope="module")
def small_server(start_server: StartServer) -> Iterator[str]:
    with start_server(environment={"BACKPROP_MAX_FOLLOWERS": str(MOST)}) as address:
        yield address


@pytest.fixture
def script(small_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small_server, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def address(script: httpx.Client) -> Iterator[str]:
    """The API's address of a session of XOR on 2-3-1."""
    made = script.post("/api/sessions", json=XOR).headers["location"]
    yield made
    script.delete(made)


def _lines(reply: httpx.Response) -> Iterator[str]:
    """The lines of a stream; fails where what the test waits for does not come."""
    end = time.monotonic() + BOUND
    for line in reply.iter_lines():  # a comment comes now and then where there is nothing else
        assert time.monotonic() < end, "this event never came"
        yield line


def _reader(stack: ExitStack, client: httpx.Client, address: str) -> Reader:
    """Follow a session until the stack is left; a reader forgotten closes its stream."""
    reply = stack.enter_context(client.stream("GET", f"{address}/events"))
    assert reply.status_code == 200, reply.read()
    return Reader(_lines(reply))


def test_more_than_may_are_refused_and_let_in_when_somebody_has_left(
    script: httpx.Client, address: str
) -> None:
    page = address.removeprefix("/api")
    other = script.post("/api/sessions", json=XOR).headers["location"]
    with ExitStack() as stack:
        # The followers of all sessions count, and those of pages too.
        readers = [_reader(stack, script, place) for place in (address, page, other)]
        for reader in readers:
            reader.until("state")
        for place in (address, other):
            refused = _refused(script, place)
            assert refused.headers["content-type"] == "application/problem+json"
            problem = refused.json()
            assert problem["status"] == 429
            assert "when somebody has left" in problem["detail"]
        refused = _refused(script, page)
        assert refused.headers["content-type"].startswith("text/html")
        assert script.post(f"{address}/step").status_code == 200  # the rest goes on
        readers[0].until("state", lambda data: data["position"]["epoch"] == 1)
    with ExitStack() as stack:
        reader = _reader_when_free(stack, script, address)
        reader.until("viewers", lambda data: data["count"] == 1)
    script.delete(other)


def _refused(script: httpx.Client, address: str) -> httpx.Response:
    """The answer to one too many."""
    with script.stream("GET", f"{address}/events") as reply:
        assert reply.status_code == 429
        reply.read()
        return reply


def _reader_when_free(stack: ExitStack, script: httpx.Client, address: str) -> Reader:
    """Follow as soon as those who left are forgotten; the test's own time limit is the server's."""
    for _attempt in range(1000):
        reply = stack.enter_context(script.stream("GET", f"{address}/events"))
        if reply.status_code == 200:
            return Reader(_lines(reply))
        reply.read()
    raise AssertionError("nobody is let in any more")


def test_no_link_takes_up_the_whole_server(client: httpx.Client, server: str) -> None:
    address = client.post("/api/sessions", json=XOR).headers["location"]
    watch = client.get(f"{address}/following").json()["watch_id"]

    def status(stack: ExitStack, place: str) -> int:
        """What one more stream is answered, which then goes on."""
        url = httpx.URL(server)
        line = stack.enter_context(socket.create_connection((url.host, url.port), BOUND))
        line.sendall(f"GET {place}/events HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n\r\n".encode())
        return int(line.recv(12).split()[1])

    with ExitStack() as stack:
        watching = {status(stack, f"/api/sessions/{watch}") for _ in range(MOST_BY_A_LINK)}
        assert watching == {200}
        assert status(stack, f"/api/sessions/{watch}") == 429
        assert status(stack, address) == 200
    client.delete(address)


def test_those_who_left_are_not_counted_any_more(script: httpx.Client, address: str) -> None:
    watch = f"/api/sessions/{script.get(f'{address}/following').json()['watch_id']}"
    with ExitStack() as stack:
        ways = [address, *[watch] * (MOST - 1)]
        readers = [_reader(stack, script, way) for way in ways]
        for reader in readers:
            told = reader.until("viewers", lambda data: data["count"] == MOST).data
            assert told["watching"] == MOST - 1  # without the one who drives
        assert f"{MOST - 1} people follow" in _listed(script, address)
    with ExitStack() as stack:
        reader = _reader_when_free(stack, script, address)
        reader.until("viewers", lambda data: data["count"] == 1)
    for _attempt in range(1000):
        if "follow" not in _listed(script, address):
            return
    raise AssertionError("somebody is still said to watch")


def _listed(script: httpx.Client, address: str) -> str:
    """The line of the list of sessions that is about this one."""
    listing = script.get("/sessions").text
    items = re.findall(r"<li>.*?</li>", listing, re.S)
    (line,) = [item for item in items if f'href="{address.removeprefix("/api")}"' in item]
    return str(line)


def _slow_client(server: str) -> httpx.Client:
    """One that has room for little that it has not read."""
    options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)]
    transport = httpx.HTTPTransport(socket_options=options)
    return httpx.Client(base_url=server, timeout=30, trust_env=False, transport=transport)


def test_a_slow_reader_delays_nobody_and_gets_only_the_newest(
    small_server: str, script: httpx.Client
) -> None:
    steps = 40
    address = script.post("/api/sessions", json=WIDE).headers["location"]
    with ExitStack() as stack, closing(_slow_client(small_server)) as slow_client:
        slow = _reader(stack, slow_client, address)  # reads nothing until the end
        quick = _reader(stack, script, address)
        for epoch in range(1, steps + 1):
            assert script.post(f"{address}/step").status_code == 200
            quick.until("state", lambda data, epoch=epoch: data["position"]["epoch"] == epoch)
        seen: list[int] = []
        histories: list[int] = []
        while not seen or seen[-1] < steps:
            event = slow.event()
            if event.name == "state":
                seen.append(event.data["position"]["epoch"])
            elif event.name == "history":
                histories += [entry["epoch"] for entry in event.data["epochs"]]
        assert seen == sorted(set(seen))
        assert len(seen) < steps / 2  # what lay between them, and the newest
        assert histories == list(range(1, steps + 1))  # of the history nothing is left out
    script.delete(address)


def test_a_reader_that_never_read_is_forgotten_when_it_goes(
    small_server: str, script: httpx.Client
) -> None:
    address = script.post("/api/sessions", json=WIDE).headers["location"]
    with ExitStack() as stack:
        quick = _reader(stack, script, address)
        with ExitStack() as slow, closing(_slow_client(small_server)) as slow_client:
            slow_reader = _reader(slow, slow_client, address)
            quick.until("viewers", lambda data: data["count"] == 2)
            for _step in range(20):
                script.post(f"{address}/step")
            # It was there all the time.
            assert slow_reader.event().data == {"count": 2, "watching": 0}
        quick.until("viewers", lambda data: data["count"] == 1)
    script.delete(address)


def test_a_crowd_that_comes_and_goes_leaves_nobody_behind(
    start_server: StartServer,
) -> None:
    with (
        start_server() as server,
        httpx.Client(base_url=server, timeout=30, trust_env=False) as script,
        ThreadPoolExecutor(10) as crowd,
    ):
        address = script.post("/api/sessions", json=XOR).headers["location"]

        def come_and_go(number: int) -> None:
            with ExitStack() as stack:
                reader = _reader(stack, script, address)
                if number % 2:
                    reader.until("state")

        list(crowd.map(come_and_go, range(60)))
        with ExitStack() as stack:
            reader = _reader(stack, script, address)
            reader.until("viewers", lambda data: data["count"] == 1)


@pytest.mark.parametrize("play", [False, True])
def test_when_the_server_is_stopped_those_who_follow_are_told(
    start_server: StartServer, play: bool
) -> None:
    running = start_server()
    server = running.__enter__()
    with (
        ThreadPoolExecutor(1) as pool,
        httpx.Client(base_url=server, timeout=30, trust_env=False) as script,
        ExitStack() as stack,
    ):
        address = script.post("/api/sessions", json=XOR).headers["location"]
        readers: list[Any] = [
            _reader(stack, script, place) for place in (address, address.removeprefix("/api"))
        ]
        if play:
            script.post(f"{address}/play", json={"epochs_per_second": None})
        for reader in readers:
            reader.until("state")
        stopped = pool.submit(running.__exit__, None, None, None)  # SIGTERM
        for reader in readers:
            assert reader.until("ended").data == {"reason": "shutdown"}
            with pytest.raises(AssertionError, match="the stream ended"):
                reader.event()
        stopped.result()
