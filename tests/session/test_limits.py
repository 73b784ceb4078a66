"""What a session keeps at most, and what comes of an operation that would be more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.session import limits
from app.session.errors import OutOfOrder
from app.session.play import Player
from app.session.session import Session
from tests.session.specs import session

MOVES: list[Callable[[Session], object]] = [
    lambda one: one.step("epoch"),
    lambda one: one.step("batch"),
    lambda one: one.step("batch", 2),
    lambda one: one.step("phase"),
    lambda one: one.step("phase", 3),
    lambda one: one.step("layer"),
    Session.forward,
]


def _full(monkeypatch: pytest.MonkeyPatch, batch_size: int) -> Session:
    monkeypatch.setattr(limits, "MAX_EPOCHS", 30)
    one = session(batch_size=batch_size)
    one.step("epoch", 30)
    return one


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("move", MOVES)
def test_a_full_session_is_trained_no_further(
    monkeypatch: pytest.MonkeyPatch, move: Callable[[Session], object], batch_size: int
) -> None:
    one = _full(monkeypatch, batch_size)
    before = one.state()
    with pytest.raises(OutOfOrder, match=r"at most 30 epochs\. Reset it"):
        move(one)
    assert one.state() == before


def test_the_last_epoch_can_be_gone_through_by_batches_and_phases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = _full(monkeypatch, 1)
    one.rewind(epoch=29)
    one.edit_parameters({"1.kernel.0.0": 0.5})
    one.step("batch", 3)
    one.step("phase", 2)
    one.update()
    assert (one.position.epoch, one.history.epochs) == (30, 30)
    with pytest.raises(OutOfOrder):
        one.forward()


def test_a_step_that_would_go_beyond_the_last_epoch_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = _full(monkeypatch, 1)
    one.rewind(epoch=28)
    for unit, count in (("epoch", 3), ("batch", 12), ("phase", 36)):
        with pytest.raises(OutOfOrder):
            one.step(unit, count)  # type: ignore[arg-type]
    assert one.position.epoch == 28
    one.step("batch", 8)
    assert one.position.epoch == 30


def test_all_branches_together_are_kept_no_longer_than_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_KEPT_EPOCHS", 100)
    one = session()
    one.step("epoch", 10)
    one.fork("second")
    one.step("epoch", 80)
    with pytest.raises(OutOfOrder, match=r"branches.*at most 100 epochs in all\. Delete one"):
        one.step("epoch")
    with pytest.raises(OutOfOrder, match="Delete one"):
        one.forward()
    one.delete_branch("Run 1")
    one.step("epoch", 10)
    assert one.history.epochs == 100


def test_play_ends_where_the_branches_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEPT_EPOCHS", 100)
    one = session()
    one.step("epoch", 10)
    one.fork("second")

    async def play() -> None:
        one.viewers = 1
        await Player(1.0).play(one, None)
        while one.playing is not None:
            await one.called.wait()

    asyncio.run(play())
    assert one.position.epoch == 90
    assert one.play_end is not None
    assert one.play_end.reason == "most_epochs"


def test_an_untrained_run_makes_room_for_the_next_start_itself() -> None:
    one = session()
    one.step("epoch")
    for _ in range(limits.MAX_BRANCHES - 2):
        one.fork()
        one.step("epoch")
    one.reset()
    trained = [name for name, branch in one.timeline.branches.items() if branch.recording.epochs]
    for _ in range(3):
        one.reset()
    assert [name for name in trained if name in one.timeline.branches] == trained
    for name in trained:
        one.rename_branch(name, f"my {name}")
    one.reset()
    assert len(one.timeline.branches) == limits.MAX_BRANCHES


def test_a_session_that_was_not_begun_takes_the_best_engine_when_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also one that was read in again."""
    first = session()
    again = Session(first.run.spec, timeline=first.timeline)
    again.timeline.take_engine("numpy")
    again.step("epoch")
    assert again.run.engine == session().run.engine
