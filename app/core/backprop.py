"""Forward and backward of one batch, with every intermediate kept under its mathematical name.

Source of the equations: Rumelhart, Hinton and Williams, "Learning representations by
back-propagating errors", Nature 323 (1986). With x the inputs of a layer and f its activation:

    z = x @ kernel + bias                        pre-activations
    a = f(z)                                     activations, the next layer's x
    delta = dL/da * f'(z)                        deltas, of each example's own loss L
    dL/dx = delta @ kernel^T                     dL/da of the layer before
    gradient = mean over examples of x^T delta   for the kernel; of delta for the bias
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from app.core.activations import Activation
from app.core.losses import Loss
from app.core.network import Choice, LayerViews, Matrix, Network, Vector, bind


class LayerNumbers(Protocol):
    """What one layer computed for a batch of n examples.

    inputs: (n, fan_in + 1), with a last column of ones for the bias where the layer has one.
    pre_activations, activations, deltas: (n, units). activate: the activation function.
    """

    @property
    def inputs(self) -> Matrix: ...
    @property
    def pre_activations(self) -> Matrix: ...
    @property
    def activations(self) -> Matrix: ...
    @property
    def deltas(self) -> Matrix: ...
    @property
    def activate(self) -> Callable[[Matrix], Matrix]: ...


class BatchPass(Protocol):
    """Forward and backward of batches of one size, on whichever engine.

    The numbers of the last batch stay readable until the next one overwrites them. inputs: (n,
    inputs); outputs and loss_gradient, d loss of each example / d outputs: (n, outputs); gradient:
    (size,), the mean over the examples. Its operations are those of ``Backprop``.
    """

    @property
    def layers(self) -> Sequence[LayerNumbers]: ...
    @property
    def inputs(self) -> Matrix: ...
    @property
    def outputs(self) -> Matrix: ...
    @property
    def loss_gradient(self) -> Matrix: ...
    @property
    def gradient(self) -> Vector: ...
    def forward(self, inputs: Matrix) -> Matrix: ...
    def backward(self, targets: Matrix) -> None: ...
    def forward_layers(self, inputs: Matrix, done: int, count: int) -> int: ...
    def backward_layers(self, targets: Matrix, done: int, count: int) -> int: ...


class LayerPass:
    """``LayerNumbers`` on NumPy."""

    def __init__(self, activation: Choice[Activation], inputs: Matrix, activations: Matrix) -> None:
        self.inputs = inputs
        self.activations = activations
        self.pre_activations: Matrix = np.empty(activations.shape)
        self.deltas: Matrix = np.empty(activations.shape)
        self.activate = bind(activation.entry.function, activation.options)
        self._derivative: Any = (
            bind(activation.entry.derivative, activation.options)
            if activation.entry.derivative is not None
            else None
        )
        self._delta: Any = activation.entry.delta

    def set_deltas(self, upstream: Matrix) -> Matrix:
        """Deltas from ``upstream``, dL/d activations, shape (n, units)."""
        if self._derivative is None:
            self.deltas = self._delta(upstream, self.pre_activations, self.activations)
        else:
            self.deltas = upstream * self._derivative(self.pre_activations, self.activations)
        return self.deltas


_Forward: TypeAlias = tuple[LayerPass, Matrix]
"""A layer and its weights."""

_Backward: TypeAlias = tuple[LayerPass, Matrix, Matrix, Matrix | None]
"""A layer, its inputs transposed, where its gradient goes, and its kernel transposed.

