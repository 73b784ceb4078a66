"""Standing at a moment of what was recorded, and going back and forth along it.

In the past, training goes along what was recorded, with the changes that were made on the way.
"""

import math
from abc import ABC, abstractmethod
from typing import Literal, TypeAlias

from app.core.names import parameter_index
from app.language import _, ngettext
from app.session.branches import AtEnd, Branch
from app.session.build import build
from app.session.errors import OutOfOrder, SpecError
from app.session.recording import Change, Moment, Recording
from app.session.run import Run, Unit
from app.session.slices import PIECE_SECONDS, Pieces, all_of

BackUnit: TypeAlias = Literal["phase", "batch", "epoch"]


class Traveller(ABC):
    """The run of a branch, at one of its moments.

    run: at the present moment.
    """

    run: Run
    _changes: int  # how many of the recording's are made

    @property
    @abstractmethod
    def branch(self) -> Branch:
        """The one that it is the run of."""

    @property
    def recording(self) -> Recording:
        """That of the present branch."""
        return self.branch.recording

    @property
    def moment(self) -> Moment:
        """The present one, of the present branch."""
        return Moment(self._changes, self.run.updates, self.run.progress)

    @property
    def in_past(self) -> bool:
        """Whether something was recorded after the present moment."""
        return self.moment < self.recording.end

    @property
    def last_change(self) -> Change | None:
        """The last one made before the present moment."""
        return self.recording.changes[self._changes - 1] if self._changes else None

    # Back and forth

    def moment_of(self, epoch: int | None, update: int | None) -> Moment:
        """The first moment with so many epochs, or updates. Raises SpecError beyond the end."""
        recording = self.recording
        if epoch is not None:
            moment = recording.moment_of_epoch(epoch)
            pointer, count = "/epoch", recording.epochs
            text = ngettext(
                "This branch has {count} epoch.", "This branch has {count} epochs.", count
            )
        else:
            moment = recording.moment_of_update(update or 0)
            pointer, count = "/update", recording.end.update
            text = ngettext(
                "This branch has {count} update.", "This branch has {count} updates.", count
            )
        if moment is None:
            raise SpecError([(pointer, text.format(count=count))])
        return moment

    def moment_before(self, unit: BackUnit) -> Moment:
        """One phase, batch or epoch back. Raises OutOfOrder at the beginning."""
        moment = self.recording.before(self.moment, unit)
        if moment is None:
            raise OutOfOrder(_("This is where training begins."))
        return moment

    def going_back(self, unit: BackUnit) -> Pieces[None]:
        """Go there, piece by piece. A change that nothing was trained after is undone by that."""
        yield from self.going_to(self.moment_before(unit))
        if not self.recording.trains_after(self.moment):
            self.branch.recording = self.recording.cut(self.moment)
            self.branch.keyframes.forget_after(self.moment)
            self._note_end()

    def updates_to(self, moment: Moment) -> int:
        """How many updates have to be made to reach a moment of this branch."""
        return moment.update - self._nearest(moment).update

    def _nearest(self, moment: Moment) -> Moment:
        kept, _checkpoint = self.branch.keyframes.last_before(moment)
        return max(kept, self.moment) if self.moment <= moment else kept

    def go_to(self, target: Moment) -> None:
        """Be at a moment of the present branch, as it was to the bit."""
        all_of(self.going_to(target))

    def going_to(self, target: Moment) -> Pieces[None]:
        """Go there piece by piece."""
        if self._nearest(target) != self.moment:
            at, checkpoint = self.branch.keyframes.last_before(target)
            self.run.restore(checkpoint)
            self._changes = at.changes
        while self._changes < target.changes:
            change = self.recording.changes[self._changes]
            yield from self._training_to(change.at)
            self._apply(change)
            yield
        yield from self._training_to(target)
        self.run.stopped = self.recording.stopped if target == self.recording.end else None
        self._note_end()

    def _training_to(self, moment: Moment) -> Pieces[None]:
        run = self.run
        while self.moment.update < moment.update:
            before = self.moment
            run.go_on_to(min(before.update + self._updates_in_a_piece(), moment.update), 0)
            self.branch.keyframes.offer(run, self.moment)
            if self.moment == before:
                return
            yield
        run.go_on_to(moment.update, moment.progress)

    def _updates_in_a_piece(self) -> int:
        """To the next keyframe, or less; to an epoch's end, unless epochs are longer than that."""
        run, keyframes = self.run, self.branch.keyframes
        most = max(1, int(PIECE_SECONDS / run.seconds("batch", 1)))
        updates, batches = min(most, keyframes.updates_until_due(self.moment)), run.batches
        if batches > min(most, keyframes.spacing):
            return updates
        left = max(1, batches - run.position.batch)
        return left + max(0, -(-(updates - left) // batches)) * batches

    def _apply(self, change: Change) -> None:
        if change.edit is None:
            self.run.continue_with(change.spec, build(change.spec, self.run.examples))
        else:
            self.run.edit(self.places(change.edit))
        self._changes += 1

    # Moving on

    def step(self, unit: Unit, count: int, loss_below: float = -math.inf) -> int:
        """Move on by layers, phases, batches or epochs, fewer where training stops; gives how many.

        In the past it goes along what was recorded, and from its end on it trains. loss_below: no
        epoch after the first whose train loss is less.
        """
        done = 0
        while done < count and not self.run.stopped:
            before = self.moment
            move = self._follow if before < self.recording.end else self._train
            made = move(unit, count - done, loss_below)
            done += made
            if self.moment == before or (made > 0 and self.is_below(loss_below)):
                break
        return done

    def is_below(self, loss: float) -> bool:
        """Whether the train loss, as evaluate reports it, is less."""
        return bool(self.run.metrics()["train"]["loss"] < loss)

    def _follow(self, unit: Unit, count: int, loss_below: float) -> int:
        """Go along the recording by whole units; gives how many, 0 where its end comes first."""
        recording, here = self.recording, self.moment
        if unit == "epoch":
            epoch = self.run.position.epoch
            made = min(count, recording.epochs - epoch)
            made = self.run.history.first_below(loss_below, epoch, epoch + made) - epoch
            target = recording.moment_of_epoch(epoch + made)
        elif unit == "batch":
            made = min(count, recording.end.update - here.update)
            target = recording.moment_of_update(here.update + made)
        else:
            change, made = recording.next_change(here), 1
            if change and change.at == here:
                made, target = 0, Moment(here.changes + 1, here.update, 0)
            else:
                target = min(self._next(unit), change.at if change else recording.end)
        if made == 0 and unit in ("epoch", "batch"):
            target = recording.end
        assert target is not None
        self.go_to(target)
        return made

    def _next(self, unit: Unit) -> Moment:
        """The moment to which the next phase or layer leads."""
        changes, update, progress = self.moment
        layers = self.recording.layers
        if progress == 2 * layers:
            return Moment(changes, update + 1, 0)
        return Moment(changes, update, progress + 1 if unit == "layer" else self._phase_end)

    @property
    def _phase_end(self) -> int:
        layers = self.recording.layers
        return layers if self.moment.progress < layers else 2 * layers

    def _train(self, unit: Unit, count: int, loss_below: float) -> int:
        run, keyframes, done = self.run, self.branch.keyframes, 0
        while done < count and not run.stopped:
            if unit == "epoch":
                due = -(-keyframes.updates_until_due(self.moment) // run.batches)
                done += run.epochs(min(count - done, due), loss_below)
            else:
                run.step(unit)
                done += 1
            keyframes.offer(run, self.moment)
            if unit == "epoch" and self.is_below(loss_below):
                break
        self._extend()
        return done

    def _extend(self) -> None:
        """The recording reaches as far as the run, at least."""
        moment, branch = self.moment, self.branch
        if moment >= branch.recording.end:
            branch.recording = branch.recording.extended(moment, self.run.stopped)
            branch.at_end = evaluated(self.run)

    def _note_end(self) -> None:
        """What is evaluated at the branch's end, where that is the present moment."""
        if not self.in_past:
            self.branch.at_end = evaluated(self.run)

    def places(self, values: dict[str, float]) -> dict[int, float]:
        """Values by their place in the flat vector. Raises UnknownParameter."""
        return {parameter_index(self.run.network, name): value for name, value in values.items()}


def evaluated(run: Run) -> AtEnd:
    """Of a run at the end of its branch."""
    return AtEnd(run.metrics()["train"]["loss"], run.history.initial)
