"""What changes with the numbers of a network as one or more parameters are moved.

Only what changes is computed again, as in ``app.core.cost_landscape``: of the first layer with a
moved parameter the parameter's own unit, the layer behind it by what the unit's values changed, and
all layers after that.
"""

from typing import Any

import numpy as np

from app.core.compiled import formulas
from app.core.compiled.jit import compiled, inlined
from app.core.compiled.passes import activate, fill_sums, layer_of
from app.core.compiled.products import add_multiple, combine

ROUNDING = 1e3 * float(np.finfo(np.float64).eps)
"""A number that moves by less of itself and 1 does not move, but for rounding."""


@inlined
def swap(parameters: Any, moved: Any, values: Any) -> None:
    """Exchange the parameters ``moved`` with ``values``."""
    for k in range(moved.size):
        parameters[moved[k]], values[k] = values[k], parameters[moved[k]]


@inlined
def move(
    recipe: Any, parameters: Any, base: Any, work: Any, count: int, first: int, moved: Any
) -> None:
    """Fill the numbers of ``work`` that change with the parameters ``moved``.

    first: the layer of the first of them, whose other numbers are in ``work`` already.
    """
    inputs, units, bias, weights, _activation, shares = layer_of(recipe, first)
    stop = weights + (inputs + bias) * units
    next_stop = stop
    if first + 1 < len(recipe.layers):
        next_inputs, next_units, next_bias, _weights, _next, _are = layer_of(recipe, first + 1)
        next_stop = stop + (next_inputs + next_bias) * next_units
    by_change = not shares
    for k in range(moved.size):
        by_change = by_change and not stop <= moved[k] < next_stop
    for layer in range(first, len(recipe.layers)):
        unit, stop_unit = 0, recipe.layers[layer, 1]
        if layer == first:
            at, to = base.starts[first], base.starts[first + 1]
            before = base.values[at : at + (inputs + bias) * count]
            for k in range(moved.size):
                if moved[k] < stop:
                    own = (moved[k] - weights) % units
                    row = work.sums[to + own * count : to + (own + 1) * count]
                    combine(row, parameters, weights + own, units, before, inputs + bias)
                    if moved.size == 1 and not shares:
                        unit, stop_unit = own, own + 1
        elif layer == first + 1 and by_change:
            _move_sums(recipe, parameters, base, work, count, layer, moved, stop)
        else:
            fill_sums(recipe, parameters, work, count, layer)
        activate(recipe, work, count, layer, unit, stop_unit)


@inlined
def _move_sums(
    recipe: Any,
    parameters: Any,
    base: Any,
    work: Any,
    count: int,
    layer: int,
    moved: Any,
    stop_before: int,
) -> None:
    """The sums of a layer, by what the values of the moved units before it changed.

    stop_before: where the weights of the layer before it end.
    """
    units_before, weights_before = recipe.layers[layer - 1, 1], recipe.layers[layer - 1, 3]
    units, weights = recipe.layers[layer, 1], recipe.layers[layer, 3]
    at, to = base.starts[layer], base.starts[layer + 1]
    known = base.sums
    for k in range(moved.size):
        unit = (moved[k] - weights_before) % units_before
        done = moved[k] >= stop_before
        for earlier in range(k):
            done = done or (moved[earlier] - weights_before) % units_before == unit
        if done:
            continue
        change = work.deltas[:count]
        for b in range(count):
            change[b] = work.values[at + unit * count + b] - base.values[at + unit * count + b]
        for j in range(units):
            start, stop = to + j * count, to + (j + 1) * count
            factor = parameters[weights + unit * units + j]
            add_multiple(work.sums[start:stop], known[start:stop], factor, change)
        known = work.sums


@inlined
def widen(
    recipe: Any, work: Any, spread: Any, outputs: Any, count: int, first: int, begin: bool
) -> None:
    """Let ``spread`` hold the least and greatest of all numbers that may pass a kink."""
    for layer in range(first, len(recipe.layers)):
        if recipe.kinks[layer, 0] == recipe.kinks[layer, 0]:  # not NaN
            at = work.starts[layer + 1]
            stop = at + recipe.layers[layer, 1] * count
            _hold(spread[0, at:stop], spread[1, at:stop], work.sums[at:stop], begin)
    if recipe.loss_bends:
        given = outputs
        if recipe.loss_is_of_shares:
            given = work.shares[: outputs.size]
        bends = work.slopes[: outputs.size]
        targets = work.targets[: outputs.size]
        formulas.loss_bends(recipe.loss, targets, given, bends, recipe.loss_options)
        at = work.sums.size
        stop = at + outputs.size
        _hold(spread[0, at:stop], spread[1, at:stop], bends, begin)


@compiled
def _hold(low: Any, high: Any, numbers: Any, begin: bool) -> None:
    for i in range(numbers.size):
        low[i] = numbers[i] if begin else np.minimum(low[i], numbers[i])
        high[i] = numbers[i] if begin else np.maximum(high[i], numbers[i])


@inlined
def crosses(recipe: Any, work: Any, spread: Any, outputs: Any, count: int, first: int) -> bool:
    """Whether a number that moves lies on both sides of a kink, or reaches it."""
    found = False
    for layer in range(first, len(recipe.layers)):
        at = work.starts[layer + 1]
        stop = at + recipe.layers[layer, 1] * count
        for k in range(recipe.kinks.shape[1]):
            kink = recipe.kinks[layer, k]
            found = found or _reaches(spread[0, at:stop], spread[1, at:stop], kink)
    if recipe.loss_bends:
        at = work.sums.size
        stop = at + outputs.size
        found = found or _reaches(spread[0, at:stop], spread[1, at:stop], 0.0)
    return found


@compiled
def _reaches(low: Any, high: Any, kink: float) -> bool:
    for i in range(low.size):
        below, above = low[i] - kink, high[i] - kink
        if below <= 0.0 and above >= 0.0 and above - below > ROUNDING * (1.0 + abs(below)):
            return True
    return False
