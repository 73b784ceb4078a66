"""Where sessions are: in memory while they are used, in the database all the time."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from app.session import writing
from app.session.conditions import Once, once
from app.session.database import Database
from app.session.engines import ENGINES
from app.session.errors import CannotKeep, SessionNotFound, SpecError
from app.session.kept import DAY
from app.session.parsing import parsed_spec
from app.session.playing import Playing
from app.session.session import Session
from app.session.store import SessionStore
from tests.session.specs import XOR

SPEC = parsed_spec(XOR)


def _filled(limit: int, **options: Any) -> tuple[SessionStore, list[Session]]:
    store = SessionStore(limit, **options)
    return store, [store.add(SPEC) for _ in range(limit)]


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run what needs a loop."""
    asyncio.run(asyncio.wait_for(test(), 60))


def test_a_session_is_found_by_its_id() -> None:
    async def test() -> None:
        store, (one, other) = _filled(2)
        assert await store.get(one.id) is one
        assert await store.get(other.id) is other
        assert one.id != other.id
        assert len(store) == 2

    run(test)


@pytest.mark.parametrize("unknown", ["", "x", "../x", "a" * 22, "\ud800", "ä"])
def test_an_id_that_is_none(unknown: str) -> None:
    async def test() -> None:
        store, (one,) = _filled(1)
        with pytest.raises(SessionNotFound):
            await store.get(unknown)
        with pytest.raises(SessionNotFound):
            await store.visit(unknown)
        with pytest.raises(SessionNotFound):
            store.delete(unknown)
        assert not store.knows(unknown)
        assert list(store) == [one]
        assert one.ended is None

    run(test)


def test_beyond_the_limit_the_longest_idle_leaves_memory_and_comes_back() -> None:
    async def test() -> None:
        store, (first, second, third) = _filled(3)
        second.step("epoch", 4)
        second.keep(second)
        parameters, id = second.parameters().copy(), second.id
        await store.get(first.id)  # used again, so the second is next
        added = store.add(SPEC)
        assert list(store) == [added, first, third]
        assert second.ended is None
        del second
        again = await store.get(id)
        assert again.id == id
        assert (again.parameters() == parameters).all()
        assert len(store) == 3
        assert store.live(third.id) is None

    run(test)


def test_there_are_never_two_of_one_session() -> None:
    async def test() -> None:
        store = SessionStore(1)
        first = store.add(SPEC)
        store.add(SPEC)
        assert store.live(first.id) is None
        assert await store.get(first.id) is first  # a request has held it all the time
        store.add(SPEC)
        assert store.live(first.id) is None
        await first.perform(partial(first.step, "epoch"))
        assert store.live(first.id) is first  # whoever acts on it uses it

    run(test)


def test_those_who_ask_at_once_get_the_same() -> None:
    async def test() -> None:
        store = SessionStore(1)
        session_id = store.add(SPEC).id
        store.add(SPEC)
        found = await asyncio.gather(*(store.get(session_id) for _ in range(5)))
        assert len({id(one) for one in found}) == 1

    run(test)


def test_those_in_use_do_not_leave() -> None:
    async def test() -> None:
        store, (followed, playing, acting, other) = _filled(4)
        followed.viewers = 1
        playing.playing = Playing(5.0)
        async with acting.turn():
            for _ in range(4):
                store.add(SPEC)
            store.let_the_idle_leave()
            assert all(store.live(one.id) is one for one in (followed, playing, acting))
            assert store.live(other.id) is None

    run(test)


def test_the_idle_leave_memory() -> None:
    async def test() -> None:
        store, sessions = _filled(3, idle=60.0)
        store.let_the_idle_leave()
        assert len(store) == 3
        for one in sessions:
            store._keeping[one].used -= 61
        await store.get(sessions[1].id)
        store.let_the_idle_leave()
        assert list(store) == [sessions[1]]

    run(test)


def test_idle_is_counted_from_the_end_of_use() -> None:
    async def test() -> None:
        store, (followed, playing, acting, unused) = _filled(4, idle=60.0)
        long_ago = time.time() - 1000

        def let_a_thousand_seconds_pass() -> None:
            for one in store:
                store._keeping[one].used = long_ago

        followed.viewers = 1
        playing.playing = Playing(5.0)
        async with acting.turn():
            let_a_thousand_seconds_pass()
            store.let_the_idle_leave()
        followed.viewers, playing.playing = 0, None
        assert store.live(unused.id) is None
        store.let_the_idle_leave()
        assert set(store) == {followed, playing, acting}
        let_a_thousand_seconds_pass()
        store.let_the_idle_leave()
        assert len(store) == 0

    run(test)


