"""Keyframes: moments of a run that are kept whole, so that those between are reached soon."""

from typing import TypeAlias

from app.session.position import Checkpoint
from app.session.recording import Moment
from app.session.run import Run

Kept: TypeAlias = tuple[Moment, Checkpoint]

MOST = 256
MOST_BYTES = 4_000_000
"""Of all keyframes of a branch together."""

FEWEST = 4

FEW = 32
FEW_BYTES = 500_000
"""As many are left of a branch that nobody goes through, and are written down of each."""

SECONDS_APART = 0.02
"""About how much training lies between two of them, until there are too many."""


class Keyframes:
    """Checkpoints of one run by their moments: the first, and others at even distances.

    When there are too many they get twice as far apart, so that they take no more memory however
    long the run is.
    """

    def __init__(self, run: Run, at: Moment, seconds_per_batch: float) -> None:
        self.spacing = max(1, round(SECONDS_APART / seconds_per_batch))
        self._kept = [(at, run.checkpoint())]
        size = 8 * (len(run.training.slots) + 2) * run.network.size + run.examples.targets.nbytes
        self._most = max(FEWEST, min(MOST, MOST_BYTES // size))
        self._few = max(1, min(FEW, FEW_BYTES // size))

    def __len__(self) -> int:
        return len(self._kept)

    def updates_until_due(self, moment: Moment) -> int:
        """How many updates after a moment the next one is wanted; at least one."""
        last, _checkpoint = self.last_before(moment)
        return max(1, last.update + self.spacing - moment.update)

    def offer(self, run: Run, moment: Moment) -> None:
        """Keep the present moment of a run where one is wanted."""
        last, _checkpoint = self.last_before(moment)
        if moment.update - last.update < self.spacing or moment.progress > 0:
            return
        if any(0 <= kept.update - moment.update < self.spacing for kept, _checkpoint in self._kept):
            return
        self.keep(run, moment)
        while len(self._kept) > self._most:
            self.spacing *= 2
            self._kept = _apart(self._kept, self.spacing)

    def keep(self, run: Run, moment: Moment) -> None:
        """Keep the present moment of a run, whatever lies near it."""
        self.put(moment, run.checkpoint())

    def put(self, moment: Moment, checkpoint: Checkpoint) -> None:
        """Keep a moment of the run by its checkpoint."""
        self._kept = sorted(
            [*((at, kept) for at, kept in self._kept if at != moment), (moment, checkpoint)],
            key=lambda pair: pair[0],
        )

    def last_before(self, moment: Moment) -> Kept:
        """The last one that is not after a moment."""
        number = len(self._kept) - 1
        while self._kept[number][0] > moment:  # the last of all, mostly
            number -= 1
        return self._kept[number]

    def forget_after(self, moment: Moment) -> None:
        """Let go of those after a moment, which are no longer of this run."""
        self._kept = [pair for pair in self._kept if pair[0] <= moment]

    def copy(self, until: Moment) -> "Keyframes":
        """Those up to a moment, for a branch of its own."""
        copy = object.__new__(Keyframes)
        copy.spacing, copy._most, copy._few = self.spacing, self._most, self._few
        copy._kept = [pair for pair in self._kept if pair[0] <= until]
        return copy

    def few(self) -> list[Kept]:
        """The first and others at even distances. While the run grows, mostly the same ones."""
        spacing, few = self.spacing, self._kept
        while len(few) > self._few:
            few = _apart(few, spacing)
            spacing *= 2
        return few

    @property
    def last(self) -> Kept:
        """The last one of all."""
        return self._kept[-1]

    def thin(self) -> None:
        """Keep a few and the last alone, while nobody goes through the run."""
        few = self.few()
        self._kept = few if few[-1] is self._kept[-1] else [*few, self._kept[-1]]


def _apart(kept: list[Kept], spacing: int) -> list[Kept]:
    """The first, and of the others those that are at least so many updates after the one before."""
    apart = kept[:1]
    for pair in kept[1:]:
        if pair[0].update - apart[-1][0].update >= spacing:
            apart.append(pair)
    return apart
