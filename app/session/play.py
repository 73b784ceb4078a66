"""Play: the server runs epoch after epoch, to an end that was asked for or while it is watched."""

import asyncio
import contextlib
import logging
import math
import time
from contextvars import Context

from app.session import limits
from app.session.errors import CannotKeep
from app.session.playing import EndReason, PlayEnd, Playing, Until
from app.session.session import Session

FRAMES_PER_SECOND = 30
"""Epochs that are faster than this are run several at a time, once a frame."""

BUSY_SHARE = 0.8
"""Of every frame's time, what unpaced play may use for training."""

LOOK_SECONDS = 1.0
"""Between two looks whether anybody still watches, at least."""

LATELY = 2.0
"""Seconds that the pace is averaged over, the last counting most."""

log = logging.getLogger(__name__)


class Player:
    """Plays sessions, one task each.

    patience: seconds that a session without an end to reach plays on while nobody watches.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        # By session and not by id: one that was deleted may be brought back while it still ends.
        self._tasks: dict[Session, asyncio.Task[None]] = {}

    async def play(
        self, session: Session, epochs_per_second: float | None, until: Until | None = None
    ) -> None:
        """Begin to play, or change the pace and the end at once.

        epochs_per_second: None for as fast as the machine can. until: None plays on for as long as
        somebody watches. Raises SpecError where that makes no sense.
        """
        playing = Playing(epochs_per_second, until, reached=epochs_per_second)
        former: tuple[Playing | None, PlayEnd | None] = (None, None)

        def begin() -> None:
            nonlocal former
            former = (session.playing, session.play_end)
            _begin(session, playing)

        try:
            await session.perform(begin)
        except BaseException:
            if session.playing is playing:  # it could not be kept, and nobody was told of it
                session.playing, session.play_end = former
            raise
        task = self._tasks.get(session)
        if task is None or task.done():
            # In a context of its own: it outlasts the request, whose language, condition and key
            # are none of its business.
            task = asyncio.create_task(self._run(session), context=Context())
            self._tasks[session] = task
            task.add_done_callback(lambda done: self._forget(session, done))

    async def pause(self, session: Session) -> None:
        """Stop playing, after the epoch under way; what was played is kept then."""
        if session.playing is not None:
            _stop(session)
            await _keep(session)

    def close(self) -> None:
        """End all play, when the server stops."""
        for task in self._tasks.values():
            task.cancel()

    def _forget(self, session: Session, task: asyncio.Task[None]) -> None:
        if self._tasks.get(session) is task:
            del self._tasks[session]

    async def _run(self, session: Session) -> None:
        try:
            while session.playing is not None and not session.ended:
                await self._play(session)
                await _keep(session)  # meanwhile somebody may have it play again
        except CannotKeep as error:
            log.warning("Play ended, since it cannot be kept: %s", error)
            _end(session, "not_kept")
        except Exception:
            log.exception("Play of a session ended")
        finally:
            _stop(session)

    async def _play(self, session: Session) -> None:
        patience = _Patience(self._patience)
        due = time.monotonic()
        pace = _Pace(session.playing)
        while session.playing is not None and not session.ended:
            playing, now = session.playing, time.monotonic()
            if pace.of is not playing:
                due, pace = now, _Pace(playing)  # another pace counts from now
            if patience.left(session) <= 0:
                _end(session, "unwatched")
                return
            asked = playing.epochs_per_second
            if asked is None:
                count = self._epochs_in(session, BUSY_SHARE / FRAMES_PER_SECOND)
                due = now + 1 / FRAMES_PER_SECOND
            else:
                count = max(1, round(asked / FRAMES_PER_SECOND))
                due = max(due + count / asked, now)
            epoch = session.position.epoch
            await session.play_on(count)
            if session.playing is not playing:  # paused, ended, or another pace: all that keeps it
                continue
            reason = _reason_to_end(session, playing)
            if reason is not None:
                _end(session, reason)
                return
            played = session.position.epoch - epoch
            await self._wait(session, playing, due, patience)
            pace.add(played)

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


def _begin(session: Session, playing: Playing) -> None:
    epoch, now = session.position.epoch, session.playing
    if playing.until is not None:
        playing.until.check(epoch)
    if now is not None and now.until == playing.until:  # another pace on the same way
        playing.from_epoch, playing.from_loss = now.from_epoch, now.from_loss
    else:
        playing.from_epoch, playing.from_loss = epoch, session.metrics()["train"]["loss"]
    session.playing, session.play_end = playing, None


def _stop(session: Session) -> None:
    if session.playing is not None:
        session.playing = None
        session.tell()


def _end(session: Session, reason: EndReason) -> None:
    """End play for a reason, or say another one of what has ended by itself already."""
    playing, at = session.playing, session.position
    if playing is None and session.play_end is not None:
        playing = session.play_end.playing
    if playing is not None:
        session.play_end = PlayEnd(reason, playing, at.epoch, at.update)
        session.playing = None
        session.tell()


async def _keep(session: Session) -> None:
    """Keep what was played, once nothing is under way; not what was deleted."""
    await session.read(lambda: None if session.ended else session.keep(session))


def _reason_to_end(session: Session, playing: Playing) -> EndReason | None:
    """Why play goes no further than where the session stands; None where it goes on."""
    if session.stopped:
        return "stopped"
    played = session.position.epoch > playing.from_epoch
    if played and session.metrics()["train"]["loss"] < playing.loss_below:
        return "loss"
    epoch = session.position.epoch
    if playing.until and playing.until.epoch and epoch >= playing.until.epoch:
        return "epoch"
    return "most_epochs" if epoch >= session.most_epochs else None


class _Pace:
    """Epochs a second as they are really reached, those of late counting most.

    It begins with the pace that was asked for, and tells it to ``of``, the play it is the pace of.
    """

    def __init__(self, of: Playing | None) -> None:
        self.of = of
        asked = of.epochs_per_second if of else None
        self._epochs, self._seconds = (0.0, 0.0) if asked is None else (asked, 1.0)
        self._last = time.monotonic()

    def add(self, epochs: int) -> None:
        """So many have been played since the last time."""
        now = time.monotonic()
        seconds, self._last = now - self._last, now
        kept = math.exp(-seconds / LATELY)
        self._epochs = self._epochs * kept + epochs
        self._seconds = self._seconds * kept + seconds
        if self.of is not None and self._epochs > 0 and self._seconds > 0:
            self.of.reached = self._epochs / self._seconds


class _Patience:
    """How long a session without an end to reach may still play while nobody watches."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched = time.monotonic()

    def left(self, session: Session) -> float:
        """Seconds until it is over, or is to be asked for again."""
        now = time.monotonic()
        if session.playing is not None and session.playing.until is not None:
            return math.inf
        if session.viewers:
            self._watched = now
            return max(self._seconds, LOOK_SECONDS)
        return self._watched + self._seconds - now