def test_whoever_follows_is_in_the_list_as_one_who_uses_it_now() -> None:
    async def test() -> None:
        store, (followed, left) = _filled(2)
        store.sum_up()
        for one in (followed, left):
            store._keeping[one].used -= 1000
        followed.viewers = 1
        assert [one.id for one in store.listed()] == [followed.id, left.id]
        shown, other = store.one(followed.id), store.one(left.id)
        assert shown is not None
        assert other is not None
        assert other.used == store._keeping[left].used
        assert shown.used - other.used >= 1000
        used = store._keeping[followed].used
        followed.viewers = 0
        shown = store.one(followed.id)
        assert shown is not None
        assert shown.used == used

    run(test)


def test_those_not_written_down_and_not_in_use_wait_the_longest_idle_first() -> None:
    async def test() -> None:
        store = SessionStore(8)
        first, second, followed, kept = (store.add(SPEC, kept=False) for _ in range(4))
        followed.viewers = 1
        await kept.perform(partial(kept.step, "epoch"))
        await store.get(first.id)
        assert store.untouched() == [second, first]
        followed.viewers = 0
        assert store.untouched() == [second, followed, first]

    run(test)


def test_what_left_memory_takes_none() -> None:
    async def test() -> None:
        store = SessionStore(3)
        died = [weakref.ref(store.add(SPEC)) for _ in range(10)]
        assert [one() is None for one in died] == [True] * 7 + [False] * 3

    run(test)


def test_a_spec_that_is_refused_costs_nobody_a_session() -> None:
    store, sessions = _filled(2)
    wide = [{"units": 3, "activation": "sigmoid"}]  # XOR has one target
    with pytest.raises(SpecError):
        store.add(parsed_spec(XOR | {"network": {"layers": wide}}))
    assert list(store) == sessions[::-1]
    assert store.kept.count() == 2


def test_a_deleted_one_is_over_and_leaves_room() -> None:
    async def test() -> None:
        store, (first, second) = _filled(2)
        first.playing = Playing(5.0)
        version = first.version
        store.delete(first.id)
        assert (first.ended, first.playing) == ("deleted", None)
        assert first.version > version  # its followers are told
        with pytest.raises(SessionNotFound):
            await store.get(first.id)
        with pytest.raises(SessionNotFound):
            await first.perform(partial(first.step, "epoch"))  # begun before, and too late
        added = store.add(SPEC)
        assert list(store) == [added, second]
        assert store.kept.count() == 2

    run(test)


def test_one_can_be_deleted_while_it_is_not_in_memory_or_comes_back() -> None:
    async def test() -> None:
        store = SessionStore(1)
        ids = [store.add(SPEC).id for _ in range(3)]
        store.delete(ids[0])
        with pytest.raises(SessionNotFound):
            await store.get(ids[0])
        coming = asyncio.create_task(store.get(ids[1]))
        await asyncio.sleep(0)
        store.delete(ids[1])
        with pytest.raises(SessionNotFound):
            await coming
        assert not store.knows(ids[1])

    run(test)


def test_a_watch_link_leads_to_one_that_is_not_in_memory() -> None:
    async def test() -> None:
        database = Database()
        store = SessionStore(1, database)
        first = store.add(SPEC)
        id, watch_id = first.id, first.watch_id
        del first
        store.add(SPEC)
        for found_by in (store, SessionStore(1, database)):  # the second as after a restart
            session, role = await found_by.visit(watch_id)
            assert (session.id, role) == (id, "watch")
            assert session.watch_id == watch_id
            assert (await found_by.visit(id))[1] == "drive"

    run(test)


def test_one_that_nobody_touched_is_not_written() -> None:
    async def test() -> None:
        store = SessionStore(4)
        session = store.add(SPEC, kept=False)
        assert store.kept.count() == 0
        assert await store.get(session.id) is session
        await session.perform(partial(session.step, "epoch"))
        assert store.kept.count() == 1
        assert store.listed()[0].epoch == 1
        untouched = store.add(SPEC, kept=False)
        store.delete(untouched.id)
        assert store.kept.count() == 1

    run(test)


def test_a_full_disk_undoes_the_operation_and_no_more() -> None:
    async def test() -> None:
        store, (session,) = _filled(1)
        await session.perform(partial(session.step, "epoch", 3))
        state, parameters = session.state(), session.parameters().copy()
        pages = store.database.read("PRAGMA page_count")[0][0]
        store.database.read(f"PRAGMA max_page_count = {pages}")
        edit = {f"1.kernel.{row}.{unit}": 0.1 for row in (0, 1) for unit in (0, 1, 2)}

        async def act_until_it_is_full() -> None:
            nonlocal state, parameters
            for number in range(1000):
                state, parameters = session.state(), session.parameters().copy()
                await session.perform(partial(session.edit_parameters, edit | {"1.bias.0": number}))
                state, parameters = session.state(), session.parameters().copy()
                await session.perform(partial(session.step, "epoch"))

        with pytest.raises(CannotKeep) as refused:
            await act_until_it_is_full()
        assert refused.value.full
        assert session.state() == state
        assert (session.parameters() == parameters).all()
        store.database.read("PRAGMA max_page_count = 100000")
        await session.perform(partial(session.fork, "there is room"))
        await session.perform(partial(session.step, "epoch"))
        again = await SessionStore(1, store.database).get(session.id)
        assert again.state() == session.state()

    run(test)


