"""Play: the server runs epoch after epoch while somebody watches."""

import asyncio
import contextlib
import logging
import time

from app.session import limits
from app.session.session import Session

FRAMES_PER_SECOND = 30
"""Epochs that are faster than this are run several at a time, once a frame."""

BUSY_SHARE = 0.8
"""Of every frame's time, what unpaced play may use for training."""

log = logging.getLogger(__name__)


class Player:
    """Plays sessions, one task each.

    patience: seconds that a session goes on playing while nobody watches.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def play(self, session: Session, epochs_per_second: float | None) -> None:
        """Begin to play, or change the pace at once. None: as fast as the machine can."""
        session.playing = {"epochs_per_second": epochs_per_second}
        task = self._tasks.get(session.id)
        if task is None or task.done():
            task = asyncio.create_task(self._run(session))
            self._tasks[session.id] = task
            task.add_done_callback(lambda done: self._forget(session.id, done))
        session.tell()

    def pause(self, session: Session) -> None:
        """Stop playing, after the epoch under way."""
        if session.playing is not None:
            session.playing = None
            session.tell()

    def close(self) -> None:
        """End all play, when the server stops."""
        for task in self._tasks.values():
            task.cancel()

    def _forget(self, session_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(session_id) is task:
            del self._tasks[session_id]

    async def _run(self, session: Session) -> None:
        try:
            await self._play(session)
        except Exception:
            log.exception("Play of a session ended")
        finally:
            self.pause(session)

    async def _play(self, session: Session) -> None:
        patience = _Patience(self._patience)
        due = time.monotonic()
        while session.playing is not None and not session.ended and patience.left(session) > 0:
            playing, now = session.playing, time.monotonic()
            pace = playing["epochs_per_second"]
            if pace is None:
                count = self._epochs_in(session, BUSY_SHARE / FRAMES_PER_SECOND)
                due = now + 1 / FRAMES_PER_SECOND
            else:
                count = max(1, round(pace / FRAMES_PER_SECOND))
                due = max(due + count / pace, now)
            await session.play_on(count)
            if session.stopped or session.history.epochs >= limits.MAX_EPOCHS:
                return
            await self._wait(session, playing, due, patience)
            if session.playing is not playing:
                due = time.monotonic()  # another pace counts from now

    @staticmethod
    def _epochs_in(session: Session, seconds: float) -> int:
        return min(limits.MAX_STEPS, max(1, int(seconds / session.seconds("epoch", 1))))

    @staticmethod
    async def _wait(session: Session, playing: object, due: float, patience: "_Patience") -> None:
        """Wait until ``due``; no longer where the pace changes, or play or the session ends."""
        while session.playing is playing and not session.ended:
            left = min(due - time.monotonic(), patience.left(session))
            if left <= 0:
                await asyncio.sleep(0)  # let others have their turn, however late it is
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(session.called.wait(), left)


class _Patience:
    """How long a session may still play while nobody watches."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched = time.monotonic()

    def left(self, session: Session) -> float:
        """Seconds, all of them anew while somebody watches."""
        now = time.monotonic()
        if session.viewers:
            self._watched = now
        return self._watched + self._seconds - now
