"""The chain rule in its single factors: every path from the loss to a parameter or a unit.

A path runs from the loss E of one example through an output's activation and pre-activation, along
a weight to a unit before it, and so on, down to the parameter. Each step is one factor; their
product is what the path adds to the gradient, and all paths together are the gradient:

    dE/dw = sum over paths of dE/dY * dY/dy * dy/dH * dH/dh * .. * dh/dw

Paths to a unit end at its pre-activation and add up to its delta, dE/dh.

The recursion of deltas gathers them: delta_i = f'(z_i) * sum_k w_ik delta_k. The factors are made
by the very formulas that training uses; where an activation mixes the units of its layer, as
softmax does, each pair of units has a factor of its own.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.backprop import BatchPass
from app.core.network import Matrix, Network, ParameterPlace, UnitPlace, Vector
from app.core.training import Training

Indices: TypeAlias = NDArray[np.int64]
Kind: TypeAlias = Literal["loss", "activation", "weight", "input", "one"]
Place: TypeAlias = ParameterPlace | UnitPlace
"""Where paths end: at a parameter, or at the pre-activation of a unit."""

MOST_PATHS = 1000
"""So many paths are given one by one; of more, only the largest ``BEST_PATHS``."""

BEST_PATHS = 100


@dataclass(frozen=True)
class Path:
    """One way from the loss to a parameter or a unit.

    units: which unit each factor leads to: an output's activation, its pre-activation, the
    activation of a unit in the layer before, its pre-activation, .. down to the pre-activation of
    the unit, or the one that the parameter is a part of. factors: as many, from the loss's slope
    on, and for a parameter one more, the value that it is multiplied by. product: of all factors.
    """

    units: tuple[int, ...]
    factors: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class Term:
    """What a unit's delta receives from unit ``unit`` of the layer behind: weight * delta."""

    unit: int
    weight: float
    delta: float


@dataclass(frozen=True)
class Delta:
    """delta = derivative * upstream + cross, of one unit, for one example.

    upstream: dE/da, the sum of the terms' weight * delta; in the output layer the slope of the
    loss. derivative: da/dz. cross: what comes through the activations of the layer's other units,
    None where the activation does not mix them. terms: those of the largest size; ``terms_rest``
    is the sum of the others.
    """

    layer: int
    unit: int
    delta: float
    derivative: float
    upstream: float
    cross: float | None
    terms: tuple[Term, ...]
    terms_rest: float


class Chain:
    """The factors of one example.

    passing: forward and backward at the training's parameters, done. row: which of its examples.
    """

    def __init__(self, training: Training, passing: BatchPass, row: int = 0) -> None:
        network = training.network
        self.network = network
        self.loss_gradient: Vector = passing.loss_gradient[row]
        self.kernels = [views.kernel for views in training.views]
        self.inputs: list[Vector] = [layer.inputs[row] for layer in passing.layers]
        self.pre_activations: list[Vector] = [x.pre_activations[row] for x in passing.layers]
        self.activations: list[Vector] = [x.activations[row] for x in passing.layers]
        self.deltas: list[Vector] = [layer.deltas[row] for layer in passing.layers]
        self.slopes = [
            _slopes(network, number, layer.pre_activations[row], layer.activations[row])
            for number, layer in enumerate(passing.layers)
        ]

    def value_beside(self, place: ParameterPlace) -> float:
        """What the parameter is multiplied by: its source's activation, or 1 for a bias."""
        return 1.0 if place.source is None else float(self.inputs[place.layer][place.source])

    def gradient(self, place: Place) -> float:
        """Of the one example's loss: the sum of all paths, made by way of the delta.

        A unit's is its delta.
        """
        delta = float(self.deltas[place.layer][place.unit])
        return delta if isinstance(place, UnitPlace) else self.value_beside(place) * delta

    def count(self, place: Place) -> int:
        """How many paths lead from the loss to the parameter or unit."""
        count = 1
        for layer in range(place.layer, len(self.kernels)):
            if layer > place.layer:
                count *= self.network.layers[layer].units
            if self.slopes[layer].ndim == 2:
                count *= self.network.layers[layer].units
        return count

    def paths(self, place: Place, most: int = MOST_PATHS, best: int = BEST_PATHS) -> list[Path]:
        """All paths to the place, or the largest ``best`` where there are more than ``most``.

        All of them come in the order of their units, the largest ones by their size.
        """
        keep = None if self.count(place) <= most else best
        trails = _Trails(self.loss_gradient)
        last = len(self.kernels) - 1
        for layer in range(last, place.layer - 1, -1):
            slopes = self.slopes[layer]
            here = place.unit if layer == place.layer else None
            if slopes.ndim == 2:
                trails = trails.spread(slopes, keep, only=here)
            else:
                trails = trails.straight(slopes, only=here)
            if layer > place.layer:
                # Where the next layer does not mix its units, one unit alone is on the way.
                nearest = layer - 1 == place.layer and self.slopes[layer - 1].ndim == 1
                kernel = self.kernels[layer].T
                trails = trails.spread(kernel, keep, only=place.unit if nearest else None)
        value = None if isinstance(place, UnitPlace) else self.value_beside(place)
        return trails.ended(value, keep)

    def delta(self, layer: int, unit: int, most_terms: int) -> Delta:
        """How a unit's delta comes about. layer: counted from 0."""
        terms: tuple[Term, ...] = ()
        rest = 0.0
        if layer + 1 < len(self.kernels):
            weights, behind = self.kernels[layer + 1][unit], self.deltas[layer + 1]
            parts = weights * behind
            upstream = float(np.add.reduce(parts))
            chosen = largest(parts, most_terms)
            terms = tuple(Term(k, float(weights[k]), float(behind[k])) for k in chosen)
            if len(chosen) < len(parts):
                rest = float(np.add.reduce(np.delete(parts, chosen)))
        else:
            upstream = float(self.loss_gradient[unit])
        slopes = self.slopes[layer]
        cross = None
        if slopes.ndim == 2:
            derivative = float(slopes[unit, unit])
            others = self._upstream(layer) * slopes[:, unit]
            cross = float(np.add.reduce(np.delete(others, unit)))
        else:
            derivative = float(slopes[unit])
        delta = float(self.deltas[layer][unit])
        return Delta(layer, unit, delta, derivative, upstream, cross, terms, rest)

    def _upstream(self, layer: int) -> Vector:
        if layer + 1 < len(self.kernels):
            upstream: Vector = self.kernels[layer + 1] @ self.deltas[layer + 1]
            return upstream
        return self.loss_gradient


