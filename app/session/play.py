"""Play: the server runs epoch after epoch while somebody watches."""

import asyncio
import time

from app.session import limits
from app.session.session import Session

FRAMES_PER_SECOND = 30
"""Epochs that are faster than this are run several at a time, once a frame."""

BUSY_SHARE = 0.8
"""Of every frame's time, what unpaced play may use for training."""


class Player:
    """Plays sessions, one task each.

    patience: seconds that a session goes on playing while nobody watches.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def play(self, session: Session, epochs_per_second: float | None) -> None:
        """Begin to play, or change the pace. None: as fast as the machine can."""
        session.playing = {"epochs_per_second": epochs_per_second}
        session.operation = "epoch" if session.history.epochs else None
        if session.id not in self._tasks:
            task = asyncio.create_task(self._run(session))
            self._tasks[session.id] = task
            task.add_done_callback(lambda _done: self._tasks.pop(session.id, None))
        session.tell()

    def pause(self, session: Session) -> None:
        """Stop playing, after the epoch under way."""
        if session.playing is not None:
            session.playing = None
            session.tell()

    async def _run(self, session: Session) -> None:
        watched = due = time.monotonic()
        while session.playing is not None and not session.ended:
            pace = session.playing["epochs_per_second"]
            now = time.monotonic()
            if session.viewers:
                watched = now
            elif now - watched > self._patience:
                break
            if pace is None:
                count = self._epochs_in(session, BUSY_SHARE / FRAMES_PER_SECOND)
                due = now + 1 / FRAMES_PER_SECOND
            else:
                count = max(1, round(pace / FRAMES_PER_SECOND))
                due = max(due + count / pace, now)
            seconds = session.seconds("epoch", count)
            await session.perform(lambda n=count: self._advance(session, n), seconds)  # type: ignore[misc]
            if session.stopped:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.pause(session)

    @staticmethod
    def _epochs_in(session: Session, seconds: float) -> int:
        return min(limits.MAX_STEPS, max(1, int(seconds / session.seconds("epoch", 1))))

    @staticmethod
    def _advance(session: Session, count: int) -> None:
        if session.playing is not None:  # paused while this waited for its turn
            session.step("epoch", count)

    def close(self) -> None:
        """End all play, when the server stops."""
        for task in self._tasks.values():
            task.cancel()
