"""The cost as one or two parameters are moved and all others stay: a curve, a surface.

Only what changes is computed again: of the layer that a moved parameter belongs to its own unit,
and the layers behind it. Many values of the parameter go through in one product.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.backprop import BatchPass
from app.core.entry import Flags
from app.core.network import Integers, Matrix, ParameterPlace, Vector
from app.core.training import Training

Cube: TypeAlias = NDArray[np.float64]
"""Values, examples, units."""

CHUNK = 32_768
"""Numbers of one layer that are computed at a time: few enough for a processor's cache."""

_NARROWEST, _USUAL_WIDEST = -6, 6
"""A range reaches 2^-6 to 2^6 to either side,"""

_TIMES_THE_VALUE = 4.0
"""and to so many times the value, or twice the next step, where steps too large have led far."""

_LARGEST = 1e300
"""Larger reaches would overflow."""

_FINEST = 2.0**-12
"""A range reaches at least so many times the value: ends closer than that read the same."""

_MOST_WIDER = 13
"""Reaches beyond the usual ones that are tried."""

MOST_LOOKED_AT = 2 * (_USUAL_WIDEST - _NARROWEST + 1 + _MOST_WIDER) + 1
"""Costs that are computed to find a telling range, at most."""


class Observer(Protocol):
    """Is shown what comes of a move, layer by layer."""

    def pre_activations(self, layer: int, z: Cube) -> None:
        """Those of a layer, counted from 0, or of its units that change."""

    def outputs(self, outputs: Cube) -> None:
        """Of all output units."""


@dataclass(frozen=True)
class Move:
    """One parameter on the move. shifts: (values,), what is added to it in each case."""

    place: ParameterPlace
    shifts: Vector


