"""What can be done with a training, by a person or a script, and what can be known of it.

Plain functions, which happen whole or not at all. A training is what its branches recorded; its
numbers follow from that alone, bit for bit.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from app.core.names import UnknownParameter, has_name, parameter_index
from app.core.network import Matrix, Vector
from app.core.training import EngineName
from app.data.examples import Examples
from app.language import _
from app.session import limits
from app.session.branches import most_epochs
from app.session.derivation import known_example
from app.session.engines import ENGINES
from app.session.errors import OutOfOrder, SpecError
from app.session.explanation import known_parameter
from app.session.history import History
from app.session.phases import PhaseName
from app.session.playing import PlayEnd, Playing
from app.session.position import Position
from app.session.recording import BEGINNING, Moment
from app.session.run import Run, Unit
from app.session.slices import PIECE_SECONDS, Pieces, all_of
from app.session.spec import Spec, keeps_weights
from app.session.stopping import Stopped
from app.session.timeline import Overflows, Timeline
from app.session.travelling import BackUnit
from app.session.unit_explanation import known_unit

OperationName: TypeAlias = Literal[
    "forward",
    "backward",
    "forward_layers",
    "backward_layers",
    "update",
    "batch",
    "epoch",
    "reset",
    "edit",
    "spec",
    "focus",
    "choose",
    "rewind",
    "branch",
    "checkout",
    "delete",
    "open",
]

# On an ordinary machine.
SECONDS_PER_COPIED_EPOCH = 1e-8


class _Shown(NamedTuple):
    """What an operation may change of a session beside its numbers.

    Not whether it plays: that may be paused while the operation is under way.
    """

    operation: OperationName | None
    focus: int
    chosen: str | None
    given_name: str | None


class Operations:
    """A timeline, and what of it is shown: an example in focus, a parameter or a unit chosen.

    given_name: what a person called it, whatever its time; None for the name in its spec.
    """

    def __init__(
        self, spec: Spec, engine: EngineName | None = None, timeline: Timeline | None = None
    ) -> None:
        self.operation: OperationName | None = None
        self.chosen: str | None = None  # the name of a parameter or a unit
        self.playing: Playing | None = None
        self.play_end: PlayEnd | None = None
        self.engine_changed = False
        self.given_name: str | None = None
        self._named: tuple[Spec | None, Spec] = (None, spec)
        with np.errstate(all="ignore"):
            self.timeline = timeline or Timeline(spec, engine)
        self._engine_is_given = engine is not None
        self.focus = telling_example(self.run.examples)

    def _start(self, spec: Spec, examples: Examples | None = None) -> None:
        former = self.run
        with self.whole():
            if spec.name != self.name:
                self.given_name = None
            self.timeline.start(spec, examples)
            self._engine_is_given = False
            self._another_run(former)

    def _another_run(self, former: Run) -> None:
        """What was shown of another run stays where it fits."""
        run = self.run
        self.engine_changed = former.engine != run.engine
        self.playing = self.play_end = None
        kept = former.spec.data == run.spec.data and self.focus < len(run.examples.inputs)
        self.focus = self.focus if kept else telling_example(run.examples)
        if self.chosen is not None and not has_name(run.network, self.chosen):
            self.chosen = None

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Around an operation: where it fails, all is as it was before."""
        if self.timeline.inside:
            yield
            return
        shown = _Shown(self.operation, self.focus, self.chosen, self.given_name)
        try:
            with self.timeline.whole(), np.errstate(all="ignore"):
                yield
        except BaseException:
            vars(self).update(shown._asdict())
            raise

    # What it is and where it stands

    @property
    def run(self) -> Run:
        """The network in training."""
        return self.timeline.run

    @property
    def runs(self) -> int:
        """Goes up whenever the curve is another one."""
        return self.timeline.switches

    @property
    def spec(self) -> Spec:
        """What is being trained, under the session's name."""
        spec = self.run.spec
        if self.given_name in (None, spec.name):
            return spec
        of, named = self._named
        if of is not spec or named.name != self.given_name:
            named = spec.model_copy(update={"name": self.given_name})
            self._named = (spec, named)
        return named

    @property
    def name(self) -> str:
        """What people call it."""
        return self.spec.name

    @property
    def position(self) -> Position:
        """Epochs done, batches done in this epoch, updates made, the phase, and its layers."""
        return self.run.position

    @property
    def begun(self) -> bool:
        """Whether anything was done since the start; from then on it stays on its engine."""
        return self.timeline.recording.end != BEGINNING

    @property
    def stopped(self) -> Stopped | None:
        """Why training cannot go on, if it cannot."""
        return self.run.stopped

    @property
    def history(self) -> History:
        """One entry an epoch."""
        return self.run.history

    def metrics(self) -> dict[str, Any]:
        """Loss and metrics over all train and test examples, at the present parameters."""
        return self.run.metrics()

    def parameters(self) -> Vector:
        """The flat parameter vector; not to be written to."""
        return self.run.training.parameters

    def gradient(self, over: Literal["batch", "train"]) -> tuple[Vector, float]:
        """Gradient and mean loss over the batch at hand (or next), or all training examples."""
        with np.errstate(all="ignore"):
            return self.run.gradient(over)

    def predictions(self, inputs: Matrix | None = None) -> Matrix:
        """Outputs for ``inputs``, or for the training examples."""
        with np.errstate(all="ignore"):
            return self.run.training.predict(self.run.examples.inputs if inputs is None else inputs)

    def outputs_for(self, inputs: list[list[float]]) -> list[list[float]]:
        """Outputs for rows of inputs. Raises SpecError for rows of another width, or overflow."""
        width = self.run.network.inputs
        errors = [
            (f"/inputs/{row}", _("Give {width} numbers, one for each input.").format(width=width))
            for row, values in enumerate(inputs)
            if len(values) != width
        ]
        if errors:
            raise SpecError(errors[:10])
        outputs = self.predictions(np.array(inputs))
        if not np.isfinite(outputs).all():
            detail = _("The outputs overflow with these inputs. Use smaller ones.")
            raise SpecError([("/inputs", detail)])
        rows: list[list[float]] = outputs.tolist()
        return rows

    def seconds(self, unit: Unit, count: int) -> float:
        """About how long a step takes."""
        return self.run.seconds(unit, count)

    def recorded(self) -> dict[str, int]:
        """How far the present branch has come, as the REST contract writes it."""
        recording = self.timeline.recording
        return {"epoch": recording.epochs, "update": recording.end.update}

    # Operations

    def step(
        self, unit: Unit, count: int = 1, loss_below: float = -math.inf
    ) -> list[dict[str, Any]]:
        """Move on by ``count`` layers, phases, batches or epochs; gives the history entries made.

        Ends early where training stops, and after the first epoch whose train loss is less than
        ``loss_below``. Raises OutOfOrder where there are too many epochs.
        """
        with self.whole():
            return all_of(self.stepping(unit, count, loss_below))

    def stepping(
        self, unit: Unit, count: int = 1, loss_below: float = -math.inf
    ) -> Pieces[list[dict[str, Any]]]:
        """``step`` piece by piece."""
        since = self.history.epochs
        self._check_room(unit, count)
        self._take_the_best_engine()
        self.run.stopped = None
        piece = 1 if count == 1 else max(1, int(PIECE_SECONDS / self.seconds(unit, 1)))
        for first in range(0, count, piece):
            self.timeline.step(unit, min(piece, count - first), loss_below)
            if self.stopped or self.timeline.is_below(loss_below):
                break
            yield
        self.run.release()
        self.operation = unit if unit in ("batch", "epoch") else self._phase_operation()
        return self.history.entries(since)

    def _check_room(self, unit: Unit, count: int) -> None:
        """Raises OutOfOrder where more epochs would be begun than are kept."""
        position, epochs = self.position, count
        if unit != "epoch":
            # A batch has three phases at least.
            batches = count if unit == "batch" else -(-count // 3)
            epochs = -(-(position.batch + batches) // self.run.batches)
        if position.epoch + epochs <= self.most_epochs:
            return
        if self.most_epochs == limits.MAX_EPOCHS:
            detail = _("A session keeps at most {most} epochs. Reset it to train on.")
            raise OutOfOrder(detail.format(most=limits.MAX_EPOCHS))
        detail = _(
            "The branches of a session keep at most {most} epochs in all. Delete one to train on."
        )
        raise OutOfOrder(detail.format(most=limits.MAX_KEPT_EPOCHS))

    @property
    def most_epochs(self) -> int:
        """The last one that can be kept of this branch."""
        return most_epochs(self.timeline.branches, self.timeline.name)

    def forward(self, layers: int | None = None) -> None:
        """Run the next batch forward, to the end or by so many layers.

        Raises OutOfOrder where one is at hand.
        """
        self._phase("forward", layers)

    def backward(self, layers: int | None = None) -> None:
        """Go back through the batch at hand, to the end or by so many layers.

        Raises OutOfOrder where none ran forward.
        """
        self._phase("backward", layers)

    def update(self) -> None:
        """Apply the gradient of the batch at hand. Raises OutOfOrder where there is none."""
        self._phase("update")

    def reset(self) -> None:
        """Start again with the same spec."""
        self._start(self.spec, self.run.examples)
        self.operation = "reset"

    def change_spec(self, spec: Spec) -> bool:
        """Go on with ``spec`` where it keeps the weights, else start anew; True if it started anew.

        Raises SpecError where the spec makes no sense.
        """
        anew = keeps_weights(self.spec, spec) is not None
        spec, examples = self._with_present_data(spec)
        if anew:
            self._start(spec, examples)
        else:
            with self.whole():
                self._go_on_with(spec)
        if anew:
            self.operation = "spec"
        return anew

    def _go_on_with(self, spec: Spec) -> None:
        if spec.name != self.name:
            self.given_name = spec.name  # no change of what is trained, so not of its time either
        if spec == self.spec:
            return
        try:
            self.timeline.change_spec(spec)
        except Overflows:
            detail = _("With this loss the present numbers overflow. Reset first.")
            raise SpecError([("/loss", detail)]) from None
        self.operation = "spec"

    def start_anew(self, spec: Spec) -> None:
        """Start again with another spec, whatever it keeps."""
        self._start(*self._with_present_data(spec))
        self.operation = "spec"

    def _with_present_data(self, spec: Spec) -> tuple[Spec, Examples | None]:
        """``spec`` and its examples where its data are those at hand, which are then shared."""
        if self.spec.data != spec.data:
            return spec, None
        spec = spec.model_copy(update={"data": self.spec.data})
        return spec, self.run.examples if spec.seed == self.spec.seed else None

    def edit_parameters(self, values: dict[str, float]) -> None:
        """Set parameters by name. Raises SpecError naming each name or value that is wrong."""
        errors = []
        for name in values:
            try:
                parameter_index(self.run.network, name)
            except UnknownParameter as unknown:
                pointer = "/" + name.replace("~", "~0").replace("/", "~1")
                detail = _("There is no parameter of this name. Near ones: {names}.").format(
                    names=", ".join(unknown.near)
                )
                errors.append((pointer, detail))
        if not values:
            errors.append(("", _("Give at least one parameter and its new value.")))
        if errors:
            raise SpecError(errors)
        with self.whole():
            try:
                self.timeline.edit(dict(values))
            except Overflows:
                detail = _("With this value the network's numbers overflow. Use a smaller one.")
                raise SpecError([(f"/{name}", detail) for name in values]) from None
            self.operation = "edit"

    def set_focus(self, example: int) -> None:
        """Choose the training example whose activations are shown."""
        known_example(self.run, example)
        self.focus = example
        self.operation = "focus"

    def choose(self, parameter: str | None = None, *, unit: str | None = None) -> None:
        """Choose the parameter or the unit that is explained, by its name; neither for no more.

        Raises SpecError with near names where there is none of this name.
        """
        if parameter is not None and unit is not None:
            raise SpecError([("/unit", _("Choose a parameter or a unit, not both."))])
        if parameter is not None:
            known_parameter(self.run, parameter, "/parameter")
        if unit is not None:
            known_unit(self.run, unit, "/unit")
        self.chosen = parameter if unit is None else unit
        self.operation = "choose"

    def _phase(self, name: PhaseName, layers: int | None = None) -> None:
        with self.whole():
            self.run.check_phase(name)
            self._check_room("phase", 1)
            self._take_the_best_engine()
            self.timeline.phase(name, layers)
            self.run.release()
            self.playing = None
            self.operation = name if layers is None else _by_layers(name)

    # Its time

    def rewind(self, *, epoch: int | None = None, update: int | None = None) -> None:
        """Be where so many epochs, or updates, were done first. Raises SpecError beyond the end."""
        with self.whole():
            all_of(self.rewinding(epoch=epoch, update=update))

    def rewinding(self, *, epoch: int | None = None, update: int | None = None) -> Pieces[None]:
        """``rewind`` piece by piece."""
        yield from self.timeline.going_to(self.timeline.moment_of(epoch, update))
        self._went_to("rewind")

    def back(self, unit: BackUnit) -> None:
        """Go back by one phase, batch or epoch, or a change that was made there; the last change
        is undone where nothing was trained after it. Raises OutOfOrder at the beginning.
        """
        with self.whole():
            all_of(self.going_back(unit))

    def going_back(self, unit: BackUnit) -> Pieces[None]:
        """``back`` piece by piece."""
        yield from self.timeline.going_back(unit)
        self._went_to("rewind")

    def checkout(self, name: str) -> None:
        """Return to the end of a branch. Raises BranchNotFound."""
        with self.whole():
            all_of(self.checking_out(name))

    def checking_out(self, name: str) -> Pieces[None]:
        """``checkout`` piece by piece."""
        former = self.run
        yield from self.timeline.checking_out(name)
        self._another_run(former)
        self._went_to("checkout")

    def _went_to(self, operation: OperationName) -> None:
        self.playing = None
        self.operation = operation
        self.metrics()  # made here, where others get on beside it

    def fork(self, name: str | None = None) -> None:
        """Begin a branch at the present moment. Raises SpecError for a name that cannot be."""
        with self.whole():
            self.timeline.fork(name)
            self.operation = "branch"

    def rename_branch(self, name: str, new: str) -> None:
        """Give a branch another name. Raises BranchNotFound, or SpecError."""
        self.timeline.rename(name, new)

    def delete_branch(self, name: str) -> None:
        """Forget a branch. Raises BranchNotFound, or OutOfOrder for the present one."""
        with self.whole():
            self.timeline.delete(name)
            self.operation = "delete"

    def seconds_to_rewind(self, *, epoch: int | None = None, update: int | None = None) -> float:
        """About how long it takes. Raises as ``rewind``."""
        return self._seconds_to(self.timeline.moment_of(epoch, update))

    def seconds_back(self, unit: BackUnit) -> float:
        """About how long it takes to go back. Raises as ``back``."""
        return self._seconds_to(self.timeline.moment_before(unit))

    def seconds_to_fork(self) -> float:
        """About how long it takes to begin a branch."""
        return SECONDS_PER_COPIED_EPOCH * self.history.epochs

    def _seconds_to(self, moment: Moment) -> float:
        """About how long it takes to be at a moment of the present branch."""
        return self.seconds("batch", self.timeline.updates_to(moment))

    def _take_the_best_engine(self) -> None:
        """Before anything is done; from then on a session stays on its engine, to the bit."""
        if self.begun or self._engine_is_given:
            return
        best = ENGINES.best_for(self.run.network)
        if self.run.engine != best:
            self.timeline.take_engine(best)

    def _phase_operation(self) -> OperationName:
        phase, layer = self.position.phase, self.position.layer
        if layer is not None:
            return "forward_layers" if phase == "ready" else "backward_layers"
        names: dict[str, OperationName] = {"forward": "forward", "backward": "backward"}
        return names.get(phase, "update")


def _by_layers(name: PhaseName) -> OperationName:
    return "forward_layers" if name == "forward" else "backward_layers"


def telling_example(examples: Examples) -> int:
    """The first whose inputs are all different from 0: beside one that is 0 no weight has a
    gradient. The first of all where there is none.
    """
    return int((examples.inputs != 0.0).all(axis=1).argmax())
