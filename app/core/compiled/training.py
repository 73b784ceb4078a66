"""Training on the compiled engine: the same operations as ``app.core.training``, on machine code.

The numbers of a batch stand unit by unit here (``passes``); what reads them gets views the usual
way round.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.core.compiled import arrays
from app.core.compiled.recipe import recipe, workspace
from app.core.entry import Flags
from app.core.losses import Loss
from app.core.network import Choice, Integers, Matrix, Network, Vector, bind
from app.core.optimizers import Optimizer
from app.core.training import IN_ORDER, Epochs, Training, UpdatePreview
from app.processors import processors

EVALUATED_AT_A_TIME = 128
"""Examples; so many that their numbers stay in a processor's cache."""

THREADS = processors()
NUMBERS_OF_A_THREAD = 2_000_000
"""Cases times examples times parameters that are worth a thread: about a millisecond's work."""


class MachineCode(NamedTuple):
    """The entries of ``kernel``, compiled. They look at no argument's type: give what they take."""

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
        self._vectors = arrays.Vectors(
            parameters=self.parameters,
            gradient=self.gradient,
            clipped=np.zeros(network.size),
            change=self.change,
            slots=np.stack(self.slots),
            before=np.zeros(network.size),
        )
        self.slots = list(self._vectors.slots)
        self._evaluation: arrays.Workspace | None = None

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
        self.iteration = self.run_part(arrays.UPDATE)

    def preview(self, gradient: Vector) -> UpdatePreview:
        penalty = self.network.penalty_gradient(self.parameters)
        vectors = arrays.Vectors(*(vector.copy() for vector in self._vectors))
        vectors.gradient[...] = gradient
        self.run_part(arrays.UPDATE, vectors=vectors)
        names = [slot.name for slot in self.optimizer.entry.slots]
        return UpdatePreview(
            gradient=gradient,
            penalty=penalty,
            clipped=vectors.clipped,
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
        answered = np.empty((2, count, examples, width))
        records = _records(answered[0], answered[1], np.empty((count, tested, width)))
        if first > 0 and outputs is not None:
            records.fit[0] = outputs
        size = min(batch_size, examples)
        phases = arrays.FORWARD | arrays.BACKWARD | arrays.UPDATE
        self.iteration = self.run_part(
            phases | arrays.EVALUATE if evaluate else phases,
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
            outputs=answered,
            test=None if test_inputs is None else records.test,
            penalties=records.penalties,
            penalty=records.penalty,
            largest=records.largest,
            moved=records.moved,
        )

    def penalty(self) -> float:
        if self.network.penalty_factors is None:
            return 0.0
        records = _records()
        self.run_part(arrays.NOTHING, examples=(0, 0), records=records)
        return float(records.penalty[0])

    def predict(self, inputs: Matrix) -> Matrix:
        outputs = np.empty((1, len(inputs), self.network.outputs))
        self.run_part(
            arrays.EVALUATE, inputs=inputs, examples=(0, 0), records=_records(train=outputs)
        )
        predicted: Matrix = outputs[0]
        return predicted

    def losses_at(
        self, inputs: Matrix, targets: Matrix, indices: Sequence[int], values: Matrix
    ) -> Vector:
        order = sorted(range(len(indices)), key=lambda moved: indices[moved])
        moved = np.array([[indices[at] for at in order]], dtype=np.int64)
        losses, _crossed = self._losses(inputs, targets, moved, values[None, :, order])
        only_group: Vector = losses[0]
        return only_group

    def losses_beside(
        self, inputs: Matrix, targets: Matrix, indices: Integers, values: Matrix
    ) -> tuple[Matrix, Flags]:
        return self._losses(inputs, targets, indices[:, None], values[:, :, None], watched=True)

    def _losses(
        self,
        inputs: Matrix,
        targets: Matrix,
        moved: Integers,
        values: Matrix,
        watched: bool = False,
    ) -> tuple[Matrix, Flags]:
        """``kernel.losses_at``, shared out among threads, which machine code lets run side by side.

        moved: (groups, parameters); values: (groups, cases, parameters). Gives losses, (groups,
        cases), and whether a kink lies between those of a group, (groups,), if that is watched.
        """
        groups, cases = values.shape[:2]
        losses, crossed = np.empty((groups, cases)), np.zeros(groups if watched else 0, np.bool_)
        inputs, targets = _examples(inputs), _examples(targets)
        numbers = groups * cases * len(inputs) * self.network.size
        shares = min(THREADS, max(1, numbers // NUMBERS_OF_A_THREAD))
        split_cases = groups == 1

        def fill(part: slice) -> None:
            own, own_cases = (slice(None), part) if split_cases else (part, slice(None))
            found = np.empty_like(losses[own, own_cases])
            room = [
                workspace(self.network, min(EVALUATED_AT_A_TIME, len(inputs))) for _room in "ab"
            ]
            self._code.losses_at(
                self._recipe,
                self.parameters.copy(),
                *room,
                np.empty((2, room[0].sums.size + room[0].slopes.size)),
                inputs,
                targets,
                np.ascontiguousarray(moved[own], dtype=np.int64),
                np.array(values[own, own_cases], dtype=np.float64, order="C"),
                found,
                crossed[own],
            )
            losses[own, own_cases] = found

        ends = np.linspace(0, cases if split_cases else groups, shares + 1).astype(int).tolist()
        parts = [slice(start, stop) for start, stop in pairwise(ends)]
        if len(parts) == 1:
            fill(parts[0])
        else:
            list(_threads().map(fill, parts))
        return losses, crossed

    def _workspace_of(self, examples: int) -> arrays.Workspace:
        batch = self.batch(examples)
        assert isinstance(batch, CompiledBatch)
        return batch.work

    def run_part(
        self,
        phases: int,
        *,
        work: arrays.Workspace | None = None,
        inputs: Matrix | None = None,
        targets: Matrix | None = None,
        test_inputs: Matrix | None = None,
        orders: Integers = IN_ORDER,
        batch_size: int = 1,
        examples: tuple[int, int] = (0, 1),
        layers: tuple[int, int] | None = None,
        vectors: arrays.Vectors | None = None,
        records: arrays.Records | None = None,
    ) -> int:
        """``kernel.train`` with what it needs; gives the updates made in all."""
        if self._evaluation is None:
            self._evaluation = workspace(self.network, EVALUATED_AT_A_TIME)
        first_layer, stop_layer = layers or (0, len(self.network.layers))
        return self._code.train(
            self._recipe,
            self._vectors if vectors is None else vectors,
            self._evaluation if work is None else work,
            self._evaluation,
            _examples(inputs),
            _examples(targets),
            _examples(test_inputs),
            orders,
            batch_size,
            arrays.Part(phases, *examples, first_layer, stop_layer),
            self.iteration,
            _records() if records is None else records,
        )


_NO_EXAMPLES = np.empty((0, 1))
_NO_OUTPUTS = np.empty((1, 0, 1))


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

    def __init__(self, training: CompiledTraining, examples: int, vectors: arrays.Vectors) -> None:
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
        self._run(arrays.FORWARD, (done, stop), inputs=inputs)
        return stop

    def backward_layers(self, targets: Matrix, done: int, count: int) -> int:
        """Go on with a backward; as in ``Backprop``."""
        stop = min(done + count, len(self.layers))
        self._run(arrays.BACKWARD, (done, stop), targets=targets)
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
            records=_records(fit=np.empty((1, size, width))),
        )


def _records(
    fit: Matrix = _NO_OUTPUTS, train: Matrix = _NO_OUTPUTS, test: Matrix = _NO_OUTPUTS
) -> arrays.Records:
    """Of as many epochs as the first axis counts; of one where outputs go nowhere."""
    penalties, penalty, largest = np.empty((3, len(train)))
    moved = np.empty(len(train), np.bool_)
    return arrays.Records(fit, train, test, penalties, penalty, largest, moved)


def _examples(rows: Matrix | None) -> Matrix:
    """As machine code takes them."""
    return _NO_EXAMPLES if rows is None else np.ascontiguousarray(rows, dtype=np.float64)
