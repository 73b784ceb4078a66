"""The loops of training: whole epochs, evaluation, and the cost around the parameters.

``train`` is the one entry for epochs and their phases, so that a phase by itself and an epoch in
one go run the same machine code and give the same bits; ``losses_at`` is that for the cost around
the parameters. Both read and write flat vectors alone and allocate nothing.
"""

from typing import Any

import numpy as np

from app.core.compiled import formulas
from app.core.compiled.arrays import (
    BACKWARD,
    CLIP_GLOBAL_NORM,
    CLIP_NORM,
    CLIP_VALUE,
    EVALUATE,
    FORWARD,
    UPDATE,
    Flags,
    Floats,
    Integers,
    Part,
    Recipe,
    Records,
    Vectors,
    Workspace,
)
from app.core.compiled.jit import inlined
from app.core.compiled.moves import crosses, move, swap, widen
from app.core.compiled.passes import backward, forward, load, store, sum_of_losses
from app.core.compiled.products import product


@inlined
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
            _shorten(part, np.sqrt(product(part, part)), bound)
    elif recipe.clipping == CLIP_GLOBAL_NORM:
        squares = 0.0
        for variable in range(len(recipe.variables)):
            start, stop = recipe.variables[variable]
            part = clipped[start:stop]
            squares += product(part, part)
        _shorten(clipped, np.sqrt(squares), bound)


@inlined
def _shorten(vector: Any, norm: float, bound: float) -> None:
    factor = formulas.shortening(norm, bound)
    for k in range(vector.size):
        vector[k] *= factor


@inlined
def _update(recipe: Any, vectors: Any, iteration: float) -> None:
    parameters, change, clipped = vectors.parameters, vectors.change, vectors.clipped
    for k in range(clipped.size):
        clipped[k] = vectors.gradient[k]
    if recipe.l1.size:
        for k in range(clipped.size):
            clipped[k] += formulas.penalty_slope(parameters[k], recipe.l1[k], recipe.l2[k])
    _clip(recipe, clipped)
    given = clipped
    if recipe.trainable.size:
        given = change  # where each number is read before it is written
        for k in range(clipped.size):
            given[k] = clipped[k] * recipe.trainable[k]
    options = recipe.optimizer_options
    formulas.change(recipe.optimizer, parameters, given, change, vectors.slots, iteration, options)
    if recipe.trainable.size:  # weight decay moves a parameter without any gradient
        for k in range(change.size):
            change[k] *= recipe.trainable[k]
    for k in range(change.size):
        parameters[k] += change[k]


@inlined
def _penalty(recipe: Any, parameters: Any) -> float:
    total = 0.0
    for k in range(recipe.l1.size):
        total += formulas.penalty(parameters[k], recipe.l1[k], recipe.l2[k])
    return total


@inlined
def _predict(
    recipe: Any, parameters: Any, work: Any, inputs: Any, no_order: Any, outputs: Any
) -> None:
    """Outputs for all ``inputs``, a workspace's capacity at a time."""
    layers = len(recipe.layers)
    for start in range(0, len(inputs), work.capacity):
        count = min(work.capacity, len(inputs) - start)
        load(inputs, no_order, start, count, work.values)
        forward(recipe, parameters, work, count, 0, layers)
        store(work.values[work.starts[layers] :], no_order, start, count, outputs)


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
                    load(inputs, order, start, count, work.values)
                forward(recipe, parameters, work, count, part.first_layer, part.stop_layer)
                if part.stop_layer == layers:
                    outputs = work.values[work.starts[layers] :]
                    store(outputs, order, start, count, records.fit[epoch])
            if part.phases & BACKWARD:
                if part.first_layer == 0:
                    load(targets, order, start, count, work.targets)
                backward(recipe, vectors, work, count, part.first_layer, part.stop_layer)
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
        largest, moved = 0.0, False
        for k in range(parameters.size):
            largest = np.maximum(largest, abs(parameters[k]))
            if parameters[k] != vectors.before[k]:
                moved = True
        records.largest[epoch] = largest
        records.moved[epoch] = moved
    return iteration


def losses_at(
    recipe: Recipe,
    parameters: Floats,
    base: Workspace,
    work: Workspace,
    spread: Floats,
    inputs: Floats,
    targets: Floats,
    indices: Integers,
    values: Floats,
    losses: Floats,
    crossed: Flags,
) -> None:
    """Mean losses over the examples, without penalty, as parameters are moved: fills losses.

    indices: (groups, moved), the parameters that each group of cases moves, in ascending order;
    values: (groups, cases, moved), theirs; losses: (groups, cases). parameters: of the caller's
    own, which are changed on the way and restored. base: for the numbers at the present parameters.
    crossed: (groups,), whether a number passes a kink between the cases of a group, or (0,) where
    nobody asks; spread: (2, numbers of a workspace and outputs), room for what they span.
    """
    groups, cases = losses.shape
    layers = len(recipe.layers)
    width = recipe.layers[layers - 1, 1]
    no_order = indices[0, :0]
    watched = crossed.size > 0
    for group in range(groups):
        for case in range(cases):
            losses[group, case] = 0.0
    for start in range(0, len(inputs), base.capacity):
        count = min(base.capacity, len(inputs) - start)
        load(inputs, no_order, start, count, base.values)
        load(targets, no_order, start, count, work.targets)
        forward(recipe, parameters, base, count, 0, layers)
        at = work.starts[layers]
        outputs = work.values[at : at + width * count]
        for group in range(groups):
            moved = indices[group]
            first = 0
            while first < layers - 1 and moved[0] >= recipe.layers[first + 1, 3]:
                first += 1
            at = base.starts[first + 1]
            for i in range(at, at + recipe.layers[first, 1] * count):
                work.sums[i], work.values[i] = base.sums[i], base.values[i]
            for case in range(cases):
                swap(parameters, moved, values[group, case])
                move(recipe, parameters, base, work, count, first, moved)
                swap(parameters, moved, values[group, case])
                losses[group, case] += sum_of_losses(recipe, work, outputs, count)
                if watched:
                    widen(recipe, work, spread, outputs, count, first, case == 0)
            if watched and crosses(recipe, work, spread, outputs, count, first):
                crossed[group] = True
    scale = len(inputs) * (width if recipe.loss_is_averaged else 1)
    for group in range(groups):
        for case in range(cases):
            losses[group, case] /= scale
