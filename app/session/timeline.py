"""A session's time: the recordings of its branches, the run at its present moment, and the ways
back, forth and across.

In the past, training goes along what was recorded, with the changes that were made on the way. A
change of another kind begins a branch, and what was recorded stays where it is.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from app.core.training import EngineName
from app.data.examples import Examples
from app.language import _
from app.session import limits
from app.session.branches import (
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
from app.session.recording import BEGINNING, Moment, Recording
from app.session.run import Run
from app.session.slices import Pieces
from app.session.spec import Spec
from app.session.travelling import Traveller, evaluated


class Overflows(ArithmeticError):
    """The network's numbers would overflow with a change; all is as it was."""


class _Here(NamedTuple):
    """What a timeline returns to where an operation fails."""

    branches: Branches
    labels: tuple[Labels, ...]
    name: str
    made: int
    made_room: str | None
    recording: Recording
    recorded: int
    changes: int
    run: Run
    checkpoint: Checkpoint


class Timeline(Traveller):
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
                evaluated(run),  # until it has been at its end
            )
        timeline.run = runs[name]
        return timeline

    # Where it stands

    @property
    def branch(self) -> Branch:
        """The present one."""
        return self.branches[self.name]

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
            made_room=self.made_room,
            recording=self.recording,
            recorded=self.run.history.recorded,
            changes=self._changes,
            run=self.run,
            checkpoint=self.run.checkpoint(),
        )

    def _return_to(self, here: _Here) -> None:
        self.branches, self.name = here.branches, here.name
        self.made, self.made_room = here.made, here.made_room
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
        self._add(Branch(recording, run.history, keyframes, evaluated(run)))

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
            at_end=evaluated(self.run),
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
