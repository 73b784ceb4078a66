"""Going through time in slices: others get on beside it, and it happens whole or not at all."""

from __future__ import annotations

import asyncio

import pytest

from app.session import slices, travelling
from app.session.database import Database
from app.session.errors import ServerStops, SessionNotFound
from app.session.keeping import Keeping
from app.session.kept import KeptSessions
from app.session.restored import read, restored
from app.session.session import Session
from app.session.slices import Pieces
from tests.session.specs import session as new_session

BOUND = 60.0
"""Seconds within which all has happened, however busy the machine."""

LAST = 200


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """One update in each."""
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(travelling, "PIECE_SECONDS", 1e-9)


@pytest.fixture
def one() -> Session:
    """At its beginning, with a long way to its end."""
    one = new_session()
    one.step("epoch", LAST)
    one.rewind(epoch=0)
    return one


def _to_the_end(one: Session) -> asyncio.Task[int]:
    def way() -> Pieces[int]:
        yield from one.rewinding(epoch=LAST)
        return one.position.epoch

    return asyncio.create_task(one.perform_pieces(way))


def test_others_get_on_beside_a_long_way(one: Session) -> None:
    async def test() -> None:
        other, way = new_session(), _to_the_end(one)
        for _step in range(10):
            await other.perform(lambda: other.step("epoch"), seconds=1.0)
        assert not way.done()
        assert await way == LAST
        assert other.position.epoch == 10

    asyncio.run(asyncio.wait_for(test(), BOUND))


def test_a_way_that_was_thought_short_lets_others_get_on_too(one: Session) -> None:
    async def test() -> None:
        other = new_session()
        way = asyncio.create_task(one.perform_pieces(lambda: one.checking_out("Run 1"), 0.0))
        await asyncio.sleep(0)
        await other.perform(lambda: other.step("epoch"), seconds=1.0)
        assert not way.done()
        await way

    asyncio.run(asyncio.wait_for(test(), BOUND))


@pytest.mark.parametrize(
    ("how", "error"), [("deleted", SessionNotFound), ("shutdown", ServerStops)]
)
def test_it_ends_with_its_session_and_all_is_as_it_was(
    one: Session, how: str, error: type[Exception]
) -> None:
    before = one.timeline.moment, one.parameters().tobytes(), one.operation, one.history.recorded

    async def test() -> None:
        way = _to_the_end(one)
        while one.position.epoch == 0:
            await asyncio.sleep(0)
        one.end("deleted" if how == "deleted" else "shutdown")
        with pytest.raises(error):
            await way

    asyncio.run(asyncio.wait_for(test(), BOUND))
    after = one.timeline.moment, one.parameters().tobytes(), one.operation, one.history.recorded
    assert after == before


def test_one_that_is_deleted_while_it_comes_back_is_gone(one: Session) -> None:
    database = Database()
    Keeping(database).keep(one)

    async def test() -> None:
        rows = await read(database, one.id)
        coming = asyncio.create_task(restored(rows, database))
        await asyncio.sleep(0)
        assert not coming.done()
        KeptSessions(database).delete(one.id, for_good=True)
        with pytest.raises(SessionNotFound):
            await coming

    asyncio.run(asyncio.wait_for(test(), BOUND))


def test_what_fails_in_a_piece_fails_it() -> None:
    def pieces() -> Pieces[None]:
        yield
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        asyncio.run(slices.in_slices(pieces(), 1.0))
