"""The event stream: a session's state comes down to everybody who follows it.

``spec`` (what is trained), ``history`` (entries since the last), ``state`` (all that is needed to
draw the present instant), ``explanation`` (where a parameter or unit is chosen), ``viewers`` and
``ended``. A newcomer gets them at once, a slow reader only the newest. An id ``RUN-VERSION-EPOCHS``
says what its reader has seen, so that one who comes back with ``Last-Event-ID`` gets what was
missed.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from fastapi.sse import ServerSentEvent
from pydantic_core import to_json

from app.session.frame import spec_frame, state_frame
from app.session.session import Session
from app.session.spec import Spec

FRAME_SECONDS = 1 / 30
"""Between two frames to one reader."""

HISTORY_AT_ONCE = 2000
"""History entries in one message; a newcomer to a longer run gets it thinned."""

_ID = re.compile(r"(\d{1,9})-(\d{1,12})-(\d{1,12})", re.ASCII)


@dataclass
class _Seen:
    """What one reader has been sent."""

    run: int = 0
    version: int = 0
    epochs: int = 0
    explained: int = 0
    spec: Spec | None = None
    viewers: int = -1

    @property
    def id(self) -> str:
        return f"{self.run}-{self.version}-{self.epochs}"


class FrameCache:
    """The last state frame and explanation of each session as JSON, made once for all followers."""

    def __init__(self) -> None:
        self._frames: WeakKeyDictionary[Session, tuple[int, str]] = WeakKeyDictionary()
        self._explanations: WeakKeyDictionary[Session, tuple[int, str]] = WeakKeyDictionary()

    def state(self, session: Session) -> str:
        """The frame of the present version."""
        # The version is taken before the frame is made: play may be paused meanwhile, and what is
        # then made is not of the version that is told next.
        version = session.version
        of_version, frame = self._frames.get(session, (-1, ""))
        if of_version != version:
            frame = _json(state_frame(session))
            self._frames[session] = (version, frame)
        return frame

    def explanation(self, session: Session, explanation: dict[str, Any]) -> str:
        """An explanation of the session; a number too large for a double as null."""
        version, told = self._explanations.get(session, (-1, ""))
        if version != explanation["version"]:
            told = to_json(explanation, inf_nan_mode="null").decode()
            self._explanations[session] = (explanation["version"], told)
        return told


async def follow(
    session: Session,
    cache: FrameCache,
    last_event_id: str | None,
    panels: Callable[[Session], str | None] | None = None,
) -> AsyncIterator[ServerSentEvent]:
    """The events of a session until it ends.

    The reader counts as a viewer around this, not in it: a generator whose reader has gone may be
    closed much later.

    panels: gives the HTML of a page's panels, which then follows each state as a message without
    a name; None for a reader who is no page.
    """
    seen = _seen_before(session, last_event_id)
    while True:
        called = session.called
        seconds = session.seconds_of_a_look()
        for event in await session.read(lambda: _news(session, cache, seen, panels), seconds):
            yield event
        if session.ended:
            yield _event("ended", {"reason": session.ended}, seen)
            return
        sent = time.monotonic()
        await called.wait()
        await asyncio.sleep(max(0.0, sent + FRAME_SECONDS - time.monotonic()))


def _seen_before(session: Session, last_event_id: str | None) -> _Seen:
    match = _ID.fullmatch(last_event_id or "")
    if match and int(match[1]) == session.runs and int(match[3]) <= session.history.epochs:
        return _Seen(run=int(match[1]), version=int(match[2]), epochs=int(match[3]))
    return _Seen()


def _news(
    session: Session,
    cache: FrameCache,
    seen: _Seen,
    panels: Callable[[Session], str | None] | None,
) -> list[ServerSentEvent]:
    """What a reader has not seen yet, in the order in which it is to be drawn."""
    events, version = [], session.version
    if seen.viewers != session.viewers:
        seen.viewers = session.viewers
        events.append(_event("viewers", {"count": session.viewers}, seen))
    if seen.version == version and seen.spec is session.spec:
        return events
    anew = seen.spec is not session.spec
    if anew:
        seen.spec = session.spec
        events.append(_event("spec", spec_frame(session), seen))
    epochs = session.history.epochs
    if seen.run != session.runs or seen.epochs > epochs:
        seen.run, seen.epochs = session.runs, 0
        events.append(_history(session, seen))
    elif seen.epochs != epochs or anew:
        events.append(_history(session, seen))
    seen.version = version
    events.append(ServerSentEvent(event="state", raw_data=cache.state(session), id=seen.id))
    explanation = session.explanation()
    if explanation is not None and explanation["version"] != seen.explained:
        seen.explained = explanation["version"]
        data = cache.explanation(session, explanation)
        events.append(ServerSentEvent(event="explanation", raw_data=data, id=seen.id))
    html = panels(session) if panels else None
    if html:
        events.append(ServerSentEvent(raw_data=html, id=seen.id))
    return events


def _history(session: Session, seen: _Seen) -> ServerSentEvent:
    since, history = seen.epochs, session.history
    seen.epochs = history.epochs
    entries = history.entries(since, most=HISTORY_AT_ONCE)
    data = {
        "since": since,
        "loss_since": history.loss_since,
        "initial": history.initial,
        "epochs": entries,
    }
    return _event("history", data, seen)


def _event(name: str, data: Any, seen: _Seen) -> ServerSentEvent:
    return ServerSentEvent(event=name, raw_data=_json(data), id=seen.id)


def _json(data: Any) -> str:
    return json.dumps(data, allow_nan=False, separators=(",", ":"))