def test_one_that_cannot_be_kept_does_not_leave_memory(caplog: pytest.LogCaptureFixture) -> None:
    store, (first, _second) = _filled(2)
    first.step("epoch", 1)
    store.database.close()
    store._make_room()
    store._make_room()
    assert len(store) == 2
    assert caplog.text.count("cannot be kept") == 1


def test_a_request_notes_its_key_with_what_it_does_and_with_nothing_else() -> None:
    async def test() -> None:
        store, (first, second) = _filled(2)
        first.step("epoch", 1)  # as play does, without a word to the store
        second.step("epoch", 1)
        added = store.add(SPEC)  # with this the first leaves
        assert store.live(first.id) is None
        token = once.set(Once("another", "key", "fingerprint"))
        await store.get(first.id)  # and with this the second
        assert store.live(second.id) is None
        added.step("epoch", 1)
        store.copy(added.id, "Copy")
        assert store.database.read("SELECT * FROM reply") == []
        await added.perform(partial(added.step, "epoch"))
        assert store.database.read("SELECT scope, key FROM reply") == [("another", "key")]
        once.reset(token)

    run(test)


def test_a_session_that_is_watched_is_kept_untouched_as_it_is() -> None:
    async def test() -> None:
        store = SessionStore(2)
        watched, unwatched = (store.add(SPEC, kept=False) for _ in range(2))
        visit = await store.visit(watched.watch_id)
        assert visit == (watched, "watch")
        await store.visit(unwatched.id)
        assert (store.keeps(watched), store.keeps(unwatched)) == (True, False)
        again = SessionStore(2, store.database)
        assert (await again.visit(watched.watch_id))[0].id == watched.id
        assert not again.knows(unwatched.id)

    run(test)


def test_what_nobody_uses_for_long_is_forgotten() -> None:
    store = SessionStore(1, keep_days=10)
    old, young, used = (store.add(SPEC).id for _ in range(3))
    query = "UPDATE session SET used = used - ? WHERE id = ?"
    store.database.write([(query, (9 * DAY, young)), (query, (11 * DAY, old))])
    store.database.write([(query, (11 * DAY, used))])  # in memory, it has been used since
    store.clean_up()
    assert [store.knows(id) for id in (old, young, used)] == [False, True, True]


def test_history_that_no_branch_has_any_more_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "KEYFRAME_SECONDS", 1e-9)
    monkeypatch.setattr(writing, "KEYFRAME_BYTES_PER_SECOND", 1e12)

    async def test() -> None:
        database = Database()
        store = SessionStore(4, database)
        session = store.add(SPEC)
        session.step("epoch", 30)
        session.keep(session)
        assert database.read("SELECT count(*) FROM stretch") == [(1,)]
        store.delete(session.id)
        looking_after = asyncio.create_task(store.look_after())
        while database.read("SELECT count(*) FROM stretch") != [(0,)]:
            await asyncio.sleep(0)
        looking_after.cancel()

    run(test)


def test_the_list_shows_how_those_in_memory_stand_now() -> None:
    async def test() -> None:
        store, (first, second) = _filled(2)
        second.step("epoch", 7)
        second.keep(second)
        await store.get(first.id)
        assert [(one.id, one.epoch) for one in store.listed()] == [(first.id, 0), (second.id, 7)]
        assert [epoch for epoch, _cost in store.listed()[1].curve] == list(range(8))
        assert store.listed()[0].used == pytest.approx(time.time(), abs=60)

    run(test)


def test_when_the_server_stops_all_are_kept_and_told_so() -> None:
    async def test() -> None:
        store, sessions = _filled(3)
        sessions[0].step("epoch", 2)  # as play does, without a word to the store
        store.close()
        assert [one.ended for one in sessions] == ["shutdown"] * 3
        again = await SessionStore(1, store.database).get(sessions[0].id)
        assert again.position.epoch == 2

    run(test)


def test_a_session_waits_for_the_engine_that_is_being_made(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine != "compiled":
        pytest.skip("this is about the other engine")

    async def test() -> None:
        store = SessionStore(1)
        first = store.add(SPEC)
        await first.perform(partial(first.step, "epoch"))
        id = first.id
        del first
        store.add(SPEC)
        code = ENGINES._code
        monkeypatch.setattr(ENGINES, "_code", None)
        ENGINES.settled.clear()
        coming = asyncio.create_task(store.get(id))
        await asyncio.sleep(0)
        assert not coming.done()
        monkeypatch.setattr(ENGINES, "_code", code)
        ENGINES.settled.set()
        session = await coming
        assert (session.run.engine, session.engine_changed) == ("compiled", False)

    run(test)
