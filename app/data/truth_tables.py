"""Functions of two bits, each example one row of the truth table."""

from collections.abc import Callable

import numpy as np

from app.data.array_types import Floats
from app.data.examples import Table

# The four corners with a margin around them.
_EXTENT = ((-0.25, 1.25), (-0.25, 1.25))


def xor(rng: np.random.Generator) -> Table:
    """1 where the two bits differ."""
    return _truth_table(lambda first, second: (first != second) * 1.0)


def and_(rng: np.random.Generator) -> Table:
    """1 where both bits are 1."""
    return _truth_table(np.minimum)


def or_(rng: np.random.Generator) -> Table:
    """1 where at least one bit is 1."""
    return _truth_table(np.maximum)


def _truth_table(function: Callable[[Floats, Floats], Floats]) -> Table:
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    targets = function(inputs[:, :1], inputs[:, 1:])
    return Table(inputs, targets, "classification", extent=_EXTENT)