class CostLandscape:
    """The cost around a training's present parameters, over a fixed batch of n examples.

    passing: their forward, done; it is read, not changed. targets: (n, outputs).
    """

    def __init__(self, training: Training, passing: BatchPass, targets: Matrix) -> None:
        network = training.network
        self._training = training
        self._inputs = passing.inputs
        self.network = network
        self.loss = training.loss
        self.parameters = training.parameters
        self.views = training.views
        self.layers = passing.layers
        self.targets = targets
        self._functions: list[Any] = [layer.activate for layer in passing.layers]
        self._mixes = [layer.activation.entry.derivative is None for layer in network.layers]

    def cost_curve(self, index: int, values: Vector) -> Vector:
        """The cost, penalty included, with one parameter at each of ``values``: (values,)."""
        return self._losses([(index, values)]) + self._penalty([(index, values)])

    def cost_surface(self, x: int, xs: Vector, y: int, ys: Vector) -> Matrix:
        """The cost, penalty included, with two parameters at every pair of values: (ys, xs)."""
        across, up = np.tile(xs, len(ys)), np.repeat(ys, len(xs))
        moved = [(x, across), (y, up)]
        costs = self._losses(moved) + self._penalty(moved)
        return costs.reshape(len(ys), len(xs))

    def _losses(self, moved: Sequence[tuple[int, Vector]]) -> Vector:
        """Mean losses, (values,), with each parameter at each of its values."""
        indices, values = zip(*moved, strict=True)
        losses = self._training.losses_at(
            self._inputs, self.targets, indices, np.stack(values, axis=1)
        )
        if losses is not None:
            return losses
        moves = [
            Move(self.network.place(index), values - self.parameters[index])
            for index, values in moved
        ]
        return self.mean_losses(moves)

    def losses_beside(self, indices: Integers, shifts: Matrix) -> tuple[Matrix, Flags] | None:
        """``Training.losses_beside``, the values given by what is added to the present ones."""
        values = self.parameters[indices, None] + shifts
        return self._training.losses_beside(self._inputs, self.targets, indices, values)

    def mean_losses(self, moves: Sequence[Move]) -> Vector:
        """Mean loss over the examples, without penalty, for each step of the moves: (values,)."""
        first = min(move.place.layer for move in moves)
        own = [move for move in moves if move.place.layer == first]
        later = [move for move in moves if move.place.layer > first]
        count = len(moves[0].shifts)
        chunk = max(1, CHUNK // self._numbers_of_a_value(first))
        losses = np.empty(count)
        for start in range(0, count, chunk):
            part = slice(start, start + chunk)
            added: dict[int, Matrix] = {}
            for move in own:
                more = move.shifts[part, None] * self._values_beside(move.place)
                unit = move.place.unit
                added[unit] = added[unit] + more if unit in added else more
            rest = [Move(move.place, move.shifts[part]) for move in later]
            losses[part] = self._mean_losses(first, added, rest)
        return losses

    def unit_losses(self, layer: int, unit: int, added: Matrix, observer: Observer) -> Vector:
        """Mean losses, (cases,), where ``added``, (cases, n), is added to a unit's sums."""
        return self._mean_losses(layer, {unit: added}, [], observer)

    def _mean_losses(
        self,
        first: int,
        added: dict[int, Matrix],
        later: Sequence[Move],
        observer: Observer | None = None,
    ) -> Vector:
        units = sorted(added)
        cases = len(added[units[0]])
        base = self.layers[first]
        more: Cube = np.stack([added[unit] for unit in units], axis=-1)
        if self._mixes[first]:
            z: Cube = np.repeat(base.pre_activations[None], cases, axis=0)
            z[..., units] += more
            units = list(range(z.shape[-1]))
        else:
            z = base.pre_activations[:, units] + more
        a = self._activations(first, z, observer)
        for layer in range(first + 1, len(self.layers)):
            after_first = layer - 1 == first
            z = self._next(layer, after_first, units, a)
            for move in later:
                if move.place.layer == layer:
                    beside = self._moved_beside(move.place, after_first, units, a)
                    z[..., move.place.unit] += move.shifts[:, None] * beside
            a = self._activations(layer, z, observer)
        if first == len(self.layers) - 1 and len(units) < self.network.outputs:
            outputs = np.repeat(base.activations[None], cases, axis=0)
            outputs[..., units] = a
        else:
            outputs = a
        if observer:
            observer.outputs(outputs)
        losses = self.loss.entry.function(self.targets, outputs, **self.loss.options)
        mean: Vector = np.add.reduce(losses, axis=-1) / len(self.targets)
        return mean

    def _activations(self, layer: int, z: Cube, observer: Observer | None) -> Cube:
        if observer:
            observer.pre_activations(layer, z)
        a: Cube = self._functions[layer](z)
        return a

    def _next(self, layer: int, after_first: bool, units: list[int], a: Cube) -> Cube:
        """Pre-activations of a layer from the activations before it that changed."""
        views, here = self.views[layer], self.layers[layer]
        if after_first:
            change = a - self.layers[layer - 1].activations[:, units]
            return _product(change, views.kernel[units]) + here.pre_activations
        z = _product(a, views.kernel)
        return z if views.bias is None else z + views.bias

    def _moved_beside(
        self, place: ParameterPlace, after_first: bool, units: list[int], a: Cube
    ) -> Matrix:
        """What a moved parameter is multiplied by, where a move before it has changed that."""
        if place.source is None or (after_first and place.source not in units):
            return self._values_beside(place)
        source = units.index(place.source) if after_first else place.source
        return a[..., source]

    def _values_beside(self, place: ParameterPlace) -> Vector:
        """What a parameter is multiplied by in each example, (n,)."""
        inputs = self.layers[place.layer].inputs
        return inputs[:, -1 if place.source is None else place.source]

    def _numbers_of_a_value(self, first: int) -> int:
        widest = max(layer.units for layer in self.network.layers[first:])
        return len(self.targets) * widest

    def _penalty(self, moved: Sequence[tuple[int, Vector]]) -> Vector | float:
        penalty: Vector | float = self.network.penalty(self.parameters)
        for index, values in moved:
            before = self.network.penalty_of(index, self.parameters[index])
            penalty = penalty + (self.network.penalty_of(index, values) - before)
        return penalty


def telling_range(landscape: CostLandscape, index: int, change: float) -> tuple[float, float]:
    """A range of one parameter in which the cost shows its shape.

    It reaches beyond the lowest point found nearby, far enough for the cost to rise, and holds the
    next step unless that leads far away. change: what the next update adds. The range keeps to
    round numbers, so that it stays the same from step to step.
    """
    value = float(landscape.parameters[index])
    near = max(2.0**_USUAL_WIDEST, _TIMES_THE_VALUE * abs(value))
    reach = _reaches(max(near, 2.0 * abs(change)))
    tried = np.concatenate([value - reach[::-1], [value], value + reach])
    costs = landscape.cost_curve(index, tried)
    costs = np.where(np.isfinite(costs), costs, np.inf)
    middle = len(reach)
    lowest = int(costs.argmin())
    away = 1.5 * abs(float(tried[lowest]) - value)
    # Where the cost levels out instead of rising again, two thirds of the way down are enough.
    low = costs <= costs[lowest] + 0.33 * (costs[middle] - costs[lowest])
    beyond = low[: lowest + 1] if lowest < middle else low[lowest:]
    if beyond.all():
        away = float(np.abs(tried - value)[low].min())
    risen = costs[middle] + 0.5 * (costs[middle] - costs[lowest]) + 0.25 * abs(costs[lowest])
    higher = np.maximum(costs[:middle][::-1], costs[middle + 1 :]) >= risen
    rises = float(reach[higher.argmax()]) if higher.any() else 2.0
    needed = max(away, rises)
    if abs(change) <= max(near / 1.5, 2.0 * needed):
        needed = max(needed, 1.5 * abs(change))
    needed = max(needed, _FINEST * abs(value))
    half = float(reach[min(int(np.searchsorted(reach, needed)), len(reach) - 1)])
    centre = round(value / (half / 2.0)) * (half / 2.0)
    return centre - half, centre + half


def _reaches(farthest: float) -> Vector:
    """How far to look to either side: powers of 2, the far ones with gaps between them."""
    exponents = np.arange(_NARROWEST, _USUAL_WIDEST + 1)
    widest = math.ceil(math.log2(min(farthest, _LARGEST)))
    if widest > _USUAL_WIDEST:
        wider = min(_MOST_WIDER, widest - _USUAL_WIDEST)
        more = np.linspace(_USUAL_WIDEST, widest, wider + 1)[1:]
        exponents = np.concatenate([exponents, np.ceil(more)])
    reaches: Vector = np.exp2(exponents)
    return reaches


def _product(left: Cube, right: Matrix) -> Cube:
    """left @ right in one product, not one for each value."""
    cases, examples, width = left.shape
    flat: Matrix = np.dot(left.reshape(cases * examples, width), right)
    return flat.reshape(cases, examples, right.shape[1])
