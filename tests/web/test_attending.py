"""Who waits for an answer is known, while there is something in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.session.attention import Attention
from app.session.engines import Engines
from app.web.attending import Attending
from tests.environment import MACHINE_CODE


@pytest.fixture
def attention(monkeypatch: pytest.MonkeyPatch) -> Attention:
    attention = Attention()
    monkeypatch.setattr("app.web.attending.ATTENTION", attention)
    return attention


@pytest.fixture
def warming(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engines]:
    """Engines that are being warmed up, as long as the test takes."""
    monkeypatch.setattr("app.session.attention.QUIET_SECONDS", 1e6)
    monkeypatch.setattr("app.session.attention.LATEST_SECONDS", 1e6)
    engines = Engines()
    monkeypatch.setattr("app.web.attending.ENGINES", engines)
    engines.warm_up_in_background(MACHINE_CODE)
    assert engines.state == "warming"
    yield engines
    engines.close()


def _ask(parts: int, attention: Attention, kind: str = "http", fails: bool = False) -> list[int]:
    """How many wait at the start of an answer and after each of its parts."""
    waited = []

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        waited.append(attention.waiting)
        if fails:
            raise ZeroDivisionError
        await send({"type": f"{kind}.response.start", "status": 200})
        waited.append(attention.waiting)
        for part in range(parts):
            body = {"body": b"part", "more_body": part + 1 < parts}
            await send({"type": f"{kind}.response.body", **body})
            waited.append(attention.waiting)

    async def nothing(*_message: Any) -> Message:
        return {}

    asyncio.run(Attending(answer)({"type": kind}, nothing, nothing))  # type: ignore[arg-type]
    return waited


def test_one_waits_until_the_first_part_of_the_answer(
    attention: Attention, warming: Engines
) -> None:
    assert _ask(1, attention) == [1, 1, 0]
    assert _ask(3, attention) == [1, 1, 0, 0, 0]
    assert attention.waiting == 0
    warming.close()
    assert _ask(1, attention) == [0, 0, 0]


def test_an_answer_that_fails_or_is_empty_is_one(attention: Attention, warming: Engines) -> None:
    assert warming.state == "warming"
    assert _ask(0, attention) == [1, 1]
    with pytest.raises(ZeroDivisionError):
        _ask(1, attention, fails=True)
    assert attention.waiting == 0


def test_the_start_of_the_server_is_no_question(attention: Attention, warming: Engines) -> None:
    assert warming.state == "warming"
    assert _ask(1, attention, kind="lifespan") == [0, 0, 0]
