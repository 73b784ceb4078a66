"""What keeps a network from learning, read off one forward and backward of its examples.

Each sign is looked for only where the outputs are still wrong: a network that has learnt its
examples has small gradients and saturated units, and is none the worse for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from app.core.activations import Activation
from app.core.backprop import BatchPass
from app.core.entry import Flags
from app.core.network import Choice, Matrix, Network, Vector

Kind: TypeAlias = Literal["vanishing", "exploding", "dead", "saturated", "rising", "risen"]

WRONG = 0.05
"""Outputs are wrong where the slopes of the loss are this large (root of their mean square)."""

VANISHED, EXPLODED = 1e-3, 1e3
"""Size of a layer's deltas relative to those of the output layer."""

GROWN = 100.0
"""Where the outputs are so many times the inputs and a layer's gradient is EXPLODED times its
weights, the numbers have grown from layer to layer, and the slopes of the loss with them."""

FLAT = 0.01
"""A unit is saturated where its slope is this small a share of the activation's steepest."""

RISEN = 1.25
RECENT, LATEST = 12, 3
"""The cost rises where all of the latest losses are so many times the best of the recent ones,"""

TINY = 1e-100
"""Squares of sizes between this and its inverse are ordinary numbers; by sizes below it nothing is
divided."""

NOT_SMALL = 0.1
"""and are no small share of the loss before training; below that, the network has learnt."""

DOUBLED = 2.0
"""It has risen, however long ago, where the latest are so many times the lowest of all, or RISEN
times that before training;"""

FALLING = 0.97
"""unless it has fallen of late from epoch to epoch, in all to this share at least."""


@dataclass(frozen=True)
class Finding:
    """One sign of trouble.

    layer: counted from 0, None where it is the whole network. units: which of the layer's, None
    where it is all of it. value: relative size of deltas, how many units, or of the loss: rising,
    to the best of late; risen, to the lowest of all. beside_weights: the value is the size of the
    gradient relative to the weights.
    """

    kind: Kind
    layer: int | None
    units: tuple[int, ...] | None
    value: float
    beside_weights: bool = False


def gradient_norms(network: Network, gradient: Vector) -> list[float]:
    """Euclidean length of each layer's part of a gradient, or the like, of shape (size,)."""
    largest = float(np.abs(gradient).max(initial=0.0))
    if largest == 0.0:
        return [0.0] * len(network.slices)
    # Squares may overflow, or vanish, where the lengths themselves do not.
    scale = largest if not TINY < largest < 1.0 / TINY else 1.0
    return [scale * float(np.linalg.norm(gradient[at.weights] / scale)) for at in network.slices]


def findings(
    network: Network,
    parameters: Vector,
    passing: BatchPass,
    losses: Sequence[float],
    lowest: float | None = None,
) -> list[Finding]:
    """What is wrong, from the input to the output.

    passing: forward and backward of the examples at these parameters, done. losses: before training
    and after every epoch, or the last of them behind the first. lowest: of all of them, where they
    are not all given.
    """
    found: list[Finding] = []
    learnt = len(losses) > 1 and losses[-1] < NOT_SMALL * losses[0]
    if _size(passing.loss_gradient) > WRONG and not learnt:
        stuck = [_stuck_units(network, passing, number) for number in range(len(passing.layers))]
        sizes = _sizes_of_deltas(passing, stuck)
        if not any(finding.kind == "exploding" for finding in sizes):
            sizes += _sizes_beside_weights(network, parameters, passing)
        found += sizes
        found += [finding for layer in stuck for finding in layer]
    return found + cost_findings(losses, lowest)


