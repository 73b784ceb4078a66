"""The loops: forward, backward, penalties, clipping, update and evaluation of whole epochs.

``train`` is the one entry for them, so that a phase by itself and an epoch in one go run the same
machine code and give the same bits; ``losses_at`` is that for the cost around the parameters. Both
read and write flat vectors alone and allocate nothing.

Values lie unit by unit: the numbers of one unit, for every example of the batch, stand side by
side. So the innermost loop runs over the examples, which neither the width of a layer nor a sum
along it slows down, and becomes vector instructions. Where a layer has a bias, the values before it
end with a row of ones, and its weights with the bias: [kernel; bias] is one matrix, as in
``app.core.network``.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.core.compiled import formulas

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FORWARD, BACKWARD, UPDATE, EVALUATE = 1, 2, 4, 8
"""What ``train`` is to do, added up."""

NO_CLIPPING, CLIP_NORM, CLIP_VALUE, CLIP_GLOBAL_NORM = 0, 1, 2, 3

compiled = njit(nogil=True, error_model="numpy", forceinline=True)

# Sums may be taken in any order and products joined with sums, so that they become vector
# instructions; but never is a number taken to be finite.
_any_order = njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
_joined = njit(nogil=True, error_model="numpy", fastmath={"contract"})


class Recipe(NamedTuple):
    """What is trained, in numbers.

    layers: of each its inputs, its units, whether it has a bias, where its weights start in the
    flat vector, its activation, and whether that gives shares. Options: as ``formulas.numbers``.
    variables: where each trained kernel or bias starts and stops. l1, l2, trainable: of every
    parameter, or empty where none is penalised, or frozen.
    """

    layers: Integers
    layer_options: Floats
    loss: int
    loss_is_averaged: bool
    loss_is_of_shares: bool
    loss_options: Floats
    optimizer: int
    optimizer_options: Floats
    clipping: int
    clipping_bound: float
    variables: Integers
    l1: Floats
    l2: Floats
    trainable: Floats


class Vectors(NamedTuple):
    """What training changes: flat vectors of shape (size,), and the slots, (slots, size).

    clipped: the gradient with its penalty, as the optimizer is given it. before: room for the
    parameters that an epoch began with.
    """

    parameters: Floats
    gradient: Floats
    clipped: Floats
    change: Floats
    slots: Floats
    before: Floats


class Workspace(NamedTuple):
    """Room for the numbers of a batch of at most ``capacity`` examples.

    starts: where each layer's numbers start in the flat arrays, the inputs' first. values: inputs
    and activations; sums: pre-activations; deltas; slopes: those of the loss; targets.
    """

    capacity: int
    starts: Integers
    values: Floats
    sums: Floats
    deltas: Floats
    slopes: Floats
    targets: Floats


class Records(NamedTuple):
    """What ``train`` reports of each epoch, shapes (epochs, ...).

    fit, train, test: outputs for every example, in their own order, when its batch ran and after
    the epoch. penalties: as summed over the examples that ran. penalty: after the epoch. largest:
    the size of the largest parameter. moved: whether any parameter is another.
    """

    fit: Floats
    train: Floats
    test: Floats
    penalties: Floats
    penalty: Floats
    largest: Floats
    moved: Floats


class Part(NamedTuple):
    """Which part of an epoch: its phases, added up; examples and layers, from and to.

    A backward counts its layers from the output.
    """

    phases: int
    first_example: int
    stop_example: int
    first_layer: int
    stop_layer: int


@_joined
def _add_products(
    total: Any, factors: Any, at: int, step: int, values: Any, start: int, count: int
) -> None:
    """total += the sum of factors times rows of ``values``, ``total.size`` numbers each.

    The factors stand at ``at``, ``at + step`` and so on, ``count`` of them; the rows one behind the
    other from ``start`` on. Four at a time, so that a sum is loaded and stored a quarter as often.
    """
    width = total.size
    fours = count - count % 4
    for k in range(0, fours, 4):
        f0, f1 = factors[at + k * step], factors[at + (k + 1) * step]
        f2, f3 = factors[at + (k + 2) * step], factors[at + (k + 3) * step]
        first = start + k * width
        v0, v1 = values[first : first + width], values[first + width : first + 2 * width]
        first += 2 * width
        v2, v3 = values[first : first + width], values[first + width : first + 2 * width]
        for b in range(width):
            total[b] += f0 * v0[b] + f1 * v1[b] + (f2 * v2[b] + f3 * v3[b])
    for k in range(fours, count):
        factor = factors[at + k * step]
        row = values[start + k * width : start + (k + 1) * width]
        for b in range(width):
            total[b] += factor * row[b]


@_any_order
def _product(first: Any, second: Any) -> float:
    total = 0.0
    for b in range(first.size):
        total += first[b] * second[b]
    return total


@compiled
def _layer(recipe: Any, layer: int) -> tuple[int, int, int, int, int, int]:
    row = recipe.layers[layer]
    return row[0], row[1], row[2], row[3], row[4], row[5]


@compiled
def _load(rows: Any, order: Any, start: int, count: int, values: Any) -> None:
    """Put ``count`` examples of an order into ``values``, feature by feature."""
    for b in range(count):
        row = order[start + b] if order.size else start + b
        for i in range(rows.shape[1]):
            values[i * count + b] = rows[row, i]


@compiled
def _forward(
    recipe: Any, parameters: Any, work: Any, count: int, first_layer: int, stop_layer: int
) -> None:
    for layer in range(first_layer, stop_layer):
        inputs, units, bias, weights, activation, shares = _layer(recipe, layer)
        at, to = work.starts[layer], work.starts[layer + 1]
        if bias:
            for b in range(at + inputs * count, at + (inputs + 1) * count):
                work.values[b] = 1.0
        for j in range(units):
            sums = work.sums[to + j * count : to + (j + 1) * count]
            for b in range(count):
                sums[b] = 0.0
            _add_products(sums, parameters, weights + j, units, work.values, at, inputs + bias)
        options = recipe.layer_options[layer]
        stop = to + units * count
        if shares:
            _activate_to_shares(activation, work.sums, work.values, to, units, count, options)
        else:
            formulas.activate(activation, work.sums, work.values, to, stop, options)


@compiled
def _activate_to_shares(
    activation: int, sums: Any, values: Any, start: int, units: int, count: int, options: Any
) -> None:
    """``activations.Shares.function``, example by example."""
    stop = start + units * count
    for b in range(start, start + count):
        largest = sums[b]
        for i in range(b + count, stop, count):
            largest = max(largest, sums[i])
        for i in range(b, stop, count):
            values[i] = sums[i] - largest
    formulas.activate(activation, values, values, start, stop, options)
    for b in range(start, start + count):
        total = 0.0
        for i in range(b, stop, count):
            total += values[i]
        for i in range(b, stop, count):
            values[i] /= total


@compiled
def _slopes_of_loss(recipe: Any, work: Any, outputs: Any, count: int, width: int) -> None:
    """``losses.Loss.gradient``: fills ``work.slopes``."""
    stop = width * count
    slopes, targets = work.slopes, work.targets
    if recipe.loss_is_of_shares:
        shares = work.deltas  # whose numbers are of a former batch
        for b in range(count):
            total = 0.0
            for i in range(b, stop, count):
                total += outputs[i]
            for i in range(b, stop, count):
                shares[i] = outputs[i] / total
        formulas.loss_slopes(recipe.loss, targets, shares, slopes, stop, recipe.loss_options)
        for b in range(count):
            total, through_sum = 0.0, 0.0
            for i in range(b, stop, count):
                total += outputs[i]
                through_sum += slopes[i] * shares[i]
            for i in range(b, stop, count):
                slopes[i] = (slopes[i] - through_sum) / total
    else:
        formulas.loss_slopes(recipe.loss, targets, outputs, slopes, stop, recipe.loss_options)
    if recipe.loss_is_averaged and width > 1:
        for i in range(stop):
            slopes[i] /= width


@compiled
def _deltas_of_layer(
    recipe: Any, work: Any, count: int, layer: int, units: int, activation: int, shares: int
) -> None:
    """From dL/da, which stand in ``work.deltas``, to dL/dz, in their place."""
    start = work.starts[layer + 1]
    stop = start + units * count
    deltas, values = work.deltas, work.values
    if shares:
        for b in range(start, start + count):
            through_all = 0.0
            for i in range(b, stop, count):
                through_all += deltas[i] * values[i]
            for i in range(b, stop, count):
                deltas[i] -= through_all
    options = recipe.layer_options[layer]
    formulas.multiply_by_slopes(activation, work.sums, values, deltas, start, stop, options)


@compiled
def _backward(
    recipe: Any, vectors: Any, work: Any, count: int, first_layer: int, stop_layer: int
) -> None:
    last = len(recipe.layers) - 1
    mean = 1.0 / count
    if first_layer == 0:
        width = recipe.layers[last, 1]
        start = work.starts[last + 1]
        outputs = work.values[start : start + width * count]
        _slopes_of_loss(recipe, work, outputs, count, width)
        for i in range(width * count):
            work.deltas[start + i] = work.slopes[i]
    for done in range(first_layer, stop_layer):
        layer = last - done
        inputs, units, bias, weights, activation, shares = _layer(recipe, layer)
        _deltas_of_layer(recipe, work, count, layer, units, activation, shares)
        at, to = work.starts[layer], work.starts[layer + 1]
        for i in range(inputs + bias):
            values = work.values[at + i * count : at + (i + 1) * count]
            for j in range(units):
                deltas = work.deltas[to + j * count : to + (j + 1) * count]
                vectors.gradient[weights + i * units + j] = mean * _product(values, deltas)
        if layer > 0:
            for i in range(inputs):
                upstream = work.deltas[at + i * count : at + (i + 1) * count]
                for b in range(count):
                    upstream[b] = 0.0
                _add_products(
                    upstream, vectors.parameters, weights + i * units, 1, work.deltas, to, units
                )


@compiled
def _clip(recipe: Any, clipped: Any) -> None:
    """``clipping.clip``, in place."""
    bound = recipe.clipping_bound
    if recipe.clipping == CLIP_VALUE:
        for k in range(clipped.size):
            clipped[k] = formulas.clip_by_value(clipped[k], bound)
    elif recipe.clipping == CLIP_NORM:
        for variable in range(len(recipe.variables)):
            start, stop = recipe.variables[variable]
            part = clipped[start:stop]
            _shorten(part, np.sqrt(_product(part, part)), bound)
    elif recipe.clipping == CLIP_GLOBAL_NORM:
        squares = 0.0
        for variable in range(len(recipe.variables)):
            start, stop = recipe.variables[variable]
            part = clipped[start:stop]
            squares += _product(part, part)
        _shorten(clipped, np.sqrt(squares), bound)


@compiled
def _shorten(vector: Any, norm: float, bound: float) -> None:
    factor = formulas.shortening(norm, bound)
    for k in range(vector.size):
        vector[k] *= factor


@compiled
def _update(recipe: Any, vectors: Any, iteration: float) -> None:
    parameters, change, clipped = vectors.parameters, vectors.change, vectors.clipped
    for k in range(clipped.size):
        clipped[k] = vectors.gradient[k]
    if recipe.l1.size:
        for k in range(clipped.size):
            clipped[k] += formulas.penalty_slope(parameters[k], recipe.l1[k], recipe.l2[k])
    _clip(recipe, clipped)
    if recipe.trainable.size:
        for k in range(clipped.size):
            clipped[k] *= recipe.trainable[k]
    options = recipe.optimizer_options
    formulas.change(
        recipe.optimizer, parameters, clipped, change, vectors.slots, iteration, options
    )
    if recipe.trainable.size:  # weight decay moves a parameter without any gradient
        for k in range(change.size):
            change[k] *= recipe.trainable[k]
    for k in range(change.size):
        parameters[k] += change[k]


@compiled
def _penalty(recipe: Any, parameters: Any) -> float:
    total = 0.0
    for k in range(recipe.l1.size):
        total += formulas.penalty(parameters[k], recipe.l1[k], recipe.l2[k])
    return total


@compiled
def _store(values: Any, order: Any, start: int, count: int, rows: Any) -> None:
    """``_load`` the other way round."""
    for b in range(count):
        row = order[start + b] if order.size else start + b
        for i in range(rows.shape[1]):
            rows[row, i] = values[i * count + b]


@compiled
def _predict(
    recipe: Any, parameters: Any, work: Any, inputs: Any, no_order: Any, outputs: Any
) -> None:
    """Outputs for all ``inputs``, a workspace's capacity at a time."""
    layers = len(recipe.layers)
    for start in range(0, len(inputs), work.capacity):
        count = min(work.capacity, len(inputs) - start)
        _load(inputs, no_order, start, count, work.values)
        _forward(recipe, parameters, work, count, 0, layers)
        _store(work.values[work.starts[layers] :], no_order, start, count, outputs)


