"""A session: a training that a person or a script drives and any number follow."""

import math
from collections.abc import Callable
from typing import Any, Literal

from app.core.training import EngineName
from app.session import conditions
from app.session.errors import ServerStops, SessionNotFound
from app.session.explained import Explained
from app.session.following import Following
from app.session.links import new_id
from app.session.operations import Operations
from app.session.slices import SLICE_SECONDS, Pieces, in_slices
from app.session.spec import Spec
from app.session.timeline import Timeline
from app.session.turns import Result, Turns, in_time

# On an ordinary machine.
SECONDS_PER_SHOWN_PARAMETER = 2e-5


class Session(Operations, Turns):
    """A training with an id and people who follow.

    ``perform`` runs its operations one at a time, keeps what they did and tells the followers.

    keep: called with the session after each change, before anybody hears that it was made.
    """

    def __init__(
        self, spec: Spec, engine: EngineName | None = None, timeline: Timeline | None = None
    ) -> None:
        Turns.__init__(self)
        Operations.__init__(self, spec, engine, timeline)
        self.id = new_id()
        self.watch_id = new_id()
        self.following = Following(self.call)
        self.keep: Callable[[Session], None] = _keep_nowhere
        self._explained = Explained()
        self._dumped: tuple[Spec | None, dict[str, Any]] = (None, {})
        self.cost = self.metrics()["train"]["loss"]

    # What is shown of it

    def state(self) -> dict[str, Any]:
        """The State of the REST contract."""
        position = self.position
        return {
            "id": self.id,
            "name": self.name,
            "spec": self._spec_json(),
            "position": {
                "epoch": position.epoch,
                "batch": position.batch,
                "update": position.update,
                "phase": position.phase,
                "layer": position.layer,
            },
            "branch": self.timeline.name,
            "recorded": self.recorded(),
            "engine": self.run.engine,
            "playing": self.playing and self.playing.described(position.epoch),
            "play_end": self.play_end.described() if self.play_end else None,
            "stopped": self.stopped.described() if self.stopped else None,
            "metrics": self.metrics(),
        }

    def _spec_json(self) -> dict[str, Any]:
        spec, dumped = self._dumped
        if spec is not self.spec:
            dumped = self.spec.model_dump(mode="json")
            self._dumped = (self.spec, dumped)
        return dumped

    def explanation(self, name: str | None = None) -> dict[str, Any] | None:
        """That of the chosen parameter or unit, for the example in focus; None without one.

        name: of another than the chosen one.
        ``version`` in it tells of which version of the session it is; while the session plays, that
        may be an earlier one.
        """
        name = name or self.chosen
        if name is None:
            return None
        return self._explained.of(
            self.run,
            name,
            self.focus,
            version=self.version,
            playing=self.playing is not None,
        )

    def seconds_of_a_look(self) -> float:
        """About how long it takes to make all that is shown, or to start again."""
        return self.seconds("epoch", 1) + SECONDS_PER_SHOWN_PARAMETER * self.run.network.size

    # One at a time, and told to those who follow

    async def perform(
        self, operation: Callable[[], Result], seconds: float | Callable[[], float] = 0.0
    ) -> Result:
        """Run ``operation`` when those before it are done, then tell the followers.

        seconds: about how long it takes, or what tells it when its turn has come; a long one runs
        in a thread.
        Raises TooManyWaiting where too many wait already.
        """
        async with self.turn():
            conditions.check(self)
            with self.whole():
                expected = seconds() if callable(seconds) else seconds
                result = await in_time(operation, expected)
                self.keep(self)
            conditions.done(self)
            self._tell_of_a_turn()
            return result

    async def perform_pieces(
        self,
        operation: Callable[[], Pieces[Result]],
        seconds: float | Callable[[], float] = math.inf,
    ) -> Result:
        """As ``perform`` an operation that comes in pieces.

        Where it takes long, others get on beside it, and it ends with its session.
        """
        async with self.turn():
            conditions.check(self)
            with self.whole():
                expected = seconds() if callable(seconds) else seconds
                result = await in_slices(operation(), expected, self._check_goes_on)
                self.keep(self)
            conditions.done(self)
            self._tell_of_a_turn()
            return result

    def _check_goes_on(self) -> None:
        """Between the slices of an operation. Raises SessionNotFound, or ServerStops, where the
        session has ended.
        """
        if self.ended == "deleted":
            raise SessionNotFound(self.id)
        if self.ended == "shutdown":
            raise ServerStops

    async def play_on(self, epochs: int) -> None:
        """The next epochs of play, unless it was paused before their turn; never refused, and
        nothing is shown of them before it is kept. Raises CannotKeep.

        No further than to its end, and fewer of them where they take long, so that a pause and
        others get in between.
        """
        async with self._lock:
            if self.playing is None:
                return
            seconds, below = self.seconds("epoch", 1), self.playing.loss_below
            room = min(self.playing.last_epoch, self.most_epochs) - self.history.epochs
            count = min(epochs, room, max(1, int(SLICE_SECONDS / seconds)))
            if count > 0:
                with self.whole():
                    await in_time(lambda: self.step("epoch", count, below), count * seconds)
                    if self.ended:
                        return
                    self.keep(self)
                self._tell_of_a_turn()

    def _tell_of_a_turn(self) -> None:
        self.cost = self.metrics()["train"]["loss"]
        self.tell()

    def end(self, reason: Literal["deleted", "shutdown"]) -> None:
        """Let the followers know that it is over."""
        self.ended = reason
        self.playing = None
        self.tell()


def _keep_nowhere(session: Session) -> None:
    """Where there is no store."""
