"""Turns to make a frame: who is next, and how far apart they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.web.frame_turns import SHARE, FrameTurns

BOUND = 20.0
"""Seconds within which a turn has come, however busy the machine."""

SHORT = 0.002
LONG = 0.05


def _run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(BOUND):
            await test()

    asyncio.run(bounded())


async def _order(turns: FrameTurns, waiting: str) -> str:
    """The order in which they get their turns: c for one commanded, p for one that plays, ..."""
    order: list[str] = []

    async def wait(name: str) -> None:
        await turns.turn(SHORT, playing=name.islower())
        order.append(name)

    await turns.turn(SHORT, playing=True)
    await asyncio.gather(*(wait(name) for name in waiting))
    return "".join(order)


def test_first_come_first_served() -> None:
    async def test() -> None:
        assert await _order(FrameTurns(), "abcde") == "abcde"
        assert await _order(FrameTurns(), "ABCDE") == "ABCDE"

    _run(test)


def test_those_commanded_and_those_that_play_take_turns() -> None:
    async def test() -> None:
        assert await _order(FrameTurns(), "abcdeX") == "Xabcde"
        assert await _order(FrameTurns(), "abXYZ") == "XaYbZ"

    _run(test)


def test_one_who_has_gone_is_passed_over() -> None:
    async def test() -> None:
        turns = FrameTurns()
        await turns.turn(SHORT, playing=True)
        gone = asyncio.create_task(turns.turn(SHORT, playing=True))
        stays = asyncio.create_task(turns.turn(SHORT, playing=True))
        await asyncio.sleep(0)
        gone.cancel()
        await stays
        assert gone.cancelled()

    _run(test)


def test_a_frame_is_followed_by_as_long_a_time_without() -> None:
    async def test() -> None:
        now = asyncio.get_running_loop().time
        turns, begun = FrameTurns(), now()
        await turns.turn(SHORT, playing=True)
        turns.took(LONG, expected=SHORT)
        await turns.turn(SHORT, playing=True)
        assert now() - begun >= LONG / SHARE - SHORT

    _run(test)


def test_a_frame_that_took_less_than_expected_lets_the_next_come_sooner() -> None:
    async def test() -> None:
        turns = FrameTurns()
        await turns.turn(1000 * BOUND, playing=False)
        turns.took(SHORT, expected=1000 * BOUND)
        await turns.turn(SHORT, playing=False)

    _run(test)


def test_one_who_waits_already_comes_sooner_too() -> None:
    async def test() -> None:
        turns = FrameTurns()
        await turns.turn(1000 * BOUND, playing=False)
        waiting = asyncio.create_task(turns.turn(SHORT, playing=False))
        await asyncio.sleep(0)
        turns.took(SHORT, expected=1000 * BOUND)
        await waiting

    _run(test)
