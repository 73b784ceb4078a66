"""What the compiled loops read and write: numbers and flat vectors, with names."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOTHING, FORWARD, BACKWARD, UPDATE, EVALUATE = 0, 1, 2, 4, 8
"""Phases, added up."""

NO_CLIPPING, CLIP_NORM, CLIP_VALUE, CLIP_GLOBAL_NORM = 0, 1, 2, 3


class Recipe(NamedTuple):
    """What is trained, in numbers.

    layers: of each its inputs, its units, whether it has a bias, where its weights start in the
    flat vector, its activation, and whether that gives shares. Options: as ``formulas.numbers``.
    kinks: (layers, most), the kinks and bends of each layer's activation, then NaN. loss_bends:
    whether the loss has such places.
    variables: where each trained kernel or bias starts and stops. l1, l2, trainable: of every
    parameter, or empty where none is penalised, or frozen.
    """

    layers: Integers
    layer_options: Floats
    kinks: Floats
    loss: int
    loss_is_averaged: bool
    loss_is_of_shares: bool
    loss_bends: bool
    loss_options: Floats
    optimizer: int
    optimizer_options: Floats
    clipping: int
    clipping_bound: float
    variables: Integers
    l1: Floats
    l2: Floats
    trainable: Floats


class Vectors(NamedTuple):
    """What training changes: flat vectors of shape (size,), and the slots, (slots, size).

    clipped: the gradient with its penalty after clipping. before: room for the parameters that an
    epoch began with.
    """

    parameters: Floats
    gradient: Floats
    clipped: Floats
    change: Floats
    slots: Floats
    before: Floats


class Workspace(NamedTuple):
    """Room for the numbers of a batch of at most ``capacity`` examples.

    starts: where each layer's numbers start in the flat arrays, the inputs' first. values: inputs
    and activations; sums: pre-activations; deltas. Of the outputs alone: targets, the slopes of
    the loss, and their shares of their sum, where the loss is of those.
    """

    capacity: int
    starts: Integers
    values: Floats
    sums: Floats
    deltas: Floats
    targets: Floats
    slopes: Floats
    shares: Floats


class Records(NamedTuple):
    """What ``kernel.train`` reports of each epoch, shapes (epochs, ...).

    fit, train, test: outputs for every example, in their own order, when its batch ran and after
    the epoch. penalties: as summed over the examples that ran. penalty: after the epoch. largest:
    the size of the largest parameter. moved: whether any parameter is another.
    """

    fit: Floats
    train: Floats
    test: Floats
    penalties: Floats
    penalty: Floats
    largest: Floats
    moved: Flags


class Part(NamedTuple):
    """Which part of an epoch: its phases; examples and layers, from and to.

    A backward counts its layers from the output.
    """

    phases: int
    first_example: int
    stop_example: int
    first_layer: int
    stop_layer: int
