"""Play to an end: an epoch, or the first cost below a bound, however fast it goes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from app.language import current_language, use_language
from app.session import conditions, limits
from app.session.errors import SpecError
from app.session.play import Player
from app.session.playing import Playing, Until
from app.session.session import Session
from tests.session.specs import session
from tests.session.test_play import FAR_TOO_LARGE, in_a_loop, play_over, wait_until, watched


def _played(one: Session, pace: float | None, until: Until) -> None:
    """Let a session that nobody watches play to its end."""

    async def test() -> None:
        await Player(0).play(one, pace, until)
        assert one.playing is not None
        assert one.playing.until == until
        await play_over()
        assert one.playing is None

    in_a_loop(test)


def _losses(one: Session) -> list[float]:
    return [float(loss) for loss in one.history.column("train", "loss")]


@pytest.mark.parametrize(("pace", "epoch"), [(300.0, 37), (1000.0, 100), (None, 5003)])
def test_it_ends_exactly_at_its_epoch_whether_anybody_watches_or_not(
    pace: float | None, epoch: int
) -> None:
    one, stepped = session(), session()
    _played(one, pace, Until(epoch=epoch))
    assert one.position.epoch == epoch
    assert one.play_end is not None
    assert one.play_end.reason == "epoch"
    stepped.step("epoch", epoch)
    assert np.array_equal(one.parameters(), stepped.parameters())


def test_an_epoch_begun_by_hand_counts() -> None:
    one = session()
    one.step("batch")
    _played(one, None, Until(epoch=1))
    assert (one.position.epoch, one.position.batch) == (1, 0)


@pytest.mark.parametrize("pace", [500.0, None])
@pytest.mark.parametrize("batch_size", [2, 4])
def test_it_ends_at_the_first_epoch_whose_cost_is_below(
    pace: float | None, batch_size: int
) -> None:
    ahead = session(batch_size=batch_size)
    ahead.step("epoch", 400)
    bound = _losses(ahead)[250]
    first = 1 + next(epoch for epoch, loss in enumerate(_losses(ahead)) if loss < bound)
    one = session(batch_size=batch_size)
    _played(one, pace, Until(loss_below=bound))
    assert one.position.epoch == first
    assert one.recorded() == {"epoch": first, "update": one.position.update}
    assert one.play_end is not None
    assert one.play_end.reason == "loss"
    stepped = session(batch_size=batch_size)
    stepped.step("epoch", first)
    assert np.array_equal(one.parameters(), stepped.parameters())


def test_of_two_ends_the_first_counts() -> None:
    ahead = session()
    ahead.step("epoch", 300)
    bound = _losses(ahead)[99]
    first = 1 + next(epoch for epoch, loss in enumerate(_losses(ahead)) if loss < bound)
    for epoch, reached in ((first - 5, first - 5), (first + 5, first)):
        one = session()
        _played(one, None, Until(epoch=epoch, loss_below=bound))
        assert one.position.epoch == reached


def test_along_what_was_recorded_it_ends_at_the_same_epochs() -> None:
    one = session()
    one.step("epoch", 300)
    losses = _losses(one)
    bound = losses[150]
    first = 1 + next(epoch for epoch, loss in enumerate(losses) if loss < bound)
    one.rewind(epoch=0)
    _played(one, None, Until(loss_below=bound))
    assert one.position.epoch == first
    assert one.recorded()["epoch"] == 300
    _played(one, None, Until(epoch=301))
    assert one.recorded()["epoch"] == one.position.epoch == 301


def test_a_cost_that_is_below_already_is_looked_at_after_an_epoch() -> None:
    one = session()
    _played(one, None, Until(loss_below=1e6))
    assert one.position.epoch == 1


@pytest.mark.parametrize(
    ("until", "field"),
    [
        (Until(epoch=3), "/until/epoch"),
        (Until(epoch=limits.MAX_EPOCHS + 1), "/until/epoch"),
        (Until(loss_below=0.0), "/until/loss_below"),
        (Until(loss_below=-1.0), "/until/loss_below"),
        (Until(loss_below=math.nan), "/until/loss_below"),
        (Until(loss_below=math.inf), "/until/loss_below"),
        (Until(), "/until"),
    ],
)
def test_an_end_that_makes_no_sense(until: Until, field: str) -> None:
    one = session()
    one.step("epoch", 3)

    async def test() -> None:
        with pytest.raises(SpecError) as refused:
            await Player(10).play(one, 5, until)
        assert [pointer for pointer, _detail in refused.value.errors] == [field]
        assert one.playing is None

    in_a_loop(test)


def test_it_stops_before_its_end_where_training_does() -> None:
    one = session(**FAR_TOO_LARGE)
    _played(one, None, Until(epoch=1000))
    assert one.stopped is not None
    assert one.play_end is not None
    assert one.play_end.reason == "stopped"
    assert one.position.epoch < 1000


def test_where_nobody_watched_it_says_so() -> None:
    one = session()

    async def test() -> None:
        await Player(0.05).play(one, 100)
        await play_over()
        assert one.play_end is not None
        assert one.play_end.reason == "unwatched"

    in_a_loop(test)


def test_what_was_paused_did_not_end_by_itself() -> None:
    one = watched()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 200)
        await wait_until(one, lambda: one.position.epoch >= 1)
        await player.pause(one)
        await play_over()
        assert one.play_end is None

    in_a_loop(test)


def test_steps_beside_it_do_not_carry_it_beyond_its_end() -> None:
    one = session()

    async def test() -> None:
        await Player(10).play(one, 1000, Until(epoch=200))
        while one.position.epoch < 160:
            await one.perform(lambda: one.step("epoch", 3), seconds=1.0)
        await play_over()
        assert one.position.epoch == 200

    in_a_loop(test)


def test_another_end_counts_at_once() -> None:
    one = session()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 200, Until(epoch=1_000_000))
        await wait_until(one, lambda: one.position.epoch >= 10)
        await player.play(one, None, Until(epoch=2000))
        assert one.playing is not None
        assert one.playing.from_epoch >= 10
        await play_over()
        assert one.position.epoch == 2000

    in_a_loop(test)


def test_another_pace_on_the_same_way_goes_on_from_where_that_began() -> None:
    one = session()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 200, Until(epoch=50_000))
        await wait_until(one, lambda: one.position.epoch >= 10)
        await player.play(one, 100, Until(epoch=50_000))
        assert one.playing is not None
        assert one.playing.from_epoch == 0
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_the_time_left_is_that_of_the_pace_really_reached() -> None:
    playing = Playing(10.0, Until(epoch=500), from_epoch=100, from_loss=0.2)
    assert playing.seconds_left(100) is None
    playing.reached = 8.0
    assert playing.seconds_left(100) == 50.0
    assert playing.seconds_left(500) == 0.0
    assert Playing(10.0, Until(loss_below=0.1), reached=8.0).seconds_left(100) is None

    one = session()

    async def test() -> None:
        player = Player(10)
        await player.play(one, 100, Until(epoch=1000))
        await wait_until(one, lambda: one.position.epoch >= 10)
        left = one.state()["playing"]["seconds_left"]
        assert left > 0
        await wait_until(one, lambda: one.position.epoch >= 30)
        assert one.state()["playing"]["seconds_left"] < 10 * left
        await player.pause(one)
        await play_over()

    in_a_loop(test)


def test_how_much_of_the_way_is_behind_it() -> None:
    to_epoch = Playing(5.0, Until(epoch=300), from_epoch=100, from_loss=1.0)
    assert [to_epoch.share(epoch, 1.0) for epoch in (100, 200, 300)] == [0.0, 0.5, 1.0]
    to_loss = Playing(5.0, Until(loss_below=0.01), from_epoch=0, from_loss=1.0)
    shares = [to_loss.share(7, loss) for loss in (1.0, 0.1, 0.01, 0.001, 2.0)]
    assert shares == pytest.approx([0.0, 0.5, 1.0, 1.0, 0.0])
    below = Playing(5.0, Until(loss_below=0.5), from_epoch=0, from_loss=0.1)
    assert below.share(0, 0.1) == 0.0
    assert Playing(5.0).share(3, 0.1) is None


def test_play_has_nothing_of_the_request_that_began_it() -> None:
    one = session()
    found: list[Any] = []
    one.keep = lambda _session: found.append((conditions.once.get(), current_language()))

    async def test() -> None:
        request = conditions.Once(one.id, "key", "fingerprint")
        with use_language("ko"):
            conditions.once.set(request)
            await Player(10).play(one, None, Until(epoch=50))
        await play_over()
        (began, _language), *rest = found
        assert began is request
        assert request.state is not None
        assert request.state["position"]["epoch"] == 0
        assert rest
        assert set(rest) == {(None, "en")}

    in_a_loop(test)


def test_what_cannot_be_kept_does_not_play() -> None:
    one = watched()

    def full(_session: Session) -> None:
        raise OSError("no space left")

    async def test() -> None:
        one.keep = full
        with pytest.raises(OSError, match="no space"):
            await Player(10).play(one, 100)
        await play_over()
        assert one.playing is None
        assert one.position.epoch == 0

    in_a_loop(test)


def test_what_was_played_to_its_end_is_kept() -> None:
    one = session()
    kept: list[int] = []
    one.keep = lambda session: kept.append(session.position.epoch)
    _played(one, None, Until(epoch=300))
    assert kept[-1] == 300
