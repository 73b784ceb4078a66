"""Forward and backward of a batch.

Values lie unit by unit: the numbers of one unit, for every example of the batch, stand side by
side. So the innermost loop runs over the examples, which neither the width of a layer nor a sum
along it slows down, and becomes vector instructions. Where a layer has a bias, the values before it
end with a row of ones, and its weights with the bias: [kernel; bias] is one matrix, as in
``app.core.network``.
"""

from typing import Any

from app.core.compiled import formulas
from app.core.compiled.jit import inlined
from app.core.compiled.products import all_products, combine


@inlined
def load(rows: Any, order: Any, start: int, count: int, values: Any) -> None:
    """Put ``count`` examples of an order into ``values``, feature by feature."""
    for b in range(count):
        row = order[start + b] if order.size else start + b
        for i in range(rows.shape[1]):
            values[i * count + b] = rows[row, i]


@inlined
def store(values: Any, order: Any, start: int, count: int, rows: Any) -> None:
    """``load`` the other way round."""
    for b in range(count):
        row = order[start + b] if order.size else start + b
        for i in range(rows.shape[1]):
            rows[row, i] = values[i * count + b]


@inlined
def layer_of(recipe: Any, layer: int) -> tuple[int, int, int, int, int, int]:
    """Its row of ``Recipe.layers``."""
    row = recipe.layers[layer]
    return row[0], row[1], row[2], row[3], row[4], row[5]


@inlined
def forward(
    recipe: Any, parameters: Any, work: Any, count: int, first_layer: int, stop_layer: int
) -> None:
    """Fill the sums and values of some layers, from the values before them."""
    for layer in range(first_layer, stop_layer):
        fill_sums(recipe, parameters, work, count, layer)
        activate(recipe, work, count, layer, 0, recipe.layers[layer, 1])


@inlined
def fill_sums(recipe: Any, parameters: Any, work: Any, count: int, layer: int) -> None:
    """Of a layer, from the values before it."""
    inputs, units, bias, weights, _activation, _shares = layer_of(recipe, layer)
    at, to = work.starts[layer], work.starts[layer + 1]
    before = work.values[at : at + (inputs + bias) * count]
    if bias:
        for b in range(inputs * count, (inputs + 1) * count):
            before[b] = 1.0
    for j in range(units):
        row = work.sums[to + j * count : to + (j + 1) * count]
        combine(row, parameters, weights + j, units, before, inputs + bias)


@inlined
def activate(recipe: Any, work: Any, count: int, layer: int, unit: int, stop_unit: int) -> None:
    """Fill the values of some units of a layer: of all, where they are shares."""
    activation, shares = recipe.layers[layer, 4], recipe.layers[layer, 5]
    start = work.starts[layer + 1]
    at, stop = start + unit * count, start + stop_unit * count
    sums, values = work.sums[at:stop], work.values[at:stop]
    given = sums
    if shares:
        _subtract_largest(sums, values, count)
        given = values
    formulas.activate(activation, given, values, recipe.layer_options[layer])
    if shares:
        _divide_by_sum(values, count)


@inlined
def _subtract_largest(sums: Any, values: Any, count: int) -> None:
    for b in range(count):
        largest = sums[b]
        for i in range(b + count, sums.size, count):
            largest = max(largest, sums[i])
        for i in range(b, sums.size, count):
            values[i] = sums[i] - largest


@inlined
def _divide_by_sum(values: Any, count: int) -> None:
    for b in range(count):
        total = 0.0
        for i in range(b, values.size, count):
            total += values[i]
        for i in range(b, values.size, count):
            values[i] /= total


@inlined
def _fill_shares(work: Any, outputs: Any, count: int) -> None:
    for i in range(outputs.size):
        work.shares[i] = outputs[i]
    _divide_by_sum(work.shares[: outputs.size], count)


@inlined
def _slopes_of_loss(recipe: Any, work: Any, outputs: Any, count: int) -> None:
    """``losses.Loss.gradient``: fills ``work.slopes``."""
    stop = outputs.size
    targets, slopes, shares = work.targets[:stop], work.slopes[:stop], work.shares[:stop]
    given = outputs
    if recipe.loss_is_of_shares:
        _fill_shares(work, outputs, count)
        given = shares
    formulas.loss_slopes(recipe.loss, targets, given, slopes, recipe.loss_options)
    if recipe.loss_is_of_shares:
        for b in range(count):
            total, through_sum = 0.0, 0.0
            for i in range(b, stop, count):
                total += outputs[i]
                through_sum += slopes[i] * shares[i]
            for i in range(b, stop, count):
                slopes[i] = (slopes[i] - through_sum) / total
    width = stop // count
    if recipe.loss_is_averaged and width > 1:
        for i in range(stop):
            slopes[i] /= width


@inlined
def sum_of_losses(recipe: Any, work: Any, outputs: Any, count: int) -> float:
    """Of the terms of ``losses.Loss``, over a batch."""
    stop = outputs.size
    terms = work.slopes[:stop]
    given = outputs
    if recipe.loss_is_of_shares:
        _fill_shares(work, outputs, count)
        given = work.shares[:stop]
    formulas.loss_terms(recipe.loss, work.targets[:stop], given, terms, recipe.loss_options)
    total = 0.0
    for i in range(stop):
        total += terms[i]
    return total


@inlined
def backward(
    recipe: Any, vectors: Any, work: Any, count: int, first_layer: int, stop_layer: int
) -> None:
    """Fill deltas and gradient of some layers, counted from the output."""
    last = len(recipe.layers) - 1
    mean = 1.0 / count
    if first_layer == 0:
        start = work.starts[last + 1]
        stop = start + recipe.layers[last, 1] * count
        _slopes_of_loss(recipe, work, work.values[start:stop], count)
        for i in range(stop - start):
            work.deltas[start + i] = work.slopes[i]
    for done in range(first_layer, stop_layer):
        layer = last - done
        inputs, units, bias, weights, activation, shares = layer_of(recipe, layer)
        at, to = work.starts[layer], work.starts[layer + 1]
        size = units * count
        values, deltas = work.values[to : to + size], work.deltas[to : to + size]
        if shares:
            _subtract_through_all(deltas, values, count)
        formulas.multiply_by_slopes(
            activation, work.sums[to : to + size], values, deltas, recipe.layer_options[layer]
        )
        before = work.values[at : at + (inputs + bias) * count]
        into = vectors.gradient[weights : weights + (inputs + bias) * units]
        all_products(before, deltas, count, mean, into)
        if layer > 0:
            for i in range(inputs):
                upstream = work.deltas[at + i * count : at + (i + 1) * count]
                combine(upstream, vectors.parameters, weights + i * units, 1, deltas, units)


@inlined
def _subtract_through_all(deltas: Any, values: Any, count: int) -> None:
    """The first part of ``activations.Shares.delta``."""
    for b in range(count):
        through_all = 0.0
        for i in range(b, values.size, count):
            through_all += deltas[i] * values[i]
        for i in range(b, values.size, count):
            deltas[i] -= through_all
