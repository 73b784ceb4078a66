"""Training: optimizer updates, the batches of an epoch, and evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.backprop import Backprop, BatchPass, activations_of
from app.core.clipping import clip, clipped_norm
from app.core.entry import Flags
from app.core.losses import Loss
from app.core.metrics import resolve_metric
from app.core.network import Choice, Integers, Matrix, Network, Vector, bind
from app.core.optimizers import CLIPPING_OPTIONS, Optimizer

EngineName: TypeAlias = Literal["numpy", "compiled"]


IN_ORDER: Integers = np.empty((1, 0), dtype=np.int64)
"""One epoch with its examples in their own order."""


@dataclass(frozen=True)
class Snapshot:
    """All that an update changes, so that training can return to an earlier moment exactly."""

    parameters: Vector
    slots: list[Vector]
    iteration: int


@dataclass(frozen=True)
class UpdatePreview:
    """How the next update comes about, each a flat vector of shape (size,).

    gradient: of the loss. penalty: what the penalties add to it, None where there are none.
    clipped: the two together after clipping; what is frozen still has its share here. slots: the
    optimizer's, by name, as they will be. change: what will be added to the parameters.
    """

    gradient: Vector
    penalty: Vector | None
    clipped: Vector
    slots: dict[str, Vector]
    change: Vector


@dataclass(frozen=True)
class Epochs:
    """What came of some epochs in a row; the first axis of each array but one counts them.

    outputs: (2, epochs, n, outputs), what the network answered to each example: ``fit`` at the time
    its batch ran, ``train`` after the epoch. test: (epochs, n, outputs), after the epoch too.
    penalties: the sum over the examples of their batch's penalty. penalty: after the epoch.
    largest: the size of the largest parameter then. moved: whether any parameter is another than
    before the epoch.
    """

    outputs: Matrix
    test: Matrix | None
    penalties: Vector
    penalty: Vector
    largest: Vector
    moved: NDArray[np.bool_]

    @property
    def fit(self) -> Matrix:
        """What was answered when each batch ran, (epochs, n, outputs)."""
        answered: Matrix = self.outputs[0]
        return answered

    @property
    def train(self) -> Matrix:
        """What was answered after each epoch, (epochs, n, outputs)."""
        answered: Matrix = self.outputs[1]
        return answered


class Training:
    """A network being trained: its parameters, its gradient and its optimizer's slots.

    parameters, gradient, change and every slot: flat vectors, shape (network.size,). ``change``
    is what the last update added to the parameters. ``iteration`` counts the updates made.
    ``views`` are those of each layer into the parameters.
    """

    engine: ClassVar[EngineName] = "numpy"

    # What an epoch costs on an ordinary machine, from the bench's jobs W1 to W3.
    seconds_per_layer_of_a_batch: ClassVar[float] = 8e-6
    seconds_per_multiplication: ClassVar[float] = 1e-9

    def __init__(
        self,
        network: Network,
        loss: Choice[Loss],
        optimizer: Choice[Optimizer],
        parameters: Vector,
    ) -> None:
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.parameters = np.array(parameters, dtype=np.float64)
        self.gradient = np.zeros(network.size)
        self.change = np.zeros(network.size)
        self.iteration = 0
        options = dict(optimizer.options)
        self._clipping = {name: options.pop(name, None) for name in CLIPPING_OPTIONS}
        self._clips = any(bound is not None for bound in self._clipping.values())
        self._change = bind(optimizer.entry.change, options)
        self.slots = optimizer.entry.initial_slots(network.size, options)
        self._passes: dict[int, BatchPass] = {}
        self.views = network.views(self.parameters)

    def snapshot(self) -> Snapshot:
        """A copy of the present moment."""
        return Snapshot(self.parameters.copy(), self._kept_slots(), self.iteration)

    def restore(self, snapshot: Snapshot) -> None:
        """Return to ``snapshot``."""
        self.parameters[...] = snapshot.parameters
        self._set_slots(snapshot.slots)
        self.iteration = snapshot.iteration

    def go_on_from(self, other: "Training") -> None:
        """Take over the optimizer's slots and the count of updates."""
        self._set_slots(other.slots)
        self.iteration = other.iteration

    def _kept_slots(self) -> list[Vector]:
        return list(self.slots)  # an update makes new ones

    def _set_slots(self, slots: list[Vector]) -> None:
        self.slots = list(slots)

    def release(self) -> None:
        """Let go of the arrays kept from batch to batch; they are made anew when needed."""
        self._passes.clear()

    def batch(self, examples: int) -> BatchPass:
        """Forward and backward for a batch of so many examples, writing into ``gradient``."""
        if examples not in self._passes:
            self._passes[examples] = self._batch(examples, self.gradient)
        return self._passes[examples]

    def _batch(self, examples: int, gradient: Vector) -> BatchPass:
        return Backprop(self.network, self.loss, self.parameters, gradient, examples, self.views)

    def pass_over(self, inputs: Matrix, targets: Matrix) -> BatchPass:
        """Forward and backward of any examples at the present parameters, changing nothing.

        The numbers have the bits that a batch of these examples gives.
        """
        passing = self._batch(len(inputs), np.zeros(self.network.size))
        passing.forward(inputs)
        passing.backward(targets)
        return passing

    def update(self) -> None:
        """Let the optimizer apply ``gradient`` and the penalties: one change of the parameters."""
        _penalty, _clipped, self.change, self.slots = self._step(self.gradient)
        self.iteration += 1
        self.parameters += self.change

    def preview(self, gradient: Vector) -> UpdatePreview:
        """What ``update`` would do with this gradient, shape (size,), to the bit."""
        penalty, clipped, change, slots = self._step(gradient)
        return UpdatePreview(
            gradient=gradient,
            penalty=penalty,
            clipped=clipped,
            slots={
                slot.name: values
                for slot, values in zip(self.optimizer.entry.slots, slots, strict=True)
            },
            change=change,
        )

    def clipped_norm(self, preview: UpdatePreview, index: int) -> float | None:
        """The length of the gradient, penalties included, by which the clipping of the parameter at
        ``index`` goes; None where it goes by none.
        """
        gradient = (
            preview.gradient if preview.penalty is None else preview.gradient + preview.penalty
        )
        return clipped_norm(gradient, self.network.trainable_variables, index, **self._clipping)

    def _step(self, gradient: Vector) -> tuple[Vector | None, Vector, Vector, list[Vector]]:
        """From a gradient to a change: (penalty's gradient, clipped gradient, change, slots)."""
        penalty = self.network.penalty_gradient(self.parameters)
        if penalty is not None:
            gradient = gradient + penalty
        gradient = clipped = self._clip(gradient)
        trainable = self.network.trainable
        if trainable is not None:
            gradient = gradient * trainable
        change, *slots = self._change(
            self.parameters, gradient, *self.slots, iteration=self.iteration + 1
        )
        if trainable is not None:  # weight decay moves a parameter without any gradient
            change = change * trainable
        return penalty, clipped, change, slots

    def _clip(self, gradient: Vector) -> Vector:
        if not self._clips:
            return gradient
        return clip(gradient, self.network.trainable_variables, **self._clipping)

    def run_epochs(
        self,
        inputs: Matrix,
        targets: Matrix,
        batch_size: int,
        orders: Integers = IN_ORDER,
        test_inputs: Matrix | None = None,
        first: int = 0,
        outputs: Matrix | None = None,
        evaluate: bool = True,
    ) -> Epochs:
        """Run epochs to their end: the one place where the batches of an epoch run.

        inputs: (n, inputs) and targets: (n, outputs). orders: of each epoch's examples, shape
        (epochs, n), or (epochs, 0) for their own. first: how many examples of the first epoch are
        done; outputs: (n, outputs), what the network answered to them. test_inputs are evaluated.
        evaluate: False leaves ``train`` and ``test`` without meaning.
        """
        count, size = len(orders), len(inputs)
        answered = np.empty((2, count, *targets.shape))
        fit, train = answered
        test = None if test_inputs is None else np.empty((count, len(test_inputs), fit.shape[-1]))
        penalties, penalty, largest = np.zeros((3, count))
        moved = np.zeros(count, dtype=np.bool_)
        if outputs is not None:
            fit[0] = outputs
        for epoch, order in enumerate(orders):
            before = self.parameters.copy()
            for start in range(first if epoch == 0 else 0, size, batch_size):
                batch: Any = slice(start, min(start + batch_size, size))
                examples = batch.stop - start
                if order.size:
                    batch = order[batch]
                penalties[epoch] += self.penalty() * examples
                passing = self.batch(examples)
                fit[epoch, batch] = passing.forward(inputs[batch])
                passing.backward(targets[batch])
                self.update()
            if evaluate:
                train[epoch] = self.predict(inputs)
                if test is not None and test_inputs is not None:
                    test[epoch] = self.predict(test_inputs)
            penalty[epoch] = self.penalty()
            largest[epoch] = np.abs(self.parameters).max()
            moved[epoch] = not np.array_equal(before, self.parameters)
        return Epochs(answered, test, penalties, penalty, largest, moved)

    def measure(
        self, targets: Matrix, outputs: Matrix, penalty: float | Vector, names: Sequence[str]
    ) -> Matrix:
        """``loss``, with ``penalty`` added, and the named metrics: shape (..., 1 + names).

        outputs: (..., n, outputs), such as those of many epochs; penalty: (...).
        """
        losses = self._mean_losses(targets, outputs) + penalty
        if not names:
            return losses[..., None]
        measured = np.empty((*outputs.shape[:-2], 1 + len(names)))
        measured[..., 0] = losses
        for column, name in enumerate(names, 1):
            metric = resolve_metric(name, outputs.shape[-1])
            measured[..., column] = metric.function(targets, outputs)
        return measured

    def mean_loss(self, targets: Matrix, outputs: Matrix) -> float:
        """Mean over the examples of the loss, without penalty."""
        return float(self._mean_losses(targets, outputs))

    def _mean_losses(self, targets: Matrix, outputs: Matrix) -> Vector:
        """Likewise for many epochs: (..., n, outputs) to (...)."""
        values = self.loss.entry.function(targets, outputs, **self.loss.options)
        means: Vector = np.add.reduce(values, axis=-1) / values.shape[-1]
        return means

    def losses_at(
        self, inputs: Matrix, targets: Matrix, indices: Sequence[int], values: Matrix
    ) -> Vector | None:
        """Mean loss over the examples, without penalty, as parameters are moved: (cases,).

        indices: (moved,), which ones; values: (cases, moved), theirs in each case. None where an
        engine has no way of its own that is shorter than that of ``cost_landscape``.
        """
        return None

    def losses_beside(
        self, inputs: Matrix, targets: Matrix, indices: Integers, values: Matrix
    ) -> tuple[Matrix, Flags] | None:
        """Mean losses as each of some parameters is moved by itself, (parameters, values).

        indices: which ones; values: (parameters, values), theirs. Beside them whether any number
        passes a kink between the values of a parameter, (parameters,). None as for ``losses_at``.
        """
        return None

    def penalty(self) -> float:
        """What the penalties add to the loss at the present parameters."""
        return self.network.penalty(self.parameters)

    def predict(self, inputs: Matrix) -> Matrix:
        """Outputs for ``inputs`` of shape (n, inputs), at the present parameters."""
        return activations_of(self.network, self.parameters, inputs, self.views)[-1]

    def evaluate(self, inputs: Matrix, targets: Matrix, names: Sequence[str]) -> Vector:
        """What Keras's evaluate reports: loss with penalty, and metrics, over all examples."""
        return self.measure(targets, self.predict(inputs), self.penalty(), names)


def epoch_order(seed: int, epoch: int, examples: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The shuffled order of an epoch's examples, drawn from (seed, epoch) alone."""
    return np.random.default_rng([seed, epoch]).permutation(examples)
