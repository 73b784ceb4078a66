"""What is trained, in the numbers that the compiled loops read, and the room that they work in."""

import numpy as np

from app.core.activations import ACTIVATIONS
from app.core.compiled import arrays, formulas
from app.core.losses import LOSSES, Loss
from app.core.network import Choice, Matrix, Network
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS, Optimizer

_CLIPPINGS = {
    "clipnorm": arrays.CLIP_NORM,
    "clipvalue": arrays.CLIP_VALUE,
    "global_clipnorm": arrays.CLIP_GLOBAL_NORM,
}


def recipe(network: Network, loss: Choice[Loss], optimizer: Choice[Optimizer]) -> arrays.Recipe:
    """What is trained, in numbers."""
    layers, options = [], []
    for layer, at in zip(network.layers, network.slices, strict=True):
        entry = layer.activation.entry
        number = formulas.number_of(entry, ACTIVATIONS)
        shares = entry.shares is not None
        layers.append(
            [at.inputs, at.units, layer.use_bias, at.kernel.start, number, shares],
        )
        options.append(formulas.numbers(entry, layer.activation.options))
    bounds = {name: optimizer.options.get(name) for name in CLIPPING_OPTIONS}
    given = [(name, bound) for name, bound in bounds.items() if bound is not None]
    clipping, bound = given[0] if given else (None, 0.0)
    l1, l2 = network.penalty_factors or (np.zeros(0), np.zeros(0))
    return arrays.Recipe(
        layers=np.array(layers, dtype=np.int64),
        layer_options=np.array(options),
        kinks=_kinks(network),
        loss=formulas.number_of(loss.entry, LOSSES),
        loss_is_averaged=loss.entry.averaged,
        loss_is_of_shares=loss.entry.distribution,
        loss_bends=loss.entry.bends is not None,
        loss_options=np.array(formulas.numbers(loss.entry, loss.options)),
        optimizer=formulas.number_of(optimizer.entry, OPTIMIZERS),
        optimizer_options=np.array(formulas.numbers(optimizer.entry, optimizer.options)),
        clipping=arrays.NO_CLIPPING if clipping is None else _CLIPPINGS[clipping],
        clipping_bound=float(bound),
        variables=np.array(
            [(at.start, at.stop) for at in network.trainable_variables], dtype=np.int64
        ).reshape(-1, 2),
        l1=l1,
        l2=l2,
        trainable=np.zeros(0) if network.trainable is None else network.trainable,
    )


def _kinks(network: Network) -> Matrix:
    """As ``Recipe.kinks``."""
    of_layers = [
        (*layer.activation.entry.kinks, *layer.activation.entry.bends) for layer in network.layers
    ]
    kinks = np.full((len(of_layers), max([1, *map(len, of_layers)])), np.nan)
    for row, numbers in zip(kinks, of_layers, strict=True):
        row[: len(numbers)] = numbers
    return kinks


def workspace(network: Network, capacity: int) -> arrays.Workspace:
    """Room for batches of at most ``capacity`` examples."""
    widths = [network.inputs, *(layer.units for layer in network.layers)]
    starts = np.cumsum([0, *((width + 1) * capacity for width in widths)])
    outputs = network.outputs * capacity
    numbers = int(starts[-1])
    return arrays.Workspace(
        capacity=capacity,
        starts=starts[:-1].astype(np.int64),
        values=np.zeros(numbers),
        sums=np.zeros(numbers),
        deltas=np.zeros(numbers),
        targets=np.zeros(outputs),
        slopes=np.zeros(outputs),
        shares=np.zeros(outputs),
    )
