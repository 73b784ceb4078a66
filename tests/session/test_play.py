"""Play: its pace, and all that ends it. Real sessions and a real player in an event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.session import limits
from app.session.errors import CannotKeep, SpecError, TooManyWaiting
from app.session.parsing import parsed_spec
from app.session.play import Player
from app.session.playing import Until
from app.session.session import Session
from app.session.spec import merged
from app.session.store import SessionStore
from tests.session.specs import XOR, session

SLOW = limits.MIN_EPOCHS_PER_SECOND
"""So slow that its second epoch is not within the time of a test."""

BOUND = 20.0
"""Seconds within which what a test waits for has come, however busy the machine."""

FAR_TOO_LARGE = {
    "network": {"layers": [{"units": 4, "activation": "relu"}, {"units": 1}]},
    "data": {"source": "plane"},
    "batch_size": 10,
    "optimizer": {"name": "sgd", "learning_rate": 1e6},
}


async def wait_until(one: Session, holds: Callable[[], Any]) -> None:
    """Wait for the session to tell of something new until ``holds``."""
    while not holds():
        await one.called.wait()


async def play_over() -> None:
    """Wait until no other task is left in this loop: no session plays any more."""
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))


def in_a_loop(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(BOUND):
            await test()

    asyncio.run(bounded())


def watched(**parts: Any) -> Session:
    one = session(**parts)
    one.viewers = 1
    return one


@pytest.mark.parametrize(("pace", "epochs"), [(40.0, 12), (300.0, 90)])
def test_it_keeps_its_pace(pace: float, epochs: int) -> None:
    one = watched()

    async def test() -> None:
        await Player(10).play(one, pace)
        began = time.monotonic()
        await wait_until(one, lambda: one.position.epoch >= epochs)
        seconds = time.monotonic() - began
        at_once = max(1, round(pace / 30))  # those of one frame come together
        assert (epochs - at_once) / pace <= seconds < 10 * epochs / pace
        assert one.playing is not None
        assert one.playing.epochs_per_second == pace
        one.end("deleted")
        await play_over()

    in_a_loop(test)


def test_a_faster_pace_takes_effect_at_once() -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, SLOW)
        await wait_until(one, lambda: one.position.epoch == 1)
        await player.play(one, 200)
        await wait_until(one, lambda: one.position.epoch >= 10)
        assert one.playing is not None
        assert one.playing.epochs_per_second == 200
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_a_slower_pace_takes_effect_at_once() -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 200)
        await wait_until(one, lambda: one.position.epoch >= 10)
        await player.play(one, SLOW)
        most = one.position.epoch + round(200 / 30) + 1  # those under way, and the first slow one
        with pytest.raises(TimeoutError):  # at the old pace they would be 60 more
            async with asyncio.timeout(0.3):
                await wait_until(one, lambda: one.position.epoch > most)
        await player.pause(one)
        await play_over()

    in_a_loop(test)


@pytest.mark.parametrize("pace", [SLOW, 500.0, None])
def test_pause_stops_after_the_epochs_under_way(pace: float | None) -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, pace)
        await wait_until(one, lambda: one.position.epoch >= 1)
        told = one.version
        await player.pause(one)
        assert one.playing is None
        assert one.version > told
        await one.read(lambda: None)  # waits for what is under way
        epoch = one.position.epoch
        await play_over()
        assert one.position.epoch == epoch
        assert one.position.phase == "ready"

    in_a_loop(test)


def test_pausing_what_does_not_play_tells_nobody() -> None:
    one = session()
    version = one.version
    asyncio.run(Player(10).pause(one))
    assert one.version == version


def test_a_pause_stays_though_an_operation_under_way_fails() -> None:
    one, paused = watched(), threading.Event()

    def fail_after_the_pause() -> None:
        assert paused.wait(BOUND)
        raise SpecError([("/data", "no")])

    async def test() -> None:
        player = Player(10)
        await player.play(one, SLOW)
        await wait_until(one, lambda: one.position.epoch == 1)
        failing = asyncio.create_task(one.perform(fail_after_the_pause, seconds=1.0))
        pausing = asyncio.create_task(player.pause(one))
        await wait_until(one, lambda: one.playing is None)
        paused.set()
        await pausing
        with pytest.raises(SpecError):
            await failing
        await play_over()
        assert one.playing is None

    in_a_loop(test)


def test_what_was_played_is_kept_before_the_pause_is_answered() -> None:
    one = watched()
    kept: list[int] = []
    one.keep = lambda session: kept.append(session.position.epoch)

    async def test() -> None:
        player = Player(10)
        await player.play(one, 500)
        await wait_until(one, lambda: one.position.epoch >= 20)
        await player.pause(one)
        assert kept[-1] == one.position.epoch
        await play_over()

    in_a_loop(test)


def test_what_was_deleted_is_not_kept_again() -> None:
    one = watched()
    kept: list[int] = []

    async def test() -> None:
        await Player(10).play(one, 500)
        await wait_until(one, lambda: one.position.epoch >= 1)
        one.keep = lambda session: kept.append(session.position.epoch)
        one.end("deleted")
        await play_over()
        assert not kept

    in_a_loop(test)


def _no_room(_session: Session) -> None:
    raise CannotKeep("database or disk is full", full=True)


def test_where_it_cannot_be_kept_it_ends_and_shows_nothing_that_is_not() -> None:
    one = watched()
    kept: list[int] = []

    def keep_three(session: Session) -> None:
        if len(kept) == 3:
            _no_room(session)
        kept.append(session.position.epoch)

    async def test() -> None:
        await Player(10).play(one, 30, Until(epoch=50))
        one.keep = keep_three
        await play_over()
        assert one.playing is None
        assert one.play_end is not None
        assert one.play_end.described() == {"reason": "not_kept", "epoch": 3}
        assert kept == [1, 2, 3]
        assert (one.position.epoch, one.timeline.recording.epochs) == (3, 3)

    in_a_loop(test)


def test_a_pace_that_cannot_be_kept_leaves_the_one_that_was() -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 100)
        playing, keep = one.playing, one.keep
        one.keep = _no_room
        with pytest.raises(CannotKeep):
            await player.play(one, 200, Until(epoch=10_000))
        one.keep = keep
        assert one.playing is playing
        epoch = one.position.epoch
        await wait_until(one, lambda: one.position.epoch > epoch)
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_play_that_cannot_be_kept_does_not_begin() -> None:
    one = watched()
    one.keep = _no_room

    async def test() -> None:
        with pytest.raises(CannotKeep):
            await Player(10).play(one, 100)
        assert one.playing is None
        await play_over()
        assert one.position.epoch == 0

    in_a_loop(test)


def test_deletion_while_an_epoch_is_played_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        store = SessionStore(limit=3)
        one = store.add(parsed_spec(XOR))
        one.viewers = 1
        step = one.step

        def step_and_be_deleted(*how: Any) -> Any:
            entries = step(*how)
            store.delete(one.id)
            return entries

        monkeypatch.setattr(one, "step", step_and_be_deleted)
        await Player(10).play(one, 100)
        await play_over()
        assert one.position.epoch > 0

    in_a_loop(test)
    assert caplog.messages == []


def test_one_that_was_brought_back_plays_while_the_deleted_one_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        store, player = SessionStore(limit=3), Player(10)
        one = store.add(parsed_spec(XOR))
        one.keep(one)
        one.viewers = 1
        played, ends = asyncio.Event(), asyncio.Event()

        async def play_until_told(_epochs: int) -> None:
            played.set()
            await ends.wait()

        monkeypatch.setattr(one, "play_on", play_until_told)
        await player.play(one, 100)
        await played.wait()
        store.delete(one.id, for_good=False)
        store.kept.bring_back(one.id)
        again = await store.get(one.id)
        assert again is not one
        await player.play(again, 100, Until(epoch=5))
        await wait_until(again, lambda: again.playing is None)
        assert again.position.epoch == 5
        ends.set()
        await play_over()

    in_a_loop(test)


@pytest.mark.parametrize("pace", [SLOW, 100.0, None])
def test_deletion_ends_it(pace: float | None) -> None:
    async def test() -> None:
        store = SessionStore(limit=3)
        one = store.add(parsed_spec(XOR))
        one.viewers = 1
        await Player(10).play(one, pace)
        await wait_until(one, lambda: one.position.epoch >= 1)
        store.delete(one.id)
        await play_over()
        assert one.playing is None
        assert one.ended == "deleted"

    in_a_loop(test)


def test_full_speed_trains_fast_and_lets_others_have_their_turn() -> None:
    one, other = watched(), watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, None)
        await player.play(other, None)
        waits = []
        while min(one.position.epoch, other.position.epoch) < 500:
            began = time.monotonic()
            await one.read(lambda: None)
            await asyncio.sleep(0)  # gives the loop a turn, without any time
            waits.append(time.monotonic() - began)
        assert max(waits) < 1.0
        for each in (one, other):
            await player.pause(each)
        await play_over()

    in_a_loop(test)


def test_it_stops_with_training() -> None:
    one = watched(**FAR_TOO_LARGE)

    async def test() -> None:
        player = Player(10)
        await player.play(one, 100)
        await wait_until(one, lambda: one.stopped)
        await play_over()
        assert one.playing is None
        smaller = {"optimizer": {"learning_rate": 0.001}}
        one.change_spec(parsed_spec(merged(one.spec, smaller)))
        one.reset()
        await player.play(one, 100)
        await wait_until(one, lambda: one.position.epoch >= 5)
        assert one.stopped is None
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_it_ends_when_nobody_watches() -> None:
    one = session()

    async def test() -> None:
        await Player(0.05).play(one, 100)
        await wait_until(one, lambda: one.playing is None)
        await play_over()
        assert 1 <= one.position.epoch < 100

    in_a_loop(test)


def test_it_ends_between_two_slow_epochs_when_nobody_watches() -> None:
    async def test() -> None:
        one = session()
        await Player(patience=0.05).play(one, SLOW)
        await play_over()
        assert one.playing is None
        assert one.position.epoch == 1

    in_a_loop(test)


def test_it_goes_on_while_somebody_watches_and_ends_when_they_leave() -> None:
    one = watched()

    async def test() -> None:
        await Player(0.05).play(one, 100)
        await wait_until(one, lambda: one.position.epoch >= 20)  # four times its patience
        assert one.playing is not None
        one.viewers = 0
        await wait_until(one, lambda: one.playing is None)
        await play_over()

    in_a_loop(test)


@pytest.mark.parametrize("pace", [100.0, None])
def test_it_plays_again_however_soon_after_its_end(pace: float | None) -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        for _again in range(20):
            epoch = one.position.epoch
            await player.play(one, pace)
            await wait_until(one, lambda epoch=epoch: one.position.epoch > epoch)  # type: ignore[misc]
            await player.pause(one)
        await player.play(one, pace)  # before the last play had its turn to end
        epoch = one.position.epoch
        await wait_until(one, lambda: one.position.epoch >= epoch + 3)
        await player.pause(one)
        await play_over()
        await player.play(one, pace)
        epoch = one.position.epoch
        await wait_until(one, lambda: one.position.epoch > epoch)
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_it_outlasts_more_requests_than_may_wait() -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 200)
        await wait_until(one, lambda: one.position.epoch >= 1)
        requests = [one.perform(lambda: one.step("epoch", 300), seconds=1.0) for _ in range(40)]
        results = await asyncio.gather(*requests, return_exceptions=True)
        refused = [result for result in results if isinstance(result, TooManyWaiting)]
        assert len(refused) == 40 - limits.MAX_WAITING
        assert one.playing is not None
        assert one.playing.epochs_per_second == 200
        epoch = one.position.epoch
        await wait_until(one, lambda: one.position.epoch >= epoch + 20)
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_two_pages_that_press_play_do_not_double_the_pace() -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        for _page in range(5):
            await player.play(one, 50)
        began = time.monotonic()
        await wait_until(one, lambda: one.position.epoch >= 12)
        assert time.monotonic() - began >= 10 / 50
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_the_end_of_the_server_ends_all_play() -> None:
    sessions = [watched() for _ in range(3)]

    async def test() -> None:
        player = Player(10)
        for one in sessions:
            await player.play(one, SLOW)
        for one in sessions:
            await wait_until(one, lambda one=one: one.position.epoch == 1)  # type: ignore[misc]
        player.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        assert [one.playing for one in sessions] == [None, None, None]

    in_a_loop(test)
