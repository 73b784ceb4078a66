"""A network: dense layers over one flat float64 parameter vector.

Each layer's kernel and bias are views into that vector, and so are those of the gradient and of
every optimizer slot, which have the same shape. Bias stands right under its kernel, so that the
two together are one matrix ``weights`` and a layer is one product, ``[x, 1] @ [kernel; bias]``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.activations import Activation
from app.core.initializers import Initializer

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]
Matrix = NDArray[np.float64]
Options = Mapping[str, Any]
E = TypeVar("E")

# Keeps the streams of the starting values apart from those that others draw from the same seed.
_WEIGHTS = 0x77656967


def bind(function: Callable[..., Any], options: Options) -> Callable[..., Any]:
    """``function`` with its options filled in; the bare function where there are none."""
    return partial(function, **options) if options else function


@dataclass(frozen=True)
class Choice(Generic[E]):
    """A catalog entry together with the options chosen for it."""

    entry: E
    options: Options = field(default_factory=dict)


@dataclass(frozen=True)
class Dense:
    """One dense layer, in Keras's words: ``activations = activation(inputs @ kernel + bias)``.

    ``l1`` and ``l2`` are penalties on the kernel. A frozen kernel or bias keeps its values in an
    update; its gradient is computed all the same.
    """

    units: int
    activation: Choice[Activation]
    kernel_initializer: Choice[Initializer]
    bias_initializer: Choice[Initializer]
    use_bias: bool = True
    l1: float = 0.0
    l2: float = 0.0
    kernel_trainable: bool = True
    bias_trainable: bool = True


@dataclass(frozen=True)
class LayerSlices:
    """Where one layer's parameters stand in the flat vector. ``bias`` is empty without a bias."""

    inputs: int
    units: int
    kernel: slice
    bias: slice

    @property
    def weights(self) -> slice:
        """Kernel and bias as one stretch."""
        return slice(self.kernel.start, self.bias.stop)


@dataclass(frozen=True)
class LayerViews:
    """One layer's part of a flat vector, as views.

    kernel: (inputs, units); bias: (units,) or None; weights: (inputs + 1, units), kernel above
    bias, or the kernel alone where the layer has no bias.
    """

    kernel: Matrix
    bias: Vector | None
    weights: Matrix


@dataclass(frozen=True)
class ParameterPlace:
    """Which edge or bias a parameter is.

    layer: counted from 0. source, unit: the units it runs from and to; source is None for a bias.
    """

    layer: int
    source: int | None
    unit: int


@dataclass(frozen=True)
class UnitPlace:
    """Which unit: layer and unit, both counted from 0; the inputs are not units."""

    layer: int
    unit: int


