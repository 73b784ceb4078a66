"""Long work for one request is done beside the loop, which others are served from meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.settings import Settings
from app.web.application import Application
from tests.conftest import XOR

SOME = 20
"""Turns of the loop: more than a request has that keeps it to itself."""

WIDE: dict[str, Any] = {
    "network": {
        "layers": [
            {"units": 512, "activation": "tanh"},
            {"units": 128, "activation": "tanh"},
            {"units": 1, "activation": "sigmoid"},
        ]
    },
    "data": {"source": "circle", "samples": 4000, "noise": 0.1, "test_fraction": 0.5},
}


@pytest.fixture
def application() -> Iterator[Application]:
    """A server without a socket."""
    application = Application(Settings(memory=True))
    yield application
    application.store.database.close()


async def _turns_beside(client: httpx.AsyncClient, *request: Any, **parts: Any) -> int:
    """How often the loop has come round while a request was answered."""
    answering, turns = asyncio.create_task(client.request(*request, **parts)), 0
    while not answering.done():
        await asyncio.sleep(0)
        turns += 1
    assert answering.result().status_code == 200
    return turns


def _turns(application: Application, method: str, place: str, **parts: Any) -> tuple[int, int]:
    """Those beside a request to a session of 5,000 epochs of XOR, and beside a look at it."""

    async def measure() -> tuple[int, int]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            address = (await client.post("/api/sessions", json=XOR)).headers["location"]
            await client.post(f"{address}/step", json={"count": 5000})
            short = await _turns_beside(client, "GET", address)
            return await _turns_beside(client, method, address + place, **parts), short

    return asyncio.run(measure())


@pytest.mark.parametrize("form", ["csv", "json"])
def test_beside_a_long_history(application: Application, form: str) -> None:
    long, short = _turns(application, "GET", f"/history?format={form}")
    assert short < SOME < long


def test_beside_a_spec_that_takes_long_to_begin(application: Application) -> None:
    long, short = _turns(application, "PUT", "/spec", json=WIDE)
    assert short < SOME < long
