"""Recordings: what is needed to bring a run to any moment of its past again, bit for bit.

Training is deterministic, so a recording is the spec it began with, the changes that were made by
hand, each at its moment, and the moment where it ends. All between follows.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from app.core.training import EngineName
from app.session.spec import Spec
from app.session.stopping import Stopped

ChangeKind: TypeAlias = Literal["edit", "spec"]

SECONDS_PER_CHANGE = 5e-4
"""About so long it takes to read a change and to make it again, on an ordinary machine; beside the
epoch that it takes to see that nothing overflows.
"""


class Moment(NamedTuple):
    """A moment of a recording; the later one is the larger.

    changes: how many were made before it. update: how many updates. progress: how many layers the
    batch at hand has gone through, forward and then backward: 0 to twice the layers.
    """

    changes: int
    update: int
    progress: int


BEGINNING = Moment(0, 0, 0)


@dataclass(frozen=True)
class Change:
    """What somebody changed on the way, at the moment ``at``.

    edit: parameters by name, with their new values; None where the spec was changed. spec: the one
    in force from here on. epoch, done: epochs done by then, and examples of the next one.
    """

    at: Moment
    edit: dict[str, float] | None
    spec: Spec
    epoch: int
    done: int

    @property
    def kind(self) -> ChangeKind:
        """What was changed."""
        return "spec" if self.edit is None else "edit"


@dataclass(frozen=True)
class _Stretch:
    """From one change to the next. update, epoch, done: where it begins."""

    update: int
    epoch: int
    done: int
    batch_size: int


@dataclass(frozen=True)
class Recording:
    """One run from its starting values on.

    spec: the one that it began with. engine: the one that it is on. examples: how many there are to
    learn from. layers: of the network. end: as far as it has come. stopped: why it stopped there.
    """

    spec: Spec
    engine: EngineName
    examples: int
    layers: int
    changes: tuple[Change, ...] = ()
    end: Moment = BEGINNING
    stopped: Stopped | None = None

    @property
    def phases(self) -> int:
        """The progress of a batch that has gone forward and backward."""
        return 2 * self.layers

    def spec_at(self, changes: int) -> Spec:
        """The one in force after so many changes."""
        return self.changes[changes - 1].spec if changes else self.spec

    # Growing

    def changed(self, spec: Spec, edit: dict[str, float] | None = None) -> "Recording":
        """With a change at its end. A batch at hand is let go by it.

        An edit of the parameters that the last one set, with no training between, takes its place.
        """
        at, changes = self.end, self.changes
        last = changes[-1] if changes else None
        if last and edit and last.edit and self._is_again(last, edit):
            at, changes = last.at, changes[:-1]
        epoch, done = self.place(at)
        changes = (*changes, Change(at, edit, spec, epoch, done))
        end = Moment(len(changes), at.update, 0)
        return replace(self, changes=changes, end=end, stopped=None)

    def _is_again(self, last: Change, edit: dict[str, float]) -> bool:
        since = Moment(len(self.changes), last.at.update, 0)
        return self.end == since and edit.keys() == (last.edit or {}).keys()

    def extended(self, end: Moment, stopped: Stopped | None) -> "Recording":
        """With training at its end."""
        given = (self.spec, self.engine, self.examples, self.layers, self.changes)
        return Recording(*given, end, stopped)  # replace() takes twice as long, at each step

    def cut(self, at: Moment) -> "Recording":
        """As if it had ended at ``at``."""
        return replace(self, changes=self.changes[: at.changes], end=at, stopped=None)

    # Moments

    def has(self, moment: Moment) -> bool:
        """Whether the run was at this moment."""
        number = moment.changes
        if number > len(self.changes) or not 0 <= moment.progress <= self.phases:
            return False
        first = Moment(number, self.changes[number - 1].at.update, 0) if number else BEGINNING
        return first <= moment <= self._last_of(number)

    def place(self, moment: Moment) -> tuple[int, int]:
        """Epochs done at a moment, and how many examples of the next have had their update."""
        stretch = self._stretch(moment.changes)
        batches, size = moment.update - stretch.update, stretch.batch_size
        first, every = self._batches(stretch)
        if batches < first:
            return stretch.epoch, stretch.done + batches * size
        epochs, batches = divmod(batches - first, every)
        return stretch.epoch + 1 + epochs, batches * size

    @property
    def epochs(self) -> int:
        """Epochs done at its end."""
        return self.place(self.end)[0]

    def moment_of_epoch(self, epoch: int) -> Moment | None:
        """The first moment with so many epochs done; None beyond the end.

        The first of all is that where training begins: what was changed before belongs to it.
        """
        if epoch == 0:
            return self._start
        for number, stretch in enumerate(map(self._stretch, range(len(self.changes) + 1))):
            if epoch > stretch.epoch:
                first, every = self._batches(stretch)
                update = stretch.update + first + (epoch - stretch.epoch - 1) * every
                if update <= self._last_of(number).update:
                    return Moment(number, update, 0)
        return None

    def moment_of_update(self, update: int) -> Moment | None:
        """The first moment with so many updates made, as for epochs; None beyond the end."""
        if update == 0:
            return self._start
        for number in range(len(self.changes) + 1):
            if update <= self._last_of(number).update:
                return Moment(number, update, 0)
        return None

    @property
    def _start(self) -> Moment:
        """Where training begins."""
        start = BEGINNING
        for change in self.changes:
            if change.at != start:
                break
            start = Moment(start.changes + 1, 0, 0)
        return start

    def before(self, moment: Moment, unit: Literal["phase", "batch", "epoch"]) -> Moment | None:
        """One phase, batch or epoch back; to a change at least. None at the beginning."""
        changes, update, progress = moment
        stretch = self._stretch(changes)
        if progress > 0 and unit == "phase":
            return Moment(changes, update, self.layers if progress > self.layers else 0)
        epoch, done = self.place(moment)
        if progress > 0 and (unit == "batch" or done == 0):
            return Moment(changes, update, 0)
        if update == stretch.update and changes > 0:
            return self.changes[changes - 1].at
        if update == 0:
            return None
        if unit == "phase":
            return Moment(changes, update - 1, self.phases)
        if unit == "batch":
            return Moment(changes, update - 1, 0)
        reached = self.moment_of_epoch(epoch if done > 0 else epoch - 1) or BEGINNING
        begin = Moment(changes, stretch.update, 0)
        return max(reached, begin)

    def next_change(self, moment: Moment) -> Change | None:
        """The one that comes after a moment."""
        return self.changes[moment.changes] if moment.changes < len(self.changes) else None

    def trains_after(self, moment: Moment) -> bool:
        """Whether anything but changes was recorded after a moment."""
        for change in self.changes[moment.changes :]:
            if change.at != moment:
                return True
            moment = Moment(moment.changes + 1, moment.update, 0)
        return self.end != moment

    def _stretch(self, changes: int) -> _Stretch:
        size = min(self.spec_at(changes).batch_size, self.examples)
        if changes == 0:
            return _Stretch(0, 0, 0, size)
        change = self.changes[changes - 1]
        return _Stretch(change.at.update, change.epoch, change.done, size)

    def _last_of(self, number: int) -> Moment:
        """The last moment of a stretch."""
        return self.changes[number].at if number < len(self.changes) else self.end

    def _batches(self, stretch: _Stretch) -> tuple[int, int]:
        """Of the epoch in which a stretch begins, as many as are left, and of each after it."""
        size = stretch.batch_size
        return -(-(self.examples - stretch.done) // size), -(-self.examples // size)