def _sizes_of_deltas(passing: BatchPass, stuck: Sequence[Sequence[Finding]]) -> list[Finding]:
    """The hidden layers where the signal from the output is lost on the way, or swells.

    Where all units of a layer are stuck that is told, and what follows from it is not.
    """
    behind = _size(passing.layers[-1].deltas)
    if behind == 0.0:
        return []
    found: list[Finding] = []
    for number in range(len(passing.layers) - 1, -1, -1):
        layer = passing.layers[number]
        if sum(len(finding.units or ()) for finding in stuck[number]) == layer.deltas.shape[1]:
            break
        share = _size(layer.deltas) / behind
        if share < VANISHED:
            found.insert(0, Finding("vanishing", number, None, share))
        elif share > EXPLODED:
            found.insert(0, Finding("exploding", number, None, share))
    return found


def _sizes_beside_weights(
    network: Network, parameters: Vector, passing: BatchPass
) -> list[Finding]:
    """The layers whose gradient is out of all proportion to their weights, since what comes in has
    grown from layer to layer.
    """
    grown = GROWN * max(_size(passing.layers[0].inputs), TINY)
    if _size(passing.layers[-1].activations) < grown:
        return []
    lengths = gradient_norms(network, passing.gradient)
    weights = gradient_norms(network, parameters)
    shares = [length / max(own, TINY) for length, own in zip(lengths, weights, strict=True)]
    return [
        Finding("exploding", layer, None, share, beside_weights=True)
        for layer, share in enumerate(shares)
        if share > EXPLODED
    ]


def _stuck_units(network: Network, passing: BatchPass, number: int) -> list[Finding]:
    """Units that no example moves: dead ones are 0 for all, saturated ones stand at a bound."""
    activation, layer = network.layers[number].activation, passing.layers[number]
    entry = activation.entry
    if entry.derivative is None:
        return []
    slopes: Matrix = entry.derivative(
        layer.pre_activations, layer.activations, **activation.options
    )
    dead = (slopes == 0.0) & (layer.activations == 0.0) & (layer.pre_activations < 0.0)
    found = _of_units("dead", number, dead)
    if None not in entry.bounds:
        flat = (np.abs(slopes) < FLAT * _steepest(activation)) & ~dead
        if number == len(passing.layers) - 1:
            # A right answer may well stand at its bound; and a loss may be steep enough there.
            wrong = np.abs(passing.loss_gradient) > WRONG
            moved = np.abs(layer.deltas) >= FLAT * _steepest(activation)
            flat = ((flat & ~moved) | ~wrong) & wrong.any(axis=0)
        found += _of_units("saturated", number, flat)
    return found


def _of_units(kind: Kind, layer: int, stuck: Flags) -> list[Finding]:
    """stuck: (examples, units)."""
    units = tuple(np.flatnonzero(stuck.all(axis=0)).tolist())
    return [Finding(kind, layer, units, float(len(units)))] if units else []


def _steepest(activation: Choice[Activation]) -> float:
    z = np.linspace(-4.0, 4.0, 81)
    a = activation.entry.function(z, **activation.options)
    assert activation.entry.derivative is not None
    return float(np.abs(activation.entry.derivative(z, a, **activation.options)).max())


def cost_findings(losses: Sequence[float], lowest: float | None = None) -> list[Finding]:
    """Whether the cost has turned up, or jumps up and down, of late; or has long been up."""
    recent = losses[-RECENT:]
    if len(recent) <= LATEST:
        return []
    best, latest, first = min(recent[:-LATEST]), min(recent[-LATEST:]), losses[0]
    lowest = min(losses) if lowest is None else lowest
    if latest <= NOT_SMALL * first:
        return []
    if latest >= RISEN * best:
        return [_up("rising", latest, best)]
    falling = all(now < before for before, now in pairwise(recent))
    if falling and recent[-1] <= FALLING * recent[0]:
        return []
    if latest >= RISEN * first or latest >= DOUBLED * lowest > 0.0:
        return [_up("risen", latest, lowest)]
    return []


def _up(kind: Literal["rising", "risen"], latest: float, best: float) -> Finding:
    return Finding(kind, None, None, latest / best if best > 0.0 else latest)


def _size(values: Matrix) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))
