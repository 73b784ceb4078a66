"""What the buttons of the list of sessions do, beside what others do at the same time."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from app.session.store import SessionStore
from app.web.home_page import rename_session
from app.web.sessions import driving
from tests.session.specs import session as new_session

WIDER = [{"units": 5, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]


@pytest.mark.anyio
async def test_a_new_name_undoes_nothing_that_another_driver_does_meanwhile() -> None:
    store = SessionStore(2)
    session = store.keep(new_session())
    await session.perform(partial(session.step, "epoch", 3))
    spec = new_session(network={"layers": WIDER}, name="Wide").spec
    async with session.turn():  # while an operation is under way, two come and wait for their turn
        changing = asyncio.create_task(session.perform(partial(session.change_spec, spec)))
        await asyncio.sleep(0)
        renaming = asyncio.create_task(rename_session(driving(session), "Another"))
        await asyncio.sleep(0)
    await asyncio.gather(changing, renaming)
    assert session.name == "Another"
    assert session.spec.network == spec.network
    assert list(session.timeline.branches) == ["Run 1", "Run 2"]  # the change began the second
    assert [one.name for one in store.listed()] == ["Another"]


@pytest.mark.anyio
async def test_the_name_of_before_another_gave_one_is_given_again() -> None:
    store = SessionStore(2)
    session = store.keep(new_session(name="First"))
    async with session.turn():
        former, latter = (
            asyncio.create_task(rename_session(driving(session), name))
            for name in ("Second", "First")
        )
        await asyncio.sleep(0)
    await asyncio.gather(former, latter)
    assert session.name == "First"
