"""The gradient by numeric differentiation, which knows no formulas, to judge backpropagation by.

Central differences of sixth order, from six costs around a parameter:

    dE/dw ~ (45 (E1 - E-1) - 9 (E2 - E-2) + (E3 - E-3)) / (60 h),  Ek the cost at w + k h

The step h moves a unit's pre-activation by about the fifth root of the smallest difference that
its floating-point type knows, in the example where the parameter counts most: there the error of
the formula and that of rounding balance. Where the formula of fourth order says otherwise, or a
kink lies between the six costs, a smaller step is tried.

Rounding leaves in each cost an error of about the type's precision times ``sensitivity``: the sum
over all numbers on the way of how much the cost depends on each. So a difference tells a gradient
to six digits only down to ``resolution``, and a smaller gradient is compared with that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.core.cost_landscape import CHUNK, CostLandscape, Cube
from app.core.entry import Flags
from app.core.network import Integers, Matrix, ParameterPlace, Vector

PRECISION = float(np.finfo(np.float64).eps)
STEP = PRECISION**0.2
SMALLER = 1 / 8
ATTEMPTS = 4
AGREEMENT = 1e-7
"""Relative difference of the formulas of fourth and sixth order below which a step is right."""

DIGITS = 1e6
"""What a difference is to tell apart: a millionth."""

_AT = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_SIXTH_ORDER = np.array([45.0, -9.0, 1.0]) / 60.0
_FOURTH_ORDER = np.array([8.0, -1.0, 0.0]) / 12.0
"""Factors of the pairs E1 - E-1, E2 - E-2 and E3 - E-3."""


@dataclass(frozen=True)
class Numeric:
    """A derivative by central differences.

    gradient: the derivative. step: h. relative_error: of the gradient it judges, the difference of
    the two over the larger of them, or over what the differences can resolve where that is more.
    kink: a kink of an activation or the loss lies between the costs even at the smallest step, so
    that the difference is no judge.
    """

    gradient: float
    relative_error: float
    step: float
    kink: bool


class GradientCheck:
    """Judges the gradient of the mean loss, without penalties, over a fixed batch of examples."""

    def __init__(self, landscape: CostLandscape, gradient: Vector) -> None:
        self._landscape = landscape
        self._network = landscape.network
        self._gradient = gradient
        self._sensitivity = _sensitivity(landscape)

    def one(self, index: int) -> Numeric:
        """The check of one parameter, found by its place in the flat vector."""
        place = self._network.place(index)
        beside = self._landscape.layers[place.layer].inputs[:, _column(place)]
        return self._checks(np.array([index]), np.abs(beside).max(keepdims=True))[0]

    def all(self) -> Iterator[Numeric]:
        """The checks of every parameter, in the order of the flat vector."""
        largest = [
            np.repeat(np.abs(layer.inputs).max(axis=0), part.units)
            for layer, part in zip(self._landscape.layers, self._network.layers, strict=True)
        ]
        return iter(self._checks(np.arange(self._network.size), np.concatenate(largest)))

    def _checks(self, indices: Integers, largest: Vector) -> list[Numeric]:
        """largest: the size of what each parameter is multiplied by, at most."""
        steps = STEP / np.where(largest > 0.0, largest, 1.0)
        taken = steps.copy()
        slopes, differ, kinks = self._differences(indices, steps)
        waiting = np.flatnonzero(kinks | ~self._agree(slopes, differ, steps))
        for _attempt in range(1, ATTEMPTS):
            if not len(waiting):
                break
            steps[waiting] *= SMALLER
            found = self._differences(indices[waiting], steps[waiting])
            sixth, apart, kinked = found
            # A step without a kink is better than any with one, whatever they say.
            freed, no_worse = kinks[waiting] & ~kinked, kinks[waiting] | ~kinked
            better = freed | (no_worse & (apart < differ[waiting])) | ~np.isfinite(differ[waiting])
            chosen = waiting[better]
            slopes[chosen], differ[chosen], kinks[chosen] = (part[better] for part in found)
            taken[chosen] = steps[chosen]
            waiting = waiting[kinked | ~self._agree(sixth, apart, steps[waiting])]
        gradient = self._gradient[indices]
        resolution = DIGITS * self._noise(taken)
        size = np.maximum(np.maximum(np.abs(gradient), np.abs(slopes)), resolution)
        errors = np.abs(gradient - slopes) / np.where(size > 0.0, size, 1.0)
        rows = zip(slopes.tolist(), errors.tolist(), taken.tolist(), kinks.tolist(), strict=True)
        return [Numeric(*row) for row in rows]

    def _agree(self, slopes: Vector, differ: Vector, steps: Vector) -> Flags:
        """Whether the formulas of two orders agree, as far as rounding lets them."""
        agree: Flags = differ <= np.maximum(AGREEMENT * np.abs(slopes), 4.0 * self._noise(steps))
        return agree

    def _noise(self, steps: Vector) -> Vector:
        """What rounding may leave in a difference."""
        return 2.0 * PRECISION * self._sensitivity / steps

    def _differences(self, indices: Integers, steps: Vector) -> tuple[Vector, Vector, Flags]:
        """Slopes by sixth order, how far those of fourth are from them, and whether a kink is near.

        Of each parameter of ``indices``.
        """
        shifts = steps[:, None] * _AT
        found = self._landscape.losses_beside(indices, shifts)
        losses, kinks = self._unit_by_unit(indices, shifts) if found is None else found
        pairs = losses[:, 3:] - losses[:, 2::-1]
        sixth: Vector = pairs @ _SIXTH_ORDER / steps
        fourth: Vector = pairs @ _FOURTH_ORDER / steps
        return sixth, np.abs(sixth - fourth), kinks

    def _unit_by_unit(self, indices: Integers, shifts: Matrix) -> tuple[Matrix, Flags]:
        """``CostLandscape.losses_beside`` for an engine that has none of its own."""
        places = [self._network.place(index) for index in indices.tolist()]
        units: dict[tuple[int, int], list[int]] = {}
        for at, place in enumerate(places):
            units.setdefault((place.layer, place.unit), []).append(at)
        losses, kinks = np.empty(shifts.shape), np.zeros(len(indices), dtype=bool)
        examples = len(self._landscape.targets)
        for (layer, unit), own in units.items():
            inputs = self._landscape.layers[layer].inputs
            columns = inputs[:, [_column(places[at]) for at in own]].T
            widest = max(part.units for part in self._network.layers[layer:])
            chunk = max(1, CHUNK // (len(_AT) * examples * widest))
            for start in range(0, len(own), chunk):
                part = own[start : start + chunk]
                added = shifts[part, :, None] * columns[start : start + chunk, None, :]
                watch = _KinkWatch(self._landscape, len(part))
                flat = added.reshape(-1, examples)
                found = self._landscape.unit_losses(layer, unit, flat, watch)
                losses[part] = found.reshape(-1, len(_AT))
                kinks[part] = watch.crossed
        return losses, kinks


class _KinkWatch:
    """Looks whether any number passes a kink between the costs of one difference."""

    def __init__(self, landscape: CostLandscape, differences: int) -> None:
        self._layers = landscape.network.layers
        self._targets = landscape.targets
        self._loss = landscape.loss
        self.crossed = np.zeros(differences, dtype=bool)

    def pre_activations(self, layer: int, z: Cube) -> None:
        activation = self._layers[layer].activation.entry
        for kink in (*activation.kinks, *activation.bends):
            self._look(z - kink)

    def outputs(self, outputs: Cube) -> None:
        loss = self._loss.entry
        if loss.bends is not None:
            if loss.distribution:
                outputs = outputs / np.add.reduce(outputs, axis=-1, keepdims=True)
            self._look(loss.bends(self._targets, outputs, **self._loss.options))

    def _look(self, values: Cube) -> None:
        """values: (cases, n, units); a kink is where they are 0."""
        group = values.reshape(len(self.crossed), len(_AT), -1)
        low, high = group.min(axis=1), group.max(axis=1)
        # What does not move, but for rounding, does not cross.
        moved = high - low > 1e3 * PRECISION * (1.0 + np.abs(low))
        self.crossed |= ((low <= 0.0) & (high >= 0.0) & moved).any(axis=1)


def _column(place: ParameterPlace) -> int:
    return -1 if place.source is None else place.source


def _sensitivity(landscape: CostLandscape) -> float:
    """Mean over the examples of the loss and of |dE/dx x| for every number x on the way.

    Of a unit's sum each part counts for itself, since parts that cancel leave their rounding.
    """
    layers, loss = landscape.layers, landscape.loss
    outputs = layers[-1].activations
    total = np.abs(loss.entry.function(landscape.targets, outputs, **loss.options)).sum()
    total += np.abs(loss.entry.gradient(landscape.targets, outputs, **loss.options) * outputs).sum()
    for layer, views in zip(layers, landscape.views, strict=True):
        parts = np.abs(layer.inputs) @ np.abs(views.weights)
        total += (np.abs(layer.deltas) * parts).sum()
    return float(total) / len(outputs)
