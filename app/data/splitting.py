"""Which examples are kept back for testing."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.data.array_types import Floats

Indices: TypeAlias = NDArray[np.intp]


def split(
    rng: np.random.Generator, examples: int, fraction: float, classes: Floats | None = None
) -> tuple[Indices, Indices]:
    """Indices of the training and of the test examples, each in random order.

    examples: how many there are, at least one.
    fraction: share of them to test with, in [0, 1); with 0 the order stays as it is.
    classes: (examples, outputs) targets whose equal rows are one class. Then each class is
    divided in the same proportion, as nearly as whole examples allow (Sainte-Laguë's method),
    and every class keeps a training example.
    A larger fraction, from the same state of ``rng``, keeps back the same examples and more.
    """
    if fraction == 0:
        return np.arange(examples), np.arange(0)
    order = rng.permutation(examples)
    if classes is None:
        groups = np.zeros(examples, dtype=np.intp)
    else:
        groups = np.unique(classes[order], axis=0, return_inverse=True)[1].reshape(examples)
    sizes = np.bincount(groups)
    ranks = np.empty(examples, dtype=np.intp)
    ranks[np.argsort(groups, kind="stable")] = np.concatenate([np.arange(n) for n in sizes])
    # How far through its own class an example comes; those that come first are kept back.
    progress = (ranks + 0.5) / sizes[groups]
    kept_back = np.zeros(examples, dtype=np.bool_)
    kept_back[np.argsort(progress, kind="stable")[: int(examples * fraction + 0.5)]] = True
    kept_back[ranks == sizes[groups] - 1] = False
    return order[~kept_back], order[kept_back]
