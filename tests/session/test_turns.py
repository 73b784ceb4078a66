"""Operations and looks one at a time, also where one is cancelled."""

from __future__ import annotations

import asyncio
import math
import threading

import pytest

from app.session.turns import Turns

BOUND = 20.0
"""Seconds within which all has happened, however busy the machine."""


@pytest.mark.parametrize("times", [1, 2])
def test_a_cancelled_look_keeps_its_turn_until_its_thread_has_ended(times: int) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def look() -> None:
        begun.set()
        assert go_on.wait(BOUND)
        ended.set()

    async def test() -> None:
        turns = Turns()
        looking = asyncio.create_task(turns.read(look, math.inf))
        await asyncio.to_thread(begun.wait, BOUND)
        for _time in range(times):
            looking.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        next_one = asyncio.create_task(turns.read(ended.is_set))
        assert turns.busy
        go_on.set()
        assert await next_one
        assert looking.cancelled()
        assert not turns.busy

    asyncio.run(asyncio.wait_for(test(), BOUND))


def test_a_look_that_fails_after_it_was_cancelled_is_cancelled() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def look() -> None:
        begun.set()
        assert go_on.wait(BOUND)
        raise ArithmeticError

    async def test() -> None:
        turns = Turns()
        looking = asyncio.create_task(turns.read(look, math.inf))
        await asyncio.to_thread(begun.wait, BOUND)
        looking.cancel()
        go_on.set()
        await asyncio.wait([looking])
        assert looking.cancelled()
        assert not turns.busy

    asyncio.run(asyncio.wait_for(test(), BOUND))


def test_a_look_in_a_thread_fails_as_it_does_without_one() -> None:
    def look() -> None:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        asyncio.run(Turns().read(look, math.inf))
