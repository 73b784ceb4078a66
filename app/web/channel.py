"""How a session's events reach all who follow it: made once, by one task, and sent to everyone.

The task makes an issue when the session has changed, at most so many a second and in turn with
other sessions, and then wakes the readers; each takes the newest when it has taken what it was sent
before. So a reader costs no more than the sending, and a slow one holds up nobody.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT

from app.session.following import Follower
from app.session.session import Session
from app.web.events import Audience, Issue, Issues, Seen, event, html_event, seen_before
from app.web.frame_turns import FrameTurns
from app.web.own_news import OwnNews
from app.web.sessions import Visit

FRAME_SECONDS = 1 / 30
"""Between two issues of a session."""

PING_SECONDS = 15.0
"""A reader without news for so long is sent a comment, so that nothing between closes the line."""

log = logging.getLogger(__name__)


class Channel:
    """What those who follow one session are sent.

    issue: the newest. news: set, and another put in its place, when there is a newer one, or one
    viewer more or less. failed: none can be made.
    """

    def __init__(self, session: Session, turns: FrameTurns) -> None:
        self.session = session
        self.issue: Issue | None = None
        self.news = asyncio.Event()
        self.failed = False
        self._issues = Issues(session)
        self._turns = turns
        self._readers: Counter[Audience] = Counter()
        # In a context of its own: it outlasts the request of the first reader.
        self._task = asyncio.create_task(self._publish(), context=Context())

    def join(self, audience: Audience) -> None:
        """One more of this audience reads."""
        self._readers[audience] += 1

    def leave(self, audience: Audience) -> None:
        """One of them reads no more; with the last of all, the channel ends."""
        self._readers[audience] -= 1
        if not self._readers[audience]:
            del self._readers[audience]
            self._issues.forget(audience)
        if not self._readers:
            self._task.cancel()

    @property
    def is_read(self) -> bool:
        """Whether anybody reads."""
        return bool(self._readers)

    async def parcel(self, issue: Issue, audience: Audience, seen: Seen) -> bytes | None:
        """What is new in an issue to one who has seen so much, as the bytes of its events.

        None where the session has changed meanwhile, and another issue will follow.
        """
        if (audience, seen) not in issue.parcels:
            seconds = self._issues.seconds_to_pack(issue, audience, seen)
            await self.session.read(lambda: self._issues.pack(issue, audience, seen), seconds)
        return issue.parcels.get((audience, seen))

    async def _publish(self) -> None:
        session, seconds = self.session, self._issues.seconds_to_make(self._readers)
        try:
            while not session.ended:
                called = session.called
                if self.issue is None or self.issue.seen.version != session.version:
                    await self._turns.turn(seconds, playing=session.playing is not None)
                    expected = seconds
                    self.issue, seconds = await self._next_issue()
                    self._turns.took(seconds, expected=expected)
                self._wake()
                made = time.monotonic()
                await called.wait()
                await asyncio.sleep(max(0.0, made + FRAME_SECONDS - time.monotonic()))
        except Exception:
            self.failed = True
            log.exception("What those who follow a session are sent could not be made")
        finally:
            self._wake()

    def _wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    async def _next_issue(self) -> tuple[Issue, float]:
        """The session as it is now, and the processor's seconds that it took to make."""
        audiences = list(self._readers)

        def make() -> tuple[Issue, float]:
            begun = time.thread_time()
            return self._issues.next(audiences), time.thread_time() - begun

        return await self.session.read(make, self._issues.seconds_to_make(audiences))


class EventReader:
    """One who follows a session: an event stream, and what it has been sent."""

    def __init__(self, channel: Channel, audience: Audience, own: OwnNews) -> None:
        self.session = channel.session
        self._channel = channel
        self.audience = audience
        self._own = own
        self._seen = Seen()
        self._told: dict[str, Any] = {}

    def become(self, audience: Audience) -> None:
        """Be one of another audience from now on."""
        if audience != self.audience:
            self._channel.join(audience)
            self._channel.leave(self.audience)
            self.audience, self._seen = audience, self._seen.all_but_history

    def leave(self) -> None:
        """Read no more."""
        self._channel.leave(self.audience)

    async def events(self, last_event_id: str | None) -> AsyncIterator[bytes]:
        """The events of the session until it ends, as bytes."""
        session, channel = self.session, self._channel
        self._seen, first = seen_before(session, last_event_id), session.version
        while not channel.failed:
            news, issue = channel.news, channel.issue
            if session.ended:
                yield event("ended", {"reason": session.ended}, self._seen)
                return
            self.become(self.audience._replace(look=self._own.look))
            text = self._own_events()
            # A newcomer begins with the present, though there may be an issue of shortly before.
            if issue and issue.seen.version >= first and issue.seen.issue != self._seen.issue:
                parcel = await channel.parcel(issue, self.audience, self._seen)
                if parcel is not None:
                    self._seen = issue.seen
                    text = text + parcel if text else parcel
            if text:
                yield text
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await news.wait()
            except TimeoutError:
                yield KEEPALIVE_COMMENT

    def _own_events(self) -> bytes:
        """What only this reader is told beside the issues, each when it has changed."""
        own = self._own.events()
        if own == self._told:
            return b""
        news = {name: data for name, data in own.items() if self._told.get(name) != data}
        self._told = own
        html = self._own.html(news) if self.audience.page else ""
        text = b"".join(event(name, data, self._seen) for name, data in news.items())
        return text + html_event(html, self._seen) if html else text


class Channels:
    """The channels of all sessions that are followed."""

    def __init__(self) -> None:
        self._turns = FrameTurns()
        self._channels: dict[Session, Channel] = {}

    @contextmanager
    def reader(self, visit: Visit, *, page: bool, language: str) -> Iterator[EventReader]:
        """Around the time that somebody follows a session.

        page: it is sent the HTML of a page's panels too, in this language.

        It counts as a viewer around its events, not in them: a generator whose reader has gone may
        be closed much later.
        """
        session = visit.session
        audience = Audience(visit.id, visit.role, visit.look, page, language)
        follower = Follower(visit.id, visit.role, visit.look)
        channel = self._channels.get(session)
        if channel is None:
            channel = self._channels[session] = Channel(session, self._turns)
        channel.join(audience)
        reader = EventReader(channel, audience, OwnNews(visit, follower))
        try:
            with session.followed(), session.following.joined(follower):
                yield reader
        finally:
            reader.leave()
            if not channel.is_read:
                del self._channels[session]
