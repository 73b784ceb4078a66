"""Fixtures for tests that talk to the real server."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.session.engines import ENGINES, Engines
from tests.environment import MACHINE_CODE
from tests.server import COMMAND, running_server

XOR: dict[str, Any] = {
    "name": "XOR",
    "network": {
        "layers": [
            {"units": 3, "activation": "sigmoid"},
            {"units": 1, "activation": "sigmoid"},
        ]
    },
    "data": {
        "source": "inline",
        "inputs": [[0, 0], [0, 1], [1, 0], [1, 1]],
        "targets": [[0], [1], [1], [0]],
    },
}


# Whoever runs the tests has sessions of his own, which no server of theirs may touch.
os.environ["BACKPROP_MEMORY"] = "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--readme-picture",
        action="store_true",
        help="let the browser tests draw static/images/workspace.png, README's picture, anew",
    )
    parser.addoption(
        "--engine",
        choices=("numpy", "compiled"),
        default="compiled",
        help="the engine that trains, in the tests' own process and on their server",
    )


@pytest.fixture(scope="session", autouse=True)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test, ready."""
    engine: str = request.config.getoption("--engine")
    if engine == "compiled":
        ENGINES.warm_up(MACHINE_CODE)
        assert ENGINES.best == "compiled"
    return engine


@pytest.fixture(scope="session")
def engines() -> Engines:
    """Both engines, ready, whichever is under test."""
    engines = Engines()
    engines.warm_up(MACHINE_CODE)
    assert engines.state == "ready"
    return engines


@pytest.fixture(scope="session")
def start_server(
    engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[str]]:
    """A server with arguments or an environment of its own.

    `with start_server("--port", "8123", environment={...}) as address:`
    """
    if not COMMAND.exists():
        pytest.exit(
            f"{COMMAND.name} is not installed beside this Python: pip install -e '.[test]', "
            "or run python3 -m tests",
            returncode=1,
        )

    def start(
        *arguments: str, environment: Mapping[str, str] | None = None
    ) -> AbstractContextManager[str]:
        log = tmp_path_factory.mktemp("server") / "log.txt"
        chosen = {"BACKPROP_ENGINE": "auto" if engine == "compiled" else "numpy"}
        return running_server(*arguments, log=log, environment=chosen | dict(environment or {}))

    return start


def wait_for_engines(address: str) -> None:
    """Until the server's engine is decided. Raises TimeoutError."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        engines = httpx.get(f"{address}/api/catalog", trust_env=False).json()["engines"]
        if all(engine["state"] != "warming" for engine in engines):
            return
        time.sleep(0.05)
    raise TimeoutError("the compiled engine is still being made")


@pytest.fixture(scope="session")
def server(start_server: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The address of the server that all tests share: `http://127.0.0.1:41234`."""
    with start_server() as address:
        wait_for_engines(address)
        yield address


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    """A script's client: takes paths, sends no Origin and heeds no proxy."""
    with httpx.Client(base_url=server, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def new_session(client: httpx.Client) -> Iterator[Callable[..., dict[str, Any]]]:
    """Makes sessions and deletes them after the test.

    `new_session()` is XOR on 2-3-1; `new_session(loss="mae", ...)` replaces parts of its spec.
    Returns the State that the server replied.
    """
    made: list[str] = []

    def make(**spec: Any) -> dict[str, Any]:
        reply = client.post("/api/sessions", json=copy.deepcopy(XOR) | spec)
        assert reply.status_code == 201, reply.text
        state: dict[str, Any] = reply.json()
        made.append(state["id"])
        return state

    yield make
    for session in made:
        # 404 where the test itself has deleted it.
        assert client.delete(f"/api/sessions/{session}").status_code in (204, 404)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent
