"""Training: optimizer updates, the batches of an epoch, and evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.backprop import Backprop, activations_of
from app.core.clipping import clip, clipped_norm
from app.core.losses import Loss
from app.core.metrics import resolve_metric
from app.core.network import Choice, Matrix, Network, Vector, bind
from app.core.optimizers import CLIPPING_OPTIONS, Optimizer


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


class Training:
    """A network being trained: its parameters, its gradient and its optimizer's slots.

    parameters, gradient, change and every slot: flat vectors, shape (network.size,). ``change``
    is what the last update added to the parameters. ``iteration`` counts the updates made.
    ``views`` are those of each layer into the parameters.
    """

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
        self._passes: dict[int, Backprop] = {}
        self.views = network.views(self.parameters)

    def snapshot(self) -> Snapshot:
        """A copy of the present moment."""
        return Snapshot(self.parameters.copy(), list(self.slots), self.iteration)

    def restore(self, snapshot: Snapshot) -> None:
        """Return to ``snapshot``."""
        self.parameters[...] = snapshot.parameters
        self.slots = list(snapshot.slots)
        self.iteration = snapshot.iteration

    def release(self) -> None:
        """Let go of the arrays kept from batch to batch; they are made anew when needed."""
        self._passes.clear()

    def batch(self, examples: int) -> Backprop:
        """Forward and backward for a batch of so many examples, writing into ``gradient``."""
        if examples not in self._passes:
            self._passes[examples] = Backprop(
                self.network, self.loss, self.parameters, self.gradient, examples, self.views
            )
        return self._passes[examples]

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
        if self._clips:
            gradient = clip(gradient, self.network.trainable_variables, **self._clipping)
        clipped = gradient
        trainable = self.network.trainable
        if trainable is not None:
            gradient = gradient * trainable
        change, *slots = self._change(
            self.parameters, gradient, *self.slots, iteration=self.iteration + 1
        )
        if trainable is not None:  # weight decay moves a parameter without any gradient
            change = change * trainable
        return penalty, clipped, change, slots

    def run(
        self, inputs: Matrix, targets: Matrix, outputs: Matrix, batch_size: int, start: int = 0
    ) -> float:
        """Run the batches of an epoch from example ``start`` to the end: the one place for it.

        inputs: (n, inputs) and targets: (n, outputs), in the order of this epoch. outputs:
        (n, outputs) receives what the network answered to each example at the time its batch ran.
        Gives the sum over these examples of their batch's penalty.
        """
        examples, penalties = len(inputs), 0.0
        for first in range(start, examples, batch_size):
            batch = slice(first, min(first + batch_size, examples))
            count = batch.stop - first
            penalties += self.network.penalty(self.parameters) * count
            passing = self.batch(count)
            outputs[batch] = passing.forward(inputs[batch])
            passing.backward(targets[batch])
            self.update()
        return penalties

    def mean_loss(self, targets: Matrix, outputs: Matrix) -> float:
        """Mean over the examples of the loss, without penalty."""
        values = self.loss.entry.function(targets, outputs, **self.loss.options)
        return float(np.add.reduce(values)) / len(values)

    def metrics(
        self, targets: Matrix, outputs: Matrix, penalty: float, names: Sequence[str]
    ) -> dict[str, float]:
        """``loss``, with ``penalty`` added, and the named metrics of ``outputs``."""
        result = {"loss": self.mean_loss(targets, outputs) + penalty}
        for name in names:
            metric = resolve_metric(name, outputs.shape[1])
            totals = metric.statistics(targets, outputs)
            result[name] = float(metric.result(totals, len(outputs)))
        return result

    def predict(self, inputs: Matrix) -> Matrix:
        """Outputs for ``inputs`` of shape (n, inputs), at the present parameters."""
        return activations_of(self.network, self.parameters, inputs, self.views)[-1]

    def evaluate(self, inputs: Matrix, targets: Matrix, names: Sequence[str]) -> dict[str, float]:
        """What Keras's evaluate reports: loss with penalty, and metrics, over all examples."""
        penalty = self.network.penalty(self.parameters)
        return self.metrics(targets, self.predict(inputs), penalty, names)


def epoch_order(seed: int, epoch: int, examples: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The shuffled order of an epoch's examples, drawn from (seed, epoch) alone."""
    return np.random.default_rng([seed, epoch]).permutation(examples)