class Network:
    """The layers, and where each parameter stands.

    inputs: number of inputs. layers: first hidden layer to output layer. size: parameters in all.
    """

    def __init__(self, inputs: int, layers: Sequence[Dense]) -> None:
        self.inputs = inputs
        self.layers = tuple(layers)
        slices = []
        start, width = 0, inputs
        for layer in self.layers:
            middle = start + width * layer.units
            stop = middle + (layer.units if layer.use_bias else 0)
            kernel, bias = slice(start, middle), slice(middle, stop)
            slices.append(LayerSlices(width, layer.units, kernel, bias))
            start, width = stop, layer.units
        self.slices = tuple(slices)
        self.size = start

    @property
    def outputs(self) -> int:
        """Number of output units."""
        return self.layers[-1].units

    def views(self, vector: Vector) -> list[LayerViews]:
        """Each layer's kernel and bias as views into ``vector`` of shape (size,)."""
        views = []
        for at in self.slices:
            has_bias = at.bias.stop > at.bias.start
            views.append(
                LayerViews(
                    kernel=vector[at.kernel].reshape(at.inputs, at.units),
                    bias=vector[at.bias] if has_bias else None,
                    weights=vector[at.weights].reshape(at.inputs + has_bias, at.units),
                )
            )
        return views

    def place(self, index: int) -> ParameterPlace:
        """Which edge or bias stands at ``index`` of the flat vector."""
        layer = next(i for i, at in enumerate(self.slices) if index < at.weights.stop)
        at = self.slices[layer]
        source, unit = divmod(index - at.kernel.start, at.units)
        return ParameterPlace(layer, source if source < at.inputs else None, unit)

    def draw_parameters(self, seed: int) -> Vector:
        """Starting values from the layers' initializers, shape (size,).

        Every kernel and bias has a random stream of its own, so that a change in one layer leaves
        the draws of the others as they were.
        """
        vector = np.empty(self.size)
        for number, (layer, views) in enumerate(zip(self.layers, self.views(vector), strict=True)):
            kernel, bias = layer.kernel_initializer, layer.bias_initializer
            rng = np.random.default_rng([seed, _WEIGHTS, number, 1])
            views.kernel[...] = kernel.entry.draw(rng, views.kernel.shape, **kernel.options)
            if views.bias is not None:
                rng = np.random.default_rng([seed, _WEIGHTS, number, 2])
                views.bias[...] = bias.entry.draw(rng, views.bias.shape, **bias.options)
        return vector

    @cached_property
    def trainable(self) -> Vector | None:
        """1 where a parameter is trained and 0 where it is frozen; None where all are trained."""
        mask = np.ones(self.size)
        for layer, at in zip(self.layers, self.slices, strict=True):
            mask[at.kernel] = layer.kernel_trainable
            mask[at.bias] = layer.bias_trainable
        return None if mask.all() else mask

    @cached_property
    def trainable_variables(self) -> list[slice]:
        """The stretches of the flat vector that are one trained kernel or bias each."""
        stretches = []
        for layer, at in zip(self.layers, self.slices, strict=True):
            if layer.kernel_trainable:
                stretches.append(at.kernel)
            if layer.bias_trainable and layer.use_bias:
                stretches.append(at.bias)
        return stretches

    @cached_property
    def penalty_factors(self) -> tuple[Vector, Vector] | None:
        """(l1, l2) of every parameter, or None where nothing is penalised."""
        l1, l2 = np.zeros(self.size), np.zeros(self.size)
        for layer, at in zip(self.layers, self.slices, strict=True):
            l1[at.kernel], l2[at.kernel] = layer.l1, layer.l2
        return (l1, l2) if l1.any() or l2.any() else None

    def penalty(self, parameters: Vector) -> float:
        """Sum of l1 |w| + l2 w^2 over all kernels, added to the loss once a batch as Keras does."""
        if self.penalty_factors is None:
            return 0.0
        l1, l2 = self.penalty_factors
        return float(np.add.reduce(penalty_terms(parameters, l1, l2)))

    def penalty_of(self, index: int, values: Vector) -> Vector:
        """What one parameter would add to ``penalty`` at each of ``values``, of any shape."""
        if self.penalty_factors is None:
            return np.zeros(np.shape(values))
        l1, l2 = self.penalty_factors
        return penalty_terms(values, l1[index], l2[index])

    def penalty_gradient(self, parameters: Vector) -> Vector | None:
        """d penalty / d parameters, shape (size,); None where nothing is penalised."""
        if self.penalty_factors is None:
            return None
        l1, l2 = self.penalty_factors
        return penalty_slopes(parameters, l1, l2)


def penalty_terms(parameters: Vector, l1: Vector, l2: Vector) -> Vector:
    """What each parameter adds to the penalty: l1 |w| + l2 w^2, element by element."""
    return l1 * np.abs(parameters) + l2 * (parameters * parameters)


def penalty_slopes(parameters: Vector, l1: Vector, l2: Vector) -> Vector:
    """The derivative of each parameter's penalty: l1 sign(w) + 2 l2 w, element by element."""
    return l1 * np.sign(parameters) + 2.0 * l2 * parameters