def contributions(passing: BatchPass, place: ParameterPlace) -> Vector:
    """What each example adds to the batch's gradient of a parameter, shape (n,)."""
    layer = passing.layers[place.layer]
    source = -1 if place.source is None else place.source
    shares: Vector = layer.inputs[:, source] * layer.deltas[:, place.unit] / len(layer.deltas)
    return shares


def largest(values: Vector, count: int) -> list[int]:
    """Where the ``count`` values of the largest size stand, in the order of the vector."""
    if len(values) <= count:
        return list(range(len(values)))
    if count <= 0:
        return []
    found = np.argpartition(np.abs(values), len(values) - count)[-count:]
    places: list[int] = np.sort(found).tolist()
    return places


def _slopes(network: Network, layer: int, z: Vector, a: Vector) -> Vector | Matrix:
    """f'(z) of each unit, (units,), or da_j/dz_i, (units, units), where units are mixed."""
    choice = network.layers[layer].activation
    if choice.entry.derivative is not None:
        return choice.entry.derivative(z, a, **choice.options)
    assert choice.entry.delta is not None
    # Row j: the deltas that a slope of 1 in activation j alone would give.
    return choice.entry.delta(np.eye(len(z)), z, a, **choice.options)


class _Trails:
    """Paths on their way, as arrays: a row a step, a column a path."""

    def __init__(self, loss_gradient: Vector) -> None:
        self._units: list[Indices] = [np.arange(len(loss_gradient))]
        self._factors: list[Vector] = [loss_gradient]
        self._products: Vector = loss_gradient

    def straight(self, slopes: Vector, only: int | None) -> "_Trails":
        """Each path goes on within its unit. only: keep the paths that are at this unit."""
        at = self._units[-1]
        kept = np.arange(len(at)) if only is None else np.flatnonzero(at == only)
        return self._go_on(kept, at[kept], slopes[at[kept]])

    def spread(self, factors: Matrix, keep: int | None, only: int | None) -> "_Trails":
        """Each path goes on to every unit, or to unit ``only``.

        factors: (units now, units then). keep: of the paths to one unit, only so many, the largest.
        """
        at = self._units[-1]
        targets = np.arange(factors.shape[1]) if only is None else np.array([only])
        if keep is None or len(at) <= keep:
            parent = np.repeat(np.arange(len(at)), len(targets))
            unit = np.tile(targets, len(at))
        else:
            kept = [largest(self._products * factors[at, unit], keep) for unit in targets]
            parent = np.concatenate(kept)
            unit = np.repeat(targets, [len(paths) for paths in kept])
        return self._go_on(parent, unit, factors[at[parent], unit])

    def ended(self, value: float | None, keep: int | None) -> list[Path]:
        """The paths. value: a parameter's last factor; a unit's paths have none."""
        products = self._products if value is None else self._products * value
        last = () if value is None else (value,)
        order = np.arange(len(products))
        if keep is not None:
            order = np.argsort(-np.abs(products), kind="stable")[:keep]
        units = np.stack(self._units)[:, order].T.tolist()
        factors = np.stack(self._factors)[:, order].T.tolist()
        return [
            Path(tuple(along), (*steps, *last), product)
            for along, steps, product in zip(units, factors, products[order].tolist(), strict=True)
        ]

    def _go_on(self, kept: Indices, units: Indices, factors: Vector) -> "_Trails":
        trails = _Trails(self._products)
        trails._units = [*(row[kept] for row in self._units), units]
        trails._factors = [*(row[kept] for row in self._factors), factors]
        trails._products = self._products[kept] * factors
        return trails
