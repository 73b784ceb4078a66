"""What fit and evaluate report of epochs that were run."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from app.core.network import Matrix
from app.core.training import Epochs, Training
from app.data.examples import Examples

Measured: TypeAlias = tuple[Matrix, Matrix, Matrix | None]
"""fit, train and test of some epochs, each (epochs, metrics); test None without test examples."""


def measured(
    epochs: Epochs,
    training: Training,
    examples: Examples,
    names: Sequence[str],
    penalties_before: float,
) -> Measured:
    """The metrics of these names after each epoch.

    penalties_before: of the first epoch's batches that were made before it was run to its end,
    summed over their examples.
    """
    penalties: Any = 0.0
    if training.network.penalty_factors is not None:
        fit_penalties = epochs.penalties.copy()
        fit_penalties[0] += penalties_before
        penalties = np.stack([fit_penalties / len(examples.targets), epochs.penalty])
    fit, train = training.measure(examples.targets, epochs.outputs, penalties, names)
    if epochs.test is None or examples.test_targets is None:
        return fit, train, None
    return fit, train, training.measure(examples.test_targets, epochs.test, epochs.penalty, names)
