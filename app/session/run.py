"""One training run: where it stands, and the ways to move it on.

Everything random is drawn from (seed, epoch), and phases, batches and whole epochs go through the
same computations, so the same operations give the same bits however they are grouped.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from app.core.backprop import BatchPass
from app.core.diagnosis import gradient_norms
from app.core.network import Matrix, Vector
from app.core.optimizers import OPTIMIZERS
from app.core.training import EngineName, Epochs
from app.session.build import Build, build
from app.session.engines import ENGINES
from app.session.gradient_norms import GradientNorms
from app.session.history import History, LossMeaning
from app.session.measuring import Measured, measured
from app.session.ordering import OrderedExamples
from app.session.phases import Phase, PhaseName, check_order
from app.session.position import Checkpoint, Place, Position
from app.session.soundness import (
    all_finite,
    calm_epochs,
    gets_no_signal,
    is_calm,
    passes_finite,
)
from app.session.spec import Spec
from app.session.stopping import Stopped

Unit: TypeAlias = Literal["epoch", "batch", "phase", "layer"]

SECONDS_PER_EPOCH = 2e-5
"""For its order, its metrics and its place in the history, on an ordinary machine."""

KEPT_VALUES = 100_000
"""Numbers that a run may keep from batch to batch between two operations, to save making them."""

RECORDED_VALUES = 500_000
"""Outputs that are recorded at a time, where many epochs are run in one go."""

Over: TypeAlias = Literal["batch", "train"]
"""Which examples a gradient is of: the batch at hand, or else the next one, or all of them."""


@dataclass(frozen=True)
class Passing:
    """Forward and backward of some examples at the present parameters.

    indices: which training examples they are. targets: theirs, (n, outputs).
    """

    backprop: BatchPass
    targets: Matrix
    indices: Sequence[int]


class Run:
    """A network being trained on its examples, from its starting values on.

    It stays on the engine that it began with, so that the same operations give the same bits.

    history: one that it was through already, whose entries it will write again.
    """

    def __init__(
        self,
        spec: Spec,
        made: Build,
        engine: EngineName | None = None,
        history: History | None = None,
    ) -> None:
        self.spec = spec
        self.network = made.network
        self.examples = made.examples
        self.training = ENGINES.training(
            made.network, made.loss, made.optimizer, made.parameters, engine
        )
        self.phase: Phase = "ready"
        self.layer: int | None = None
        self.stopped: Stopped | None = None
        # The epochs that were done when parameters were last set by hand, or the optimizer was.
        self.edited_in = self.optimizer_since = 0
        self.starting_values = self.training.parameters.copy()
        self.change: Vector | None = None
        self._place = Place()
        self._ordered = OrderedExamples(self.examples)
        self._outputs = np.empty(self.examples.targets.shape)
        self._metrics: dict[str, Any] | None = None
        self.gradient_norms = GradientNorms()
        self._kept_passing: tuple[dict[str, Any] | None, Passing | None] = (None, None)
        self._explosive = any(layer.activation.entry.explosive for layer in made.network.layers)
        tested = self.examples.test_inputs is not None
        self.history = history or History(["loss", *spec.metrics], tested)
        self.history.go_to(0)
        self.history.loss_meaning = LossMeaning(0, None, self.metrics())

    # Where it stands

    @property
    def engine(self) -> EngineName:
        """The one that trains."""
        return self.training.engine

    def change_engine(self, engine: EngineName) -> None:
        """Train on another one, whose numbers may differ in their last bits; to begin with only."""
        old = self.training
        self.training = ENGINES.training(
            self.network, old.loss, old.optimizer, old.parameters, engine
        )
        self._metrics = None
        self.history.initial = self.metrics()

    @property
    def position(self) -> Position:
        """Epochs done, batches done in this epoch, updates made, the phase, and its layers."""
        place = self._place
        return Position(place.epoch, place.batch, place.update, self.phase, self.layer)

    @property
    def progress(self) -> int:
        """How many layers the batch at hand has gone through, forward and then backward."""
        done = self.layer or 0
        if self.phase == "ready":
            return done
        layers = len(self.network.layers)
        return layers + done if self.phase == "forward" else 2 * layers

    @property
    def updates(self) -> int:
        """How many have been made."""
        return self._place.update

    @property
    def batch_indices(self) -> list[int]:
        """Which training examples the batch at hand, or else the next one, is made of."""
        self._begin_epoch()
        batch, order = self._batch, self._ordered.order
        if order is None:
            return list(range(batch.start, batch.stop))
        indices: list[int] = order[batch].tolist()
        return indices

    @property
    def batch(self) -> BatchPass:
        """The arrays of the batch at hand; there is one once its forward has begun."""
        batch = self._batch
        return self.training.batch(batch.stop - batch.start)

    @property
    def batch_targets(self) -> Matrix:
        """Targets of the batch at hand, shape (n, outputs)."""
        return self._ordered.targets[self._batch]

    def batch_loss(self) -> float:
        """Mean loss of the batch at hand, without penalty."""
        return self.training.mean_loss(self.batch_targets, self.batch.outputs)

    def penalty(self) -> float:
        """The penalty at the present parameters."""
        return self.training.penalty()

    def metrics(self) -> dict[str, Any]:
        """Loss and metrics over all ``train`` and ``test`` examples, as evaluate reports them."""
        if self._metrics is None:
            examples, names = self.examples, self.spec.metrics
            evaluate, test = self.training.evaluate, None
            with np.errstate(all="ignore"):
                if examples.test_inputs is not None and examples.test_targets is not None:
                    test = evaluate(examples.test_inputs, examples.test_targets, names)
                train = evaluate(examples.inputs, examples.targets, names)
            self._use_metrics(train, test)
        assert self._metrics is not None
        return self._metrics

    def _use_metrics(self, train: Vector, test: Vector | None) -> None:
        named = self.history.named
        self._metrics = {"train": named(train), "test": None if test is None else named(test)}

    @property
    def between_epochs(self) -> bool:
        """Whether no batch of the next epoch has been begun."""
        return self.progress == 0 and self._place.done == 0

    @property
    def batches(self) -> int:
        """How many make an epoch."""
        return -(-len(self.examples.inputs) // self.spec.batch_size)

    def seconds(self, unit: Unit, count: int) -> float:
        """About how long so many steps take."""
        examples = len(self.examples.inputs)
        size = min(self.spec.batch_size, examples)
        one = (1, self.batches, examples) if unit == "epoch" else (1, 1, size)
        return count * self._seconds(*one)

    def seconds_through(self, epochs: int, updates: int) -> float:
        """About how long a training takes, whatever the sizes of its batches."""
        return self._seconds(epochs, updates, epochs * len(self.examples.inputs))

    def _seconds(self, ends: int, batches: int, rows: int) -> float:
        """ends: how often an epoch or a step ends. rows: examples that go through."""
        training, layers = self.training, len(self.network.layers)
        overhead = batches * layers * training.seconds_per_layer_of_a_batch
        # Forward, backward twice, and one more forward to evaluate.
        work = 4 * rows * self.network.size * training.seconds_per_multiplication
        return ends * SECONDS_PER_EPOCH + overhead + work

    @property
    def over(self) -> Over:
        """Whose gradient is shown: that of the batch at hand once its backward has begun."""
        begun = self.phase == "forward" and self.layer is not None
        return "batch" if begun or self.phase == "backward" else "train"

    @property
    def untrained(self) -> bool:
        """Whether every parameter still has its starting value."""
        return bool(np.array_equal(self.training.parameters, self.starting_values))

    def passing(self, over: Over) -> Passing:
        """Forward and backward of these examples; to be read at once, not to be written to."""
        if over == "train":
            return self._passing_over_all()
        indices = self.batch_indices
        if self.phase == "backward":
            return Passing(self.batch, self.batch_targets, indices)
        backprop = self.backprop_of(self._ordered.inputs[self._batch], self.batch_targets)
        return Passing(backprop, self.batch_targets, indices)

    def _passing_over_all(self) -> Passing:
        """Kept, unless it is large, as long as the parameters stay: many look at it."""
        metrics = self.metrics()  # made anew whenever the parameters have changed
        of, kept = self._kept_passing
        if of is metrics and kept is not None:
            return kept
        inputs, targets = self.examples.inputs, self.examples.targets
        passing = Passing(self.backprop_of(inputs, targets), targets, range(len(inputs)))
        if of is not metrics:
            epoch = self._place.epoch + self._place.done / len(inputs)
            norms = gradient_norms(self.network, passing.backprop.gradient)
            self.gradient_norms.add(self._place.update, epoch, norms)
        self._kept_passing = (metrics, None if self._large else passing)
        return passing

    def gradient(self, over: Over) -> tuple[Vector, float]:
        """Gradient, shape (size,), and mean loss over these examples."""
        passing = self.passing(over)
        loss = self.training.mean_loss(passing.targets, passing.backprop.outputs)
        return passing.backprop.gradient.copy(), loss

    def backprop_of(self, inputs: Matrix, targets: Matrix) -> BatchPass:
        """Forward and backward of any examples at the present parameters, changing nothing."""
        return self.training.pass_over(inputs, targets)

    # Moving on

    def check_phase(self, name: PhaseName) -> None:
        """Raises OutOfOrder, with what to do first, where this phase does not come next."""
        check_order(name, self.phase, self.layer, len(self.network.layers))

    def forward(self, layers: int | None = None) -> None:
        """Run the next batch forward: to the end, or so many layers on from where it is."""
        self.check_phase("forward")
        self._begin_epoch()
        inputs = self._ordered.inputs[self._batch]
        if layers is None and self.layer is None:
            self.batch.forward(inputs)
            self.phase = "forward"
        else:
            self._layers_done(self.batch.forward_layers, inputs, layers, "forward")

    def backward(self, layers: int | None = None) -> None:
        """Go back through the batch at hand: to the end, or so many layers on from where it is."""
        self.check_phase("backward")
        if layers is None and self.layer is None:
            self.batch.backward(self.batch_targets)
            self.phase = "backward"
        else:
            self._layers_done(self.batch.backward_layers, self.batch_targets, layers, "backward")

    def _layers_done(
        self,
        run: Callable[[Matrix, int, int], int],
        values: Matrix,
        layers: int | None,
        phase: Phase,
    ) -> None:
        every = len(self.network.layers)
        done = run(values, self.layer or 0, every if layers is None else layers)
        self.layer = done
        if done == every:
            self.phase, self.layer = phase, None

    def update(self) -> None:
        """Let the optimizer apply the gradient of the batch at hand."""
        self.check_phase("update")
        before, recorded = self.checkpoint(), self.history.recorded
        self._update_batch()
        reported = [*self.metrics().values()]
        if self._place.done == len(self.examples.inputs):
            self._end_epoch()
            reported.append(self.history.last("fit"))
        parameters = self.training.parameters
        reports = [[*part.values()] for part in reported if part]
        if self._unsound(float(np.abs(parameters).max()), reports):
            self._undo(before, recorded)
            self._stop("overflow")
        else:
            self.stopped = None
            if np.array_equal(before.training.parameters, parameters):
                self._stop_without_gradient()

    def step(self, unit: Unit) -> None:
        """Move on by a layer, a phase, a batch or an epoch; one that has begun is finished.

        Many epochs: see ``epochs``.
        """
        if unit == "layer" and self.phase != "backward":
            (self.forward if self.phase == "ready" else self.backward)(1)
        elif unit in ("phase", "layer"):
            {"ready": self.forward, "forward": self.backward, "backward": self.update}[self.phase]()
        elif unit == "batch":
            self._finish_batch()
        else:
            self._finish_epoch()

    def epochs(self, count: int, loss_below: float = -math.inf) -> int:
        """Move on by ``count`` epochs, fewer where training stops; gives how many.

        An epoch that has begun is finished first and counts as one. loss_below: none after the
        first whose train loss is less.
        """
        done, most = 0, count
        while done < count and not self.stopped:
            if done > 0 and self.metrics()["train"]["loss"] < loss_below:
                break
            many = min(count - done, most, self._epochs_at_once)
            if many == 1:
                self._finish_epoch()
                made = 1
            else:
                made = self._run_calm_epochs(many, loss_below)
            done += made
            # Those after one that was not calm are often not either, and were run in vain.
            most = 1 if made < many else 2 * most
        return done

    def edit(self, values: dict[int, float]) -> bool:
        """Set parameters by their place in the flat vector.

        A batch at hand is let go, since its numbers belong to other parameters. Gives False, and
        leaves all as it was, where the network's numbers would overflow with these values.
        """
        before = self.checkpoint()
        for index, value in values.items():
            self.training.parameters[index] = value
        self.phase, self.layer, self._metrics = "ready", None, None
        if self.overflows():
            self.restore(before)
            return False
        self.stopped, self.edited_in = None, self.history.epochs
        return True

    def continue_with(self, spec: Spec, made: Build) -> bool:
        """Go on with another spec that keeps the weights (``spec.keeps_weights``).

        A batch at hand is let go. The optimizer keeps its slots unless it is another one. Gives
        False, and leaves all as it was, where the network's numbers would overflow with it.
        """
        before = vars(self).copy()
        old = self.training
        new = ENGINES.training(made.network, made.loss, made.optimizer, old.parameters, old.engine)
        if made.optimizer.entry is old.optimizer.entry:
            new.go_on_from(old)
        self.spec, self.network, self.training = spec, made.network, new
        self.phase, self.layer, self.stopped, self._metrics = "ready", None, None, None
        if self.overflows():
            vars(self).update(before)
            return False
        if self._place.done == 0:
            self._ordered.forget()  # a read may have drawn it for the former spec
        if what_a_loss_means(spec) != what_a_loss_means(before["spec"]):
            self.history.change_loss(self.metrics())
        if spec.optimizer != before["spec"].optimizer:
            self.optimizer_since = self.history.epochs
        return True

    def overflows(self) -> bool:
        """Whether some number of the network is not finite at the present parameters."""
        passing = self.backprop_of(self.examples.inputs, self.examples.targets)
        if not passes_finite(self.training.parameters, passing):
            return True
        return not all_finite([*part.values()] for part in self.metrics().values() if part)

    # Returning

    def checkpoint(self) -> Checkpoint:
        """The present moment."""
        return Checkpoint(
            spec=self.spec,
            training=self.training.snapshot(),
            change=self.change,
            place=vars(self._place).copy(),
            outputs=self._outputs.copy() if self._place.done else None,
            order=self._ordered.drawn,
            phase=self.phase,
            layer=self.layer,
            stopped=self.stopped,
            history=self.history.epochs,
            meaning=self.history.loss_meaning,
            edited_in=self.edited_in,
            optimizer_since=self.optimizer_since,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Return to ``checkpoint``, to the bit: a batch at hand is run again."""
        if checkpoint.spec is not self.spec:
            self._use_spec(checkpoint.spec)
        self.training.restore(checkpoint.training)
        self.change = checkpoint.change
        self._place = Place(**checkpoint.place)
        if checkpoint.outputs is not None:
            self._outputs[...] = checkpoint.outputs
        self._ordered.use(*checkpoint.order)
        self.history.go_to(checkpoint.history)
        self.history.loss_meaning = checkpoint.meaning
        self.edited_in = checkpoint.edited_in
        self.optimizer_since = checkpoint.optimizer_since
        self._metrics = None
        self.phase, self.layer, self.stopped = "ready", None, checkpoint.stopped
        if checkpoint.phase != "ready":
            self.forward()
        if checkpoint.phase == "backward":
            self.backward()
        if checkpoint.layer is not None:
            (self.forward if self.phase == "ready" else self.backward)(checkpoint.layer)

    def release(self) -> None:
        """Let go of large arrays that only save time; not while a batch is at hand."""
        if self.layer is not None:
            return
        if self.phase == "ready" and self._large:
            self.training.release()

    def go_on_to(self, update: int, progress: int) -> None:
        """Train on to where so many updates are made and the batch at hand has come so far.

        Ends early where numbers overflow on the way.
        """
        while self._place.update < update:
            before, self.stopped = self._place.update, None
            epochs = (update - before) // self.batches
            if epochs > 0 and self._place.done == 0 and self.phase == "ready":
                self.epochs(epochs)
            else:
                self._finish_batch()
            if self._place.update == before:
                return
        layers = len(self.network.layers)
        if self.progress < progress:
            self.stopped = None
        if progress < layers:
            if progress > self.progress:
                self.forward(progress - self.progress)
            return
        if self.phase == "ready":
            self.forward()
        if progress == 2 * layers and self.phase == "forward":
            self.backward()
        elif progress > self.progress:
            self.backward(progress - self.progress)

    # Inside

    def _use_spec(self, spec: Spec) -> None:
        """Be of another spec of the same network; what is trained is restored after this."""
        old, made = self.training, build(spec, self.examples)
        self.spec, self.network = spec, made.network
        self.training = ENGINES.training(
            made.network, made.loss, made.optimizer, old.parameters, old.engine
        )

    @property
    def _large(self) -> bool:
        """Whether the arrays of a pass over all examples are too large to be kept."""
        width = sum(at.inputs + at.units for at in self.network.slices)
        return width * len(self.examples.inputs) > KEPT_VALUES

    @property
    def _batch(self) -> slice:
        start = self._place.done
        return slice(start, min(start + self.spec.batch_size, len(self.examples.inputs)))

    def _begin_epoch(self) -> None:
        """Draw the order of an epoch, once, at its first batch."""
        self._ordered.begin(self._place.epoch, self.spec)

    def _update_batch(self) -> None:
        batch, place = self._batch, self._place
        count = batch.stop - batch.start
        place.penalties += self.penalty() * count
        order = self._ordered.order
        ran = batch if order is None else order[batch]
        self._outputs[ran] = self.batch.outputs
        self.training.update()
        self._moved(batches=1, done=batch.stop)

    def _moved(self, batches: int, done: int) -> None:
        place = self._place
        place.batch += batches
        place.update += batches
        place.done = done
        self.change = self.training.change.copy()
        self.phase, self.layer, self._metrics = "ready", None, None

    def _finish_batch(self) -> None:
        if self.phase == "ready":
            self.forward()
        if self.phase == "forward":
            self.backward()
        self.update()

    def _finish_epoch(self) -> None:
        if self.phase != "ready":
            self._finish_batch()
            if self.stopped or self._place.done == 0:
                return
        before, recorded = self.checkpoint(), self.history.recorded
        epochs = self._run_epochs(1)
        parts = self._measured(epochs)
        self._accept(epochs, parts)
        reports = [part[0].tolist() for part in parts if part is not None]
        if self._unsound(float(epochs.largest[0]), reports):
            # Somewhere in this epoch: go through it again, batch by batch, up to there.
            self._undo(before, recorded)
            self.stopped = None
            while not self.stopped and self._place.epoch == before.place["epoch"]:
                self._finish_batch()
        else:
            self.stopped = None
            if not epochs.moved[0]:
                self._stop_without_gradient()

    @property
    def _epochs_at_once(self) -> int:
        """How many may be run before anybody looks at what came of them."""
        begun = self.phase != "ready" or self._place.done > 0
        if begun or self._explosive or self.engine == "numpy":
            return 1
        examples = self.examples
        tested = 0 if examples.test_targets is None else examples.test_targets.size
        return max(1, RECORDED_VALUES // (2 * examples.targets.size + tested))

    def _run_calm_epochs(self, count: int, loss_below: float) -> int:
        """``count`` epochs in one go, up to the first that deserves a closer look, or whose loss is
        less than ``loss_below``; gives how many.

        That one is run by itself, as if all had been.
        """
        before = self.checkpoint()
        epochs = self._run_epochs(count)
        reports = self._measured(epochs)
        _fit, train, _test = reports
        calm = calm_epochs(epochs, reports) & (train[:, 0] >= loss_below)
        if calm.all():
            self._accept(epochs, reports)
            self.stopped = None
            return count
        first = int(calm.argmin())
        self.restore(before)
        if first > 0:
            epochs = self._run_epochs(first)
            self._accept(epochs, self._measured(epochs))
        self._finish_epoch()
        return first + 1

    def _run_epochs(self, count: int) -> Epochs:
        examples, first = self.examples, self._place.epoch
        orders = [self._ordered.of(epoch, self.spec) for epoch in range(first, first + count)]
        every = [order for order in orders if order is not None]
        return self.training.run_epochs(
            examples.inputs,
            examples.targets,
            self.spec.batch_size,
            np.stack(every) if every else np.empty((count, 0), dtype=np.int64),
            examples.test_inputs,
            self._place.done,
            self._outputs,
        )

    def _measured(self, epochs: Epochs) -> Measured:
        penalties, names = self._place.penalties, self.spec.metrics
        return measured(epochs, self.training, self.examples, names, penalties)

    def _accept(self, epochs: Epochs, reports: Measured) -> None:
        """Take epochs that were run as done."""
        count, place = len(epochs.moved), self._place
        fit, train, test = reports
        size, examples = self.spec.batch_size, len(self.examples.inputs)
        batches = -(-(examples - place.done) // size) + (count - 1) * -(-examples // size)
        self._moved(batches, done=examples)
        self._place = Place(epoch=place.epoch + count, update=place.update)
        self._use_metrics(train[-1], None if test is None else test[-1])
        self.history.extend(fit, train, test)

    def _end_epoch(self) -> None:
        place, examples = self._place, self.examples
        penalty = place.penalties / len(examples.targets)
        fit = self.training.measure(examples.targets, self._outputs, penalty, self.spec.metrics)
        evaluated = self.metrics()
        train, test = evaluated["train"], evaluated["test"]
        self.history.extend(
            fit[None],
            np.array([list(train.values())]),
            None if test is None else np.array([list(test.values())]),
        )
        self._place = Place(epoch=place.epoch + 1, update=place.update)

    def _undo(self, before: Checkpoint, recorded: int) -> None:
        """Return to before numbers overflowed. recorded: how far the history had come then."""
        self.restore(before)
        self.history.forget_after(recorded)

    def _unsound(self, largest: float, reports: list[list[float]]) -> bool:
        """Whether numbers overflowed. Ordinary sizes are seen at a glance (``is_calm``)."""
        if not all_finite(reports):
            return True
        return (self._explosive or not is_calm(largest, reports)) and self.overflows()

    def _stop(self, reason: Literal["overflow", "no_gradient"]) -> None:
        rate = self.spec.optimizer.learning_rate
        usual: Any = OPTIMIZERS[self.spec.optimizer.name].defaults["learning_rate"]
        self.stopped = Stopped(reason, rate, min(rate / 10, usual), self.untrained)

    def _stop_without_gradient(self) -> None:
        """Where nothing moved, stop unless that is a minimum."""
        if gets_no_signal(self.backprop_of(self.examples.inputs, self.examples.targets)):
            self._stop("no_gradient")


def what_a_loss_means(spec: Spec) -> tuple[Any, ...]:
    """All that a loss is made of beside outputs and weights."""
    return (spec.loss, *((layer.l1, layer.l2) for layer in spec.network.layers))