def train(
    recipe: Recipe,
    vectors: Vectors,
    work: Workspace,
    evaluation: Workspace,
    inputs: Floats,
    targets: Floats,
    test_inputs: Floats,
    orders: Integers,
    batch_size: int,
    part: Part,
    iteration: int,
    records: Records,
) -> int:
    """Run ``part`` of as many epochs as ``records`` has room for; gives the updates made in all.

    inputs: (n, inputs) and targets: (n, outputs). orders: (epochs, n), or (epochs, 0) for the
    examples' own. The first epoch begins at ``part.first_example``, the others at 0. work: of the
    batches; evaluation: of whole sets, so that the numbers of a batch at hand stay.
    """
    layers = len(recipe.layers)
    epochs = len(records.penalty)
    parameters = vectors.parameters
    for epoch in range(epochs):
        order = orders[epoch]
        begin = part.first_example if epoch == 0 else 0
        for k in range(parameters.size):
            vectors.before[k] = parameters[k]
        penalties = 0.0
        for start in range(begin, part.stop_example, batch_size):
            count = min(batch_size, part.stop_example - start)
            if part.phases & FORWARD:
                if part.first_layer == 0:
                    _load(inputs, order, start, count, work.values)
                _forward(recipe, parameters, work, count, part.first_layer, part.stop_layer)
                if part.stop_layer == layers:
                    outputs = work.values[work.starts[layers] :]
                    _store(outputs, order, start, count, records.fit[epoch])
            if part.phases & BACKWARD:
                if part.first_layer == 0:
                    _load(targets, order, start, count, work.targets)
                _backward(recipe, vectors, work, count, part.first_layer, part.stop_layer)
            if part.phases & UPDATE:
                penalties += count * _penalty(recipe, parameters)
                iteration += 1
                _update(recipe, vectors, float(iteration))
        if part.phases & EVALUATE:
            for test in (False, True):
                examples = test_inputs if test else inputs
                outputs = records.test[epoch] if test else records.train[epoch]
                _predict(recipe, parameters, evaluation, examples, order[:0], outputs)
        records.penalties[epoch] = penalties
        records.penalty[epoch] = _penalty(recipe, parameters)
        largest, moved = 0.0, 0.0
        for k in range(parameters.size):
            largest = np.maximum(largest, abs(parameters[k]))
            if parameters[k] != vectors.before[k]:
                moved = 1.0
        records.largest[epoch] = largest
        records.moved[epoch] = moved
    return iteration


