"""A channel and its readers in an event loop, without a server between them."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from app.core.names import parameter_names
from app.session.parsing import parsed_spec
from app.session.session import Session
from app.session.turns import INLINE_SECONDS
from app.web.channel import Channels, EventReader
from app.web.events import Audience, Issue, Issues, Seen
from app.web.sessions import driving
from tests.conftest import XOR

BOUND = 20.0
"""Seconds within which what a test waits for has come, however busy the machine."""


def _run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(BOUND):
            await test()

    asyncio.run(bounded())


def _session() -> Session:
    return Session(parsed_spec(XOR))


def _events(text: bytes) -> list[tuple[str, Any]]:
    """Names and data of the events in what a reader was sent."""
    events = []
    for event in text.decode().split("\n\n")[:-1]:
        fields = dict(line.partition(": ")[::2] for line in event.split("\n"))
        name = fields.get("event", "")
        events.append((name, json.loads(fields["data"]) if name else fields["data"]))
    return events


class _Stream:
    """What one reader is sent, piece by piece."""

    def __init__(self, reader: EventReader, last_event_id: str | None = None) -> None:
        self.reader = reader
        self._pieces = reader.events(last_event_id)

    async def until(self, name: str, holds: Callable[[Any], bool] = lambda data: True) -> Any:
        """The data of the next event called ``name`` for which it ``holds``."""
        return dict(await self.piece(name, holds))[name]

    async def piece(
        self, name: str, holds: Callable[[Any], bool] = lambda data: True
    ) -> list[tuple[str, Any]]:
        """All events of the piece in which that comes."""
        async for piece in self._pieces:
            events = _events(piece)
            if any(found == name and holds(data) for found, data in events):
                return events
        raise AssertionError("the stream ended")

    async def rest(self) -> list[tuple[str, Any]]:
        """All events up to the end."""
        return [event async for piece in self._pieces for event in _events(piece)]


def _at(epoch: int) -> Callable[[Any], bool]:
    return lambda data: bool(data["position"]["epoch"] == epoch)


@contextmanager
def _reading(channels: Channels, session: Session, *, page: bool = False) -> Iterator[EventReader]:
    with channels.reader(driving(session), page=page, language="en") as reader:
        yield reader


async def _step(session: Session) -> None:
    await session.perform(lambda: session.step("epoch"))


def test_all_readers_are_sent_the_very_same_bytes() -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        sent: list[bytes] = []

        async def follow(pieces: AsyncIterator[bytes], ready: asyncio.Event) -> None:
            async for piece in pieces:
                if b"event: state" in piece:
                    ready.set()
                    if b'"position":{"epoch":1' in piece:
                        sent.append(piece)
                        return

        with (
            _reading(channels, one, page=True) as first,
            _reading(channels, one, page=True) as second,
            _reading(channels, one, page=True) as third,
        ):
            ready = [asyncio.Event() for _ in range(3)]
            following = [
                asyncio.create_task(follow(reader.events(None), event))
                for reader, event in zip((first, second, third), ready, strict=True)
            ]
            for event in ready:
                await event.wait()
            await _step(one)
            await asyncio.gather(*following)
        assert len(sent) == 3
        assert all(piece is sent[0] for piece in sent)

    _run(test)


def test_nothing_is_kept_for_one_who_does_not_read() -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        with _reading(channels, one) as slow, _reading(channels, one) as quick:
            reads, waits = _Stream(quick), _Stream(slow)
            await waits.until("state")  # and then no more for long
            for epoch in range(1, 21):
                await _step(one)
                await reads.until("state", _at(epoch))
            gc.collect()
            assert sum(type(thing) is Issue for thing in gc.get_objects()) <= 2
            newest = dict(await waits.piece("state"))
            assert newest["state"]["position"]["epoch"] == 20
            assert [entry["epoch"] for entry in newest["history"]["epochs"]] == [*range(1, 21)]

    _run(test)


def test_a_newcomer_begins_with_the_present() -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        with _reading(channels, one) as there:
            await _Stream(there).until("state")
            await _step(one)  # of which there is no issue yet
            with _reading(channels, one) as newcomer:
                assert _at(1)(await _Stream(newcomer).until("state"))

    _run(test)


def test_another_run_brings_its_own_history() -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        await _step(one)
        with _reading(channels, one) as reader:
            stream = _Stream(reader)
            assert len((await stream.until("history"))["epochs"]) == 1
            await one.perform(one.reset)
            assert await stream.until("history") | {"initial": None} == {
                "since": 0,
                "loss_since": 0,
                "initial": None,
                "epochs": [],
            }

    _run(test)


def test_one_who_joins_another_audience_is_sent_all_but_the_history() -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        await _step(one)
        with _reading(channels, one, page=True) as reader:
            stream = _Stream(reader)
            await stream.until("state")
            reader.become(reader.audience._replace(language="ko"))
            one.call()
            piece = await stream.piece("state")
            names = [name for name, _data in piece]
            assert names.count("spec") == names.count("state") == names.count("") == 1
            assert dict(piece)["history"]["epochs"] == []

    _run(test)


def test_the_last_to_leave_ends_the_channel() -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        with _reading(channels, one) as first, _reading(channels, one):
            await _Stream(first).until("state")
            assert len(asyncio.all_tasks()) == 2
        await asyncio.gather(
            *(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True
        )
        with _reading(channels, one) as again:
            await _Stream(again).until("state")

    _run(test)


def test_where_no_frame_can_be_made_the_streams_end(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        one, channels = _session(), Channels()
        original = one.run.gradient

        def broken(over: Any) -> Any:
            raise RuntimeError("no gradient today")

        with _reading(channels, one) as reader:
            one.run.gradient = broken  # type: ignore[method-assign]
            assert {name for name, _data in await _Stream(reader).rest()}.isdisjoint({"state"})
        one.run.gradient = original  # type: ignore[method-assign]
        with _reading(channels, one) as reader:  # who comes back is served again
            await _Stream(reader).until("state")

    with caplog.at_level(logging.ERROR, "app.web.channel"):
        _run(test)
    assert "no gradient today" in caplog.text


def test_much_history_is_packed_for_the_first_who_wants_it() -> None:
    one = _session()
    numbers = np.full((100_000, len(one.history.metrics)), 0.5)
    one.history.extend(numbers, numbers, None)
    issues, audience = Issues(one), Audience(one.id, "drive", None, False, "en")
    issue = issues.next([audience])
    assert not issue.parcels
    issues.pack(issue, audience, Seen())
    history = dict(_events(*issue.parcels.values()))["history"]
    assert len(history["epochs"]) <= 2001
    assert history["epochs"][-1]["epoch"] == 100_000


def test_a_history_that_is_packed_late_is_of_its_issue() -> None:
    """The session may have gone on by the time that the first wants it."""
    one = _session()
    one.step("epoch", 3)
    issues, audience = Issues(one), Audience(one.id, "drive", None, False, "en")
    issue, late = issues.next([audience]), Seen(version=1)
    one.change_spec(parsed_spec(XOR | {"loss": "mae"}))
    one.step("epoch", 2)
    one.tell()
    issues.pack(issue, audience, late)
    packed = (dict(_events(issue.parcels[audience, seen])) for seen in (Seen(), late))
    at_once, later = (events["history"] for events in packed)
    assert at_once == later
    assert [entry["epoch"] for entry in later["epochs"]] == [1, 2, 3]


def test_many_who_look_by_themselves_are_served_in_a_thread() -> None:
    one = _session()
    names = parameter_names(one.run.network)
    issues = Issues(one)
    alone = Audience(one.watch_id, "watch", None, True, "en")
    looking = [alone._replace(look=name) for name in names]
    assert issues.seconds_to_make([alone]) <= INLINE_SECONDS < issues.seconds_to_make(looking)


def test_a_newcomer_s_panels_count_in_what_his_first_parcel_takes() -> None:
    one = _session()
    issues, first = Issues(one), Audience(one.id, "drive", None, True, "en")
    issue = issues.next([first])
    newcomer = first._replace(language="de")
    known, new = (issues.seconds_to_pack(issue, who, Seen()) for who in (first, newcomer))
    assert new >= known + issues.seconds_to_make([newcomer])
