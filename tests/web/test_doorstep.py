"""Visitors of ``/``: each finds a session, and a crawl of it leaves everybody else's alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest

from app.session.presets import DEFAULT, PRESETS
from app.session.store import SessionStore
from app.web.doorstep import Doorstep
from tests.conftest import XOR

LIMIT = 16
"""Sessions that this server keeps; a quarter of them may wait at the doorstep."""


@pytest.fixture(scope="module")
def small_server(
    start_server: Callable[..., AbstractContextManager[str]],
) -> Iterator[str]:
    with start_server(environment={"BACKPROP_MAX_SESSIONS": str(LIMIT)}) as address:
        yield address


@pytest.fixture
def script(small_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small_server, timeout=30, trust_env=False) as client:
        yield client


def _visit(server: str) -> str:
    """What a visitor without a cookie gets: the address of a session."""
    reply = httpx.get(server, trust_env=False)
    assert reply.status_code == 303
    address: str = reply.headers["location"]
    return address


def test_a_crawl_of_the_start_page_leaves_everybody_elses_sessions(
    small_server: str, script: httpx.Client
) -> None:
    made = [script.post("/api/sessions", json=XOR).headers["location"] for _ in range(6)]
    used = _visit(small_server)
    assert script.post(f"{used}/forward").status_code == 303
    followed = _visit(small_server)
    with script.stream("GET", f"/api{followed}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: viewers"
        crawled = [_visit(small_server) for _ in range(3 * LIMIT)]
        others = [*made, f"/api{used}", f"/api{followed}"]
        assert [script.get(address).status_code for address in others] == [200] * 8
        assert next(lines) == 'data: {"count":1,"watching":0}'  # it has been followed all the time
    assert len(set(crawled)) == 3 * LIMIT
    alive = [script.get(f"/api{address}").status_code == 200 for address in crawled]
    assert alive == [False] * (3 * LIMIT - LIMIT // 4) + [True] * (LIMIT // 4)  # the newest


def test_a_visitor_finds_the_same_session_again(small_server: str) -> None:
    with httpx.Client(base_url=small_server, timeout=30, trust_env=False) as visitor:
        mine = visitor.get("/").headers["location"]
        assert visitor.get("/").headers["location"] == mine
        visitor.post(f"{mine}/delete")
        assert visitor.get("/").headers["location"] != mine


@pytest.mark.parametrize("cookie", ["", "nonsense", "../sessions", "a" * 4000, "x; session=y"])
def test_a_cookie_of_elsewhere_gets_a_new_session(small_server: str, cookie: str) -> None:
    headers = {"cookie": f"session={cookie}"}
    reply = httpx.get(small_server, headers=headers, trust_env=False)
    assert reply.status_code == 303
    page = httpx.get(small_server + reply.headers["location"], trust_env=False)
    assert page.status_code == 200


def test_a_cookie_that_is_no_text_gets_a_new_session(small_server: str) -> None:
    headers = {"cookie": b"session=\xff\xfe\x80"}
    assert httpx.get(small_server, headers=headers, trust_env=False).status_code == 303


@pytest.mark.anyio
async def test_one_that_somebody_watched_gives_its_place_to_nobody() -> None:
    store = SessionStore(8)
    doorstep = Doorstep(store, limit=2)
    watched = await doorstep.session(())
    await store.visit(watched.watch_id)
    others = [await doorstep.session(()) for _visitor in range(3)]
    assert [one.ended for one in (watched, *others)] == [None, "deleted", None, None]


@pytest.mark.anyio
async def test_visitors_who_look_and_leave_take_the_places_of_such_visitors() -> None:
    store = SessionStore(8)
    doorstep = Doorstep(store, limit=2)
    staying = await doorstep.session(())
    with staying.followed():  # by its page, open all the time
        for _visitor in range(20):
            session = await doorstep.session(())
            with session.followed():  # by its page, while the next comes
                await doorstep.session(())
        last = await doorstep.session(())
        assert len(store) == 3
        assert staying.ended is None
    assert await doorstep.session((staying.id,)) is staying
    following = await doorstep.session(())
    assert set(store) == {staying, following}
    assert last.ended == "deleted"


@pytest.mark.anyio
async def test_one_that_cannot_be_read_does_not_shut_its_visitor_out() -> None:
    store = SessionStore(8)
    kept = store.add(PRESETS[DEFAULT].spec)
    store.database.write([("UPDATE branch SET spec = json_set(spec, '$.seed', -1)", ())])
    doorstep = Doorstep(SessionStore(8, store.database), limit=2)
    session = await doorstep.session((kept.id,))
    assert session.id != kept.id
    assert await doorstep.session((session.id,)) is session
    assert store.kept.has(kept.id)  # for a version that can


@pytest.mark.anyio
async def test_one_that_was_deleted_meanwhile_does_not_stand_in_the_way() -> None:
    store = SessionStore(8)
    doorstep = Doorstep(store, limit=2)
    first, second = await doorstep.session(()), await doorstep.session(())
    store.delete(first.id)
    third = await doorstep.session((first.id,))
    assert third is not first
    assert await doorstep.session((second.id,)) is second
    fourth = await doorstep.session(())
    assert len(store) == 2
    # Who came again keeps his, however early he first came.
    assert [one.ended for one in (second, third, fourth)] == [None, "deleted", None]


@pytest.mark.anyio
async def test_of_several_the_one_last_used_is_found() -> None:
    store = SessionStore(8)
    doorstep = Doorstep(store, limit=2)
    untouched = await doorstep.session(())
    first, second = (store.add(PRESETS[DEFAULT].spec) for _ in range(2))
    own = (untouched.id, second.id, first.id)
    assert await doorstep.session(own) is second
    store._keeping[second].used -= 1000
    assert await doorstep.session(own) is first
    store.delete(first.id)
    store.delete(second.id)
    assert await doorstep.session(own) is untouched
    assert await doorstep.session((untouched.watch_id,)) is not untouched