@compiled
def _sum_of_losses(recipe: Any, work: Any, outputs: Any, count: int, width: int) -> float:
    """Of the terms of ``losses.Loss``, over a batch."""
    stop = width * count
    if recipe.loss_is_of_shares:
        for b in range(count):
            total = 0.0
            for i in range(b, stop, count):
                total += outputs[i]
            for i in range(b, stop, count):
                outputs[i] /= total
    formulas.loss_terms(recipe.loss, work.targets, outputs, work.slopes, stop, recipe.loss_options)
    total = 0.0
    for i in range(stop):
        total += work.slopes[i]
    return total


def losses_at(
    recipe: Recipe,
    parameters: Floats,
    work: Workspace,
    inputs: Floats,
    targets: Floats,
    indices: Integers,
    present: Floats,
    values: Floats,
    losses: Floats,
) -> None:
    """Mean loss over the examples, without penalty, as some parameters are moved: fills losses.

    indices and present: (moved,), which parameters and what they are; values: (cases, moved),
    theirs in each case; losses: (cases,). parameters: of the caller's own, which are changed on the
    way and restored. Only the layers from the first that changes on are computed for each case.
    """
    layers = len(recipe.layers)
    width = recipe.layers[layers - 1, 1]
    first = layers - 1
    while indices.min() < recipe.layers[first, 3]:
        first -= 1
    for case in range(losses.size):
        losses[case] = 0.0
    start_of_outputs = work.starts[layers]
    no_order = indices[:0]
    for start in range(0, len(inputs), work.capacity):
        count = min(work.capacity, len(inputs) - start)
        _load(inputs, no_order, start, count, work.values)
        _load(targets, no_order, start, count, work.targets)
        outputs = work.values[start_of_outputs : start_of_outputs + width * count]
        for case in range(-1, losses.size):  # -1: as it is, up to the first layer that changes
            from_layer, to_layer = (0, first) if case < 0 else (first, layers)
            if case >= 0:
                for k in range(indices.size):
                    parameters[indices[k]] = values[case, k]
            _forward(recipe, parameters, work, count, from_layer, to_layer)
            if case >= 0:
                for k in range(indices.size):
                    parameters[indices[k]] = present[k]
                losses[case] += _sum_of_losses(recipe, work, outputs, count, width)
    scale = len(inputs) * (width if recipe.loss_is_averaged else 1)
    for case in range(losses.size):
        losses[case] /= scale
