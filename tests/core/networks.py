"""Small networks and trainings for tests, straight from the core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.core.activations import ACTIVATIONS
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES
from app.core.network import Choice, Dense, Network, Vector
from app.core.optimizers import OPTIMIZERS
from app.core.training import Training
from app.session.engines import ENGINES


def chosen(registry: Any, name: str, **options: Any) -> Choice[Any]:
    """An entry with its default options, but for those given."""
    return Choice(registry[name], registry[name].defaults | options)


def dense(units: int, activation: str = "linear", **options: Any) -> Dense:
    """A layer that starts from small random numbers, its bias too."""
    draw = chosen(INITIALIZERS, "random_normal", stddev=0.5)
    return Dense(units, chosen(ACTIVATIONS, activation), draw, draw, **options)


def training(
    inputs: int,
    layers: Sequence[Dense],
    *,
    loss: str = "mse",
    optimizer: str = "sgd",
    parameters: Vector | None = None,
    seed: int = 0,
    **options: Any,
) -> Training:
    """A training on the engine under test; ``options`` are the optimizer's."""
    network = Network(inputs, layers)
    return ENGINES.training(
        network,
        chosen(LOSSES, loss),
        chosen(OPTIMIZERS, optimizer, **options),
        network.draw_parameters(seed) if parameters is None else parameters,
    )


def flat(layers: Sequence[dict[str, Any] | tuple[Any, Any]]) -> Vector:
    """Kernels and biases, layer by layer, as one flat vector; a bias may be None."""
    parts: list[Any] = []
    for layer in layers:
        kernel, bias = layer.values() if isinstance(layer, dict) else layer
        parts += [np.ravel(kernel), [] if bias is None else bias]
    return np.concatenate(parts).astype(np.float64)
