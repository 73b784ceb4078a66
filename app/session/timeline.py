"""A session's time: the recordings of its branches, the run at its present moment, and the ways
back, forth and across.

In the past, training goes along what was recorded, with the changes that were made on the way. A
change of another kind begins a branch, and what was recorded stays where it is.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

from app.core.names import parameter_index
from app.core.training import EngineName
from app.data.examples import Examples
from app.language import _, ngettext
from app.session import limits
from app.session.branches import (
    AtEnd,
    Branch,
    Branches,
    Labels,
    forget,
    found,
    make_room,
    new_name,
    renamed,
)
from app.session.build import build
from app.session.engines import EngineUnavailable
from app.session.errors import OutOfOrder, SpecError
from app.session.history import History
from app.session.keyframes import Keyframes
from app.session.phases import PhaseName
from app.session.position import Checkpoint
from app.session.recording import BEGINNING, Change, Moment, Recording
from app.session.run import Run, Unit
from app.session.slices import PIECE_SECONDS, Pieces, all_of
from app.session.spec import Spec

BackUnit: TypeAlias = Literal["phase", "batch", "epoch"]


class Overflows(ArithmeticError):
    """The network's numbers would overflow with a change; all is as it was."""


class _Here(NamedTuple):
    """What a timeline returns to where an operation fails."""

    branches: Branches
    labels: tuple[Labels, ...]
    name: str
    made: int
    recording: Recording
    recorded: int
    changes: int
    run: Run
    checkpoint: Checkpoint