The kernel is None in the first layer, whose inputs need no gradient.
"""


class Backprop:
    """Forward and backward of batches of ``examples`` examples through one network.

    ``parameters`` is read and ``gradient`` is written, both flat vectors of shape (size,). The
    arrays of the last batch stay readable in ``layers`` until the next one overwrites them, and so
    does ``loss_gradient``, (n, outputs): d loss of each example / d outputs. views: those of
    ``parameters``, where they are made already.
    """

    def __init__(
        self,
        network: Network,
        loss: Choice[Loss],
        parameters: Vector,
        gradient: Vector,
        examples: int,
        views: Sequence[LayerViews] | None = None,
    ) -> None:
        self.gradient = gradient
        self._mean = 1.0 / examples
        self._loss_gradient = bind(loss.entry.gradient, loss.options)

        widths = [network.inputs, *(layer.units for layer in network.layers)]
        # A layer's activations are written straight into the next layer's inputs, to the left of
        # the ones; an output layer's have no ones beside them.
        biased = [layer.use_bias for layer in network.layers] + [False]
        extended = [np.ones((examples, n + b)) for n, b in zip(widths, biased, strict=True)]
        values = [array[:, :n] for array, n in zip(extended, widths, strict=True)]
        self._inputs = values[0]
        self.layers = [
            LayerPass(layer.activation, extended[i], values[i + 1])
            for i, layer in enumerate(network.layers)
        ]
        self.outputs = values[-1]
        self.loss_gradient: Matrix = np.empty(self.outputs.shape)
        self._upstream = self.loss_gradient
        # Views are made once: making them costs as much as a small product.
        weights = views or network.views(parameters)
        gradients = network.views(gradient)
        self._forward: list[_Forward] = [
            (p, w.weights) for p, w in zip(self.layers, weights, strict=True)
        ]
        self._backward: list[_Backward] = [
            (p, p.inputs.T, g.weights, w.kernel.T if i else None)
            for i, (p, g, w) in enumerate(zip(self.layers, gradients, weights, strict=True))
        ][::-1]

    @property
    def inputs(self) -> Matrix:
        """The batch's inputs, (n, inputs)."""
        return self._inputs

    def forward(self, inputs: Matrix) -> Matrix:
        """Run ``inputs``, shape (n, inputs), forward; gives the outputs, shape (n, outputs)."""
        self._inputs[...] = inputs
        self._run_forward(self._forward)
        return self.outputs

    def backward(self, targets: Matrix) -> None:
        """Fill deltas and gradient from the last forward and ``targets``, shape (n, outputs)."""
        upstream = self.loss_gradient = self._loss_gradient(targets, self.outputs)
        self._run_backward(self._backward, upstream)
        self.gradient *= self._mean

    def forward_layers(self, inputs: Matrix, done: int, count: int) -> int:
        """Go on with a forward of ``inputs``, (n, inputs), of which ``done`` layers are done.

        count: how many more layers to run. Gives how many are done then; with all of them done,
        every array has the bits that ``forward`` gives it.
        """
        if done == 0:
            self._inputs[...] = inputs
        part = self._forward[done : done + count]
        self._run_forward(part)
        return done + len(part)

    def backward_layers(self, targets: Matrix, done: int, count: int) -> int:
        """Go on with a backward of which ``done`` layers, counted from the output, are done.

        Otherwise as ``forward_layers``. ``gradient`` holds the final numbers of the layers done.
        """
        if done == 0:
            self._upstream = self.loss_gradient = self._loss_gradient(targets, self.outputs)
        part = self._backward[done : done + count]
        self._upstream = self._run_backward(part, self._upstream)
        for _layer, _inputs, gradient, _kernel in part:
            gradient *= self._mean
        return done + len(part)

    def _run_forward(self, part: list[_Forward]) -> None:
        for layer, weights in part:
            z = layer.pre_activations = np.dot(layer.inputs, weights)
            layer.activations[...] = layer.activate(z)

    def _run_backward(self, part: list[_Backward], upstream: Matrix) -> Matrix:
        """Gives dL/d inputs of the last layer it went back through, or of the one after it."""
        for layer, inputs_transposed, gradient, kernel_transposed in part:
            deltas = layer.set_deltas(upstream)
            np.dot(inputs_transposed, deltas, gradient)
            if kernel_transposed is not None:
                upstream = np.dot(deltas, kernel_transposed)
        return upstream


def activations_of(
    network: Network,
    parameters: Vector,
    inputs: Matrix,
    views: Sequence[LayerViews] | None = None,
) -> list[Matrix]:
    """Activations of every layer for ``inputs`` of shape (n, inputs): a list of (n, units).

    The same products in the same order as ``Backprop.forward``, so the same bits, but nothing is
    kept for a backward. views: those of ``parameters``, where they are made already.
    """
    activations, values = [], inputs
    for layer, part in zip(network.layers, views or network.views(parameters), strict=True):
        if layer.use_bias:
            extended = np.ones((len(values), values.shape[1] + 1))
            extended[:, :-1] = values
        else:
            extended = values
        choice = layer.activation
        values = choice.entry.function(np.dot(extended, part.weights), **choice.options)
        activations.append(values)
    return activations
