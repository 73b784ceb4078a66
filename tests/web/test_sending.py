"""What carries a session is made beside the session, which goes on, and once for each version."""

from __future__ import annotations

import asyncio
import json

from app.web.sending import Packer
from app.web.sessions import driving
from tests.session.specs import session


def test_a_session_goes_on_while_it_is_packed() -> None:
    one = session()
    for rate in range(1, 200):
        optimizer = one.spec.optimizer.model_copy(update={"learning_rate": rate / 200})
        one.change_spec(one.spec.model_copy(update={"optimizer": optimizer}))

    async def test() -> str:
        packing = asyncio.create_task(Packer().file_of(one))
        await asyncio.sleep(0)
        assert not packing.done()  # nobody waits for it here
        await one.perform(lambda: one.step("epoch"))
        return await packing

    sent = json.loads(asyncio.run(test()))["session"]
    assert one.position.update > 0
    assert len(sent["recording"]["changes"]) == 199
    assert (sent["at"]["update"], sent["recording"]["update"]) == (0, 0)


def test_what_was_packed_is_kept_until_the_session_changes() -> None:
    one, packer = session(), Packer()

    async def test() -> None:
        first, again = [await packer.file_of(one) for _time in range(2)]
        assert first is again
        await one.perform(lambda: one.step("epoch"))
        later = await packer.file_of(one)
        assert json.loads(later)["session"]["at"]["update"] == 2
        assert (await packer.link_of(driving(one))).startswith("/open#bpv1.")

    asyncio.run(test())


def test_many_who_ask_for_the_same_get_what_is_made_once() -> None:
    one, packer = session(), Packer()

    async def test() -> list[str]:
        return await asyncio.gather(*(packer.file_of(one) for _reader in range(20)))

    texts = asyncio.run(test())
    assert all(text is texts[0] for text in texts)
