"""Whether the numbers of a training are sound: finite, and still moved by a gradient."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from app.core.backprop import BatchPass
from app.core.network import Vector
from app.core.training import Epochs
from app.session.measuring import Measured

CALM_PARAMETER = 1e6
CALM_LOSS = 1e12
"""Beyond these sizes every number of the network is looked at before it is accepted."""

WRONG = 1e-3
VANISHED = 1e-12
"""Outputs are wrong from this loss gradient on; deltas this much smaller carry no signal."""


def calm_epochs(epochs: Epochs, measured: Measured) -> Any:
    """Of each epoch, whether all is finite, of ordinary size, and moved: shape (epochs,)."""
    fit, train, test = measured
    parts = [fit, train] if test is None else [fit, train, test]
    calm = epochs.moved & (epochs.largest <= CALM_PARAMETER)
    for part in parts:
        calm &= np.isfinite(part).all(axis=-1) & (part[:, 0] <= CALM_LOSS)
    return calm


def all_finite(reports: Iterable[list[float]]) -> bool:
    """Whether no loss or metric has overflowed. reports: as fit and evaluate report them."""
    return all(math.isfinite(value) for report in reports for value in report)


def is_calm(largest: float, reports: Iterable[list[float]]) -> bool:
    """Whether sizes are so ordinary that nothing behind them can have overflowed.

    largest: the size of the largest parameter. reports: the loss first in each.
    """
    return largest <= CALM_PARAMETER and all(loss <= CALM_LOSS for loss, *_rest in reports)


def passes_finite(parameters: Vector, passing: BatchPass) -> bool:
    """Whether every parameter, and every number on the way forward and back, is finite."""
    found: list[Any] = [parameters, passing.gradient, passing.loss_gradient]
    for layer in passing.layers:
        found += [layer.pre_activations, layer.activations, layer.deltas]
    return all(np.isfinite(values).all() for values in found)


def gets_no_signal(passing: BatchPass) -> bool:
    """Whether outputs are wrong and yet nothing comes back that could move a parameter.

    At a minimum nothing moves either, but there the deltas of the examples cancel; here each of
    them has vanished.
    """
    error = np.abs(passing.loss_gradient).max()
    signal = max(np.abs(layer.deltas).max() for layer in passing.layers)
    return bool(error >= WRONG and signal <= VANISHED * error)
