"""Whose frame is made next: the frames of all sessions share the time that commands leave them."""

import asyncio
from collections import deque

SHARE = 0.5
"""Of the server's time, what frames may take; the rest is for commands and play."""


class FrameTurns:
    """Gives turns to make a frame, so far apart that frames take no more than their share.

    Hundreds of sessions that play could keep a server busy with frames alone. So each frame is
    followed by a time without any, as long as it took itself; meanwhile the sessions wait in the
    order in which they came, and those that were commanded take turns with those that play. All
    that happens to a session while it waits goes into the one frame that it then makes: under load
    everybody gets fewer frames, always of the present, and commands stay as quick as they are.
    """

    def __init__(self) -> None:
        self._free = 0.0  # when the next turn may be given, in the loop's time
        self._commanded: deque[_Waiting] = deque()
        self._playing: deque[_Waiting] = deque()
        self._served_last = self._playing
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, seconds: float, *, playing: bool) -> None:
        """Wait for a turn.

        seconds: that making the frame may take. playing: more frames come anyway, and nobody
        waits for this one.
        """
        waiting = _Waiting(seconds)
        (self._playing if playing else self._commanded).append(waiting)
        if self._timer is None:
            self._give()
        await waiting.turn

    def took(self, seconds: float, *, expected: float) -> None:
        """The frame of a turn took so long, where ``expected`` was said before."""
        self._free += (seconds - expected) / SHARE
        if self._timer is not None:  # somebody waits, and for another time now
            self._timer.cancel()
            self._give()

    def _give(self) -> None:
        """A turn to the next if it is time; and again when it is, as long as somebody waits."""
        self._timer = None
        loop = asyncio.get_running_loop()
        if loop.time() >= self._free and (waiting := self._next()):
            self._free = loop.time() + waiting.seconds / SHARE
            waiting.turn.set_result(None)
        if self._commanded or self._playing:
            self._timer = loop.call_at(self._free, self._give)

    def _next(self) -> "_Waiting | None":
        """The first of those who still wait, from the queue that was not served last if it can."""
        first = self._commanded if self._served_last is self._playing else self._playing
        for queue in (first, self._served_last):
            while queue:
                waiting = queue.popleft()
                if not waiting.turn.done():  # cancelled: it has gone
                    self._served_last = queue
                    return waiting
        return None


class _Waiting:
    """One that waits for its turn."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