class Timeline:
    """The branches of a session, of which it stands at one moment of one.

    branches: by name, in the order in which they were made. name: of the present one. switches: how
    often another became the present one. made: how many got their name by being counted. made_room:
    the name of the one that was let go when the last was begun, if one was. inside: whether an
    operation is under way (``whole``).
    """

    def __init__(self, spec: Spec, engine: EngineName | None = None) -> None:
        self.branches: Branches = {}
        self.name = ""
        self.run: Run
        self.switches = 0
        self.made = 0
        self.made_room: str | None = None
        self._changes = 0
        self.inside = False
        self.start(spec, engine=engine)

    @classmethod
    def of(cls, recordings: Mapping[str, Recording], name: str) -> "Timeline":
        """One with these branches, at the beginning of the one called ``name``.

        Raises SpecError where a spec makes no sense.
        """
        timeline = cls.__new__(cls)
        timeline.branches, timeline.name = {}, name
        timeline.switches, timeline.made, timeline._changes = 1, 0, 0
        timeline.made_room, timeline.inside = None, False
        runs: dict[str, Run] = {}
        for called, recording in recordings.items():
            last = next(reversed(runs.values()), None)
            run = runs[called] = _run(recording, last, None)
            timeline.branches[called] = Branch(
                replace(recording, engine=run.engine),
                run.history,
                Keyframes(run, BEGINNING, run.seconds("batch", 1)),
                _evaluated(run),  # until it has been at its end
            )
        timeline.run = runs[name]
        return timeline

    # Where it stands

    @property
    def branch(self) -> Branch:
        """The present one."""
        return self.branches[self.name]

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

    # Whole or not at all

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Around an operation: where it fails, all is as it was before."""
        if self.inside:
            yield
            return
        here = self._here()
        self.inside = True
        try:
            yield
        except BaseException:
            self._return_to(here)
            raise
        finally:
            self.inside = False

    def _here(self) -> _Here:
        return _Here(
            branches=dict(self.branches),
            labels=tuple(map(Labels.of, self.branches.values())),
            name=self.name,
            made=self.made,
            recording=self.recording,
            recorded=self.run.history.recorded,
            changes=self._changes,
            run=self.run,
            checkpoint=self.run.checkpoint(),
        )

    def _return_to(self, here: _Here) -> None:
        self.branches, self.name, self.made = here.branches, here.name, here.made
        self.run, self._changes = here.run, here.changes
        for labels in here.labels:
            labels.put_back()
        branch = self.branch
        branch.recording = here.recording
        branch.keyframes.forget_after(here.recording.end)
        branch.history.forget_after(here.recorded)
        self.run.history = branch.history
        if self.run.engine != here.recording.engine:
            self.run.change_engine(here.recording.engine)
        self.run.restore(here.checkpoint)

    # Beginnings

    def start(
        self, spec: Spec, examples: Examples | None = None, engine: EngineName | None = None
    ) -> None:
        """Begin a recording. The present one stays as a branch, where it has trained.

        Raises SpecError where the spec makes no sense, or the network overflows with it.
        """
        run = Run(spec, build(spec, examples), engine)
        if run.overflows():
            detail = _("With these numbers the network overflows before training begins.")
            raise SpecError([("/data", detail)])
        recording = Recording(spec, run.engine, len(run.examples.inputs), len(run.network.layers))
        if self.branches:
            self._leave()
            if self.branch.worthless:
                forget(self.branches, self.name)
        self.run, self._changes = run, 0
        keyframes = Keyframes(run, BEGINNING, run.seconds("batch", 1))
        self._add(Branch(recording, run.history, keyframes, _evaluated(run)))

    def take_engine(self, engine: EngineName) -> None:
        """Be on another engine; before anything was recorded only."""
        self.run.change_engine(engine)
        self.branch.recording = Recording(
            self.recording.spec, engine, self.recording.examples, self.recording.layers
        )
        self.branch.keyframes = Keyframes(self.run, BEGINNING, self.run.seconds("batch", 1))

    def fork(self, name: str | None = None) -> None:
        """A branch from the present moment on. Raises SpecError for a name that cannot be."""
        if name is not None:
            name = new_name(self.branches, name)
        old, parent, here = self.branch, self.name, self.moment
        epoch, done = old.recording.place(here)
        branch = Branch(
            recording=old.recording.cut(here),
            history=old.history.copy(),
            keyframes=old.keyframes.copy(here),
            at_end=_evaluated(self.run),
            parent=parent,
            from_epoch=epoch + done / old.recording.examples,
        )
        old.keyframes.thin()
        self.run.history = branch.history
        self._add(branch, name)

    def _add(self, branch: Branch, name: str | None = None) -> None:
        branch.named = name is not None
        while name is None:
            self.made += 1
            usual = _("Run {number}").format(number=self.made)
            name = usual if usual not in self.branches else None
        if self.name in self.branches:
            self.branch.left = self.switches + 1
        self.made_room = make_room(self.branches, branch, self.name)
        self.branches[name] = branch
        self.name = name
        self.switches += 1

    def _leave(self) -> None:
        """Before another branch becomes the present one: be back here soon."""
        if not self.in_past:
            self.branch.keyframes.keep(self.run, self.moment)
        self.branch.keyframes.thin()

    # Across

    def named(self, name: str) -> Branch:
        """The branch of this name. Raises BranchNotFound."""
        return found(self.branches, name)

    def checking_out(self, name: str) -> Pieces[None]:
        """Return to the end of a branch, piece by piece. Raises BranchNotFound."""
        branch = self.named(name)
        if name != self.name:
            self._leave()
            self.branch.left = self.switches + 1
            self.run = _run(branch.recording, self.run, branch.history)
            branch.recording = replace(branch.recording, engine=self.run.engine)
            self.name, self._changes = name, 0
            self.switches += 1
            branch.history.go_to(0)
        yield from self.going_to(branch.recording.end)

    def rename(self, name: str, new: str) -> None:
        """Give a branch another name. Raises BranchNotFound, or SpecError."""
        present = self.branch
        self.branches = renamed(self.branches, name, new)
        self.name = next(called for called, kept in self.branches.items() if kept is present)

    def delete(self, name: str) -> None:
        """Forget a branch. Raises BranchNotFound, or OutOfOrder for the present one."""
        self.named(name)
        if name == self.name:
            raise OutOfOrder(_("The present branch cannot be deleted. Check out another first."))
        # No other takes its place as the one that was left last.
        self.branch.left = max(self.branch.left, self.branches[name].left)
        forget(self.branches, name)

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

    def phase(self, name: PhaseName, layers: int | None) -> None:
        """Do a phase of the batch at hand, or so many layers of it. Raises OutOfOrder.

        In the past, one that was not recorded next begins a branch.
        """
        self.run.check_phase(name)
        while name == "forward" and self.in_past:
            change = self.recording.next_change(self.moment)
            if change is None or change.at != self.moment:
                break
            self._apply(change)
        if self.in_past:
            changes, update, progress = self.moment
            target = Moment(changes, update + 1, 0)
            if name != "update":
                end = self._phase_end
                end = end if layers is None else min(end, progress + layers)
                target = Moment(changes, update, end)
            change = self.recording.next_change(self.moment)
            if change and change.at < target:
                self.fork()
        if name == "update":
            self.run.update()
        else:
            getattr(self.run, name)(layers)
            self.run.stopped = None
        self.branch.keyframes.offer(self.run, self.moment)
        self._extend()

    def _extend(self) -> None:
        """The recording reaches as far as the run, at least."""
        moment, branch = self.moment, self.branch
        if moment >= branch.recording.end:
            branch.recording = branch.recording.extended(moment, self.run.stopped)
            branch.at_end = _evaluated(self.run)

    def _note_end(self) -> None:
        """What is evaluated at the branch's end, where that is the present moment."""
        if not self.in_past:
            self.branch.at_end = _evaluated(self.run)

    # Changing

    def edit(self, values: dict[str, float]) -> None:
        """Set parameters by name. Raises UnknownParameter, or Overflows with all as it was."""
        places = self.places(values)
        with self.whole():
            self._deviate()
            if not self.run.edit(places):
                raise Overflows
            self._changed(self.run.spec, values)

    def change_spec(self, spec: Spec) -> None:
        """Go on with another spec that keeps the weights. Raises SpecError, or Overflows."""
        made = build(spec, self.run.examples)
        with self.whole():
            self._deviate()
            if not self.run.continue_with(spec, made):
                raise Overflows
            self._changed(spec)

    def places(self, values: dict[str, float]) -> dict[int, float]:
        """Values by their place in the flat vector. Raises UnknownParameter."""
        return {parameter_index(self.run.network, name): value for name, value in values.items()}

    def _deviate(self) -> None:
        """Before something that was not recorded."""
        if len(self.recording.changes) >= limits.MAX_CHANGES:
            detail = _("A branch keeps at most {most} changes. Reset to go on.")
            raise OutOfOrder(detail.format(most=limits.MAX_CHANGES))
        if self.in_past:
            self.fork()

    def _changed(self, spec: Spec, edit: dict[str, float] | None = None) -> None:
        recording = self.recording.changed(spec, edit)
        self.branch.recording = recording
        self.branch.keyframes.forget_after(recording.changes[-1].at)
        self._changes = len(recording.changes)
        self._note_end()


def _evaluated(run: Run) -> AtEnd:
    return AtEnd(run.metrics()["train"]["loss"], run.history.initial)


def _run(recording: Recording, near: Run | None, history: History | None) -> Run:
    """A recording's run at its beginning; on NumPy where its engine is not there any more.

    near: one whose examples it shares where they are the same.
    """
    spec = recording.spec
    same = near is not None and (spec.data, spec.seed) == (near.spec.data, near.spec.seed)
    made = build(spec, near.examples if near is not None and same else None)
    try:
        return Run(spec, made, recording.engine, history)
    except EngineUnavailable:
        return Run(spec, made, "numpy", history)
