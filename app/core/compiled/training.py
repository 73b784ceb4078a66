"""Training on the compiled engine: the same operations as ``app.core.training``, on machine code.

The numbers of a batch stand unit by unit here (``kernel``); what reads them gets views the usual
way round.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.core.activations import ACTIVATIONS
from app.core.compiled import formulas, kernel
from app.core.losses import LOSSES, Loss
from app.core.network import Choice, Integers, Matrix, Network, Vector, bind
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS, Optimizer
from app.core.training import IN_ORDER, Epochs, Training, UpdatePreview

EVALUATED_AT_A_TIME = 128
"""Examples; so many that their numbers stay in a processor's cache."""

THREADS = os.cpu_count() or 1
NUMBERS_OF_A_THREAD = 2_000_000
"""Cases times examples times parameters that are worth a thread: about a millisecond's work."""

_CLIPPINGS = {
    "clipnorm": kernel.CLIP_NORM,
    "clipvalue": kernel.CLIP_VALUE,
    "global_clipnorm": kernel.CLIP_GLOBAL_NORM,
}


class MachineCode(NamedTuple):
    """The entries of ``kernel``, compiled."""

    train: Callable[..., int]
    losses_at: Callable[..., None]


class CompiledTraining(Training):
    """A training whose batches and epochs run as machine code.

    The slots are the rows of one matrix, which an update changes in place.
    """

    engine = "compiled"
    seconds_per_layer_of_a_batch = 3e-7
    seconds_per_multiplication = 5e-10

    def __init__(
        self,
        network: Network,
        loss: Choice[Loss],
        optimizer: Choice[Optimizer],
        parameters: Vector,
        code: MachineCode,
    ) -> None:
        super().__init__(network, loss, optimizer, parameters)
        self._code = code
        self._recipe = recipe(network, loss, optimizer)
        self._vectors = kernel.Vectors(
            parameters=self.parameters,
            gradient=self.gradient,
            clipped=np.zeros(network.size),
            change=self.change,
            slots=np.stack(self.slots),
            before=np.zeros(network.size),
        )
        self.slots = list(self._vectors.slots)
        self._evaluation: kernel.Workspace | None = None

    def _kept_slots(self) -> list[Vector]:
        return [slot.copy() for slot in self.slots]

    def _set_slots(self, slots: list[Vector]) -> None:
        for slot, values in zip(self.slots, slots, strict=True):
            slot[...] = values

    def release(self) -> None:
        super().release()
        self._evaluation = None

    def _batch(self, examples: int, gradient: Vector) -> "CompiledBatch":
        return CompiledBatch(self, examples, self._vectors._replace(gradient=gradient))

    def update(self) -> None:
        self.iteration = self.run_part(kernel.UPDATE)

    def preview(self, gradient: Vector) -> UpdatePreview:
        penalty = self.network.penalty_gradient(self.parameters)
        penalised = gradient if penalty is None else gradient + penalty
        vectors = kernel.Vectors(*(vector.copy() for vector in self._vectors))
        vectors.gradient[...] = gradient
        self.run_part(kernel.UPDATE, vectors=vectors)
        names = [slot.name for slot in self.optimizer.entry.slots]
        return UpdatePreview(
            gradient=gradient,
            penalty=penalty,
            clipped=self._clip(penalised),
            slots=dict(zip(names, vectors.slots, strict=True)),
            change=vectors.change,
        )

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
        count, examples, width = len(orders), *targets.shape
        tested = 0 if test_inputs is None else len(test_inputs)
        records = kernel.Records(
            fit=np.empty((count, examples, width)),
            train=np.empty((count, examples, width)),
            test=np.empty((count, tested, width)),
            penalties=np.empty(count),
            penalty=np.empty(count),
            largest=np.empty(count),
            moved=np.empty(count),
        )
        if outputs is not None:
            records.fit[0] = outputs
        size = min(batch_size, examples)
        phases = kernel.FORWARD | kernel.BACKWARD | kernel.UPDATE
        self.iteration = self.run_part(
            phases | kernel.EVALUATE if evaluate else phases,
            work=self._workspace_of(size),
            inputs=inputs,
            targets=targets,
            test_inputs=test_inputs,
            orders=orders,
            batch_size=size,
            examples=(first, examples),
            records=records,
        )
        return Epochs(
            fit=records.fit,
            train=records.train,
            test=None if test_inputs is None else records.test,
            penalties=records.penalties,
            penalty=records.penalty,
            largest=records.largest,
            moved=records.moved > 0.0,
        )

    def predict(self, inputs: Matrix) -> Matrix:
        outputs = np.empty((1, len(inputs), self.network.outputs))
        self.run_part(kernel.EVALUATE, inputs=inputs, examples=(0, 0), records=_records(outputs))
        predicted: Matrix = outputs[0]
        return predicted

    def losses_at(
        self, inputs: Matrix, targets: Matrix, indices: Sequence[int], values: Matrix
    ) -> Vector:
        """Many cases are shared out among threads, which machine code lets run side by side."""
        losses = np.empty(len(values))
        numbers = len(values) * len(inputs) * self.network.size
        shares = min(THREADS, max(1, numbers // NUMBERS_OF_A_THREAD))
        arguments = (
            np.ascontiguousarray(inputs),
            np.ascontiguousarray(targets),
            np.array(indices, dtype=np.int64),
            self.parameters[list(indices)],
        )

        def fill(part: slice) -> None:
            self._code.losses_at(
                self._recipe,
                self.parameters.copy(),
                workspace(self.network, min(EVALUATED_AT_A_TIME, len(inputs))),
                *arguments,
                np.ascontiguousarray(values[part]),
                losses[part],
            )

        ends = np.linspace(0, len(values), shares + 1).astype(int).tolist()
        parts = [slice(start, stop) for start, stop in pairwise(ends)]
        if len(parts) == 1:
            fill(parts[0])
        else:
            list(_threads().map(fill, parts))
        return losses

    def _workspace_of(self, examples: int) -> kernel.Workspace:
        batch = self.batch(examples)
        assert isinstance(batch, CompiledBatch)
        return batch.work

    def run_part(
        self,
        phases: int,
        *,
        work: kernel.Workspace | None = None,
        inputs: Matrix | None = None,
        targets: Matrix | None = None,
        test_inputs: Matrix | None = None,
        orders: Integers = IN_ORDER,
        batch_size: int = 1,
        examples: tuple[int, int] = (0, 1),
        layers: tuple[int, int] | None = None,
        vectors: kernel.Vectors | None = None,
        records: kernel.Records | None = None,
    ) -> int:
        """``kernel.train`` with what it needs; gives the updates made in all."""
        if self._evaluation is None:
            self._evaluation = workspace(self.network, EVALUATED_AT_A_TIME)
        nothing = _NOTHING
        first_layer, stop_layer = layers or (0, len(self.network.layers))
        return self._code.train(
            self._recipe,
            self._vectors if vectors is None else vectors,
            self._evaluation if work is None else work,
            self._evaluation,
            nothing if inputs is None else np.ascontiguousarray(inputs),
            nothing if targets is None else np.ascontiguousarray(targets),
            nothing if test_inputs is None else np.ascontiguousarray(test_inputs),
            orders,
            batch_size,
            kernel.Part(phases, *examples, first_layer, stop_layer),
            self.iteration,
            _records(np.empty((1, 0, 1))) if records is None else records,
        )


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "losses")


@dataclass(frozen=True)
class LayerArrays:
    """``backprop.LayerPass`` as views into a workspace."""

    inputs: Matrix
    pre_activations: Matrix
    activations: Matrix
    deltas: Matrix
    activate: Callable[[Matrix], Matrix]


class CompiledBatch:
    """``backprop.Backprop`` for a batch of ``examples`` examples of a compiled training."""

    def __init__(self, training: CompiledTraining, examples: int, vectors: kernel.Vectors) -> None:
        network = training.network
        self.work = workspace(network, examples)
        self.gradient = vectors.gradient
        self._vectors = vectors
        self._training = training
        self._examples = examples
        starts = self.work.starts.tolist()
        self.layers = [
            LayerArrays(
                inputs=self._view(self.work.values, start, at.inputs + layer.use_bias),
                pre_activations=self._view(self.work.sums, stop, layer.units),
                activations=self._view(self.work.values, stop, layer.units),
                deltas=self._view(self.work.deltas, stop, layer.units),
                activate=bind(layer.activation.entry.function, layer.activation.options),
            )
            for layer, at, start, stop in zip(
                network.layers, network.slices, starts, starts[1:], strict=False
            )
        ]
        self.inputs = self._view(self.work.values, 0, network.inputs)
        self.outputs = self.layers[-1].activations
        self.loss_gradient = self._view(self.work.slopes, 0, network.outputs)

    def _view(self, values: Vector, start: int, units: int) -> Matrix:
        stop = start + units * self._examples
        return values[start:stop].reshape(units, self._examples).T

    def forward(self, inputs: Matrix) -> Matrix:
        """Run ``inputs``, shape (n, inputs), forward; gives the outputs, shape (n, outputs)."""
        self.forward_layers(inputs, 0, len(self.layers))
        return self.outputs

    def backward(self, targets: Matrix) -> None:
        """Fill deltas and gradient from the last forward and ``targets``, shape (n, outputs)."""
        self.backward_layers(targets, 0, len(self.layers))

    def forward_layers(self, inputs: Matrix, done: int, count: int) -> int:
        """Go on with a forward; as in ``Backprop``."""
        stop = min(done + count, len(self.layers))
        self._run(kernel.FORWARD, (done, stop), inputs=inputs)
        return stop

    def backward_layers(self, targets: Matrix, done: int, count: int) -> int:
        """Go on with a backward; as in ``Backprop``."""
        stop = min(done + count, len(self.layers))
        self._run(kernel.BACKWARD, (done, stop), targets=targets)
        return stop

    def _run(
        self,
        phase: int,
        layers: tuple[int, int],
        inputs: Matrix | None = None,
        targets: Matrix | None = None,
    ) -> None:
        size, width = self._examples, self.outputs.shape[1]
        self._training.run_part(
            phase,
            work=self.work,
            inputs=inputs,
            targets=targets,
            batch_size=size,
            examples=(0, size),
            layers=layers,
            vectors=self._vectors,
            records=_records(np.empty((1, 0, 1)), np.empty((1, size, width))),
        )


def recipe(network: Network, loss: Choice[Loss], optimizer: Choice[Optimizer]) -> kernel.Recipe:
    """What is trained, in numbers."""
    layers, options = [], []
    for layer, at in zip(network.layers, network.slices, strict=True):
        entry = layer.activation.entry
        number = formulas.number_of(entry, ACTIVATIONS)
        shares = entry.shares is not None
        layers.append(
            [at.inputs, at.units, layer.use_bias, at.kernel.start, number, shares],
        )
        options.append(formulas.numbers(entry, layer.activation.options))
    bounds = {name: optimizer.options.get(name) for name in CLIPPING_OPTIONS}
    given = [(name, bound) for name, bound in bounds.items() if bound is not None]
    clipping, bound = given[0] if given else (None, 0.0)
    l1, l2 = network.penalty_factors or (np.zeros(0), np.zeros(0))
    return kernel.Recipe(
        layers=np.array(layers, dtype=np.int64),
        layer_options=np.array(options),
        loss=formulas.number_of(loss.entry, LOSSES),
        loss_is_averaged=loss.entry.averaged,
        loss_is_of_shares=loss.entry.distribution,
        loss_options=np.array(formulas.numbers(loss.entry, loss.options)),
        optimizer=formulas.number_of(optimizer.entry, OPTIMIZERS),
        optimizer_options=np.array(formulas.numbers(optimizer.entry, optimizer.options)),
        clipping=kernel.NO_CLIPPING if clipping is None else _CLIPPINGS[clipping],
        clipping_bound=float(bound),
        variables=np.array(
            [(at.start, at.stop) for at in network.trainable_variables], dtype=np.int64
        ).reshape(-1, 2),
        l1=l1,
        l2=l2,
        trainable=np.zeros(0) if network.trainable is None else network.trainable,
    )


def workspace(network: Network, capacity: int) -> kernel.Workspace:
    """Room for batches of at most ``capacity`` examples."""
    widths = [network.inputs, *(layer.units for layer in network.layers)]
    starts = np.cumsum([0, *((width + 1) * capacity for width in widths)])
    outputs = network.outputs * capacity
    numbers = int(starts[-1])
    return kernel.Workspace(
        capacity=capacity,
        starts=starts[:-1].astype(np.int64),
        values=np.zeros(numbers),
        sums=np.zeros(numbers),
        deltas=np.zeros(numbers),
        slopes=np.zeros(outputs),
        targets=np.zeros(outputs),
    )


def _records(train: Matrix, fit: Matrix | None = None) -> kernel.Records:
    """Of one epoch. train, fit: where outputs go, with a first axis of 1."""
    return kernel.Records(
        fit=train[:, :0] if fit is None else fit,
        train=train,
        test=train[:, :0],
        penalties=np.empty(1),
        penalty=np.empty(1),
        largest=np.empty(1),
        moved=np.empty(1),
    )


_NOTHING = np.empty((0, 1))
